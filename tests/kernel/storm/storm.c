/*
 * storm: a line that is up and that nobody claims. case=stop and case=chained are boots
 * with storm=bugcheck.
 */
#include <recorder.h>

DRIVER_INITIALIZE DriverEntry;

#define LEAST_CALLS 1000 /* what the kernel bears before it masks the line */

/* Somebody else's work: a timer whose DPC counts. */
static KTIMER Timer;
static KDPC TimerDpc;
static volatile LONG Ticks;

static VOID NTAPI
CountTick(PKDPC Dpc, PVOID Context, PVOID Argument1, PVOID Argument2)
{
    UNREFERENCED_PARAMETER(Dpc);
    UNREFERENCED_PARAMETER(Context);
    UNREFERENCED_PARAMETER(Argument1);
    UNREFERENCED_PARAMETER(Argument2);
    Ticks++;
}

static BOOLEAN
AwaitMask(VOID)
{
    for (ULONG Turn = 0; Turn < 1000 && !IsSourceMasked(); Turn++) {
        KtapSleep(5);
    }
    return IsSourceMasked();
}

/* Raises the line and checks the end of the storm that follows. Recorder is one of so many
   ISRs on the line, whose calls all count. */
static VOID
Storm(PRECORDER Recorder, LONG Sharers)
{
    LONG Before = Recorder->Calls, Calls;

    DbgPrint("# expect line ^dirql: interrupt storm: vector 0x%02x on processor %u\n",
             Device.Vector, Device.Processor);
    DbgPrint("# expect line ^dirql: on that line: .*storm\n");
    DeviceWrite(EDU_RAISE, 1);
    ok(AwaitMask(), "SPR-4 CHN-2 a line that nobody claims is masked after a while");
    Calls = Recorder->Calls;
    ok((Calls - Before) * Sharers >= LEAST_CALLS,
       "SPR-4 CHN-2 until then it interrupts on and on");
    KtapSleep(50);
    ok_equal(Recorder->Calls, Calls, "SPR-4 then no more");
}

static VOID
CheckOthers(VOID)
{
    LARGE_INTEGER Period = KtapMilliseconds(5);
    LONG Before;

    KeSetTimerEx(&Timer, Period, 5, &TimerDpc);
    Before = Ticks;
    KtapSleep(100);
    ok(Ticks - Before >= 5, "SPR-4 everybody else keeps running");
    KeCancelTimer(&Timer);
}

static VOID
TestReport(VOID)
{
    IO_REPORT_INTERRUPT_ACTIVE_STATE_PARAMETERS Active = {.Version = CONNECT_LINE_BASED};
    RECORDER Recorder = {.Ignores = TRUE};
    ULONG Version = CONNECT_LINE_BASED;
    LONG Calls;

    ConnectAs(&Version, &Recorder);
    Active.ConnectionContext.InterruptObject = Recorder.Object;
    Storm(&Recorder, 1);
    CheckOthers();
    Calls = Recorder.Calls;
    IoReportInterruptActive(&Active);
    ok(AwaitMask() && Recorder.Calls - Calls >= LEAST_CALLS,
       "SPR-4 CON-30 let through again, it storms and is masked again");
    Recorder.Ignores = FALSE;
    Calls = Recorder.Calls;
    IoReportInterruptActive(&Active);
    ok(KtapAwait(&Recorder.Calls, Calls + 1), "SPR-4 CON-30 let through, and claimed");
    ok(RaiseAndAwait(&Recorder) && !IsSourceMasked(), "SPR-4 all is well again");
    DisconnectAs(Version, &Recorder);
}

static VOID
TestReconnect(VOID)
{
    RECORDER First = {.Ignores = TRUE}, Second = {.Ignores = TRUE}, Owner = {0};
    ULONG Version = CONNECT_LINE_BASED;

    ConnectAs(&Version, &First);
    ConnectAs(&Version, &Second);
    Storm(&First, 2);
    ok(Second.Calls * 2 >= LEAST_CALLS, "CHN-2 everybody on the line was asked");
    ok_status(ConnectAs(&Version, &Owner), STATUS_SUCCESS, "SPR-4 its owner connects");
    ok(KtapAwait(&Owner.Calls, 1), "SPR-4 which lets it through, and it is claimed");
    ok(RaiseAndAwait(&Owner) && !IsSourceMasked(), "SPR-4 all is well again");
    DisconnectAs(Version, &Owner);
    Storm(&First, 2);
    DisconnectAs(Version, &First);
    DeviceWrite(EDU_ACKNOWLEDGE, MAXULONG);
    DisconnectAs(Version, &Second);
    ok_status(ConnectAs(&Version, &Owner), STATUS_SUCCESS,
              "SPR-4 all gone and connected anew");
    ok(RaiseAndAwait(&Owner), "SPR-4 the line is let through");
    DisconnectAs(Version, &Owner);
}

/* Claimed now and then, however often it comes: no storm. */
static VOID
TestBusy(VOID)
{
    RECORDER Recorder = {0};
    ULONG Version = CONNECT_LINE_BASED, Lost = 0;

    ConnectAs(&Version, &Recorder);
    for (LONG Round = 1; Round <= 5 * LEAST_CALLS; Round++) {
        DeviceWrite(EDU_RAISE, 1);
        Lost += !KtapSpinUntil(&Recorder.Calls, Round);
    }
    ok_equal(Lost, 0, "SPR-4 five thousand claimed interrupts in a row are no storm");
    DisconnectAs(Version, &Recorder);
}

static VOID
TestStop(BOOLEAN Chained)
{
    RECORDER First = {.Ignores = TRUE}, Second = {.Ignores = TRUE};
    ULONG Version = CONNECT_LINE_BASED;

    ConnectAs(&Version, &First);
    if (Chained) {
        ConnectAs(&Version, &Second);
    }
    DbgPrint("# expect stop 0x000000F2 (0x%I64X, 0x%I64X, 0x%I64X, 0x%x)\n",
             (ULONG64)(ULONG_PTR)RecordingIsr, (ULONG64)(ULONG_PTR)&First,
             (ULONG64)(ULONG_PTR)First.Object, Chained ? 2 : 1);
    DeviceWrite(EDU_RAISE, 1);
    KtapSleep(2000);
    ok(FALSE, "SPR-4 BUG-24 the storm ends in a stop");
}

static VOID
StormTests(VOID)
{
    if (IsCase(L"stop") || IsCase(L"chained")) {
        TestStop(IsCase(L"chained"));
        return;
    }
    KeInitializeTimer(&Timer);
    KeInitializeDpc(&TimerDpc, CountTick, NULL);
    TestReport();
    TestReconnect();
    TestBusy();
}

NTSTATUS
NTAPI
DriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath)
{
    return StartSuite(DriverObject, RegistryPath, StormTests);
}
