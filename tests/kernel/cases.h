/*
 * For a test driver that does one of several things a boot, as the word case=NAME of its
 * module line says, and announces the stop it has to end in.
 */
#pragma once

#include "ktap.h"

#include <ntstrsafe.h>

typedef struct _KTAP_CASE {
    PCWSTR Name;
    KTAP_SUITE *Run;
} KTAP_CASE;

/* What of a stop cannot be known beforehand. */
#define KTAP_ANY MAXULONGLONG

static inline VOID
KtapFormatParameter(CHAR *Text, SIZE_T Size, ULONG64 Value)
{
    RtlStringCbPrintfA(Text, Size, (Value == KTAP_ANY) ? "*" : "0x%I64X", Value);
}

/* Prints what tools/harness/kerneltests.py compares the stop with. */
static inline VOID
KtapExpectStop(ULONG Code, ULONG64 P1, ULONG64 P2, ULONG64 P3, ULONG64 P4)
{
    CHAR Text[4][32];

    KtapFormatParameter(Text[0], sizeof(Text[0]), P1);
    KtapFormatParameter(Text[1], sizeof(Text[1]), P2);
    KtapFormatParameter(Text[2], sizeof(Text[2]), P3);
    KtapFormatParameter(Text[3], sizeof(Text[3]), P4);
    DbgPrint("# expect stop 0x%08X (%s, %s, %s, %s)\n", Code, Text[0], Text[1], Text[2],
             Text[3]);
}

/* The value of case= in the Parameters key; empty when there is none. */
static inline VOID
KtapQueryCase(PUNICODE_STRING Name)
{
    RTL_QUERY_REGISTRY_TABLE Table[2];
    WCHAR Path[200];
    ULONG Length = Ktap.RegistryPath.Length / sizeof(WCHAR);

    RtlCopyMemory(Path, Ktap.RegistryPath.Buffer, Ktap.RegistryPath.Length);
    wcscpy(Path + Length, L"\\Parameters");
    RtlZeroMemory(Table, sizeof(Table));
    Table[0].Flags = RTL_QUERY_REGISTRY_DIRECT;
    Table[0].Name = L"case";
    Table[0].EntryContext = Name;
    RtlQueryRegistryValues(RTL_REGISTRY_ABSOLUTE, Path, Table, NULL, NULL);
}

/* Runs the case the module line names; a check fails when it names none. */
static inline VOID
KtapRunCase(const KTAP_CASE *Cases, ULONG Count)
{
    WCHAR Buffer[32];
    UNICODE_STRING Name = {0, sizeof(Buffer), Buffer};
    UNICODE_STRING Candidate;

    KtapQueryCase(&Name);
    for (ULONG Index = 0; Index < Count; Index++) {
        RtlInitUnicodeString(&Candidate, Cases[Index].Name);
        if (RtlEqualUnicodeString(&Name, &Candidate, FALSE)) {
            Cases[Index].Run();
            return;
        }
    }
    ok(FALSE, "the module line names a case");
}
