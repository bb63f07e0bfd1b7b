/*
 * The forms of connecting that succeed. Each is checked by an interrupt of the device.
 */
#include "connectex.h"

VOID
TestConstants(VOID)
{
    ok(CONNECT_FULLY_SPECIFIED == 1 && CONNECT_LINE_BASED == 2 &&
           CONNECT_MESSAGE_BASED == 3 && CONNECT_FULLY_SPECIFIED_GROUP == 4 &&
           CONNECT_MESSAGE_BASED_PASSIVE == 5,
       "CON-11 the values of Version");
    ok(FIELD_OFFSET(IO_CONNECT_INTERRUPT_PARAMETERS, FullySpecified.Vector) == 0x34 &&
           FIELD_OFFSET(IO_CONNECT_INTERRUPT_PARAMETERS,
                        FullySpecified.ProcessorEnableMask) == 0x40 &&
           FIELD_OFFSET(IO_CONNECT_INTERRUPT_PARAMETERS, FullySpecified.Group) == 0x48,
       "CON-13 the order of a fully specified block's members");
    ok(FIELD_OFFSET(IO_CONNECT_INTERRUPT_PARAMETERS, LineBased.SynchronizeIrql) == 0x30 &&
           FIELD_OFFSET(IO_CONNECT_INTERRUPT_PARAMETERS,
                        MessageBased.FallBackServiceRoutine) == 0x38,
       "CON-15 CON-16 and of the other two");
    ok(FIELD_OFFSET(IO_INTERRUPT_MESSAGE_INFO, MessageInfo) == 8 &&
           sizeof(IO_INTERRUPT_MESSAGE_INFO_ENTRY) == 0x30,
       "CON-22 a message's entry has 48 bytes, the first at 8");
    ok(Device.Shared, "CON-24 CON-23 the resource says shared");
    ok_equal(Device.Mode, Device.Message ? Latched : LevelSensitive,
             "CON-24 CON-23 MSI-1 a line is level-sensitive, a message is latched");
    ok_equal(Device.Irql, Device.Vector >> 4, "CON-4 CON-23 its level is Vector >> 4");
}

/* Raises the device once and checks where and how Recorder's ISR came to run. */
static VOID
CheckService(PRECORDER Recorder, KIRQL Irql, LONG Message, PCSTR Name)
{
    LONG Before = Recorder->Calls;

    if (!ok(RaiseAndAwait(Recorder), Name)) {
        DeviceWrite(EDU_ACKNOWLEDGE, MAXULONG);
        return;
    }
    KtapSleep(5);
    ok_equal(Recorder->Calls, Before + 1, "ISR-2 once");
    ok_equal(Recorder->Irql, Irql,
             "CON-17 KINT-16 ISR-4 at the level that was asked for");
    /* A thread's processor is nobody's promise. */
    ok(Irql == PASSIVE_LEVEL || (Device.Assigned >> Recorder->Processor & 1) != 0,
       "CON-4 AFF-4 on an assigned processor");
    ok_equal(Recorder->Message, Message, "ISR-1 through the right prototype");
}

static VOID
CheckGone(ULONG Version, PRECORDER Recorder)
{
    DisconnectAs(Version, Recorder);
    ok_equal(RaiseAndCount(Recorder, 10), 0,
             "CON-29 disconnected, the ISR is not called");
    ok(IsSourceMasked(), "CHN-7 and the source is masked");
    DeviceWrite(EDU_ACKNOWLEDGE, MAXULONG);
}

