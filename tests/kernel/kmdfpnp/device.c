/*
 * The device: every callback writes its letter, and fails when it is the one that is to.
 */
#include "kmdfpnp.h"

static EVT_WDFDEVICE_WDM_IRP_PREPROCESS SeeStart;

static NTSTATUS
Letter(CHAR Value)
{
    Diary(Value);
    return Unit.Fails == Value ? STATUS_DEVICE_BUSY : STATUS_SUCCESS;
}

/* The resources that the PnP manager started the device with, which keeps the lists. */
static NTSTATUS NTAPI
SeeStart(WDFDEVICE Device, PIRP Irp)
{
    PIO_STACK_LOCATION Stack = IoGetCurrentIrpStackLocation(Irp);

    Unit.Raw = Stack->Parameters.StartDevice.AllocatedResources;
    Unit.Translated = Stack->Parameters.StartDevice.AllocatedResourcesTranslated;
    IoSkipCurrentIrpStackLocation(Irp);
    return WdfDeviceWdmDispatchPreprocessedIrp(Device, Irp);
}

static NTSTATUS NTAPI
PrepareHardware(WDFDEVICE Device, WDFCMRESLIST Raw, WDFCMRESLIST Translated)
{
    UNREFERENCED_PARAMETER(Device);
    UNREFERENCED_PARAMETER(Raw);
    for (ULONG Index = 0; Index < WdfCmResourceListGetCount(Translated); Index++) {
        PCM_PARTIAL_RESOURCE_DESCRIPTOR Descriptor =
            WdfCmResourceListGetDescriptor(Translated, Index);

        if (Descriptor->Type == CmResourceTypeMemory) {
            Unit.Registers = MmMapIoSpace(Descriptor->u.Memory.Start,
                                          Descriptor->u.Memory.Length, MmNonCached);
        }
    }
    return Unit.Registers == NULL ? STATUS_DEVICE_CONFIGURATION_ERROR : Letter('P');
}

static NTSTATUS NTAPI
ReleaseHardware(WDFDEVICE Device, WDFCMRESLIST Translated)
{
    UNREFERENCED_PARAMETER(Device);
    UNREFERENCED_PARAMETER(Translated);
    if (Unit.Registers != NULL) {
        MmUnmapIoSpace(Unit.Registers, 0);
        Unit.Registers = NULL;
    }
    return Letter('R');
}

static NTSTATUS NTAPI
D0Entry(WDFDEVICE Device, WDF_POWER_DEVICE_STATE PreviousState)
{
    UNREFERENCED_PARAMETER(Device);
    UNREFERENCED_PARAMETER(PreviousState);
    if (Unit.RaiseEarly) {
        WRITE_REGISTER_ULONG((PULONG)(Unit.Registers + EDU_RAISE), 1);
    }
    return Letter('0');
}

static NTSTATUS NTAPI
D0EntryPost(WDFDEVICE Device, WDF_POWER_DEVICE_STATE PreviousState)
{
    UNREFERENCED_PARAMETER(Device);
    UNREFERENCED_PARAMETER(PreviousState);
    return Letter('1');
}

static NTSTATUS NTAPI
D0ExitPre(WDFDEVICE Device, WDF_POWER_DEVICE_STATE TargetState)
{
    UNREFERENCED_PARAMETER(Device);
    UNREFERENCED_PARAMETER(TargetState);
    return Letter('x');
}

static NTSTATUS NTAPI
D0Exit(WDFDEVICE Device, WDF_POWER_DEVICE_STATE TargetState)
{
    UNREFERENCED_PARAMETER(Device);
    Unit.ExitState = TargetState;
    return Letter('y');
}

static NTSTATUS NTAPI
SelfManagedInit(WDFDEVICE Device)
{
    UNREFERENCED_PARAMETER(Device);
    Diary('I');
    return StartTests();
}

static NTSTATUS NTAPI
SelfManagedRestart(WDFDEVICE Device)
{
    UNREFERENCED_PARAMETER(Device);
    return Letter('T');
}

static NTSTATUS NTAPI
SelfManagedSuspend(WDFDEVICE Device)
{
    UNREFERENCED_PARAMETER(Device);
    return Letter('S');
}

static NTSTATUS NTAPI
QueryStop(WDFDEVICE Device)
{
    UNREFERENCED_PARAMETER(Device);
    return Letter('q');
}

static NTSTATUS NTAPI
Enable(WDFINTERRUPT Interrupt, WDFDEVICE Device)
{
    UNREFERENCED_PARAMETER(Interrupt);
    UNREFERENCED_PARAMETER(Device);
    return Letter('e');
}

static NTSTATUS NTAPI
Disable(WDFINTERRUPT Interrupt, WDFDEVICE Device)
{
    UNREFERENCED_PARAMETER(Interrupt);
    UNREFERENCED_PARAMETER(Device);
    WRITE_REGISTER_ULONG((PULONG)(Unit.Registers + EDU_ACKNOWLEDGE), MAXULONG);
    return Letter('d');
}

