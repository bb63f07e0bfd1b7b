/*
 * The values of keys. All at PASSIVE_LEVEL.
 */
#include "wdfp.h"
#include "registry.h"
#include "unistring.h"

PWDFP_KEY
WdfpKeyFromHandle(PWDF_DRIVER_GLOBALS Globals, WDFKEY Handle)
{
    WdfpRequireIrql(WdfpGlobals(Globals), PASSIVE_LEVEL, "a registry routine");
    return WdfpObject(Globals, Handle, WdfpKeyType);
}

NTSTATUS
WdfpQueryValue(PWDFP_KEY Key, PCUNICODE_STRING Name,
               PKEY_VALUE_PARTIAL_INFORMATION *Value)
{
    PKEY_VALUE_PARTIAL_INFORMATION Information;
    ULONG Length = 0;
    NTSTATUS Status = ZwQueryValueKey(Key->Handle, (PUNICODE_STRING)Name,
                                      KeyValuePartialInformation, NULL, 0, &Length);

    if (Status != STATUS_BUFFER_TOO_SMALL && Status != STATUS_BUFFER_OVERFLOW) {
        return NT_SUCCESS(Status) ? STATUS_OBJECT_NAME_NOT_FOUND : Status;
    }
    Information = ExAllocatePoolZero(NonPagedPoolNx, Length, WDFP_TAG);
    if (Information == NULL) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    Status = ZwQueryValueKey(Key->Handle, (PUNICODE_STRING)Name,
                             KeyValuePartialInformation, Information, Length, &Length);
    if (!NT_SUCCESS(Status)) {
        ExFreePoolWithTag(Information, WDFP_TAG);
        return Status;
    }
    *Value = Information;
    return STATUS_SUCCESS;
}

/* A value of any type. STATUS_BUFFER_OVERFLOW: only its first bytes; what ZwQueryValueKey
   returns; STATUS_INSUFFICIENT_RESOURCES. Source: manual, WdfRegistryQueryValue. */
NTSTATUS
NTAPI
ImpWdfRegistryQueryValue(PWDF_DRIVER_GLOBALS DriverGlobals, WDFKEY Handle,
                         PCUNICODE_STRING Name, ULONG Length, PVOID Buffer,
                         PULONG Queried, PULONG Type)
{
    PKEY_VALUE_PARTIAL_INFORMATION Value;
    NTSTATUS Status =
        WdfpQueryValue(WdfpKeyFromHandle(DriverGlobals, Handle), Name, &Value);

    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    if (Queried != NULL) {
        *Queried = Value->DataLength;
    }
    if (Type != NULL) {
        *Type = Value->Type;
    }
    if (Buffer != NULL) {
        RtlCopyMemory(Buffer, Value->Data, min(Length, Value->DataLength));
    }
    if (Buffer == NULL || Length < Value->DataLength) {
        Status = STATUS_BUFFER_OVERFLOW;
    }
    ExFreePoolWithTag(Value, WDFP_TAG);
    return Status;
}

/* A REG_DWORD. STATUS_OBJECT_TYPE_MISMATCH: another type; else as above. Source: manual,
   WdfRegistryQueryULong. */
NTSTATUS
NTAPI
ImpWdfRegistryQueryULong(PWDF_DRIVER_GLOBALS DriverGlobals, WDFKEY Handle,
                         PCUNICODE_STRING Name, PULONG Number)
{
    PKEY_VALUE_PARTIAL_INFORMATION Value;
    NTSTATUS Status =
        WdfpQueryValue(WdfpKeyFromHandle(DriverGlobals, Handle), Name, &Value);

    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    if (Value->Type != REG_DWORD || Value->DataLength != sizeof(*Number)) {
        Status = STATUS_OBJECT_TYPE_MISMATCH;
    } else {
        RtlCopyMemory(Number, Value->Data, sizeof(*Number));
    }
    ExFreePoolWithTag(Value, WDFP_TAG);
    return Status;
}

/* The text of a REG_SZ value, its final zero left out. */
static NTSTATUS
WdfpTextOfValue(PKEY_VALUE_PARTIAL_INFORMATION Value, PUNICODE_STRING Text)
{
    ULONG Length = Value->DataLength & ~1U;

    if ((Value->Type != REG_SZ && Value->Type != REG_EXPAND_SZ) || Length > MAXUSHORT) {
        return STATUS_OBJECT_TYPE_MISMATCH;
    }
    Text->Buffer = (PWCH)Value->Data;
    if (Length != 0 && Text->Buffer[Length / sizeof(WCHAR) - 1] == L'\0') {
        Length -= sizeof(WCHAR);
    }
    Text->Length = (USHORT)Length;
    Text->MaximumLength = (USHORT)Length;
    return STATUS_SUCCESS;
}

/* A text into a string object. STATUS_OBJECT_TYPE_MISMATCH: no text; else as above. Source:
   manual, WdfRegistryQueryString. */
