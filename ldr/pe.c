/*
 * Is this file a driver we can load? Headers, section table and directories of a PE32+.
 *
 * Every rule here protects a later step: what passes can be copied, relocated, bound and
 * sealed without reading or writing outside the file and SizeOfImage. The answer is a
 * text, which the loader prints behind the module's name.
 */
#include "ldrp.h"
#include <internal/arch.h>
#include <internal/rtl.h>

static const CHAR *
LdrpCheckFileHeader(const IMAGE_FILE_HEADER *Header)
{
    if (Header->Machine != IMAGE_FILE_MACHINE_AMD64) {
        return "not an x64 image (machine is not 8664h)";
    }
    if ((Header->Characteristics & IMAGE_FILE_EXECUTABLE_IMAGE) == 0) {
        return "not linked to completion (an object file?)";
    }
    if (Header->NumberOfSections == 0 ||
        Header->NumberOfSections > LDRP_MAXIMUM_SECTIONS) {
        return "the number of sections is out of bounds";
    }
    return NULL;
}

static const CHAR *
LdrpCheckOptionalHeader(const IMAGE_OPTIONAL_HEADER64 *Header, SIZE_T FileLength)
{
    if (Header->Magic != IMAGE_NT_OPTIONAL_HDR64_MAGIC) {
        return "not PE32+";
    }
    if (Header->Subsystem != IMAGE_SUBSYSTEM_NATIVE) {
        return "not a driver (subsystem is not native)";
    }
    if (Header->SectionAlignment < PAGE_SIZE ||
        Header->SectionAlignment % PAGE_SIZE != 0) {
        return "sections are not aligned to pages";
    }
    if (Header->SizeOfImage == 0 || Header->SizeOfImage > LDRP_MAXIMUM_IMAGE) {
        return "SizeOfImage is zero or above 64 MiB";
    }
    if (Header->SizeOfHeaders > FileLength ||
        Header->SizeOfHeaders > Header->SizeOfImage) {
        return "SizeOfHeaders is beyond the file or the image";
    }
    return NULL;
}

ULONG
LdrpSectionSize(const IMAGE_SECTION_HEADER *Section)
{
    return Section->Misc.VirtualSize != 0 ? Section->Misc.VirtualSize
                                          : Section->SizeOfRawData;
}

BOOLEAN
LdrpReadSection(const LDRP_IMAGE *Image, ULONG Index, PIMAGE_SECTION_HEADER Section)
{
    return Index < Image->SectionCount &&
           LdrpRead(&Image->File,
                    Image->SectionTable + (ULONG64)Index * sizeof(IMAGE_SECTION_HEADER),
                    Section, sizeof(*Section));
}

/* *End: in, where the part of the image before this section ends; out, where this one
 * does. */
static const CHAR *
LdrpCheckSection(const LDRP_IMAGE *Image, const IMAGE_SECTION_HEADER *Section,
                 PULONG64 End)
{
    ULONG64 Start = Section->VirtualAddress;

    if (Start % PAGE_SIZE != 0) {
        return "a section does not start at a page";
    }
    if (Start < *End) {
        return "sections overlap, or are out of order";
    }
    *End = Start + LdrpSectionSize(Section);
    if (*End > Image->SizeOfImage) {
        return "a section ends beyond SizeOfImage";
    }
    if (Section->PointerToRawData != 0 &&
        (ULONG64)Section->PointerToRawData + Section->SizeOfRawData >
            Image->File.Length) {
        return "a section's contents are beyond the end of the file";
    }
    return NULL;
}

static const CHAR *
LdrpCheckSections(const LDRP_IMAGE *Image)
{
    ULONG64 End = Image->SizeOfHeaders;
    BOOLEAN EntryIsCode = FALSE;
    IMAGE_SECTION_HEADER Section;

    if (Image->SectionTable + (ULONG64)Image->SectionCount * sizeof(Section) >
        Image->SizeOfHeaders) {
        return "the section table is beyond the headers";
    }
    for (ULONG Index = 0; LdrpReadSection(Image, Index, &Section); Index++) {
        const CHAR *Problem = LdrpCheckSection(Image, &Section, &End);

        if (Problem != NULL) {
            return Problem;
        }
        if ((Section.Characteristics & IMAGE_SCN_MEM_EXECUTE) != 0 &&
            Image->EntryPoint >= Section.VirtualAddress && Image->EntryPoint < End) {
            EntryIsCode = TRUE;
        }
    }
    return EntryIsCode ? NULL : "the entry point is not in an executable section";
}

