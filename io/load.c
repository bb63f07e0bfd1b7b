/*
 * From a boot module to a running driver.
 */
#include "iop.h"
#include "iopnp.h"

#include <internal/arch.h>

/* Takes a driver whose start failed out again. */
static VOID
IopAbandonDriver(PDRIVER_OBJECT Driver)
{
    /* A driver whose DriverEntry failed is not told to unload. */
    Driver->DriverUnload = NULL;
    IopUnloadDriver(Driver);
}

/* Makes the driver object of a loaded image and runs DriverEntry. */
static NTSTATUS
IopLoadDriver(const IOP_MODULE *Parameters, PKLDR_DATA_TABLE_ENTRY Image,
              PDRIVER_OBJECT *Driver)
{
    NTSTATUS Status = IopCreateDriver(Parameters, Image, Driver);

    if (!NT_SUCCESS(Status)) {
        DbgPrint("io: %s gets no driver object: status 0x%08X\n", Parameters->BaseName,
                 Status);
        LdrUnloadImage(Image);
        return Status;
    }
    Status = IopStartDriver(*Driver);
    if (!NT_SUCCESS(Status)) {
        DbgPrint("io: %s: DriverEntry failed with status 0x%08X\n", Parameters->BaseName,
                 Status);
        IopAbandonDriver(*Driver);
    }
    return Status;
}

/*
 * Loads one module as a driver and starts it on the devices it names (see io.h). Each
 * step that fails prints one line. Returns the first failure; a driver that named
 * hardware none of which is present fails with STATUS_NO_SUCH_DEVICE but stays loaded.
 * PASSIVE_LEVEL.
 */
NTSTATUS
IoLoadDriverModule(const BOOT_MODULE *Module)
{
    PKLDR_DATA_TABLE_ENTRY Image;
    PDRIVER_OBJECT Driver;
    IOP_MODULE *Parameters = IopAllocate(sizeof(*Parameters), IOP_TAG_DRIVER);
    NTSTATUS Status = STATUS_INSUFFICIENT_RESOURCES;

    if (Parameters == NULL) {
        return Status;
    }
    Status = IopParseModule(Module->CommandLine, Parameters);
    if (NT_SUCCESS(Status)) {
        Status = LdrLoadImage(Parameters->BaseName, ArchDirectMap(Module->Base),
                              Module->Length, &Image);
    }
    if (NT_SUCCESS(Status)) {
        Status = IopLoadDriver(Parameters, Image, &Driver);
    }
    if (NT_SUCCESS(Status) && Parameters->Hardware.Count != 0) {
        Status = IopStartMatchingDevices(Driver);
    }
    ExFreePoolWithTag(Parameters, IOP_TAG_DRIVER);
    return Status;
}
