/*
 * What the files of ldr/ share: one image while it is being looked at or loaded.
 *
 * A PE file is whatever somebody put on the boot medium, so nothing in it is believed.
 * All reading goes through LDRP_VIEW, a piece of memory that knows its length, and copies
 * out: no structure of the file is ever pointed into, so its alignment does not matter
 * either. pe.c, relocate.c, bind.c, cookie.c, symbols.c and the unwinder work on views
 * alone and are run natively, and fuzzed, by tests/host/.
 */
#pragma once

#include <ntimage.h>
#include <wdm.h>
#include <internal/ldr.h>

#define LDRP_MAXIMUM_IMAGE    (64U << 20)
#define LDRP_MAXIMUM_SECTIONS 96
#define LDRP_MAXIMUM_MODULES  64   /* import descriptors of one image */
#define LDRP_MAXIMUM_IMPORTS  8192 /* imports from one module */

typedef struct _LDRP_VIEW {
    const UCHAR *Bytes;
    SIZE_T Length;
} LDRP_VIEW, *PLDRP_VIEW;

typedef struct _LDRP_IMAGE {
    const CHAR *Name; /* for the lines printed about it */
    BOOLEAN Verified;
    LDRP_VIEW File;
    LDRP_VIEW
    Memory; /* SizeOfImage bytes where the image is laid out; empty before that */
    ULONG64 PreferredBase;
    ULONG SizeOfImage; /* whole pages */
    ULONG SizeOfHeaders;
    ULONG EntryPoint;     /* offset in the image, inside an executable section */
    ULONG64 SectionTable; /* offset in the file */
    ULONG SectionCount;
    ULONG SymbolTable; /* COFF symbols: offset in the file and number; both 0 for none */
    ULONG SymbolCount;
    IMAGE_DATA_DIRECTORY Directories[IMAGE_NUMBEROF_DIRECTORY_ENTRIES];
} LDRP_IMAGE, *PLDRP_IMAGE;

/* ---- view.c --------------------------------------------------------------------------
 */
/* Copies Size bytes at Offset out of the view; FALSE when they are not all in it. */
BOOLEAN LdrpRead(const LDRP_VIEW *View, ULONG64 Offset, PVOID Out, SIZE_T Size);
/* The zero-terminated string at Offset, or NULL when its end is not in the view. */
const CHAR *LdrpString(const LDRP_VIEW *View, ULONG64 Offset);
/* Overwrites eight bytes of the image in memory; FALSE when they are not all in it. */
BOOLEAN LdrpWriteQuad(const LDRP_IMAGE *Image, ULONG64 Offset, ULONG64 Value);

/* ---- pe.c, layout.c: NULL when all is well, else what is wrong, for one line
 * ----------- */
const CHAR *LdrpParseImage(const CHAR *Name, const VOID *File, SIZE_T Length,
                           PLDRP_IMAGE Image);
BOOLEAN LdrpReadSection(const LDRP_IMAGE *Image, ULONG Index,
                        PIMAGE_SECTION_HEADER Section);
ULONG LdrpSectionSize(const IMAGE_SECTION_HEADER *Section); /* bytes in memory */
VOID LdrpCopyImage(PLDRP_IMAGE Image, PVOID Memory); /* Memory: SizeOfImage bytes */
const CHAR *LdrpRelocateImage(const LDRP_IMAGE *Image);

/* ---- bind.c, cookie.c
 * ------------------------------------------------------------------ */
NTSTATUS LdrpBindImports(PLDRP_IMAGE Image); /* sets Verified */
/* Replaces the default security cookie; FALSE when there is none to replace. */
BOOLEAN LdrpSeedCookie(const LDRP_IMAGE *Image, ULONG64 Seed);

/* ---- seal.c
 * ------------------------------------------------------------------------------ */
/* ARCH_PAGE_ flags for one section: never writable and executable both. */
ULONG LdrpSectionProtection(const CHAR *ImageName, const IMAGE_SECTION_HEADER *Section);
BOOLEAN LdrpSealImage(const LDRP_IMAGE *Image);

/* ---- list.c
 * ------------------------------------------------------------------------------ */
VOID LdrpInsertImage(PKLDR_DATA_TABLE_ENTRY Image);
VOID LdrpRemoveImage(PKLDR_DATA_TABLE_ENTRY Image);

/* ---- exports.c
 * ---------------------------------------------------------------------------- */
/* The table between two symbols of linker.ld: sorted sections .export.*, 16 bytes each.
 */
extern const LDR_EXPORT LdrExportTableStart[];
extern const LDR_EXPORT LdrExportTableEnd[];
/* TRUE when the names of [First, End) are strictly ascending. */
BOOLEAN LdrpIsSorted(const LDR_EXPORT *First, const LDR_EXPORT *End);
PVOID LdrpSearchExports(const LDR_EXPORT *First, const LDR_EXPORT *End, const CHAR *Name);

/* ---- unwind.c, unwindcode.c, epilogue.c
 * ----------------------------------------------------- */
/* Reads one word of the stack; FALSE when it is not mapped or not aligned. */
BOOLEAN LdrpReadStack(ULONG64 Address, PULONG64 Value);
/* Undoes the part of a prologue that has run. *MachineFrame: Rip and Rsp are final. */
BOOLEAN LdrpApplyUnwindInfo(const LDRP_VIEW *Memory,
                            IMAGE_RUNTIME_FUNCTION_ENTRY Function,
                            PLDR_UNWIND_CONTEXT Context, PBOOLEAN MachineFrame);
/* When Rip stands in an epilogue, runs the rest of it on Context and returns TRUE. */
BOOLEAN LdrpRunEpilogue(const LDRP_VIEW *Memory, ULONG Offset, ULONG FrameRegister,
                        PLDR_UNWIND_CONTEXT Context);
