/*
 * The start of the I/O manager, and waiting for the programs that use it.
 */
#include "iop.h"
#include "iopnp.h"

struct _OBJECT_TYPE IopDeviceObjectType = {.Name = "Device",
                                           .Delete = IopDeleteDeviceObject};
struct _OBJECT_TYPE IopDriverObjectType = {.Name = "Driver",
                                           .Delete = IopDeleteDriverObject};
struct _OBJECT_TYPE IopFileObjectType = {
    .Name = "File",
    .Delete = IopDeleteFileObject,
    .Close = IopCloseFileObject,
    .Mapping = {FILE_GENERIC_READ, FILE_GENERIC_WRITE, FILE_GENERIC_EXECUTE,
                FILE_ALL_ACCESS}};

const CHAR *IopOptions = "";

PVOID
IopAllocate(SIZE_T Size, ULONG Tag)
{
    PVOID Memory = ExAllocatePoolWithTag(NonPagedPool, Size, Tag);

    if (Memory != NULL) {
        memset(Memory, 0, Size);
    }
    return Memory;
}

/*
 * Prepares the I/O manager and its bus drivers; no device is looked at yet.
 *   Options  the boot options: irqcpu= names the processors of every device's interrupts
 * STATUS_SUCCESS, STATUS_INSUFFICIENT_RESOURCES. PASSIVE_LEVEL, once.
 */
NTSTATUS
IoInitializeSystem(const CHAR *Options)
{
    NTSTATUS Status;

    IopOptions = Options;
    Status = IopCreatePciDriver();
    return NT_SUCCESS(Status) ? IopCreateRootDriver() : Status;
}

/*
 * Waits until the system threads of every kind=app and kind=test driver have ended.
 *   TimeoutSeconds  for each of them
 * Returns the first failure among their exit statuses, STATUS_TIMEOUT (the driver is
 * named on the console) or STATUS_SUCCESS. PASSIVE_LEVEL.
 */
NTSTATUS
IoWaitForApplications(ULONG TimeoutSeconds)
{
    NTSTATUS Result = STATUS_SUCCESS;

    for (PLIST_ENTRY Link = IopDrivers.Flink; Link != &IopDrivers; Link = Link->Flink) {
        PIOP_DRIVER_EXTENSION Driver =
            CONTAINING_RECORD(Link, IOP_DRIVER_EXTENSION, Link);
        NTSTATUS Exit = STATUS_SUCCESS;
        NTSTATUS Status;

        if (Driver->Module.Kind == IopDeviceDriver) {
            continue;
        }
        Status = PsWaitForImageThreads(Driver->Image->DllBase, Driver->Image->SizeOfImage,
                                       TimeoutSeconds, &Exit);
        if (Status == STATUS_TIMEOUT) {
            DbgPrint("io: %s still runs after %u s\n", Driver->Module.BaseName,
                     TimeoutSeconds);
            Exit = STATUS_IO_TIMEOUT;
        } else if (!NT_SUCCESS(Exit)) {
            DbgPrint("io: %s ended with status 0x%08X\n", Driver->Module.BaseName, Exit);
        }
        if (NT_SUCCESS(Result)) {
            Result = Exit;
        }
    }
    return Result;
}
