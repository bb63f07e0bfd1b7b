/*
 * kmdfcontrol: a driver without hardware and its control device; IRPs that it sees before
 * the framework. A second control device is left for the shutdown and the unload.
 */
#include "kmdfcontrol.h"

DRIVER_INITIALIZE DriverEntry;

static EVT_WDF_DRIVER_UNLOAD Unload;
static EVT_WDF_OBJECT_CONTEXT_CLEANUP LeftIsGone;

/* One that the driver does not delete. */
static VOID
LeaveOne(VOID)
{
    DECLARE_CONST_UNICODE_STRING(Rights, L"");
    PWDFDEVICE_INIT Init = WdfControlDeviceInitAllocate(WdfGetDriver(), &Rights);
    WDF_OBJECT_ATTRIBUTES Attributes;
    WDFDEVICE Left;

    WDF_OBJECT_ATTRIBUTES_INIT(&Attributes);
    Attributes.EvtCleanupCallback = LeftIsGone;
    ok_status(WdfDeviceCreate(&Init, &Attributes, &Left), STATUS_SUCCESS,
              "WdfDeviceCreate: a control device without a name");
    WdfControlFinishInitializing(Left);
}

static VOID
ControlTests(VOID)
{
    if (!ok_status(CreateControl(), STATUS_SUCCESS,
                   "WdfDeviceCreate: a control device")) {
        return;
    }
    TestUnfinished();
    TestRequests();
    TestEnd();
    LeaveOne();
    ok_status(CreateControl(), STATUS_SUCCESS, "WdfDeviceCreate: by the same name again");
    DbgPrint("# expect line ^kmdfcontrol: told 1$\n");
    DbgPrint("# expect line ^kmdfcontrol: told 2$\n");
    DbgPrint("# expect line ^kmdfcontrol: unload$\n");
    DbgPrint("# expect line ^kmdfcontrol: cleanup$\n");
}

static VOID NTAPI
LeftIsGone(WDFOBJECT Object)
{
    UNREFERENCED_PARAMETER(Object);
    DbgPrint("kmdfcontrol: cleanup\n");
}

/* Control devices go after this. */
static VOID NTAPI
Unload(WDFDRIVER Driver)
{
    UNREFERENCED_PARAMETER(Driver);
    DbgPrint("kmdfcontrol: unload\n");
}

NTSTATUS
NTAPI
DriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath)
{
    WDF_DRIVER_CONFIG Config;
    NTSTATUS Status;

    WDF_DRIVER_CONFIG_INIT(&Config, WDF_NO_EVENT_CALLBACK);
    Config.DriverInitFlags = WdfDriverInitNonPnpDriver;
    Config.EvtDriverUnload = Unload;
    Status = WdfDriverCreate(DriverObject, RegistryPath, WDF_NO_OBJECT_ATTRIBUTES,
                             &Config, WDF_NO_HANDLE);
    return NT_SUCCESS(Status) ? KtapStart(DriverObject, RegistryPath, ControlTests)
                              : Status;
}
