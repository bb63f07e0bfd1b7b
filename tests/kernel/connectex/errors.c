/*
 * What connecting refuses: a good parameter block with one member spoilt, the status for
 * that, and the hardware as before.
 */
#include "connectex.h"

#define FULLY(Member)                                                                    \
    FIELD_OFFSET(IO_CONNECT_INTERRUPT_PARAMETERS, FullySpecified.Member),                \
        RTL_FIELD_SIZE(IO_CONNECT_INTERRUPT_FULLY_SPECIFIED_PARAMETERS, Member)
#define LINE(Member)                                                                     \
    FIELD_OFFSET(IO_CONNECT_INTERRUPT_PARAMETERS, LineBased.Member),                     \
        RTL_FIELD_SIZE(IO_CONNECT_INTERRUPT_LINE_BASED_PARAMETERS, Member)
#define MESSAGE(Member)                                                                  \
    FIELD_OFFSET(IO_CONNECT_INTERRUPT_PARAMETERS, MessageBased.Member),                  \
        RTL_FIELD_SIZE(IO_CONNECT_INTERRUPT_MESSAGE_BASED_PARAMETERS, Member)
#define VERSION FIELD_OFFSET(IO_CONNECT_INTERRUPT_PARAMETERS, Version), sizeof(ULONG)

/* A member, what is written there, and what comes of it. */
typedef struct _SPOILT {
    ULONG Version;
    ULONG Offset, Size;
    ULONG64 Value;
    NTSTATUS Expected;
    PCSTR Name;
} SPOILT;

#define BAD       STATUS_INVALID_PARAMETER
#define NOBODY    STATUS_INVALID_PARAMETER_10
#define ABSENT    ((ULONG64)1 << 63)
#define EX_FULLY  CONNECT_FULLY_SPECIFIED
#define EX_GROUP  CONNECT_FULLY_SPECIFIED_GROUP
#define EX_LINE   CONNECT_LINE_BASED
#define EX_MSG    CONNECT_MESSAGE_BASED
#define EX_MSGPAS CONNECT_MESSAGE_BASED_PASSIVE

static const SPOILT Spoilt[] = {
    {EX_FULLY, VERSION, 0, STATUS_INVALID_PARAMETER_1, "CON-12 Version 0"},
    {EX_FULLY, VERSION, 6, STATUS_INVALID_PARAMETER_1, "CON-12 Version 6"},
    {EX_FULLY, VERSION, MAXULONG, STATUS_INVALID_PARAMETER_1, "CON-12 Version -1"},
    {EX_FULLY, FULLY(PhysicalDeviceObject), 0, BAD, "CON-12 no device"},
    {EX_FULLY, FULLY(InterruptObject), 0, BAD, "CON-12 nowhere to store the object"},
    {EX_FULLY, FULLY(ServiceRoutine), 0, BAD, "CON-12 no ISR"},
    {EX_FULLY, FULLY(FloatingSave), 1, BAD, "FLT-1 FloatingSave"},
    {EX_FULLY, FULLY(ProcessorEnableMask), 0, NOBODY, "CON-12 no processor"},
    {EX_FULLY, FULLY(ProcessorEnableMask), ABSENT, NOBODY, "CON-3 CON-12 an absent one"},
    {EX_FULLY, FULLY(Vector), 0, STATUS_NOT_FOUND, "CON-12 vector 0"},
    {EX_FULLY, FULLY(Vector), 0x10, STATUS_NOT_FOUND, "CON-12 vector 0x10, class 1"},
    {EX_FULLY, FULLY(Vector), 0x2F, STATUS_NOT_FOUND, "CON-12 vector 0x2F, class 2"},
    {EX_FULLY, FULLY(Vector), 0xFF, STATUS_NOT_FOUND, "CON-12 vector 0xFF"},
    {EX_FULLY, FULLY(Vector), 0x100, STATUS_NOT_FOUND, "CON-12 vector 0x100"},
    {EX_FULLY, FULLY(Vector), MAXULONG, STATUS_NOT_FOUND, "CON-12 vector -1"},
    {EX_FULLY, FULLY(Irql), DISPATCH_LEVEL, BAD,
     "CON-4 a level that is not the vector's"},
    {EX_FULLY, FULLY(SynchronizeIrql), DISPATCH_LEVEL, BAD,
     "KCI-3 SynchronizeIrql below Irql"},
    {EX_FULLY, FULLY(SynchronizeIrql), HIGH_LEVEL + 1, BAD,
     "KCI-3 SynchronizeIrql above HIGH_LEVEL"},
    {EX_GROUP, FULLY(Group), 1, BAD, "CON-14 a group that is not there"},
    {EX_GROUP, FULLY(ProcessorEnableMask), ABSENT, NOBODY,
     "CON-14 CON-12 an absent processor"},
    {EX_LINE, LINE(PhysicalDeviceObject), 0, BAD, "CON-12 CON-15 no device"},
    {EX_LINE, LINE(InterruptObject), 0, BAD, "CON-12 CON-15 nowhere for the object"},
    {EX_LINE, LINE(ServiceRoutine), 0, BAD, "CON-12 CON-15 no ISR"},
    {EX_LINE, LINE(FloatingSave), 1, BAD, "CON-15 FLT-1 FloatingSave"},
    {EX_LINE, LINE(SynchronizeIrql), HIGH_LEVEL + 1, BAD, "CON-15 a level above all"},
    {EX_MSG, MESSAGE(PhysicalDeviceObject), 0, BAD, "CON-12 CON-16 no device"},
    {EX_MSG, MESSAGE(ConnectionContext), 0, BAD, "CON-12 CON-16 nowhere for the context"},
    {EX_MSG, MESSAGE(MessageServiceRoutine), 0, BAD, "CON-12 CON-16 no ISR"},
    {EX_MSG, MESSAGE(FloatingSave), 1, BAD, "CON-16 FLT-1 FloatingSave"},
    {EX_MSG, MESSAGE(SynchronizeIrql), HIGH_LEVEL + 1, BAD, "CON-16 a level above all"},
    {EX_MSGPAS, MESSAGE(MessageServiceRoutine), 0, BAD, "CON-27 CON-12 no ISR"},
    {EX_MSGPAS, MESSAGE(ConnectionContext), 0, BAD, "CON-27 CON-12 no context"},
};

