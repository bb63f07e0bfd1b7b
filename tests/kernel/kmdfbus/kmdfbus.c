/*
 * kmdfbus: a KMDF bus driver's children come and go: reported, enumerated, started, missed.
 */
#include "kmdfbus.h"

DRIVER_INITIALIZE DriverEntry;

/* Two children in one scan. */
static VOID
TestArrival(VOID)
{
    ok_equal(Bus.Scans, 1, "WDF-30 EvtChildListScanForChildren: once in a start");
    WdfChildListBeginScan(Bus.List);
    ok_status(Report(1, 11), STATUS_SUCCESS,
              "WdfChildListAddOrUpdateChildDescriptionAsPresent: a new child");
    ok_status(Report(2, 12), STATUS_SUCCESS, "a second one");
    ok_status(Report(1, 13), STATUS_OBJECT_NAME_EXISTS,
              "WdfChildListAddOrUpdateChildDescriptionAsPresent: one that is known");
    WdfChildListEndScan(Bus.List);
    ok(KtapAwait(&Bus.Started, 2), "WdfChildListEndScan: both have got their driver");
    ok(Bus.Made == 2 && Bus.PdoStarted == 2,
       "EvtChildListCreateDevice: once a child, whose own D0Entry was called");
    ok(Bus.RightId, "WdfPdoInitAddHardwareID: what the driver was found by");
}

/* How many children an iteration with Flags yields. */
static ULONG
Count(ULONG Flags)
{
    WDF_CHILD_LIST_ITERATOR Iterator;
    WDFDEVICE Device;
    ULONG Found = 0;

    WDF_CHILD_LIST_ITERATOR_INIT(&Iterator, Flags);
    WdfChildListBeginIteration(Bus.List, &Iterator);
    while (
        NT_SUCCESS(WdfChildListRetrieveNextDevice(Bus.List, &Iterator, &Device, NULL))) {
        Found++;
    }
    WdfChildListEndIteration(Bus.List, &Iterator);
    return Found;
}

static VOID
TestRetrieve(VOID)
{
    CHILD_IDENTIFICATION Id = Identify(1), Back = Identify(0), Nobody = Identify(9);
    CHILD_ADDRESS Address = Place(0);
    WDF_CHILD_RETRIEVE_INFO Info;
    WDFDEVICE Child;

    ok_status(
        WdfChildListRetrieveAddressDescription(Bus.List, &Id.Header, &Address.Header),
        STATUS_SUCCESS, "WdfChildListRetrieveAddressDescription");
    ok_equal(Address.Slot, 13, "WdfChildListRetrieveAddressDescription: what came last");
    WDF_CHILD_RETRIEVE_INFO_INIT(&Info, &Id.Header);
    Child = WdfChildListRetrievePdo(Bus.List, &Info);
    ok(Child != NULL && Info.Status == WdfChildListRetrieveDeviceSuccess,
       "WdfChildListRetrievePdo: the device of a child");
    ok(WdfPdoGetParent(Child) == Bus.Device, "WdfPdoGetParent: the bus");
    ok_status(WdfPdoRetrieveIdentificationDescription(Child, &Back.Header),
              STATUS_SUCCESS, "WdfPdoRetrieveIdentificationDescription");
    ok_equal(Back.Number, 1, "WdfPdoRetrieveIdentificationDescription: which child");
    Address.Slot = 14;
    WdfPdoUpdateAddressDescription(Child, &Address.Header);
    Address.Slot = 0;
    WdfPdoRetrieveAddressDescription(Child, &Address.Header);
    ok_equal(Address.Slot, 14, "WdfPdoUpdateAddressDescription: kept");
    Info.IdentificationDescription = &Nobody.Header;
    ok(WdfChildListRetrievePdo(Bus.List, &Info) == NULL &&
           Info.Status == WdfChildListRetrieveDeviceNoSuchDevice,
       "WdfChildListRetrievePdo: nobody's");
    ok_equal(Count(WdfRetrievePresentChildren), 2,
             "WdfChildListRetrieveNextDevice: children that are there");
    ok_equal(Count(WdfRetrieveMissingChildren), 0,
             "WdfChildListRetrieveNextDevice: none is missing");
}

