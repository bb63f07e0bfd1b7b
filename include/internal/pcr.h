/*
 * The processor control region: what GS addresses on each processor.
 *
 * The offsets of KPCR and of the head of KPRCB are baked into driver binaries (STR-23,
 * STR-24, driver-binary-interface section 1). Everything from PrcbLock on is the kernel's
 * own, under NT's names where NT has the thing. A processor writes only its own block,
 * except the fields whose comment names a lock or says "any processor".
 */
#pragma once

#include <internal/hal.h>
#include <internal/kinterrupt.h>
#include <internal/kthread.h>

#define INITIAL_MXCSR 0x1F80

typedef struct _KDPC_LIST {
    SINGLE_LIST_ENTRY ListHead;
    PSINGLE_LIST_ENTRY LastEntry; /* &ListHead when empty */
} KDPC_LIST;

/* One DPC queue (STR-11). Guarded by DpcLock, taken with interrupts off. */
typedef struct _KDPC_DATA {
    KDPC_LIST DpcList;
    KSPIN_LOCK DpcLock;
    volatile LONG DpcQueueDepth;
    ULONG DpcCount; /* DPCs ever inserted; any processor, under DpcLock */
    PKDPC volatile ActiveDpc;
} KDPC_DATA, *PKDPC_DATA;

#define DPC_NORMAL   0
#define DPC_THREADED 1

/* Requests one processor makes of another through the IPI vector. */
#define IPI_REQUEST_DPC  0x1 /* also: look at NextThread */
#define IPI_REQUEST_CALL 0x2
#define IPI_REQUEST_APC  0x4 /* the running thread has an APC */

/* The timers that expire on one processor (wheel.c). Dispatcher lock. */
#define TIMER_WHEEL_BITS   6
#define TIMER_WHEEL_SLOTS  (1 << TIMER_WHEEL_BITS)
#define TIMER_WHEEL_LEVELS 5
typedef struct _KTIMER_WHEEL {
    LIST_ENTRY Slots[TIMER_WHEEL_LEVELS][TIMER_WHEEL_SLOTS];
    LIST_ENTRY Due;      /* taken from the slots, not handed out yet */
    ULONG64 Tick;        /* every tick up to this one has been taken */
    volatile LONG Count; /* of timers; the clock reads it without the lock */
} KTIMER_WHEEL, *PKTIMER_WHEEL;

typedef struct _KPRCB {
    ULONG MxCsr;
    UCHAR LegacyNumber;
    UCHAR ReservedMustBeZero;
    BOOLEAN InterruptRequest;
    BOOLEAN IdleHalt;
    struct _KTHREAD *CurrentThread;
    struct _KTHREAD *volatile NextThread; /* dispatcher lock */
    struct _KTHREAD *IdleThread;
    UCHAR NestingLevel;
    UCHAR ClockOwner;
    UCHAR PendingTickFlags;
    UCHAR IdleState;
    ULONG Number;
    ULONG64 RspBase;
    KSPIN_LOCK PrcbLock;

    /* interrupts */
    PKINTERRUPT ActiveInterrupt; /* whose ISR this processor is in, or NULL */
    ULONG64 InterruptCount;      /* device interrupts dispatched (CHN-11) */
    ULONG64 ChainedDispatchCount;
    ULONG64 ChainedServiceCount;
    ULONG64 RetiredInterruptCount; /* ISR calls of objects since disconnected */
    ULONG64 SpuriousCount;
    ULONG64 UnexpectedCount;
    ULONG UnexpectedVectors[256];
    volatile LONG PassivePending[256]; /* passive ISRs the vector still waits for */
    struct {
        ULONG64 Calls; /* when the vector's claims last moved */
        ULONG Claims;
        BOOLEAN Masked; /* a storm: its source is silenced */
    } Storm[256];
    ULONG64 StormBase; /* InterruptCount at the last look */
    ULONG StormVector; /* the one to report; StormDpc */
    KDPC StormDpc;
    PKINTERRUPT InterruptObject[256]; /* head of the chain connected to each vector */

    /* DPCs */
    KDPC_DATA DpcData[2];
    PVOID DpcStack; /* top */
    LONG MaximumDpcQueueDepth;
    ULONG DpcRequestRate;
    ULONG MinimumDpcRate;
    ULONG DpcLastCount;
    ULONG AdjustDpcThreshold; /* ticks until MaximumDpcQueueDepth grows */
    BOOLEAN DpcRoutineActive;
    volatile BOOLEAN DpcInterruptRequested; /* DpcLock of DpcData[0] */
    volatile BOOLEAN IdleLooks; /* the idle loop halts, and looks at the queue next */
    volatile BOOLEAN QuantumEnd;
    ULONG64 DpcRunCount;
    LONG DpcHighestDepth;    /* under DpcLock */
    BOOLEAN ThreadDpcEnable; /* its thread runs: threaded DPCs go there */
    KEVENT ThreadDpcEvent;
    KDPC ThreadDpcWake;
    KDPC CallDpc; /* KeGenericCallDpc */

    /* DPC watchdog: the clock's */
    ULONG64 DpcTimeSerial;
    ULONG DpcTimeCount;
    ULONG DpcWatchdogCount;

    /* clock watchdog: of the processor after this one */
    struct _KPRCB *NeighbourWatched;
    ULONG64 NeighbourTicks; /* its ClockTicks at the last look */
    ULONG NeighbourStill;   /* looks since they moved */

    /* timers */
    KDPC TimerExpirationDpc;
    KTIMER_WHEEL TimerWheel;

    /* scheduling: dispatcher lock */
    ULONG ReadySummary;
    LIST_ENTRY DispatcherReadyListHead[MAXIMUM_PRIORITY];

    /* other processors */
    volatile LONG IpiRequests; /* any processor, interlocked */
    struct _KI_IPI_PACKET *volatile IpiPacket;
    ULONG64 IpiCount;
    ULONG IpiStill; /* clock ticks that have found IpiRequests set, in a row */
    ULONG ApicId;
    volatile BOOLEAN Started;
    volatile BOOLEAN Frozen;
    ULONG FrozenCode; /* the bug check it was about to make itself, or 0 */
    const KTRAP_FRAME *FrozenFrame;

    const volatile VOID *volatile SpinningFor; /* the lock it waits for, or NULL */

    /* the bug check this processor is about to make: KeExplainStop */
    ULONG_PTR StopGuilty;
    const CHAR *StopText;

    /* clock */
    ULONG64 ClockTicks;
    ULONG64 KernelTicks; /* of those: at PASSIVE or APC level */
    ULONG64 DpcTicks;
    ULONG64 InterruptTicks;
    ULONG64 IdleTicks;

    struct _KE_TRACE_RING *TraceRing; /* NULL: no trace */
} KPRCB, *PKPRCB;

