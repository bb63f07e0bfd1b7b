; Changing stacks: between threads, and into a new one.

        default rel
        %include "offsets.inc"
        section .text exec align=16

        global  KiSwapStacks
        global  KiThreadStartup
        global  ArchpLoadGdt
        extern  KiRunThread

; VOID KiSwapStacks(PVOID *OldStack, PVOID NewStack)
; in:  RDI = where the old thread's stack pointer is kept, RSI = the new thread's (System V)
; The frame is KSWITCH_FRAME; its Return is this routine's own return address.
KiSwapStacks:
        push    rbp
        push    rbx
        push    rsi
        push    rdi
        push    r12
        push    r13
        push    r14
        push    r15
        sub     rsp, 8 + 10 * 16
        stmxcsr [rsp + KSWITCH_FRAME_MxCsr]
%assign Register 6
%rep 10
        movups  [rsp + (Register - 6) * 16], xmm %+ Register
  %assign Register Register + 1
%endrep
        mov     [rdi], rsp
        mov     rsp, rsi
%assign Register 6
%rep 10
        movups  xmm %+ Register, [rsp + (Register - 6) * 16]
  %assign Register Register + 1
%endrep
        ldmxcsr [rsp + KSWITCH_FRAME_MxCsr]
        add     rsp, 8 + 10 * 16
        pop     r15
        pop     r14
        pop     r13
        pop     r12
        pop     rdi
        pop     rsi
        pop     rbx
        pop     rbp
        ret

; The first Return of a new thread. RBP is 0: the end of the frame chain.
KiThreadStartup:
        xor     ebp, ebp
        call    KiRunThread             ; does not return
        ud2

; VOID ArchpLoadGdt(const VOID *Gdtr, USHORT CodeSelector, USHORT DataSelector)
; in:  RDI, ESI, EDX (System V)
ArchpLoadGdt:
        lgdt    [rdi]
        mov     ds, edx
        mov     es, edx
        mov     ss, edx
        xor     eax, eax
        mov     fs, eax
        mov     gs, eax                 ; the base is set by MSR afterwards
        pop     rax
        movzx   esi, si
        push    rsi
        push    rax
        retfq
