/*
 * Registry keys as handles: ZwOpenKey, ZwQueryValueKey, ZwSetValueKey. A key object is
 * little more than the path it was opened with.
 */
#include "iop.h"

typedef struct _IOP_KEY_OBJECT {
    UNICODE_STRING Path;
    WCHAR Text[IOP_MAXIMUM_NAME];
} IOP_KEY_OBJECT, *PIOP_KEY_OBJECT;

/* The object holds nothing but itself. */
static VOID
IopDeleteKeyObject(PVOID Body)
{
    UNREFERENCED_PARAMETER(Body);
}

static struct _OBJECT_TYPE IopKeyObjectType = {.Name = "Key",
                                               .Delete = IopDeleteKeyObject};

NTSTATUS
IopReferenceKey(HANDLE Handle, PVOID *Key, PUNICODE_STRING Path)
{
    NTSTATUS Status = ObReferenceObjectByHandle(Handle, KEY_READ, &IopKeyObjectType,
                                                KernelMode, Key, NULL);

    if (NT_SUCCESS(Status)) {
        *Path = ((PIOP_KEY_OBJECT)*Key)->Path;
    }
    return Status;
}

/* Writes the full path of the key Attributes names to Path. */
static NTSTATUS
IopBuildKeyPath(POBJECT_ATTRIBUTES Attributes, PUNICODE_STRING Path)
{
    NTSTATUS Status = STATUS_SUCCESS;
    UNICODE_STRING Root;
    PVOID Parent;

    if (Attributes->RootDirectory != NULL) {
        Status = IopReferenceKey(Attributes->RootDirectory, &Parent, &Root);
        if (!NT_SUCCESS(Status)) {
            return Status;
        }
        RtlCopyUnicodeString(Path, &Root);
        ObDereferenceObject(Parent);
        Status = RtlAppendUnicodeToString(Path, L"\\");
    }
    if (NT_SUCCESS(Status)) {
        Status = RtlAppendUnicodeStringToString(Path, Attributes->ObjectName);
    }
    return NT_SUCCESS(Status) ? STATUS_SUCCESS : STATUS_OBJECT_NAME_INVALID;
}

/*
 * Opens a key by absolute path, or relative to RootDirectory. DesiredAccess is not
 * checked. STATUS_OBJECT_NAME_NOT_FOUND, STATUS_OBJECT_NAME_INVALID,
 * STATUS_INVALID_HANDLE, STATUS_INSUFFICIENT_RESOURCES. PASSIVE_LEVEL. Source: manual,
 * ZwOpenKey.
 */
NTSTATUS
NTAPI
ZwOpenKey(PHANDLE KeyHandle, ACCESS_MASK DesiredAccess,
          POBJECT_ATTRIBUTES ObjectAttributes)
{
    PIOP_KEY_OBJECT Key = ObCreateObject(&IopKeyObjectType, sizeof(*Key));
    NTSTATUS Status;

    UNREFERENCED_PARAMETER(DesiredAccess);
    if (Key == NULL) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    RtlInitEmptyUnicodeString(&Key->Path, Key->Text, sizeof(Key->Text));
    Status = IopBuildKeyPath(ObjectAttributes, &Key->Path);
    if (NT_SUCCESS(Status) && !IopRegistryKeyExists(&Key->Path)) {
        Status = STATUS_OBJECT_NAME_NOT_FOUND;
    }
    if (NT_SUCCESS(Status)) {
        Status = ObCreateHandle(Key, KEY_ALL_ACCESS, KeyHandle);
    }
    ObDereferenceObject(Key); /* the handle has a reference of its own */
    return Status;
}
EXPORT(ZwOpenKey);

/* Copies a value in the form of KEY_VALUE_PARTIAL_INFORMATION. */
static NTSTATUS
IopReturnPartial(PIOP_REGISTRY_VALUE Value, PKEY_VALUE_PARTIAL_INFORMATION Information,
                 ULONG Length, PULONG ResultLength)
{
    ULONG Header = FIELD_OFFSET(KEY_VALUE_PARTIAL_INFORMATION, Data);

    *ResultLength = Header + Value->Length;
    if (Length < Header) {
        return STATUS_BUFFER_TOO_SMALL;
    }
    Information->TitleIndex = 0;
    Information->Type = Value->Type;
    Information->DataLength = Value->Length;
    memcpy(Information->Data, Value->Data, min(Value->Length, Length - Header));
    return Length < *ResultLength ? STATUS_BUFFER_OVERFLOW : STATUS_SUCCESS;
}

