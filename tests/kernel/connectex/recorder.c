/*
 * Connecting and calling the ISR that writes down how it was called.
 */
#include "recorder.h"

static BOOLEAN
Record(PRECORDER Recorder, PKINTERRUPT Interrupt, LONG Message)
{
    BOOLEAN Mine = !Recorder->Ignores && DeviceRead(EDU_CAUSES) != 0;

    if (Mine) {
        DeviceWrite(EDU_ACKNOWLEDGE, MAXULONG);
    }
    Recorder->Interrupt = Interrupt;
    Recorder->ContextSeen = Recorder->Context;
    Recorder->Thread = KeGetCurrentThread();
    Recorder->Irql = KeGetCurrentIrql();
    Recorder->Processor = (LONG)KeGetCurrentProcessorNumberEx(NULL);
    Recorder->Message = Message;
    Recorder->Calls++;
    return Mine;
}

BOOLEAN
NTAPI
RecordingIsr(PKINTERRUPT Interrupt, PVOID ServiceContext)
{
    return Record(ServiceContext, Interrupt, NO_MESSAGE);
}

BOOLEAN
NTAPI
RecordingMessageIsr(PKINTERRUPT Interrupt, PVOID ServiceContext, ULONG Message)
{
    return Record(ServiceContext, Interrupt, (LONG)Message);
}

static VOID
PrepareFully(PIO_CONNECT_INTERRUPT_FULLY_SPECIFIED_PARAMETERS Fully, PRECORDER Recorder)
{
    Fully->PhysicalDeviceObject = Device.Physical;
    Fully->InterruptObject = &Recorder->Object;
    Fully->ServiceRoutine = RecordingIsr;
    Fully->ServiceContext = Recorder;
    Fully->SynchronizeIrql = Device.Irql;
    Fully->ShareVector = Device.Shared;
    Fully->Vector = Device.Vector;
    Fully->Irql = Device.Irql;
    Fully->InterruptMode = Device.Mode;
    Fully->ProcessorEnableMask = Device.Assigned;
}

VOID
PrepareConnect(PIO_CONNECT_INTERRUPT_PARAMETERS Connect, ULONG Version,
               PRECORDER Recorder)
{
    RtlZeroMemory(Connect, sizeof(*Connect));
    Connect->Version = Version;
    if (Version == CONNECT_LINE_BASED) {
        Connect->LineBased.PhysicalDeviceObject = Device.Physical;
        Connect->LineBased.InterruptObject = &Recorder->Object;
        Connect->LineBased.ServiceRoutine = RecordingIsr;
        Connect->LineBased.ServiceContext = Recorder;
    } else if (Version == CONNECT_MESSAGE_BASED ||
               Version == CONNECT_MESSAGE_BASED_PASSIVE) {
        Connect->MessageBased.PhysicalDeviceObject = Device.Physical;
        Connect->MessageBased.ConnectionContext.Generic = &Recorder->Context;
        Connect->MessageBased.MessageServiceRoutine = RecordingMessageIsr;
        Connect->MessageBased.ServiceContext = Recorder;
        Connect->MessageBased.FallBackServiceRoutine = RecordingIsr;
    } else {
        PrepareFully(&Connect->FullySpecified, Recorder);
    }
}

NTSTATUS
ConnectAs(PULONG Version, PRECORDER Recorder)
{
    IO_CONNECT_INTERRUPT_PARAMETERS Connect;
    NTSTATUS Status;

    PrepareConnect(&Connect, *Version, Recorder);
    Status = IoConnectInterruptEx(&Connect);
    *Version = Connect.Version;
    return Status;
}

VOID
DisconnectAs(ULONG Version, PRECORDER Recorder)
{
    IO_DISCONNECT_INTERRUPT_PARAMETERS Disconnect;

    RtlZeroMemory(&Disconnect, sizeof(Disconnect));
    Disconnect.Version = Version;
    Disconnect.ConnectionContext.Generic = Recorder->Context;
    IoDisconnectInterruptEx(&Disconnect);
    Recorder->Context = NULL;
}

BOOLEAN
RaiseAndAwait(PRECORDER Recorder)
{
    LONG Before = Recorder->Calls;

    DeviceWrite(EDU_RAISE, 1);
    for (ULONG Turn = 0; Turn < 100 && Recorder->Calls == Before; Turn++) {
        KtapSleep(1);
    }
    return Recorder->Calls != Before;
}

LONG
RaiseAndCount(PRECORDER Recorder, ULONG Milliseconds)
{
    LONG Before = Recorder->Calls;

    DeviceWrite(EDU_RAISE, 1);
    KtapSleep(Milliseconds);
    return Recorder->Calls - Before;
}
