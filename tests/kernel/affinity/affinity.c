/*
 * affinity: one interrupt, several processors. A WDM driver for edu, whose module line says
 * cpu=all; START hands the assigned interrupt to the suite's thread.
 */
#include "affinity.h"

DRIVER_INITIALIZE DriverEntry;
static DRIVER_ADD_DEVICE AddDevice;
static DRIVER_DISPATCH DispatchPnp, DispatchPassDown;

SOURCE Source;
static PDEVICE_OBJECT LowerDevice;
static KEVENT Started;

static VOID
AffinityTests(VOID)
{
    LARGE_INTEGER Limit = KtapMilliseconds(5000);

    if (!ok_status(KeWaitForSingleObject(&Started, Executive, KernelMode, FALSE, &Limit),
                   STATUS_SUCCESS, "the edu device was started")) {
        return;
    }
    EduWrite(EDU_ACKNOWLEDGE, MAXULONG);
    ok_equal(
        Source.Affinity, KeQueryActiveProcessors(),
        "AFF-4 CON-4 the assigned affinity is every active processor, and no other bit");
    TestSeveral();
    TestOneLock();
    TestSubsets();
    TestUnderFire();
}

static VOID
TakeResource(PCM_PARTIAL_RESOURCE_DESCRIPTOR Resource)
{
    if (Resource->Type == CmResourceTypeMemory && Source.Registers == NULL) {
        Source.Registers =
            MmMapIoSpace(Resource->u.Memory.Start, EDU_REGISTER_SPACE, MmNonCached);
    } else if (Resource->Type == CmResourceTypeInterrupt) {
        BOOLEAN Message = (Resource->Flags & CM_RESOURCE_INTERRUPT_MESSAGE) != 0;

        Source.Vector = Message ? Resource->u.MessageInterrupt.Translated.Vector
                                : Resource->u.Interrupt.Vector;
        Source.Irql = (KIRQL)(Message ? Resource->u.MessageInterrupt.Translated.Level
                                      : Resource->u.Interrupt.Level);
        Source.Affinity = Message ? Resource->u.MessageInterrupt.Translated.Affinity
                                  : Resource->u.Interrupt.Affinity;
        Source.Mode =
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
    if (Source.Registers == NULL || Source.Vector == 0) {
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
        MmUnmapIoSpace(Source.Registers, EDU_REGISTER_SPACE);
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
    PDEVICE_OBJECT Device;
    NTSTATUS Status;

    Status =
        IoCreateDevice(DriverObject, 0, NULL, FILE_DEVICE_UNKNOWN, 0, FALSE, &Device);
    if (NT_SUCCESS(Status)) {
        LowerDevice = IoAttachDeviceToDeviceStack(Device, PhysicalDevice);
        Device->Flags &= ~DO_DEVICE_INITIALIZING;
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
    return KtapStart(DriverObject, RegistryPath, AffinityTests);
}
