/*
 * Loading PE32+ images, and the table of what the kernel exports to them.
 *
 * EXPORT(Name) beside a definition puts {"Name", Name} in section .export.Name; the
 * linker sorts the sections, so the table needs no registration and is searched by
 * halving.
 */
#pragma once

#include <wdm.h>

typedef struct _LDR_EXPORT {
    const CHAR *Name;
    ULONG_PTR Address;
} LDR_EXPORT;

#define EXPORT(Name)                  LDR_EXPORT_ENTRY(Name, &Name)
#define EXPORT_AS(PublicName, Symbol) LDR_EXPORT_ENTRY(PublicName, &Symbol)
#define LDR_EXPORT_ENTRY(PublicName, Target)                                             \
    __attribute__((section(".export." #PublicName), used,                                \
                   aligned(16))) static const LDR_EXPORT LdrExport_##PublicName = {      \
        #PublicName, (ULONG_PTR)(Target)}

/* Checks that the linker sorted the table, once at boot; FALSE: the build is wrong. */
BOOLEAN LdrInitializeExports(VOID);

/* Address of an exported routine or variable by name, or NULL. Any IRQL. */
PVOID LdrFindExport(const CHAR *Name);

/* One loaded image; NT's tag and the members WinDbg's users know. */
typedef struct _KLDR_DATA_TABLE_ENTRY {
    LIST_ENTRY InLoadOrderLinks;
    PVOID DllBase;
    PDRIVER_INITIALIZE EntryPoint;
    ULONG SizeOfImage;
    CHAR BaseName[64];    /* "e1000.sys" */
    PVOID ExceptionTable; /* .pdata, or NULL */
    ULONG ExceptionTableSize;
    const VOID *FileBase; /* the module as GRUB left it: COFF symbols, section names */
    SIZE_T FileLength;
    BOOLEAN Verified; /* its imports lead to the verifier */
} KLDR_DATA_TABLE_ENTRY, *PKLDR_DATA_TABLE_ENTRY;

/*
 * Loads one PE file: checks, copies sections, relocates, binds imports, seeds the
 * security cookie, seals the sections. Every missing import is named on the console.
 * STATUS_INVALID_IMAGE_FORMAT, STATUS_ENTRYPOINT_NOT_FOUND (an import), STATUS_NO_MEMORY.
 * PASSIVE_LEVEL.
 */
NTSTATUS LdrLoadImage(const CHAR *BaseName, const VOID *File, SIZE_T FileLength,
                      PKLDR_DATA_TABLE_ENTRY *Image);
VOID LdrUnloadImage(PKLDR_DATA_TABLE_ENTRY Image);

/* The verifier's part in loading; it registers once, before the first driver. */
typedef struct _LDR_VERIFIER {
    BOOLEAN (*IsVerified)(const CHAR *BaseName);
    /* What an import Name, whose routine or variable is Address, is bound to. */
    PVOID (*FindRoutine)(const CHAR *Name, PVOID Address);
} LDR_VERIFIER;
VOID LdrSetVerifier(const LDR_VERIFIER *Verifier);

/* The image that contains Address, or NULL. Any IRQL, lock-free: used by the bugcheck
 * path. */
PKLDR_DATA_TABLE_ENTRY LdrFindImage(ULONG_PTR Address);

/* From LdrLockImages to LdrUnlockImages no image goes, so that LdrFindImage and
   LdrDescribeAddress can be called while others unload. IRQL <= DISPATCH_LEVEL; in between
   at DISPATCH_LEVEL. */
KIRQL LdrLockImages(VOID);
VOID LdrUnlockImages(KIRQL OldIrql);

/* Nearest symbol at or below Address from the image's COFF symbols; writes
   "e1000.sys!E1000Isr+0x12 [+0x1512]" style text. FALSE when Address is in no image. */
BOOLEAN LdrDescribeAddress(ULONG_PTR Address, CHAR *Buffer, SIZE_T Size);

/* One step of unwinding through an image's .pdata/.xdata. Registers in nonvolatile order.
 */
typedef struct _LDR_UNWIND_CONTEXT {
    ULONG64 Rip;
    ULONG64 Rsp;
    ULONG64 Registers[16]; /* rax rcx rdx rbx rsp rbp rsi rdi r8..r15, as UNWIND_CODE
                              numbers them */
} LDR_UNWIND_CONTEXT, *PLDR_UNWIND_CONTEXT;

/* FALSE when Rip is in no image, the tables are damaged, or the stack would be left. The
   routine reads stack words only through MmIsRangeMapped-tested addresses. Any IRQL. */
BOOLEAN LdrUnwindFrame(PLDR_UNWIND_CONTEXT Context);
