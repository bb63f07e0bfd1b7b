/*
 * reloaded: what the suite reload loads and unloads, over and over: a driver of QEMU's edu
 * device with all that a driver can leave behind: an interrupt, its DPC, a timer with a
 * DPC of its own, a work item, mapped registers, pool.
 *
 * START is not over before one interrupt has gone the whole way, ISR to DPC to work item.
 */
#include <ntddk.h>

#define EDU_RAISE       0x60
#define EDU_ACKNOWLEDGE 0x64
#define EDU_CAUSES      0x24
#define EDU_SPACE       0x1000
#define RELOADED_TAG    0x6F6C6572 /* "relo" */

DRIVER_INITIALIZE DriverEntry;
static DRIVER_UNLOAD DriverUnload;
static DRIVER_ADD_DEVICE AddDevice;
static DRIVER_DISPATCH DispatchPnp, DispatchCreateClose;
static KSERVICE_ROUTINE Isr;
static IO_DPC_ROUTINE DpcForIsr;
static IO_WORKITEM_ROUTINE WorkRoutine;
static KDEFERRED_ROUTINE TimerDpc;

typedef struct _CONTEXT_OF_DEVICE {
    PDEVICE_OBJECT Lower, Physical;
    PUCHAR Registers;
    PKINTERRUPT Interrupt;
    KTIMER Timer;
    KDPC TimerDpc;
    PIO_WORKITEM WorkItem;
    KEVENT Served;
    volatile LONG Ticks;
    PVOID Pool;
} DEVICE_CONTEXT, *PDEVICE_CONTEXT;

static BOOLEAN NTAPI
Isr(PKINTERRUPT Interrupt, PVOID ServiceContext)
{
    PDEVICE_OBJECT Device = ServiceContext;
    PDEVICE_CONTEXT Context = Device->DeviceExtension;
    ULONG Causes = READ_REGISTER_ULONG((PULONG)(Context->Registers + EDU_CAUSES));

    UNREFERENCED_PARAMETER(Interrupt);
    if (Causes == 0) {
        return FALSE;
    }
    WRITE_REGISTER_ULONG((PULONG)(Context->Registers + EDU_ACKNOWLEDGE), Causes);
    IoRequestDpc(Device, NULL, NULL);
    return TRUE;
}

static VOID NTAPI
DpcForIsr(PKDPC Dpc, PDEVICE_OBJECT Device, PIRP Irp, PVOID Argument)
{
    PDEVICE_CONTEXT Context = Device->DeviceExtension;

    UNREFERENCED_PARAMETER(Dpc);
    UNREFERENCED_PARAMETER(Irp);
    UNREFERENCED_PARAMETER(Argument);
    IoQueueWorkItem(Context->WorkItem, WorkRoutine, DelayedWorkQueue, NULL);
}

static VOID NTAPI
WorkRoutine(PDEVICE_OBJECT Device, PVOID Argument)
{
    PDEVICE_CONTEXT Context = Device->DeviceExtension;

    UNREFERENCED_PARAMETER(Argument);
    KeSetEvent(&Context->Served, IO_NO_INCREMENT, FALSE);
}

static VOID NTAPI
TimerDpc(PKDPC Dpc, PVOID Argument, PVOID Argument1, PVOID Argument2)
{
    PDEVICE_CONTEXT Context = Argument;

    UNREFERENCED_PARAMETER(Dpc);
    UNREFERENCED_PARAMETER(Argument1);
    UNREFERENCED_PARAMETER(Argument2);
    InterlockedIncrement(&Context->Ticks);
}

/* Ends all that Start began; what it did not come to is left alone. */
static VOID
Stop(PDEVICE_CONTEXT Context)
{
    KeCancelTimer(&Context->Timer);
    if (Context->Interrupt != NULL) {
        IoDisconnectInterrupt(Context->Interrupt);
        Context->Interrupt = NULL;
    }
    KeFlushQueuedDpcs();
    if (Context->WorkItem != NULL) {
        IoFreeWorkItem(Context->WorkItem);
        Context->WorkItem = NULL;
    }
    if (Context->Registers != NULL) {
        MmUnmapIoSpace(Context->Registers, EDU_SPACE);
        Context->Registers = NULL;
    }
    if (Context->Pool != NULL) {
        ExFreePoolWithTag(Context->Pool, RELOADED_TAG);
        Context->Pool = NULL;
    }
}

static NTSTATUS
Connect(PDEVICE_OBJECT Device, const CM_PARTIAL_RESOURCE_LIST *List)
{
    PDEVICE_CONTEXT Context = Device->DeviceExtension;
    NTSTATUS Status = STATUS_DEVICE_CONFIGURATION_ERROR;

    for (ULONG Index = 0; Index < List->Count; Index++) {
        const CM_PARTIAL_RESOURCE_DESCRIPTOR *One = &List->PartialDescriptors[Index];

        if (One->Type == CmResourceTypeMemory) {
            Context->Registers =
                MmMapIoSpace(One->u.Memory.Start, EDU_SPACE, MmNonCached);
        } else if (One->Type == CmResourceTypeInterrupt && Context->Registers != NULL) {
            Status = IoConnectInterrupt(
                &Context->Interrupt, Isr, Device, NULL, One->u.Interrupt.Vector,
                (KIRQL)One->u.Interrupt.Level, (KIRQL)One->u.Interrupt.Level,
                LevelSensitive, TRUE, One->u.Interrupt.Affinity, FALSE);
        }
    }
    return Status;
}

