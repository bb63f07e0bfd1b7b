/*
 * The values of keys as objects: memory, and collections of strings. All at PASSIVE_LEVEL.
 */
#include "wdfp.h"
#include "memory.h"
#include "registry.h"

/*
 * A value of any type as a memory object. STATUS_OBJECT_NAME_NOT_FOUND;
 * STATUS_INVALID_PARAMETER (a value of no bytes, attributes); STATUS_INFO_LENGTH_MISMATCH;
 * STATUS_INSUFFICIENT_RESOURCES. Source: manual, WdfRegistryQueryMemory.
 */
NTSTATUS
NTAPI
ImpWdfRegistryQueryMemory(PWDF_DRIVER_GLOBALS DriverGlobals, WDFKEY Handle,
                          PCUNICODE_STRING Name, POOL_TYPE PoolType,
                          PWDF_OBJECT_ATTRIBUTES Attributes, WDFMEMORY *Memory,
                          PULONG Type)
{
    PKEY_VALUE_PARTIAL_INFORMATION Value;
    PVOID Buffer;
    NTSTATUS Status =
        WdfpQueryValue(WdfpKeyFromHandle(DriverGlobals, Handle), Name, &Value);

    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    Status = ImpWdfMemoryCreate(DriverGlobals, Attributes, PoolType, 0, Value->DataLength,
                                Memory, &Buffer);
    if (NT_SUCCESS(Status)) {
        RtlCopyMemory(Buffer, Value->Data, Value->DataLength);
        if (Type != NULL) {
            *Type = Value->Type;
        }
    }
    ExFreePoolWithTag(Value, WDFP_TAG);
    return Status;
}

/* Sets a value to what a memory object holds, or the part that Offset (may be NULL) says.
   STATUS_INVALID_BUFFER_SIZE: a part outside of it; what ZwSetValueKey returns. Source:
   manual, WdfRegistryAssignMemory. */
NTSTATUS
NTAPI
ImpWdfRegistryAssignMemory(PWDF_DRIVER_GLOBALS DriverGlobals, WDFKEY Handle,
                           PCUNICODE_STRING Name, ULONG Type, WDFMEMORY MemoryHandle,
                           PWDFMEMORY_OFFSET Offset)
{
    PWDFP_MEMORY Memory = WdfpObject(DriverGlobals, MemoryHandle, WdfpMemoryType);
    SIZE_T Start = Offset == NULL ? 0 : Offset->BufferOffset;
    SIZE_T Length = Offset == NULL || Offset->BufferLength == 0 ? Memory->Length - Start
                                                                : Offset->BufferLength;

    if (Start > Memory->Length || Length > Memory->Length - Start || Length > MAXULONG) {
        return STATUS_INVALID_BUFFER_SIZE;
    }
    return ImpWdfRegistryAssignValue(DriverGlobals, Handle, Name, Type, (ULONG)Length,
                                     (PUCHAR)Memory->Buffer + Start);
}

/* Adds one string of a value to a collection, which keeps it. */
static NTSTATUS
WdfpCollectString(PWDF_DRIVER_GLOBALS Globals, PCUNICODE_STRING Text,
                  PWDF_OBJECT_ATTRIBUTES Attributes, WDFCOLLECTION Collection)
{
    WDFSTRING String;
    NTSTATUS Status = ImpWdfStringCreate(Globals, Text, Attributes, &String);

    if (NT_SUCCESS(Status)) {
        Status = ImpWdfCollectionAdd(Globals, Collection, String);
        if (!NT_SUCCESS(Status)) {
            ImpWdfObjectDelete(Globals, String);
        }
    }
    return Status;
}

