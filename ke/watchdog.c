/*
 * The DPC watchdog: a processor that never gets below DISPATCH_LEVEL is a bug check, not a
 * silence. (WDG-1 to WDG-5)
 *
 * Nothing is counted where DPCs run. The clock looks: the same DPC at two ticks is one that
 * still runs; a tick that finds a thread below DISPATCH_LEVEL, or an idle processor, ends a
 * cumulative stretch.
 */
#include "ki.h"

/* What a debugger finds through the bug check's parameter (WDG-5): no profile is kept. */
typedef struct _DPC_WATCHDOG_GLOBAL_TRIAGE_BLOCK {
    ULONG Signature;
    USHORT Revision;
    USHORT Size;
    USHORT DpcWatchdogProfileOffset;
    ULONG DpcWatchdogProfileLength;
} DPC_WATCHDOG_GLOBAL_TRIAGE_BLOCK;
C_ASSERT(sizeof(DPC_WATCHDOG_GLOBAL_TRIAGE_BLOCK) == 0x10);

static const DPC_WATCHDOG_GLOBAL_TRIAGE_BLOCK KiTriageBlock = {
    .Signature = 0xAEBECEDE,
    .Revision = 1,
    .Size = sizeof(KiTriageBlock),
};

/* Clock ticks; off until boot sets them. */
static ULONG KiDpcTimeLimit;
static ULONG KiDpcWatchdogPeriod;

/* Sets the limits, in clock ticks; 0: that check is off. Boot, once. */
VOID
KeSetDpcWatchdog(ULONG DpcTimeLimit, ULONG WatchdogPeriod)
{
    KiDpcTimeLimit = DpcTimeLimit;
    KiDpcWatchdogPeriod = WatchdogPeriod;
}

static VOID
KiWatchOneDpc(PKPRCB Prcb)
{
    if (!Prcb->DpcRoutineActive || Prcb->DpcRunCount != Prcb->DpcTimeSerial) {
        Prcb->DpcTimeSerial = Prcb->DpcRunCount;
        Prcb->DpcTimeCount = 0;
        return;
    }
    Prcb->DpcTimeCount++;
    if (KiDpcTimeLimit != 0 && Prcb->DpcTimeCount >= KiDpcTimeLimit) {
        KeBugCheckEx(DPC_WATCHDOG_VIOLATION, 0, Prcb->DpcTimeCount, KiDpcTimeLimit,
                     (ULONG_PTR)&KiTriageBlock);
    }
}

static VOID
KiWatchLevel(PKPRCB Prcb, KIRQL Irql)
{
    if (Irql < DISPATCH_LEVEL ||
        (Prcb->CurrentThread == Prcb->IdleThread && !Prcb->DpcRoutineActive)) {
        Prcb->DpcWatchdogCount = 0;
        return;
    }
    Prcb->DpcWatchdogCount++;
    if (KiDpcWatchdogPeriod != 0 && Prcb->DpcWatchdogCount >= KiDpcWatchdogPeriod) {
        KeBugCheckEx(DPC_WATCHDOG_VIOLATION, 1, KiDpcWatchdogPeriod,
                     (ULONG_PTR)&KiTriageBlock, 0);
    }
}

/* From the clock. Irql: what the tick interrupted. */
VOID
KiWatchDpcs(PKPRCB Prcb, KIRQL Irql)
{
    KiWatchOneDpc(Prcb);
    KiWatchLevel(Prcb, Irql);
}

static ULONG
KiRemaining(ULONG Limit, ULONG Count)
{
    return (Limit > Count) ? Limit - Count : 0;
}

/*
 * How far this processor is from its limits, in clock ticks; a limit of 0 means that check is
 * off. STATUS_UNSUCCESSFUL below DISPATCH_LEVEL, where nothing is counted.
 * IRQL: any. Source: WDG-1, WDG-2.
 */
NTSTATUS
NTAPI
KeQueryDpcWatchdogInformation(PKDPC_WATCHDOG_INFORMATION WatchdogInformation)
{
    PKPRCB Prcb;

    if (KeGetCurrentIrql() < DISPATCH_LEVEL) {
        return STATUS_UNSUCCESSFUL;
    }
    Prcb = KeGetCurrentPrcb();
    memset(WatchdogInformation, 0, sizeof(*WatchdogInformation));
    WatchdogInformation->DpcTimeLimit = KiDpcTimeLimit;
    WatchdogInformation->DpcTimeCount = KiRemaining(KiDpcTimeLimit, Prcb->DpcTimeCount);
    WatchdogInformation->DpcWatchdogLimit = KiDpcWatchdogPeriod;
    WatchdogInformation->DpcWatchdogCount =
        KiRemaining(KiDpcWatchdogPeriod, Prcb->DpcWatchdogCount);
    return STATUS_SUCCESS;
}
EXPORT(KeQueryDpcWatchdogInformation);
