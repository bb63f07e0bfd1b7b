/*
 * Loading and unloading one image, step by step.
 *
 * The file itself stays where GRUB put it for the life of the kernel; the image is a
 * second copy, laid out by its sections in pages of its own, whose protection can differ.
 */
#include "ldrp.h"
#include <internal/arch.h>
#include <internal/mm.h>
#include <internal/rtl.h>

#define LDRP_ENTRY_TAG 0x4D72644C /* "LdrM", in the order memory has it */

/* Lays out, relocates, binds, seeds and seals a parsed image in Memory. */
static NTSTATUS
LdrpPrepareImage(PLDRP_IMAGE Image, PVOID Memory)
{
    const CHAR *Problem;
    NTSTATUS Status;

    LdrpCopyImage(Image, Memory);
    Problem = LdrpRelocateImage(Image);
    if (Problem != NULL) {
        DbgPrint("%s: %s\n", Image->Name, Problem);
        return STATUS_INVALID_IMAGE_FORMAT;
    }
    Status = LdrpBindImports(Image);
    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    LdrpSeedCookie(Image, ArchReadTimeStamp() * 0x9E3779B97F4A7C15ULL);
    return LdrpSealImage(Image) ? STATUS_SUCCESS : STATUS_NO_MEMORY;
}

static VOID
LdrpFillEntry(PKLDR_DATA_TABLE_ENTRY Entry, const LDRP_IMAGE *Image)
{
    const IMAGE_DATA_DIRECTORY *Exceptions =
        &Image->Directories[IMAGE_DIRECTORY_ENTRY_EXCEPTION];
    PUCHAR Base = (PUCHAR)Image->Memory.Bytes;

    memset(Entry, 0, sizeof(*Entry));
    Entry->DllBase = Base;
    Entry->EntryPoint = (PDRIVER_INITIALIZE)(Base + Image->EntryPoint);
    Entry->SizeOfImage = Image->SizeOfImage;
    RtlFormat(Entry->BaseName, sizeof(Entry->BaseName), "%s", Image->Name);
    if (Exceptions->Size != 0) {
        Entry->ExceptionTable = Base + Exceptions->VirtualAddress;
        Entry->ExceptionTableSize = Exceptions->Size;
    }
    Entry->FileBase = Image->File.Bytes;
    Entry->FileLength = Image->File.Length;
    Entry->Verified = Image->Verified;
}

/*
 * Loads File (FileLength bytes, which must stay in place) under BaseName. *Image gets the
 * entry of the loaded image, which LdrUnloadImage frees. STATUS_INVALID_IMAGE_FORMAT,
 * STATUS_ENTRYPOINT_NOT_FOUND, STATUS_NO_MEMORY: nothing is left behind, and one line or
 * more on the console says why. PASSIVE_LEVEL.
 */
NTSTATUS
LdrLoadImage(const CHAR *BaseName, const VOID *File, SIZE_T FileLength,
             PKLDR_DATA_TABLE_ENTRY *Image)
{
    LDRP_IMAGE Parsed;
    const CHAR *Problem = LdrpParseImage(BaseName, File, FileLength, &Parsed);
    PKLDR_DATA_TABLE_ENTRY Entry;
    PVOID Memory = NULL;
    NTSTATUS Status;

    if (Problem != NULL) {
        DbgPrint("%s: %s\n", BaseName, Problem);
        return STATUS_INVALID_IMAGE_FORMAT;
    }
    Entry = ExAllocatePoolWithTag(NonPagedPoolNx, sizeof(*Entry), LDRP_ENTRY_TAG);
    if (Entry != NULL) {
        Memory = MmAllocateSystemPages(Parsed.SizeOfImage / PAGE_SIZE, ARCH_PAGE_WRITE);
    }
    if (Memory == NULL) {
        DbgPrint("%s: no memory for %u KiB of image\n", BaseName,
                 Parsed.SizeOfImage / 1024);
        Status = STATUS_NO_MEMORY;
        goto Fail;
    }
    Status = LdrpPrepareImage(&Parsed, Memory);
    if (!NT_SUCCESS(Status)) {
        goto Fail;
    }
    LdrpFillEntry(Entry, &Parsed);
    LdrpInsertImage(Entry);
    *Image = Entry;
    return STATUS_SUCCESS;

Fail:
    if (Memory != NULL) {
        MmFreeSystemPages(Memory, Parsed.SizeOfImage / PAGE_SIZE);
    }
    if (Entry != NULL) {
        ExFreePoolWithTag(Entry, LDRP_ENTRY_TAG);
    }
    return Status;
}

/*
 * Takes the image off the list and frees its pages and its entry. Nothing of it may run,
 * be queued or be pointed to any more. PASSIVE_LEVEL.
 */
VOID
LdrUnloadImage(PKLDR_DATA_TABLE_ENTRY Image)
{
    LdrpRemoveImage(Image);
    MmFreeSystemPages(Image->DllBase, Image->SizeOfImage / PAGE_SIZE);
    ExFreePoolWithTag(Image, LDRP_ENTRY_TAG);
}
