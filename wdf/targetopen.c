/*
 * Opening targets.
 *
 * By name a target is an open of the device, as any other client has one. An existing
 * device object is the driver's affair: it keeps what it passes until the target is closed;
 * the framework holds references of its own as well.
 */
#include "wdfp.h"
#include "target.h"

/* What the target's device is, and what has to be let go of later. */
typedef struct _WDFP_OPENED {
    PDEVICE_OBJECT DeviceObject;
    PFILE_OBJECT FileObject;
    HANDLE Handle;
} WDFP_OPENED;

/* The bottom of the stack, if its bus driver says which device that is; referenced. */
static PDEVICE_OBJECT
WdfpFindPhysical(PDEVICE_OBJECT DeviceObject)
{
    PIRP Irp;
    PIO_STACK_LOCATION Stack;
    IO_STATUS_BLOCK Result;
    PDEVICE_OBJECT Physical = NULL;
    KEVENT Event;

    KeInitializeEvent(&Event, NotificationEvent, FALSE);
    Irp = IoBuildSynchronousFsdRequest(IRP_MJ_PNP, DeviceObject, NULL, 0, NULL, &Event,
                                       &Result);
    if (Irp == NULL) {
        return NULL;
    }
    Irp->IoStatus.Status = STATUS_NOT_SUPPORTED;
    Stack = IoGetNextIrpStackLocation(Irp);
    Stack->MinorFunction = IRP_MN_QUERY_DEVICE_RELATIONS;
    Stack->Parameters.QueryDeviceRelations.Type = TargetDeviceRelation;
    if (IoCallDriver(DeviceObject, Irp) == STATUS_PENDING) {
        KeWaitForSingleObject(&Event, Executive, KernelMode, FALSE, NULL);
    }
    if (NT_SUCCESS(Result.Status) && Result.Information != 0) {
        PDEVICE_RELATIONS Relations = (PDEVICE_RELATIONS)Result.Information;

        Physical = Relations->Objects[0];
        ExFreePool(Relations);
    }
    return Physical;
}

/* The file object of a handle, and the stack its requests go to; both referenced. */
static NTSTATUS
WdfpOpenHandle(HANDLE Handle, WDFP_OPENED *Opened)
{
    NTSTATUS Status = ObReferenceObjectByHandle(Handle, 0, IoFileObjectType, KernelMode,
                                                (PVOID *)&Opened->FileObject, NULL);

    if (NT_SUCCESS(Status)) {
        Opened->Handle = Handle;
        Opened->DeviceObject = IoGetRelatedDeviceObject(Opened->FileObject);
        ObReferenceObject(Opened->DeviceObject);
    }
    return Status;
}

static NTSTATUS
WdfpOpenByName(const WDF_IO_TARGET_OPEN_PARAMS *Params, WDFP_OPENED *Opened)
{
    LARGE_INTEGER *Size = (LARGE_INTEGER *)Params->AllocationSize;
    UNICODE_STRING Name = Params->TargetDeviceName;
    OBJECT_ATTRIBUTES Attributes;
    IO_STATUS_BLOCK Result;
    NTSTATUS Status;
    HANDLE Handle;

    InitializeObjectAttributes(&Attributes, &Name, OBJ_KERNEL_HANDLE, NULL, NULL);
    Status = ZwCreateFile(&Handle, Params->DesiredAccess, &Attributes, &Result, Size,
                          Params->FileAttributes, Params->ShareAccess,
                          Params->CreateDisposition, Params->CreateOptions,
                          Params->EaBuffer, Params->EaBufferLength);
    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    Status = WdfpOpenHandle(Handle, Opened);
    if (!NT_SUCCESS(Status)) {
        ZwClose(Handle);
    }
    return Status;
}

static NTSTATUS
WdfpOpenExisting(const WDF_IO_TARGET_OPEN_PARAMS *Params, WDFP_OPENED *Opened)
{
    if (Params->TargetDeviceObject == NULL) {
        return STATUS_INVALID_PARAMETER;
    }
    Opened->DeviceObject = Params->TargetDeviceObject;
    Opened->FileObject = Params->TargetFileObject;
    ObReferenceObject(Opened->DeviceObject);
    if (Opened->FileObject != NULL) {
        ObReferenceObject(Opened->FileObject);
    }
    return STATUS_SUCCESS;
}

VOID
WdfpForgetParams(PWDFP_TARGET Target)
{
    if (Target->Name != NULL) {
        ExFreePoolWithTag(Target->Name, WDFP_TAG);
    }
    Target->Name = NULL;
    RtlZeroMemory(&Target->Params, sizeof(Target->Params));
}

