/*
 * WDFDMAENABLER: the adapter object of a device, and the callbacks around its use.
 */
#include "wdfp.h"
#include "dma.h"

static VOID
WdfpDisposeEnabler(PWDFP_OBJECT Object)
{
    PWDFP_DMA_ENABLER Enabler = (PWDFP_DMA_ENABLER)Object;
    KIRQL OldIrql;

    KeAcquireSpinLock(&Object->Globals->TreeLock, &OldIrql);
    RemoveEntryList(&Enabler->Link);
    InitializeListHead(&Enabler->Link);
    KeReleaseSpinLock(&Object->Globals->TreeLock, OldIrql);
}

/* With the last reference, which common buffers have too. */
static VOID
WdfpDestroyEnabler(PWDFP_OBJECT Object)
{
    PWDFP_DMA_ENABLER Enabler = (PWDFP_DMA_ENABLER)Object;

    if (Enabler->Adapter != NULL) {
        Enabler->Adapter->DmaOperations->PutDmaAdapter(Enabler->Adapter);
    }
}

static const WDFP_TYPE WdfpDmaEnablerObjectType = {WdfpDmaEnablerType,
                                                   "WDFDMAENABLER",
                                                   sizeof(WDFP_DMA_ENABLER),
                                                   WDFP_TYPE_PASSIVE,
                                                   WdfpDisposeEnabler,
                                                   WdfpDestroyEnabler,
                                                   NULL};

/* Whether a profile is one of a bus master's with 64-bit addresses. */
static BOOLEAN
WdfpIs64Bit(WDF_DMA_PROFILE Profile)
{
    return Profile == WdfDmaProfilePacket64 || Profile == WdfDmaProfileScatterGather64 ||
           Profile == WdfDmaProfileScatterGather64Duplex;
}

BOOLEAN
WdfpScatters(WDF_DMA_PROFILE Profile)
{
    return Profile != WdfDmaProfilePacket && Profile != WdfDmaProfilePacket64;
}

static NTSTATUS
WdfpGetAdapter(PWDFP_DMA_ENABLER Enabler)
{
    DEVICE_DESCRIPTION Description;

    RtlZeroMemory(&Description, sizeof(Description));
    Description.Version = Enabler->Config.AddressWidthOverride != 0
                              ? DEVICE_DESCRIPTION_VERSION3
                              : DEVICE_DESCRIPTION_VERSION2;
    Description.DmaAddressWidth = Enabler->Config.AddressWidthOverride;
    Description.Master = TRUE;
    Description.ScatterGather = WdfpScatters(Enabler->Config.Profile);
    Description.Dma32BitAddresses = TRUE;
    Description.Dma64BitAddresses = WdfpIs64Bit(Enabler->Config.Profile);
    Description.InterfaceType = PCIBus;
    Description.MaximumLength = (ULONG)Enabler->Config.MaximumLength;
    Enabler->Adapter =
        IoGetDmaAdapter(Enabler->Device->Physical, &Description, &Enabler->MapRegisters);
    return Enabler->Adapter == NULL ? STATUS_INSUFFICIENT_RESOURCES : STATUS_SUCCESS;
}

/* Sizes without and with the last three members, which came with 1.11. */
static BOOLEAN
WdfpIsEnablerConfigSize(ULONG Size)
{
    return Size == FIELD_OFFSET(WDF_DMA_ENABLER_CONFIG, AddressWidthOverride) ||
           Size == sizeof(WDF_DMA_ENABLER_CONFIG);
}

