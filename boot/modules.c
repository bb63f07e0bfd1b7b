/*
 * Which of GRUB's modules become drivers: all of them but tests, or those `modules=`
 * names. One that fails is no reason to leave out the others: the run goes on and fails
 * at its end.
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

/* Copies the name to Name, which has NAME_LIMIT bytes; a longer one is cut. */
static VOID
BootCopyModuleName(const BOOT_MODULE *Module, CHAR *Name)
{
    ULONG Length = min(BootModuleName(Module), NAME_LIMIT - 1);

    memcpy(Name, Module->CommandLine, Length);
    Name[Length] = '\0';
}

/* Every module must at least begin as a PE file does; what more is wrong the loader says.
 */
const CHAR *
BootCheckModules(const BOOT_INFORMATION *Boot)
{
    static CHAR Why[NAME_LIMIT + 48];

    for (ULONG Index = 0; Index < Boot->ModuleCount; Index++) {
        const BOOT_MODULE *Module = &Boot->Modules[Index];
        const UCHAR *File = ArchDirectMap(Module->Base);
        CHAR Name[NAME_LIMIT];
        ULONG Header;

        if (Module->Length >= 64 && File[0] == 'M' && File[1] == 'Z') {
            memcpy(&Header, File + 60, sizeof(Header));
            if (Header <= Module->Length - 4 && memcmp(File + Header, "PE\0", 4) == 0) {
                continue;
            }
        }
        BootCopyModuleName(Module, Name);
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
    ULONG Length;
    const CHAR *List = RtlQueryOption(Options, "modules", &Length);

    if (List != NULL) {
        return BootListContains(List, Length, Module->CommandLine,
                                BootModuleName(Module));
    }
    return !RtlIsOption(Module->CommandLine, "kind", "test");
}

/* What a status of IoLoadDriverModule tells a reader, after its number. */
static const CHAR *
BootExplainLoad(NTSTATUS Status)
{
    switch (Status) {
    case STATUS_INVALID_IMAGE_FORMAT:
        return ", the image is damaged";
    case STATUS_ENTRYPOINT_NOT_FOUND:
        return ", the kernel lacks what it imports";
    case STATUS_NO_SUCH_DEVICE:
        return ", no such device";
    default:
        return "";
    }
}

const CHAR *
BootLoadModules(const BOOT_INFORMATION *Boot)
{
    static CHAR Why[NAME_LIMIT + 96];
    const CHAR *Failure = NULL;
    CHAR Name[NAME_LIMIT];
    NTSTATUS Status;

    /* Those that are not wanted now can be loaded by their names later; so can none whose
       line is malformed, which its own loading says. */
    for (ULONG Index = 0; Index < Boot->ModuleCount; Index++) {
        IoRegisterDriverModule(&Boot->Modules[Index]);
    }
    for (ULONG Index = 0; Index < Boot->ModuleCount; Index++) {
        if (!BootIsWanted(&Boot->Modules[Index], Boot->Options)) {
            continue;
        }
        Status = IoLoadDriverModule(&Boot->Modules[Index]);
        if (!NT_SUCCESS(Status) && Failure == NULL) {
            BootCopyModuleName(&Boot->Modules[Index], Name);
            RtlFormat(Why, sizeof(Why), "%s did not start: status 0x%08X%s", Name, Status,
                      BootExplainLoad(Status));
            Failure = Why;
        }
    }
    return Failure;
}
