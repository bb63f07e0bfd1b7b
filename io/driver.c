/*
 * Driver objects: made from an image (or built into the kernel), started by DriverEntry,
 * unloaded when no device is left.
 */
#include "iop.h"
#include "iopnp.h"

LIST_ENTRY IopDrivers = {&IopDrivers, &IopDrivers};

/* DRIVER_OBJECT, with everything that lives as long. */
typedef struct _IOP_DRIVER {
    DRIVER_OBJECT Object; /* must be first */
    IOP_DRIVER_EXTENSION Extension;
    WCHAR DriverName[64 + 16];
    WCHAR ServiceKeyName[64];
    WCHAR RegistryPath[IOP_MAXIMUM_NAME];
} IOP_DRIVER, *PIOP_DRIVER;

static UNICODE_STRING IopHardwareDatabase =
    RTL_CONSTANT_STRING(L"\\REGISTRY\\MACHINE\\HARDWARE\\DESCRIPTION\\SYSTEM");

/* Every major function a driver leaves out. */
NTSTATUS
NTAPI
IopInvalidDeviceRequest(PDEVICE_OBJECT DeviceObject, PIRP Irp)
{
    UNREFERENCED_PARAMETER(DeviceObject);
    if (IoGetCurrentIrpStackLocation(Irp)->MajorFunction == IRP_MJ_POWER) {
        PoStartNextPowerIrp(Irp);
    }
    Irp->IoStatus.Status = STATUS_INVALID_DEVICE_REQUEST;
    Irp->IoStatus.Information = 0;
    IofCompleteRequest(Irp, IO_NO_INCREMENT);
    return STATUS_INVALID_DEVICE_REQUEST;
}

/* Sets String to Prefix and the ASCII Text in Buffer of Size bytes; cut off if too long.
 */
static VOID
IopMakeString(PUNICODE_STRING String, WCHAR *Buffer, USHORT Size, PCWSTR Prefix,
              const CHAR *Text)
{
    /* One character stays zero: drivers like to use such strings as PWSTR. */
    RtlInitEmptyUnicodeString(String, Buffer, Size - sizeof(WCHAR));
    RtlAppendUnicodeToString(String, Prefix);
    while (*Text != '\0' && String->Length < String->MaximumLength) {
        Buffer[String->Length / sizeof(WCHAR)] = (UCHAR)*Text++;
        String->Length += sizeof(WCHAR);
    }
}

/*
 * Makes the driver object of a loaded image, or of a driver inside the kernel (Image
 * NULL, DriverInit to be set by the caller). STATUS_INSUFFICIENT_RESOURCES;
 * STATUS_IMAGE_ALREADY_LOADED: the service has a driver. After a failure the image is the
 * caller's. PASSIVE_LEVEL.
 */
NTSTATUS
IopCreateDriver(const IOP_MODULE *Module, PKLDR_DATA_TABLE_ENTRY Image,
                PDRIVER_OBJECT *Result)
{
    PIOP_DRIVER Driver = ObCreateObject(&IopDriverObjectType, sizeof(*Driver));
    BOOLEAN Loaded;

    if (Driver == NULL) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    Driver->Object.Type = IO_TYPE_DRIVER;
    Driver->Object.Size = sizeof(DRIVER_OBJECT);
    Driver->Object.DriverExtension = &Driver->Extension.Public;
    Driver->Object.HardwareDatabase = &IopHardwareDatabase;
    for (ULONG Major = 0; Major <= IRP_MJ_MAXIMUM_FUNCTION; Major++) {
        Driver->Object.MajorFunction[Major] = IopInvalidDeviceRequest;
    }
    if (Image != NULL) {
        Driver->Object.DriverStart = Image->DllBase;
        Driver->Object.DriverSize = Image->SizeOfImage;
        Driver->Object.DriverSection = Image;
        Driver->Object.DriverInit = Image->EntryPoint;
    }
    Driver->Extension.Public.DriverObject = &Driver->Object;
    Driver->Extension.Image = Image;
    Driver->Extension.Module = *Module;
    IopMakeString(&Driver->Object.DriverName, Driver->DriverName,
                  sizeof(Driver->DriverName), L"\\Driver\\", Module->ServiceName);
    IopMakeString(&Driver->Extension.Public.ServiceKeyName, Driver->ServiceKeyName,
                  sizeof(Driver->ServiceKeyName), L"", Module->ServiceName);
    InitializeListHead(&Driver->Extension.ClientExtensions);
    IopAcquirePnpLock();
    Loaded = IopFindDriver(Module->ServiceName) != NULL;
    if (!Loaded) {
        InsertTailList(&IopDrivers, &Driver->Extension.Link);
    }
    IopReleasePnpLock();
    if (Loaded) {
        Driver->Extension.Image = NULL; /* the caller's again */
        ObDereferenceObject(Driver);
        return STATUS_IMAGE_ALREADY_LOADED;
    }
    if (Image != NULL && Image->Verified) {
        ExTrackDriver(Module->BaseName, Image->DllBase, Image->SizeOfImage);
    }
    *Result = &Driver->Object;
    return STATUS_SUCCESS;
}

