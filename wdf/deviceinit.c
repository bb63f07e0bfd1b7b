/*
 * WDFDEVICE_INIT: settings that are kept until the device is created.
 */
#include "wdfp.h"
#include "deviceinit.h"

PWDFDEVICE_INIT
WdfpAllocateDeviceInit(PWDFP_DRIVER Driver, WDFP_DEVICE_KIND Kind,
                       PDEVICE_OBJECT PhysicalDevice)
{
    PWDFDEVICE_INIT Init = ExAllocatePoolZero(NonPagedPoolNx, sizeof(*Init), WDFP_TAG);

    if (Init == NULL) {
        return NULL;
    }
    Init->Kind = Kind;
    Init->Driver = Driver;
    Init->PhysicalDevice = PhysicalDevice;
    Init->ReadWriteIoType = WdfDeviceIoBuffered;
    Init->DeviceType = FILE_DEVICE_UNKNOWN;
    Init->Characteristics = FILE_DEVICE_SECURE_OPEN;
    Init->PowerPageable = TRUE;
    Init->PowerPolicyOwner = Kind == WdfpFunctionDevice;
    RtlInitEmptyUnicodeString(&Init->Name, Init->NameBuffer, sizeof(Init->NameBuffer));
    return Init;
}

VOID
WdfpFreeDeviceInit(PWDFDEVICE_INIT Init)
{
    WdfpFreePreprocess(Init);
    WdfpFreePdoInit(Init);
    ExFreePoolWithTag(Init, WDFP_TAG);
}

/* Stops when a structure that a void routine was passed has not the size it should. */
static VOID
WdfpRequireSize(PWDFDEVICE_INIT Init, const CHAR *Name, ULONG Size, ULONG Expected)
{
    if (Size != Expected) {
        DbgPrint("wdf: %s: the Size of %s is 0x%X, not 0x%X\n",
                 Init->Driver->Object.Globals->Public.DriverName, Name, Size, Expected);
        KeBugCheckEx(WDF_VIOLATION, WDF_VERIFIER_FATAL_ERROR, Size, Expected, 0);
    }
}

/* Gives back what a driver does not create a device from. Only one of a control device is
   the driver's; that of EvtDriverDeviceAdd the framework frees. Source: manual,
   WdfDeviceInitFree. */
VOID NTAPI
ImpWdfDeviceInitFree(PWDF_DRIVER_GLOBALS DriverGlobals, PWDFDEVICE_INIT Init)
{
    WdfpRequire(WdfpGlobals(DriverGlobals), Init, "DeviceInit");
    if (Init->Kind != WdfpFunctionDevice) {
        WdfpFreeDeviceInit(Init);
    }
}

/* Source: manual, WdfDeviceInitSetPnpPowerEventCallbacks. */
VOID NTAPI
ImpWdfDeviceInitSetPnpPowerEventCallbacks(PWDF_DRIVER_GLOBALS DriverGlobals,
                                          PWDFDEVICE_INIT Init,
                                          PWDF_PNPPOWER_EVENT_CALLBACKS Callbacks)
{
    UNREFERENCED_PARAMETER(DriverGlobals);
    /* Before 1.11 the last member was missing. */
    if (Callbacks->Size !=
        FIELD_OFFSET(WDF_PNPPOWER_EVENT_CALLBACKS, EvtDeviceUsageNotificationEx)) {
        WdfpRequireSize(Init, "WDF_PNPPOWER_EVENT_CALLBACKS", Callbacks->Size,
                        sizeof(*Callbacks));
    }
    RtlZeroMemory(&Init->PnpPower, sizeof(Init->PnpPower));
    RtlCopyMemory(&Init->PnpPower, Callbacks, Callbacks->Size);
}

/* Kept, and never called: devices do not sleep here (docs/deviations.md). Source: manual,
   WdfDeviceInitSetPowerPolicyEventCallbacks. */
VOID NTAPI
ImpWdfDeviceInitSetPowerPolicyEventCallbacks(PWDF_DRIVER_GLOBALS DriverGlobals,
                                             PWDFDEVICE_INIT Init,
                                             PWDF_POWER_POLICY_EVENT_CALLBACKS Callbacks)
{
    UNREFERENCED_PARAMETER(DriverGlobals);
    WdfpRequireSize(Init, "WDF_POWER_POLICY_EVENT_CALLBACKS", Callbacks->Size,
                    sizeof(*Callbacks));
    Init->PowerPolicy = *Callbacks;
}