/* One fully specified connection and its end. */
static VOID
TestFullyOnce(ULONG Version, USHORT Group, KIRQL SynchronizeIrql)
{
    IO_CONNECT_INTERRUPT_PARAMETERS Connect;
    RECORDER Recorder = {0};

    PrepareConnect(&Connect, Version, &Recorder);
    Connect.FullySpecified.Group = Group;
    Connect.FullySpecified.SynchronizeIrql = SynchronizeIrql;
    if (ok_status(IoConnectInterruptEx(&Connect), STATUS_SUCCESS,
                  (Version == CONNECT_FULLY_SPECIFIED)
                      ? "CON-13 CON-14 FULLY_SPECIFIED connects, whatever Group says"
                      : "CON-14 FULLY_SPECIFIED_GROUP connects in group 0")) {
        ok_equal(Connect.Version, Version, "CON-18 Version stays");
        CheckService(&Recorder, SynchronizeIrql, NO_MESSAGE,
                     "CON-13 its ISR is called at SynchronizeIrql exactly");
        ok(Recorder.Interrupt == Recorder.Object, "ISR-1 with the object");
        CheckGone(Version, &Recorder);
    }
}

VOID
TestFully(VOID)
{
    HARDWARE Before;
    RECORDER Recorder = {0};
    ULONG Version = CONNECT_FULLY_SPECIFIED;

    ConnectAs(&Version, &Recorder);
    DisconnectAs(Version, &Recorder);
    ReadHardware(&Before); /* the redirection entry keeps the vector, masked */
    TestFullyOnce(CONNECT_FULLY_SPECIFIED, 0, Device.Irql);
    TestFullyOnce(CONNECT_FULLY_SPECIFIED, 1, (KIRQL)(Device.Irql + 1));
    TestFullyOnce(CONNECT_FULLY_SPECIFIED_GROUP, 0, Device.Irql);
    TestFullyOnce(CONNECT_FULLY_SPECIFIED_GROUP, 0, HIGH_LEVEL);
    ok(IsHardwareAs(&Before), "CON-29 CHN-7 afterwards gates and source are as before");
}

static VOID
TestLineAt(KIRQL SynchronizeIrql, KIRQL Expected)
{
    IO_CONNECT_INTERRUPT_PARAMETERS Connect;
    RECORDER Recorder = {0};

    PrepareConnect(&Connect, CONNECT_LINE_BASED, &Recorder);
    Connect.LineBased.SynchronizeIrql = SynchronizeIrql;
    if (ok_status(IoConnectInterruptEx(&Connect), STATUS_SUCCESS,
                  "CON-15 LINE_BASED connects the device's only interrupt")) {
        ok_equal(Connect.Version, CONNECT_LINE_BASED, "CON-18 Version stays");
        CheckService(&Recorder, Expected, NO_MESSAGE,
                     "CON-17 SynchronizeIrql is a minimum");
        CheckGone(CONNECT_LINE_BASED, &Recorder);
    }
}

VOID
TestLine(VOID)
{
    TestLineAt(PASSIVE_LEVEL, Device.Irql);
    TestLineAt((KIRQL)(Device.Irql - 1), Device.Irql);
    TestLineAt((KIRQL)(Device.Irql + 1), (KIRQL)(Device.Irql + 1));
}

/* What the table says of edu's one message, against the registers that send it. */
static VOID
CheckTable(PIO_INTERRUPT_MESSAGE_INFO Table, KIRQL Unified)
{
    PIO_INTERRUPT_MESSAGE_INFO_ENTRY Entry = &Table->MessageInfo[0];
    DIRQL_INTERRUPT_SOURCE Source = {0};

    ok_equal(Table->MessageCount, 1, "CON-22 one message");
    ok_equal(Table->UnifiedIrql, Unified, "CON-21 UnifiedIrql is the ISR's level");
    ok(DirqlQuerySource(Device.Processor, Entry->Vector, &Source) && Source.Message &&
           !Source.Masked,
       "MSI-8 the device is let through");
    ok_equal(Entry->MessageAddress.QuadPart, Source.MessageAddress,
             "CON-22 MessageAddress is what stands in the device");
    ok_equal(Entry->MessageData, Source.MessageData, "CON-22 so is MessageData");
    ok_equal(Entry->MessageData & 0xFF, Entry->Vector, "CON-22 whose low byte is Vector");
    ok_equal(Entry->Vector, Device.Vector, "CON-22 CON-23 as in the resource");
    ok_equal(Entry->Irql, Device.Irql, "CON-22 Irql");
    ok(Entry->Mode == Latched && Entry->Polarity == InterruptActiveHigh,
       "CON-22 CON-24 latched, at a rising edge");
    ok_equal(Entry->TargetProcessorSet, Device.Assigned, "CON-22 TargetProcessorSet");
}