/* System DMA controllers serve no device here. */
static NTSTATUS
WdfpCheckEnabler(PWDFP_DEVICE Device, const WDF_DMA_ENABLER_CONFIG *Config)
{
    if (Config->AddressWidthOverride > 64 ||
        (Config->WdmDmaVersionOverride != 0 && Config->WdmDmaVersionOverride != 2 &&
         Config->WdmDmaVersionOverride != 3)) {
        return STATUS_INVALID_PARAMETER;
    }
    if (Device->Physical == NULL || Config->MaximumLength == 0 ||
        Config->MaximumLength > MAXULONG || Config->Profile <= WdfDmaProfileInvalid ||
        Config->Profile > WdfDmaProfileSystemDuplex) {
        return STATUS_INVALID_PARAMETER;
    }
    return Config->Profile >= WdfDmaProfileSystem ? STATUS_NOT_SUPPORTED : STATUS_SUCCESS;
}

/*
 * Makes a device's way to memory. STATUS_INFO_LENGTH_MISMATCH (Size);
 * STATUS_INVALID_PARAMETER (profile, length 0, address width, WDM's version, a device without
 * a bus); STATUS_NOT_SUPPORTED
 * (a system DMA controller); STATUS_INSUFFICIENT_RESOURCES. PASSIVE_LEVEL. Source: manual,
 * WdfDmaEnablerCreate.
 */
NTSTATUS
NTAPI
ImpWdfDmaEnablerCreate(PWDF_DRIVER_GLOBALS DriverGlobals, WDFDEVICE DeviceHandle,
                       PWDF_DMA_ENABLER_CONFIG Configuration,
                       PWDF_OBJECT_ATTRIBUTES Attributes, WDFDMAENABLER *Handle)
{
    PWDFP_DEVICE Device = WdfpDeviceFromHandle(DriverGlobals, DeviceHandle);
    WDF_DMA_ENABLER_CONFIG Config;
    PWDFP_DMA_ENABLER Enabler;
    NTSTATUS Status;
    KIRQL OldIrql;

    WdfpRequire(Device->Object.Globals, Configuration, "Config");
    WdfpRequire(Device->Object.Globals, Handle, "DmaEnablerHandle");
    WdfpRequireIrql(Device->Object.Globals, PASSIVE_LEVEL, "WdfDmaEnablerCreate");
    if (!WdfpIsEnablerConfigSize(Configuration->Size)) {
        return STATUS_INFO_LENGTH_MISMATCH;
    }
    RtlZeroMemory(&Config, sizeof(Config));
    RtlCopyMemory(&Config, Configuration, Configuration->Size);
    Status = WdfpCheckEnabler(Device, &Config);
    if (NT_SUCCESS(Status)) {
        Status = WdfpCreateObject(Device->Object.Globals, &WdfpDmaEnablerObjectType,
                                  Attributes, Device, TRUE, (PVOID *)&Enabler);
    }
    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    Enabler->Device = Device;
    Enabler->Config = Config;
    Enabler->MaximumElements = WDF_DMA_ENABLER_UNLIMITED_FRAGMENTS;
    KeAcquireSpinLock(&Device->Object.Globals->TreeLock, &OldIrql);
    InsertTailList(&Device->DmaEnablers, &Enabler->Link);
    KeReleaseSpinLock(&Device->Object.Globals->TreeLock, OldIrql);
    Status = WdfpGetAdapter(Enabler);
    if (!NT_SUCCESS(Status)) {
        WdfpDelete(Enabler);
        return Status;
    }
    *Handle = WdfpHandle(Enabler);
    return STATUS_SUCCESS;
}

static NTSTATUS
WdfpCallEnabler(PWDFP_DMA_ENABLER Enabler, PFN_WDF_DMA_ENABLER_FILL Callback)
{
    return Callback == NULL
               ? STATUS_SUCCESS
               : WDFP_CALL(Enabler->Object.Globals, Callback, WdfpHandle(Enabler));
}