static VOID
TestDeparture(VOID)
{
    ok_status(ReportMissing(9), STATUS_NO_SUCH_DEVICE,
              "WdfChildListUpdateChildDescriptionAsMissing: nobody");
    ok_status(ReportMissing(1), STATUS_SUCCESS,
              "WdfChildListUpdateChildDescriptionAsMissing: one that is there");
    ok(KtapAwait(&Bus.Gone, 1) && KtapAwait(&Bus.Removed, 1) && Bus.Surprised == 1,
       "WDF-31 a missing child: its driver is told, then both devices go");
    ok_equal(Bus.Missing, 1, "EvtDeviceReportedMissing: once");
    ok_equal(Count(WdfRetrieveAllChildren), 1, "the other child is still there");
    ok_status(Report(1, 15), STATUS_SUCCESS, "a child that comes back is a new one");
    ok(KtapAwait(&Bus.Started, 3) && Bus.Made == 3, "and gets a device of its own");
    Bus.Refuse = TRUE;
    DbgPrint("# expect line ^wdf: kmdfbus: EvtChildListCreateDevice failed with status "
             "0xC0000001$\n");
    Report(3, 1);
    for (ULONG Nap = 0; Nap < 200 && Count(WdfRetrieveAllChildren) != 2; Nap++) {
        KtapSleep(10);
    }
    ok_equal(Count(WdfRetrieveAllChildren), 2,
             "EvtChildListCreateDevice: a child that it refuses is forgotten");
    Bus.Refuse = FALSE;
}

static VOID
TestStatic(VOID)
{
    PWDFDEVICE_INIT Init = WdfPdoInitAllocate(Bus.Device);
    WDFDEVICE Child, Spare;
    LONG Before = Bus.Started, Gone = Bus.Gone;

    WdfDeviceInitFree(Init);
    Init = WdfPdoInitAllocate(Bus.Device);
    ok_status(WdfDeviceCreate(&Init, NULL, &Child), STATUS_INVALID_DEVICE_STATE,
              "WdfDeviceCreate: a child without a device id");
    ok_status(CreateChild(Init, 7, &Child), STATUS_SUCCESS,
              "WdfPdoInitAllocate: a static child");
    ok_status(WdfFdoAddStaticChild(Bus.Device, Bus.Device), STATUS_INVALID_PARAMETER,
              "WdfFdoAddStaticChild: no child");
    ok_status(WdfFdoAddStaticChild(Bus.Device, Child), STATUS_SUCCESS,
              "WdfFdoAddStaticChild");
    ok(KtapAwait(&Bus.Started, Before + 1), "WdfFdoAddStaticChild: it is started");
    ok_status(WdfFdoAddStaticChild(Bus.Device, Child), STATUS_OBJECT_NAME_EXISTS,
              "WdfFdoAddStaticChild: not twice");
    WdfFdoLockStaticChildListForIteration(Bus.Device);
    ok(WdfFdoRetrieveNextStaticChild(Bus.Device, NULL, WdfRetrieveAllChildren) == Child &&
           WdfFdoRetrieveNextStaticChild(Bus.Device, Child, WdfRetrieveAllChildren) ==
               NULL,
       "WdfFdoRetrieveNextStaticChild: the only one");
    WdfFdoUnlockStaticChildListFromIteration(Bus.Device);
    ok_status(WdfPdoMarkMissing(Child), STATUS_SUCCESS, "WdfPdoMarkMissing");
    ok(KtapAwait(&Bus.Gone, Gone + 1), "WdfPdoMarkMissing: its device goes");
    CreateChild(WdfPdoInitAllocate(Bus.Device), 8, &Spare);
    WdfObjectDelete(Spare);
    ok_equal(Bus.Gone, Gone + 2, "WdfObjectDelete: a child that was never added");
}

