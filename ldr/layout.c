/*
 * Laying an image out in memory: sections to their places, then base relocations.
 */
#include "ldrp.h"
#include <internal/arch.h>
#include <internal/rtl.h>

/* What a block of relocations begins with; its entries, 16 bits each, follow. */
#define LDRP_RELOCATION_TYPE(Entry)   ((Entry) >> 12)
#define LDRP_RELOCATION_OFFSET(Entry) ((Entry)&0xFFF)

/*
 * Copies headers and sections of a parsed image to Memory (SizeOfImage bytes, writable)
 * and zeroes the rest; Memory becomes Image->Memory. The parser's checks make every copy
 * fit.
 */
VOID
LdrpCopyImage(PLDRP_IMAGE Image, PVOID Memory)
{
    IMAGE_SECTION_HEADER Section;

    memset(Memory, 0, Image->SizeOfImage);
    memcpy(Memory, Image->File.Bytes, Image->SizeOfHeaders);
    for (ULONG Index = 0; LdrpReadSection(Image, Index, &Section); Index++) {
        ULONG Room = LdrpSectionSize(&Section);

        /* Raw data is padded to the file alignment; the padding is not part of it. */
        if (Section.PointerToRawData != 0) {
            memcpy((PUCHAR)Memory + Section.VirtualAddress,
                   Image->File.Bytes + Section.PointerToRawData,
                   min(Section.SizeOfRawData, Room));
        }
    }
    Image->Memory.Bytes = Memory;
    Image->Memory.Length = Image->SizeOfImage;
}

static const CHAR *
LdrpRelocateOne(const LDRP_IMAGE *Image, ULONG Page, USHORT Entry, ULONG64 Distance)
{
    ULONG64 Offset = (ULONG64)Page + LDRP_RELOCATION_OFFSET(Entry);
    ULONG64 Value;

    switch (LDRP_RELOCATION_TYPE(Entry)) {
    case IMAGE_REL_BASED_ABSOLUTE:
        return NULL; /* padding */
    case IMAGE_REL_BASED_DIR64:
        if (!LdrpRead(&Image->Memory, Offset, &Value, sizeof(Value)) ||
            !LdrpWriteQuad(Image, Offset, Value + Distance)) {
            return "a base relocation lies beyond SizeOfImage";
        }
        return NULL;
    default:
        return "a base relocation is of a type x64 does not have";
    }
}

/* Applies the entries of one block, which ends at BlockEnd. */
static const CHAR *
LdrpRelocateBlock(const LDRP_IMAGE *Image, ULONG64 BlockStart, ULONG64 BlockEnd,
                  ULONG Page)
{
    ULONG64 Distance = (ULONG_PTR)Image->Memory.Bytes - Image->PreferredBase;
    ULONG64 Offset = BlockStart + sizeof(IMAGE_BASE_RELOCATION);
    USHORT Entry;

    for (; Offset + sizeof(Entry) <= BlockEnd; Offset += sizeof(Entry)) {
        const CHAR *Problem = "the relocation table ends beyond SizeOfImage";

        if (LdrpRead(&Image->Memory, Offset, &Entry, sizeof(Entry))) {
            Problem = LdrpRelocateOne(Image, Page, Entry, Distance);
        }
        if (Problem != NULL) {
            return Problem;
        }
    }
    return NULL;
}

/*
 * Adds the distance between the preferred base and Image->Memory wherever the relocation
 * table says. An image without the table needs none (x64 code is relative to RIP).
 * Returns NULL, or what is wrong; the image is then half relocated and only fit to be
 * freed.
 */
const CHAR *
LdrpRelocateImage(const LDRP_IMAGE *Image)
{
    const IMAGE_DATA_DIRECTORY *Table =
        &Image->Directories[IMAGE_DIRECTORY_ENTRY_BASERELOC];
    ULONG64 Offset = Table->VirtualAddress;
    ULONG64 End = Offset + Table->Size;
    IMAGE_BASE_RELOCATION Block;

    while (End - Offset >= sizeof(Block)) {
        const CHAR *Problem = "a block of base relocations has an impossible size";

        if (LdrpRead(&Image->Memory, Offset, &Block, sizeof(Block)) &&
            Block.SizeOfBlock >= sizeof(Block) && Block.SizeOfBlock <= End - Offset) {
            Problem = LdrpRelocateBlock(Image, Offset, Offset + Block.SizeOfBlock,
                                        Block.VirtualAddress);
        }
        if (Problem != NULL) {
            return Problem;
        }
        Offset += Block.SizeOfBlock;
    }
    return NULL;
}
