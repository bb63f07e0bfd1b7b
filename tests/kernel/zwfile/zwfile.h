/*
 * zwfile.h: a driver of three small "disks" that differ in the way their data come, and
 * what it writes down of the requests it gets; and its client's words.
 */
#pragma once

#include "../ktap.h"

#define STORE_SIZE  4096
#define SECTOR_SIZE 512

/* Which of the devices; also how a read gets its buffer. */
enum { BUFFERED, DIRECT, NEITHER, DEVICES };

#define CODE(Function, Method)                                                           \
    CTL_CODE(FILE_DEVICE_UNKNOWN, 0x800 + (Function), Method, FILE_ANY_ACCESS)
#define CODE_ADD_BUFFERED CODE(0, METHOD_BUFFERED) /* adds 1 to each byte of the output */
#define CODE_ADD_DIRECT   CODE(1, METHOD_OUT_DIRECT)
#define CODE_ADD_NEITHER  CODE(2, METHOD_NEITHER)
#define CODE_WAIT         CODE(3, METHOD_BUFFERED) /* held until Release or cancelled */
#define CODE_TOO_MUCH     CODE(4, METHOD_BUFFERED) /* says it wrote more than it could */

/* What the driver has seen. */
typedef struct _SEEN {
    volatile LONG Creates, Cleanups, Closes, Flushes, Cancels;
    LONG CleanupOrder, CloseOrder; /* places in the row of all that came, from 1 */
    volatile LONG Order;
    ULONG Options;
    USHORT ShareAccess;
    USHORT Attributes;
    ACCESS_MASK Access;
    PFILE_OBJECT File, Related;
    LONGLONG Offset;
    ULONG Length, Key;
    UCHAR Flags;
} SEEN;
extern SEEN Seen;
extern UCHAR Store[STORE_SIZE];
extern PDEVICE_OBJECT Devices[DEVICES];

/* Whether reads wait for Release. */
extern volatile LONG HoldReads;
extern PIRP volatile Held;

BOOLEAN CreateDevices(PDRIVER_OBJECT DriverObject);
VOID DeleteDevices(VOID);
/* Completes what is held, if anything is, at DISPATCH_LEVEL. */
VOID Release(NTSTATUS Status);

/* Opens device Which with Options; NULL when it failed. */
HANDLE Open(ULONG Which, ULONG Options);
NTSTATUS OpenName(PCWSTR Name, HANDLE Root, ULONG Options, PHANDLE File);

KTAP_SUITE TestOpen, TestNames, TestBadOpen, TestAttach;
KTAP_SUITE TestTransfers, TestPosition, TestBadTransfers, TestControls;
KTAP_SUITE TestEvents, TestApcs, TestFailures, TestOverlap, TestCancel;
KTAP_SUITE TestWaiting, TestAlert;
KTAP_SUITE TestInformation, TestShares, TestRights, TestMemory;
