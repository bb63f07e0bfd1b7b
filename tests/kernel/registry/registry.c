/*
 * registry: the words of the module line as values of the service's Parameters key.
 */
#include "../ktap.h"

DRIVER_INITIALIZE DriverEntry;

static WCHAR ParametersPath[200];

static HANDLE
OpenParameters(VOID)
{
    OBJECT_ATTRIBUTES Attributes;
    UNICODE_STRING Path;
    HANDLE Key = NULL;

    RtlInitUnicodeString(&Path, ParametersPath);
    InitializeObjectAttributes(&Attributes, &Path,
                               OBJ_KERNEL_HANDLE | OBJ_CASE_INSENSITIVE, NULL, NULL);
    ok_status(ZwOpenKey(&Key, KEY_READ | KEY_WRITE, &Attributes), STATUS_SUCCESS,
              "ZwOpenKey: the Parameters key of the service");
    return Key;
}

static VOID
TestDirect(VOID)
{
    WCHAR Buffer[16];
    UNICODE_STRING Text = {0, sizeof(Buffer), Buffer};
    UNICODE_STRING Expected = RTL_CONSTANT_STRING(L"some-words");
    ULONG Number = 0, Missing = 77;
    RTL_QUERY_REGISTRY_TABLE Table[4];

    RtlZeroMemory(Table, sizeof(Table));
    Table[0].Flags = RTL_QUERY_REGISTRY_DIRECT;
    Table[0].Name = L"Number";
    Table[0].EntryContext = &Number;
    Table[1].Flags = RTL_QUERY_REGISTRY_DIRECT;
    Table[1].Name = L"text";
    Table[1].EntryContext = &Text;
    Table[2].Flags = RTL_QUERY_REGISTRY_DIRECT;
    Table[2].Name = L"absent";
    Table[2].EntryContext = &Missing;
    ok_status(
        RtlQueryRegistryValues(RTL_REGISTRY_ABSOLUTE, ParametersPath, Table, NULL, NULL),
        STATUS_SUCCESS, "RtlQueryRegistryValues: two values of three are there");
    ok_equal(Number, 1234, "RtlQueryRegistryValues: a number is a REG_DWORD");
    ok(RtlEqualUnicodeString(&Text, &Expected, FALSE),
       "RtlQueryRegistryValues: a word is a REG_SZ");
    ok_equal(Missing, 77, "RtlQueryRegistryValues: what is absent is left alone");
    Table[2].Flags |= RTL_QUERY_REGISTRY_REQUIRED;
    ok_status(
        RtlQueryRegistryValues(RTL_REGISTRY_ABSOLUTE, ParametersPath, Table, NULL, NULL),
        STATUS_OBJECT_NAME_NOT_FOUND, "RtlQueryRegistryValues: unless it is required");
}

static VOID
TestQuery(HANDLE Key)
{
    UNICODE_STRING Name = RTL_CONSTANT_STRING(L"number");
    UNICODE_STRING Absent = RTL_CONSTANT_STRING(L"absent");
    UCHAR Buffer[64];
    PKEY_VALUE_PARTIAL_INFORMATION Partial = (PKEY_VALUE_PARTIAL_INFORMATION)Buffer;
    ULONG Length;

    ok_status(ZwQueryValueKey(Key, &Name, KeyValuePartialInformation, Partial,
                              sizeof(Buffer), &Length),
              STATUS_SUCCESS, "ZwQueryValueKey: a value by its name");
    ok(Partial->Type == REG_DWORD && Partial->DataLength == sizeof(ULONG) &&
           *(PULONG)Partial->Data == 1234,
       "ZwQueryValueKey: type, length and data");
    ok_status(
        ZwQueryValueKey(Key, &Name, KeyValuePartialInformation, Partial, 13, &Length),
        STATUS_BUFFER_OVERFLOW, "ZwQueryValueKey: data that do not fit");
    ok_equal(Length, FIELD_OFFSET(KEY_VALUE_PARTIAL_INFORMATION, Data) + sizeof(ULONG),
             "ZwQueryValueKey: and how much would");
    ok_status(
        ZwQueryValueKey(Key, &Name, KeyValuePartialInformation, Partial, 4, &Length),
        STATUS_BUFFER_TOO_SMALL, "ZwQueryValueKey: not even the fixed part fits");
    ok_status(ZwQueryValueKey(Key, &Absent, KeyValuePartialInformation, Partial,
                              sizeof(Buffer), &Length),
              STATUS_OBJECT_NAME_NOT_FOUND, "ZwQueryValueKey: a value that is not there");
}

