/*
 * What dirql offers beyond Windows, for tests of drivers and of itself: memory that runs
 * out on demand, and the hardware state behind an interrupt, read by somebody else than
 * the code that set it. A driver that imports from here runs on dirql only.
 */
#pragma once

#include <wdm.h>

/*
 * From now on the Nth allocation (1 is the next) fails, and the Count - 1 after it: pool,
 * interrupt objects, system threads' stacks. Only those made at PASSIVE_LEVEL by the
 * calling thread count, so that nobody else is hit. Nth 0 ends it. Returns how many
 * allocations the thread has made since the last call. IRQL: PASSIVE_LEVEL.
 */
NTKERNELAPI ULONG NTAPI DirqlFailAllocations(_In_ ULONG Nth, _In_ ULONG Count);

/* Where an IDT gate leads; FALSE: no such processor or vector. Any IRQL. */
NTKERNELAPI BOOLEAN NTAPI DirqlQueryGate(_In_ ULONG Processor, _In_ ULONG Vector,
                                         _Out_ PULONG64 Target);

/* How often a vector that nobody owns, or the spurious one, arrived on a processor; 0 too
   for what does not exist. Any IRQL. */
NTKERNELAPI ULONG NTAPI DirqlQueryArrivals(_In_ ULONG Processor, _In_ ULONG Vector);

/* What stands at the controller for a vector of a processor. */
typedef struct _DIRQL_INTERRUPT_SOURCE {
    BOOLEAN Message;
    BOOLEAN Masked; /* at the I/O APIC, or in the device */
    ULONG Gsi;
    ULONG64 Redirection;    /* a line: the I/O APIC's entry */
    ULONG64 MessageAddress; /* a message: as read from the device's registers */
    ULONG MessageData;
} DIRQL_INTERRUPT_SOURCE, *PDIRQL_INTERRUPT_SOURCE;

/* FALSE: the vector has no source on that processor. IRQL: <= DISPATCH_LEVEL. */
NTKERNELAPI BOOLEAN NTAPI DirqlQuerySource(_In_ ULONG Processor, _In_ ULONG Vector,
                                           _Out_ PDIRQL_INTERRUPT_SOURCE Source);

/* What the kernel has in use. An entry of Tags stays that of its tag. */
#define DIRQL_USAGE_TAGS 512

typedef struct _DIRQL_USAGE {
    ULONG64 PoolBlocks;
    ULONG64 PoolBytes;
    ULONG64 Frames; /* of physical memory, pool's own included */
    ULONG64 TotalFrames;
    ULONG64 Sources; /* lines and messages that have a vector */
    ULONG TagCount;
    struct {
        ULONG Tag;
        ULONG64 Blocks;
    } Tags[DIRQL_USAGE_TAGS];
} DIRQL_USAGE, *PDIRQL_USAGE;

/* IRQL: PASSIVE_LEVEL. */
NTKERNELAPI VOID NTAPI DirqlQueryUsage(_Out_ PDIRQL_USAGE Usage);

/* Why a device has no driver that runs: a code of cfg.h, or 0. STATUS_INVALID_DEVICE_
   REQUEST: no physical device object. IRQL: PASSIVE_LEVEL, not within AddDevice or a Plug
   and Play IRP, whose lock it takes. */
NTKERNELAPI NTSTATUS NTAPI DirqlQueryProblem(_In_ PDEVICE_OBJECT PhysicalDeviceObject,
                                             _Out_ PULONG Problem);
