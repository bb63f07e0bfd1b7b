/*
 * irql: the level of a processor is its CR8; raising, lowering, and what lowering lets
 * in.
 */
#include "../ktap.h"

DRIVER_INITIALIZE DriverEntry;

/* What a DPC or a broadcast saw, for the thread to check. */
static volatile LONG DpcRuns;
static volatile LONG DpcIrql;
static volatile LONG OtherIrql[MAXIMUM_PROCESSORS];

static VOID NTAPI
CountingDpc(PKDPC Dpc, PVOID Context, PVOID Argument1, PVOID Argument2)
{
    UNREFERENCED_PARAMETER(Dpc);
    UNREFERENCED_PARAMETER(Context);
    UNREFERENCED_PARAMETER(Argument1);
    UNREFERENCED_PARAMETER(Argument2);
    DpcIrql = KeGetCurrentIrql();
    DpcRuns++;
}

static VOID
TestNames(VOID)
{
    ok(PASSIVE_LEVEL == 0 && LOW_LEVEL == 0 && APC_LEVEL == 1 && DISPATCH_LEVEL == 2 &&
           CMCI_LEVEL == 5,
       "IRQL-2 the software levels by number");
    ok(CLOCK_LEVEL == 13 && IPI_LEVEL == 14 && DRS_LEVEL == 14 && POWER_LEVEL == 14 &&
           PROFILE_LEVEL == 15 && HIGH_LEVEL == 15,
       "IRQL-2 the hardware levels by number");
    ok_equal(sizeof(KIRQL), 1, "IRQL-1 a level is one byte");
}

/* A software interrupt at the highest level; who owns no vector is counted, and named when
   the machine stops (SPR-3). */
static VOID
TestUnmasked(VOID)
{
    KIRQL Old, After;

    DbgPrint("# expect line ^unexpected: vector 0x71 on processor \\d+, 1 times\n");
    KeRaiseIrql(HIGH_LEVEL, &Old);
    __asm__ __volatile__("int $0x71" : : : "memory");
    After = KeGetCurrentIrql();
    KeLowerIrql(Old);
    ok_equal(After, HIGH_LEVEL,
             "IRQL-8 an INT n at HIGH_LEVEL comes and leaves the level");
}

/* Whether every level from 0 to 15 can be raised to in steps and given back. */
static VOID
TestLevels(VOID)
{
    KIRQL Old[HIGH_LEVEL + 1];
    ULONG Wrong = 0;

    ok_irql(PASSIVE_LEVEL, "IRQL-20 a system thread runs at PASSIVE_LEVEL");
    for (KIRQL Level = APC_LEVEL; Level <= HIGH_LEVEL; Level++) {
        KeRaiseIrql(Level, &Old[Level]);
        Wrong += Old[Level] != Level - 1 || KeGetCurrentIrql() != Level;
        Wrong += __readcr8() != Level; /* asking has not changed it */
    }
    for (KIRQL Level = HIGH_LEVEL; Level >= APC_LEVEL; Level--) {
        KeLowerIrql(Old[Level]);
        Wrong += KeGetCurrentIrql() != Level - 1;
    }
    ok_equal(
        Wrong, 0,
        "IRQL-1 IRQL-6 IRQL-12 IRQL-13 IRQL-17 sixteen levels, each the value of CR8");
    ok_irql(PASSIVE_LEVEL, "IRQL-13 the last lowering is back at PASSIVE_LEVEL");
}

static VOID
TestRaises(VOID)
{
    KIRQL Old, Same;

    Old = KeRaiseIrqlToDpcLevel();
    ok_equal(Old, PASSIVE_LEVEL,
             "IRQL-14 KeRaiseIrqlToDpcLevel returns the level before");
    ok_irql(DISPATCH_LEVEL, "IRQL-14 KeRaiseIrqlToDpcLevel raises to DISPATCH_LEVEL");
    ok_equal(KeRaiseIrqlToDpcLevel(), DISPATCH_LEVEL,
             "IRQL-14 at DISPATCH_LEVEL it returns DISPATCH_LEVEL");
    KeRaiseIrql(DISPATCH_LEVEL, &Same);
    ok_equal(Same, DISPATCH_LEVEL, "IRQL-12 raising to the present level is legal");
    KeLowerIrql(Old);

    Old = KfRaiseIrql(SYNCH_LEVEL);
    ok_irql(SYNCH_LEVEL, "IRQL-16 IRQL-3 KfRaiseIrql to SYNCH_LEVEL, which is 12");
    KfLowerIrql(Old);
    ok_irql(PASSIVE_LEVEL, "IRQL-16 KfLowerIrql restores the level");
    Old = KzRaiseIrql(APC_LEVEL);
    ok_irql(APC_LEVEL, "IRQL-15 KzRaiseIrql raises");
    KzLowerIrql(Old);
    ok_irql(PASSIVE_LEVEL, "IRQL-15 KzLowerIrql lowers");
}

