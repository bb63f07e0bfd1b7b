/*
 * Registry keys. All at PASSIVE_LEVEL.
 */
#pragma once

#include <wdfmemory.h>

/* ParentKey NULL: KeyName is the whole path. */
WDF_ROUTINE(NTSTATUS, WdfRegistryOpenKey,
            (_In_opt_ WDFKEY ParentKey, _In_ PCUNICODE_STRING KeyName,
             _In_ ACCESS_MASK DesiredAccess,
             _In_opt_ PWDF_OBJECT_ATTRIBUTES KeyAttributes, _Out_ WDFKEY *Key),
            (ParentKey, KeyName, DesiredAccess, KeyAttributes, Key));
WDF_ROUTINE(NTSTATUS, WdfRegistryCreateKey,
            (_In_opt_ WDFKEY ParentKey, _In_ PCUNICODE_STRING KeyName,
             _In_ ACCESS_MASK DesiredAccess, _In_ ULONG CreateOptions,
             _Out_opt_ PULONG CreateDisposition,
             _In_opt_ PWDF_OBJECT_ATTRIBUTES KeyAttributes, _Out_ WDFKEY *Key),
            (ParentKey, KeyName, DesiredAccess, CreateOptions, CreateDisposition,
             KeyAttributes, Key));
WDF_ROUTINE(VOID, WdfRegistryClose, (_In_ WDFKEY Key), (Key));
WDF_ROUTINE(HANDLE, WdfRegistryWdmGetHandle, (_In_ WDFKEY Key), (Key));
WDF_ROUTINE(NTSTATUS, WdfRegistryRemoveKey, (_In_ WDFKEY Key), (Key));
WDF_ROUTINE(NTSTATUS, WdfRegistryRemoveValue,
            (_In_ WDFKEY Key, _In_ PCUNICODE_STRING ValueName), (Key, ValueName));
WDF_ROUTINE(NTSTATUS, WdfRegistryQueryValue,
            (_In_ WDFKEY Key, _In_ PCUNICODE_STRING ValueName, _In_ ULONG ValueLength,
             _Out_opt_ PVOID Value, _Out_opt_ PULONG ValueLengthQueried,
             _Out_opt_ PULONG ValueType),
            (Key, ValueName, ValueLength, Value, ValueLengthQueried, ValueType));
WDF_ROUTINE(NTSTATUS, WdfRegistryQueryMemory,
            (_In_ WDFKEY Key, _In_ PCUNICODE_STRING ValueName, _In_ POOL_TYPE PoolType,
             _In_opt_ PWDF_OBJECT_ATTRIBUTES MemoryAttributes, _Out_ WDFMEMORY *Memory,
             _Out_opt_ PULONG ValueType),
            (Key, ValueName, PoolType, MemoryAttributes, Memory, ValueType));
WDF_ROUTINE(NTSTATUS, WdfRegistryQueryUnicodeString,
            (_In_ WDFKEY Key, _In_ PCUNICODE_STRING ValueName,
             _Out_opt_ PUSHORT ValueByteLength, _Inout_opt_ PUNICODE_STRING Value),
            (Key, ValueName, ValueByteLength, Value));
WDF_ROUTINE(NTSTATUS, WdfRegistryQueryString,
            (_In_ WDFKEY Key, _In_ PCUNICODE_STRING ValueName, _In_ WDFSTRING String),
            (Key, ValueName, String));
WDF_ROUTINE(NTSTATUS, WdfRegistryQueryULong,
            (_In_ WDFKEY Key, _In_ PCUNICODE_STRING ValueName, _Out_ PULONG Value),
            (Key, ValueName, Value));
WDF_ROUTINE(NTSTATUS, WdfRegistryAssignValue,
            (_In_ WDFKEY Key, _In_ PCUNICODE_STRING ValueName, _In_ ULONG ValueType,
             _In_ ULONG ValueLength, _In_ PVOID Value),
            (Key, ValueName, ValueType, ValueLength, Value));
WDF_ROUTINE(NTSTATUS, WdfRegistryAssignMemory,
            (_In_ WDFKEY Key, _In_ PCUNICODE_STRING ValueName, _In_ ULONG ValueType,
             _In_ WDFMEMORY Memory, _In_opt_ PWDFMEMORY_OFFSET MemoryOffsets),
            (Key, ValueName, ValueType, Memory, MemoryOffsets));
WDF_ROUTINE(NTSTATUS, WdfRegistryAssignUnicodeString,
            (_In_ WDFKEY Key, _In_ PCUNICODE_STRING ValueName,
             _In_ PCUNICODE_STRING Value),
            (Key, ValueName, Value));
WDF_ROUTINE(NTSTATUS, WdfRegistryAssignString,
            (_In_ WDFKEY Key, _In_ PCUNICODE_STRING ValueName, _In_ WDFSTRING String),
            (Key, ValueName, String));
WDF_ROUTINE(NTSTATUS, WdfRegistryQueryMultiString,
            (_In_ WDFKEY Key, _In_ PCUNICODE_STRING ValueName,
             _In_opt_ PWDF_OBJECT_ATTRIBUTES StringsAttributes,
             _In_ WDFCOLLECTION Collection),
            (Key, ValueName, StringsAttributes, Collection));
WDF_ROUTINE(NTSTATUS, WdfRegistryAssignMultiString,
            (_In_ WDFKEY Key, _In_ PCUNICODE_STRING ValueName,
             _In_ WDFCOLLECTION StringsCollection),
            (Key, ValueName, StringsCollection));
WDF_ROUTINE(NTSTATUS, WdfRegistryAssignULong,
            (_In_ WDFKEY Key, _In_ PCUNICODE_STRING ValueName, _In_ ULONG Value),
            (Key, ValueName, Value));