NTSTATUS
NTAPI
ImpWdfRegistryQueryString(PWDF_DRIVER_GLOBALS DriverGlobals, WDFKEY Handle,
                          PCUNICODE_STRING Name, WDFSTRING StringHandle)
{
    PWDFP_STRING String = WdfpObject(DriverGlobals, StringHandle, WdfpStringType);
    PKEY_VALUE_PARTIAL_INFORMATION Value;
    UNICODE_STRING Text;
    NTSTATUS Status =
        WdfpQueryValue(WdfpKeyFromHandle(DriverGlobals, Handle), Name, &Value);

    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    Status = WdfpTextOfValue(Value, &Text);
    if (NT_SUCCESS(Status)) {
        Status = WdfpAssignString(String, &Text);
    }
    ExFreePoolWithTag(Value, WDFP_TAG);
    return Status;
}

/* A text into the driver's buffer. STATUS_BUFFER_OVERFLOW: it does not fit, nothing was
   written but its length; else as above. Source: manual, WdfRegistryQueryUnicodeString. */
NTSTATUS
NTAPI
ImpWdfRegistryQueryUnicodeString(PWDF_DRIVER_GLOBALS DriverGlobals, WDFKEY Handle,
                                 PCUNICODE_STRING Name, PUSHORT ByteLength,
                                 PUNICODE_STRING String)
{
    PKEY_VALUE_PARTIAL_INFORMATION Value;
    UNICODE_STRING Text;
    NTSTATUS Status =
        WdfpQueryValue(WdfpKeyFromHandle(DriverGlobals, Handle), Name, &Value);

    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    Status = WdfpTextOfValue(Value, &Text);
    if (NT_SUCCESS(Status)) {
        if (ByteLength != NULL) {
            *ByteLength = Text.Length;
        }
        if (String == NULL || String->MaximumLength < Text.Length) {
            Status = STATUS_BUFFER_OVERFLOW;
        } else {
            RtlCopyUnicodeString(String, &Text);
        }
    }
    ExFreePoolWithTag(Value, WDFP_TAG);
    return Status;
}

/* Sets a value of any type; what ZwSetValueKey returns. Source: manual,
   WdfRegistryAssignValue. */
NTSTATUS
NTAPI
ImpWdfRegistryAssignValue(PWDF_DRIVER_GLOBALS DriverGlobals, WDFKEY Handle,
                          PCUNICODE_STRING Name, ULONG Type, ULONG Length, PVOID Value)
{
    return ZwSetValueKey(WdfpKeyFromHandle(DriverGlobals, Handle)->Handle,
                         (PUNICODE_STRING)Name, 0, Type, Value, Length);
}

/* Sets a REG_DWORD. Source: manual, WdfRegistryAssignULong. */
NTSTATUS
NTAPI
ImpWdfRegistryAssignULong(PWDF_DRIVER_GLOBALS DriverGlobals, WDFKEY Handle,
                          PCUNICODE_STRING Name, ULONG Value)
{
    return ImpWdfRegistryAssignValue(DriverGlobals, Handle, Name, REG_DWORD,
                                     sizeof(Value), &Value);
}

/* Sets a REG_SZ, with a final zero. STATUS_INSUFFICIENT_RESOURCES. Source: manual,
   WdfRegistryAssignUnicodeString. */
NTSTATUS
NTAPI
ImpWdfRegistryAssignUnicodeString(PWDF_DRIVER_GLOBALS DriverGlobals, WDFKEY Handle,
                                  PCUNICODE_STRING Name, PCUNICODE_STRING Value)
{
    ULONG Length = Value->Length + sizeof(WCHAR);
    PVOID Text = ExAllocatePoolZero(NonPagedPoolNx, Length, WDFP_TAG);
    NTSTATUS Status;

    if (Text == NULL) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    RtlCopyMemory(Text, Value->Buffer, Value->Length);
    Status = ImpWdfRegistryAssignValue(DriverGlobals, Handle, Name, REG_SZ, Length, Text);
    ExFreePoolWithTag(Text, WDFP_TAG);
    return Status;
}

/* The same from a string object. Source: manual, WdfRegistryAssignString. */
NTSTATUS
NTAPI
ImpWdfRegistryAssignString(PWDF_DRIVER_GLOBALS DriverGlobals, WDFKEY Handle,
                           PCUNICODE_STRING Name, WDFSTRING String)
{
    UNICODE_STRING Text;

    ImpWdfStringGetUnicodeString(DriverGlobals, String, &Text);
    return ImpWdfRegistryAssignUnicodeString(DriverGlobals, Handle, Name, &Text);
}

/* Removes a value; what ZwDeleteValueKey returns. Source: manual,
   WdfRegistryRemoveValue. */
NTSTATUS
NTAPI
ImpWdfRegistryRemoveValue(PWDF_DRIVER_GLOBALS DriverGlobals, WDFKEY Handle,
                          PCUNICODE_STRING Name)
{
    return ZwDeleteValueKey(WdfpKeyFromHandle(DriverGlobals, Handle)->Handle,
                            (PUNICODE_STRING)Name);
}