static NTSTATUS
Start(PDEVICE_OBJECT Device, PCM_RESOURCE_LIST Translated)
{
    PDEVICE_CONTEXT Context = Device->DeviceExtension;
    LARGE_INTEGER Time;
    NTSTATUS Status;

    Context->Pool = ExAllocatePoolWithTag(NonPagedPool, 5000, RELOADED_TAG);
    Context->WorkItem = IoAllocateWorkItem(Device);
    if (Context->Pool == NULL || Context->WorkItem == NULL) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    Status = Connect(Device, &Translated->List[0].PartialResourceList);
    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    Time.QuadPart = -10000;
    KeSetTimerEx(&Context->Timer, Time, 1, &Context->TimerDpc);
    WRITE_REGISTER_ULONG((PULONG)(Context->Registers + EDU_RAISE), 1);
    Time.QuadPart = -10 * 10000000LL;
    Status = KeWaitForSingleObject(&Context->Served, Executive, KernelMode, FALSE, &Time);
    return Status == STATUS_SUCCESS ? STATUS_SUCCESS : STATUS_IO_TIMEOUT;
}

static NTSTATUS NTAPI
DispatchPnp(PDEVICE_OBJECT Device, PIRP Irp)
{
    PDEVICE_CONTEXT Context = Device->DeviceExtension;
    PIO_STACK_LOCATION Stack = IoGetCurrentIrpStackLocation(Irp);
    PDEVICE_OBJECT Lower = Context->Lower;
    NTSTATUS Status;

    switch (Stack->MinorFunction) {
    case IRP_MN_START_DEVICE:
        IoForwardIrpSynchronously(Lower, Irp);
        Status = Irp->IoStatus.Status;
        if (NT_SUCCESS(Status)) {
            Status =
                Start(Device, Stack->Parameters.StartDevice.AllocatedResourcesTranslated);
        }
        Irp->IoStatus.Status = Status;
        IoCompleteRequest(Irp, IO_NO_INCREMENT);
        return Status;

    case IRP_MN_REMOVE_DEVICE:
        Stop(Context);
        Irp->IoStatus.Status = STATUS_SUCCESS;
        IoSkipCurrentIrpStackLocation(Irp);
        Status = IoCallDriver(Lower, Irp);
        IoDetachDevice(Lower);
        IoDeleteDevice(Device);
        return Status;

    default:
        IoSkipCurrentIrpStackLocation(Irp);
        return IoCallDriver(Lower, Irp);
    }
}

static NTSTATUS NTAPI
DispatchCreateClose(PDEVICE_OBJECT Device, PIRP Irp)
{
    UNREFERENCED_PARAMETER(Device);
    IoCompleteRequest(Irp, IO_NO_INCREMENT);
    return STATUS_SUCCESS;
}

static NTSTATUS NTAPI
AddDevice(PDRIVER_OBJECT DriverObject, PDEVICE_OBJECT Physical)
{
    UNICODE_STRING Name = RTL_CONSTANT_STRING(L"\\Device\\Reloaded");
    PDEVICE_CONTEXT Context;
    PDEVICE_OBJECT Device;
    NTSTATUS Status = IoCreateDevice(DriverObject, sizeof(*Context), &Name,
                                     FILE_DEVICE_UNKNOWN, 0, FALSE, &Device);

    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    Context = Device->DeviceExtension;
    Context->Physical = Physical;
    KeInitializeTimer(&Context->Timer);
    KeInitializeDpc(&Context->TimerDpc, TimerDpc, Context);
    KeInitializeEvent(&Context->Served, NotificationEvent, FALSE);
    IoInitializeDpcRequest(Device, DpcForIsr);
    Context->Lower = IoAttachDeviceToDeviceStack(Device, Physical);
    Device->Flags &= ~(ULONG)DO_DEVICE_INITIALIZING;
    return STATUS_SUCCESS;
}

static VOID NTAPI
DriverUnload(PDRIVER_OBJECT DriverObject)
{
    UNREFERENCED_PARAMETER(DriverObject);
}

NTSTATUS
NTAPI
DriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath)
{
    UNREFERENCED_PARAMETER(RegistryPath);
    DriverObject->DriverUnload = DriverUnload;
    DriverObject->DriverExtension->AddDevice = AddDevice;
    DriverObject->MajorFunction[IRP_MJ_PNP] = DispatchPnp;
    DriverObject->MajorFunction[IRP_MJ_CREATE] = DispatchCreateClose;
    DriverObject->MajorFunction[IRP_MJ_CLEANUP] = DispatchCreateClose;
    DriverObject->MajorFunction[IRP_MJ_CLOSE] = DispatchCreateClose;
    return STATUS_SUCCESS;
}
