/*
 * kmdf: framework objects without a device, in a driver that is bound as any KMDF driver is.
 */
#include "kmdf.h"

DRIVER_INITIALIZE DriverEntry;

static EVT_WDF_DRIVER_UNLOAD KmdfUnload;

static VOID
TestDriver(VOID)
{
    WDF_DRIVER_VERSION_AVAILABLE_PARAMS Version;
    WDF_DRIVER_CONFIG Config;
    UNICODE_STRING Path;

    RtlInitUnicodeString(&Path, WdfDriverGetRegistryPath(WdfGetDriver()));
    ok(RtlEqualUnicodeString(&Path, &Ktap.RegistryPath, TRUE),
       "WdfDriverGetRegistryPath: the path of the service");
    ok(WdfDriverWdmGetDriverObject(WdfGetDriver()) == Ktap.DriverObject,
       "WdfDriverWdmGetDriverObject: WDM's object");
    ok(WdfWdmDriverGetWdfDriverHandle(Ktap.DriverObject) == WdfGetDriver(),
       "WdfWdmDriverGetWdfDriverHandle: and back");
    WDF_DRIVER_VERSION_AVAILABLE_PARAMS_INIT(&Version, 1, 33);
    ok(WdfDriverIsVersionAvailable(WdfGetDriver(), &Version),
       "WdfDriverIsVersionAvailable: 1.33 is");
    WDF_DRIVER_VERSION_AVAILABLE_PARAMS_INIT(&Version, 1, 35);
    ok(!WdfDriverIsVersionAvailable(WdfGetDriver(), &Version),
       "WdfDriverIsVersionAvailable: 1.35 is not");
    WDF_DRIVER_CONFIG_INIT(&Config, NULL);
    Config.DriverInitFlags = WdfDriverInitNonPnpDriver;
    ok_status(WdfDriverCreate(Ktap.DriverObject, &Ktap.RegistryPath,
                              WDF_NO_OBJECT_ATTRIBUTES, &Config, WDF_NO_HANDLE),
              STATUS_DRIVER_INTERNAL_ERROR, "WdfDriverCreate: once only");
}

static VOID
KmdfTests(VOID)
{
    TestDriver();
    TestContexts();
    TestTree();
    TestReferences();
    TestAttributes();
    TestDeferredDelete();
}

static VOID NTAPI
KmdfUnload(WDFDRIVER Driver)
{
    UNREFERENCED_PARAMETER(Driver);
}

NTSTATUS
NTAPI
DriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath)
{
    WDF_DRIVER_CONFIG Config;
    NTSTATUS Status;

    WDF_DRIVER_CONFIG_INIT(&Config, NULL);
    Config.Size--;
    if (WdfDriverCreate(DriverObject, RegistryPath, NULL, &Config, NULL) !=
        STATUS_INFO_LENGTH_MISMATCH) {
        return STATUS_UNSUCCESSFUL;
    }
    WDF_DRIVER_CONFIG_INIT(&Config, NULL);
    if (WdfDriverCreate(DriverObject, RegistryPath, NULL, &Config, NULL) !=
        STATUS_INVALID_PARAMETER) {
        return STATUS_UNSUCCESSFUL; /* a PnP driver has an EvtDriverDeviceAdd */
    }
    Config.DriverInitFlags = WdfDriverInitNonPnpDriver;
    Config.EvtDriverUnload = KmdfUnload;
    Status = WdfDriverCreate(DriverObject, RegistryPath, WDF_NO_OBJECT_ATTRIBUTES,
                             &Config, WDF_NO_HANDLE);
    return NT_SUCCESS(Status) ? KtapStart(DriverObject, RegistryPath, KmdfTests) : Status;
}