static VOID
TestSpoilt(const SPOILT *Case, const HARDWARE *Before)
{
    IO_CONNECT_INTERRUPT_PARAMETERS Connect;
    RECORDER Recorder = {0};

    PrepareConnect(&Connect, Case->Version, &Recorder);
    RtlCopyMemory((PUCHAR)&Connect + Case->Offset, &Case->Value, Case->Size);
    ok_status(IoConnectInterruptEx(&Connect), Case->Expected, Case->Name);
    ok(Recorder.Context == NULL && IsHardwareAs(Before), "CON-12 and nothing is changed");
}

/* What the suite's device decides: another device's object, a neighbour's vector, a form
   for interrupts it does not have, a lock for an ISR that must not have one. */
static VOID
TestUnsuited(const HARDWARE *Before)
{
    IO_CONNECT_INTERRUPT_PARAMETERS Connect;
    RECORDER Recorder = {0};
    KSPIN_LOCK Lock;

    KeInitializeSpinLock(&Lock);
    PrepareConnect(&Connect, CONNECT_FULLY_SPECIFIED, &Recorder);
    Connect.FullySpecified.Vector = Device.Vector ^ 1;
    ok_status(IoConnectInterruptEx(&Connect), STATUS_NOT_FOUND,
              "CON-12 a vector that is not the device's");
    PrepareConnect(&Connect, CONNECT_LINE_BASED, &Recorder);
    Connect.LineBased.PhysicalDeviceObject = Device.Function;
    ok_status(IoConnectInterruptEx(&Connect), STATUS_NOT_FOUND,
              "CON-12 a device object that has no interrupt");
    PrepareConnect(&Connect, CONNECT_FULLY_SPECIFIED, &Recorder);
    Connect.FullySpecified.Irql = PASSIVE_LEVEL;
    Connect.FullySpecified.SynchronizeIrql = PASSIVE_LEVEL;
    Connect.FullySpecified.SpinLock = &Lock;
    ok_status(IoConnectInterruptEx(&Connect), STATUS_INVALID_PARAMETER,
              "CON-25 CON-12 a spin lock for a passive-level ISR");
    PrepareConnect(&Connect, CONNECT_MESSAGE_BASED_PASSIVE, &Recorder);
    Connect.MessageBased.SpinLock = &Lock;
    ok_status(IoConnectInterruptEx(&Connect), STATUS_INVALID_PARAMETER,
              "CON-27 CON-25 here too");
    if (!Device.Message) {
        PrepareConnect(&Connect, CONNECT_MESSAGE_BASED, &Recorder);
        Connect.MessageBased.FallBackServiceRoutine = NULL;
        ok_status(IoConnectInterruptEx(&Connect), STATUS_NOT_FOUND,
                  "CON-20 messages only, of a device that has a line");
        ok_equal(Connect.Version, CONNECT_MESSAGE_BASED, "CON-18 Version stays");
    }
    ok(Recorder.Context == NULL && IsHardwareAs(Before), "CON-12 and nothing is changed");
}

/* The same refusals of IoConnectInterrupt, which knows one status for them all. */
typedef struct _SPOILT_PLAIN {
    ULONG Vector;
    KIRQL Irql, SynchronizeIrql;
    KAFFINITY Processors;
    PKSERVICE_ROUTINE Isr;
    BOOLEAN FloatingSave;
    PCSTR Name;
} SPOILT_PLAIN;