/* A DPC queued at Level runs only below DISPATCH_LEVEL, and there before the next
   instruction. */
static VOID
TestPendingDpc(VOID)
{
    KDPC Dpc;
    KIRQL Old;
    LONG AtDirql, AtDispatch, AtPassive;

    KtapPoison(&Dpc);
    KeInitializeDpc(&Dpc, CountingDpc, NULL);
    DpcRuns = 0;
    KeRaiseIrql(CLOCK_LEVEL, &Old);
    KeInsertQueueDpc(&Dpc, NULL, NULL);
    AtDirql = DpcRuns;
    KeLowerIrql(DISPATCH_LEVEL);
    AtDispatch = DpcRuns;
    __writecr8(Old);
    AtPassive = DpcRuns;
    ok_equal(AtDirql, 0, "IRQL-7 no DPC at CLOCK_LEVEL");
    ok_equal(AtDispatch, 0, "IRQL-10 no DPC at DISPATCH_LEVEL");
    ok_equal(AtPassive, 1, "IRQL-19 a mov to CR8 below DISPATCH_LEVEL runs it at once");
    ok_equal(DpcIrql, DISPATCH_LEVEL, "IRQL-20 a DPC runs at DISPATCH_LEVEL");
    ok_irql(PASSIVE_LEVEL, "IRQL-19 the level after the DPC is the one lowered to");

    DpcRuns = 0;
    KeRaiseIrql(DISPATCH_LEVEL, &Old);
    KeInsertQueueDpc(&Dpc, NULL, NULL);
    __writecr8(APC_LEVEL);
    AtPassive = DpcRuns;
    ok_irql(APC_LEVEL, "IRQL-11 APC_LEVEL stays APC_LEVEL over a DPC");
    KeLowerIrql(Old);
    ok_equal(AtPassive, 1, "IRQL-19 APC_LEVEL is low enough for a DPC");
}

/* The clock still arrives at DISPATCH_LEVEL and not at CLOCK_LEVEL. */
static VOID
TestClock(VOID)
{
    ULONGLONG Before, After, Blocked;
    KIRQL Old;

    Old = KfRaiseIrql(DISPATCH_LEVEL);
    Before = KeQueryInterruptTime();
    After = Before;
    for (ULONG Turn = 0; Turn < 20000 && After == Before; Turn++) {
        KeStallExecutionProcessor(10);
        After = KeQueryInterruptTime();
    }
    ok(After > Before, "IRQL-10 the clock ticks while a processor is at DISPATCH_LEVEL");
    if (KeQueryActiveProcessorCount(NULL) == 1) {
        KfRaiseIrql(CLOCK_LEVEL);
        Before = KeQueryInterruptTime();
        KeStallExecutionProcessor(40000);
        Blocked = KeQueryInterruptTime();
        KeLowerIrql(DISPATCH_LEVEL);
        ok_equal(Blocked, Before, "IRQL-7 no clock tick at CLOCK_LEVEL");
        ok(KeQueryInterruptTime() > Before, "IRQL-7 the masked tick fires on lowering");
    }
    KeLowerIrql(Old);
}

static VOID NTAPI
LevelDpc(PKDPC Dpc, PVOID Context, PVOID Argument1, PVOID Argument2)
{
    UNREFERENCED_PARAMETER(Dpc);
    UNREFERENCED_PARAMETER(Argument1);
    UNREFERENCED_PARAMETER(Argument2);
    OtherIrql[(ULONG_PTR)Context] = KeGetCurrentIrql() + 1;
}

