/*
 * Exports of rtl/, which is too low to know of the export table.
 */
#include "ldrp.h"

EXPORT(RtlAppendUnicodeStringToString);
EXPORT(RtlAppendUnicodeToString);
EXPORT(RtlCompareMemory);
EXPORT(RtlCompareUnicodeString);
EXPORT(RtlCopyUnicodeString);
EXPORT(RtlEqualUnicodeString);
EXPORT(RtlGUIDFromString);
EXPORT(RtlInitAnsiString);
EXPORT(RtlInitString);
EXPORT(RtlInitUnicodeString);
EXPORT(RtlIntegerToUnicodeString);
EXPORT(RtlPrefixUnicodeString);
EXPORT(RtlUnicodeStringToInteger);
EXPORT(RtlUpcaseUnicodeChar);