/* Source: manual, WdfDeviceInitSetPowerPolicyOwnership. */
VOID NTAPI
ImpWdfDeviceInitSetPowerPolicyOwnership(PWDF_DRIVER_GLOBALS DriverGlobals,
                                        PWDFDEVICE_INIT Init, BOOLEAN IsOwner)
{
    UNREFERENCED_PARAMETER(DriverGlobals);
    Init->PowerPolicyOwner = IsOwner;
}

/* How reads and writes get their buffers: buffered, direct or neither. Source: manual,
   WdfDeviceInitSetIoType. */
VOID NTAPI
ImpWdfDeviceInitSetIoType(PWDF_DRIVER_GLOBALS DriverGlobals, PWDFDEVICE_INIT Init,
                          WDF_DEVICE_IO_TYPE IoType)
{
    UNREFERENCED_PARAMETER(DriverGlobals);
    Init->ReadWriteIoType = IoType;
}

/* The same; the kind of device controls is a wish that their codes decide. Source: manual,
   WdfDeviceInitSetIoTypeEx. */
VOID NTAPI
ImpWdfDeviceInitSetIoTypeEx(PWDF_DRIVER_GLOBALS DriverGlobals, PWDFDEVICE_INIT Init,
                            PWDF_IO_TYPE_CONFIG Config)
{
    UNREFERENCED_PARAMETER(DriverGlobals);
    WdfpRequireSize(Init, "WDF_IO_TYPE_CONFIG", Config->Size, sizeof(*Config));
    Init->ReadWriteIoType = Config->ReadWriteIoType == WdfDeviceIoBufferedOrDirect
                                ? WdfDeviceIoBuffered
                                : Config->ReadWriteIoType;
}

/* One open at a time. Source: manual, WdfDeviceInitSetExclusive. */
VOID NTAPI
ImpWdfDeviceInitSetExclusive(PWDF_DRIVER_GLOBALS DriverGlobals, PWDFDEVICE_INIT Init,
                             BOOLEAN IsExclusive)
{
    UNREFERENCED_PARAMETER(DriverGlobals);
    Init->Exclusive = IsExclusive;
}

/* Source: manual, WdfDeviceInitSetPowerNotPageable. */
VOID NTAPI
ImpWdfDeviceInitSetPowerNotPageable(PWDF_DRIVER_GLOBALS DriverGlobals,
                                    PWDFDEVICE_INIT Init)
{
    UNREFERENCED_PARAMETER(DriverGlobals);
    Init->PowerPageable = FALSE;
}

/* Nothing is powered up in turn here: accepted, without effect. Source: manual,
   WdfDeviceInitSetPowerInrush. */
VOID NTAPI
ImpWdfDeviceInitSetPowerInrush(PWDF_DRIVER_GLOBALS DriverGlobals, PWDFDEVICE_INIT Init)
{
    WdfpRequire(WdfpGlobals(DriverGlobals), Init, "DeviceInit");
}

/* Source: manual, WdfDeviceInitSetPowerPageable. */
VOID NTAPI
ImpWdfDeviceInitSetPowerPageable(PWDF_DRIVER_GLOBALS DriverGlobals, PWDFDEVICE_INIT Init)
{
    UNREFERENCED_PARAMETER(DriverGlobals);
    Init->PowerPageable = TRUE;
}

/* Source: manual, WdfDeviceInitSetDeviceType. */
VOID NTAPI
ImpWdfDeviceInitSetDeviceType(PWDF_DRIVER_GLOBALS DriverGlobals, PWDFDEVICE_INIT Init,
                              DEVICE_TYPE DeviceType)
{
    UNREFERENCED_PARAMETER(DriverGlobals);
    Init->DeviceType = DeviceType;
}

/* FILE_ values, replacing those set before or added to them. Source: manual,
   WdfDeviceInitSetCharacteristics. */
VOID NTAPI
ImpWdfDeviceInitSetCharacteristics(PWDF_DRIVER_GLOBALS DriverGlobals,
                                   PWDFDEVICE_INIT Init, ULONG Characteristics,
                                   BOOLEAN OrInValues)
{
    UNREFERENCED_PARAMETER(DriverGlobals);
    Init->Characteristics = (OrInValues ? Init->Characteristics : 0) | Characteristics;
}

/* The name the device gets, NULL for none. STATUS_INVALID_PARAMETER: it is too long.
   Source: manual, WdfDeviceInitAssignName. */
