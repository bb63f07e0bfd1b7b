/*
 * dpcstop: one error a boot around DPCs, timers, work items and processors, and the stop that has to name
 * it. The word case=NAME of the module line (tests.txt) chooses the error.
 */
#include "../ktap.h"

#include <ntstrsafe.h>

DRIVER_INITIALIZE DriverEntry;

#define DPC_OBJECT    1 /* first parameters of TIMER_OR_DPC_INVALID */
#define TIMER_OBJECT  0
#define DPC_PROCESSOR 3
#define DPC_APC_COUNT 4

#define CLOCK_LIMIT 48 /* clocklimit= in tests.txt */

static KDPC Dpc;

static VOID NTAPI
HarmlessDpc(PKDPC Object, PVOID Context, PVOID Argument1, PVOID Argument2)
{
    UNREFERENCED_PARAMETER(Object);
    UNREFERENCED_PARAMETER(Context);
    UNREFERENCED_PARAMETER(Argument1);
    UNREFERENCED_PARAMETER(Argument2);
}

static VOID NTAPI
RegionDpc(PKDPC Object, PVOID Context, PVOID Argument1, PVOID Argument2)
{
    UNREFERENCED_PARAMETER(Object);
    UNREFERENCED_PARAMETER(Context);
    UNREFERENCED_PARAMETER(Argument1);
    UNREFERENCED_PARAMETER(Argument2);
    KeEnterCriticalRegion();
}

/* BUG-18: memory that was never made a DPC. */
static VOID
QueueNoDpc(VOID)
{
    KtapPoison(&Dpc);
    DbgPrint("# expect stop 0x%08X (0x%X, 0x%p, *, *)\n", TIMER_OR_DPC_INVALID,
             DPC_OBJECT, &Dpc);
    KeInsertQueueDpc(&Dpc, NULL, NULL);
}

/* BUG-18: memory that was never made a timer. */
static VOID
SetNoTimer(VOID)
{
    static KTIMER Timer;

    KtapPoison(&Timer);
    DbgPrint("# expect stop 0x%08X (0x%X, 0x%p, *, *)\n", TIMER_OR_DPC_INVALID,
             TIMER_OBJECT, &Timer);
    KeSetTimer(&Timer, KtapMilliseconds(1), NULL);
}

/* BUG-18: a DPC whose target was overwritten by a number no processor has. */
static VOID
QueueNowhere(VOID)
{
    KeInitializeDpc(&Dpc, HarmlessDpc, NULL);
    Dpc.Number = 0x5555;
    DbgPrint("# expect stop 0x%08X (0x%X, 0x%p, *, 0x%X)\n", TIMER_OR_DPC_INVALID,
             DPC_PROCESSOR, &Dpc, KeQueryActiveProcessorCount(NULL));
    KeInsertQueueDpc(&Dpc, NULL, NULL);
}

/* DPC-23, BUG-18: one that leaves its thread without APCs. */
static VOID
LeaveRegionOpen(VOID)
{
    KeInitializeDpc(&Dpc, RegionDpc, NULL);
    DbgPrint("# expect stop 0x%08X (0x%X, 0x%p, *, *)\n", TIMER_OR_DPC_INVALID,
             DPC_APC_COUNT, RegionDpc);
    KeInsertQueueDpc(&Dpc, NULL, NULL);
}

static volatile LONG Hangs;

static VOID NTAPI
HangingThread(PVOID Context)
{
    UNREFERENCED_PARAMETER(Context);
    KeSetSystemAffinityThread(2);
    __asm__ volatile("cli");
    Hangs = 1;
    for (;;) {
        YieldProcessor();
    }
}

/* Processor 1 sits with interrupts off from here on. */
static VOID
HangProcessorOne(VOID)
{
    DbgPrint("# expect stop 0x%08X (0x%X, 0x0, *, 0x1)\n", CLOCK_WATCHDOG_TIMEOUT,
             CLOCK_LIMIT);
    KeSetSystemAffinityThread(1);
    KtapCreateThread(HangingThread, NULL);
    KtapSpinUntil(&Hangs, 1);
}

/* BUG-25: the processor before it finds that. */
static VOID
StopClock(VOID)
{
    HangProcessorOne();
    KtapSleep(30000);
}

static ULONG_PTR NTAPI
HarmlessWorker(ULONG_PTR Argument)
{
    return Argument;
}

