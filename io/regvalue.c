/*
 * The values of registry keys by the handle of one: ZwQueryValueKey, ZwSetValueKey,
 * ZwDeleteValueKey.
 */
#include "iop.h"

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

/* Removes a value of an open key. STATUS_OBJECT_NAME_NOT_FOUND, STATUS_INVALID_HANDLE.
   PASSIVE_LEVEL. Source: manual, ZwDeleteValueKey. */
NTSTATUS
NTAPI
ZwDeleteValueKey(HANDLE KeyHandle, PUNICODE_STRING ValueName)
{
    UNICODE_STRING Path;
    NTSTATUS Status;
    PVOID Key;

    Status = IopReferenceKey(KeyHandle, &Key, &Path);
    if (NT_SUCCESS(Status)) {
        Status = IopDeleteRegistryValue(&Path, ValueName);
        ObDereferenceObject(Key);
    }
    return Status;
}
EXPORT(ZwDeleteValueKey);
