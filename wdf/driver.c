/*
 * The driver object: WdfDriverCreate takes over the driver's entry points.
 */
#include "wdfp.h"
#include "driver.h"

static VOID
WdfpDestroyDriver(PWDFP_OBJECT Object)
{
    PWDFP_DRIVER Driver = (PWDFP_DRIVER)Object;

    if (Driver->RegistryPath.Buffer != NULL) {
        ExFreePoolWithTag(Driver->RegistryPath.Buffer, WDFP_TAG);
    }
}

static const WDFP_TYPE WdfpDriverObjectType = {WdfpDriverType,
                                               "WDFDRIVER",
                                               sizeof(WDFP_DRIVER),
                                               WDFP_TYPE_PASSIVE | WDFP_TYPE_FRAMEWORKS,
                                               NULL,
                                               WdfpDestroyDriver,
                                               NULL};

/* Where the driver object of WDM keeps the framework's; the address of this is the key. */
static const CHAR WdfpExtensionKey;

PWDFP_DRIVER
WdfpDriverFromObject(PDRIVER_OBJECT DriverObject)
{
    PWDFP_DRIVER *Place =
        IoGetDriverObjectExtension(DriverObject, (PVOID)&WdfpExtensionKey);

    return Place == NULL ? NULL : *Place;
}

/* Tells the driver that it goes. FxDriverEntry put its own unload routine above this one and
   unbinds when it has returned. PASSIVE_LEVEL. */
static VOID NTAPI
WdfpUnload(PDRIVER_OBJECT DriverObject)
{
    PWDFP_DRIVER Driver = WdfpDriverFromObject(DriverObject);

    if (Driver->Config.EvtDriverUnload != NULL) {
        WDFP_CALL_VOID(Driver->Object.Globals, Driver->Config.EvtDriverUnload,
                       WdfpHandle(Driver));
    }
}

static NTSTATUS
WdfpCopyRegistryPath(PWDFP_DRIVER Driver, PCUNICODE_STRING Path)
{
    PWCH Buffer =
        ExAllocatePoolZero(NonPagedPoolNx, Path->Length + sizeof(WCHAR), WDFP_TAG);

    if (Buffer == NULL) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    RtlCopyMemory(Buffer, Path->Buffer, Path->Length);
    Driver->RegistryPath.Buffer = Buffer;
    Driver->RegistryPath.Length = Path->Length;
    Driver->RegistryPath.MaximumLength = Path->Length + sizeof(WCHAR);
    return STATUS_SUCCESS;
}

/* Puts the framework into the driver object. */
static NTSTATUS
WdfpTakeOver(PWDFP_DRIVER Driver, PDRIVER_OBJECT DriverObject)
{
    PWDFP_DRIVER *Place;
    NTSTATUS Status = IoAllocateDriverObjectExtension(
        DriverObject, (PVOID)&WdfpExtensionKey, sizeof(*Place), (PVOID *)&Place);

    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    *Place = Driver;
    Driver->DriverObject = DriverObject;
    DriverObject->DriverUnload = WdfpUnload;
    Driver->Object.Globals->Public.DisplaceDriverUnload = TRUE;
    if ((Driver->Config.DriverInitFlags & WdfDriverInitNonPnpDriver) == 0) {
        DriverObject->DriverExtension->AddDevice = WdfpAddDevice;
    }
    if ((Driver->Config.DriverInitFlags & WdfDriverInitNoDispatchOverride) == 0) {
        for (ULONG Major = 0; Major <= IRP_MJ_MAXIMUM_FUNCTION; Major++) {
            DriverObject->MajorFunction[Major] = WdfpDispatch;
        }
    }
    return STATUS_SUCCESS;
}

static NTSTATUS
WdfpCheckDriverConfig(PWDF_DRIVER_CONFIG Config)
{
    BOOLEAN NonPnp;

    if (Config->Size != sizeof(*Config)) {
        return STATUS_INFO_LENGTH_MISMATCH;
    }
    NonPnp = (Config->DriverInitFlags & WdfDriverInitNonPnpDriver) != 0;
    if (NonPnp ? Config->EvtDriverDeviceAdd != NULL
               : Config->EvtDriverDeviceAdd == NULL) {
        return STATUS_INVALID_PARAMETER;
    }
    return STATUS_SUCCESS;
}