static BOOLEAN NTAPI
Isr(WDFINTERRUPT Interrupt, ULONG MessageId)
{
    ULONG Causes = READ_REGISTER_ULONG((PULONG)(Unit.Registers + EDU_CAUSES));

    UNREFERENCED_PARAMETER(MessageId);
    if (Causes == 0 || Causes == MAXULONG) {
        return FALSE;
    }
    InterlockedIncrement(&Unit.Isrs);
    if (WdfInterruptWdmGetInterrupt(Interrupt) == NULL) {
        InterlockedIncrement(&Unit.Unready);
    }
    WRITE_REGISTER_ULONG((PULONG)(Unit.Registers + EDU_ACKNOWLEDGE), Causes);
    return TRUE;
}

static VOID NTAPI
Handle(WDFQUEUE Queue, WDFREQUEST Request)
{
    UNREFERENCED_PARAMETER(Queue);
    Unit.Held = Request;
    InterlockedIncrement(&Unit.Presented);
}

static VOID NTAPI
IoStop(WDFQUEUE Queue, WDFREQUEST Request, ULONG ActionFlags)
{
    UNREFERENCED_PARAMETER(Queue);
    Unit.StopFlags = ActionFlags;
    InterlockedIncrement(&Unit.Stopped);
    if (Unit.Answer == StopComplete) {
        WdfRequestComplete(Request, STATUS_DEVICE_NOT_READY);
    } else {
        WdfRequestStopAcknowledge(Request, Unit.Answer == StopRequeue);
    }
}

static VOID NTAPI
IoResume(WDFQUEUE Queue, WDFREQUEST Request)
{
    UNREFERENCED_PARAMETER(Queue);
    Unit.Held = Request;
    InterlockedIncrement(&Unit.Resumed);
}

static NTSTATUS
CreateParts(VOID)
{
    WDF_INTERRUPT_CONFIG Interrupt;
    WDF_IO_QUEUE_CONFIG Queue;
    NTSTATUS Status;

    WDF_INTERRUPT_CONFIG_INIT(&Interrupt, Isr, NULL);
    Interrupt.EvtInterruptEnable = Enable;
    Interrupt.EvtInterruptDisable = Disable;
    Status = WdfInterruptCreate(Unit.Device, &Interrupt, WDF_NO_OBJECT_ATTRIBUTES,
                                &Unit.Interrupt);
    WDF_IO_QUEUE_CONFIG_INIT_DEFAULT_QUEUE(&Queue, WdfIoQueueDispatchSequential);
    Queue.EvtIoDefault = Handle;
    Queue.EvtIoStop = IoStop;
    Queue.EvtIoResume = IoResume;
    return NT_SUCCESS(Status) ? WdfIoQueueCreate(Unit.Device, &Queue,
                                                 WDF_NO_OBJECT_ATTRIBUTES, &Unit.Queue)
                              : Status;
}

NTSTATUS
NTAPI
AddDevice(WDFDRIVER Driver, PWDFDEVICE_INIT Init)
{
    UCHAR Minors[] = {IRP_MN_START_DEVICE};
    WDF_PNPPOWER_EVENT_CALLBACKS Callbacks;
    NTSTATUS Status;

    UNREFERENCED_PARAMETER(Driver);
    WDF_PNPPOWER_EVENT_CALLBACKS_INIT(&Callbacks);
    Callbacks.EvtDevicePrepareHardware = PrepareHardware;
    Callbacks.EvtDeviceReleaseHardware = ReleaseHardware;
    Callbacks.EvtDeviceD0Entry = D0Entry;
    Callbacks.EvtDeviceD0EntryPostInterruptsEnabled = D0EntryPost;
    Callbacks.EvtDeviceD0Exit = D0Exit;
    Callbacks.EvtDeviceD0ExitPreInterruptsDisabled = D0ExitPre;
    Callbacks.EvtDeviceSelfManagedIoInit = SelfManagedInit;
    Callbacks.EvtDeviceSelfManagedIoRestart = SelfManagedRestart;
    Callbacks.EvtDeviceSelfManagedIoSuspend = SelfManagedSuspend;
    Callbacks.EvtDeviceQueryStop = QueryStop;
    WdfDeviceInitSetPnpPowerEventCallbacks(Init, &Callbacks);
    Status = WdfDeviceInitAssignWdmIrpPreprocessCallback(Init, SeeStart, IRP_MJ_PNP,
                                                         Minors, RTL_NUMBER_OF(Minors));
    if (NT_SUCCESS(Status)) {
        Status = WdfDeviceCreate(&Init, WDF_NO_OBJECT_ATTRIBUTES, &Unit.Device);
    }
    return NT_SUCCESS(Status) ? CreateParts() : Status;
}
