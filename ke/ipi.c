/*
 * Interrupts from processor to processor, at IPI_LEVEL. (IPI-1)
 *
 * A request is a bit in the target's IpiRequests; the interrupt is sent only when the
 * word was empty, because the target takes all bits at once.
 */
#include "ki.h"

#define IPI_PATIENCE 32 /* clock ticks: half a second, in which a slow sender gets on */

/* One call on all processors: who has come, who has done, and what to do. */
typedef struct _KI_IPI_PACKET {
    PKIPI_BROADCAST_WORKER Worker;
    ULONG_PTR Argument;
    volatile LONG64 Missing; /* processors not at the barrier yet, one bit each */
    volatile LONG64 Running; /* others that have not finished */
} KI_IPI_PACKET, *PKI_IPI_PACKET;

static KSPIN_LOCK KiBroadcastLock;

/* Interrupts are off between the request and its interrupt: a call from another processor
   taken there would wait for Target, whom nobody has interrupted yet. */
VOID
KiSendIpi(PKPRCB Target, LONG Requests)
{
    BOOLEAN Enabled = ArchDisableInterrupts();

    if (InterlockedOr(&Target->IpiRequests, Requests) == 0) {
        KeTrace(TraceIpiSend, Target->Number, (PVOID)(ULONG_PTR)Requests, 0);
        HalSendInterrupt(Target->ApicId, IPI_VECTOR);
    }
    ArchRestoreInterrupts(Enabled);
}

/*
 * A request whose interrupt never came, which must not be; but if it is, nobody sends another
 * one, since the word stays set, and sooner or later a KeIpiGenericCall waits for ever
 * (docs/deviations.md). The target's clock sees it, says so, and has the interrupt sent.
 */
VOID
KiWatchIpi(PKPRCB Prcb)
{
    LONG Requests = __atomic_load_n(&Prcb->IpiRequests, __ATOMIC_RELAXED);
    BOOLEAN Enabled;

    Prcb->IpiStill = (Requests != 0) ? Prcb->IpiStill + 1 : 0;
    if (Prcb->IpiStill == IPI_PATIENCE) {
        Prcb->IpiStill = 0;
        KePrint("dirql: processor %u: request 0x%x stands without its interrupt\n",
                Prcb->Number, (unsigned)Requests);
        Enabled = ArchDisableInterrupts();
        HalSendInterrupt(Prcb->ApicId, IPI_VECTOR);
        ArchRestoreInterrupts(Enabled);
    }
}

/* Processor Number is one of Processors no more. */
static VOID
KiLeave(volatile LONG64 *Processors, ULONG Number)
{
    __asm__ volatile("lock btrq %1, %0"
                     : "+m"(*Processors)
                     : "r"((ULONG64)Number)
                     : "cc", "memory");
}

/* IPI_LEVEL: no clock ticks here that would see a processor hang. */
static __attribute__((noinline)) VOID
KiSpinForProcessors(const volatile LONG64 *Processors)
{
    KI_CALL_WATCH Watch = {0, 0};
    KAFFINITY Left;

    while ((Left = (KAFFINITY)__atomic_load_n(Processors, __ATOMIC_ACQUIRE)) != 0) {
        ArchPause();
        KiWatchCall(&Watch, Left);
    }
}

/* Waits until Processors are none. */
static inline VOID
KiAwaitProcessors(const volatile LONG64 *Processors)
{
    if (__atomic_load_n(Processors, __ATOMIC_ACQUIRE) != 0) {
        KiSpinForProcessors(Processors);
    }
}

/* Meets the others, runs the worker, reports. IPI_LEVEL. */
static ULONG_PTR
KiJoinPacket(PKI_IPI_PACKET Packet, ULONG Number)
{
    KiLeave(&Packet->Missing, Number);
    KiAwaitProcessors(&Packet->Missing);
    return Packet->Worker(Packet->Argument);
}

