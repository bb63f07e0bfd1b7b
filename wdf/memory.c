/*
 * WDFMEMORY.
 */
#include "wdfp.h"
#include "memory.h"

static VOID
WdfpDestroyMemory(PWDFP_OBJECT Object)
{
    PWDFP_MEMORY Memory = (PWDFP_MEMORY)Object;

    if (Memory->Lookaside != NULL) {
        WdfpReturnToLookaside(Memory->Lookaside, Memory->Buffer);
        WdfpDereference(Memory->Lookaside);
    } else if (Memory->Tag != 0) {
        ExFreePoolWithTag(Memory->Buffer, Memory->Tag);
    }
}

static const WDFP_TYPE WdfpMemoryObjectType = {
    WdfpMemoryType, "WDFMEMORY", sizeof(WDFP_MEMORY), 0, NULL, WdfpDestroyMemory, NULL};

static PWDFP_MEMORY
WdfpMemoryFromHandle(PWDF_DRIVER_GLOBALS Globals, WDFMEMORY Handle)
{
    return WdfpObject(Globals, Handle, WdfpMemoryType);
}

NTSTATUS
WdfpCreateMemory(PWDFP_GLOBALS Globals, PWDF_OBJECT_ATTRIBUTES Attributes, PVOID Parent,
                 PVOID Buffer, SIZE_T Length, PWDFP_MEMORY *Result)
{
    NTSTATUS Status = WdfpCreateObject(Globals, &WdfpMemoryObjectType, Attributes, Parent,
                                       TRUE, (PVOID *)Result);

    if (NT_SUCCESS(Status)) {
        (*Result)->Buffer = Buffer;
        (*Result)->Length = Length;
    }
    return Status;
}

/*
 * Allocates BufferSize bytes of pool and a memory object that frees them; PoolTag 0: the
 * driver's tag. STATUS_INVALID_PARAMETER (size 0, or attributes);
 * STATUS_INFO_LENGTH_MISMATCH; STATUS_INSUFFICIENT_RESOURCES. At or below DISPATCH_LEVEL,
 * for paged pool APC_LEVEL. Source: manual, WdfMemoryCreate.
 */
NTSTATUS
NTAPI
ImpWdfMemoryCreate(PWDF_DRIVER_GLOBALS DriverGlobals, PWDF_OBJECT_ATTRIBUTES Attributes,
                   POOL_TYPE PoolType, ULONG PoolTag, SIZE_T BufferSize,
                   WDFMEMORY *Handle, PVOID *Buffer)
{
    ULONG Tag = PoolTag != 0 ? PoolTag : DriverGlobals->DriverTag;
    PWDFP_MEMORY Memory;
    NTSTATUS Status;
    PVOID Block;

    WdfpRequire(WdfpGlobals(DriverGlobals), Handle, "Memory");
    if (BufferSize == 0) {
        return STATUS_INVALID_PARAMETER;
    }
    Block = ExAllocatePoolWithTag(PoolType, BufferSize, Tag);
    if (Block == NULL) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    Status =
        WdfpCreateMemory(WdfpGlobals(DriverGlobals), Attributes,
                         WdfpObject(DriverGlobals, DriverGlobals->Driver, WdfpDriverType),
                         Block, BufferSize, &Memory);
    if (!NT_SUCCESS(Status)) {
        ExFreePoolWithTag(Block, Tag);
        return Status;
    }
    Memory->Tag = Tag;
    *Handle = WdfpHandle(Memory);
    if (Buffer != NULL) {
        *Buffer = Block;
    }
    return STATUS_SUCCESS;
}

/* A memory object of the driver's own buffer, which stays the driver's. Source: manual,
   WdfMemoryCreatePreallocated. */
