/*
 * The bus driver.
 */
#include "kmdfbus.h"

BUS Bus;

static EVT_WDF_CHILD_LIST_CREATE_DEVICE CreateDevice;
static EVT_WDF_CHILD_LIST_SCAN_FOR_CHILDREN Scan;
static EVT_WDF_DEVICE_REPORTED_MISSING ReportedMissing;
static EVT_WDF_OBJECT_CONTEXT_CLEANUP PdoGone;
static EVT_WDF_DEVICE_D0_ENTRY PdoD0Entry;
static EVT_WDF_DEVICE_EJECT Eject;
static EVT_WDF_DEVICE_PREPARE_HARDWARE PdoPrepare;
static EVT_WDF_INTERRUPT_ISR PdoIsr;

CHILD_IDENTIFICATION
Identify(ULONG Number)
{
    CHILD_IDENTIFICATION Id;

    RtlZeroMemory(&Id, sizeof(Id));
    WDF_CHILD_IDENTIFICATION_DESCRIPTION_HEADER_INIT(&Id.Header, sizeof(Id));
    Id.Number = Number;
    return Id;
}

CHILD_ADDRESS
Place(ULONG Slot)
{
    CHILD_ADDRESS Address;

    RtlZeroMemory(&Address, sizeof(Address));
    WDF_CHILD_ADDRESS_DESCRIPTION_HEADER_INIT(&Address.Header, sizeof(Address));
    Address.Slot = Slot;
    return Address;
}

NTSTATUS
Report(ULONG Number, ULONG Slot)
{
    CHILD_IDENTIFICATION Id = Identify(Number);
    CHILD_ADDRESS Address = Place(Slot);

    return WdfChildListAddOrUpdateChildDescriptionAsPresent(Bus.List, &Id.Header,
                                                            &Address.Header);
}

NTSTATUS
ReportMissing(ULONG Number)
{
    CHILD_IDENTIFICATION Id = Identify(Number);

    return WdfChildListUpdateChildDescriptionAsMissing(Bus.List, &Id.Header);
}

static VOID NTAPI
ReportedMissing(WDFDEVICE Device)
{
    UNREFERENCED_PARAMETER(Device);
    InterlockedIncrement(&Bus.Missing);
}

static NTSTATUS NTAPI
Eject(WDFDEVICE Device)
{
    UNREFERENCED_PARAMETER(Device);
    InterlockedIncrement(&Bus.Ejects);
    return STATUS_SUCCESS;
}

static VOID NTAPI
PdoGone(WDFOBJECT Object)
{
    UNREFERENCED_PARAMETER(Object);
    InterlockedIncrement(&Bus.Gone);
}

static NTSTATUS NTAPI
PdoD0Entry(WDFDEVICE Device, WDF_POWER_DEVICE_STATE PreviousState)
{
    UNREFERENCED_PARAMETER(Device);
    UNREFERENCED_PARAMETER(PreviousState);
    InterlockedIncrement(&Bus.PdoStarted);
    return STATUS_SUCCESS;
}

static BOOLEAN NTAPI
PdoIsr(WDFINTERRUPT Interrupt, ULONG MessageId)
{
    UNREFERENCED_PARAMETER(Interrupt);
    UNREFERENCED_PARAMETER(MessageId);
    return FALSE;
}

/* Tries an interrupt that could wake the child, were that not a PDO. */
static NTSTATUS NTAPI
PdoPrepare(WDFDEVICE Device, WDFCMRESLIST Raw, WDFCMRESLIST Translated)
{
    CM_PARTIAL_RESOURCE_DESCRIPTOR Resource = {.Type = CmResourceTypeInterrupt,
                                               .Flags = CM_RESOURCE_INTERRUPT_WAKE_HINT};
    WDF_INTERRUPT_CONFIG Config;
    WDFINTERRUPT Interrupt;

    UNREFERENCED_PARAMETER(Raw);
    UNREFERENCED_PARAMETER(Translated);
    WDF_INTERRUPT_CONFIG_INIT(&Config, PdoIsr, NULL);
    Config.PassiveHandling = TRUE;
    Config.CanWakeDevice = TRUE;
    Config.InterruptRaw = &Resource;
    Config.InterruptTranslated = &Resource;
    Bus.PdoWake =
        WdfInterruptCreate(Device, &Config, WDF_NO_OBJECT_ATTRIBUTES, &Interrupt);
    return STATUS_SUCCESS;
}

