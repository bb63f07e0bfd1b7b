/*
 * kmdfwork: DPC, timer and work item objects, memory, collections and strings.
 */
#include "kmdfwork.h"

DRIVER_INITIALIZE DriverEntry;

WDFDEVICE Device;

static VOID
WorkTests(VOID)
{
    TestDpc();
    TestTimer();
    TestWorkItem();
    TestMemory();
    TestLookaside();
    TestCollection();
    TestString();
    TestRegistry();
    TestRegistryKeys();
    TestNames();
    TestProperties();
    TestIdle();
}

static NTSTATUS NTAPI
SelfManagedInit(WDFDEVICE Started)
{
    UNREFERENCED_PARAMETER(Started);
    return KtapStart(WdfDriverWdmGetDriverObject(WdfGetDriver()), &Ktap.RegistryPath,
                     WorkTests);
}

static NTSTATUS NTAPI
AddDevice(WDFDRIVER Driver, PWDFDEVICE_INIT Init)
{
    WDF_PNPPOWER_EVENT_CALLBACKS Callbacks;

    UNREFERENCED_PARAMETER(Driver);
    WDF_PNPPOWER_EVENT_CALLBACKS_INIT(&Callbacks);
    Callbacks.EvtDeviceSelfManagedIoInit = SelfManagedInit;
    WdfDeviceInitSetPnpPowerEventCallbacks(Init, &Callbacks);
    return WdfDeviceCreate(&Init, WDF_NO_OBJECT_ATTRIBUTES, &Device);
}

NTSTATUS
NTAPI
DriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath)
{
    WDF_DRIVER_CONFIG Config;

    WDF_DRIVER_CONFIG_INIT(&Config, AddDevice);
    return WdfDriverCreate(DriverObject, RegistryPath, WDF_NO_OBJECT_ATTRIBUTES, &Config,
                           WDF_NO_HANDLE);
}
