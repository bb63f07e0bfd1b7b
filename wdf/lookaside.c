/*
 * WDFLOOKASIDE: memory objects of one size, whose buffers are kept for the next one.
 *
 * Paged lists are nonpaged here: nothing is paged out.
 */
#include "wdfp.h"
#include "memory.h"

typedef struct _WDFP_LOOKASIDE {
    WDFP_OBJECT Object; /* must be first */
    SIZE_T BufferSize;
    WDF_OBJECT_ATTRIBUTES MemoryAttributes; /* Size 0: none */
    NPAGED_LOOKASIDE_LIST List;
} WDFP_LOOKASIDE, *PWDFP_LOOKASIDE;

static VOID
WdfpDestroyLookaside(PWDFP_OBJECT Object)
{
    PWDFP_LOOKASIDE Lookaside = (PWDFP_LOOKASIDE)Object;

    if (Lookaside->BufferSize != 0) {
        ExDeleteNPagedLookasideList(&Lookaside->List);
    }
}

static const WDFP_TYPE WdfpLookasideObjectType = {WdfpLookasideType,
                                                  "WDFLOOKASIDE",
                                                  sizeof(WDFP_LOOKASIDE),
                                                  0,
                                                  NULL,
                                                  WdfpDestroyLookaside,
                                                  NULL};

VOID
WdfpReturnToLookaside(PWDFP_LOOKASIDE Lookaside, PVOID Buffer)
{
    ExFreeToNPagedLookasideList(&Lookaside->List, Buffer);
}

/*
 * Creates a lookaside list; MemoryAttributes are those of the objects it gives.
 * STATUS_INVALID_PARAMETER (size 0, or attributes), STATUS_INFO_LENGTH_MISMATCH,
 * STATUS_INSUFFICIENT_RESOURCES. At or below DISPATCH_LEVEL. Source: manual,
 * WdfLookasideListCreate.
 */
NTSTATUS
NTAPI
ImpWdfLookasideListCreate(PWDF_DRIVER_GLOBALS DriverGlobals,
                          PWDF_OBJECT_ATTRIBUTES Attributes, SIZE_T BufferSize,
                          POOL_TYPE PoolType, PWDF_OBJECT_ATTRIBUTES MemoryAttributes,
                          ULONG PoolTag, WDFLOOKASIDE *Handle)
{
    PWDFP_LOOKASIDE Lookaside;
    NTSTATUS Status = WdfpCheckAttributes(MemoryAttributes);

    UNREFERENCED_PARAMETER(PoolType);
    if (BufferSize == 0) {
        return STATUS_INVALID_PARAMETER;
    }
    if (NT_SUCCESS(Status)) {
        Status = WdfpCreateObject(
            WdfpGlobals(DriverGlobals), &WdfpLookasideObjectType, Attributes,
            WdfpObject(DriverGlobals, DriverGlobals->Driver, WdfpDriverType), TRUE,
            (PVOID *)&Lookaside);
    }
    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    Lookaside->BufferSize = BufferSize;
    if (MemoryAttributes != NULL) {
        Lookaside->MemoryAttributes = *MemoryAttributes;
    }
    ExInitializeNPagedLookasideList(&Lookaside->List, NULL, NULL, 0,
                                    max(BufferSize, sizeof(SLIST_ENTRY)),
                                    PoolTag != 0 ? PoolTag : DriverGlobals->DriverTag, 0);
    *Handle = WdfpHandle(Lookaside);
    return STATUS_SUCCESS;
}

/* A memory object whose buffer comes from the list and goes back to it.
   STATUS_INSUFFICIENT_RESOURCES. At or below DISPATCH_LEVEL. Source: manual,
   WdfMemoryCreateFromLookaside. */
NTSTATUS
NTAPI
ImpWdfMemoryCreateFromLookaside(PWDF_DRIVER_GLOBALS DriverGlobals, WDFLOOKASIDE Handle,
                                WDFMEMORY *MemoryHandle)
{
    PWDFP_LOOKASIDE Lookaside = WdfpObject(DriverGlobals, Handle, WdfpLookasideType);
    PVOID Buffer = ExAllocateFromNPagedLookasideList(&Lookaside->List);
    PWDFP_MEMORY Memory;
    NTSTATUS Status;

    if (Buffer == NULL) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    Status = WdfpCreateMemory(
        Lookaside->Object.Globals,
        Lookaside->MemoryAttributes.Size == 0 ? NULL : &Lookaside->MemoryAttributes,
        Lookaside->Object.Parent, Buffer, Lookaside->BufferSize, &Memory);
    if (!NT_SUCCESS(Status)) {
        WdfpReturnToLookaside(Lookaside, Buffer);
        return Status;
    }
    WdfpReference(Lookaside);
    Memory->Lookaside = Lookaside;
    *MemoryHandle = WdfpHandle(Memory);
    return STATUS_SUCCESS;
}
