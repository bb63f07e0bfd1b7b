/*
 * What GRUB says, tag by tag. Nothing in it is trusted: every tag is kept inside the
 * information, every count inside its array. Pure parsing, so the host tests run it too.
 */
#include "bootp.h"

#define TAG_END          0
#define TAG_COMMAND_LINE 1
#define TAG_MODULE       3
#define TAG_MEMORY_MAP   6
#define TAG_ELF_SECTIONS 9
#define TAG_RSDP_1       14
#define TAG_RSDP_2       15

#define MAXIMUM_INFORMATION (1 << 20)
#define ELF_SECTION_SYMBOLS 2
#define ELF64_SECTION_SIZE  64

typedef struct _MULTIBOOT_TAG {
    ULONG Type;
    ULONG Size;
} MULTIBOOT_TAG;

/* Unaligned reads of the structures, which are only 8-byte aligned by tag. */
static ULONG
BootRead32(const UCHAR *Bytes)
{
    ULONG Value;

    memcpy(&Value, Bytes, sizeof(Value));
    return Value;
}

static ULONG64
BootRead64(const UCHAR *Bytes)
{
    ULONG64 Value;

    memcpy(&Value, Bytes, sizeof(Value));
    return Value;
}

static BOOLEAN
BootIsTerminated(const UCHAR *Text, ULONG Length)
{
    return Length > 0 && Text[Length - 1] == 0;
}

/* GRUB escapes a backslash with another one: hardware ids are full of them. */
static VOID
BootFoldBackslashes(CHAR *Text)
{
    CHAR *Out = Text;

    while (*Text != '\0') {
        *Out = *Text++;
        if (*Out == '\\' && *Text == '\\') {
            Text++;
        }
        Out++;
    }
    *Out = '\0';
}

static const CHAR *
BootTakeCommandLine(const UCHAR *Tag, ULONG Size, PBOOT_INFORMATION Boot)
{
    if (!BootIsTerminated(Tag + 8, Size - 8) || Size - 8 > BOOT_MAXIMUM_OPTIONS) {
        return "the command line is too long";
    }
    memcpy(Boot->Options, Tag + 8, Size - 8);
    BootFoldBackslashes(Boot->Options);
    return NULL;
}

static const CHAR *
BootTakeModule(UCHAR *Tag, ULONG Size, PBOOT_INFORMATION Boot)
{
    PBOOT_MODULE Module = &Boot->Modules[Boot->ModuleCount];
    ULONG Start, End;

    if (Size < 17 || !BootIsTerminated(Tag + 16, Size - 16)) {
        return "a module's tag is damaged";
    }
    if (Boot->ModuleCount == BOOT_MAXIMUM_MODULES) {
        return "there are too many modules";
    }
    Start = BootRead32(Tag + 8);
    End = BootRead32(Tag + 12);
    if (End < Start) {
        return "a module ends before it begins";
    }
    Module->Base = Start;
    Module->Length = End - Start;
    Module->CommandLine = (const CHAR *)Tag + 16;
    BootFoldBackslashes((CHAR *)Tag + 16);
    Boot->ModuleCount++;
    return NULL;
}

static const CHAR *
BootTakeMemoryMap(const UCHAR *Tag, ULONG Size, PBOOT_INFORMATION Boot)
{
    ULONG EntrySize = (Size >= 16) ? BootRead32(Tag + 8) : 0;

    if (EntrySize < 24) {
        return "the memory map is damaged";
    }
    for (ULONG Offset = 16; Size - Offset >= EntrySize; Offset += EntrySize) {
        PBOOT_MEMORY_RANGE Range = &Boot->MemoryRanges[Boot->MemoryRangeCount];

        if (Boot->MemoryRangeCount == BOOT_MAXIMUM_MEMORY_RANGES) {
            return "the memory map is too long";
        }
        Range->Base = BootRead64(Tag + Offset);
        Range->Length = BootRead64(Tag + Offset + 8);
        Range->Type = (BOOT_MEMORY_TYPE)BootRead32(Tag + Offset + 16);
        Boot->MemoryRangeCount++;
    }
    return NULL;
}

