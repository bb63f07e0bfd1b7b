/*
 * What the report prints of the devices.
 */
#include "iop.h"

/* The base name of the image behind a driver, or its service name. */
static const CHAR *
IopDriverLabel(PDRIVER_OBJECT Driver)
{
    return IopDriverExtension(Driver)->Module.BaseName;
}

VOID
IopDescribeDevice(PDEVICE_OBJECT Device, PIO_DEVICE_STATISTICS Statistics)
{
    PDEVOBJ_EXTENSION Extension = Device->DeviceObjectExtension;

    if (Extension->Name != NULL) {
        RtlFormat(Statistics->Name, sizeof(Statistics->Name), "%wZ",
                  IopQueryName(Extension->Name));
    } else if (Extension->Description[0] != '\0') {
        RtlFormat(Statistics->Name, sizeof(Statistics->Name), "%s",
                  Extension->Description);
    } else {
        RtlFormat(Statistics->Name, sizeof(Statistics->Name), "unnamed %p", Device);
    }
    RtlFormat(Statistics->Driver, sizeof(Statistics->Driver), "%s",
              IopDriverLabel(Device->DriverObject));
    Statistics->Issued = (ULONG64)Extension->Issued;
    Statistics->Completed = (ULONG64)Extension->Completed;
    Statistics->Bytes = (ULONG64)Extension->Bytes;
    Statistics->Errors = (ULONG64)Extension->Errors;
    Statistics->Cancelled = (ULONG64)Extension->Cancelled;
}

/* Describes the Index-th device that took IRPs; FALSE when there are fewer. */
static BOOLEAN
IopQueryDevice(ULONG Index, PIO_DEVICE_STATISTICS Statistics)
{
    BOOLEAN Found = FALSE;
    KIRQL OldIrql;

    KeAcquireSpinLock(&IopDatabaseLock, &OldIrql);
    for (PLIST_ENTRY Link = IopDevices.Flink; !Found && Link != &IopDevices;
         Link = Link->Flink) {
        PDEVOBJ_EXTENSION Extension = CONTAINING_RECORD(Link, DEVOBJ_EXTENSION, Link);

        if (Extension->Issued != 0 && Index-- == 0) {
            IopDescribeDevice(Extension->DeviceObject, Statistics);
            Found = TRUE;
        }
    }
    KeReleaseSpinLock(&IopDatabaseLock, OldIrql);
    return Found;
}

/* Calls Visit, at PASSIVE_LEVEL and without a lock, for each device that took IRPs. */
VOID
IoVisitDevices(IO_VISIT_DEVICE *Visit, PVOID Context)
{
    IO_DEVICE_STATISTICS Statistics;

    for (ULONG Index = 0; IopQueryDevice(Index, &Statistics); Index++) {
        Visit(&Statistics, Context);
    }
}