static VOID
TestBadConfig(VOID)
{
    WDF_CHILD_LIST_CONFIG Config;
    WDFCHILDLIST List;

    WDF_CHILD_LIST_CONFIG_INIT(&Config, sizeof(CHILD_IDENTIFICATION), NULL);
    ok_status(WdfChildListCreate(Bus.Device, &Config, NULL, &List),
              STATUS_INVALID_PARAMETER, "WdfChildListCreate: nobody makes devices");
    Config.Size--;
    ok_status(WdfChildListCreate(Bus.Device, &Config, NULL, &List),
              STATUS_INFO_LENGTH_MISMATCH, "WdfChildListCreate: the Size");
}

/* Children come and go as fast as they can; in the end one is there. */
static VOID
TestFlicker(VOID)
{
    for (ULONG Turn = 0; Turn < 20; Turn++) {
        Report(5, Turn);
        KtapSleep(Turn % 4);
        ReportMissing(5);
    }
    Report(5, 99);
    for (ULONG Nap = 0; Nap < 500 && Bus.Made - Bus.Gone != 3; Nap++) {
        KtapSleep(10);
    }
    ok_equal(Bus.Made - Bus.Gone, 3, "children that flicker leave no devices behind");
    WdfChildListBeginScan(Bus.List);
    WdfChildListUpdateAllChildDescriptionsAsPresent(Bus.List);
    WdfChildListEndScan(Bus.List);
    KtapSleep(50);
    ok_equal(Bus.Made - Bus.Gone, 3,
             "WdfChildListUpdateAllChildDescriptionsAsPresent: all are kept");
    WdfChildListBeginScan(Bus.List);
    WdfChildListEndScan(Bus.List);
    ok(KtapAwait(&Bus.Gone, Bus.Made), "WdfChildListEndScan: what was not seen is gone");
    Report(6, 1); /* is there when the bus goes */
    for (ULONG Nap = 0; Nap < 500 && Bus.Made == Bus.Gone; Nap++) {
        KtapSleep(10);
    }
}

static VOID
BusTests(VOID)
{
    TestArrival();
    TestRetrieve();
    TestInterfaces();
    TestForwarding();
    ok_status(Bus.PdoWake, STATUS_INVALID_PARAMETER,
              "WDF-6 CanWakeDevice for a PDO, which owns no power policy");
    TestDeparture();
    TestStatic();
    TestBadConfig();
    TestEjects();
    TestFlicker();
    DbgPrint("# expect line ^kmdfbus: every device made is gone$\n");
}

static NTSTATUS NTAPI
SelfManagedInit(WDFDEVICE Device)
{
    UNREFERENCED_PARAMETER(Device);
    return KtapStart(WdfDriverWdmGetDriverObject(WdfGetDriver()), &Ktap.RegistryPath,
                     BusTests);
}

static NTSTATUS NTAPI
AddDevice(WDFDRIVER Driver, PWDFDEVICE_INIT Init)
{
    WDF_PNPPOWER_EVENT_CALLBACKS Callbacks;

    UNREFERENCED_PARAMETER(Driver);
    if (IsChild(Init)) {
        return AddFunction(Init);
    }
    WDF_PNPPOWER_EVENT_CALLBACKS_INIT(&Callbacks);
    Callbacks.EvtDeviceSelfManagedIoInit = SelfManagedInit;
    WdfDeviceInitSetPnpPowerEventCallbacks(Init, &Callbacks);
    return AddBus(Init);
}

static VOID NTAPI
Unload(WDFDRIVER Driver)
{
    UNREFERENCED_PARAMETER(Driver);
    if (Bus.Made == Bus.Gone) {
        DbgPrint("kmdfbus: every device made is gone\n");
    }
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
    Config.EvtDriverUnload = Unload;
    return WdfDriverCreate(DriverObject, RegistryPath, WDF_NO_OBJECT_ATTRIBUTES, &Config,
                           WDF_NO_HANDLE);
}