/* Raised here, every other processor still takes a DPC at once. */
static VOID
TestPerProcessor(VOID)
{
    ULONG Count = KeQueryActiveProcessorCount(NULL);
    static KDPC Dpc[MAXIMUM_PROCESSORS];
    ULONG Self, Wrong = 0;
    KIRQL Old;

    KeRaiseIrql(SYNCH_LEVEL, &Old);
    Self = KeGetCurrentProcessorNumber();
    for (ULONG Number = 0; Number < Count; Number++) {
        KeInitializeDpc(&Dpc[Number], LevelDpc, (PVOID)(ULONG_PTR)Number);
        KeSetImportanceDpc(&Dpc[Number], HighImportance);
        KeSetTargetProcessorDpc(&Dpc[Number], (CCHAR)Number);
        KeInsertQueueDpc(&Dpc[Number], NULL, NULL);
    }
    for (ULONG Number = 0; Number < Count; Number++) {
        if (Number != Self) {
            Wrong += !KtapSpinUntil(&OtherIrql[Number], DISPATCH_LEVEL + 1);
        }
    }
    Wrong += OtherIrql[Self] != 0;
    KeLowerIrql(Old);
    ok_equal(Wrong, 0, "IRQL-9 a raised level masks on its own processor only");
    ok_equal(OtherIrql[Self], DISPATCH_LEVEL + 1,
             "IRQL-19 what was masked here ran on lowering");
}

/* Where a DPC ran: in which thread, on which stack. */
typedef struct _PLACE {
    KEVENT Event;
    PKTHREAD Thread;
    ULONG_PTR Stack;
} PLACE, *PPLACE;

static VOID NTAPI
PlaceDpc(PKDPC Dpc, PVOID Context, PVOID Argument1, PVOID Argument2)
{
    PPLACE Place = Context;

    UNREFERENCED_PARAMETER(Dpc);
    UNREFERENCED_PARAMETER(Argument1);
    UNREFERENCED_PARAMETER(Argument2);
    Place->Thread = KeGetCurrentThread();
    Place->Stack = KtapStackPointer();
    KeSetEvent(&Place->Event, 0, FALSE);
}

#define STACK_SIZE 0x6000

/*
 * On this processor: a DPC that interrupts this thread, and one by a timer while it sleeps.
 * The second finds the processor idle, unless a worker happens to run: then again.
 */
static VOID
TestIdle(VOID)
{
    PKTHREAD Self = KeGetCurrentThread();
    LARGE_INTEGER Soon = KtapMilliseconds(40);
    PLACE Busy, Idle;
    BOOLEAN Apart = FALSE;
    KTIMER Timer;
    KDPC Dpc;

    KeSetSystemAffinityThread(1);
    KeInitializeEvent(&Busy.Event, SynchronizationEvent, FALSE);
    KeInitializeEvent(&Idle.Event, SynchronizationEvent, FALSE);
    KeInitializeTimer(&Timer);
    KeInitializeDpc(&Dpc, PlaceDpc, &Busy);
    KeSetTargetProcessorDpc(&Dpc, 0);
    KeInsertQueueDpc(&Dpc, NULL, NULL);
    KeWaitForSingleObject(&Busy.Event, Executive, KernelMode, FALSE, NULL);
    KeInitializeDpc(&Dpc, PlaceDpc, &Idle);
    KeSetTargetProcessorDpc(&Dpc, 0);
    for (ULONG Turn = 0; Turn < 20 && !Apart; Turn++) {
        KeSetTimer(&Timer, Soon, &Dpc);
        KeWaitForSingleObject(&Idle.Event, Executive, KernelMode, FALSE, NULL);
        Apart = Idle.Stack - Busy.Stack + STACK_SIZE > 2 * STACK_SIZE;
    }
    KeRevertToUserAffinityThread();
    ok(Busy.Thread == Self, "IRQL-24 a DPC runs in the thread it interrupts");
    ok(Apart && Idle.Thread != Self,
       "IRQL-24 the idle thread drains the queue itself, on its own stack");
}

static VOID
IrqlTests(VOID)
{
    TestNames();
    TestUnmasked();
    TestIdle();
    TestLevels();
    TestRaises();
    TestPendingDpc();
    TestClock();
    TestPerProcessor();
}

NTSTATUS
NTAPI
DriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath)
{
    return KtapStart(DriverObject, RegistryPath, IrqlTests);
}