/* Version 3 or 5 on a device that has a message. */
static VOID
TestMessage(ULONG Version, KIRQL SynchronizeIrql, KIRQL Expected)
{
    IO_CONNECT_INTERRUPT_PARAMETERS Connect;
    RECORDER Recorder = {0};

    PrepareConnect(&Connect, Version, &Recorder);
    Connect.MessageBased.SynchronizeIrql = SynchronizeIrql;
    if (!ok_status(IoConnectInterruptEx(&Connect), STATUS_SUCCESS,
                   (Version == CONNECT_MESSAGE_BASED)
                       ? "CON-16 MESSAGE_BASED connects the message"
                       : "CON-27 MESSAGE_BASED_PASSIVE connects the message")) {
        return;
    }
    ok_equal(Connect.Version, Version, "CON-18 Version stays, the context is a table");
    CheckTable(Recorder.Table, Expected);
    CheckService(&Recorder, Expected, 0, "CON-16 the message ISR is called");
    ok(Recorder.Interrupt == Recorder.Table->MessageInfo[0].InterruptObject,
       "CON-22 with the InterruptObject of the table");
    ok(Expected == PASSIVE_LEVEL ||
           (Recorder.Table->MessageInfo[0].TargetProcessorSet >> Recorder.Processor &
            1) != 0,
       "CON-22 on a processor the table names");
    CheckGone(Connect.Version, &Recorder);
}

/* Version 3 or 5 on a device that has a line: the fallback ISR. */
static VOID
TestFallback(ULONG Version, KIRQL Expected)
{
    RECORDER Recorder = {0};
    ULONG Returned = Version;

    if (ok_status(ConnectAs(&Returned, &Recorder), STATUS_SUCCESS,
                  (Version == CONNECT_MESSAGE_BASED)
                      ? "CON-20 MESSAGE_BASED on a line takes the fallback ISR"
                      : "CON-27 CON-20 so does MESSAGE_BASED_PASSIVE")) {
        ok_equal(Returned, CONNECT_LINE_BASED, "CON-18 Version becomes 2");
        CheckService(&Recorder, Expected, NO_MESSAGE, "CON-18 the fallback is called");
        ok(Recorder.Interrupt == Recorder.Object, "CON-18 the context is its KINTERRUPT");
        CheckGone(Returned, &Recorder);
    }
}

VOID
TestMessages(VOID)
{
    if (Device.Message) {
        TestMessage(CONNECT_MESSAGE_BASED, PASSIVE_LEVEL, Device.Irql);
        TestMessage(CONNECT_MESSAGE_BASED, (KIRQL)(Device.Irql + 1),
                    (KIRQL)(Device.Irql + 1));
        TestMessage(CONNECT_MESSAGE_BASED_PASSIVE, PASSIVE_LEVEL, PASSIVE_LEVEL);
    } else {
        TestFallback(CONNECT_MESSAGE_BASED, Device.Irql);
        TestFallback(CONNECT_MESSAGE_BASED_PASSIVE, PASSIVE_LEVEL);
    }
}

/* A device that interrupts already: a button, say. Only a line waits to be let in. */
VOID
TestEarly(VOID)
{
    RECORDER Recorder = {0};
    ULONG Version = CONNECT_LINE_BASED;

    if (Device.Message) {
        return;
    }
    DeviceWrite(EDU_RAISE, 1);
    ok_status(ConnectAs(&Version, &Recorder), STATUS_SUCCESS,
              "CON-7 connecting a line that is up");
    ok(KtapAwait(&Recorder.Calls, 1), "CON-7 its ISR is called at once");
    ok(Recorder.ContextSeen == Recorder.Interrupt,
       "CON-7 the object had been stored before");
    DisconnectAs(Version, &Recorder);
}
