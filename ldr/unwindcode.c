/*
 * UNWIND_INFO: what a prologue did, as a list of codes, last step first.
 *
 * Codes whose offset is beyond Rip have not run yet and are passed over. A function split
 * in parts chains each part's information to that of the part before; all of those have
 * run.
 */
#include "ldrp.h"

#define LDRP_CHAIN_LIMIT 32 /* as many links as a sane image never has */

#define UNW_FLAG_CHAININFO 4

/* Codes, low four bits of the second byte. 6 and 7 describe epilogues in version 2. */
#define UWOP_PUSH_NONVOL     0
#define UWOP_ALLOC_LARGE     1
#define UWOP_ALLOC_SMALL     2
#define UWOP_SET_FPREG       3
#define UWOP_SAVE_NONVOL     4
#define UWOP_SAVE_NONVOL_FAR 5
#define UWOP_EPILOG          6
#define UWOP_SPARE           7
#define UWOP_SAVE_XMM128     8
#define UWOP_SAVE_XMM128_FAR 9
#define UWOP_PUSH_MACHFRAME  10

typedef struct _LDRP_UNWIND_HEADER {
    UCHAR VersionAndFlags; /* version in the low three bits */
    UCHAR SizeOfProlog;
    UCHAR CountOfCodes;
    UCHAR FrameRegisterAndOffset; /* register in the low four; offset in 16 bytes above */
} LDRP_UNWIND_HEADER;

typedef struct _LDRP_UNWIND_CODE {
    UCHAR CodeOffset; /* of the end of the instruction, in the prologue */
    UCHAR OperationAndInfo;
} LDRP_UNWIND_CODE;

C_ASSERT(sizeof(LDRP_UNWIND_HEADER) == 4 && sizeof(LDRP_UNWIND_CODE) == 2);

/* One UNWIND_INFO being applied. */
typedef struct _LDRP_UNWIND {
    LDRP_UNWIND_HEADER Header;
    LDRP_UNWIND_CODE Codes[256];
    ULONG Flags;
    ULONG FrameRegister;
    ULONG64 FrameBase; /* what the offsets of saved registers count from */
    ULONG64 FrameOffset;
} LDRP_UNWIND, *PLDRP_UNWIND;

/* How many slots the code at Index takes; 0 for a code that does not exist. */
static ULONG
LdrpCodeSlots(const LDRP_UNWIND *Unwind, ULONG Index)
{
    static const UCHAR Slots[] = {1, 2, 1, 1, 2, 3, 2, 3, 2, 3, 1};
    ULONG Operation = Unwind->Codes[Index].OperationAndInfo & 0xF;
    ULONG Info = Unwind->Codes[Index].OperationAndInfo >> 4;
    BOOLEAN Second = (Unwind->Header.VersionAndFlags & 7) == 2;

    if (Operation >= sizeof(Slots)) {
        return 0;
    }
    if (Operation == UWOP_ALLOC_LARGE) {
        return Info == 0 ? 2 : (Info == 1 ? 3 : 0);
    }
    if (Second && (Operation == UWOP_EPILOG || Operation == UWOP_SPARE)) {
        return Operation == UWOP_EPILOG ? 1 : 2;
    }
    return Slots[Operation];
}

/* The operand in the slots behind the code at Index: 16 bits, or 32. */
static ULONG
LdrpCodeOperand(const LDRP_UNWIND *Unwind, ULONG Index, BOOLEAN Wide)
{
    const LDRP_UNWIND_CODE *Next = &Unwind->Codes[Index + 1];
    ULONG Operand = Next[0].CodeOffset | (ULONG)Next[0].OperationAndInfo << 8;

    if (Wide) {
        Operand |= (ULONG)Next[1].CodeOffset << 16 | (ULONG)Next[1].OperationAndInfo
                                                         << 24;
    }
    return Operand;
}

/* The processor's own frame: [error code] RIP CS RFLAGS RSP SS. */
static BOOLEAN
LdrpPopMachineFrame(PLDR_UNWIND_CONTEXT Context, ULONG HasErrorCode)
{
    ULONG64 Frame = Context->Rsp + (HasErrorCode != 0 ? sizeof(ULONG64) : 0);

    return LdrpReadStack(Frame + 3 * sizeof(ULONG64), &Context->Rsp) &&
           LdrpReadStack(Frame, &Context->Rip);
}

/* Undoes the step at Index. */
static BOOLEAN
LdrpUndoCode(const LDRP_UNWIND *Unwind, ULONG Index, PLDR_UNWIND_CONTEXT Context,
             PBOOLEAN MachineFrame)
{
    ULONG Info = Unwind->Codes[Index].OperationAndInfo >> 4;
    PULONG64 Register = &Context->Registers[Info];

    switch (Unwind->Codes[Index].OperationAndInfo & 0xF) {
    case UWOP_PUSH_NONVOL:
        Context->Rsp += sizeof(ULONG64);
        return LdrpReadStack(Context->Rsp - sizeof(ULONG64), Register);
    case UWOP_ALLOC_LARGE:
        Context->Rsp += Info == 0 ? LdrpCodeOperand(Unwind, Index, FALSE) * 8ULL
                                  : LdrpCodeOperand(Unwind, Index, TRUE);
        return TRUE;
    case UWOP_ALLOC_SMALL:
        Context->Rsp += Info * 8 + 8;
        return TRUE;
    case UWOP_SET_FPREG:
        Context->Rsp = Context->Registers[Unwind->FrameRegister] - Unwind->FrameOffset;
        return TRUE;
    case UWOP_SAVE_NONVOL:
        return LdrpReadStack(
            Unwind->FrameBase + LdrpCodeOperand(Unwind, Index, FALSE) * 8ULL, Register);
    case UWOP_SAVE_NONVOL_FAR:
        return LdrpReadStack(Unwind->FrameBase + LdrpCodeOperand(Unwind, Index, TRUE),
                             Register);
    case UWOP_PUSH_MACHFRAME:
        *MachineFrame = TRUE;
        return LdrpPopMachineFrame(Context, Info);
    default:
        return TRUE; /* XMM registers are not part of the context; epilogues say nothing
                      */
    }
}