/* Ids, texts and callbacks of a child. */
static NTSTATUS
DescribeChild(PWDFDEVICE_INIT Init, ULONG Number)
{
    DECLARE_CONST_UNICODE_STRING(Id, CHILD_ID);
    DECLARE_CONST_UNICODE_STRING(Compatible, L"KMDFBUS\\Any");
    DECLARE_CONST_UNICODE_STRING(Text, L"A child of kmdfbus");
    DECLARE_CONST_UNICODE_STRING(Location, L"Slot");
    WDF_PNPPOWER_EVENT_CALLBACKS Power;
    WDF_PDO_EVENT_CALLBACKS Callbacks;
    WCHAR Digit = (WCHAR)(L'0' + Number);
    UNICODE_STRING Instance = {sizeof(Digit), sizeof(Digit), &Digit};
    NTSTATUS Status;

    WDF_PDO_EVENT_CALLBACKS_INIT(&Callbacks);
    Callbacks.EvtDeviceReportedMissing = ReportedMissing;
    Callbacks.EvtDeviceEject = Eject;
    WdfPdoInitSetEventCallbacks(Init, &Callbacks);
    WdfPdoInitAllowForwardingRequestToParent(Init);
    WDF_PNPPOWER_EVENT_CALLBACKS_INIT(&Power);
    Power.EvtDeviceD0Entry = PdoD0Entry;
    Power.EvtDevicePrepareHardware = PdoPrepare;
    WdfDeviceInitSetPnpPowerEventCallbacks(Init, &Power);
    WdfPdoInitSetDefaultLocale(Init, 0x409);
    Status = WdfPdoInitAssignDeviceID(Init, &Id);
    if (NT_SUCCESS(Status)) {
        Status = WdfPdoInitAddHardwareID(Init, &Id);
    }
    if (NT_SUCCESS(Status)) {
        Status = WdfPdoInitAddCompatibleID(Init, &Compatible);
    }
    if (NT_SUCCESS(Status)) {
        Status = WdfPdoInitAssignInstanceID(Init, &Instance);
    }
    return NT_SUCCESS(Status) ? WdfPdoInitAddDeviceText(Init, &Text, &Location, 0x409)
                              : Status;
}

NTSTATUS
CreateChild(PWDFDEVICE_INIT Init, ULONG Number, WDFDEVICE *Device)
{
    WDF_DEVICE_PNP_CAPABILITIES Capabilities;
    WDF_OBJECT_ATTRIBUTES Attributes;
    NTSTATUS Status = DescribeChild(Init, Number);

    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    WDF_OBJECT_ATTRIBUTES_INIT(&Attributes);
    Attributes.EvtCleanupCallback = PdoGone;
    Status = WdfDeviceCreate(&Init, &Attributes, Device);
    if (NT_SUCCESS(Status)) {
        WDF_DEVICE_PNP_CAPABILITIES_INIT(&Capabilities);
        Capabilities.EjectSupported = WdfTrue;
        WdfDeviceSetPnpCapabilities(*Device, &Capabilities);
        InterlockedIncrement(&Bus.Made);
        Status = CreateChildQueue(*Device);
    }
    return Status;
}

static NTSTATUS NTAPI
CreateDevice(WDFCHILDLIST List, PWDF_CHILD_IDENTIFICATION_DESCRIPTION_HEADER Header,
             PWDFDEVICE_INIT Init)
{
    PCHILD_IDENTIFICATION Id = (PCHILD_IDENTIFICATION)Header;
    WDFDEVICE Device;

    if (Bus.Refuse || List != Bus.List) {
        return STATUS_UNSUCCESSFUL;
    }
    return CreateChild(Init, Id->Number, &Device);
}

static VOID NTAPI
Scan(WDFCHILDLIST List)
{
    UNREFERENCED_PARAMETER(List);
    Bus.Scans++;
}

NTSTATUS
AddBus(PWDFDEVICE_INIT Init)
{
    WDF_CHILD_LIST_CONFIG Config;
    NTSTATUS Status;

    WDF_CHILD_LIST_CONFIG_INIT(&Config, sizeof(CHILD_IDENTIFICATION), CreateDevice);
    Config.AddressDescriptionSize = sizeof(CHILD_ADDRESS);
    Config.EvtChildListScanForChildren = Scan;
    WdfFdoInitSetDefaultChildListConfig(Init, &Config, WDF_NO_OBJECT_ATTRIBUTES);
    Status = WdfDeviceCreate(&Init, WDF_NO_OBJECT_ATTRIBUTES, &Bus.Device);
    if (NT_SUCCESS(Status)) {
        Bus.List = WdfFdoGetDefaultChildList(Bus.Device);
        Status = CreateBusQueue(Bus.Device);
    }
    return Status;
}
