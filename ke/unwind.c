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

#define MAXIMUM_FRAMES 40

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
    ULONG64 Address = Context->Registers[5] - 0x80;
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

static BOOLEAN
KiUnwindStep(PLDR_UNWIND_CONTEXT Context)
{
    Context->Registers[4] = Context->Rsp;
    if (KiIsBetween(Context->Rip, KiEntryTextStart, KiEntryTextEnd)) {
        return KiUnwindTrap(Context);
    }
    if (KiIsBetween(Context->Rip, KiTextStart, KiTextEnd)) {
        return KiUnwindKernel(Context);
    }
    return LdrUnwindFrame(Context);
}

static VOID
KiStartUnwind(const KTRAP_FRAME *Frame, PLDR_UNWIND_CONTEXT Context)
{
    memset(Context, 0, sizeof(*Context));
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
}

ULONG64
KiFindDriverOnStack(const KTRAP_FRAME *Frame)
{
    LDR_UNWIND_CONTEXT Context;

    KiStartUnwind(Frame, &Context);
    for (ULONG Depth = 0; Depth < MAXIMUM_FRAMES; Depth++) {
        if (LdrFindImage(Context.Rip) != NULL) {
            return Context.Rip;
        }
        if (!KiUnwindStep(&Context)) {
            break;
        }
    }
    return 0;
}

/* Prints the frames from Frame's state outwards, one line each. */
VOID
KiPrintStack(const KTRAP_FRAME *Frame)
{
    LDR_UNWIND_CONTEXT Context;
    CHAR Text[160];

    KiStartUnwind(Frame, &Context);
    KePrintUnlocked("stack:\n");
    for (ULONG Depth = 0; Depth < MAXIMUM_FRAMES && Context.Rip != 0; Depth++) {
        KeDescribeAddress(Context.Rip, Text, sizeof(Text));
        KePrintUnlocked(" %2u  %016I64X  %s\n", Depth, Context.Rsp, Text);
        if (!KiUnwindStep(&Context)) {
            break;
        }
    }
}
