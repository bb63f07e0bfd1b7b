/*
 * What one operation of ops.c takes, timed from inside, and operations repeated as often
 * as a command says, for somebody who times or counts from outside.
 */
#include "ops.h"

#define OPS_TRIES 25
#define OPS_LOOP  1000

/* What one operation takes, in thousandths of a TSC tick: the smallest of some tries. */
static ULONG64
OpsTime(OPS_ROUTINE *Routine)
{
    ULONG64 Smallest = MAXULONGLONG;

    for (ULONG Try = 0; Try < OPS_TRIES; Try++) {
        ULONG64 Start = __builtin_ia32_rdtsc();

        Routine(OPS_LOOP);
        Smallest = min(Smallest, __builtin_ia32_rdtsc() - Start);
    }
    return Smallest * 1000 / OPS_LOOP;
}

NTSTATUS
OpsTimeAll(POPS_TIMES Times)
{
    NTSTATUS Status;

    if (!OpsPrepare(KeQueryActiveProcessorCount(NULL) > 1 ? 1 : 0)) {
        return STATUS_DEVICE_NOT_READY;
    }
    Status = OpsStartPartner(0);
    if (NT_SUCCESS(Status)) {
        Times->Loop = OpsTime(OpsEmptyLoop);
        Times->SpinPair = OpsTime(OpsSpinPair);
        Times->SelfIpi = OpsTime(OpsSelfIpi);
        Times->SelfIpiDpc = OpsTime(OpsSelfIpiDpc);
        Times->DpcTask = OpsTime(OpsDpcTask);
        Times->Unowned = OpsTime(OpsUnowned);
        Times->Call = OpsTime(OpsCall);
        OpsStopPartner();
    }
    OpsFinish();
    return Status;
}

/* Runs the routines of a list that ends in NULL, each Count times, with a partner on
   Processor. */
static NTSTATUS
OpsRepeat(OPS_ROUTINE *const *Routines, ULONG Count, ULONG Processor)
{
    NTSTATUS Status;

    if (!OpsPrepare(Processor)) {
        return STATUS_DEVICE_NOT_READY;
    }
    Status = OpsStartPartner(Processor);
    if (NT_SUCCESS(Status)) {
        for (; *Routines != NULL; Routines++) {
            (*Routines)(Count);
        }
        OpsStopPartner();
    }
    OpsFinish();
    return Status;
}

NTSTATUS
OpsMicro(ULONG Count)
{
    static OPS_ROUTINE *const Routines[] = {OpsSpinPair, OpsDpcTask, OpsSelfIpiDpc,
                                            OpsSelfIpi, NULL};

    return OpsRepeat(Routines, Count, 0);
}

NTSTATUS
OpsIpi(ULONG Count, ULONG Processor)
{
    static OPS_ROUTINE *const Routines[] = {OpsCall, OpsWakeThread, NULL};

    return OpsRepeat(Routines, Count, Processor);
}

NTSTATUS
OpsNobody(ULONG Count)
{
    static OPS_ROUTINE *const Routines[] = {OpsUnowned, NULL};

    return OpsRepeat(Routines, Count, 0);
}

VOID
OpsKeepBusy(ULONG Milliseconds, ULONG Processor)
{
    LARGE_INTEGER Frequency, Now = KeQueryPerformanceCounter(&Frequency);
    LONGLONG End = Now.QuadPart + Milliseconds * Frequency.QuadPart / 1000;

    KeSetSystemAffinityThread((KAFFINITY)1 << Processor);
    while (Now.QuadPart < End) {
        Now = KeQueryPerformanceCounter(NULL);
    }
    KeSetSystemAffinityThread(1);
}
