/*
 * kmdfpnp: stop and restart of a KMDF driver's device, failing callbacks, requests that the
 * driver has while its device stops.
 */
#include "kmdfpnp.h"

DRIVER_INITIALIZE DriverEntry;

UNIT Unit;

static CHAR Letters[64];
static volatile LONG Written;

VOID
Diary(CHAR Letter)
{
    Letters[(InterlockedIncrement(&Written) - 1) % (LONG)(sizeof(Letters) - 1)] = Letter;
}

BOOLEAN
DiaryIs(PCSTR Expected)
{
    BOOLEAN Same = strcmp(Letters, Expected) == 0;

    if (!Same) {
        DbgPrint("# %s, not %s\n", Letters, Expected);
    }
    RtlZeroMemory(Letters, sizeof(Letters));
    Written = 0;
    return Same;
}

static NTSTATUS NTAPI
Completed(PDEVICE_OBJECT DeviceObject, PIRP Irp, PVOID Context)
{
    UNREFERENCED_PARAMETER(DeviceObject);
    UNREFERENCED_PARAMETER(Irp);
    KeSetEvent(Context, IO_NO_INCREMENT, FALSE);
    return STATUS_MORE_PROCESSING_REQUIRED;
}

NTSTATUS
SendPnp(UCHAR Minor)
{
    PDEVICE_OBJECT Top = WdfDeviceWdmGetDeviceObject(Unit.Device);
    PIRP Irp = IoAllocateIrp(Top->StackSize, FALSE);
    PIO_STACK_LOCATION Stack = IoGetNextIrpStackLocation(Irp);
    NTSTATUS Status;
    KEVENT Done;

    KeInitializeEvent(&Done, NotificationEvent, FALSE);
    Irp->IoStatus.Status = STATUS_NOT_SUPPORTED;
    Stack->MajorFunction = IRP_MJ_PNP;
    Stack->MinorFunction = Minor;
    if (Minor == IRP_MN_START_DEVICE) {
        Stack->Parameters.StartDevice.AllocatedResources = Unit.Raw;
        Stack->Parameters.StartDevice.AllocatedResourcesTranslated = Unit.Translated;
    }
    IoSetCompletionRoutine(Irp, Completed, &Done, TRUE, TRUE, TRUE);
    IoCallDriver(Top, Irp);
    KeWaitForSingleObject(&Done, Executive, KernelMode, FALSE, NULL);
    Status = Irp->IoStatus.Status;
    IoFreeIrp(Irp);
    return Status;
}

static VOID
TestRestart(VOID)
{
    ok(DiaryIs("P0e1I"), "WDF-30 the first start: self-managed I/O begins");
    ok_status(SendPnp(IRP_MN_QUERY_STOP_DEVICE), STATUS_SUCCESS,
              "EvtDeviceQueryStop: the driver agrees");
    ok_status(SendPnp(IRP_MN_STOP_DEVICE), STATUS_SUCCESS, "IRP_MN_STOP_DEVICE");
    ok(DiaryIs("qSxdyR"), "WDF-31 a stop: suspend, before disable, disable, D0 exit, "
                          "release");
    ok_equal(Unit.ExitState, WdfPowerDeviceD3,
             "EvtDeviceD0Exit: the device will be back");
    ok_status(SendPnp(IRP_MN_START_DEVICE), STATUS_SUCCESS, "IRP_MN_START_DEVICE: again");
    ok(DiaryIs("P0e1T"), "WDF-30 a second start: self-managed I/O is resumed");
    Unit.Fails = 'q';
    ok_status(SendPnp(IRP_MN_QUERY_STOP_DEVICE), STATUS_DEVICE_BUSY,
              "EvtDeviceQueryStop: the driver objects");
    ok(DiaryIs("q"), "EvtDeviceQueryStop: nothing was stopped");
    Unit.Fails = 0;
    WdfDeviceSetStaticStopRemove(Unit.Device, FALSE);
    ok_status(SendPnp(IRP_MN_QUERY_STOP_DEVICE), STATUS_INVALID_DEVICE_STATE,
              "WdfDeviceSetStaticStopRemove: a device that cannot be stopped");
    ok_status(SendPnp(IRP_MN_QUERY_REMOVE_DEVICE), STATUS_INVALID_DEVICE_STATE,
              "WdfDeviceSetStaticStopRemove: nor removed");
    ok(DiaryIs(""), "WdfDeviceSetStaticStopRemove: without a question to the driver");
    WdfDeviceSetStaticStopRemove(Unit.Device, TRUE);
    ok_status(SendPnp(IRP_MN_QUERY_STOP_DEVICE), STATUS_SUCCESS,
              "WdfDeviceSetStaticStopRemove: taken back");
    ok_status(SendPnp(IRP_MN_CANCEL_STOP_DEVICE), STATUS_SUCCESS, "it is not stopped");
    ok(DiaryIs("q"), "EvtDeviceQueryStop: is called again");
}

static VOID
PnpTests(VOID)
{
    TestRestart();
    TestFailing();
    TestEarlyInterrupt();
    TestRequests();
}

NTSTATUS
StartTests(VOID)
{
    return KtapStart(WdfDriverWdmGetDriverObject(WdfGetDriver()), &Ktap.RegistryPath,
                     PnpTests);
}

NTSTATUS
NTAPI
DriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath)
{
    static WCHAR Path[128];
    WDF_DRIVER_CONFIG Config;

    RtlInitEmptyUnicodeString(&Ktap.RegistryPath, Path, sizeof(Path));
    RtlCopyUnicodeString(&Ktap.RegistryPath, RegistryPath);
    WDF_DRIVER_CONFIG_INIT(&Config, AddDevice);
    return WdfDriverCreate(DriverObject, RegistryPath, WDF_NO_OBJECT_ATTRIBUTES, &Config,
                           WDF_NO_HANDLE);
}
