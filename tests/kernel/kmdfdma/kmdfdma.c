/*
 * kmdfdma: DMA enablers, common buffers and transactions of a KMDF driver.
 */
#include "kmdfdma.h"

#define MAXIMUM 0x10000

DRIVER_INITIALIZE DriverEntry;

static EVT_WDF_DRIVER_DEVICE_ADD AddDevice;
static EVT_WDF_DRIVER_UNLOAD Unload;
static EVT_WDF_DEVICE_D0_ENTRY D0Entry;
static EVT_WDF_DEVICE_D0_EXIT D0Exit;
static EVT_WDF_DEVICE_SELF_MANAGED_IO_INIT SelfManagedInit;

static UNICODE_STRING Service;
static WDFDEVICE Device;
static WDFDMAENABLER Enabler;
static CHAR Letters[32];
static ULONG Written;

static VOID
Diary(CHAR Letter)
{
    Letters[Written++] = Letter;
}

static NTSTATUS NTAPI
Fill(WDFDMAENABLER Handle)
{
    UNREFERENCED_PARAMETER(Handle);
    Diary('F');
    return STATUS_SUCCESS;
}

static NTSTATUS NTAPI
Enable(WDFDMAENABLER Handle)
{
    Diary(Handle == Enabler ? 'E' : '?');
    return STATUS_SUCCESS;
}

static NTSTATUS NTAPI
StartIo(WDFDMAENABLER Handle)
{
    UNREFERENCED_PARAMETER(Handle);
    Diary('S');
    return STATUS_SUCCESS;
}

static NTSTATUS NTAPI
StopIo(WDFDMAENABLER Handle)
{
    UNREFERENCED_PARAMETER(Handle);
    Diary('s');
    return STATUS_SUCCESS;
}

static NTSTATUS NTAPI
Disable(WDFDMAENABLER Handle)
{
    UNREFERENCED_PARAMETER(Handle);
    Diary('e');
    return STATUS_SUCCESS;
}

static NTSTATUS NTAPI
Flush(WDFDMAENABLER Handle)
{
    UNREFERENCED_PARAMETER(Handle);
    Diary('f');
    return STATUS_SUCCESS;
}

static NTSTATUS NTAPI
D0Entry(WDFDEVICE Handle, WDF_POWER_DEVICE_STATE PreviousState)
{
    UNREFERENCED_PARAMETER(Handle);
    UNREFERENCED_PARAMETER(PreviousState);
    Diary('0');
    return STATUS_SUCCESS;
}

static NTSTATUS NTAPI
D0Exit(WDFDEVICE Handle, WDF_POWER_DEVICE_STATE TargetState)
{
    UNREFERENCED_PARAMETER(Handle);
    UNREFERENCED_PARAMETER(TargetState);
    Diary('x');
    return STATUS_SUCCESS;
}

static NTSTATUS
Create(WDF_DMA_PROFILE Profile, SIZE_T Length, ULONG Size)
{
    WDF_DMA_ENABLER_CONFIG Config;
    WDFDMAENABLER Handle;
    NTSTATUS Status;

    WDF_DMA_ENABLER_CONFIG_INIT(&Config, Profile, Length);
    Config.Size = Size;
    Status = WdfDmaEnablerCreate(Device, &Config, NULL, &Handle);
    if (NT_SUCCESS(Status)) {
        WdfObjectDelete(Handle);
    }
    return Status;
}

static VOID
TestEnabler(VOID)
{
    ULONG Size = sizeof(WDF_DMA_ENABLER_CONFIG);

    ok_status(Create(WdfDmaProfileScatterGather64, MAXIMUM, Size), STATUS_SUCCESS,
              "WdfDmaEnablerCreate: a bus master with 64-bit addresses");
    ok_status(Create(WdfDmaProfilePacket, MAXIMUM, Size - 8), STATUS_INFO_LENGTH_MISMATCH,
              "WdfDmaEnablerCreate: the Size");
    ok_status(Create(WdfDmaProfileScatterGatherDuplex, MAXIMUM,
                     FIELD_OFFSET(WDF_DMA_ENABLER_CONFIG, AddressWidthOverride)),
              STATUS_SUCCESS, "WdfDmaEnablerCreate: the Size of clients before 1.11");
    ok_status(Create(WdfDmaProfileInvalid, MAXIMUM, Size), STATUS_INVALID_PARAMETER,
              "WdfDmaEnablerCreate: no such profile");
    ok_status(Create(WdfDmaProfilePacket, 0, Size), STATUS_INVALID_PARAMETER,
              "WdfDmaEnablerCreate: transfers of nothing");
    ok_status(Create(WdfDmaProfileSystem, MAXIMUM, Size), STATUS_NOT_SUPPORTED,
              "WdfDmaEnablerCreate: there is no system DMA controller");
    ok_equal(WdfDmaEnablerGetMaximumLength(Enabler), MAXIMUM,
             "WdfDmaEnablerGetMaximumLength: as it was created");
    WdfDmaEnablerSetMaximumScatterGatherElements(Enabler, 5);
    ok_equal(WdfDmaEnablerGetMaximumScatterGatherElements(Enabler), 5,
             "WdfDmaEnablerSetMaximumScatterGatherElements: as it was set");
    ok(WdfDmaEnablerWdmGetDmaAdapter(Enabler, WdfDmaDirectionReadFromDevice) != NULL,
       "WdfDmaEnablerWdmGetDmaAdapter: WDM's adapter");
    ok(WdfDmaEnablerGetFragmentLength(Enabler, WdfDmaDirectionWriteToDevice) <= MAXIMUM,
       "WdfDmaEnablerGetFragmentLength: no more than the maximum");
}

