/*
 * FxDriverEntry: the entry of a KMDF driver, linked into it.
 *
 * It binds the driver to the framework before DriverEntry runs, and puts an unload routine
 * above the framework's own, so that the driver is unbound when nothing of it is left.
 * Called with no driver object, it leaves the binding to a class extension's loader and
 * calls DriverEntry at once.
 */
#include <wdf.h>
#include <wdfldr.h>

DRIVER_INITIALIZE FxDriverEntry;
DRIVER_INITIALIZE DriverEntry;
static DRIVER_UNLOAD FxDriverUnload;

PWDF_DRIVER_GLOBALS WdfDriverGlobals;
const WDFFUNC *WdfFunctions;

static WDF_BIND_INFO FxBindInfo = {
    .Size = sizeof(WDF_BIND_INFO),
    .Component = L"KmdfLibrary",
    .Version = {1, 33, 0},
    .FuncCount = WdfFunctionTableNumEntries,
    .FuncTable = (WDFFUNC *)&WdfFunctions,
};

static PDRIVER_UNLOAD FxDisplacedUnload;
static UNICODE_STRING FxRegistryPath; /* the caller's string does not outlive the entry */
static WCHAR FxRegistryBuffer[128];

static VOID NTAPI
FxDriverUnload(PDRIVER_OBJECT DriverObject)
{
    if (FxDisplacedUnload != NULL) {
        FxDisplacedUnload(DriverObject);
    }
    WdfVersionUnbind(&FxRegistryPath, &FxBindInfo, WdfDriverGlobals);
}

static VOID
FxDisplaceUnload(PDRIVER_OBJECT DriverObject)
{
    if (WdfDriverGlobals->DisplaceDriverUnload) {
        FxDisplacedUnload = DriverObject->DriverUnload;
        DriverObject->DriverUnload = FxDriverUnload;
    }
}

/* What WdfVersionBind or DriverEntry returns. PASSIVE_LEVEL. */
NTSTATUS
NTAPI
FxDriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath)
{
    NTSTATUS Status;

    if (DriverObject == NULL) {
        return DriverEntry(DriverObject, RegistryPath);
    }
    RtlInitEmptyUnicodeString(&FxRegistryPath, FxRegistryBuffer,
                              sizeof(FxRegistryBuffer));
    RtlCopyUnicodeString(&FxRegistryPath, RegistryPath);
    Status =
        WdfVersionBind(DriverObject, &FxRegistryPath, &FxBindInfo, &WdfDriverGlobals);
    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    Status = DriverEntry(DriverObject, RegistryPath);
    if (!NT_SUCCESS(Status)) {
        WdfVersionUnbind(&FxRegistryPath, &FxBindInfo, WdfDriverGlobals);
        return Status;
    }
    FxDisplaceUnload(DriverObject);
    return STATUS_SUCCESS;
}
