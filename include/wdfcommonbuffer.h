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
