/*
 * From a frame to its caller's, for code in loaded images.
 *
 * x64 images describe every function that touches the stack in .pdata: begin, end, and
 * where its unwind information is. A function without an entry is a leaf, whose return
 * address is at RSP. Used by the bug check's stack trace: the tables and the stack may be
 * what is broken, so everything is bounded and each word of the stack is tested before it
 * is read.
 */
#include "ldrp.h"
#include <internal/mm.h>

#define LDRP_REGISTER_RSP  4
#define LDRP_LARGEST_FRAME (1U << 20)

BOOLEAN
LdrpReadStack(ULONG64 Address, PULONG64 Value)
{
    if (Address % sizeof(ULONG64) != 0 || !MmIsRangeMapped(Address, sizeof(ULONG64))) {
        return FALSE;
    }
    *Value = *(const volatile ULONG64 *)(ULONG_PTR)Address;
    return TRUE;
}

/* The entry whose [BeginAddress, EndAddress) holds Offset. The table is sorted. */
static BOOLEAN
LdrpFindFunction(const LDRP_VIEW *Memory, ULONG64 Table, ULONG Count, ULONG Offset,
                 PIMAGE_RUNTIME_FUNCTION_ENTRY Function)
{
    ULONG First = 0;

    while (First < Count) {
        ULONG Middle = First + (Count - First) / 2;

        if (!LdrpRead(Memory, Table + (ULONG64)Middle * sizeof(*Function), Function,
                      sizeof(*Function))) {
            return FALSE;
        }
        if (Offset < Function->BeginAddress) {
            Count = Middle;
        } else if (Offset >= Function->EndAddress) {
            First = Middle + 1;
        } else {
            return TRUE;
        }
    }
    return FALSE;
}

/* Pops the return address. */
static BOOLEAN
LdrpReturn(PLDR_UNWIND_CONTEXT Context)
{
    if (!LdrpReadStack(Context->Rsp, &Context->Rip)) {
        return FALSE;
    }
    Context->Rsp += sizeof(ULONG64);
    return TRUE;
}

/* Unwinds within one image. */
static BOOLEAN
LdrpUnwindInImage(PKLDR_DATA_TABLE_ENTRY Image, PLDR_UNWIND_CONTEXT Context,
                  PBOOLEAN MachineFrame)
{
    LDRP_VIEW Memory = {Image->DllBase, Image->SizeOfImage};
    ULONG64 Table = (ULONG_PTR)Image->ExceptionTable - (ULONG_PTR)Image->DllBase;
    ULONG Offset = (ULONG)(Context->Rip - (ULONG_PTR)Image->DllBase);
    IMAGE_RUNTIME_FUNCTION_ENTRY Function;

    if (Image->ExceptionTable != NULL &&
        LdrpFindFunction(&Memory, Table, Image->ExceptionTableSize / sizeof(Function),
                         Offset, &Function)) {
        return LdrpApplyUnwindInfo(&Memory, Function, Context, MachineFrame) &&
               (*MachineFrame || LdrpReturn(Context));
    }
    return LdrpReturn(Context);
}

/*
 * Replaces *Context by that of the caller. FALSE, with *Context as it was, when Rip is in
 * no image, the tables are damaged, or the stack does not go on. A frame ends above where
 * it began and is not larger than 1 MiB; one that a trap pushed may change to another
 * stack. Any IRQL; callers as for LdrFindImage.
 */
BOOLEAN
LdrUnwindFrame(PLDR_UNWIND_CONTEXT Context)
{
    PKLDR_DATA_TABLE_ENTRY Image = LdrFindImage(Context->Rip);
    LDR_UNWIND_CONTEXT Caller = *Context;
    BOOLEAN MachineFrame = FALSE;

    if (Image == NULL || !LdrpUnwindInImage(Image, &Caller, &MachineFrame)) {
        return FALSE;
    }
    if (!MachineFrame && Caller.Rsp - Context->Rsp - 1 >= LDRP_LARGEST_FRAME) {
        return FALSE;
    }
    Caller.Registers[LDRP_REGISTER_RSP] = Caller.Rsp;
    *Context = Caller;
    return TRUE;
}
