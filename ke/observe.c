/*
 * Observed calls: the one place from which a driver's routine is called while somebody
 * watches, by kind of routine. See <internal/observe.h>.
 *
 * Where an interrupt passes, the choice was made before: its gate leads to KiChainedDispatch
 * (KiSetDispatch), and that and the dispatch interrupt call what KiServeChain and KiRetireDpcs
 * point at. Elsewhere KeObservesCalls is looked at.
 */
#include "ki.h"

BOOLEAN KeObservesCalls;
static PKE_CALL_OBSERVER KiCallObservers;

VOID
KeObserveCalls(PKE_CALL_OBSERVER Observer)
{
    PKE_CALL_OBSERVER *Link = &KiCallObservers;

    while (*Link != NULL) {
        Link = &(*Link)->Next;
    }
    *Link = Observer;
    KeObservesCalls = TRUE;
    KiServeChain = KiServeObservedChain;
    KiRetireDpcs = KiRetireObservedDpcs;
}

VOID
KeBeginCall(PKE_CALL Call)
{
    Call->Irql = KeGetCurrentIrql();
    Call->Result = FALSE;
    for (PKE_CALL_OBSERVER Observer = KiCallObservers; Observer != NULL;
         Observer = Observer->Next) {
        Observer->Begin(Call);
    }
    Call->Start = ArchReadTimeStamp(); /* last: the time is the routine's */
}

VOID
KeEndCall(PKE_CALL Call)
{
    Call->End = ArchReadTimeStamp();
    for (PKE_CALL_OBSERVER Observer = KiCallObservers; Observer != NULL;
         Observer = Observer->Next) {
        Observer->End(Call);
    }
}

/* An ISR, its lock held. Returns what it returned. */
BOOLEAN
KiCallObservedIsr(PKINTERRUPT Interrupt, KE_CALL_KIND Kind)
{
    KE_CALL Call = {.Kind = Kind,
                    .Routine = KeQueryServiceRoutine(Interrupt),
                    .Object = Interrupt,
                    .Context = Interrupt->ServiceContext};

    KeBeginCall(&Call);
    Call.Result = Interrupt->ServiceRoutine(Interrupt, Interrupt->ServiceContext);
    KeEndCall(&Call);
    return Call.Result;
}

/* What KeSynchronizeExecution was given, with the ISR kept out. */
BOOLEAN
KiCallObservedSynchronize(PKINTERRUPT Interrupt, PKSYNCHRONIZE_ROUTINE Routine,
                          PVOID Context)
{
    KE_CALL Call = {.Kind = KeSynchronizeCall,
                    .Routine = (ULONG_PTR)Routine,
                    .Object = Interrupt,
                    .Context = Context};

    KeBeginCall(&Call);
    Call.Result = Routine(Context);
    KeEndCall(&Call);
    return Call.Result;
}

/* A DPC that has left its queue. */
VOID
KiCallObservedDpc(KE_CALL_KIND Kind, PKINTERRUPT Source, PKDPC Dpc,
                  PKDEFERRED_ROUTINE Routine, PVOID Context, PVOID Argument1,
                  PVOID Argument2)
{
    KE_CALL Call = {.Kind = Kind,
                    .Routine = (ULONG_PTR)Routine,
                    .Object = Dpc,
                    .Context = Context,
                    .Source = Source};

    KeBeginCall(&Call);
    Routine(Dpc, Context, Argument1, Argument2);
    KeEndCall(&Call);
}
