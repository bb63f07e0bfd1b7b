/*
 * recorder.h: an ISR of edu that writes down how it was called, the parameter block of
 * each form of IoConnectInterruptEx with it, and what stands in the hardware before and
 * after. Shared like device.h.
 */
#pragma once

#include <dirqltest.h>
#include "device.h"

#define NO_MESSAGE ((LONG)-1) /* the ISR was called through the line's prototype */

/* How the ISR behaves, and what its last call saw. Calls is written last. */
typedef struct _RECORDER {
    union { /* what connecting gave */
        PVOID Context;
        PKINTERRUPT Object;
        PIO_INTERRUPT_MESSAGE_INFO Table;
    };
    BOOLEAN Ignores; /* leaves the device alone and returns FALSE */

    PKINTERRUPT Interrupt;
    PVOID ContextSeen; /* Context at the time of the call */
    PKTHREAD Thread;
    LONG Irql;
    LONG Processor;
    LONG Message;
    volatile LONG Calls;
} RECORDER, *PRECORDER;

KSERVICE_ROUTINE RecordingIsr;
KMESSAGE_SERVICE_ROUTINE RecordingMessageIsr;

/* A complete and valid block for Version on Device. */
VOID PrepareConnect(PIO_CONNECT_INTERRUPT_PARAMETERS Connect, ULONG Version,
                    PRECORDER Recorder);
/* The same connected; *Version may change. */
NTSTATUS ConnectAs(PULONG Version, PRECORDER Recorder);
VOID DisconnectAs(ULONG Version, PRECORDER Recorder);
/* Raises edu's interrupt and waits a while for the ISR's next call: a latched chain
   calls it twice. PASSIVE_LEVEL. */
BOOLEAN RaiseAndAwait(PRECORDER Recorder);
/* Raises it and says how many calls came within Milliseconds. PASSIVE_LEVEL. */
LONG RaiseAndCount(PRECORDER Recorder, ULONG Milliseconds);

/* The gates of all processors, and the source of Device's first vector. */
typedef struct _HARDWARE {
    ULONG64 Gates; /* a hash */
    DIRQL_INTERRUPT_SOURCE Source;
} HARDWARE, *PHARDWARE;

VOID ReadHardware(PHARDWARE Hardware);
BOOLEAN IsHardwareAs(const HARDWARE *Before);
/* Whether the source of Device's first vector is masked. IRQL: <= DISPATCH_LEVEL. */
BOOLEAN IsSourceMasked(VOID);
