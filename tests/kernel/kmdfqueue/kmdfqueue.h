/*
 * kmdfqueue.h: a device with a queue of each kind, and a client that sends requests to it.
 *
 * Reads go to a sequential queue, writes to a manual one, controls to a parallel one with
 * two places. Handlers keep what they get in Held, and the suite says what becomes of it.
 */
#pragma once

#include "../ktap.h"

#include <wdf.h>

#define CODE_HOLD CTL_CODE(FILE_DEVICE_UNKNOWN, 0x800, METHOD_BUFFERED, FILE_ANY_ACCESS)
/* Forwarded to the manual queue by the handler. */
#define CODE_FORWARD                                                                     \
    CTL_CODE(FILE_DEVICE_UNKNOWN, 0x801, METHOD_BUFFERED, FILE_ANY_ACCESS)
#define CODE_DIRECT                                                                      \
    CTL_CODE(FILE_DEVICE_UNKNOWN, 0x802, METHOD_OUT_DIRECT, FILE_ANY_ACCESS)
#define CODE_NEITHER CTL_CODE(FILE_DEVICE_UNKNOWN, 0x803, METHOD_NEITHER, FILE_ANY_ACCESS)

#define HELD_MAX 8

typedef struct _UNIT {
    WDFDEVICE Device;
    WDFQUEUE Sequential;
    WDFQUEUE Parallel;
    WDFQUEUE Manual;
    WDFREQUEST Held[HELD_MAX]; /* in the order of presentation */
    volatile LONG Count;       /* how many were presented */
    volatile LONG Ready;       /* calls of the manual queue's callback */
    volatile LONG Canceled;    /* of EvtIoCanceledOnQueue */
    volatile LONG CallerContext;
    ULONG SendFlags; /* IRP_ flags of what the client sends */
} UNIT;

extern UNIT Unit;

/* client.c: a request of the client's; Done is set by its completion. */
typedef struct _SENT {
    PIRP Irp;
    volatile LONG Done; /* completions: 1 and never more */
    NTSTATUS Status;
    ULONG_PTR Information;
    UCHAR Buffer[64];
    UCHAR Input[8]; /* of a direct control */
} SENT, *PSENT;

VOID SendRead(PSENT Sent);
VOID SendWrite(PSENT Sent, ULONG Length);
/* The input is the buffer's first 8 bytes, the output all of it. */
VOID SendControl(PSENT Sent, ULONG Code);
/* Waits for the completion and frees the IRP; STATUS_TIMEOUT: it did not come. */
NTSTATUS Finish(PSENT Sent);
/* As many presented requests as this, or a failed check. */
VOID ExpectPresented(LONG Count, PCSTR Name);

/* device.c */
EVT_WDF_DRIVER_DEVICE_ADD AddDevice;
NTSTATUS StartTests(VOID);

/* kinds.c, states.c, cancel.c, buffers.c, misuse.c */
KTAP_SUITE TestSequential, TestParallel, TestManual, TestFind, TestForward, TestConfig;
KTAP_SUITE TestStop, TestDrain, TestPurge, TestStopAndPurge;
KTAP_SUITE TestCancelWaiting, TestCancelMarked, TestCancelForwarded, TestCancelRace;
KTAP_SUITE TestBuffers, TestParameters, TestUnchecked;
/* reserve.c, locked.c */
KTAP_SUITE TestReserve, TestReserveAlways, TestReserveChosen, TestReservePurge;
KTAP_SUITE TestProbeAndLock;
/* Does what the case of the module line says, and does not return; FALSE: no case. */
BOOLEAN Misuse(PCWSTR Case);
