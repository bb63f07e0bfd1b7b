/*
 * WDFSTRING.
 */
#include "wdfp.h"
#include "unistring.h"

static VOID
WdfpDestroyString(PWDFP_OBJECT Object)
{
    PWDFP_STRING String = (PWDFP_STRING)Object;

    if (String->String.Buffer != NULL) {
        ExFreePoolWithTag(String->String.Buffer, WDFP_TAG);
    }
}

static const WDFP_TYPE WdfpStringObjectType = {
    WdfpStringType, "WDFSTRING", sizeof(WDFP_STRING), 0, NULL, WdfpDestroyString, NULL};

NTSTATUS
WdfpAssignString(PWDFP_STRING String, PCUNICODE_STRING Source)
{
    PWCH Buffer;

    if (Source->Length > MAXUSHORT - 2 * sizeof(WCHAR)) {
        return STATUS_INVALID_PARAMETER;
    }
    Buffer = ExAllocatePoolZero(NonPagedPoolNx, Source->Length + sizeof(WCHAR), WDFP_TAG);
    if (Buffer == NULL) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    RtlCopyMemory(Buffer, Source->Buffer, Source->Length);
    WdfpDestroyString(&String->Object);
    String->String.Buffer = Buffer;
    String->String.Length = Source->Length;
    String->String.MaximumLength = Source->Length + sizeof(WCHAR);
    return STATUS_SUCCESS;
}

/* A string object with a copy of UnicodeString; NULL: empty, to be filled by a query.
   STATUS_INFO_LENGTH_MISMATCH, STATUS_INVALID_PARAMETER (attributes),
   STATUS_INSUFFICIENT_RESOURCES. PASSIVE_LEVEL. Source: manual, WdfStringCreate. */
NTSTATUS
NTAPI
ImpWdfStringCreate(PWDF_DRIVER_GLOBALS DriverGlobals, PCUNICODE_STRING UnicodeString,
                   PWDF_OBJECT_ATTRIBUTES Attributes, WDFSTRING *Handle)
{
    PWDFP_STRING String;
    NTSTATUS Status =
        WdfpCreateObject(WdfpGlobals(DriverGlobals), &WdfpStringObjectType, Attributes,
                         WdfpObject(DriverGlobals, DriverGlobals->Driver, WdfpDriverType),
                         TRUE, (PVOID *)&String);

    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    if (UnicodeString != NULL) {
        Status = WdfpAssignString(String, UnicodeString);
    }
    if (!NT_SUCCESS(Status)) {
        WdfpDelete(String);
        return Status;
    }
    *Handle = WdfpHandle(String);
    return STATUS_SUCCESS;
}

/* The string, in the object's own memory. PASSIVE_LEVEL. Source: manual,
   WdfStringGetUnicodeString. */
VOID NTAPI
ImpWdfStringGetUnicodeString(PWDF_DRIVER_GLOBALS DriverGlobals, WDFSTRING Handle,
                             PUNICODE_STRING UnicodeString)
{
    PWDFP_STRING String = WdfpObject(DriverGlobals, Handle, WdfpStringType);

    *UnicodeString = String->String;
}