static VOID
TestSet(HANDLE Key)
{
    UNICODE_STRING Name = RTL_CONSTANT_STRING(L"Written");
    UCHAR Buffer[64];
    PKEY_VALUE_PARTIAL_INFORMATION Partial = (PKEY_VALUE_PARTIAL_INFORMATION)Buffer;
    ULONG Value = 0xCAFE, Length;

    ok_status(ZwSetValueKey(Key, &Name, 0, REG_DWORD, &Value, sizeof(Value)),
              STATUS_SUCCESS, "ZwSetValueKey: a new value");
    Value++;
    ok_status(ZwSetValueKey(Key, &Name, 0, REG_BINARY, &Value, 3), STATUS_SUCCESS,
              "ZwSetValueKey: another in its place");
    ZwQueryValueKey(Key, &Name, KeyValuePartialInformation, Partial, sizeof(Buffer),
                    &Length);
    ok(Partial->Type == REG_BINARY && Partial->DataLength == 3 &&
           Partial->Data[0] == 0xFF && Partial->Data[1] == 0xCA,
       "ZwQueryValueKey: what was written last");
    ok_status(ZwClose(Key), STATUS_SUCCESS, "ZwClose: the key");
    ok_status(ZwSetValueKey(Key, &Name, 0, REG_DWORD, &Value, sizeof(Value)),
              STATUS_INVALID_HANDLE, "ZwSetValueKey: a closed handle");
}

static VOID
TestAbsentKey(VOID)
{
    OBJECT_ATTRIBUTES Attributes;
    UNICODE_STRING Path = RTL_CONSTANT_STRING(L"\\Registry\\Machine\\Nothing");
    HANDLE Key;

    InitializeObjectAttributes(&Attributes, &Path, OBJ_KERNEL_HANDLE, NULL, NULL);
    ok_status(ZwOpenKey(&Key, KEY_READ, &Attributes), STATUS_OBJECT_NAME_NOT_FOUND,
              "ZwOpenKey: a key that is not there");
}

/* Makes or opens Name below Root; the status, and *Key. */
static NTSTATUS
Create(HANDLE Root, PCWSTR Name, PHANDLE Key, PULONG Disposition)
{
    OBJECT_ATTRIBUTES Attributes;
    UNICODE_STRING Text;

    RtlInitUnicodeString(&Text, Name);
    InitializeObjectAttributes(&Attributes, &Text, OBJ_KERNEL_HANDLE, Root, NULL);
    return ZwCreateKey(Key, KEY_ALL_ACCESS, &Attributes, 0, NULL, REG_OPTION_VOLATILE,
                       Disposition);
}

static VOID
TestCreate(VOID)
{
    UNICODE_STRING Name = RTL_CONSTANT_STRING(L"value");
    HANDLE Root = OpenParameters(), Key, Sub;
    ULONG Disposition = 0, Value = 3;

    ok_status(Create(Root, L"a\\b", &Key, NULL), STATUS_OBJECT_NAME_NOT_FOUND,
              "ZwCreateKey: only the last part is made");
    ok_status(Create(NULL, L"nothing", &Key, NULL), STATUS_OBJECT_NAME_NOT_FOUND,
              "ZwCreateKey: no path");
    ok_status(Create(Root, L"a", &Key, &Disposition), STATUS_SUCCESS, "ZwCreateKey");
    ok_equal(Disposition, REG_CREATED_NEW_KEY, "ZwCreateKey: a new key");
    ok_status(Create(Key, L"b", &Sub, NULL), STATUS_SUCCESS, "ZwCreateKey: below that");
    ZwSetValueKey(Sub, &Name, 0, REG_DWORD, &Value, sizeof(Value));
    ok_status(ZwDeleteKey(Key), STATUS_CANNOT_DELETE,
              "ZwDeleteKey: not with a key below");
    ok_status(ZwDeleteKey(Sub), STATUS_SUCCESS, "ZwDeleteKey: with a value");
    ok_status(ZwDeleteKey(Sub), STATUS_KEY_DELETED, "ZwDeleteKey: not twice");
    ok_status(ZwSetValueKey(Sub, &Name, 0, REG_DWORD, &Value, sizeof(Value)),
              STATUS_OBJECT_NAME_NOT_FOUND, "ZwSetValueKey: the key is gone");
    ok_status(ZwClose(Sub), STATUS_SUCCESS, "ZwClose: of a key that is gone");
    ZwSetValueKey(Key, &Name, 0, REG_DWORD, &Value, sizeof(Value));
    ok_status(ZwDeleteValueKey(Key, &Name), STATUS_SUCCESS, "ZwDeleteValueKey");
    ok_status(ZwDeleteValueKey(Key, &Name), STATUS_OBJECT_NAME_NOT_FOUND,
              "ZwDeleteValueKey: not twice");
    ok_status(ZwDeleteKey(Key), STATUS_SUCCESS, "ZwDeleteKey: now it has none");
    ZwClose(Key);
    ok_status(ZwDeleteKey(Key), STATUS_INVALID_HANDLE, "ZwDeleteKey: a closed handle");
    ZwClose(Root);
}

static VOID
RegistryTests(VOID)
{
    HANDLE Key;

    RtlCopyMemory(ParametersPath, Ktap.RegistryPath.Buffer, Ktap.RegistryPath.Length);
    wcscat(ParametersPath, L"\\Parameters");
    TestDirect();
    Key = OpenParameters();
    TestQuery(Key);
    TestSet(Key);
    TestAbsentKey();
    TestCreate();
}

NTSTATUS
NTAPI
DriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath)
{
    return KtapStart(DriverObject, RegistryPath, RegistryTests);
}
