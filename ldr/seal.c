/*
 * Sealing: after binding, no page of an image is writable and executable both, and import
 * tables are read-only.
 */
#include "ldrp.h"
#include <internal/arch.h>
#include <internal/mm.h>
#include <internal/rtl.h>

/*
 * Protection of one section. MSVC marks INIT sections writable and executable: code stays
 * code and loses the write access; what is not code loses the execute access. GNU ld puts
 * the import address table into a writable .idata, which nobody writes after binding.
 */
ULONG
LdrpSectionProtection(const CHAR *ImageName, const IMAGE_SECTION_HEADER *Section)
{
    ULONG Flags = Section->Characteristics;
    BOOLEAN Writable = (Flags & IMAGE_SCN_MEM_WRITE) != 0;
    BOOLEAN Executable = (Flags & IMAGE_SCN_MEM_EXECUTE) != 0;

    if (Writable && Executable) {
        BOOLEAN Code = (Flags & IMAGE_SCN_CNT_CODE) != 0;

        DbgPrint(
            "%s: section %.8s is writable and executable; loaded without %s access\n",
            ImageName, Section->Name, Code ? "write" : "execute");
        Writable = !Code;
        Executable = Code;
    }
    if (memcmp(Section->Name, ".idata\0", IMAGE_SIZEOF_SHORT_NAME) == 0) {
        Writable = FALSE;
    }
    return (Writable ? ARCH_PAGE_WRITE : 0) | (Executable ? ARCH_PAGE_EXECUTE : 0);
}

/*
 * Gives headers and gaps read access, each section what it is due. FALSE when a page
 * could not be changed. PASSIVE_LEVEL.
 */
BOOLEAN
LdrpSealImage(const LDRP_IMAGE *Image)
{
    PUCHAR Base = (PUCHAR)Image->Memory.Bytes;
    IMAGE_SECTION_HEADER Section;

    if (!MmProtectSystemPages(Base, Image->SizeOfImage / PAGE_SIZE, 0)) {
        return FALSE;
    }
    for (ULONG Index = 0; LdrpReadSection(Image, Index, &Section); Index++) {
        ULONG Protection = LdrpSectionProtection(Image->Name, &Section);
        ULONG64 Pages = ALIGN_UP_BY(LdrpSectionSize(&Section), PAGE_SIZE) / PAGE_SIZE;

        if (Protection != 0 && Pages != 0 &&
            !MmProtectSystemPages(Base + Section.VirtualAddress, Pages, Protection)) {
            return FALSE;
        }
    }
    return TRUE;
}