/* Reads the information at Offset whole, codes included. */
static BOOLEAN
LdrpReadUnwindInfo(const LDRP_VIEW *Memory, ULONG Offset, PLDRP_UNWIND Unwind)
{
    ULONG Version;

    if (!LdrpRead(Memory, Offset, &Unwind->Header, sizeof(Unwind->Header)) ||
        !LdrpRead(Memory, (ULONG64)Offset + sizeof(Unwind->Header), Unwind->Codes,
                  Unwind->Header.CountOfCodes * sizeof(LDRP_UNWIND_CODE))) {
        return FALSE;
    }
    Version = Unwind->Header.VersionAndFlags & 7;
    Unwind->Flags = Unwind->Header.VersionAndFlags >> 3;
    Unwind->FrameRegister = Unwind->Header.FrameRegisterAndOffset & 0xF;
    Unwind->FrameOffset = (Unwind->Header.FrameRegisterAndOffset >> 4) * 16ULL;
    return Version == 1 || Version == 2;
}

/* Whether the frame register holds its value at Progress bytes into the function. */
static BOOLEAN
LdrpFrameIsSet(const LDRP_UNWIND *Unwind, ULONG Progress)
{
    ULONG Slots;

    if (Unwind->FrameRegister == 0) {
        return FALSE;
    }
    for (ULONG Index = 0; Index < Unwind->Header.CountOfCodes; Index += Slots) {
        Slots = LdrpCodeSlots(Unwind, Index);
        if (Slots == 0) {
            return FALSE;
        }
        if ((Unwind->Codes[Index].OperationAndInfo & 0xF) == UWOP_SET_FPREG) {
            return Unwind->Codes[Index].CodeOffset <= Progress;
        }
    }
    return TRUE; /* a chained part: the part before it has set the register */
}

/* Undoes every code that has run at Progress bytes into the function. */
static BOOLEAN
LdrpUndoCodes(PLDRP_UNWIND Unwind, ULONG Progress, PLDR_UNWIND_CONTEXT Context,
              PBOOLEAN MachineFrame)
{
    ULONG Slots;

    Unwind->FrameBase = Context->Rsp;
    if (LdrpFrameIsSet(Unwind, Progress)) {
        Unwind->FrameBase =
            Context->Registers[Unwind->FrameRegister] - Unwind->FrameOffset;
    }
    for (ULONG Index = 0; Index < Unwind->Header.CountOfCodes; Index += Slots) {
        Slots = LdrpCodeSlots(Unwind, Index);
        if (Slots == 0 || Slots > Unwind->Header.CountOfCodes - Index) {
            return FALSE;
        }
        if (Unwind->Codes[Index].CodeOffset <= Progress &&
            !LdrpUndoCode(Unwind, Index, Context, MachineFrame)) {
            return FALSE;
        }
    }
    return TRUE;
}

/* The entry a part is chained to stands behind its codes, whose number is made even. */
static BOOLEAN
LdrpReadChain(const LDRP_VIEW *Memory, const LDRP_UNWIND *Unwind,
              PIMAGE_RUNTIME_FUNCTION_ENTRY Function)
{
    ULONG64 Place =
        (ULONG64)Function->UnwindData + sizeof(Unwind->Header) +
        ALIGN_UP_BY(Unwind->Header.CountOfCodes, 2) * sizeof(LDRP_UNWIND_CODE);

    return LdrpRead(Memory, Place, Function, sizeof(*Function));
}

BOOLEAN
LdrpApplyUnwindInfo(const LDRP_VIEW *Memory, IMAGE_RUNTIME_FUNCTION_ENTRY Function,
                    PLDR_UNWIND_CONTEXT Context, PBOOLEAN MachineFrame)
{
    ULONG Offset = (ULONG)(Context->Rip - (ULONG_PTR)Memory->Bytes);
    ULONG Progress = Offset - Function.BeginAddress;
    LDRP_UNWIND Unwind;

    for (ULONG Link = 0; Link < LDRP_CHAIN_LIMIT; Link++) {
        if (!LdrpReadUnwindInfo(Memory, Function.UnwindData, &Unwind)) {
            return FALSE;
        }
        if (Link == 0 && Progress >= Unwind.Header.SizeOfProlog &&
            LdrpRunEpilogue(Memory, Offset, Unwind.FrameRegister, Context)) {
            return TRUE;
        }
        if (!LdrpUndoCodes(&Unwind, Progress, Context, MachineFrame)) {
            return FALSE;
        }
        if ((Unwind.Flags & UNW_FLAG_CHAININFO) == 0 || *MachineFrame) {
            return TRUE;
        }
        if (!LdrpReadChain(Memory, &Unwind, &Function)) {
            return FALSE;
        }
        Progress =
            MAXULONG; /* the prologues of the parts before have run to their ends */
    }
    return FALSE;
}
