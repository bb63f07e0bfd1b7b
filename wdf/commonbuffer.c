/*
 * WDFCOMMONBUFFER: memory that the driver and its device both see.
 */
#include "wdfp.h"
#include "dma.h"

typedef struct _WDFP_COMMON_BUFFER {
    WDFP_OBJECT Object;        /* must be first */
    PWDFP_DMA_ENABLER Enabler; /* referenced: its adapter frees the memory */
    SIZE_T Length;             /* what the driver asked for */
    ULONG Allocated;
    PVOID Base;
    PHYSICAL_ADDRESS LogicalBase;
    SIZE_T Skipped; /* bytes in front of the first aligned one */
} WDFP_COMMON_BUFFER, *PWDFP_COMMON_BUFFER;

static VOID
WdfpDestroyCommonBuffer(PWDFP_OBJECT Object)
{
    PWDFP_COMMON_BUFFER Buffer = (PWDFP_COMMON_BUFFER)Object;
    PWDFP_DMA_ENABLER Enabler = Buffer->Enabler;

    if (Buffer->Base != NULL) {
        Enabler->Adapter->DmaOperations->FreeCommonBuffer(
            Enabler->Adapter, Buffer->Allocated, Buffer->LogicalBase, Buffer->Base, TRUE);
    }
    if (Enabler != NULL) {
        WdfpDereference(Enabler);
    }
}

static const WDFP_TYPE WdfpCommonBufferObjectType = {WdfpCommonBufferType,
                                                     "WDFCOMMONBUFFER",
                                                     sizeof(WDFP_COMMON_BUFFER),
                                                     WDFP_TYPE_PASSIVE,
                                                     NULL,
                                                     WdfpDestroyCommonBuffer,
                                                     NULL};

static PWDFP_COMMON_BUFFER
WdfpCommonBufferFromHandle(PWDF_DRIVER_GLOBALS Globals, WDFCOMMONBUFFER Handle)
{
    return WdfpObject(Globals, Handle, WdfpCommonBufferType);
}

/* The adapter's memory is aligned to pages: no alignment up to that costs anything. */
static NTSTATUS
WdfpAllocateCommonBuffer(PWDFP_COMMON_BUFFER Buffer, ULONG Mask)
{
    PDMA_ADAPTER Adapter = Buffer->Enabler->Adapter;

    Buffer->Allocated = (ULONG)Buffer->Length + (Mask < PAGE_SIZE ? 0 : Mask);
    Buffer->Base = Adapter->DmaOperations->AllocateCommonBuffer(
        Adapter, Buffer->Allocated, &Buffer->LogicalBase, TRUE);
    if (Buffer->Base == NULL) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    Buffer->Skipped = -(SIZE_T)Buffer->LogicalBase.QuadPart & Mask;
    RtlZeroMemory(Buffer->Base, Buffer->Allocated);
    return STATUS_SUCCESS;
}

static NTSTATUS
WdfpCreateCommonBuffer(PWDFP_DMA_ENABLER Enabler, SIZE_T Length, ULONG Mask,
                       PWDF_OBJECT_ATTRIBUTES Attributes, WDFCOMMONBUFFER *Handle)
{
    PWDFP_COMMON_BUFFER Buffer;
    NTSTATUS Status;

    WdfpRequire(Enabler->Object.Globals, Handle, "CommonBuffer");
    WdfpRequireIrql(Enabler->Object.Globals, PASSIVE_LEVEL, "WdfCommonBufferCreate");
    if (Length == 0 || Length > MAXLONG || (Mask & (Mask + 1)) != 0 || Mask > MAXLONG) {
        return STATUS_INVALID_PARAMETER;
    }
    Status = WdfpCreateObject(Enabler->Object.Globals, &WdfpCommonBufferObjectType,
                              Attributes, Enabler, TRUE, (PVOID *)&Buffer);
    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    WdfpReference(Enabler);
    Buffer->Enabler = Enabler;
    Buffer->Length = Length;
    Status = WdfpAllocateCommonBuffer(Buffer, Mask);
    if (!NT_SUCCESS(Status)) {
        WdfpDelete(Buffer);
        return Status;
    }
    *Handle = WdfpHandle(Buffer);
    return STATUS_SUCCESS;
}

