/*
 * Keys that are made and removed, and values as objects.
 */
#include "kmdfwork.h"

static UNICODE_STRING Below = RTL_CONSTANT_STRING(L"Below");
static UNICODE_STRING Deeper = RTL_CONSTANT_STRING(L"Below\\No\\Deeper");
static UNICODE_STRING Name = RTL_CONSTANT_STRING(L"Value");
static UNICODE_STRING Missing = RTL_CONSTANT_STRING(L"Absent");

static VOID
TestKeys(WDFKEY Root)
{
    ULONG Disposition = 0;
    WDFKEY Key, Again, Sub;

    ok_status(WdfRegistryCreateKey(Root, &Deeper, KEY_ALL_ACCESS, 0, NULL, NULL, &Key),
              STATUS_OBJECT_NAME_NOT_FOUND,
              "WdfRegistryCreateKey: the key above has to exist");
    ok_status(WdfRegistryCreateKey(Root, &Below, KEY_ALL_ACCESS, REG_OPTION_VOLATILE,
                                   &Disposition, NULL, &Key),
              STATUS_SUCCESS, "WdfRegistryCreateKey: a new one");
    ok_equal(Disposition, REG_CREATED_NEW_KEY, "WdfRegistryCreateKey: says so");
    ok_status(
        WdfRegistryCreateKey(Root, &Below, KEY_ALL_ACCESS, 0, &Disposition, NULL, &Again),
        STATUS_SUCCESS, "WdfRegistryCreateKey: one that exists");
    ok_equal(Disposition, REG_OPENED_EXISTING_KEY, "WdfRegistryCreateKey: opens it");
    WdfRegistryAssignULong(Key, &Name, 5);
    ok_status(WdfRegistryRemoveValue(Again, &Missing), STATUS_OBJECT_NAME_NOT_FOUND,
              "WdfRegistryRemoveValue: no such value");
    ok_status(WdfRegistryRemoveValue(Again, &Name), STATUS_SUCCESS,
              "WdfRegistryRemoveValue");
    ok_status(WdfRegistryQueryULong(Key, &Name, &Disposition),
              STATUS_OBJECT_NAME_NOT_FOUND, "WdfRegistryRemoveValue: it is gone");
    WdfRegistryCreateKey(Key, &Below, KEY_ALL_ACCESS, 0, NULL, NULL, &Sub);
    ok_status(WdfRegistryRemoveKey(Key), STATUS_CANNOT_DELETE,
              "WdfRegistryRemoveKey: not while there is a key below");
    ok_status(WdfRegistryRemoveKey(Sub), STATUS_SUCCESS,
              "WdfRegistryRemoveKey: that one");
    WdfRegistryAssignULong(Key, &Name, 5);
    ok_status(WdfRegistryRemoveKey(Key), STATUS_SUCCESS,
              "WdfRegistryRemoveKey: with its values");
    ok_status(WdfRegistryRemoveKey(Again), STATUS_KEY_DELETED,
              "WdfRegistryRemoveKey: by another handle, too late");
    WdfRegistryClose(Again);
    ok_status(WdfRegistryOpenKey(Root, &Below, KEY_READ, NULL, &Key),
              STATUS_OBJECT_NAME_NOT_FOUND, "WdfRegistryRemoveKey: it cannot be opened");
}

