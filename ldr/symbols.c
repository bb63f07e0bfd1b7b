/*
 * From an address in an image to "e1000.sys!E1000Isr+0x12 [+0x1512]".
 *
 * GNU ld leaves the COFF symbol table in the file, and the file stays in memory, so
 * symbols cost nothing to keep. Where there is none (MSVC), the export directory is the
 * second try. Used by the bug check path: no lock, no allocation, and every read bounded.
 */
#include "ldrp.h"
#include <internal/rtl.h>

#define LDRP_FUNCTION_TYPE 0x20 /* "function returning", as COFF types are written */

/* One record of the COFF symbol table: 18 bytes, without padding. */
typedef struct __attribute__((packed)) _LDRP_SYMBOL {
    CHAR ShortName[8]; /* up to 8 characters; or four zeros, then an offset (ULONG) */
    ULONG Value;       /* offset in its section */
    SHORT SectionNumber;
    USHORT Type;
    UCHAR StorageClass;
    UCHAR NumberOfAuxSymbols;
} LDRP_SYMBOL;

C_ASSERT(sizeof(LDRP_SYMBOL) == 18);

#define LDRP_CLASS_EXTERNAL 2
#define LDRP_CLASS_STATIC   3
#define LDRP_LONGEST_SYMBOL 63 /* the rest of a longer name is not printed */

/* The best symbol so far. */
typedef struct _LDRP_NEAREST {
    ULONG Offset; /* of the symbol in the image */
    BOOLEAN Found;
    BOOLEAN Function;
    CHAR Name[LDRP_LONGEST_SYMBOL + 1];
} LDRP_NEAREST, *PLDRP_NEAREST;

/* The number (from 1, as symbols count them) of the section Offset lies in, or 0. */
static ULONG
LdrpFindSection(const LDRP_IMAGE *Image, ULONG Offset, PIMAGE_SECTION_HEADER Section)
{
    for (ULONG Index = 0; LdrpReadSection(Image, Index, Section); Index++) {
        if (Offset - Section->VirtualAddress < LdrpSectionSize(Section)) {
            return Index + 1;
        }
    }
    return 0;
}

/* A name is eight bytes in place, or an offset into the strings behind the symbols. Not
   always terminated before its eighth byte. */
static const CHAR *
LdrpSymbolName(const LDRP_IMAGE *Image, const LDRP_SYMBOL *Symbol, ULONG *Length)
{
    ULONG64 Strings =
        Image->SymbolTable + (ULONG64)Image->SymbolCount * sizeof(LDRP_SYMBOL);
    const CHAR *Name;
    ULONG Words[2];

    memcpy(Words, Symbol->ShortName, sizeof(Words));
    *Length = sizeof(Symbol->ShortName);
    if (Words[0] != 0) {
        return (const CHAR *)Symbol->ShortName;
    }
    Name = LdrpString(&Image->File, Strings + Words[1]);
    *Length = LDRP_LONGEST_SYMBOL;
    return (Name != NULL) ? Name : "?";
}

/* Names of sections and of the compiler's own labels begin with a dot. */
static BOOLEAN
LdrpIsNamedCode(const LDRP_IMAGE *Image, const LDRP_SYMBOL *Symbol)
{
    ULONG Length;

    return (Symbol->StorageClass == LDRP_CLASS_EXTERNAL ||
            Symbol->StorageClass == LDRP_CLASS_STATIC) &&
           *LdrpSymbolName(Image, Symbol, &Length) != '.';
}

/* Takes Symbol when it is nearer to Offset than the best so far, or as near and a
 * function. */
static VOID
LdrpConsiderSymbol(const LDRP_IMAGE *Image, const LDRP_SYMBOL *Symbol, ULONG Base,
                   ULONG Offset, PLDRP_NEAREST Best)
{
    ULONG64 Place = (ULONG64)Base + Symbol->Value;
    BOOLEAN Function = Symbol->Type == LDRP_FUNCTION_TYPE;

    const CHAR *Name;
    ULONG Length;

    if (Place > Offset) {
        return;
    }
    if (Best->Found && (Place < Best->Offset ||
                        (Place == Best->Offset && (Best->Function || !Function)))) {
        return;
    }
    if (!LdrpIsNamedCode(Image, Symbol)) {
        return;
    }
    Best->Found = TRUE;
    Best->Function = Function;
    Best->Offset = (ULONG)Place;
    Name = LdrpSymbolName(Image, Symbol, &Length);
    RtlFormat(Best->Name, sizeof(Best->Name), "%.*s", (int)Length, Name);
}

