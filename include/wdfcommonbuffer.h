/*
 * Common buffers: memory that the driver and its device both see.
 */
#pragma once

#include <wdfdmaenabler.h>

typedef struct _WDF_COMMON_BUFFER_CONFIG {
    ULONG Size;
    ULONG AlignmentRequirement; /* a mask: 7 for 8 bytes */
} WDF_COMMON_BUFFER_CONFIG, *PWDF_COMMON_BUFFER_CONFIG;

static FORCEINLINE VOID
WDF_COMMON_BUFFER_CONFIG_INIT(_Out_ PWDF_COMMON_BUFFER_CONFIG Config,
                              _In_ ULONG AlignmentRequirement)
{
    Config->Size = sizeof(*Config);
    Config->AlignmentRequirement = AlignmentRequirement;
}

_IRQL_requires_(PASSIVE_LEVEL)
    WDF_ROUTINE(NTSTATUS, WdfCommonBufferCreate,
                (_In_ WDFDMAENABLER DmaEnabler, _In_ SIZE_T Length,
                 _In_opt_ PWDF_OBJECT_ATTRIBUTES Attributes,
                 _Out_ WDFCOMMONBUFFER *CommonBuffer),
                (DmaEnabler, Length, Attributes, CommonBuffer));
_IRQL_requires_(PASSIVE_LEVEL)
    WDF_ROUTINE(NTSTATUS, WdfCommonBufferCreateWithConfig,
                (_In_ WDFDMAENABLER DmaEnabler, _In_ SIZE_T Length,
                 _In_ PWDF_COMMON_BUFFER_CONFIG Config,
                 _In_opt_ PWDF_OBJECT_ATTRIBUTES Attributes,
                 _Out_ WDFCOMMONBUFFER *CommonBuffer),
                (DmaEnabler, Length, Config, Attributes, CommonBuffer));
WDF_ROUTINE(PVOID, WdfCommonBufferGetAlignedVirtualAddress,
            (_In_ WDFCOMMONBUFFER CommonBuffer), (CommonBuffer));
WDF_ROUTINE(PHYSICAL_ADDRESS, WdfCommonBufferGetAlignedLogicalAddress,
            (_In_ WDFCOMMONBUFFER CommonBuffer), (CommonBuffer));
WDF_ROUTINE(SIZE_T, WdfCommonBufferGetLength, (_In_ WDFCOMMONBUFFER CommonBuffer),
            (CommonBuffer));