static const CHAR *
LdrpCheckDirectories(const LDRP_IMAGE *Image)
{
    static const UCHAR Used[] = {
        IMAGE_DIRECTORY_ENTRY_EXPORT,    IMAGE_DIRECTORY_ENTRY_IMPORT,
        IMAGE_DIRECTORY_ENTRY_EXCEPTION, IMAGE_DIRECTORY_ENTRY_BASERELOC,
        IMAGE_DIRECTORY_ENTRY_IAT,       IMAGE_DIRECTORY_ENTRY_LOAD_CONFIG};

    for (ULONG Index = 0; Index < sizeof(Used); Index++) {
        const IMAGE_DATA_DIRECTORY *Directory = &Image->Directories[Used[Index]];

        if ((ULONG64)Directory->VirtualAddress + Directory->Size > Image->SizeOfImage) {
            return "a data directory is beyond SizeOfImage";
        }
    }
    return NULL;
}

/* Takes over the directories the file really has; the rest stay empty. */
static BOOLEAN
LdrpReadDirectories(PLDRP_IMAGE Image, ULONG64 Offset, ULONG HeaderSize, ULONG Count)
{
    SIZE_T Length;

    Count = min(Count, IMAGE_NUMBEROF_DIRECTORY_ENTRIES);
    Length = Count * sizeof(IMAGE_DATA_DIRECTORY);
    return FIELD_OFFSET(IMAGE_OPTIONAL_HEADER64, DataDirectory) + Length <= HeaderSize &&
           LdrpRead(&Image->File, Offset, Image->Directories, Length);
}

/*
 * Checks the file and fills *Image (Memory stays empty). Returns NULL, or what is wrong.
 * Pure: reads nothing but File[0..Length). Any IRQL.
 */
const CHAR *
LdrpParseImage(const CHAR *Name, const VOID *File, SIZE_T Length, PLDRP_IMAGE Image)
{
    IMAGE_DOS_HEADER Dos;
    IMAGE_NT_HEADERS64 Nt;
    ULONG64 Optional;
    const CHAR *Problem;

    memset(Image, 0, sizeof(*Image));
    Image->Name = Name;
    Image->File.Bytes = File;
    Image->File.Length = Length;
    if (!LdrpRead(&Image->File, 0, &Dos, sizeof(Dos)) ||
        Dos.e_magic != IMAGE_DOS_SIGNATURE) {
        return "not a PE file (no MZ header)";
    }
    /* The data directories at the end of the structure are optional: read without them.
     */
    if (!LdrpRead(&Image->File, (ULONG)Dos.e_lfanew, &Nt,
                  FIELD_OFFSET(IMAGE_NT_HEADERS64, OptionalHeader.DataDirectory)) ||
        Nt.Signature != IMAGE_NT_SIGNATURE) {
        return "not a PE file (no PE header)";
    }
    Problem = LdrpCheckFileHeader(&Nt.FileHeader);
    if (Problem == NULL) {
        Problem = LdrpCheckOptionalHeader(&Nt.OptionalHeader, Length);
    }
    if (Problem != NULL) {
        return Problem;
    }
    Optional =
        (ULONG)Dos.e_lfanew + (ULONG64)FIELD_OFFSET(IMAGE_NT_HEADERS64, OptionalHeader);
    if (!LdrpReadDirectories(
            Image, Optional + FIELD_OFFSET(IMAGE_OPTIONAL_HEADER64, DataDirectory),
            Nt.FileHeader.SizeOfOptionalHeader, Nt.OptionalHeader.NumberOfRvaAndSizes)) {
        return "the optional header is shorter than its directories";
    }
    Image->PreferredBase = Nt.OptionalHeader.ImageBase;
    Image->SizeOfImage = (ULONG)ALIGN_UP_BY(Nt.OptionalHeader.SizeOfImage, PAGE_SIZE);
    Image->SizeOfHeaders = Nt.OptionalHeader.SizeOfHeaders;
    Image->EntryPoint = Nt.OptionalHeader.AddressOfEntryPoint;
    Image->SectionTable = Optional + Nt.FileHeader.SizeOfOptionalHeader;
    Image->SectionCount = Nt.FileHeader.NumberOfSections;
    Image->SymbolTable = Nt.FileHeader.PointerToSymbolTable;
    Image->SymbolCount = Nt.FileHeader.NumberOfSymbols;
    Problem = LdrpCheckSections(Image);
    return Problem != NULL ? Problem : LdrpCheckDirectories(Image);
}