static VOID
TestCommonBuffer(VOID)
{
    WDF_COMMON_BUFFER_CONFIG Config;
    PHYSICAL_ADDRESS Logical;
    WDFCOMMONBUFFER Buffer;
    PUCHAR Address;
    UCHAR Sum = 0;

    ok_status(WdfCommonBufferCreate(Enabler, 5000, NULL, &Buffer), STATUS_SUCCESS,
              "WdfCommonBufferCreate: more than a page");
    Address = WdfCommonBufferGetAlignedVirtualAddress(Buffer);
    Logical = WdfCommonBufferGetAlignedLogicalAddress(Buffer);
    for (ULONG Index = 0; Index < 5000; Index++) {
        Sum |= Address[Index];
    }
    ok(Sum == 0 && WdfCommonBufferGetLength(Buffer) == 5000,
       "WdfCommonBufferCreate: as long as asked for, and zeroed");
    ok(MmGetPhysicalAddress(Address + 4999).QuadPart == Logical.QuadPart + 4999,
       "WdfCommonBufferGetAlignedLogicalAddress: one piece, where the device sees it");
    WdfObjectDelete(Buffer);
    WDF_COMMON_BUFFER_CONFIG_INIT(&Config, 0x3FFF);
    WdfCommonBufferCreateWithConfig(Enabler, 100, &Config, NULL, &Buffer);
    Logical = WdfCommonBufferGetAlignedLogicalAddress(Buffer);
    ok((Logical.QuadPart & 0x3FFF) == 0,
       "WdfCommonBufferCreateWithConfig: aligned by more than a page");
    ok(MmGetPhysicalAddress(WdfCommonBufferGetAlignedVirtualAddress(Buffer)).QuadPart ==
           Logical.QuadPart,
       "WdfCommonBufferCreateWithConfig: both addresses are of the same byte");
    WdfObjectDelete(Buffer);
    Config.AlignmentRequirement = 6;
    ok_status(WdfCommonBufferCreateWithConfig(Enabler, 100, &Config, NULL, &Buffer),
              STATUS_INVALID_PARAMETER, "WdfCommonBufferCreateWithConfig: no mask");
    Config.Size = 4;
    ok_status(WdfCommonBufferCreateWithConfig(Enabler, 100, &Config, NULL, &Buffer),
              STATUS_INFO_LENGTH_MISMATCH, "WdfCommonBufferCreateWithConfig: the Size");
    ok_status(WdfCommonBufferCreate(Enabler, 0, NULL, &Buffer), STATUS_INVALID_PARAMETER,
              "WdfCommonBufferCreate: nothing");
}

static VOID
DmaTests(VOID)
{
    ok(strcmp(Letters, "0FES") == 0,
       "WDF-30 after D0Entry: fill, enable, start of self-managed I/O");
    TestEnabler();
    TestCommonBuffer();
    TransactionTests(Device);
    DbgPrint("# expect line ^kmdfdma: 0FESsefx$\n"); /* WDF-31 */
}

static NTSTATUS NTAPI
SelfManagedInit(WDFDEVICE Handle)
{
    UNREFERENCED_PARAMETER(Handle);
    return KtapStart(WdfDriverWdmGetDriverObject(WdfGetDriver()), &Service, DmaTests);
}

static NTSTATUS NTAPI
AddDevice(WDFDRIVER Driver, PWDFDEVICE_INIT Init)
{
    WDF_PNPPOWER_EVENT_CALLBACKS Callbacks;
    WDF_DMA_ENABLER_CONFIG Config;
    NTSTATUS Status;

    UNREFERENCED_PARAMETER(Driver);
    WDF_PNPPOWER_EVENT_CALLBACKS_INIT(&Callbacks);
    Callbacks.EvtDeviceD0Entry = D0Entry;
    Callbacks.EvtDeviceD0Exit = D0Exit;
    Callbacks.EvtDeviceSelfManagedIoInit = SelfManagedInit;
    WdfDeviceInitSetPnpPowerEventCallbacks(Init, &Callbacks);
    Status = WdfDeviceCreate(&Init, WDF_NO_OBJECT_ATTRIBUTES, &Device);
    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    WDF_DMA_ENABLER_CONFIG_INIT(&Config, WdfDmaProfilePacket, MAXIMUM);
    Config.EvtDmaEnablerFill = Fill;
    Config.EvtDmaEnablerFlush = Flush;
    Config.EvtDmaEnablerEnable = Enable;
    Config.EvtDmaEnablerDisable = Disable;
    Config.EvtDmaEnablerSelfManagedIoStart = StartIo;
    Config.EvtDmaEnablerSelfManagedIoStop = StopIo;
    return WdfDmaEnablerCreate(Device, &Config, NULL, &Enabler);
}

/* The last word: what the removal called, after the plan was printed. */
static VOID NTAPI
Unload(WDFDRIVER Driver)
{
    UNREFERENCED_PARAMETER(Driver);
    DbgPrint("kmdfdma: %s\n", Letters);
}

NTSTATUS
NTAPI
DriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath)
{
    static WCHAR Path[128];
    WDF_DRIVER_CONFIG Config;

    RtlInitEmptyUnicodeString(&Service, Path, sizeof(Path));
    RtlCopyUnicodeString(&Service, RegistryPath);
    WDF_DRIVER_CONFIG_INIT(&Config, AddDevice);
    Config.EvtDriverUnload = Unload;
    return WdfDriverCreate(DriverObject, RegistryPath, WDF_NO_OBJECT_ATTRIBUTES, &Config,
                           WDF_NO_HANDLE);
}
