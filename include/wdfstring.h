/*
 * Strings: a UNICODE_STRING as an object.
 */
#pragma once

#include <wdfobject.h>

_IRQL_requires_(PASSIVE_LEVEL)
WDF_ROUTINE(NTSTATUS, WdfStringCreate,
            (_In_opt_ PCUNICODE_STRING UnicodeString,
             _In_opt_ PWDF_OBJECT_ATTRIBUTES StringAttributes, _Out_ WDFSTRING *String),
            (UnicodeString, StringAttributes, String));
_IRQL_requires_(PASSIVE_LEVEL)
WDF_ROUTINE(VOID, WdfStringGetUnicodeString,
            (_In_ WDFSTRING String, _Out_ PUNICODE_STRING UnicodeString),
            (String, UnicodeString));