/* Keeps a copy for a reopen. */
static NTSTATUS
WdfpKeepParams(PWDFP_TARGET Target, const WDF_IO_TARGET_OPEN_PARAMS *Params)
{
    USHORT Length = Params->TargetDeviceName.Length;

    WdfpForgetParams(Target);
    if (Params->Type == WdfIoTargetOpenByName) {
        Target->Name =
            ExAllocatePoolZero(NonPagedPoolNx, (SIZE_T)Length + sizeof(WCHAR), WDFP_TAG);
        if (Target->Name == NULL) {
            return STATUS_INSUFFICIENT_RESOURCES;
        }
        RtlCopyMemory(Target->Name, Params->TargetDeviceName.Buffer, Length);
    }
    Target->Params = *Params;
    Target->Params.TargetDeviceName.Buffer = Target->Name;
    Target->Params.TargetDeviceName.MaximumLength = Length;
    return STATUS_SUCCESS;
}

NTSTATUS
WdfpOpenTarget(PWDFP_TARGET Target)
{
    const WDF_IO_TARGET_OPEN_PARAMS *Params = &Target->Params;
    WDFP_OPENED Opened = {NULL, NULL, NULL};
    NTSTATUS Status = Params->Type == WdfIoTargetOpenByName
                          ? WdfpOpenByName(Params, &Opened)
                          : WdfpOpenExisting(Params, &Opened);
    KIRQL OldIrql;

    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    Target->Physical = WdfpFindPhysical(Opened.DeviceObject);
    Target->FileObject = Opened.FileObject;
    Target->Handle = Opened.Handle;
    KeAcquireSpinLock(&Target->Lock, &OldIrql);
    Target->DeviceObject = Opened.DeviceObject;
    Target->State = WdfIoTargetStarted;
    KeReleaseSpinLock(&Target->Lock, OldIrql);
    WdfpRegisterTarget(Target);
    return STATUS_SUCCESS;
}

/* Whether a target can be opened as the parameters say. */
static NTSTATUS
WdfpCheckOpen(PWDFP_TARGET Target, const WDF_IO_TARGET_OPEN_PARAMS *Params)
{
    /* FileName came with 1.15. */
    if (Params->Size != sizeof(*Params) &&
        Params->Size != FIELD_OFFSET(WDF_IO_TARGET_OPEN_PARAMS, FileName)) {
        return STATUS_INFO_LENGTH_MISMATCH;
    }
    if (Target == Target->Device->LocalTarget) {
        return STATUS_INVALID_DEVICE_REQUEST;
    }
    if (Params->Type == WdfIoTargetOpenReopen) {
        return Target->State == WdfIoTargetClosedForQueryRemove
                   ? STATUS_SUCCESS
                   : STATUS_INVALID_DEVICE_STATE;
    }
    if (Params->Type != WdfIoTargetOpenByName &&
        Params->Type != WdfIoTargetOpenUseExistingDevice) {
        return STATUS_INVALID_PARAMETER;
    }
    return Target->State == WdfIoTargetClosed ? STATUS_SUCCESS
                                              : STATUS_INVALID_DEVICE_STATE;
}

/*
 * Opens a target by its name, for a device object that the driver has, or again as before,
 * and starts it. STATUS_INFO_LENGTH_MISMATCH; STATUS_INVALID_PARAMETER (type, no device);
 * STATUS_INVALID_DEVICE_STATE (it is open, or for a reopen not closed for a query-remove);
 * STATUS_INVALID_DEVICE_REQUEST (the local target, which the framework opens);
 * STATUS_INSUFFICIENT_RESOURCES; what ZwCreateFile returns. PASSIVE_LEVEL.
 * Source: manual, WdfIoTargetOpen.
 */
NTSTATUS
NTAPI
ImpWdfIoTargetOpen(PWDF_DRIVER_GLOBALS DriverGlobals, WDFIOTARGET Handle,
                   PWDF_IO_TARGET_OPEN_PARAMS Parameters)
{
    PWDFP_TARGET Target = WdfpTargetFromHandle(DriverGlobals, Handle);
    WDF_IO_TARGET_OPEN_PARAMS Params;
    NTSTATUS Status;

    WdfpRequire(Target->Object.Globals, Parameters, "OpenParams");
    WdfpRequireIrql(Target->Object.Globals, PASSIVE_LEVEL, "WdfIoTargetOpen");
    Status = WdfpCheckOpen(Target, Parameters);
    if (NT_SUCCESS(Status) && Parameters->Type != WdfIoTargetOpenReopen) {
        RtlZeroMemory(&Params, sizeof(Params));
        RtlCopyMemory(&Params, Parameters, Parameters->Size);
        Status = WdfpKeepParams(Target, &Params);
    }
    return NT_SUCCESS(Status) ? WdfpOpenTarget(Target) : Status;
}
