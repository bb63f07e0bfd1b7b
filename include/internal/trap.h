/*
 * What an interrupt or exception leaves on the stack, and what a context switch does.
 *
 * KTRAP_FRAME is NT's x64 layout. Its first 32 bytes are the home space of the routine
 * that is called with the frame at RSP, and its last 40 bytes are what the processor
 * itself pushes, so that one `sub rsp` builds a frame and a call at once. By convention,
 * everything in section .text.entry keeps RBP = frame + 80h while a frame stands: the
 * unwinder relies on it.
 */
#pragma once

#include <wdm.h>
#include <wdm/context.h>

typedef struct _KTRAP_FRAME {
    ULONG64 P1Home;
    ULONG64 P2Home;
    ULONG64 P3Home;
    ULONG64 P4Home;
    union {
        ULONG64 P5;
        struct _KINTERRUPT *PreviousInterrupt; /* the one this dispatch nested into */
    };
    CHAR PreviousMode;
    UCHAR PreviousIrql; /* CR8 of the interrupted code */
    UCHAR FaultIndicator;
    UCHAR ExceptionActive;
    ULONG MxCsr;
    ULONG64 Rax;
    ULONG64 Rcx;
    ULONG64 Rdx;
    ULONG64 R8;
    ULONG64 R9;
    ULONG64 R10;
    ULONG64 R11;
    ULONG64 GsBase;
    M128A Xmm0;
    M128A Xmm1;
    M128A Xmm2;
    M128A Xmm3;
    M128A Xmm4;
    M128A Xmm5;
    ULONG64 FaultAddress; /* CR2 */
    ULONG64 Dr0;
    ULONG64 Dr1;
    ULONG64 Dr2;
    ULONG64 Dr3;
    ULONG64 Dr6;
    ULONG64 Dr7;
    ULONG64 DebugControl;
    ULONG64 LastBranchToRip;
    ULONG64 LastBranchFromRip;
    ULONG64 LastExceptionToRip;
    ULONG64 LastExceptionFromRip;
    USHORT SegDs;
    USHORT SegEs;
    USHORT SegFs;
    USHORT SegGs;
    ULONG64 TrapFrame;
    ULONG64 Rbx;
    ULONG64 Rdi;
    ULONG64 Rsi;
    ULONG64 Rbp;
    ULONG64 ErrorCode; /* exceptions: error code; interrupts: whatever RAX held */
    ULONG64 Rip;
    ULONG64 SegCs;
    ULONG64 EFlags;
    ULONG64 Rsp;
    ULONG64 SegSs;
} KTRAP_FRAME, *PKTRAP_FRAME;

C_ASSERT(sizeof(KTRAP_FRAME) == 0x190);
C_ASSERT(FIELD_OFFSET(KTRAP_FRAME, Rax) == 0x30);
C_ASSERT(FIELD_OFFSET(KTRAP_FRAME, Xmm0) == 0x70);
C_ASSERT(FIELD_OFFSET(KTRAP_FRAME, FaultAddress) == 0xD0);
C_ASSERT(FIELD_OFFSET(KTRAP_FRAME, Rbx) == 0x140);
C_ASSERT(FIELD_OFFSET(KTRAP_FRAME, ErrorCode) == 0x160);

/*
 * A switched-out thread's stack, from KTHREAD.KernelStack up. The kernel itself uses no
 * XMM register; drivers do, and ms_abi makes 6 to 15 theirs across calls, so they switch
 * too.
 */
typedef struct _KSWITCH_FRAME {
    M128A Xmm[10]; /* XMM6 to XMM15 */
    ULONG64 MxCsr;
    ULONG64 R15;
    ULONG64 R14;
    ULONG64 R13;
    ULONG64 R12;
    ULONG64 Rdi;
    ULONG64 Rsi;
    ULONG64 Rbx;
    ULONG64 Rbp;
    ULONG64 Return;
} KSWITCH_FRAME, *PKSWITCH_FRAME;

C_ASSERT(sizeof(KSWITCH_FRAME) == 0xF0);