typedef struct _KPCR {
    PVOID GdtBase;
    PKTSS64 TssBase;
    ULONG64 UserRsp;
    struct _KPCR *Self;
    struct _KPRCB *CurrentPrcb;
    PVOID LockArray;
    PVOID Used_Self;
    PKIDTENTRY64 IdtBase;
    ULONG64 Unused[2];
    KIRQL Irql; /* never kept: CR8 is the level */
    UCHAR SecondLevelCacheAssociativity;
    UCHAR ObsoleteNumber;
    UCHAR Fill0;
    ULONG Unused0[3];
    USHORT MajorVersion;
    USHORT MinorVersion;
    ULONG StallScaleFactor; /* TSC ticks in a microsecond */
    PVOID Unused1[3];
    ULONG KernelReserved[15];
    ULONG SecondLevelCacheSize;
    ULONG HalReserved[16];
    ULONG Unused2;
    PVOID KdVersionBlock;
    PVOID Unused3;
    ULONG PcrAlign1[24];
    __attribute__((aligned(64))) KPRCB Prcb;
} KPCR;

C_ASSERT(FIELD_OFFSET(KPCR, Self) == 0x18);
C_ASSERT(FIELD_OFFSET(KPCR, IdtBase) == 0x38);
C_ASSERT(FIELD_OFFSET(KPCR, Irql) == 0x50);
C_ASSERT(FIELD_OFFSET(KPCR, MajorVersion) == 0x60);
C_ASSERT(FIELD_OFFSET(KPCR, KdVersionBlock) == 0x108);
C_ASSERT(FIELD_OFFSET(KPCR, Prcb) == 0x180);
C_ASSERT(FIELD_OFFSET(KPCR, Prcb.LegacyNumber) == 0x184);
C_ASSERT(FIELD_OFFSET(KPCR, Prcb.CurrentThread) == 0x188);
C_ASSERT(FIELD_OFFSET(KPCR, Prcb.Number) == 0x1A4);
C_ASSERT(FIELD_OFFSET(KPRCB, PrcbLock) == 0x30);
C_ASSERT(sizeof(KDPC_DATA) == 0x28);

/* This processor's block. Stable only while the thread cannot move: at DISPATCH_LEVEL or
   above, or with interrupts off. */
FORCEINLINE PKPRCB
KeGetCurrentPrcb(VOID)
{
    PKPRCB Prcb;
    __asm__ volatile("movq %%gs:0x20, %0" : "=r"(Prcb));
    return Prcb;
}

FORCEINLINE PKPCR
KeGetCurrentPcr(VOID)
{
    PKPCR Pcr;
    __asm__ volatile("movq %%gs:0x18, %0" : "=r"(Pcr));
    return Pcr;
}

#define AFFINITY_MASK(Number) ((KAFFINITY)1 << (Number))