static VOID
TestValuesAsMemory(WDFKEY Root)
{
    static UCHAR Bytes[] = {1, 2, 3, 4, 5};
    WDFMEMORY_OFFSET Part = {1, 3};
    WDFMEMORY Source, Copy;
    ULONG Type = 0;
    SIZE_T Size;
    PUCHAR Buffer;

    WdfMemoryCreatePreallocated(NULL, Bytes, sizeof(Bytes), &Source);
    ok_status(WdfRegistryAssignMemory(Root, &Name, REG_BINARY, Source, &Part),
              STATUS_SUCCESS, "WdfRegistryAssignMemory: a part");
    ok_status(WdfRegistryQueryMemory(Root, &Name, NonPagedPoolNx, NULL, &Copy, &Type),
              STATUS_SUCCESS, "WdfRegistryQueryMemory");
    Buffer = WdfMemoryGetBuffer(Copy, &Size);
    ok(Type == REG_BINARY && Size == 3 && RtlCompareMemory(Buffer, Bytes + 1, 3) == 3,
       "WdfRegistryQueryMemory: type, length and bytes");
    WdfObjectDelete(Copy);
    Part.BufferLength = 5;
    ok_status(WdfRegistryAssignMemory(Root, &Name, REG_BINARY, Source, &Part),
              STATUS_INVALID_BUFFER_SIZE, "WdfRegistryAssignMemory: beyond the memory");
    Part.BufferOffset = 6;
    Part.BufferLength = 0;
    ok_status(WdfRegistryAssignMemory(Root, &Name, REG_BINARY, Source, &Part),
              STATUS_INVALID_BUFFER_SIZE, "WdfRegistryAssignMemory: from beyond it");
    ok_status(WdfRegistryQueryMemory(Root, &Missing, NonPagedPoolNx, NULL, &Copy, &Type),
              STATUS_OBJECT_NAME_NOT_FOUND, "WdfRegistryQueryMemory: no such value");
    WdfObjectDelete(Source);
}

static WDFSTRING
Collect(WDFCOLLECTION Strings, PCWSTR Text)
{
    UNICODE_STRING Value;
    WDFSTRING String;

    RtlInitUnicodeString(&Value, Text);
    WdfStringCreate(&Value, NULL, &String);
    WdfCollectionAdd(Strings, String);
    return String;
}

static VOID
TestMultiStrings(WDFKEY Root)
{
    UNICODE_STRING Second = RTL_CONSTANT_STRING(L"second");
    UNICODE_STRING Text;
    WDFCOLLECTION Given, Found;
    WDF_OBJECT_ATTRIBUTES Attributes;

    WdfCollectionCreate(NULL, &Given);
    WdfCollectionCreate(NULL, &Found);
    Collect(Given, L"first");
    Collect(Given, L"second");
    ok_status(WdfRegistryAssignMultiString(Root, &Name, Given), STATUS_SUCCESS,
              "WdfRegistryAssignMultiString");
    ok_status(WdfRegistryQueryMultiString(Root, &Name, Under(&Attributes, Found), Found),
              STATUS_SUCCESS, "WdfRegistryQueryMultiString");
    ok_equal(WdfCollectionGetCount(Found), 2,
             "WdfRegistryQueryMultiString: as many as were set");
    WdfStringGetUnicodeString(WdfCollectionGetItem(Found, 1), &Text);
    ok(RtlEqualUnicodeString(&Text, &Second, FALSE),
       "WdfRegistryQueryMultiString: in their order");
    WdfRegistryAssignULong(Root, &Name, 1);
    ok_status(WdfRegistryQueryMultiString(Root, &Name, NULL, Found),
              STATUS_OBJECT_TYPE_MISMATCH, "WdfRegistryQueryMultiString: another type");
    /* What a value holds need not be well formed: no zero at all, and an odd byte. */
    WdfRegistryAssignValue(Root, &Name, REG_MULTI_SZ, 5, L"ab");
    ok_status(WdfRegistryQueryMultiString(Root, &Name, NULL, Found), STATUS_SUCCESS,
              "WdfRegistryQueryMultiString: a value without its zeros");
    WdfStringGetUnicodeString(WdfCollectionGetItem(Found, 2), &Text);
    ok(Text.Length == 4, "WdfRegistryQueryMultiString: as far as it goes");
    WdfRegistryRemoveValue(Root, &Name);
    WdfObjectDelete(Found);
    WdfObjectDelete(Given);
}

VOID
TestRegistryKeys(VOID)
{
    WDFKEY Root;

    WdfDriverOpenParametersRegistryKey(WdfGetDriver(), KEY_ALL_ACCESS, NULL, &Root);
    TestKeys(Root);
    TestValuesAsMemory(Root);
    TestMultiStrings(Root);
    WdfRegistryClose(Root);
}
