/*
 * The loader's pure files and what they call below them, for test_pe.c and fuzz_pe.c: a
 * console that is a buffer, a memory manager that notes what it is asked, one image.
 */
#pragma once

#include "../../rtl/number.c"
#include "../../rtl/output.c"
#include "../../rtl/format.c"
#include "../../rtl/nocase.c"
#include "../../rtl/convert.c"
#include "../../ldr/view.c"
#include "../../ldr/pe.c"
#include "../../ldr/layout.c"
#include "../../ldr/bind.c"
#include "../../ldr/cookie.c"
#include "../../ldr/seal.c"
#include "../../ldr/symbols.c"
#include "../../ldr/unwindcode.c"
#include "../../ldr/epilogue.c"
#include "../../ldr/unwind.c"

/* The export table: two names, as the linker would sort them. */
static const LDR_EXPORT StubExports[] = {{"DbgPrint", 0x1111}, {"KeBugCheckEx", 0x2222}};
#define LdrExportTableStart StubExports
#define LdrExportTableEnd   (StubExports + RTL_NUMBER_OF(StubExports))
#include "../../ldr/exports.c"

static CHAR StubConsole[4096];
static ULONG StubConsoleLength;

ULONG
NTAPI
DbgPrint(PCSTR Format, ...)
{
    NTVALIST Arguments;
    SIZE_T Room = sizeof(StubConsole) - StubConsoleLength;
    ULONG Length;

    __builtin_ms_va_start(Arguments, Format);
    Length = RtlFormatMsV(StubConsole + StubConsoleLength, Room, Format, Arguments);
    __builtin_ms_va_end(Arguments);
    StubConsoleLength += (ULONG)min(Length, Room - 1);
    return 0;
}

/* What LdrpSealImage asked for, by page. */
static UCHAR StubProtection[LDRP_MAXIMUM_IMAGE / PAGE_SIZE];
static PVOID StubImageBase;

BOOLEAN
MmProtectSystemPages(PVOID Address, ULONG64 Count, ULONG Protection)
{
    ULONG64 First = ((ULONG_PTR)Address - (ULONG_PTR)StubImageBase) / PAGE_SIZE;

    for (ULONG64 Page = First; Page < First + Count; Page++) {
        StubProtection[Page] = (UCHAR)Protection;
    }
    return TRUE;
}

static KLDR_DATA_TABLE_ENTRY StubEntry;

PKLDR_DATA_TABLE_ENTRY
LdrFindImage(ULONG_PTR Address)
{
    BOOLEAN Inside = Address - (ULONG_PTR)StubEntry.DllBase < StubEntry.SizeOfImage;

    return Inside ? &StubEntry : NULL;
}

static ULONG64 StubStack[64];

BOOLEAN
MmIsRangeMapped(ULONG64 Address, SIZE_T Length)
{
    ULONG64 Offset = Address - (ULONG_PTR)StubStack;

    return Offset < sizeof(StubStack) && Length <= sizeof(StubStack) - Offset;
}

/* Makes the loaded image the one that LdrFindImage knows. */
static void
StubPublish(const LDRP_IMAGE *Image)
{
    const IMAGE_DATA_DIRECTORY *Exceptions =
        &Image->Directories[IMAGE_DIRECTORY_ENTRY_EXCEPTION];

    StubEntry.DllBase = (PVOID)Image->Memory.Bytes;
    StubEntry.SizeOfImage = Image->SizeOfImage;
    RtlFormat(StubEntry.BaseName, sizeof(StubEntry.BaseName), "%s", Image->Name);
    StubEntry.ExceptionTable = (PUCHAR)StubEntry.DllBase + Exceptions->VirtualAddress;
    StubEntry.ExceptionTableSize = Exceptions->Size;
    StubEntry.FileBase = Image->File.Bytes;
    StubEntry.FileLength = Image->File.Length;
}
