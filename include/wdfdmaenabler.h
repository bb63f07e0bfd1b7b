/*
 * DMA enablers: a device's way to memory.
 */
#pragma once

#include <wdfobject.h>

typedef enum _WDF_DMA_PROFILE {
    WdfDmaProfileInvalid = 0,
    WdfDmaProfilePacket,
    WdfDmaProfileScatterGather,
    WdfDmaProfilePacket64,
    WdfDmaProfileScatterGather64,
    WdfDmaProfileScatterGatherDuplex,
    WdfDmaProfileScatterGather64Duplex,
    WdfDmaProfileSystem,
    WdfDmaProfileSystemDuplex
} WDF_DMA_PROFILE;

/* Called at PASSIVE_LEVEL, in the order of WDF-30 and WDF-31. */
typedef NTSTATUS NTAPI EVT_WDF_DMA_ENABLER_FILL(_In_ WDFDMAENABLER DmaEnabler);
typedef EVT_WDF_DMA_ENABLER_FILL *PFN_WDF_DMA_ENABLER_FILL;
typedef EVT_WDF_DMA_ENABLER_FILL EVT_WDF_DMA_ENABLER_FLUSH;
typedef EVT_WDF_DMA_ENABLER_FLUSH *PFN_WDF_DMA_ENABLER_FLUSH;
typedef EVT_WDF_DMA_ENABLER_FILL EVT_WDF_DMA_ENABLER_ENABLE;
typedef EVT_WDF_DMA_ENABLER_ENABLE *PFN_WDF_DMA_ENABLER_ENABLE;
typedef EVT_WDF_DMA_ENABLER_FILL EVT_WDF_DMA_ENABLER_DISABLE;
typedef EVT_WDF_DMA_ENABLER_DISABLE *PFN_WDF_DMA_ENABLER_DISABLE;
typedef EVT_WDF_DMA_ENABLER_FILL EVT_WDF_DMA_ENABLER_SELFMANAGED_IO_START;
typedef EVT_WDF_DMA_ENABLER_SELFMANAGED_IO_START
    *PFN_WDF_DMA_ENABLER_SELFMANAGED_IO_START;
typedef EVT_WDF_DMA_ENABLER_FILL EVT_WDF_DMA_ENABLER_SELFMANAGED_IO_STOP;
typedef EVT_WDF_DMA_ENABLER_SELFMANAGED_IO_STOP *PFN_WDF_DMA_ENABLER_SELFMANAGED_IO_STOP;

typedef struct _WDF_DMA_ENABLER_CONFIG {
    ULONG Size;
    WDF_DMA_PROFILE Profile;
    SIZE_T MaximumLength;
    PFN_WDF_DMA_ENABLER_FILL EvtDmaEnablerFill;
    PFN_WDF_DMA_ENABLER_FLUSH EvtDmaEnablerFlush;
    PFN_WDF_DMA_ENABLER_DISABLE EvtDmaEnablerDisable;
    PFN_WDF_DMA_ENABLER_ENABLE EvtDmaEnablerEnable;
    PFN_WDF_DMA_ENABLER_SELFMANAGED_IO_START EvtDmaEnablerSelfManagedIoStart;
    PFN_WDF_DMA_ENABLER_SELFMANAGED_IO_STOP EvtDmaEnablerSelfManagedIoStop;
    ULONG AddressWidthOverride;  /* bits of the device's addresses; 0: the profile's */
    ULONG WdmDmaVersionOverride; /* of the description WDM gets: 0, 2 or 3 */
    ULONG Flags;
} WDF_DMA_ENABLER_CONFIG, *PWDF_DMA_ENABLER_CONFIG;

static FORCEINLINE VOID
WDF_DMA_ENABLER_CONFIG_INIT(_Out_ PWDF_DMA_ENABLER_CONFIG Config,
                            _In_ WDF_DMA_PROFILE Profile, _In_ SIZE_T MaximumLength)
{
    __builtin_memset(Config, 0, sizeof(*Config));
    Config->Size = sizeof(*Config);
    Config->Profile = Profile;
    Config->MaximumLength = MaximumLength;
}

typedef enum _WDF_DMA_DIRECTION {
    WdfDmaDirectionReadFromDevice = FALSE,
    WdfDmaDirectionWriteToDevice = TRUE
} WDF_DMA_DIRECTION;

#define WDF_DMA_ENABLER_UNLIMITED_FRAGMENTS ((ULONG)-1)

/* WDF_DMA_ENABLER_CONFIG.Flags */
typedef enum _WDF_DMA_ENABLER_CONFIG_FLAGS {
    WDF_DMA_ENABLER_CONFIG_REQUIRE_SINGLE_TRANSFER = 0x1 /* of every transaction */
} WDF_DMA_ENABLER_CONFIG_FLAGS;

_IRQL_requires_(PASSIVE_LEVEL)
    WDF_ROUTINE(NTSTATUS, WdfDmaEnablerCreate,
                (_In_ WDFDEVICE Device, _In_ PWDF_DMA_ENABLER_CONFIG Config,
                 _In_opt_ PWDF_OBJECT_ATTRIBUTES Attributes,
                 _Out_ WDFDMAENABLER *DmaEnablerHandle),
                (Device, Config, Attributes, DmaEnablerHandle));
_IRQL_requires_max_(DISPATCH_LEVEL)
    WDF_ROUTINE(SIZE_T, WdfDmaEnablerGetMaximumLength, (_In_ WDFDMAENABLER DmaEnabler),
                (DmaEnabler));
_IRQL_requires_max_(DISPATCH_LEVEL)
    WDF_ROUTINE(SIZE_T, WdfDmaEnablerGetMaximumScatterGatherElements,
                (_In_ WDFDMAENABLER DmaEnabler), (DmaEnabler));
_IRQL_requires_max_(DISPATCH_LEVEL)
    WDF_ROUTINE(VOID, WdfDmaEnablerSetMaximumScatterGatherElements,
                (_In_ WDFDMAENABLER DmaEnabler, _In_ SIZE_T MaximumFragments),
                (DmaEnabler, MaximumFragments));
_IRQL_requires_max_(DISPATCH_LEVEL)
    WDF_ROUTINE(SIZE_T, WdfDmaEnablerGetFragmentLength,
                (_In_ WDFDMAENABLER DmaEnabler, _In_ WDF_DMA_DIRECTION DmaDirection),
                (DmaEnabler, DmaDirection));
_IRQL_requires_max_(DISPATCH_LEVEL)
    WDF_ROUTINE(PDMA_ADAPTER, WdfDmaEnablerWdmGetDmaAdapter,
                (_In_ WDFDMAENABLER DmaEnabler, _In_ WDF_DMA_DIRECTION DmaDirection),
                (DmaEnabler, DmaDirection));
