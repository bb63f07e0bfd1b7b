/*
 * What the kernel tells of its inside: processors, interrupts, locks, memory, threads,
 * drivers, devices, each as a list of entries copied into the caller's buffer; and letting
 * a line through again that a storm has silenced. apps/monitor is a client. A driver that
 * imports from here runs on dirql only.
 *
 * A list is a snapshot: it is taken entry by entry while the system runs, each entry whole
 * as far as its lock reaches, counters as they stood when they were read. Nothing in it
 * points to anything that the caller may follow: objects are named by their address only.
 */
#pragma once

#include <wdm.h>

/* Rises when an entry gets members, always at its end. */
#define DIRQL_QUERY_VERSION 1

typedef enum _DIRQL_QUERY_CLASS {
    DirqlProcessors = 1, /* DIRQL_PROCESSOR_INFORMATION, by number */
    DirqlInterrupts, /* DIRQL_INTERRUPT_INFORMATION, by processor, vector, place in chain */
    DirqlLocks,      /* DIRQL_LOCK_INFORMATION */
    DirqlMemory,     /* DIRQL_MEMORY_INFORMATION, one */
    DirqlPoolTags,   /* DIRQL_POOL_TAG_INFORMATION, of every tag ever used */
    DirqlThreads,    /* DIRQL_THREAD_INFORMATION, system threads that have not ended */
    DirqlDrivers,    /* DIRQL_DRIVER_INFORMATION, also those that can be loaded */
    DirqlDevices     /* DIRQL_DEVICE_INFORMATION, in the order of creation */
} DIRQL_QUERY_CLASS;

/* At the start of the buffer; the first entry follows at once. */
typedef struct _DIRQL_QUERY_HEADER {
    ULONG Version;
    ULONG EntrySize; /* from one entry to the next: a later kernel's may be more */
    ULONG Count;     /* of entries there are, in the buffer or not */
    ULONG Reserved;
    ULONG64 Time;       /* precise interrupt time of the snapshot, in 100 ns */
    ULONG64 TimeStamps; /* ticks of the TSC in a second */
} DIRQL_QUERY_HEADER, *PDIRQL_QUERY_HEADER;

#define DIRQL_NAME_LENGTH    64
#define DIRQL_ROUTINE_LENGTH 80 /* "e1000.sys!E1000Isr" */

typedef struct _DIRQL_PROCESSOR_INFORMATION {
    ULONG Number;
    ULONG ApicId;
    ULONG64 ClockTicks;
    ULONG64 IdleTicks;      /* of those: in the idle thread, */
    ULONG64 KernelTicks;    /* in another at PASSIVE_LEVEL or APC_LEVEL, */
    ULONG64 DpcTicks;       /* in a DPC, */
    ULONG64 InterruptTicks; /* in an ISR */
    ULONG64 Interrupts;     /* of devices */
    ULONG64 Ipis;
    ULONG64 Spurious;
    ULONG64 Unexpected;
    ULONG64 DpcsInserted;
    ULONG64 DpcsRun;
    ULONG DpcQueueDepth;
    ULONG ThreadedDpcQueueDepth;
    ULONG DpcHighestDepth; /* since boot */
    ULONG DpcMaximumDepth; /* at which medium DPCs ask for the dispatch interrupt */
    ULONG DpcRequestRate;  /* inserted in the last clock tick, as a moving mean */
    ULONG Reserved;
    ULONG64 SpinningFor; /* a lock it has waited for a long time, or 0 */
} DIRQL_PROCESSOR_INFORMATION, *PDIRQL_PROCESSOR_INFORMATION;

#define DIRQL_INTERRUPT_LEVEL    0x01 /* else latched */
#define DIRQL_INTERRUPT_MESSAGE  0x02 /* else a line */
#define DIRQL_INTERRUPT_SHARED   0x04 /* its vector may have other objects */
#define DIRQL_INTERRUPT_PASSIVE  0x08 /* its ISR runs at PASSIVE_LEVEL */
#define DIRQL_INTERRUPT_INACTIVE 0x10 /* IoReportInterruptInactive */
#define DIRQL_INTERRUPT_MASKED   0x20 /* at its controller, whatever for */
#define DIRQL_INTERRUPT_STORM    0x40 /* silenced because of a storm */
#define DIRQL_INTERRUPT_SOURCED  0x80 /* Source is valid: there is one */

