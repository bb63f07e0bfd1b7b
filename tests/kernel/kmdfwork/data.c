/*
 * Objects that hold something.
 */
#include "kmdfwork.h"

VOID
TestMemory(VOID)
{
    UCHAR Bytes[8] = {1, 2, 3, 4, 5, 6, 7, 8};
    UCHAR Copy[8] = {0};
    WDFMEMORY Memory;
    PVOID Buffer;
    SIZE_T Length;

    ok_status(WdfMemoryCreate(NULL, NonPagedPoolNx, 0, 0, &Memory, NULL),
              STATUS_INVALID_PARAMETER, "WdfMemoryCreate: no bytes");
    ok_status(WdfMemoryCreate(NULL, NonPagedPoolNx, KTAP_TAG, 8, &Memory, &Buffer),
              STATUS_SUCCESS, "WdfMemoryCreate");
    ok(WdfMemoryGetBuffer(Memory, &Length) == Buffer && Length == 8,
       "WdfMemoryGetBuffer");
    ok_status(WdfMemoryCopyFromBuffer(Memory, 2, Bytes, 6), STATUS_SUCCESS,
              "WdfMemoryCopyFromBuffer: to the last byte");
    ok_status(WdfMemoryCopyFromBuffer(Memory, 3, Bytes, 6), STATUS_BUFFER_TOO_SMALL,
              "WdfMemoryCopyFromBuffer: not beyond");
    ok_status(WdfMemoryCopyToBuffer(Memory, 2, Copy, 6), STATUS_SUCCESS,
              "WdfMemoryCopyToBuffer");
    ok(Copy[0] == 1 && Copy[5] == 6, "WdfMemoryCopyToBuffer: the same bytes");
    ok_status(WdfMemoryCopyToBuffer(Memory, MAXULONG64, Copy, 2), STATUS_BUFFER_TOO_SMALL,
              "WdfMemoryCopyToBuffer: no sum wraps");
    ok_status(WdfMemoryAssignBuffer(Memory, Bytes, 8), STATUS_INVALID_PARAMETER,
              "WdfMemoryAssignBuffer: not for pool");
    WdfObjectDelete(Memory);
    ok_status(WdfMemoryCreatePreallocated(NULL, Bytes, 4, &Memory), STATUS_SUCCESS,
              "WdfMemoryCreatePreallocated");
    ok_status(WdfMemoryAssignBuffer(Memory, Copy, 8), STATUS_SUCCESS,
              "WdfMemoryAssignBuffer");
    ok(WdfMemoryGetBuffer(Memory, &Length) == Copy && Length == 8,
       "WdfMemoryAssignBuffer: another buffer");
    WdfObjectDelete(Memory);
}

VOID
TestLookaside(VOID)
{
    WDFLOOKASIDE List;
    WDFMEMORY First, Second;
    PVOID Buffer;
    SIZE_T Length;

    ok_status(WdfLookasideListCreate(NULL, 100, NonPagedPoolNx, NULL, KTAP_TAG, &List),
              STATUS_SUCCESS, "WdfLookasideListCreate");
    ok_status(WdfMemoryCreateFromLookaside(List, &First), STATUS_SUCCESS,
              "WdfMemoryCreateFromLookaside");
    Buffer = WdfMemoryGetBuffer(First, &Length);
    ok_equal(Length, 100, "WdfMemoryCreateFromLookaside: of the list's size");
    WdfObjectDelete(First);
    WdfMemoryCreateFromLookaside(List, &Second);
    ok(WdfMemoryGetBuffer(Second, NULL) == Buffer,
       "WdfMemoryCreateFromLookaside: a buffer is used again");
    WdfObjectDelete(List);
    RtlFillMemory(Buffer, 100, 0xA5);
    WdfObjectDelete(Second);
}

VOID
TestCollection(VOID)
{
    WDFCOLLECTION Collection;
    WDFOBJECT Objects[3];

    ok_status(WdfCollectionCreate(NULL, &Collection), STATUS_SUCCESS,
              "WdfCollectionCreate");
    ok(WdfCollectionGetFirstItem(Collection) == NULL &&
           WdfCollectionGetLastItem(Collection) == NULL,
       "WdfCollectionCreate: empty");
    for (ULONG Index = 0; Index < 3; Index++) {
        WdfObjectCreate(NULL, &Objects[Index]);
        WdfCollectionAdd(Collection, Objects[Index]);
    }
    ok_equal(WdfCollectionGetCount(Collection), 3, "WdfCollectionAdd");
    ok(WdfCollectionGetItem(Collection, 1) == Objects[1], "WdfCollectionGetItem");
    ok(WdfCollectionGetItem(Collection, 3) == NULL, "WdfCollectionGetItem: beyond");
    WdfCollectionRemove(Collection, Objects[0]);
    ok(WdfCollectionGetFirstItem(Collection) == Objects[1], "WdfCollectionRemove");
    WdfCollectionRemoveItem(Collection, 1);
    ok(WdfCollectionGetLastItem(Collection) == Objects[1] &&
           WdfCollectionGetCount(Collection) == 1,
       "WdfCollectionRemoveItem");
    WdfObjectDelete(Collection);
    for (ULONG Index = 0; Index < 3; Index++) {
        WdfObjectDelete(Objects[Index]);
    }
}