static VOID
TestPlain(const HARDWARE *Before)
{
    const ULONG Vector = Device.Vector;
    const KIRQL Irql = Device.Irql;
    const KAFFINITY Assigned = Device.Assigned;
    const SPOILT_PLAIN Cases[] = {
        {Vector, Irql, Irql, 0, RecordingIsr, FALSE, "CON-2 no processor"},
        {Vector, Irql, Irql, ABSENT, RecordingIsr, FALSE, "CON-3 CON-2 an absent one"},
        {0x10, 1, 1, Assigned, RecordingIsr, FALSE, "CON-2 vector 0x10, class 1"},
        {0x2F, 2, 2, Assigned, RecordingIsr, FALSE, "CON-2 vector 0x2F, class 2"},
        {0xD1, 13, 13, Assigned, RecordingIsr, FALSE, "CON-2 the clock's vector"},
        {0xFF, 15, 15, Assigned, RecordingIsr, FALSE, "CON-2 vector 0xFF"},
        {0x100, Irql, Irql, Assigned, RecordingIsr, FALSE, "CON-2 vector 0x100"},
        {Vector ^ 1, Irql, Irql, Assigned, RecordingIsr, FALSE, "CON-2 nobody's vector"},
        {Vector, 2, Irql, Assigned, RecordingIsr, FALSE, "CON-4 not the vector's level"},
        {Vector, Irql, 2, Assigned, RecordingIsr, FALSE, "KCI-3 SynchronizeIrql too low"},
        {Vector, Irql, 16, Assigned, RecordingIsr, FALSE, "KCI-3 and too high"},
        {Vector, Irql, Irql, Assigned, NULL, FALSE, "CON-2 no ISR"},
        {Vector, Irql, Irql, Assigned, RecordingIsr, TRUE, "FLT-1 FloatingSave"},
    };

    for (ULONG Index = 0; Index < RTL_NUMBER_OF(Cases); Index++) {
        const SPOILT_PLAIN *Case = &Cases[Index];
        RECORDER Recorder = {0};

        KtapPoison(&Recorder.Object);
        ok_status(IoConnectInterrupt(&Recorder.Object, Case->Isr, &Recorder, NULL,
                                     Case->Vector, Case->Irql, Case->SynchronizeIrql,
                                     Device.Mode, TRUE, Case->Processors,
                                     Case->FloatingSave),
                  STATUS_INVALID_PARAMETER, Case->Name);
        ok(Recorder.Object == NULL && IsHardwareAs(Before),
           "CON-9 no object, and nothing is changed");
    }
}

/* Who does not share, or has another mode, harms nobody who is there. */
static VOID
TestIntruders(VOID)
{
    IO_CONNECT_INTERRUPT_PARAMETERS Connect;
    RECORDER Owner = {0}, Intruder = {0};
    ULONG Version = CONNECT_LINE_BASED;
    HARDWARE Before;

    ConnectAs(&Version, &Owner);
    ReadHardware(&Before);
    PrepareConnect(&Connect, CONNECT_FULLY_SPECIFIED, &Intruder);
    Connect.FullySpecified.ShareVector = FALSE;
    ok_status(IoConnectInterruptEx(&Connect), STATUS_INVALID_PARAMETER,
              "CHN-6 who does not share cannot join");
    PrepareConnect(&Connect, CONNECT_FULLY_SPECIFIED, &Intruder);
    Connect.FullySpecified.InterruptMode = Device.Message ? LevelSensitive : Latched;
    ok_status(IoConnectInterruptEx(&Connect), STATUS_INVALID_PARAMETER,
              "CHN-6 nor who has another mode");
    PrepareConnect(&Connect, CONNECT_FULLY_SPECIFIED, &Intruder);
    Connect.FullySpecified.Irql = PASSIVE_LEVEL;
    Connect.FullySpecified.SynchronizeIrql = PASSIVE_LEVEL;
    ok_status(IoConnectInterruptEx(&Connect), STATUS_INVALID_PARAMETER,
              "CON-25 nor who runs at PASSIVE_LEVEL where others do not");
    ok(Intruder.Object == NULL && IsHardwareAs(&Before), "CHN-6 and nothing is changed");
    ok(RaiseAndAwait(&Owner) && Intruder.Calls == 0, "CHN-6 the owner is served as ever");
    DisconnectAs(Version, &Owner);
}

VOID
TestErrors(VOID)
{
    HARDWARE Before;

    ReadHardware(&Before);
    for (ULONG Index = 0; Index < RTL_NUMBER_OF(Spoilt); Index++) {
        TestSpoilt(&Spoilt[Index], &Before);
    }
    TestUnsuited(&Before);
    TestPlain(&Before);
    TestIntruders();
}