NTSTATUS
NTAPI
ImpWdfDeviceInitAssignName(PWDF_DRIVER_GLOBALS DriverGlobals, PWDFDEVICE_INIT Init,
                           PCUNICODE_STRING Name)
{
    UNREFERENCED_PARAMETER(DriverGlobals);
    Init->Name.Length = 0;
    if (Name == NULL) {
        return STATUS_SUCCESS;
    }
    if (Name->Length > Init->Name.MaximumLength - sizeof(WCHAR)) {
        return STATUS_INVALID_PARAMETER;
    }
    RtlCopyUnicodeString(&Init->Name, Name);
    return STATUS_SUCCESS;
}

/* There are no users whose rights could be checked: accepted, without effect. Source:
   manual, WdfDeviceInitAssignSDDLString. */
NTSTATUS
NTAPI
ImpWdfDeviceInitAssignSDDLString(PWDF_DRIVER_GLOBALS DriverGlobals, PWDFDEVICE_INIT Init,
                                 PCUNICODE_STRING SddlString)
{
    UNREFERENCED_PARAMETER(DriverGlobals);
    UNREFERENCED_PARAMETER(Init);
    UNREFERENCED_PARAMETER(SddlString);
    return STATUS_SUCCESS;
}

/* Classes serve the rights above. Source: manual, WdfDeviceInitSetDeviceClass. */
VOID NTAPI
ImpWdfDeviceInitSetDeviceClass(PWDF_DRIVER_GLOBALS DriverGlobals, PWDFDEVICE_INIT Init,
                               const GUID *Class)
{
    UNREFERENCED_PARAMETER(DriverGlobals);
    UNREFERENCED_PARAMETER(Init);
    UNREFERENCED_PARAMETER(Class);
}

/* Callbacks of opens, and what file objects carry. Source: manual,
   WdfDeviceInitSetFileObjectConfig. */
VOID NTAPI
ImpWdfDeviceInitSetFileObjectConfig(PWDF_DRIVER_GLOBALS DriverGlobals,
                                    PWDFDEVICE_INIT Init, PWDF_FILEOBJECT_CONFIG Config,
                                    PWDF_OBJECT_ATTRIBUTES Attributes)
{
    UNREFERENCED_PARAMETER(DriverGlobals);
    WdfpRequireSize(Init, "WDF_FILEOBJECT_CONFIG", Config->Size, sizeof(*Config));
    Init->FileConfig = *Config;
    if (Attributes != NULL) {
        WdfpRequireSize(Init, "WDF_OBJECT_ATTRIBUTES", Attributes->Size,
                        sizeof(*Attributes));
        Init->FileAttributes = *Attributes;
    }
}

/* What every request of the device carries. Source: manual,
   WdfDeviceInitSetRequestAttributes. */
VOID NTAPI
ImpWdfDeviceInitSetRequestAttributes(PWDF_DRIVER_GLOBALS DriverGlobals,
                                     PWDFDEVICE_INIT Init,
                                     PWDF_OBJECT_ATTRIBUTES Attributes)
{
    UNREFERENCED_PARAMETER(DriverGlobals);
    WdfpRequireSize(Init, "WDF_OBJECT_ATTRIBUTES", Attributes->Size, sizeof(*Attributes));
    Init->RequestAttributes = *Attributes;
}

/* Source: manual, WdfDeviceInitSetIoInCallerContextCallback. */
VOID NTAPI
ImpWdfDeviceInitSetIoInCallerContextCallback(PWDF_DRIVER_GLOBALS DriverGlobals,
                                             PWDFDEVICE_INIT Init,
                                             PFN_WDF_IO_IN_CALLER_CONTEXT Callback)
{
    UNREFERENCED_PARAMETER(DriverGlobals);
    Init->IoInCallerContext = Callback;
}

/* Release always comes after the children's here. Source: manual,
   WdfDeviceInitSetReleaseHardwareOrderOnFailure. */
VOID NTAPI
ImpWdfDeviceInitSetReleaseHardwareOrderOnFailure(
    PWDF_DRIVER_GLOBALS DriverGlobals, PWDFDEVICE_INIT Init,
    WDF_RELEASE_HARDWARE_ORDER_ON_FAILURE Order)
{
    UNREFERENCED_PARAMETER(DriverGlobals);
    UNREFERENCED_PARAMETER(Init);
    UNREFERENCED_PARAMETER(Order);
}
