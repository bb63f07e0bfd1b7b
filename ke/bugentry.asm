; KeBugCheckEx: keeps the caller's state before any C of ours can change it.
;
; VOID KeBugCheckEx(ULONG Code, ULONG_PTR P1, ULONG_PTR P2, ULONG_PTR P3, ULONG_PTR P4), ms_abi
; in:  ECX, RDX, R8, R9, [RSP + 28h]; does not return
;
; Builds the four parameters and, above them, a KTRAP_FRAME that holds what the unwinder and
; the report need of the caller:
;
;       [KTRAP_FRAME]                    <- RSP + 20h
;       [P1] [P2] [P3] [P4]              <- RSP

        default rel
        %include "offsets.inc"
        section .text exec align=16

        global  KeBugCheckEx
        extern  KiBugCheckCall

%define FRAME(Member) rsp + 20h + KTRAP_FRAME_ %+ Member

KeBugCheckEx:
        pushfq
        cli
        sub     rsp, KTRAP_FRAME_LENGTH + 20h
        mov     [FRAME(Rax)], rax
        mov     [FRAME(Rcx)], rcx
        mov     [FRAME(Rdx)], rdx
        mov     [FRAME(R8)], r8
        mov     [FRAME(R9)], r9
        mov     [FRAME(R10)], r10
        mov     [FRAME(R11)], r11
        mov     [FRAME(P1Home)], r12    ; as arch/x86_64/trap.asm keeps them
        mov     [FRAME(P2Home)], r13
        mov     [FRAME(P3Home)], r14
        mov     [FRAME(P4Home)], r15
        mov     [FRAME(Rbx)], rbx
        mov     [FRAME(Rdi)], rdi
        mov     [FRAME(Rsi)], rsi
        mov     [FRAME(Rbp)], rbp
        mov     rax, [rsp + KTRAP_FRAME_LENGTH + 20h]
        mov     [FRAME(EFlags)], rax
        mov     rax, [rsp + KTRAP_FRAME_LENGTH + 28h]
        mov     [FRAME(Rip)], rax
        lea     rax, [rsp + KTRAP_FRAME_LENGTH + 30h]
        mov     [FRAME(Rsp)], rax
        mov     rax, cr8
        mov     [FRAME(PreviousIrql)], al
        mov     rax, [rsp + KTRAP_FRAME_LENGTH + 30h + 20h]
        mov     [rsp], rdx
        mov     [rsp + 8], r8
        mov     [rsp + 16], r9
        mov     [rsp + 24], rax
        mov     edi, ecx
        mov     rsi, rsp
        lea     rdx, [rsp + 20h]
        call    KiBugCheckCall          ; does not return
        ud2