NTSTATUS
NTAPI
ImpWdfMemoryCreatePreallocated(PWDF_DRIVER_GLOBALS DriverGlobals,
                               PWDF_OBJECT_ATTRIBUTES Attributes, PVOID Buffer,
                               SIZE_T BufferSize, WDFMEMORY *Handle)
{
    PWDFP_MEMORY Memory;
    NTSTATUS Status;

    if (Buffer == NULL || BufferSize == 0) {
        return STATUS_INVALID_PARAMETER;
    }
    Status =
        WdfpCreateMemory(WdfpGlobals(DriverGlobals), Attributes,
                         WdfpObject(DriverGlobals, DriverGlobals->Driver, WdfpDriverType),
                         Buffer, BufferSize, &Memory);
    if (NT_SUCCESS(Status)) {
        *Handle = WdfpHandle(Memory);
    }
    return Status;
}

/* The buffer and its length. At or below DISPATCH_LEVEL. Source: manual,
   WdfMemoryGetBuffer. */
PVOID
NTAPI
ImpWdfMemoryGetBuffer(PWDF_DRIVER_GLOBALS DriverGlobals, WDFMEMORY Handle, SIZE_T *Length)
{
    PWDFP_MEMORY Memory = WdfpMemoryFromHandle(DriverGlobals, Handle);

    if (Length != NULL) {
        *Length = Memory->Length;
    }
    return Memory->Buffer;
}

/* Has a preallocated memory object describe another buffer. STATUS_INVALID_PARAMETER: no
   buffer, or not such an object. Source: manual, WdfMemoryAssignBuffer. */
NTSTATUS
NTAPI
ImpWdfMemoryAssignBuffer(PWDF_DRIVER_GLOBALS DriverGlobals, WDFMEMORY Handle,
                         PVOID Buffer, SIZE_T BufferSize)
{
    PWDFP_MEMORY Memory = WdfpMemoryFromHandle(DriverGlobals, Handle);

    if (Buffer == NULL || BufferSize == 0 || Memory->Tag != 0 ||
        Memory->Lookaside != NULL) {
        return STATUS_INVALID_PARAMETER;
    }
    Memory->Buffer = Buffer;
    Memory->Length = BufferSize;
    return STATUS_SUCCESS;
}

/* Whether Count bytes at Offset lie in the memory object. */
static BOOLEAN
WdfpIsInside(PWDFP_MEMORY Memory, SIZE_T Offset, SIZE_T Count)
{
    return Offset <= Memory->Length && Count <= Memory->Length - Offset;
}

/* Copies out of a memory object. STATUS_BUFFER_TOO_SMALL: not all of it lies inside. Source:
   manual, WdfMemoryCopyToBuffer. */
NTSTATUS
NTAPI
ImpWdfMemoryCopyToBuffer(PWDF_DRIVER_GLOBALS DriverGlobals, WDFMEMORY Source,
                         SIZE_T Offset, PVOID Buffer, SIZE_T Count)
{
    PWDFP_MEMORY Memory = WdfpMemoryFromHandle(DriverGlobals, Source);

    if (!WdfpIsInside(Memory, Offset, Count)) {
        return STATUS_BUFFER_TOO_SMALL;
    }
    RtlCopyMemory(Buffer, (PUCHAR)Memory->Buffer + Offset, Count);
    return STATUS_SUCCESS;
}

/* The other way. Source: manual, WdfMemoryCopyFromBuffer. */
NTSTATUS
NTAPI
ImpWdfMemoryCopyFromBuffer(PWDF_DRIVER_GLOBALS DriverGlobals, WDFMEMORY Destination,
                           SIZE_T Offset, PVOID Buffer, SIZE_T Count)
{
    PWDFP_MEMORY Memory = WdfpMemoryFromHandle(DriverGlobals, Destination);

    if (!WdfpIsInside(Memory, Offset, Count)) {
        return STATUS_BUFFER_TOO_SMALL;
    }
    RtlCopyMemory((PUCHAR)Memory->Buffer + Offset, Buffer, Count);
    return STATUS_SUCCESS;
}
