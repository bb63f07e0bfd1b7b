; Exceptions: build a whole trap frame and let ke/trap.c decide. RBP carries the vector.
;
; VOID KiDispatchTrap(ULONG Vector, PKTRAP_FRAME Frame), System V, returns only when the
; exception is to be continued (an NMI that stopped the world returns no more).

        default rel
        %include "entry.inc"
        section .text.entry exec align=16

        global  KiTrapEntry
        extern  KiDispatchTrap

; in:  stack as in entry.inc, EBP = vector
KiTrapEntry:
        BUILD_FRAME
        SAVE_NONVOLATILE
        ; for the stop report alone: what is called here is System V and has no home area
        mov     [FRAME(P1Home)], r12
        mov     [FRAME(P2Home)], r13
        mov     [FRAME(P3Home)], r14
        mov     [FRAME(P4Home)], r15
        mov     rax, cr2
        mov     [FRAME(FaultAddress)], rax
        mov     rax, cr8
        mov     [FRAME(PreviousIrql)], al
        mov     edi, esi
        lea     rsi, [rbp - 80h]
        call    KiDispatchTrap
        RESTORE_NONVOLATILE
        LEAVE_FRAME