/* Copies a value in the form of KEY_VALUE_FULL_INFORMATION. */
static NTSTATUS
IopReturnFull(PIOP_REGISTRY_VALUE Value, PKEY_VALUE_FULL_INFORMATION Information,
              ULONG Length, PULONG ResultLength)
{
    ULONG Header = FIELD_OFFSET(KEY_VALUE_FULL_INFORMATION, Name);
    UNICODE_STRING Name;
    ULONG DataOffset;

    RtlInitUnicodeString(&Name, Value->Name);
    DataOffset = (ULONG)ALIGN_UP_BY(Header + Name.Length, sizeof(ULONG));
    *ResultLength = DataOffset + Value->Length;
    if (Length < *ResultLength) {
        return Length < Header ? STATUS_BUFFER_TOO_SMALL : STATUS_BUFFER_OVERFLOW;
    }
    Information->TitleIndex = 0;
    Information->Type = Value->Type;
    Information->DataOffset = DataOffset;
    Information->DataLength = Value->Length;
    Information->NameLength = Name.Length;
    memcpy(Information->Name, Name.Buffer, Name.Length);
    memcpy((PUCHAR)Information + DataOffset, Value->Data, Value->Length);
    return STATUS_SUCCESS;
}

/*
 * Reads a value of an open key, in partial or full form. *ResultLength: bytes the whole
 * answer needs. STATUS_OBJECT_NAME_NOT_FOUND, STATUS_BUFFER_TOO_SMALL (not even the fixed
 * part fits), STATUS_BUFFER_OVERFLOW, STATUS_INVALID_PARAMETER (another class),
 * STATUS_INVALID_HANDLE. PASSIVE_LEVEL. Source: manual, ZwQueryValueKey.
 */
NTSTATUS
NTAPI
ZwQueryValueKey(HANDLE KeyHandle, PUNICODE_STRING ValueName,
                KEY_VALUE_INFORMATION_CLASS KeyValueInformationClass,
                PVOID KeyValueInformation, ULONG Length, PULONG ResultLength)
{
    PIOP_REGISTRY_VALUE Value;
    UNICODE_STRING Path;
    NTSTATUS Status;
    PVOID Key;

    if (KeyValueInformationClass != KeyValuePartialInformation &&
        KeyValueInformationClass != KeyValueFullInformation) {
        return STATUS_INVALID_PARAMETER;
    }
    Status = IopReferenceKey(KeyHandle, &Key, &Path);
    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    Status = IopQueryRegistryValue(&Path, ValueName, 0, &Value);
    if (NT_SUCCESS(Status)) {
        Status = KeyValueInformationClass == KeyValuePartialInformation
                     ? IopReturnPartial(Value, KeyValueInformation, Length, ResultLength)
                     : IopReturnFull(Value, KeyValueInformation, Length, ResultLength);
        ExFreePoolWithTag(Value, IOP_TAG_REGISTRY);
    }
    ObDereferenceObject(Key);
    return Status;
}
EXPORT(ZwQueryValueKey);

/* Sets a value of an open key; TitleIndex is ignored. STATUS_INVALID_PARAMETER (too
   long), STATUS_INSUFFICIENT_RESOURCES, STATUS_INVALID_HANDLE. PASSIVE_LEVEL. Source:
   manual, ZwSetValueKey. */
NTSTATUS
NTAPI
ZwSetValueKey(HANDLE KeyHandle, PUNICODE_STRING ValueName, ULONG TitleIndex, ULONG Type,
              PVOID Data, ULONG DataSize)
{
    UNICODE_STRING Path;
    NTSTATUS Status;
    PVOID Key;

    UNREFERENCED_PARAMETER(TitleIndex);
    Status = IopReferenceKey(KeyHandle, &Key, &Path);
    if (NT_SUCCESS(Status)) {
        Status = IopSetRegistryValue(&Path, ValueName, Type, Data, DataSize);
        ObDereferenceObject(Key);
    }
    return Status;
}
EXPORT(ZwSetValueKey);
