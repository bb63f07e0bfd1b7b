/*
 * Which of GRUB's modules become drivers: all of them but tests, or those `modules=` names.
 */
#include "bootp.h"

#include <internal/io.h>

#define NAME_LIMIT 64

/* The first word of a module's line: its file name. Returns the length. */
static ULONG
BootModuleName(const BOOT_MODULE *Module)
{
    ULONG Length = 0;

    while (Module->CommandLine[Length] != '\0' && Module->CommandLine[Length] != ' ') {
        Length++;
    }
    return Length;
}

/* Every module must at least begin as a PE file does; what more is wrong the loader says. */
const CHAR *
BootCheckModules(const BOOT_INFORMATION *Boot)
{
    static CHAR Why[NAME_LIMIT + 48];

    for (ULONG Index = 0; Index < Boot->ModuleCount; Index++) {
        const BOOT_MODULE *Module = &Boot->Modules[Index];
        const UCHAR *File = ArchDirectMap(Module->Base);
        CHAR Name[NAME_LIMIT] = {0};
        ULONG Length = BootModuleName(Module);
        ULONG Header;

        memcpy(Name, Module->CommandLine, (Length < NAME_LIMIT) ? Length : NAME_LIMIT - 1);
        if (Module->Length >= 64 && File[0] == 'M' && File[1] == 'Z') {
            memcpy(&Header, File + 60, sizeof(Header));
            if (Header <= Module->Length - 4 && memcmp(File + Header, "PE\0", 4) == 0) {
                continue;
            }
        }
        RtlFormat(Why, sizeof(Why), "module %s is not a PE file", Name);
        return Why;
    }
    return NULL;
}

/* Whether Name stands in a comma-separated list that ends at Length. */
static BOOLEAN
BootListContains(const CHAR *List, ULONG Length, const CHAR *Name, ULONG NameLength)
{
    ULONG Start = 0;

    for (ULONG Index = 0; Index <= Length; Index++) {
        if (Index == Length || List[Index] == ',') {
            if (Index - Start == NameLength &&
                RtlCompareTextNoCase(List + Start, Name, NameLength) == 0) {
                return TRUE;
            }
            Start = Index + 1;
        }
    }
    return FALSE;
}

static BOOLEAN
BootIsWanted(const BOOT_MODULE *Module, const CHAR *Options)
{
    ULONG Length, KindLength;
    const CHAR *List = RtlQueryOption(Options, "modules", &Length);
    const CHAR *Kind = RtlQueryOption(Module->CommandLine, "kind", &KindLength);

    if (List != NULL) {
        return BootListContains(List, Length, Module->CommandLine, BootModuleName(Module));
    }
    return Kind == NULL || KindLength != 4 || memcmp(Kind, "test", 4) != 0;
}

BOOLEAN
BootLoadModules(const BOOT_INFORMATION *Boot)
{
    BOOLEAN Whole = TRUE;

    for (ULONG Index = 0; Index < Boot->ModuleCount; Index++) {
        if (BootIsWanted(&Boot->Modules[Index], Boot->Options)) {
            Whole &= NT_SUCCESS(IoLoadDriverModule(&Boot->Modules[Index]));
        }
    }
    return Whole;
}
