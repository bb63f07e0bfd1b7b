/*
 * Memory objects: a buffer that knows its length, from pool, from a lookaside list, or the
 * driver's own.
 */
#pragma once

#include <wdfobject.h>

/* A piece of a memory object; Offset and Length in bytes. */
typedef struct _WDFMEMORY_OFFSET {
    SIZE_T BufferOffset;
    SIZE_T BufferLength;
} WDFMEMORY_OFFSET, *PWDFMEMORY_OFFSET;

typedef enum _WDF_MEMORY_DESCRIPTOR_TYPE {
    WdfMemoryDescriptorTypeInvalid = 0,
    WdfMemoryDescriptorTypeBuffer,
    WdfMemoryDescriptorTypeMdl,
    WdfMemoryDescriptorTypeHandle
} WDF_MEMORY_DESCRIPTOR_TYPE;

typedef struct _WDF_MEMORY_DESCRIPTOR {
    WDF_MEMORY_DESCRIPTOR_TYPE Type;
    union {
        struct {
            PVOID Buffer;
            ULONG Length;
        } BufferType;
        struct {
            PMDL Mdl;
            ULONG BufferLength;
        } MdlType;
        struct {
            WDFMEMORY Memory;
            PWDFMEMORY_OFFSET Offsets;
        } HandleType;
    } u;
} WDF_MEMORY_DESCRIPTOR, *PWDF_MEMORY_DESCRIPTOR;

static FORCEINLINE VOID
WDF_MEMORY_DESCRIPTOR_INIT_BUFFER(_Out_ PWDF_MEMORY_DESCRIPTOR Descriptor, _In_ PVOID Buffer,
                                  _In_ ULONG BufferLength)
{
    __builtin_memset(Descriptor, 0, sizeof(*Descriptor));
    Descriptor->Type = WdfMemoryDescriptorTypeBuffer;
    Descriptor->u.BufferType.Buffer = Buffer;
    Descriptor->u.BufferType.Length = BufferLength;
}

static FORCEINLINE VOID
WDF_MEMORY_DESCRIPTOR_INIT_HANDLE(_Out_ PWDF_MEMORY_DESCRIPTOR Descriptor,
                                  _In_ WDFMEMORY Memory, _In_opt_ PWDFMEMORY_OFFSET Offsets)
{
    __builtin_memset(Descriptor, 0, sizeof(*Descriptor));
    Descriptor->Type = WdfMemoryDescriptorTypeHandle;
    Descriptor->u.HandleType.Memory = Memory;
    Descriptor->u.HandleType.Offsets = Offsets;
}

static FORCEINLINE VOID
WDF_MEMORY_DESCRIPTOR_INIT_MDL(_Out_ PWDF_MEMORY_DESCRIPTOR Descriptor, _In_ PMDL Mdl,
                               _In_ ULONG BufferLength)
{
    __builtin_memset(Descriptor, 0, sizeof(*Descriptor));
    Descriptor->Type = WdfMemoryDescriptorTypeMdl;
    Descriptor->u.MdlType.Mdl = Mdl;
    Descriptor->u.MdlType.BufferLength = BufferLength;
}

_IRQL_requires_max_(DISPATCH_LEVEL)
WDF_ROUTINE(NTSTATUS, WdfMemoryCreate,
            (_In_opt_ PWDF_OBJECT_ATTRIBUTES Attributes, _In_ POOL_TYPE PoolType,
             _In_opt_ ULONG PoolTag, _In_ SIZE_T BufferSize, _Out_ WDFMEMORY *Memory,
             _Out_opt_ PVOID *Buffer),
            (Attributes, PoolType, PoolTag, BufferSize, Memory, Buffer));
_IRQL_requires_max_(DISPATCH_LEVEL)
WDF_ROUTINE(NTSTATUS, WdfMemoryCreatePreallocated,
            (_In_opt_ PWDF_OBJECT_ATTRIBUTES Attributes, _In_ PVOID Buffer,
             _In_ SIZE_T BufferSize, _Out_ WDFMEMORY *Memory),
            (Attributes, Buffer, BufferSize, Memory));
_IRQL_requires_max_(DISPATCH_LEVEL)
WDF_ROUTINE(PVOID, WdfMemoryGetBuffer, (_In_ WDFMEMORY Memory, _Out_opt_ SIZE_T *BufferSize),
            (Memory, BufferSize));
_IRQL_requires_max_(DISPATCH_LEVEL)
WDF_ROUTINE(NTSTATUS, WdfMemoryAssignBuffer,
            (_In_ WDFMEMORY Memory, _In_ PVOID Buffer, _In_ SIZE_T BufferSize),
            (Memory, Buffer, BufferSize));
/* STATUS_BUFFER_TOO_SMALL: not all of it lies in the memory object. */
_IRQL_requires_max_(DISPATCH_LEVEL)
WDF_ROUTINE(NTSTATUS, WdfMemoryCopyToBuffer,
            (_In_ WDFMEMORY SourceMemory, _In_ SIZE_T SourceOffset, _Out_ PVOID Buffer,
             _In_ SIZE_T NumBytesToCopyTo),
            (SourceMemory, SourceOffset, Buffer, NumBytesToCopyTo));
_IRQL_requires_max_(DISPATCH_LEVEL)
WDF_ROUTINE(NTSTATUS, WdfMemoryCopyFromBuffer,
            (_In_ WDFMEMORY DestinationMemory, _In_ SIZE_T DestinationOffset,
             _In_ PVOID Buffer, _In_ SIZE_T NumBytesToCopyFrom),
            (DestinationMemory, DestinationOffset, Buffer, NumBytesToCopyFrom));
/* PASSIVE_LEVEL for paged pool. */
WDF_ROUTINE(NTSTATUS, WdfLookasideListCreate,
            (_In_opt_ PWDF_OBJECT_ATTRIBUTES LookasideAttributes, _In_ SIZE_T BufferSize,
             _In_ POOL_TYPE PoolType, _In_opt_ PWDF_OBJECT_ATTRIBUTES MemoryAttributes,
             _In_opt_ ULONG PoolTag, _Out_ WDFLOOKASIDE *Lookaside),
            (LookasideAttributes, BufferSize, PoolType, MemoryAttributes, PoolTag,
             Lookaside));
_IRQL_requires_max_(DISPATCH_LEVEL)
WDF_ROUTINE(NTSTATUS, WdfMemoryCreateFromLookaside,
            (_In_ WDFLOOKASIDE Lookaside, _Out_ WDFMEMORY *Memory), (Lookaside, Memory));
