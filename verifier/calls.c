/*
 * The kernel's calls into a verified driver: how a routine leaves what it was given. Level,
 * spin locks, registers, time. (VER-12, VER-19, IRQL-23)
 */
#include "vf.h"

/* Ticks that observed calls have taken on each processor since boot: what nests into a call
   is not its own time. */
static ULONG64 VfTicks[HAL_MAXIMUM_PROCESSORS];

/* Runs to its end on one processor, with an interrupt's or DPC's registers. */
static BOOLEAN
VfIsRaised(const KE_CALL *Call)
{
    return Call->Irql >= DISPATCH_LEVEL;
}

static VOID
VfBeginCall(PKE_CALL Call)
{
    Call->Verifier.Checked = VfIsVerifiedAddress(Call->Routine);
    if (!Call->Verifier.Checked || !VfIsRaised(Call)) {
        return;
    }
    if (Call->Kind == KeIsrCall || Call->Kind == KeSynchronizeCall) {
        VfPushServiceLock(Call->Object, Call->Routine);
    }
    Call->Verifier.HeldCount = VfHeldCount();
    Call->Verifier.Nested = VfTicks[KeGetCurrentPrcb()->Number];
    VfSaveContext(Call->Verifier.ExtendedContext);
}

/* A DPC's level, and a worker's, are checked by whoever calls it, verified or not. */
static VOID
VfCheckLevel(const KE_CALL *Call)
{
    KIRQL Irql = KeGetCurrentIrql();
    BOOLEAN Service = Call->Kind == KeIsrCall || Call->Kind == KePassiveIsrCall ||
                      Call->Kind == KeSynchronizeCall;

    if (Service && Irql != Call->Irql) {
        VfStopBlaming(Call->Routine, VF_ISR_IRQL, Call->Routine, Call->Irql, Irql,
                      "an interrupt service routine called at IRQL %u returns at %u",
                      Call->Irql, Irql);
    }
}

static VOID
VfCheckContext(const KE_CALL *Call)
{
    __attribute__((aligned(16))) UCHAR After[KE_EXTENDED_CONTEXT_SIZE];

    VfSaveContext(After);
    if (VfIsContextChanged(Call->Verifier.ExtendedContext, After)) {
        VfStopBlaming(Call->Routine, VF_ISR_CONTEXT, Call->Routine,
                      (ULONG_PTR)Call->Verifier.ExtendedContext, (ULONG_PTR)After,
                      "a routine called at IRQL %u has changed extended registers that "
                      "are the interrupted thread's",
                      Call->Irql);
    }
}

static VOID
VfCountCall(const KE_CALL *Call)
{
    BOOLEAN Enabled = ArchDisableInterrupts();
    ULONG64 *Ticks = &VfTicks[KeGetCurrentPrcb()->Number];
    ULONG64 Own = Call->End - Call->Start - (*Ticks - Call->Verifier.Nested);

    *Ticks += Own;
    ArchRestoreInterrupts(Enabled);
    VfCountTime(Call, Own);
}

static VOID
VfEndCall(PKE_CALL Call)
{
    if (!Call->Verifier.Checked) {
        return;
    }
    VfCheckLevel(Call);
    if (!VfIsRaised(Call) || KeGetCurrentIrql() != Call->Irql) {
        return;
    }
    VfCheckContext(Call);
    VfCheckHeld(Call->Routine, Call->Verifier.HeldCount);
    if (Call->Kind == KeIsrCall || Call->Kind == KeSynchronizeCall) {
        VfPopServiceLock(Call->Object);
    }
    VfCountCall(Call);
}

VOID
VfObserveCalls(VOID)
{
    static KE_CALL_OBSERVER Observer = {.Begin = VfBeginCall, .End = VfEndCall};

    KeObserveCalls(&Observer);
}
