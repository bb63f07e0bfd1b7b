/*
 * Walking a stack from kernel code through drivers and trap frames.
 *
 * Three kinds of frame meet on a stack: the kernel's, linked through RBP; a PE image's,
 * which only its .pdata can undo; and trap frames, which entry code marks by RBP = frame
 * + 80h. RIP tells which. RBP survives all three (it is non-volatile everywhere), so the
 * chain holds across kinds. Every word is read only after a walk of the page tables says
 * it is there.
 */
#include "ki.h"

#define LEAF_STACK_WORDS 8
#define LONGEST_CALL     7
#define PTE_NO_EXECUTE   (1ULL << 63)

static BOOLEAN
KiReadStack(ULONG64 Address, ULONG64 *Value)
{
    if ((Address & 7) != 0 || !MmIsRangeMapped(Address, sizeof(*Value))) {
        return FALSE;
    }
    *Value = *(const ULONG64 *)(ULONG_PTR)Address;
    return TRUE;
}

static BOOLEAN
KiIsBetween(ULONG64 Address, const UCHAR *Start, const UCHAR *End)
{
    return Address >= (ULONG64)(ULONG_PTR)Start && Address < (ULONG64)(ULONG_PTR)End;
}

/* Entry code: the interrupted code's state stands in the trap frame. */
static BOOLEAN
KiUnwindTrap(PLDR_UNWIND_CONTEXT Context)
{
    ULONG64 Address = Context->Registers[5] - 0x80; /* entry.inc */
    const KTRAP_FRAME *Frame = (const KTRAP_FRAME *)(ULONG_PTR)Address;

    if ((Address & 15) != 0 || !MmIsRangeMapped(Address, sizeof(*Frame))) {
        return FALSE;
    }
    Context->Rip = Frame->Rip;
    Context->Rsp = Frame->Rsp;
    Context->Registers[5] = Frame->Rbp;
    Context->Registers[6] = Frame->Rsi;
    return TRUE;
}

/* Kernel C: [RBP] is the caller's RBP, above it the return address. */
static BOOLEAN
KiUnwindKernel(PLDR_UNWIND_CONTEXT Context)
{
    ULONG64 FramePointer = Context->Registers[5], Caller, Return;

    if (FramePointer < Context->Rsp || !KiReadStack(FramePointer, &Caller) ||
        !KiReadStack(FramePointer + 8, &Return)) {
        return FALSE;
    }
    Context->Rsp = FramePointer + 16;
    Context->Registers[5] = Caller;
    Context->Rip = Return;
    return TRUE;
}

/* Whether the function Rip stands in has done its `mov rbp, rsp` by then. */
static BOOLEAN
KiHasFrame(ULONG64 Rip)
{
    static const UCHAR MovRbpRsp[] = {0x48, 0x89, 0xE5};
    ULONG64 Start = KiFunctionStart(Rip);

    for (ULONG64 At = Start; Start != 0 && At + sizeof(MovRbpRsp) <= Rip; At++) {
        if (memcmp((const VOID *)(ULONG_PTR)At, MovRbpRsp, sizeof(MovRbpRsp)) == 0) {
            return TRUE;
        }
    }
    return Start == 0;
}

BOOLEAN
KiIsDriverCode(ULONG64 Address)
{
    return LdrFindImage(Address) != NULL && ArchQueryPageEntry(Address) != 0 &&
           (ArchQueryPageEntry(Address) & PTE_NO_EXECUTE) == 0;
}

/* Whether Address is what a call left on the stack: code, and a call (E8, or FF with an
   operand of any length) before it. */
static BOOLEAN
KiFollowsCall(ULONG64 Address)
{
    const UCHAR *After = (const UCHAR *)(ULONG_PTR)Address;

    if ((!KiIsBetween(Address, KiTextStart, KiTextEnd) &&
         LdrFindImage(Address) == NULL) ||
        !MmIsRangeMapped(Address - LONGEST_CALL, LONGEST_CALL + 1) ||
        (ArchQueryPageEntry(Address) & PTE_NO_EXECUTE) != 0) {
        return FALSE;
    }
    for (ULONG Length = 2; Length <= LONGEST_CALL; Length++) {
        if (After[-(LONG)Length] == 0xFF && (After[1 - (LONG)Length] & 0x38) == 0x10) {
            return TRUE;
        }
    }
    return After[-5] == 0xE8;
}

/* A fault in a leaf of the kernel, or before RBP stands: the caller's address is one of the
   first words of the stack, and RBP is still the caller's. */
static BOOLEAN
KiUnwindLeaf(PLDR_UNWIND_CONTEXT Context)
{
    for (ULONG64 Depth = 0; Depth < LEAF_STACK_WORDS; Depth++) {
        ULONG64 Word;

        if (!KiReadStack(Context->Rsp + Depth * 8, &Word)) {
            return FALSE;
        }
        if (KiFollowsCall(Word)) {
            Context->Rip = Word;
            Context->Rsp += (Depth + 1) * 8;
            return TRUE;
        }
    }
    return FALSE;
}

/* One frame outwards, as the code Rip stands in wants it. */
static BOOLEAN
KiUnwindFrame(PKI_UNWIND Unwind)
{
    PLDR_UNWIND_CONTEXT Context = &Unwind->Context;

    if (KiIsBetween(Context->Rip, KiTextStart, KiTextEnd)) {
        return (Unwind->Interrupted && !KiHasFrame(Context->Rip))
                   ? KiUnwindLeaf(Context)
                   : KiUnwindKernel(Context);
    }
    if (LdrFindImage(Context->Rip) == NULL) {
        /* A call to nowhere: whoever made it is on the stack. */
        return Unwind->Interrupted && KiUnwindLeaf(Context);
    }
    return LdrUnwindFrame(Context);
}

/* A return address may lie beyond the end of its function, when what was called does not
   return: the byte before it belongs to the call itself. */
static VOID
KiStandAtCall(PKI_UNWIND Unwind)
{
    Unwind->Interrupted = FALSE;
    if (Unwind->Context.Rip != 0) {
        Unwind->Context.Rip--;
    }
}

BOOLEAN
KiUnwindStep(PKI_UNWIND Unwind)
{
    PLDR_UNWIND_CONTEXT Context = &Unwind->Context;

    Context->Registers[4] = Context->Rsp;
    if (KiIsBetween(Context->Rip, KiEntryTextStart, KiEntryTextEnd)) {
        Unwind->Interrupted = TRUE;
        return KiUnwindTrap(Context);
    }
    if (!KiUnwindFrame(Unwind)) {
        return FALSE;
    }
    KiStandAtCall(Unwind);
    return TRUE;
}

VOID
KiStartUnwind(const KTRAP_FRAME *Frame, BOOLEAN IsTrap, PKI_UNWIND Unwind)
{
    PLDR_UNWIND_CONTEXT Context = &Unwind->Context;

    memset(Unwind, 0, sizeof(*Unwind));
    Context->Rip = Frame->Rip;
    Context->Rsp = Frame->Rsp;
    Context->Registers[3] = Frame->Rbx;
    Context->Registers[5] = Frame->Rbp;
    Context->Registers[6] = Frame->Rsi;
    Context->Registers[7] = Frame->Rdi;
    Context->Registers[12] = Frame->P1Home; /* entries keep R12 to R15 in the home area */
    Context->Registers[13] = Frame->P2Home;
    Context->Registers[14] = Frame->P3Home;
    Context->Registers[15] = Frame->P4Home;
    Unwind->Interrupted = TRUE;
    if (!IsTrap) {
        KiStandAtCall(Unwind);
    }
}