/* One KINTERRUPT. */
typedef struct _DIRQL_INTERRUPT_INFORMATION {
    ULONG64 Object;
    ULONG64 ServiceRoutine; /* the driver's own */
    ULONG Processor;
    ULONG Vector;
    ULONG Irql;
    ULONG SynchronizeIrql;
    ULONG Flags;  /* DIRQL_INTERRUPT_ */
    ULONG Source; /* a line's global system interrupt, a message's number */
    ULONG64 Calls;
    ULONG64 Claims;  /* calls that returned TRUE */
    ULONG64 Dpcs;    /* queued by the ISR; 0 before NT 6.3, which cannot tell */
    ULONG64 IsrTime; /* in ticks of the TSC; 0 before NT 6.3 */
    ULONG64 DpcTime; /* of those DPCs; the same */
    CHAR Routine[DIRQL_ROUTINE_LENGTH];
    CHAR Driver[DIRQL_NAME_LENGTH]; /* "e1000.sys" */
} DIRQL_INTERRUPT_INFORMATION, *PDIRQL_INTERRUPT_INFORMATION;

typedef enum _DIRQL_LOCK_KIND {
    DirqlInterruptLock, /* Name: the ISR it is taken for, one entry each */
    DirqlResourceLock   /* an ERESOURCE; Name is empty */
} DIRQL_LOCK_KIND;

typedef enum _DIRQL_LOCK_STATE {
    DirqlLockFree,
    DirqlLockExclusive,
    DirqlLockShared
} DIRQL_LOCK_STATE;

typedef struct _DIRQL_LOCK_INFORMATION {
    ULONG64 Address;
    ULONG64 Owner;    /* a resource's: the thread object that has it alone, or 0 */
    ULONG Kind;       /* DIRQL_LOCK_KIND */
    ULONG State;      /* DIRQL_LOCK_STATE, when it was looked at */
    ULONG Holders;    /* processors or threads that have it */
    ULONG Waiters;    /* threads that wait; processors that have waited for long */
    ULONG Contention; /* a resource's acquires that had to wait */
    ULONG Irql;       /* an interrupt lock's, at which it is held */
    CHAR Name[DIRQL_ROUTINE_LENGTH];
} DIRQL_LOCK_INFORMATION, *PDIRQL_LOCK_INFORMATION;

typedef struct _DIRQL_MEMORY_INFORMATION {
    ULONG64 TotalFrames;
    ULONG64 FramesInUse;
    ULONG FrameSize;         /* bytes */
    ULONG InterruptSources;  /* lines and messages that have a vector */
    ULONG64 PoolAllocations; /* since boot */
    ULONG64 PoolFrees;
    ULONG64 PoolBlocks;
    ULONG64 PoolBytes;
} DIRQL_MEMORY_INFORMATION, *PDIRQL_MEMORY_INFORMATION;

typedef struct _DIRQL_POOL_TAG_INFORMATION {
    ULONG Tag; /* its first letter in the lowest byte */
    ULONG Reserved;
    ULONG64 Allocations;
    ULONG64 Frees;
    ULONG64 Blocks;
    ULONG64 Bytes;
} DIRQL_POOL_TAG_INFORMATION, *PDIRQL_POOL_TAG_INFORMATION;

typedef enum _DIRQL_THREAD_STATE {
    DirqlThreadInitialized,
    DirqlThreadReady,
    DirqlThreadRunning,
    DirqlThreadStandby, /* chosen to run next */
    DirqlThreadTerminated,
    DirqlThreadWaiting
} DIRQL_THREAD_STATE;

typedef struct _DIRQL_THREAD_INFORMATION {
    ULONG64 Object;
    ULONG64 Id;
    ULONG64 StartRoutine;
    ULONG State;
    LONG Priority;
    LONG BasePriority;
    ULONG Processor; /* it runs, ran or is to run on */
    ULONG ContextSwitches;
    ULONG ClockTicks; /* that found it running */
    CHAR Routine[DIRQL_ROUTINE_LENGTH];
} DIRQL_THREAD_INFORMATION, *PDIRQL_THREAD_INFORMATION;

