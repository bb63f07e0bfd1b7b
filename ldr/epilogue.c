/*
 * When Rip stands in an epilogue, the unwind codes no longer tell the truth: part of the
 * frame is gone. x64 epilogues have one shape, so that they can be recognized by their
 * bytes: at most one ADD RSP or LEA RSP, then POPs, then RET or a jump out. What is left
 * of it is run on the context, up to but without the return.
 */
#include "ldrp.h"

#define LDRP_POP_LIMIT 16

/* A place in the code of an image. */
typedef struct _LDRP_CODE {
    const LDRP_VIEW *Memory;
    ULONG64 Offset;
} LDRP_CODE, *PLDRP_CODE;

/* The byte Ahead of the place, or 0 (which no epilogue contains) beyond the image. */
static UCHAR
LdrpCodeByte(const LDRP_CODE *Code, ULONG Ahead)
{
    UCHAR Byte = 0;

    LdrpRead(Code->Memory, Code->Offset + Ahead, &Byte, sizeof(Byte));
    return Byte;
}

/* A signed number of 1 or 4 bytes in the instruction. */
static LONG64
LdrpCodeNumber(const LDRP_CODE *Code, ULONG Ahead, ULONG Bytes)
{
    LONG Long = 0;

    if (Bytes == 1) {
        return (signed char)LdrpCodeByte(Code, Ahead);
    }
    LdrpRead(Code->Memory, Code->Offset + Ahead, &Long, sizeof(Long));
    return Long;
}

/* add rsp, imm8 (48 83 C4 ib) or imm32 (48 81 C4 id). */
static BOOLEAN
LdrpRunAdd(PLDRP_CODE Code, PLDR_UNWIND_CONTEXT Context)
{
    UCHAR Opcode = LdrpCodeByte(Code, 1);
    ULONG Bytes = Opcode == 0x83 ? 1 : 4;

    if (LdrpCodeByte(Code, 0) != 0x48 || (Opcode != 0x83 && Opcode != 0x81) ||
        LdrpCodeByte(Code, 2) != 0xC4) {
        return FALSE;
    }
    Context->Rsp += (ULONG64)LdrpCodeNumber(Code, 3, Bytes);
    Code->Offset += 3 + Bytes;
    return TRUE;
}

/*
 * lea rsp, [frame register + disp8 or disp32]: 48 or 49 (for r8 to r15), 8D, then ModRM
 * with RSP as the target. r12 as a base would need a further byte; no compiler picks it.
 */
static BOOLEAN
LdrpRunLea(PLDRP_CODE Code, ULONG FrameRegister, PLDR_UNWIND_CONTEXT Context)
{
    UCHAR ModRm = LdrpCodeByte(Code, 2);
    ULONG Mode = ModRm >> 6;
    ULONG Bytes = Mode == 1 ? 1 : 4;

    if (FrameRegister == 0 || (FrameRegister & 7) == 4 || (Mode != 1 && Mode != 2) ||
        LdrpCodeByte(Code, 0) != 0x48 + (FrameRegister >> 3) ||
        LdrpCodeByte(Code, 1) != 0x8D || (ModRm & 0x3F) != (0x20 | (FrameRegister & 7))) {
        return FALSE;
    }
    Context->Rsp =
        Context->Registers[FrameRegister] + (ULONG64)LdrpCodeNumber(Code, 3, Bytes);
    Code->Offset += 3 + Bytes;
    return TRUE;
}

/* pop r64: 58+r, or 41 58+r. Stack: the register's word is at RSP. */
static BOOLEAN
LdrpRunPop(PLDRP_CODE Code, PLDR_UNWIND_CONTEXT Context)
{
    ULONG Prefix = LdrpCodeByte(Code, 0) == 0x41 ? 1 : 0;
    UCHAR Opcode = LdrpCodeByte(Code, Prefix);

    if ((Opcode & 0xF8) != 0x58 ||
        !LdrpReadStack(Context->Rsp, &Context->Registers[Prefix * 8 + (Opcode & 7)])) {
        return FALSE;
    }
    Context->Rsp += sizeof(ULONG64);
    Code->Offset += Prefix + 1;
    return TRUE;
}

/* ret, ret imm16, rep ret. */
static BOOLEAN
LdrpIsReturn(const LDRP_CODE *Code)
{
    UCHAR First = LdrpCodeByte(Code, 0);

    return First == 0xC3 || First == 0xC2 ||
           (First == 0xF3 && LdrpCodeByte(Code, 1) == 0xC3);
}

/* jmp rel8, rel32, or through a register or memory (FF /4, with or without REX.W). */
static BOOLEAN
LdrpIsJump(const LDRP_CODE *Code)
{
    UCHAR First = LdrpCodeByte(Code, 0);
    ULONG Prefix = (First & 0xF0) == 0x40 ? 1 : 0;

    return First == 0xEB || First == 0xE9 ||
           (LdrpCodeByte(Code, Prefix) == 0xFF &&
            ((LdrpCodeByte(Code, Prefix + 1) >> 3) & 7) == 4);
}

BOOLEAN
LdrpRunEpilogue(const LDRP_VIEW *Memory, ULONG Offset, ULONG FrameRegister,
                PLDR_UNWIND_CONTEXT Context)
{
    LDRP_CODE Code = {Memory, Offset};
    LDR_UNWIND_CONTEXT Work = *Context;
    BOOLEAN Undone = LdrpRunAdd(&Code, &Work) || LdrpRunLea(&Code, FrameRegister, &Work);

    for (ULONG Count = 0; Count < LDRP_POP_LIMIT && LdrpRunPop(&Code, &Work); Count++) {
        Undone = TRUE;
    }
    /* A jump alone can be any jump; only behind some undoing is it a tail call. */
    if (!LdrpIsReturn(&Code) && !(Undone && LdrpIsJump(&Code))) {
        return FALSE;
    }
    *Context = Work;
    return TRUE;
}
