/*
 * interrupt: the way of a real device's interrupt, from IoConnectInterrupt to the last
 * call of an ISR. A WDM driver for edu; START hands the line to the suite's thread.
 */
#include "interrupt.h"

DRIVER_INITIALIZE DriverEntry;
static DRIVER_ADD_DEVICE AddDevice;
static DRIVER_DISPATCH DispatchPnp, DispatchPassDown;

LINE Line;
PDEVICE_OBJECT FunctionDevice;
static PDEVICE_OBJECT LowerDevice;
static KEVENT Started;

NTSTATUS
ConnectLine(PLINE_ISR Isr, KIRQL SynchronizeIrql)
{
    KtapPoison(&Isr->Object);
    KeInitializeSpinLock(&Isr->Lock);
    Isr->Calls = 0;
    return IoConnectInterrupt(&Isr->Object, LineIsr, Isr, &Isr->Lock, Line.Vector,
                              Line.Irql, SynchronizeIrql, Line.Mode, Line.Shared,
                              Line.Affinity, FALSE);
}

VOID
DisconnectLine(PLINE_ISR Isr)
{
    IoDisconnectInterrupt(Isr->Object);
    Isr->Object = NULL;
}

VOID
MoveToLine(VOID)
{
    KeSetSystemAffinityThread(Line.Affinity);
}

BOOLEAN
RaiseLine(PLINE_ISR Isr)
{
    LONG Next = Isr->Calls + 1;

    EduWrite(EDU_RAISE, 1);
    return KtapAwait(&Isr->Calls, Next);
}

static VOID
InterruptTests(VOID)
{
    LARGE_INTEGER Limit = KtapMilliseconds(5000);

    if (!ok_status(KeWaitForSingleObject(&Started, Executive, KernelMode, FALSE, &Limit),
                   STATUS_SUCCESS, "the edu device was started")) {
        return;
    }
    EduWrite(EDU_LIVENESS, 0x12345678);
    ok_equal(EduRead(EDU_LIVENESS), 0xEDCBA987, "the device answers");
    TestConnect();
    TestConnectEx();
    TestGate();
    TestService();
    TestSynchronize();
    TestMasked();
    TestAnswers();
    TestExtendedState();
    TestInterrupted();
    TestDpcForIsr();
    TestDisconnect();
    TestChain();
    TestChainRules();
}

static VOID
TakeResource(PCM_PARTIAL_RESOURCE_DESCRIPTOR Resource)
{
    if (Resource->Type == CmResourceTypeMemory && Line.Registers == NULL) {
        Line.Registers =
            MmMapIoSpace(Resource->u.Memory.Start, EDU_REGISTER_SPACE, MmNonCached);
    } else if (Resource->Type == CmResourceTypeInterrupt) {
        Line.Vector = Resource->u.Interrupt.Vector;
        Line.Irql = (KIRQL)Resource->u.Interrupt.Level;
        Line.Assigned = Resource->u.Interrupt.Affinity;
        Line.Affinity = Line.Assigned & ~(Line.Assigned - 1);
        Line.Shared = Resource->ShareDisposition == CmResourceShareShared;
        Line.Mode =
            (Resource->Flags & CM_RESOURCE_INTERRUPT_LATCHED) ? Latched : LevelSensitive;
    }
}

static NTSTATUS
StartDevice(PCM_RESOURCE_LIST List)
{
    PCM_PARTIAL_RESOURCE_LIST Partial = &List->List[0].PartialResourceList;

    for (ULONG Index = 0; Index < Partial->Count; Index++) {
        TakeResource(&Partial->PartialDescriptors[Index]);
    }
    if (Line.Registers == NULL || Line.Vector == 0) {
        return STATUS_DEVICE_CONFIGURATION_ERROR;
    }
    KeSetEvent(&Started, IO_NO_INCREMENT, FALSE);
    return STATUS_SUCCESS;
}

static NTSTATUS NTAPI
DispatchPnp(PDEVICE_OBJECT DeviceObject, PIRP Irp)
{
    PIO_STACK_LOCATION Stack = IoGetCurrentIrpStackLocation(Irp);
    NTSTATUS Status;

    if (Stack->MinorFunction == IRP_MN_START_DEVICE) {
        Status = IoForwardIrpSynchronously(LowerDevice, Irp) ? Irp->IoStatus.Status
                                                             : STATUS_UNSUCCESSFUL;
        if (NT_SUCCESS(Status)) {
            Status =
                StartDevice(Stack->Parameters.StartDevice.AllocatedResourcesTranslated);
        }
        Irp->IoStatus.Status = Status;
        IoCompleteRequest(Irp, IO_NO_INCREMENT);
        return Status;
    }
    if (Stack->MinorFunction == IRP_MN_REMOVE_DEVICE) {
        MmUnmapIoSpace(Line.Registers, EDU_REGISTER_SPACE);
        Irp->IoStatus.Status = STATUS_SUCCESS;
        IoSkipCurrentIrpStackLocation(Irp);
        Status = IoCallDriver(LowerDevice, Irp);
        IoDetachDevice(LowerDevice);
        IoDeleteDevice(DeviceObject);
        return Status;
    }
    return DispatchPassDown(DeviceObject, Irp);
}

static NTSTATUS NTAPI
DispatchPassDown(PDEVICE_OBJECT DeviceObject, PIRP Irp)
{
    UNREFERENCED_PARAMETER(DeviceObject);
    IoSkipCurrentIrpStackLocation(Irp);
    return IoCallDriver(LowerDevice, Irp);
}

static NTSTATUS NTAPI
AddDevice(PDRIVER_OBJECT DriverObject, PDEVICE_OBJECT PhysicalDevice)
{
    NTSTATUS Status;

    Status = IoCreateDevice(DriverObject, 0, NULL, FILE_DEVICE_UNKNOWN, 0, FALSE,
                            &FunctionDevice);
    if (NT_SUCCESS(Status)) {
        Line.PhysicalDevice = PhysicalDevice;
        LowerDevice = IoAttachDeviceToDeviceStack(FunctionDevice, PhysicalDevice);
        FunctionDevice->Flags &= ~DO_DEVICE_INITIALIZING;
    }
    return Status;
}

NTSTATUS
NTAPI
DriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath)
{
    DriverObject->DriverExtension->AddDevice = AddDevice;
    DriverObject->MajorFunction[IRP_MJ_PNP] = DispatchPnp;
    DriverObject->MajorFunction[IRP_MJ_POWER] = DispatchPassDown;
    KeInitializeEvent(&Started, NotificationEvent, FALSE);
    return KtapStart(DriverObject, RegistryPath, InterruptTests);
}
