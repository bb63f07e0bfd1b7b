/*
 * The named calls that go up a layer, all of them. Everything else upward is a registered
 * pointer. tools/check_layers reads this file.
 */
#pragma once

#include <internal/trap.h>

/* arch -> ke: an exception, or a vector nobody owns (arch/x86_64/trap.asm, vectors.asm).
 */
VOID KiDispatchTrap(ULONG Vector, PKTRAP_FRAME Frame);
VOID KiUnexpectedEntry(VOID);
/* arch -> ke: a new thread's first call (arch/x86_64/switch.asm). */
VOID KiRunThread(VOID);
/* ke -> mm, ldr: what a stop report needs to read a stack and name an address. */
BOOLEAN MmIsRangeMapped(ULONG64 Address, SIZE_T Length);
BOOLEAN MmIsGuardAddress(ULONG64 Address);
struct _KLDR_DATA_TABLE_ENTRY;
struct _KLDR_DATA_TABLE_ENTRY *LdrFindImage(ULONG_PTR Address);
struct _LDR_UNWIND_CONTEXT;
BOOLEAN LdrUnwindFrame(struct _LDR_UNWIND_CONTEXT *Context);
BOOLEAN LdrDescribeAddress(ULONG_PTR Address, CHAR *Buffer, SIZE_T Size);
/* ke -> ex: whether a page fault hit the special pool, and whose block that was. Any IRQL. */
typedef enum _EX_SPECIAL_FAULT {
    ExNoSpecialFault,
    ExBeyondBlockFault,
    ExFreedBlockFault
} EX_SPECIAL_FAULT;
EX_SPECIAL_FAULT ExQuerySpecialFault(ULONG64 Address);
BOOLEAN ExDescribeSpecialBlock(ULONG64 Address, CHAR *Buffer, SIZE_T Size);
