/*
 * Queries about drivers and devices.
 */
#include "query.h"

static ULONG
IopQueryDriverFlags(PIOP_DRIVER_EXTENSION Driver)
{
    ULONG Flags = DIRQL_DRIVER_LOADED;

    Flags |= (Driver->Image == NULL) ? DIRQL_DRIVER_BUILT_IN : 0;
    Flags |= (Driver->Module.Kind != IopDeviceDriver) ? DIRQL_DRIVER_APPLICATION : 0;
    Flags |=
        (Driver->Public.DriverObject->DriverUnload != NULL) ? DIRQL_DRIVER_UNLOADABLE : 0;
    Flags |= Driver->Unloading ? DIRQL_DRIVER_UNLOADING : 0;
    Flags |=
        (Driver->Image != NULL && Driver->Image->Verified) ? DIRQL_DRIVER_VERIFIED : 0;
    return Flags;
}

static ULONG
IopCountDevices(PDRIVER_OBJECT Driver)
{
    ULONG Count = 0;
    KIRQL OldIrql;

    KeAcquireSpinLock(&IopDatabaseLock, &OldIrql);
    for (PDEVICE_OBJECT Device = Driver->DeviceObject; Device != NULL;
         Device = Device->NextDevice) {
        Count++;
    }
    KeReleaseSpinLock(&IopDatabaseLock, OldIrql);
    return Count;
}

/* The lock of pnp.c is held. */
static VOID
IopAddDriver(PIOP_QUERY Query, PIOP_DRIVER_EXTENSION Driver)
{
    PDIRQL_DRIVER_INFORMATION Entry = IopAddEntry(Query);

    if (Entry == NULL) {
        return;
    }
    Entry->Flags = IopQueryDriverFlags(Driver);
    if (Driver->Image != NULL) {
        Entry->Base = (ULONG64)(ULONG_PTR)Driver->Image->DllBase;
        Entry->Size = Driver->Image->SizeOfImage;
    }
    Entry->Devices = IopCountDevices(Driver->Public.DriverObject);
    RtlFormat(Entry->Name, sizeof(Entry->Name), "%s", Driver->Module.ServiceName);
    RtlFormat(Entry->Module, sizeof(Entry->Module), "%s", Driver->Module.BaseName);
}

/* Those that are loaded, in that order, then those that could be. */
VOID
IopQueryDrivers(PIOP_QUERY Query)
{
    const CHAR *Name;

    IopAcquirePnpLock();
    for (PLIST_ENTRY Link = IopDrivers.Flink; Link != &IopDrivers; Link = Link->Flink) {
        IopAddDriver(Query, CONTAINING_RECORD(Link, IOP_DRIVER_EXTENSION, Link));
    }
    for (ULONG Index = 0; (Name = IopServiceName(Index)) != NULL; Index++) {
        PDIRQL_DRIVER_INFORMATION Entry;

        if (IopFindDriver(Name) == NULL && (Entry = IopAddEntry(Query)) != NULL) {
            RtlFormat(Entry->Name, sizeof(Entry->Name), "%s", Name);
        }
    }
    IopReleasePnpLock();
}

/* IopDatabaseLock is held. A PDO's state is that of the moment. */
static ULONG
IopQueryDeviceFlags(PDEVICE_OBJECT Device)
{
    PIOP_PDO Pdo = IopPdoFromDevice(Device);
    ULONG Flags = 0;

    if (Pdo != NULL) {
        Flags |= DIRQL_DEVICE_PHYSICAL;
        Flags |= (Pdo->State == IopPdoStarted) ? DIRQL_DEVICE_STARTED : 0;
    }
    if ((Device->DeviceObjectExtension->Flags & IOP_DEVICE_DELETE_PENDING) != 0) {
        Flags |= DIRQL_DEVICE_DELETING;
    }
    return Flags;
}

static VOID
IopAddDevice(PIOP_QUERY Query, PDEVICE_OBJECT Device)
{
    PDIRQL_DEVICE_INFORMATION Entry = IopAddEntry(Query);
    IO_DEVICE_STATISTICS Statistics;

    if (Entry == NULL) {
        return;
    }
    IopDescribeDevice(Device, &Statistics);
    Entry->Object = (ULONG64)(ULONG_PTR)Device;
    Entry->Below = (ULONG64)(ULONG_PTR)Device->DeviceObjectExtension->AttachedTo;
    Entry->Type = Device->DeviceType;
    Entry->Flags = IopQueryDeviceFlags(Device);
    Entry->Opens = (ULONG)Device->ReferenceCount;
    Entry->StackSize = (ULONG)Device->StackSize;
    Entry->Issued = Statistics.Issued;
    Entry->Completed = Statistics.Completed;
    Entry->Bytes = Statistics.Bytes;
    Entry->Errors = Statistics.Errors;
    Entry->Cancelled = Statistics.Cancelled;
    RtlFormat(Entry->Name, sizeof(Entry->Name), "%s", Statistics.Name);
    RtlFormat(Entry->Driver, sizeof(Entry->Driver), "%s", Statistics.Driver);
}

VOID
IopQueryDevices(PIOP_QUERY Query)
{
    KIRQL OldIrql;

    KeAcquireSpinLock(&IopDatabaseLock, &OldIrql);
    for (PLIST_ENTRY Link = IopDevices.Flink; Link != &IopDevices; Link = Link->Flink) {
        IopAddDevice(Query,
                     CONTAINING_RECORD(Link, DEVOBJ_EXTENSION, Link)->DeviceObject);
    }
    KeReleaseSpinLock(&IopDatabaseLock, OldIrql);
}