/* Where GRUB put .symtab and its string table: names for stop reports. */
static const CHAR *
BootTakeSections(const UCHAR *Tag, ULONG Size, PBOOT_INFORMATION Boot)
{
    ULONG Count = (Size >= 20) ? BootRead32(Tag + 8) : 0;
    ULONG EntrySize = (Size >= 20) ? BootRead32(Tag + 12) : 0;

    if (EntrySize != ELF64_SECTION_SIZE || Count > (Size - 20) / ELF64_SECTION_SIZE) {
        return NULL; /* no names then */
    }
    for (ULONG Index = 0; Index < Count; Index++) {
        const UCHAR *Section = Tag + 20 + Index * ELF64_SECTION_SIZE;
        ULONG Link = BootRead32(Section + 40);

        if (BootRead32(Section + 4) == ELF_SECTION_SYMBOLS && Link < Count) {
            const UCHAR *Strings = Tag + 20 + Link * ELF64_SECTION_SIZE;

            Boot->SymbolBase = BootRead64(Section + 16);
            Boot->SymbolLength = BootRead64(Section + 32);
            Boot->StringBase = BootRead64(Strings + 16);
            Boot->StringLength = BootRead64(Strings + 32);
        }
    }
    return NULL;
}

static const CHAR *
BootTakeRsdp(const UCHAR *Tag, ULONG Size, PBOOT_INFORMATION Boot)
{
    ULONG Length = Size - 8;

    if (Length > sizeof(Boot->Rsdp)) {
        Length = sizeof(Boot->Rsdp);
    }
    if (Length > Boot->RsdpLength) { /* the newer one, when both are there */
        memcpy(Boot->Rsdp, Tag + 8, Length);
        Boot->RsdpLength = Length;
    }
    return NULL;
}

static const CHAR *
BootTakeTag(UCHAR *Tag, const MULTIBOOT_TAG *Head, PBOOT_INFORMATION Boot)
{
    switch (Head->Type) {
    case TAG_COMMAND_LINE:
        return BootTakeCommandLine(Tag, Head->Size, Boot);
    case TAG_MODULE:
        return BootTakeModule(Tag, Head->Size, Boot);
    case TAG_MEMORY_MAP:
        return BootTakeMemoryMap(Tag, Head->Size, Boot);
    case TAG_ELF_SECTIONS:
        return BootTakeSections(Tag, Head->Size, Boot);
    case TAG_RSDP_1:
    case TAG_RSDP_2:
        return BootTakeRsdp(Tag, Head->Size, Boot);
    default:
        return NULL;
    }
}

/* Fills Boot. Returns NULL, or a sentence about the tag that is wrong. */
const CHAR *
BootParseInformation(UCHAR *Information, PBOOT_INFORMATION Boot)
{
    ULONG Total = BootRead32(Information);
    ULONG Offset = 8;

    if (Total < 16 || Total > MAXIMUM_INFORMATION) {
        return "the boot information has an impossible size";
    }
    Boot->InformationLength = Total;
    while (Offset + sizeof(MULTIBOOT_TAG) <= Total) {
        UCHAR *Tag = Information + Offset;
        MULTIBOOT_TAG Head = {BootRead32(Tag), BootRead32(Tag + 4)};
        const CHAR *Wrong;

        if (Head.Type == TAG_END) {
            break;
        }
        if (Head.Size < sizeof(Head) || Head.Size > Total - Offset) {
            return "a boot information tag runs out of the information";
        }
        Wrong = BootTakeTag(Tag, &Head, Boot);
        if (Wrong != NULL) {
            return Wrong;
        }
        Offset += (Head.Size + 7) & ~7U;
    }
    return NULL;
}