/*
 * Creates the driver object, once, in DriverEntry. STATUS_INFO_LENGTH_MISMATCH (a Size);
 * STATUS_INVALID_PARAMETER (a PnP driver without EvtDriverDeviceAdd, or another with);
 * STATUS_DRIVER_INTERNAL_ERROR (a second time); STATUS_WDF_PARENT_ASSIGNMENT_NOT_ALLOWED;
 * STATUS_INSUFFICIENT_RESOURCES. PASSIVE_LEVEL. Source: manual, WdfDriverCreate.
 */
NTSTATUS
NTAPI
ImpWdfDriverCreate(PWDF_DRIVER_GLOBALS DriverGlobals, PDRIVER_OBJECT DriverObject,
                   PCUNICODE_STRING RegistryPath, PWDF_OBJECT_ATTRIBUTES DriverAttributes,
                   PWDF_DRIVER_CONFIG DriverConfig, WDFDRIVER *Handle)
{
    PWDFP_GLOBALS Globals = WdfpGlobals(DriverGlobals);
    PWDFP_DRIVER Driver;
    NTSTATUS Status;

    WdfpRequire(Globals, DriverObject, "DriverObject");
    WdfpRequire(Globals, DriverConfig, "DriverConfig");
    WdfpRequireIrql(Globals, PASSIVE_LEVEL, "WdfDriverCreate");
    if (DriverGlobals->Driver != NULL) {
        return STATUS_DRIVER_INTERNAL_ERROR;
    }
    Status = WdfpCheckDriverConfig(DriverConfig);
    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    if (DriverConfig->DriverPoolTag != 0) {
        DriverGlobals->DriverTag = DriverConfig->DriverPoolTag;
    }
    Status = WdfpCreateObject(Globals, &WdfpDriverObjectType, DriverAttributes, NULL,
                              FALSE, (PVOID *)&Driver);
    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    Driver->Config = *DriverConfig;
    Status = WdfpCopyRegistryPath(Driver, RegistryPath);
    if (NT_SUCCESS(Status)) {
        Status = WdfpTakeOver(Driver, DriverObject);
    }
    if (!NT_SUCCESS(Status)) {
        WdfpDelete(Driver);
        return Status;
    }
    DriverGlobals->Driver = WdfpHandle(Driver);
    if (Handle != NULL) {
        *Handle = DriverGlobals->Driver;
    }
    return STATUS_SUCCESS;
}

/* The path of the service's key, zero-terminated, for the life of the driver. Any IRQL.
   Source: manual, WdfDriverGetRegistryPath. */
PWSTR
NTAPI
ImpWdfDriverGetRegistryPath(PWDF_DRIVER_GLOBALS DriverGlobals, WDFDRIVER Handle)
{
    PWDFP_DRIVER Driver = WdfpObject(DriverGlobals, Handle, WdfpDriverType);

    return Driver->RegistryPath.Buffer;
}

/* WDM's driver object. Any IRQL. Source: manual, WdfDriverWdmGetDriverObject. */
PDRIVER_OBJECT
NTAPI
ImpWdfDriverWdmGetDriverObject(PWDF_DRIVER_GLOBALS DriverGlobals, WDFDRIVER Handle)
{
    PWDFP_DRIVER Driver = WdfpObject(DriverGlobals, Handle, WdfpDriverType);

    return Driver->DriverObject;
}

/* The framework's driver object of a driver object, NULL when it has none. Any IRQL.
   Source: manual, WdfWdmDriverGetWdfDriverHandle. */
WDFDRIVER
NTAPI
ImpWdfWdmDriverGetWdfDriverHandle(PWDF_DRIVER_GLOBALS DriverGlobals,
                                  PDRIVER_OBJECT DriverObject)
{
    PWDFP_DRIVER Driver = WdfpDriverFromObject(DriverObject);

    UNREFERENCED_PARAMETER(DriverGlobals);
    return Driver == NULL ? NULL : WdfpHandle(Driver);
}

/* Whether the framework is at least of that version. Any IRQL. Source: manual,
   WdfDriverIsVersionAvailable. */
BOOLEAN
NTAPI
ImpWdfDriverIsVersionAvailable(PWDF_DRIVER_GLOBALS DriverGlobals, WDFDRIVER Handle,
                               PWDF_DRIVER_VERSION_AVAILABLE_PARAMS Parameters)
{
    WdfpObject(DriverGlobals, Handle, WdfpDriverType);
    return Parameters->Size == sizeof(*Parameters) &&
           Parameters->MajorVersion == WDFP_MAJOR_VERSION &&
           Parameters->MinorVersion <= WDFP_MINOR_VERSION;
}
