/*
 * The filter: passes on, counts, and says what the suite wants said.
 */
#include "paused.h"

FILTER Edu, Adapter;

static PFILTER
FilterOf(PDEVICE_OBJECT Device)
{
    return *(PFILTER *)Device->DeviceExtension;
}

/* Edu comes as a device of no known kind, the adapter as a network card. */
NTSTATUS
NTAPI
AddFilter(PDRIVER_OBJECT DriverObject, PDEVICE_OBJECT Pdo)
{
    PDEVICE_OBJECT Device, Lower;
    PFILTER Filter;
    NTSTATUS Status;

    Status = IoCreateDevice(DriverObject, sizeof(PFILTER), NULL, FILE_DEVICE_UNKNOWN, 0,
                            FALSE, &Device);
    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    Lower = IoAttachDeviceToDeviceStack(Device, Pdo);
    Filter = Lower->DeviceType == FILE_DEVICE_UNKNOWN ? &Edu : &Adapter;
    *(PFILTER *)Device->DeviceExtension = Filter;
    Filter->Pdo = Pdo;
    Filter->Lower = Lower;
    Device->Flags |= Lower->Flags & (DO_BUFFERED_IO | DO_DIRECT_IO);
    Device->Flags &= ~(ULONG)DO_DEVICE_INITIALIZING;
    return STATUS_SUCCESS;
}

NTSTATUS
NTAPI
FilterPass(PDEVICE_OBJECT DeviceObject, PIRP Irp)
{
    IoSkipCurrentIrpStackLocation(Irp);
    return IoCallDriver(FilterOf(DeviceObject)->Lower, Irp);
}

static NTSTATUS
Complete(PIRP Irp, NTSTATUS Status)
{
    Irp->IoStatus.Status = Status;
    IoCompleteRequest(Irp, IO_NO_INCREMENT);
    return Status;
}

/* Lets the driver below do it and comes back when it has. */
static NTSTATUS
ForwardAndWait(PFILTER Filter, PIRP Irp)
{
    if (!IoForwardIrpSynchronously(Filter->Lower, Irp)) {
        return STATUS_UNSUCCESSFUL;
    }
    return Irp->IoStatus.Status;
}

static NTSTATUS
FilterStart(PFILTER Filter, PIRP Irp)
{
    NTSTATUS Status =
        Filter->FailStart ? STATUS_UNSUCCESSFUL : ForwardAndWait(Filter, Irp);

    InterlockedIncrement(&Filter->Starts);
    return Complete(Irp, Status);
}

static NTSTATUS
FilterStop(PFILTER Filter, PIRP Irp, BOOLEAN Query)
{
    NTSTATUS Status = ForwardAndWait(Filter, Irp);

    if (Query != Filter->VetoStop) {
        return Complete(Irp, Status);
    }
    if (Filter->Stopped != NULL) {
        Filter->Stopped(Filter);
    }
    InterlockedIncrement(&Filter->Stops);
    return Complete(Irp, Query ? STATUS_UNSUCCESSFUL : Status);
}

static NTSTATUS
FilterState(PFILTER Filter, PIRP Irp)
{
    if (Filter->Change) {
        Irp->IoStatus.Information |= PNP_DEVICE_RESOURCE_REQUIREMENTS_CHANGED;
        Irp->IoStatus.Status = STATUS_SUCCESS;
    }
    Filter->Change = FALSE;
    InterlockedIncrement(&Filter->StateAsked);
    return Complete(Irp, Irp->IoStatus.Status);
}

static NTSTATUS
FilterRemove(PDEVICE_OBJECT Device, PIRP Irp)
{
    PFILTER Filter = FilterOf(Device);
    NTSTATUS Status = FilterPass(Device, Irp);

    IoDetachDevice(Filter->Lower);
    IoDeleteDevice(Device);
    Filter->Pdo = NULL;
    return Status;
}

NTSTATUS
NTAPI
FilterPnp(PDEVICE_OBJECT DeviceObject, PIRP Irp)
{
    PFILTER Filter = FilterOf(DeviceObject);

    switch (IoGetCurrentIrpStackLocation(Irp)->MinorFunction) {
    case IRP_MN_START_DEVICE:
        return FilterStart(Filter, Irp);
    case IRP_MN_QUERY_STOP_DEVICE:
        return FilterStop(Filter, Irp, TRUE);
    case IRP_MN_STOP_DEVICE:
        return FilterStop(Filter, Irp, FALSE);
    case IRP_MN_QUERY_PNP_DEVICE_STATE:
        return FilterState(Filter, Irp);
    case IRP_MN_REMOVE_DEVICE:
        return FilterRemove(DeviceObject, Irp);
    default:
        return FilterPass(DeviceObject, Irp);
    }
}

BOOLEAN
JoinStack(PFILTER Filter, PCWSTR Service)
{
    UNICODE_STRING Name;

    RtlInitUnicodeString(&Name, Service);
    ok_status(ZwUnloadDriver(&Name), STATUS_SUCCESS, "the driver leaves its device");
    ok_status(ZwLoadDriver(&Name), STATUS_SUCCESS, "and comes back");
    return ok(KtapAwait(&Filter->Starts, 1), "under the filter");
}

VOID
Restart(PFILTER Filter, STOPPED_ROUTINE *Stopped)
{
    PDEVICE_OBJECT Pdo = Filter->Pdo;
    LONG Asked = Filter->StateAsked;
    ULONG Problem;

    ObReferenceObject(Pdo); /* it may be gone afterwards */
    Filter->Stopped = Stopped;
    Filter->Change = TRUE;
    IoInvalidateDeviceState(Pdo);
    for (ULONG Turn = 0; Turn < 2000 && Filter->StateAsked == Asked; Turn++) {
        KtapSleep(5);
    }
    /* Returns when Plug and Play is done with the device. */
    DirqlQueryProblem(Pdo, &Problem);
    ObDereferenceObject(Pdo);
}