/* The IPI's body. IPI_LEVEL, interrupts enabled. */
VOID
KiServiceIpi(PKTRAP_FRAME Frame)
{
    PKPRCB Prcb = KeGetCurrentPrcb();
    LONG Requests = InterlockedExchange(&Prcb->IpiRequests, 0);

    UNREFERENCED_PARAMETER(Frame);
    KeTrace(TraceInterruptEnter, IPI_VECTOR, NULL, (ULONG_PTR)KiServiceIpi);
    Prcb->IpiCount++;
    if (Requests & IPI_REQUEST_CALL) {
        PKI_IPI_PACKET Packet = Prcb->IpiPacket;

        KiJoinPacket(Packet, Prcb->Number);
        KiLeave(&Packet->Running, Prcb->Number); /* the packet is gone from here on */
    }
    /* Also in the idle thread, which may be about to switch: it is masked there until
     * then. Not if it halts, for then it looks next. */
    if ((Requests & IPI_REQUEST_DPC) && !Prcb->IdleLooks) {
        HalRequestSoftwareInterrupt(DISPATCH_LEVEL);
    }
    if (Requests & IPI_REQUEST_APC) {
        HalRequestSoftwareInterrupt(APC_LEVEL);
    }
    KeTrace(TraceInterruptLeave, IPI_VECTOR, NULL, (ULONG_PTR)KiServiceIpi);
}

/* Hands Packet to every processor of Targets. */
static VOID
KiPostPacket(PKI_IPI_PACKET Packet, KAFFINITY Targets)
{
    for (; Targets != 0; Targets &= Targets - 1) {
        PKPRCB Prcb = KiProcessorBlock[__builtin_ctzll(Targets)];

        Prcb->IpiPacket = Packet;
        KiSendIpi(Prcb, IPI_REQUEST_CALL);
    }
}

/*
 * Runs BroadcastFunction on all processors at once: each is interrupted, raised to
 * IPI_LEVEL and kept at a barrier until all have come; the call returns when all have
 * finished. One that does not come, or does not finish, is bug check 0x101 (BUG-25).
 *
 * Returns the function's value on the calling processor. IRQL: < IPI_LEVEL. Source:
 * IPI-1.
 *
 * Two callers are serialized by a lock taken below IPI_LEVEL with interrupts enabled: who
 * waits for it still answers the other's call.
 */
ULONG_PTR
NTAPI
KeIpiGenericCall(PKIPI_BROADCAST_WORKER BroadcastFunction, ULONG_PTR Context)
{
    KIRQL Irql = KeGetCurrentIrql();
    KIRQL OldIrql = KfRaiseIrql((Irql > SYNCH_LEVEL) ? Irql : SYNCH_LEVEL);
    KI_IPI_PACKET Packet = {BroadcastFunction, Context, 0, 0};
    KAFFINITY Active, Others;
    ULONG_PTR Result;
    ULONG Number;

    KE_ASSERT(Irql < IPI_LEVEL);
    KiAcquireSpinLock(&KiBroadcastLock);
    Active = KeActiveProcessors; /* once: a processor may be joining */
    Number = KeGetCurrentPrcb()->Number;
    Others = Active & ~AFFINITY_MASK(Number);
    Packet.Missing = (LONG64)Active;
    Packet.Running = (LONG64)Others;
    KiPostPacket(&Packet, Others);
    KfRaiseIrql(IPI_LEVEL);
    Result = KiJoinPacket(&Packet, Number);
    KiAwaitProcessors(&Packet.Running);
    KiReleaseSpinLock(&KiBroadcastLock);
    KeLowerIrql(OldIrql);
    return Result;
}
EXPORT(KeIpiGenericCall);

static ULONG_PTR NTAPI
KiFlushTbWorker(ULONG_PTR Argument)
{
    __asm__ volatile("mov %%cr3, %%rax; mov %%rax, %%cr3" ::: "rax", "memory");
    return Argument;
}

/* Drops every translation, on every processor. No global pages are used. */
VOID
KeFlushEntireTb(VOID)
{
    KeIpiGenericCall(KiFlushTbWorker, 0);
}
