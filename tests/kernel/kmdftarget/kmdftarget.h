/*
 * kmdftarget.h: a device that serves requests, and targets that lead to the device itself.
 *
 * The device is named and has one parallel queue. What the suite sends through a target
 * comes back to its own handlers, which answer, hold, or send the request on once more.
 */
#pragma once

#include "../ktap.h"

#include <wdf.h>

#define DEVICE_NAME L"\\Device\\KmdfTarget"

#define CODE(Number, Method)                                                             \
    CTL_CODE(FILE_DEVICE_UNKNOWN, Number, Method, FILE_ANY_ACCESS)
/* The answer is the input with every bit changed. */
#define CODE_INVERT         CODE(0x800, METHOD_BUFFERED)
#define CODE_INVERT_IN      CODE(0x800, METHOD_IN_DIRECT)
#define CODE_INVERT_OUT     CODE(0x800, METHOD_OUT_DIRECT)
#define CODE_INVERT_NEITHER CODE(0x800, METHOD_NEITHER)
/* Fails, and claims to have returned a byte more than there is room for. */
#define CODE_FAIL CODE(0x801, METHOD_BUFFERED)
/* Is kept in Unit.Held until ReleaseHeld, or until it is cancelled. */
#define CODE_HOLD CODE(0x802, METHOD_BUFFERED)
/* Is sent on as a CODE_INVERT, CODE_HOLD, or as it came; or forgotten as one. */
#define CODE_PASS_INVERT CODE(0x803, METHOD_BUFFERED)
#define CODE_PASS_HOLD   CODE(0x804, METHOD_BUFFERED)
#define CODE_PASS_SAME   CODE(0x805, METHOD_BUFFERED)
#define CODE_PASS_FORGET CODE(0x806, METHOD_BUFFERED)
/* Internal: its arguments are noted. */
#define CODE_ARGUMENTS CODE(0x807, METHOD_NEITHER)

#define HELD_MAX 8

typedef struct _UNIT {
    WDFDEVICE Device;
    WDF_DEVICE_IO_TYPE IoType;
    WDFQUEUE Queue;
    WDFIOTARGET Self;          /* opened by name, started */
    KSPIN_LOCK HeldLock;       /* of the next: who holds it finds no completed request */
    WDFREQUEST Held[HELD_MAX]; /* NULL: it was cancelled */
    volatile LONG HeldCount;   /* held so far */
    volatile LONG Cancelled;   /* of those */
    UCHAR Written[64];         /* what the last write brought */
    LONGLONG WrittenTo;        /* and its offset */
    PVOID Arguments[3];
    PIRP Visitor;      /* of a CODE_PASS_SAME or FORGET that has been here once */
    WDFREQUEST Passed; /* the last request that was passed on */
} UNIT;

extern UNIT Unit;

/* device.c */
EVT_WDF_DRIVER_DEVICE_ADD AddDevice;
NTSTATUS StartTests(VOID);
/* Completes held request Index. */
VOID ReleaseHeld(ULONG Index, NTSTATUS Status);
/* Waits until Count were held, or fails a check. */
VOID ExpectHeld(LONG Count, PCSTR Name);

/* forward.c: what the device does with CODE_PASS_... */
VOID PassOn(WDFREQUEST Request, ULONG Code);

/* What a completion routine saw. */
typedef struct _SEEN {
    volatile LONG Done; /* calls: 1 and never more */
    WDFREQUEST Request;
    WDFIOTARGET Target;
    WDF_REQUEST_COMPLETION_PARAMS Params;
} SEEN, *PSEEN;

/* asynchronous.c: fills a SEEN, which its context is. */
EVT_WDF_REQUEST_COMPLETION_ROUTINE NoteCompletion;
/* A request of the suite's own for Self, formatted as CODE_HOLD; NoteCompletion is told. */
WDFREQUEST MakeHold(PSEEN Seen);

/* synchronous.c, asynchronous.c, states.c, forward.c, badinput.c, misuse.c */
KTAP_SUITE TestTransfers, TestControls, TestDescriptors, TestArguments;
KTAP_SUITE TestCompletion, TestReuse, TestCancelSent, TestTimeouts, TestCancelRace;
KTAP_SUITE TestStates, TestStopActions, TestPurge, TestOpen, TestLocal, TestRemoved;
KTAP_SUITE TestForward, TestForget, TestIrpOfTheDriver;
KTAP_SUITE TestBadSends, TestBadMemory, TestBadOpens;
/* Does what the case of the module line says, and does not return; FALSE: no case. */
BOOLEAN Misuse(PCUNICODE_STRING Case);
