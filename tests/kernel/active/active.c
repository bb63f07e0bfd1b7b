/*
 * active: a registration whose ISR is switched off and on again, on edu's line, or with
 * msi=1 on its message.
 */
#include <recorder.h>

DRIVER_INITIALIZE DriverEntry;

#define WHILE 20 /* milliseconds in which a call would come */

static VOID
Report(ULONG Version, PRECORDER Recorder, BOOLEAN Active)
{
    IO_REPORT_INTERRUPT_ACTIVE_STATE_PARAMETERS Parameters;

    RtlZeroMemory(&Parameters, sizeof(Parameters));
    Parameters.Version = Version;
    Parameters.ConnectionContext.Generic = Recorder->Context;
    if (Active) {
        IoReportInterruptActive(&Parameters);
    } else {
        IoReportInterruptInactive(&Parameters);
    }
}

static PKINTERRUPT
ObjectOf(ULONG Version, PRECORDER Recorder)
{
    return (Version == CONNECT_MESSAGE_BASED)
               ? Recorder->Table->MessageInfo[0].InterruptObject
               : Recorder->Object;
}

/* A level line that is up when the ISR is active again interrupts then; of a message that
   was masked in a device without mask bits nothing is left. */
static VOID
CheckPending(PRECORDER Recorder, LONG Calls)
{
    if (Device.Mode == LevelSensitive) {
        ok(KtapAwait(&Recorder->Calls, Calls + 1),
           "CON-30 CON-31 active again, the level that is up is delivered");
        KtapSleep(WHILE);
        ok_equal(Recorder->Calls, Calls + 1, "CON-30 once");
    }
    DeviceWrite(EDU_ACKNOWLEDGE, MAXULONG);
}

static VOID
TestVersion(ULONG Version, PCSTR Name)
{
    RECORDER Recorder = {0};
    HARDWARE Active, Inactive;
    GROUP_AFFINITY Affinity;
    LONG Calls;

    if (!ok_status(ConnectAs(&Version, &Recorder), STATUS_SUCCESS, Name)) {
        return;
    }
    ok(RaiseAndAwait(&Recorder), "CON-30 after the connect the ISR is active");
    ReadHardware(&Active);
    Report(Version, &Recorder, TRUE);
    ok(IsHardwareAs(&Active), "CON-30 saying so again changes nothing");

    Report(Version, &Recorder, FALSE);
    ReadHardware(&Inactive);
    Calls = Recorder.Calls;
    ok_equal(RaiseAndCount(&Recorder, WHILE), 0, "CON-30 inactive, it is not called");
    ok(IsSourceMasked(), "CON-31 nobody else has the source: it is masked, and no storm");
    ok_status(IoGetAffinityInterrupt(ObjectOf(Version, &Recorder), &Affinity),
              STATUS_SUCCESS, "CON-30 the registration is kept");
    Report(Version, &Recorder, FALSE);
    ok(IsHardwareAs(&Inactive), "CON-30 saying inactive again changes nothing");

    Report(Version, &Recorder, TRUE);
    CheckPending(&Recorder, Calls);
    ok(IsHardwareAs(&Active), "CON-30 the hardware is as it was when active");
    ok(RaiseAndAwait(&Recorder), "CON-30 and the next interrupt is delivered");

    Report(Version, &Recorder, FALSE);
    DisconnectAs(Version, &Recorder);
    ok_equal(RaiseAndCount(&Recorder, WHILE), 0, "CON-29 disconnecting while inactive");
    DeviceWrite(EDU_ACKNOWLEDGE, MAXULONG);
    ok_status(ConnectAs(&Version, &Recorder), STATUS_SUCCESS, "CON-29 CON-30 and again");
    ok(RaiseAndAwait(&Recorder), "CON-30 a new connection is active");
    DisconnectAs(Version, &Recorder);
}

/* From every processor, above PASSIVE_LEVEL. */
static VOID
TestDispatchLevel(VOID)
{
    RECORDER Recorder = {0};
    ULONG Version = CONNECT_LINE_BASED, Wrong = 0;
    KIRQL Old;

    ConnectAs(&Version, &Recorder);
    for (ULONG Number = 0; Number < KeQueryActiveProcessorCount(NULL); Number++) {
        KeSetSystemAffinityThread((KAFFINITY)1 << Number);
        KeRaiseIrql(DISPATCH_LEVEL, &Old);
        Report(Version, &Recorder, FALSE);
        Report(Version, &Recorder, FALSE);
        Wrong += KeGetCurrentIrql() != DISPATCH_LEVEL || !IsSourceMasked();
        Report(Version, &Recorder, TRUE);
        Report(Version, &Recorder, TRUE);
        Wrong += KeGetCurrentIrql() != DISPATCH_LEVEL || IsSourceMasked();
        KeLowerIrql(Old);
        Wrong += !RaiseAndAwait(&Recorder);
    }
    KeRevertToUserAffinityThread();
    ok_equal(Wrong, 0, "CON-30 callers at DISPATCH_LEVEL, on every processor");
    DisconnectAs(Version, &Recorder);
}

/* Two sharers, one of them switched off: the head, then the tail. */
static VOID
TestShared(VOID)
{
    RECORDER First = {0}, Second = {0};
    ULONG Version = CONNECT_LINE_BASED;
    LONG Calls;

    ConnectAs(&Version, &First);
    ConnectAs(&Version, &Second);
    Report(Version, &First, FALSE);
    ok(!IsSourceMasked(), "CON-31 another ISR is active: the source is not masked");
    ok(RaiseAndAwait(&Second) && First.Calls == 0, "CON-30 the head is passed over");
    Report(Version, &Second, FALSE);
    ok(IsSourceMasked(), "CON-31 none is active: masked");
    Report(Version, &First, TRUE);
    Calls = Second.Calls;
    ok(RaiseAndAwait(&First) && Second.Calls == Calls, "CON-30 so is the tail");
    DisconnectAs(Version, &First);
    DisconnectAs(Version, &Second);
}

/* Sharers that come to, or leave, one that is switched off. */
static VOID
TestComeAndGo(VOID)
{
    RECORDER First = {0}, Second = {0};
    ULONG Version = CONNECT_LINE_BASED;

    ConnectAs(&Version, &First);
    Report(Version, &First, FALSE);
    ConnectAs(&Version, &Second);
    ok(!IsSourceMasked(), "CON-30 who joins one that is inactive is active");
    ok(RaiseAndAwait(&Second) && First.Calls == 0, "CON-30 and is called");
    DeviceWrite(EDU_ACKNOWLEDGE, MAXULONG);
    DisconnectAs(Version, &Second);
    ok(IsSourceMasked(), "CON-31 it leaves, the source is masked again");
    Report(Version, &First, TRUE);
    ok(RaiseAndAwait(&First), "CON-30 the first is active again");
    DisconnectAs(Version, &First);
}

static VOID
ActiveTests(VOID)
{
    TestVersion(CONNECT_FULLY_SPECIFIED, "CON-30 Version 1");
    TestVersion(CONNECT_LINE_BASED, "CON-30 Version 2");
    TestVersion(CONNECT_MESSAGE_BASED, "CON-30 Version 3, or 2 after the fallback");
    TestVersion(CONNECT_FULLY_SPECIFIED_GROUP, "CON-30 Version 4");
    TestDispatchLevel();
    TestShared();
    TestComeAndGo();
}

NTSTATUS
NTAPI
DriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath)
{
    return StartSuite(DriverObject, RegistryPath, ActiveTests);
}
