/*
 * Drivers loaded and unloaded while the system runs.
 *
 * There is no disk to load from: what can be loaded is what the boot loader put into
 * memory, under the name its module line gives the service. A module is in the registry
 * of services whether it was loaded at boot or not.
 */
#include "iop.h"
#include "iopnp.h"

/* A module that can be loaded; boot's, and there for good. */
typedef struct _IOP_SERVICE {
    LIST_ENTRY Link; /* IopServices: complete before the first driver runs */
    const BOOT_MODULE *Module;
    CHAR Name[64];
} IOP_SERVICE, *PIOP_SERVICE;

static LIST_ENTRY IopServices = {&IopServices, &IopServices};

NTSTATUS
IoRegisterDriverModule(const BOOT_MODULE *Module)
{
    PIOP_SERVICE Service = IopAllocate(sizeof(*Service), IOP_TAG_DRIVER);

    if (Service == NULL) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    Service->Module = Module;
    if (!IopQueryServiceName(Module->CommandLine, Service->Name, sizeof(Service->Name))) {
        ExFreePoolWithTag(Service, IOP_TAG_DRIVER);
        return STATUS_INVALID_PARAMETER;
    }
    InsertTailList(&IopServices, &Service->Link);
    return STATUS_SUCCESS;
}

/* The service's name, the last part of a registry path; FALSE: not a path of a service. */
static BOOLEAN
IopParseServicePath(PCUNICODE_STRING Path, CHAR *Name, SIZE_T Size)
{
    UNICODE_STRING Prefix = RTL_CONSTANT_STRING(IOP_REGISTRY_SERVICES);
    SIZE_T Length;

    if (Path == NULL || Path->Buffer == NULL ||
        !RtlPrefixUnicodeString(&Prefix, Path, TRUE)) {
        return FALSE;
    }
    Length = (Path->Length - Prefix.Length) / sizeof(WCHAR);
    if (Length == 0 || Length >= Size) {
        return FALSE;
    }
    for (SIZE_T Index = 0; Index < Length; Index++) {
        WCHAR Character = Path->Buffer[Prefix.Length / sizeof(WCHAR) + Index];

        if (Character == L'\0' || Character == L'\\' || Character > 0x7E) {
            return FALSE;
        }
        Name[Index] = (CHAR)Character;
    }
    Name[Length] = '\0';
    return TRUE;
}

static BOOLEAN
IopEqualNames(const CHAR *Left, const CHAR *Right)
{
    SIZE_T Length = strlen(Left);

    return Length == strlen(Right) && RtlCompareTextNoCase(Left, Right, Length) == 0;
}

static const BOOT_MODULE *
IopFindService(const CHAR *Name)
{
    for (PLIST_ENTRY Link = IopServices.Flink; Link != &IopServices; Link = Link->Flink) {
        PIOP_SERVICE Service = CONTAINING_RECORD(Link, IOP_SERVICE, Link);

        if (IopEqualNames(Service->Name, Name)) {
            return Service->Module;
        }
    }
    return NULL;
}

const CHAR *
IopServiceName(ULONG Index)
{
    for (PLIST_ENTRY Link = IopServices.Flink; Link != &IopServices; Link = Link->Flink) {
        if (Index-- == 0) {
            return CONTAINING_RECORD(Link, IOP_SERVICE, Link)->Name;
        }
    }
    return NULL;
}

PDRIVER_OBJECT
IopFindDriver(const CHAR *ServiceName)
{
    for (PLIST_ENTRY Link = IopDrivers.Flink; Link != &IopDrivers; Link = Link->Flink) {
        PIOP_DRIVER_EXTENSION Driver =
            CONTAINING_RECORD(Link, IOP_DRIVER_EXTENSION, Link);

        if (IopEqualNames(Driver->Module.ServiceName, ServiceName)) {
            return Driver->Public.DriverObject;
        }
    }
    return NULL;
}

/*
 * Loads the driver of a service and starts it on the devices it names.
 *   DriverServiceName  \Registry\Machine\System\CurrentControlSet\Services\NAME, NAME
 *                      being that of a boot module without its ".sys"
 * STATUS_SUCCESS, also when no device is there; STATUS_OBJECT_NAME_INVALID: not such a
 * path; STATUS_OBJECT_NAME_NOT_FOUND: no such module; STATUS_IMAGE_ALREADY_LOADED; or why
 * the module, DriverEntry or the first device failed. PASSIVE_LEVEL.
 * Source: manual, ZwLoadDriver.
 */
NTSTATUS
NTAPI
ZwLoadDriver(PUNICODE_STRING DriverServiceName)
{
    CHAR Name[64];
    const BOOT_MODULE *Module;
    NTSTATUS Status;

    if (!IopParseServicePath(DriverServiceName, Name, sizeof(Name))) {
        return STATUS_OBJECT_NAME_INVALID;
    }
    Module = IopFindService(Name);
    if (Module == NULL) {
        return STATUS_OBJECT_NAME_NOT_FOUND;
    }
    Status = IoLoadDriverModule(Module);
    return Status == STATUS_NO_SUCH_DEVICE ? STATUS_SUCCESS : Status;
}
EXPORT(ZwLoadDriver);

/* The driver of that name, referenced and marked, so that nobody else unloads it too. */
static NTSTATUS
IopClaimUnload(const CHAR *Name, PDRIVER_OBJECT *Driver)
{
    NTSTATUS Status = STATUS_OBJECT_NAME_NOT_FOUND;

    IopAcquirePnpLock();
    *Driver = IopFindDriver(Name);
    if (*Driver != NULL) {
        Status = STATUS_INVALID_DEVICE_REQUEST;
        if ((*Driver)->DriverUnload != NULL && !IopDriverExtension(*Driver)->Unloading) {
            Status = IopQueryDriverRemoval(*Driver);
        }
    }
    if (NT_SUCCESS(Status)) {
        IopDriverExtension(*Driver)->Unloading = TRUE;
    }
    IopReleasePnpLock();
    return Status;
}

/*
 * Removes a driver's devices from it and unloads it (path as for ZwLoadDriver).
 * STATUS_OBJECT_NAME_INVALID, STATUS_OBJECT_NAME_NOT_FOUND: it is not loaded;
 * STATUS_INVALID_DEVICE_REQUEST: it has no DriverUnload, or is being unloaded;
 * STATUS_DEVICE_BUSY: a device is open, or what a driver of its stack refused with: all
 * goes on. STATUS_UNSUCCESSFUL: it left a device object behind and stays. PASSIVE_LEVEL,
 * not from the driver itself. Source: manual, ZwUnloadDriver; docs/deviations.md.
 */
NTSTATUS
NTAPI
ZwUnloadDriver(PUNICODE_STRING DriverServiceName)
{
    PDRIVER_OBJECT Driver;
    CHAR Name[64];
    NTSTATUS Status;

    if (!IopParseServicePath(DriverServiceName, Name, sizeof(Name))) {
        return STATUS_OBJECT_NAME_INVALID;
    }
    Status = IopClaimUnload(Name, &Driver);
    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    IopRemoveDriverDevices(Driver);
    Status = IopUnloadDriver(Driver) ? STATUS_SUCCESS : STATUS_UNSUCCESSFUL;
    IopRestartUnfiltered();
    return Status;
}
EXPORT(ZwUnloadDriver);