/* Enablers are made and deleted at PASSIVE_LEVEL by the driver, not in these callbacks. */
NTSTATUS
WdfpStartDma(PWDFP_DEVICE Device)
{
    NTSTATUS Status = STATUS_SUCCESS;

    for (PLIST_ENTRY Link = Device->DmaEnablers.Flink;
         Link != &Device->DmaEnablers && NT_SUCCESS(Status); Link = Link->Flink) {
        PWDFP_DMA_ENABLER Enabler = CONTAINING_RECORD(Link, WDFP_DMA_ENABLER, Link);
        PWDF_DMA_ENABLER_CONFIG Config = &Enabler->Config;

        Enabler->Enabled = TRUE;
        Status = WdfpCallEnabler(Enabler, Config->EvtDmaEnablerFill);
        if (NT_SUCCESS(Status)) {
            Status = WdfpCallEnabler(Enabler, Config->EvtDmaEnablerEnable);
        }
        if (NT_SUCCESS(Status)) {
            Status = WdfpCallEnabler(Enabler, Config->EvtDmaEnablerSelfManagedIoStart);
        }
    }
    return Status;
}

VOID
WdfpStopDma(PWDFP_DEVICE Device)
{
    for (PLIST_ENTRY Link = Device->DmaEnablers.Flink; Link != &Device->DmaEnablers;
         Link = Link->Flink) {
        PWDFP_DMA_ENABLER Enabler = CONTAINING_RECORD(Link, WDFP_DMA_ENABLER, Link);

        if (Enabler->Enabled) {
            WdfpCallEnabler(Enabler, Enabler->Config.EvtDmaEnablerSelfManagedIoStop);
            WdfpCallEnabler(Enabler, Enabler->Config.EvtDmaEnablerDisable);
            WdfpCallEnabler(Enabler, Enabler->Config.EvtDmaEnablerFlush);
            Enabler->Enabled = FALSE;
        }
    }
}

/* Bytes of the largest transfer, as the driver said. Source: manual,
   WdfDmaEnablerGetMaximumLength. */
SIZE_T
NTAPI
ImpWdfDmaEnablerGetMaximumLength(PWDF_DRIVER_GLOBALS DriverGlobals, WDFDMAENABLER Handle)
{
    return WdfpEnablerFromHandle(DriverGlobals, Handle)->Config.MaximumLength;
}

/* Source: manual, WdfDmaEnablerGetMaximumScatterGatherElements. */
SIZE_T
NTAPI
ImpWdfDmaEnablerGetMaximumScatterGatherElements(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                WDFDMAENABLER Handle)
{
    return WdfpEnablerFromHandle(DriverGlobals, Handle)->MaximumElements;
}

/* Source: manual, WdfDmaEnablerSetMaximumScatterGatherElements. */
VOID NTAPI
ImpWdfDmaEnablerSetMaximumScatterGatherElements(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                WDFDMAENABLER Handle, SIZE_T Maximum)
{
    WdfpEnablerFromHandle(DriverGlobals, Handle)->MaximumElements = Maximum;
}

/* Bytes that one transfer can have, by the adapter's map registers. Source: manual,
   WdfDmaEnablerGetFragmentLength. */
SIZE_T
NTAPI
ImpWdfDmaEnablerGetFragmentLength(PWDF_DRIVER_GLOBALS DriverGlobals, WDFDMAENABLER Handle,
                                  WDF_DMA_DIRECTION Direction)
{
    PWDFP_DMA_ENABLER Enabler = WdfpEnablerFromHandle(DriverGlobals, Handle);

    UNREFERENCED_PARAMETER(Direction); /* both go through the one adapter */
    return min(Enabler->Config.MaximumLength,
               ((SIZE_T)Enabler->MapRegisters - 1) * PAGE_SIZE);
}

/* WDM's adapter. Source: manual, WdfDmaEnablerWdmGetDmaAdapter. */
PDMA_ADAPTER
NTAPI
ImpWdfDmaEnablerWdmGetDmaAdapter(PWDF_DRIVER_GLOBALS DriverGlobals, WDFDMAENABLER Handle,
                                 WDF_DMA_DIRECTION Direction)
{
    UNREFERENCED_PARAMETER(Direction);
    return WdfpEnablerFromHandle(DriverGlobals, Handle)->Adapter;
}
