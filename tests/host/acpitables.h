/*
 * Builds ACPI tables for the host tests: a header, bytes appended, a checksum made right.
 */
#pragma once

#include <stdlib.h>
#include <string.h>

#include <ntdef.h>

typedef struct _TEST_TABLE {
    UCHAR *Bytes; /* exactly Length bytes, so that ASan sees the first one too far */
    ULONG Length;
} TEST_TABLE;

static inline void
TableBegin(TEST_TABLE *Table, const char *Signature, ULONG Length)
{
    Table->Bytes = calloc(1, Length);
    Table->Length = Length;
    memcpy(Table->Bytes, Signature, 4);
}

static inline void
TableAppend(TEST_TABLE *Table, const void *Bytes, ULONG Length)
{
    Table->Bytes = realloc(Table->Bytes, Table->Length + Length);
    memcpy(Table->Bytes + Table->Length, Bytes, Length);
    Table->Length += Length;
}

static inline void
TableSeal(TEST_TABLE *Table)
{
    UCHAR Sum = 0;
    memcpy(Table->Bytes + 4, &Table->Length, 4);
    Table->Bytes[9] = 0;
    for (ULONG Index = 0; Index < Table->Length; Index++) {
        Sum = (UCHAR)(Sum + Table->Bytes[Index]);
    }
    Table->Bytes[9] = (UCHAR)-Sum;
}

static inline void
TableEnd(TEST_TABLE *Table)
{
    free(Table->Bytes);
}
