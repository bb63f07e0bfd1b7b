/*
 * Building a device's stack: on the PDO the lower filters, then the driver that serves the
 * device, then the upper filters, those loaded first below those loaded later.
 *
 * A filter is in the stacks that are built while it is loaded. It passes on what it does
 * not know, and has to give its device object the flags of the one below: how buffers come
 * is read from the top of the stack.
 */
#include "iop.h"
#include "iopnp.h"

/* AddDevice of one driver. */
static NTSTATUS
IopAddToStack(PIOP_PDO Pdo, PDRIVER_OBJECT Driver)
{
    PDRIVER_ADD_DEVICE AddDevice = Driver->DriverExtension->AddDevice;
    NTSTATUS Status = STATUS_INVALID_DEVICE_REQUEST;

    if (AddDevice != NULL) {
        Status = AddDevice(Driver, Pdo->DeviceObject);
    }
    if (!NT_SUCCESS(Status)) {
        DbgPrint("io: %s: AddDevice for %s failed with status 0x%08X\n",
                 IopDriverExtension(Driver)->Module.BaseName, IopPdoName(Pdo), Status);
    }
    return Status;
}

/* All filters of one kind, in the order in which they were loaded. */
static NTSTATUS
IopAddFilters(PIOP_PDO Pdo, BOOLEAN Upper)
{
    NTSTATUS Status = STATUS_SUCCESS;

    for (PLIST_ENTRY Link = IopDrivers.Flink; NT_SUCCESS(Status) && Link != &IopDrivers;
         Link = Link->Flink) {
        PIOP_DRIVER_EXTENSION Driver =
            CONTAINING_RECORD(Link, IOP_DRIVER_EXTENSION, Link);

        if (!Driver->Unloading &&
            IopMatches(Pdo, Upper ? &Driver->Module.Upper : &Driver->Module.Lower)) {
            Status = IopAddToStack(Pdo, Driver->Public.DriverObject);
        }
    }
    return Status;
}

NTSTATUS
IopBuildStack(PIOP_PDO Pdo, PDRIVER_OBJECT Function)
{
    NTSTATUS Status = IopAddFilters(Pdo, FALSE);

    if (NT_SUCCESS(Status)) {
        Status = IopAddToStack(Pdo, Function);
    }
    return NT_SUCCESS(Status) ? IopAddFilters(Pdo, TRUE) : Status;
}

BOOLEAN
IopIsInStack(PIOP_PDO Pdo, PDRIVER_OBJECT Driver)
{
    BOOLEAN Found = Pdo->FunctionDriver == Driver;
    KIRQL OldIrql;

    KeAcquireSpinLock(&IopDatabaseLock, &OldIrql);
    for (PDEVICE_OBJECT Device = Pdo->DeviceObject->AttachedDevice;
         !Found && Pdo->FunctionDriver != NULL && Device != NULL;
         Device = Device->AttachedDevice) {
        Found = Device->DriverObject == Driver;
    }
    KeReleaseSpinLock(&IopDatabaseLock, OldIrql);
    return Found;
}