#define DIRQL_DRIVER_LOADED      0x01 /* else a module that ZwLoadDriver finds */
#define DIRQL_DRIVER_BUILT_IN    0x02 /* a part of the kernel: no image */
#define DIRQL_DRIVER_APPLICATION 0x04 /* a program: kind=app or kind=test */
#define DIRQL_DRIVER_UNLOADABLE  0x08 /* has a DriverUnload */
#define DIRQL_DRIVER_VERIFIED    0x10
#define DIRQL_DRIVER_UNLOADING   0x20

typedef struct _DIRQL_DRIVER_INFORMATION {
    ULONG64 Base; /* of the image */
    ULONG Size;
    ULONG Flags;   /* DIRQL_DRIVER_ */
    ULONG Devices; /* device objects it has made */
    ULONG Reserved;
    CHAR Name[DIRQL_NAME_LENGTH];   /* the service's, as ZwLoadDriver takes it */
    CHAR Module[DIRQL_NAME_LENGTH]; /* "e1000.sys"; empty when it is not loaded */
} DIRQL_DRIVER_INFORMATION, *PDIRQL_DRIVER_INFORMATION;

#define DIRQL_DEVICE_PHYSICAL 0x01 /* made by a bus */
#define DIRQL_DEVICE_STARTED  0x02 /* a physical one's stack */
#define DIRQL_DEVICE_DELETING 0x04 /* IoDeleteDevice was called while it was in use */

typedef struct _DIRQL_DEVICE_INFORMATION {
    ULONG64 Object;
    ULONG64 Below; /* the object it is attached to, or 0 */
    ULONG Type;    /* FILE_DEVICE_ */
    ULONG Flags;   /* DIRQL_DEVICE_ */
    ULONG Opens;
    ULONG StackSize;
    ULONG64 Issued; /* IRPs that came in */
    ULONG64 Completed;
    ULONG64 Bytes; /* read and written */
    ULONG64 Errors;
    ULONG64 Cancelled;
    CHAR Name[DIRQL_NAME_LENGTH]; /* "\Device\E1000_0", or "PCI 00:02.0" */
    CHAR Driver[DIRQL_NAME_LENGTH];
} DIRQL_DEVICE_INFORMATION, *PDIRQL_DEVICE_INFORMATION;

/*
 * Fills Buffer, Length bytes of resident memory aligned to 8, with a DIRQL_QUERY_HEADER and
 * the entries of Class. *ReturnLength, where wanted, gets the bytes all of it takes.
 *
 * STATUS_SUCCESS; STATUS_INFO_LENGTH_MISMATCH: not all entries fit; the header is filled, if
 * that fits, and as many entries as do. The list may have grown by the next call: ask again
 * until it succeeds. STATUS_INVALID_INFO_CLASS; STATUS_DATATYPE_MISALIGNMENT;
 * STATUS_INVALID_PARAMETER: no buffer for a Length that is not 0.
 * IRQL: PASSIVE_LEVEL. It waits for who connects an interrupt or starts a device.
 */
_IRQL_requires_max_(PASSIVE_LEVEL) NTKERNELAPI NTSTATUS NTAPI
    DirqlQuerySystem(_In_ DIRQL_QUERY_CLASS Class,
                     _Out_writes_bytes_opt_(Length) PVOID Buffer, _In_ ULONG Length,
                     _Out_opt_ PULONG ReturnLength);

/*
 * Lets a vector of a processor through again that a storm has silenced, as
 * IoReportInterruptActive does for the one driver that calls it. If the storm goes on it is
 * silenced again.
 *
 * STATUS_SUCCESS; STATUS_INVALID_PARAMETER: no vector of a device, no such processor;
 * STATUS_NOT_FOUND: nobody is connected to it; STATUS_INVALID_DEVICE_STATE: no storm has
 * silenced it. IRQL: <= DISPATCH_LEVEL.
 */
_IRQL_requires_max_(DISPATCH_LEVEL) NTKERNELAPI NTSTATUS NTAPI
    DirqlUnmaskInterrupt(_In_ ULONG Processor, _In_ ULONG Vector);