/* Allocates zeroed memory for the device, aligned as the device object says.
   STATUS_INVALID_PARAMETER (length 0 or too much, attributes);
   STATUS_INSUFFICIENT_RESOURCES. PASSIVE_LEVEL. Source: manual, WdfCommonBufferCreate. */
NTSTATUS
NTAPI
ImpWdfCommonBufferCreate(PWDF_DRIVER_GLOBALS DriverGlobals, WDFDMAENABLER DmaEnabler,
                         SIZE_T Length, PWDF_OBJECT_ATTRIBUTES Attributes,
                         WDFCOMMONBUFFER *Handle)
{
    PWDFP_DMA_ENABLER Enabler = WdfpEnablerFromHandle(DriverGlobals, DmaEnabler);

    return WdfpCreateCommonBuffer(Enabler, Length,
                                  Enabler->Device->DeviceObject->AlignmentRequirement,
                                  Attributes, Handle);
}

/* The same, aligned as Config says, by a mask. STATUS_INFO_LENGTH_MISMATCH: its Size.
   Source: manual, WdfCommonBufferCreateWithConfig. */
NTSTATUS
NTAPI
ImpWdfCommonBufferCreateWithConfig(PWDF_DRIVER_GLOBALS DriverGlobals,
                                   WDFDMAENABLER DmaEnabler, SIZE_T Length,
                                   PWDF_COMMON_BUFFER_CONFIG Config,
                                   PWDF_OBJECT_ATTRIBUTES Attributes,
                                   WDFCOMMONBUFFER *Handle)
{
    WdfpRequire(WdfpGlobals(DriverGlobals), Config, "Config");
    if (Config->Size != sizeof(*Config)) {
        return STATUS_INFO_LENGTH_MISMATCH;
    }
    return WdfpCreateCommonBuffer(WdfpEnablerFromHandle(DriverGlobals, DmaEnabler),
                                  Length, Config->AlignmentRequirement, Attributes,
                                  Handle);
}

/* Where the driver sees it. Any IRQL. Source: manual,
   WdfCommonBufferGetAlignedVirtualAddress. */
PVOID
NTAPI
ImpWdfCommonBufferGetAlignedVirtualAddress(PWDF_DRIVER_GLOBALS DriverGlobals,
                                           WDFCOMMONBUFFER Handle)
{
    PWDFP_COMMON_BUFFER Buffer = WdfpCommonBufferFromHandle(DriverGlobals, Handle);

    return (PUCHAR)Buffer->Base + Buffer->Skipped;
}

/* Where the device sees it. Any IRQL. Source: manual,
   WdfCommonBufferGetAlignedLogicalAddress. */
PHYSICAL_ADDRESS
NTAPI
ImpWdfCommonBufferGetAlignedLogicalAddress(PWDF_DRIVER_GLOBALS DriverGlobals,
                                           WDFCOMMONBUFFER Handle)
{
    PWDFP_COMMON_BUFFER Buffer = WdfpCommonBufferFromHandle(DriverGlobals, Handle);
    PHYSICAL_ADDRESS Address = Buffer->LogicalBase;

    Address.QuadPart += Buffer->Skipped;
    return Address;
}

/* Bytes, as it was asked for. Any IRQL. Source: manual, WdfCommonBufferGetLength. */
SIZE_T
NTAPI
ImpWdfCommonBufferGetLength(PWDF_DRIVER_GLOBALS DriverGlobals, WDFCOMMONBUFFER Handle)
{
    return WdfpCommonBufferFromHandle(DriverGlobals, Handle)->Length;
}