/* BUG-25, IPI-1: all others wait for it where their clocks do not tick, and find it too. */
static VOID
CallHungProcessor(VOID)
{
    HangProcessorOne();
    KeIpiGenericCall(HarmlessWorker, 0);
}

static volatile UCHAR *Page;
static volatile LONG Reads;

static VOID NTAPI
ReadingThread(PVOID Context)
{
    UNREFERENCED_PARAMETER(Context);
    KeSetSystemAffinityThread(2);
    for (;;) {
        (VOID) * Page;
        Reads = 1;
    }
}

/* IPI-1: processor 1 reads a page, processor 0 unmaps it: no old translation may be left. */
static VOID
UnmapUnderReader(VOID)
{
    PHYSICAL_ADDRESS Hpet = {.QuadPart = 0xFED00000};

    KeSetSystemAffinityThread(1);
    Page = MmMapIoSpace(Hpet, PAGE_SIZE, MmNonCached);
    if (!ok(Page != NULL, "a page is mapped")) {
        return;
    }
    DbgPrint("# expect stop 0x%08X (0x%p, *, *, *)\n", PAGE_FAULT_IN_NONPAGED_AREA, Page);
    KtapCreateThread(ReadingThread, NULL);
    KtapSpinUntil(&Reads, 1);
    MmUnmapIoSpace((PVOID)Page, PAGE_SIZE);
}

static VOID NTAPI
KeptWorker(PVOID Parameter)
{
    UNREFERENCED_PARAMETER(Parameter);
}

/* WRK-3: at DISPATCH_LEVEL on the one processor nobody can have taken it in between. */
static VOID
QueueTwice(VOID)
{
    static WORK_QUEUE_ITEM Item;

    ExInitializeWorkItem(&Item, KeptWorker, NULL);
    DbgPrint("# expect stop 0x%08X (*, 0x%p, *, *)\n", WORKER_INVALID, &Item);
    KfRaiseIrql(DISPATCH_LEVEL);
    ExQueueWorkItem(&Item, DelayedWorkQueue);
    ExQueueWorkItem(&Item, DelayedWorkQueue);
}

typedef struct _STOP_CASE {
    PCWSTR Name;
    KTAP_SUITE *Provoke;
} STOP_CASE;

static const STOP_CASE Cases[] = {
    {L"nodpc", QueueNoDpc},     {L"notimer", SetNoTimer},
    {L"nowhere", QueueNowhere}, {L"region", LeaveRegionOpen},
    {L"clock", StopClock},      {L"unmap", UnmapUnderReader},
    {L"twice", QueueTwice},     {L"unanswered", CallHungProcessor},
};

/* The value of case= in the Parameters key; empty when there is none. */
static VOID
QueryCase(PUNICODE_STRING Name)
{
    RTL_QUERY_REGISTRY_TABLE Table[2];
    WCHAR Path[200];
    ULONG Length = Ktap.RegistryPath.Length / sizeof(WCHAR);

    RtlCopyMemory(Path, Ktap.RegistryPath.Buffer, Ktap.RegistryPath.Length);
    wcscpy(Path + Length, L"\\Parameters");
    RtlZeroMemory(Table, sizeof(Table));
    Table[0].Flags = RTL_QUERY_REGISTRY_DIRECT;
    Table[0].Name = L"case";
    Table[0].EntryContext = Name;
    RtlQueryRegistryValues(RTL_REGISTRY_ABSOLUTE, Path, Table, NULL, NULL);
}

static VOID
StopTests(VOID)
{
    WCHAR Buffer[32];
    UNICODE_STRING Name = {0, sizeof(Buffer), Buffer};
    UNICODE_STRING Candidate;

    QueryCase(&Name);
    for (ULONG Index = 0; Index < RTL_NUMBER_OF(Cases); Index++) {
        RtlInitUnicodeString(&Candidate, Cases[Index].Name);
        if (RtlEqualUnicodeString(&Name, &Candidate, FALSE)) {
            Cases[Index].Provoke();
            KtapSleep(1000);
            ok(FALSE, "the error ends in a stop");
            return;
        }
    }
    ok(FALSE, "the module line names a case");
}

NTSTATUS
NTAPI
DriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath)
{
    return KtapStart(DriverObject, RegistryPath, StopTests);
}
