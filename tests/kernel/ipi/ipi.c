/*
 * ipi: KeIpiGenericCall, every processor at once at IPI_LEVEL.
 */
#include "../ktap.h"

DRIVER_INITIALIZE DriverEntry;

static volatile LONG Calls;
static volatile LONG Arrived;
static volatile LONG Irqls[MAXIMUM_PROCESSORS];
static volatile LONG Missing;

static ULONG_PTR NTAPI
CountingWorker(ULONG_PTR Argument)
{
    ULONG Number = KeGetCurrentProcessorNumber();

    Irqls[Number] = KeGetCurrentIrql();
    InterlockedIncrement(&Calls);
    return Argument + Number;
}

/* Whoever leaves before all are inside would wait for ever: it counts as missing. */
static ULONG_PTR NTAPI
MeetingWorker(ULONG_PTR Count)
{
    InterlockedIncrement(&Arrived);
    if (!KtapSpinUntil(&Arrived, (LONG)Count)) {
        InterlockedIncrement(&Missing);
    }
    return 0;
}

static VOID
TestCall(ULONG Count)
{
    ULONG Wrong = 0, Self;
    ULONG_PTR Result;
    KIRQL Old;

    Result = KeIpiGenericCall(CountingWorker, 1000);
    ok_equal(Calls, Count, "IPI-1 every processor has run the routine on return");
    ok(Result >= 1000 && Result < 1000 + Count, "IPI-1 the result is one processor's");
    for (ULONG Number = 0; Number < Count; Number++) {
        Wrong += Irqls[Number] != IPI_LEVEL;
    }
    ok_equal(Wrong, 0, "IPI-1 the routine runs at IPI_LEVEL everywhere");
    ok_irql(PASSIVE_LEVEL, "IPI-1 the caller's level is restored");

    KeRaiseIrql(DISPATCH_LEVEL, &Old);
    Self = KeGetCurrentProcessorNumber();
    Result = KeIpiGenericCall(CountingWorker, 1000);
    ok_irql(DISPATCH_LEVEL, "IPI-1 also DISPATCH_LEVEL");
    KeLowerIrql(Old);
    ok_equal(Result, 1000 + Self, "IPI-1 the result is the calling processor's");
}

static volatile LONG Finished;

static VOID NTAPI
Caller(PVOID Context)
{
    for (ULONG Turn = 0; Turn < 50; Turn++) {
        KeIpiGenericCall(CountingWorker, (ULONG_PTR)Context);
    }
    InterlockedIncrement(&Finished);
    PsTerminateSystemThread(STATUS_SUCCESS);
}

/* Two threads that broadcast at the same time neither mix nor deadlock. */
static VOID
TestConcurrent(ULONG Count)
{
    PKTHREAD Threads[2];

    Calls = 0;
    for (ULONG Index = 0; Index < RTL_NUMBER_OF(Threads); Index++) {
        Threads[Index] = KtapCreateThread(Caller, NULL);
    }
    for (ULONG Index = 0; Index < RTL_NUMBER_OF(Threads); Index++) {
        KtapJoinThread(Threads[Index]);
    }
    ok_equal(Finished, 2, "IPI-1 two callers at once both finish");
    ok_equal(Calls, 100 * Count, "IPI-1 and no call is lost");
}

static VOID
IpiTests(VOID)
{
    ULONG Count = KeQueryActiveProcessorCount(NULL);

    TestCall(Count);
    KeIpiGenericCall(MeetingWorker, Count);
    ok_equal(Missing, 0, "IPI-1 all processors are inside the routine together");
    TestConcurrent(Count);
}

NTSTATUS
NTAPI
DriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath)
{
    return KtapStart(DriverObject, RegistryPath, IpiTests);
}