/* Adds the strings of Count characters, each with its zero; an empty one is the end. */
static NTSTATUS
WdfpCollectStrings(PWDF_DRIVER_GLOBALS Globals, PWCH Characters, ULONG Count,
                   PWDF_OBJECT_ATTRIBUTES Attributes, WDFCOLLECTION Collection)
{
    NTSTATUS Status = STATUS_SUCCESS;
    ULONG Start = 0;

    while (NT_SUCCESS(Status) && Start < Count && Characters[Start] != L'\0') {
        UNICODE_STRING Text = {0, 0, Characters + Start};
        ULONG Length = 0;

        while (Start + Length < Count && Characters[Start + Length] != L'\0') {
            Length++;
        }
        if (Length > MAXUSHORT / sizeof(WCHAR)) {
            return STATUS_OBJECT_TYPE_MISMATCH;
        }
        Text.Length = Text.MaximumLength = (USHORT)(Length * sizeof(WCHAR));
        Status = WdfpCollectString(Globals, &Text, Attributes, Collection);
        Start += Length + 1;
    }
    return Status;
}

/* Adds the strings of a REG_MULTI_SZ to a collection, each as an object.
   STATUS_OBJECT_TYPE_MISMATCH: another type; STATUS_OBJECT_NAME_NOT_FOUND;
   STATUS_INSUFFICIENT_RESOURCES, with those before that in it. Source: manual,
   WdfRegistryQueryMultiString. */
NTSTATUS
NTAPI
ImpWdfRegistryQueryMultiString(PWDF_DRIVER_GLOBALS DriverGlobals, WDFKEY Handle,
                               PCUNICODE_STRING Name, PWDF_OBJECT_ATTRIBUTES Attributes,
                               WDFCOLLECTION Collection)
{
    PKEY_VALUE_PARTIAL_INFORMATION Value;
    NTSTATUS Status =
        WdfpQueryValue(WdfpKeyFromHandle(DriverGlobals, Handle), Name, &Value);

    WdfpObject(DriverGlobals, Collection, WdfpCollectionType);
    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    if (Value->Type == REG_MULTI_SZ) {
        Status =
            WdfpCollectStrings(DriverGlobals, (PWCH)Value->Data,
                               Value->DataLength / sizeof(WCHAR), Attributes, Collection);
    } else {
        Status = STATUS_OBJECT_TYPE_MISMATCH;
    }
    ExFreePoolWithTag(Value, WDFP_TAG);
    return Status;
}

/* Bytes of a collection's strings with their zeros, and the last zero. */
static ULONG
WdfpLengthOfStrings(PWDF_DRIVER_GLOBALS Globals, WDFCOLLECTION Collection)
{
    ULONG Count = ImpWdfCollectionGetCount(Globals, Collection);
    ULONG Length = sizeof(WCHAR);

    for (ULONG Index = 0; Index < Count; Index++) {
        UNICODE_STRING Text;

        ImpWdfStringGetUnicodeString(
            Globals, ImpWdfCollectionGetItem(Globals, Collection, Index), &Text);
        Length += Text.Length + sizeof(WCHAR);
    }
    return Length;
}

/* Sets a REG_MULTI_SZ to a collection's strings; anything else in it is bug check 0x10D, 5.
   STATUS_INSUFFICIENT_RESOURCES; what ZwSetValueKey returns. Source: manual,
   WdfRegistryAssignMultiString. */
NTSTATUS
NTAPI
ImpWdfRegistryAssignMultiString(PWDF_DRIVER_GLOBALS DriverGlobals, WDFKEY Handle,
                                PCUNICODE_STRING Name, WDFCOLLECTION Collection)
{
    ULONG Length = WdfpLengthOfStrings(DriverGlobals, Collection);
    PUCHAR Value = ExAllocatePoolZero(NonPagedPoolNx, Length, WDFP_TAG);
    PUCHAR Place = Value;
    NTSTATUS Status;

    if (Value == NULL) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    for (ULONG Index = 0; Index < ImpWdfCollectionGetCount(DriverGlobals, Collection);
         Index++) {
        UNICODE_STRING Text;

        ImpWdfStringGetUnicodeString(
            DriverGlobals, ImpWdfCollectionGetItem(DriverGlobals, Collection, Index),
            &Text);
        RtlCopyMemory(Place, Text.Buffer, Text.Length);
        Place += Text.Length + sizeof(WCHAR);
    }
    Status = ImpWdfRegistryAssignValue(DriverGlobals, Handle, Name, REG_MULTI_SZ, Length,
                                       Value);
    ExFreePoolWithTag(Value, WDFP_TAG);
    return Status;
}