VOID
TestString(VOID)
{
    DECLARE_CONST_UNICODE_STRING(Text, L"some text");
    UNICODE_STRING Seen;
    WDFSTRING String;

    ok_status(WdfStringCreate(&Text, NULL, &String), STATUS_SUCCESS, "WdfStringCreate");
    WdfStringGetUnicodeString(String, &Seen);
    ok(RtlEqualUnicodeString(&Seen, &Text, FALSE) && Seen.Buffer != Text.Buffer,
       "WdfStringGetUnicodeString: a copy");
    WdfObjectDelete(String);
    ok_status(WdfStringCreate(NULL, NULL, &String), STATUS_SUCCESS,
              "WdfStringCreate: an empty one");
    WdfStringGetUnicodeString(String, &Seen);
    ok_equal(Seen.Length, 0, "WdfStringCreate: of no characters");
    WdfObjectDelete(String);
}

VOID
TestRegistry(VOID)
{
    DECLARE_CONST_UNICODE_STRING(Count, L"count");
    DECLARE_CONST_UNICODE_STRING(Color, L"color");
    DECLARE_CONST_UNICODE_STRING(Missing, L"missing");
    DECLARE_CONST_UNICODE_STRING(Blue, L"blue");
    WCHAR Buffer[8];
    UNICODE_STRING Text = {0, sizeof(Buffer), Buffer};
    ULONG Value = 0, Type = 0;
    USHORT Length = 0;
    WDFSTRING String;
    WDFKEY Key;

    if (!ok_status(WdfDriverOpenParametersRegistryKey(WdfGetDriver(), STANDARD_RIGHTS_ALL,
                                                      NULL, &Key),
                   STATUS_SUCCESS, "WdfDriverOpenParametersRegistryKey")) {
        return;
    }
    ok(WdfRegistryWdmGetHandle(Key) != NULL, "WdfRegistryWdmGetHandle");
    ok_status(WdfRegistryQueryULong(Key, &Count, &Value), STATUS_SUCCESS,
              "WdfRegistryQueryULong: a word of the module line");
    ok_equal(Value, 42, "WdfRegistryQueryULong: its value");
    ok_status(WdfRegistryQueryULong(Key, &Color, &Value), STATUS_OBJECT_TYPE_MISMATCH,
              "WdfRegistryQueryULong: no number");
    ok_status(WdfRegistryQueryULong(Key, &Missing, &Value), STATUS_OBJECT_NAME_NOT_FOUND,
              "WdfRegistryQueryULong: no such value");
    ok_status(WdfRegistryQueryUnicodeString(Key, &Color, &Length, &Text), STATUS_SUCCESS,
              "WdfRegistryQueryUnicodeString");
    ok_equal(Length, 3 * sizeof(WCHAR),
             "WdfRegistryQueryUnicodeString: without its zero");
    Text.MaximumLength = 4;
    ok_status(WdfRegistryQueryUnicodeString(Key, &Color, &Length, &Text),
              STATUS_BUFFER_OVERFLOW, "WdfRegistryQueryUnicodeString: too small");
    WdfStringCreate(NULL, NULL, &String);
    ok_status(WdfRegistryAssignUnicodeString(Key, &Color, &Blue), STATUS_SUCCESS,
              "WdfRegistryAssignUnicodeString");
    ok_status(WdfRegistryQueryString(Key, &Color, String), STATUS_SUCCESS,
              "WdfRegistryQueryString");
    WdfStringGetUnicodeString(String, &Text);
    ok(RtlEqualUnicodeString(&Text, &Blue, FALSE),
       "WdfRegistryQueryString: what was set");
    ok_status(WdfRegistryAssignString(Key, &Missing, String), STATUS_SUCCESS,
              "WdfRegistryAssignString");
    ok_status(WdfRegistryAssignULong(Key, &Count, 43), STATUS_SUCCESS,
              "WdfRegistryAssignULong");
    ok_status(WdfRegistryQueryValue(Key, &Count, sizeof(Value), &Value, NULL, &Type),
              STATUS_SUCCESS, "WdfRegistryQueryValue");
    ok(Value == 43 && Type == REG_DWORD, "WdfRegistryQueryValue: value and type");
    ok_status(WdfRegistryQueryValue(Key, &Count, 2, &Value, NULL, NULL),
              STATUS_BUFFER_OVERFLOW, "WdfRegistryQueryValue: too small");
    WdfObjectDelete(String);
    WdfRegistryClose(Key);
    ok_status(WdfRegistryOpenKey(NULL, &Missing, STANDARD_RIGHTS_ALL, NULL, &Key),
              STATUS_OBJECT_NAME_NOT_FOUND, "WdfRegistryOpenKey: no such key");
}