/*
 * Calls DriverEntry. On failure the caller removes the driver. Devices a driver made in
 * DriverEntry are ready when it returns.
 */
NTSTATUS
IopStartDriver(PDRIVER_OBJECT DriverObject)
{
    PIOP_DRIVER Driver = CONTAINING_RECORD(DriverObject, IOP_DRIVER, Object);
    UNICODE_STRING RegistryPath;
    NTSTATUS Status;

    IopMakeString(&RegistryPath, Driver->RegistryPath, sizeof(Driver->RegistryPath),
                  IOP_REGISTRY_SERVICES, Driver->Extension.Module.ServiceName);
    Status = DriverObject->DriverInit(DriverObject, &RegistryPath);
    for (PDEVICE_OBJECT Device = DriverObject->DeviceObject; Device != NULL;
         Device = Device->NextDevice) {
        Device->Flags &= ~(ULONG)DO_DEVICE_INITIALIZING;
    }
    return Status;
}

static BOOLEAN
IopIsVerified(PDRIVER_OBJECT Driver)
{
    PKLDR_DATA_TABLE_ENTRY Image = IopDriverExtension(Driver)->Image;

    return Image != NULL && Image->Verified;
}

/* Under the verifier: stops when the driver has left something behind. One without a
   DriverUnload had no chance to clean up: on NT it would stay for good. */
static VOID
IopCheckUnload(PDRIVER_OBJECT Driver)
{
    if (Driver->DriverUnload != NULL && Driver->DeviceObject != NULL) {
        ExStopForLeftover(Driver->DriverStart, Driver->DeviceObject, ExLeftDevice);
    }
    ExCheckUnload(Driver->DriverStart, Driver->DriverUnload != NULL);
}

/*
 * Ends a driver: DriverUnload, when it has one, then the driver object. The image goes
 * with the last reference to the object: devices and queued work items hold some. With a
 * device left in its chain the driver stays: something may still call into it.
 */
BOOLEAN
IopUnloadDriver(PDRIVER_OBJECT Driver)
{
    PIOP_DRIVER_EXTENSION Extension = IopDriverExtension(Driver);

    if (Driver->DriverUnload != NULL) {
        Driver->DriverUnload(Driver);
    }
    if (IopIsVerified(Driver)) {
        IopCheckUnload(Driver);
    }
    if (Driver->DeviceObject != NULL) {
        DbgPrint("io: %s stays loaded: it has left a device object behind\n",
                 Extension->Module.BaseName);
        return FALSE;
    }
    /* A DPC it queued last may still be running its code. */
    KeFlushQueuedDpcs();
    IopAcquirePnpLock();
    RemoveEntryList(&Extension->Link);
    IopReleasePnpLock();
    ObDereferenceObject(Driver);
    return TRUE;
}
