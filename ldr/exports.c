/*
 * What the kernel exports: a table the linker sorts by name, searched by halving.
 */
#include "ldrp.h"
#include <internal/rtl.h>

#define LDRP_LONGEST_NAME 128

BOOLEAN
LdrpIsSorted(const LDR_EXPORT *First, const LDR_EXPORT *End)
{
    for (const LDR_EXPORT *Entry = First; Entry + 1 < End; Entry++) {
        if (strcmp(Entry[0].Name, Entry[1].Name) >= 0) {
            return FALSE;
        }
    }
    return TRUE;
}

PVOID
LdrpSearchExports(const LDR_EXPORT *First, const LDR_EXPORT *End, const CHAR *Name)
{
    while (First < End) {
        const LDR_EXPORT *Middle = First + (End - First) / 2;
        int Order = strcmp(Name, Middle->Name);

        if (Order == 0) {
            return (PVOID)Middle->Address;
        }
        if (Order < 0) {
            End = Middle;
        } else {
            First = Middle + 1;
        }
    }
    return NULL;
}

/*
 * Checks that the linker sorted the table and that no name stands in it twice: a mistake
 * of the build, which would otherwise show as an import that is not found. FALSE then.
 * Any IRQL.
 */
BOOLEAN
LdrInitializeExports(VOID)
{
    return LdrpIsSorted(LdrExportTableStart, LdrExportTableEnd);
}

PVOID
LdrFindExport(const CHAR *Name)
{
    return LdrpSearchExports(LdrExportTableStart, LdrExportTableEnd, Name);
}

/*
 * The address of a routine or variable the kernel exports, by its name (case matters), or
 * NULL. Drivers ask so for what only some versions have. PASSIVE_LEVEL.
 */
PVOID
NTAPI
MmGetSystemRoutineAddress(PUNICODE_STRING SystemRoutineName)
{
    CHAR Name[LDRP_LONGEST_NAME];
    SIZE_T Count = SystemRoutineName->Length / sizeof(WCHAR);

    if (Count >= sizeof(Name)) {
        return NULL;
    }
    RtlNarrowText(Name, SystemRoutineName->Buffer, Count);
    Name[Count] = '\0';
    return LdrFindExport(Name);
}
EXPORT(MmGetSystemRoutineAddress);