static VOID
LdrpSearchSymbols(const LDRP_IMAGE *Image, ULONG Offset, PLDRP_NEAREST Best)
{
    IMAGE_SECTION_HEADER Section;
    ULONG Number = LdrpFindSection(Image, Offset, &Section);
    LDRP_SYMBOL Symbol;

    if (Number == 0 || Image->SymbolTable == 0) {
        return;
    }
    for (ULONG64 Index = 0; Index < Image->SymbolCount;
         Index += 1 + Symbol.NumberOfAuxSymbols) {
        if (!LdrpRead(&Image->File, Image->SymbolTable + Index * sizeof(LDRP_SYMBOL),
                      &Symbol, sizeof(LDRP_SYMBOL))) {
            return;
        }
        if (Symbol.SectionNumber == (SHORT)Number) {
            LdrpConsiderSymbol(Image, &Symbol, Section.VirtualAddress, Offset, Best);
        }
    }
}

/* The nearest exported name at or below Offset, from the image as it lies in memory. */
static VOID
LdrpSearchExportDirectory(const LDRP_IMAGE *Image, ULONG Offset, PLDRP_NEAREST Best)
{
    const LDRP_VIEW *Memory = &Image->Memory;
    ULONG Table = Image->Directories[IMAGE_DIRECTORY_ENTRY_EXPORT].VirtualAddress;
    IMAGE_EXPORT_DIRECTORY Directory;

    if (Table == 0 || !LdrpRead(Memory, Table, &Directory, sizeof(Directory))) {
        return;
    }
    for (ULONG64 Index = 0; Index < Directory.NumberOfNames; Index++) {
        const CHAR *Text;
        ULONG Name, Place;
        USHORT Ordinal;

        if (!LdrpRead(Memory, Directory.AddressOfNames + Index * 4, &Name, 4) ||
            !LdrpRead(Memory, Directory.AddressOfNameOrdinals + Index * 2, &Ordinal, 2) ||
            !LdrpRead(Memory, Directory.AddressOfFunctions + (ULONG64)Ordinal * 4, &Place,
                      4) ||
            (Text = LdrpString(Memory, Name)) == NULL) {
            return;
        }
        if (Place <= Offset && (!Best->Found || Place > Best->Offset)) {
            Best->Found = TRUE;
            Best->Offset = Place;
            RtlFormat(Best->Name, sizeof(Best->Name), "%s", Text);
        }
    }
}

/*
 * Writes where Address lies, at most Size bytes with the terminator. FALSE, with Buffer
 * untouched, when it is in no image. Any IRQL; callers as for LdrFindImage.
 */
BOOLEAN
LdrDescribeAddress(ULONG_PTR Address, CHAR *Buffer, SIZE_T Size)
{
    PKLDR_DATA_TABLE_ENTRY Entry = LdrFindImage(Address);
    LDRP_NEAREST Best = {0};
    LDRP_IMAGE Image;
    ULONG Offset;

    if (Entry == NULL) {
        return FALSE;
    }
    Offset = (ULONG)(Address - (ULONG_PTR)Entry->DllBase);
    if (LdrpParseImage(Entry->BaseName, Entry->FileBase, Entry->FileLength, &Image) ==
        NULL) {
        Image.Memory.Bytes = Entry->DllBase;
        Image.Memory.Length = Entry->SizeOfImage;
        LdrpSearchSymbols(&Image, Offset, &Best);
        if (!Best.Found) {
            LdrpSearchExportDirectory(&Image, Offset, &Best);
        }
    }
    if (Best.Found) {
        RtlFormat(Buffer, Size, "%s!%s+0x%x [+0x%x]", Entry->BaseName, Best.Name,
                  Offset - Best.Offset, Offset);
    } else {
        RtlFormat(Buffer, Size, "%s+0x%x", Entry->BaseName, Offset);
    }
    return TRUE;
}
