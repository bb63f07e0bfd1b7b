/*
 * irp.h: two devices of this driver, one upon the other, and the parts of the suite.
 *
 * The lower one does what the control code of a request says; the upper one passes
 * everything down with a completion routine of its own.
 */
#pragma once

#include "../ktap.h"

#define CODE(Function, Method)                                                           \
    CTL_CODE(FILE_DEVICE_UNKNOWN, 0x800 + (Function), Method, FILE_ANY_ACCESS)

#define CODE_SUCCEED  CODE(0, METHOD_BUFFERED) /* at once, adds 1 to each byte */
#define CODE_FAIL     CODE(1, METHOD_BUFFERED) /* at once, STATUS_DEVICE_DATA_ERROR */
#define CODE_PEND     CODE(2, METHOD_BUFFERED) /* kept until CompletePended */
#define CODE_COMPLETE CODE(3, METHOD_BUFFERED) /* pended, but completed before return */
#define CODE_DIRECT   CODE(4, METHOD_OUT_DIRECT)
#define CODE_NEITHER  CODE(5, METHOD_NEITHER)

extern PDEVICE_OBJECT Lower, Upper;
extern PIRP Pended;

/* What the upper device's completion routine saw. */
extern volatile LONG UpperRuns;
extern BOOLEAN UpperPending, UpperTakes;
extern NTSTATUS UpperStatus;

/* A request to a device with 8 bytes in and out; its event and status block. */
typedef struct _REQUEST {
    KEVENT Event;
    IO_STATUS_BLOCK Iosb;
    UCHAR Buffer[8];
} REQUEST, *PREQUEST;

PIRP BuildRequest(PDEVICE_OBJECT Device, ULONG Code, PREQUEST Request);
/* Completes the pended IRP with Status, at DISPATCH_LEVEL. */
VOID CompletePended(NTSTATUS Status);

DRIVER_DISPATCH DispatchControl, DispatchTransfer;

/* complete.c */
KTAP_SUITE TestImmediate, TestPending, TestOrder, TestTaking, TestGates;
/* associated.c */
KTAP_SUITE TestAssociated;
/* transfer.c */
KTAP_SUITE TestMethods, TestTransfers, TestStatuses;
/* cancel.c */
KTAP_SUITE TestCancel, TestCancelRace, TestRemoveLock;
/* startio.c */
KTAP_SUITE TestStartIo, TestStartAttributes;
DRIVER_STARTIO StartIo;
