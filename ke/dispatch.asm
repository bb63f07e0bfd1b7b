; From a gate to an ISR and back: the path the kernel exists for. (KINT-7, ISR-3, FLT-3)
;
; Every instruction between a vector and the ISR's first, and between the ISR's return and
; iretq, stands in this file and in the macros of entry.inc; docs/interrupts.md walks through
; it. The end of interrupt is written in one place, the macro END_OF_INTERRUPT.
;
; RBP = frame + 80h throughout (see entry.inc), and RSI = the KINTERRUPT: both survive calls
; to ISRs, which are ms_abi.

        default rel
        %include "entry.inc"
        section .text.entry exec align=16

        global  KiInterruptDispatch
        global  KiChainedDispatch
        global  KiExitInterrupt
        global  KiApcInterrupt
        global  KiDpcInterrupt
        global  KiClockInterrupt
        global  KiIpiInterrupt
        global  KiUnexpectedEntry
        global  KiSpuriousInterrupt
        extern  KiWaitForSpinLock
        extern  KiServeChain
        extern  KiRetireDpcs
        extern  KiDispatchInterrupt
        extern  KiDeliverApc
        extern  KiUpdateClock
        extern  KiServiceIpi
        extern  KiCountUnexpected

; Tells this processor's local APIC that the interrupt in service is over: here, and nowhere
; else. A macro and not a routine, because a call and a return are two instructions on the
; path that is counted. Interrupts are off, or the level still blocks what would follow.
%macro END_OF_INTERRUPT 0
        mov     dword [abs ARCH_LOCAL_APIC_EOI], 0
%endmacro

%if KI_DISPATCH_CODE_IN_OBJECT
        global  KiInterruptTemplate
; The sixteen bytes KeInitializeInterrupt copies into KINTERRUPT.DispatchCode. Whatever object
; the copy stands in, RIP-relative addressing finds it.
KiInterruptTemplate:
        push    rax                     ; stands where an error code would
        push    rbp
.load:  lea     rbp, [rel KiInterruptTemplate - KINTERRUPT_DispatchCode]
        jmp     [rbp + KINTERRUPT_DispatchAddress]
        align   16, int3

; The template has put the object's address in RBP.
%macro TAKE_OBJECT 0
        mov     rsi, rbp
%endmacro
%else
        global  KiInterruptThunks
        global  KiChainedThunks
; NT 10.0: no code in the object. A gate leads to the eight bytes of its vector, which push
; the vector's low byte where an error code would stand; the object is found in the KPRCB
; (KINT-9, KINT-11). Two rows of thunks, for one ISR and for several: choosing the row when
; an object is connected leaves nothing to choose here, so this is as short as 6.3's way.
%macro THUNKS 1
  %assign Vector 0
  %rep 256
        db      6Ah, Vector             ; push, sign-extended
        push    rbp
        db      0E9h                    ; jmp near
        dd      %1 - ($ + 4)
    %assign Vector Vector + 1
  %endrep
%endmacro
        align   16
KiInterruptThunks:
        THUNKS  KiInterruptDispatch
KiChainedThunks:
        THUNKS  KiChainedDispatch

%macro TAKE_OBJECT 0
        movzx   esi, byte [rsp + KTRAP_FRAME_ErrorCode]
        mov     rsi, [gs:KPCR_Prcb_InterruptObject + rsi * 8]
%endmacro
%endif

; One ISR on the vector. Its answer is counted and otherwise ignored (CHN-8).
; in:  stack as in entry.inc, interrupts off; up to 6.3 RBP = KINTERRUPT
        align   16
KiInterruptDispatch:
        BUILD_FRAME TAKE_OBJECT
        mov     rax, cr8
        mov     [FRAME(PreviousIrql)], al
        movzx   ecx, byte [rsi + KINTERRUPT_SynchronizeIrql]
        mov     cr8, rcx
        inc     qword [gs:KPCR_Prcb_InterruptCount]
        mov     rax, [gs:KPCR_Prcb_ActiveInterrupt]
        mov     [FRAME(PreviousInterrupt)], rax
        mov     [gs:KPCR_Prcb_ActiveInterrupt], rsi
        mov     [rsi + KINTERRUPT_TrapFrame], rsp
        sti                             ; higher levels may nest from here on (ISR-5)
        mov     rcx, [rsi + KINTERRUPT_ActualLock]
        lock bts qword [rcx], 0
        jc      .contended
.owned:
%ifdef KINTERRUPT_IsrTime
        rdtsc
        shl     rdx, 32
        or      rax, rdx
        mov     [rsi + KINTERRUPT_IsrTimeStart], rax
        mov     byte [rsi + KINTERRUPT_IsrActive], 1
%endif
        mov     rcx, rsi
        mov     rdx, [rsi + KINTERRUPT_ServiceContext]
        call    [rsi + KINTERRUPT_ServiceRoutine]

        cmp     al, 1                   ; any value but 0 claims the interrupt
        sbb     dword [rsi + KINTERRUPT_ServiceCount], -1
%ifdef KINTERRUPT_IsrTime
        rdtsc
        shl     rdx, 32
        or      rax, rdx
        sub     rax, [rsi + KINTERRUPT_IsrTimeStart]
        add     [rsi + KINTERRUPT_IsrTime], rax
        inc     qword [rsi + KINTERRUPT_IsrCount]
        mov     byte [rsi + KINTERRUPT_IsrActive], 0
%else
        inc     dword [rsi + KINTERRUPT_DispatchCount]
%endif
        mov     rcx, [rsi + KINTERRUPT_ActualLock]
        mov     qword [rcx], 0          ; a plain store releases on x86
        cli
        mov     rax, [FRAME(PreviousInterrupt)]
        mov     [gs:KPCR_Prcb_ActiveInterrupt], rax
                                        ; falls through

; Ends the interrupt and returns to the interrupted code.
; in:  RBP = frame + 80h, interrupts off
KiExitInterrupt:
        END_OF_INTERRUPT
        movzx   ecx, byte [FRAME(PreviousIrql)]
        mov     cr8, rcx
        LEAVE_FRAME

; Somebody holds the interrupt lock: spin at SynchronizeIrql (SYN-4), in C, which also finds
; out that nobody is left to release it. It is ms_abi, as an ISR is; RCX = the lock.
KiInterruptDispatch.contended:
        call    KiWaitForSpinLock
        jmp     KiInterruptDispatch.owned

; Several ISRs on the vector: the chain is walked in C, each ISR under its own lock (CHN-4).
; The dispatch begins at Irql, not SynchronizeIrql (CHN-10).
; in:  as KiInterruptDispatch, for the chain's head
        align   16
KiChainedDispatch:
        BUILD_FRAME TAKE_OBJECT
        SAVE_NONVOLATILE
        mov     rax, cr8
        mov     [FRAME(PreviousIrql)], al
        mov     ecx, [rsi + KINTERRUPT_Vector]
        shr     ecx, 4                  ; Irql, but for a passive-level object, whose is 0
        mov     cr8, rcx
        inc     qword [gs:KPCR_Prcb_InterruptCount]
        mov     rax, [gs:KPCR_Prcb_ActiveInterrupt]
        mov     [FRAME(PreviousInterrupt)], rax
        sti
        mov     rdi, rsi
        call    [KiServeChain]          ; VOID (*KiServeChain)(PKINTERRUPT Head), System V
        cli
        mov     rax, [FRAME(PreviousInterrupt)]
        mov     [gs:KPCR_Prcb_ActiveInterrupt], rax
        RESTORE_NONVOLATILE
        jmp     KiExitInterrupt

; The dispatch interrupt, 2Fh: the processor's level has fallen below DISPATCH_LEVEL with a
; DPC queued, or the dispatcher wants the processor. Drains the DPC queue on the DPC stack,
; then lets the dispatcher switch threads, on the interrupted thread's own stack.
; The interrupt is ended first: a switch may keep this frame waiting for long.
        align   16
KiDpcInterrupt:
        push    rax
        push    rbp
        BUILD_FRAME
        SAVE_NONVOLATILE
        mov     rax, cr8
        mov     [FRAME(PreviousIrql)], al
        mov     ecx, DISPATCH_LEVEL
        mov     cr8, rcx
        END_OF_INTERRUPT
        sti
        mov     rsp, [gs:KPCR_Prcb_DpcStack]
        call    [KiRetireDpcs]          ; VOID (*KiRetireDpcs)(VOID)
        lea     rsp, [rbp - 80h]
        call    KiDispatchInterrupt     ; VOID KiDispatchInterrupt(VOID)
        cli
        RESTORE_NONVOLATILE
        movzx   ecx, byte [FRAME(PreviousIrql)]
        mov     cr8, rcx
        LEAVE_FRAME

; The APC interrupt, 1Fh: the level has fallen below APC_LEVEL and the thread that runs has
; an APC, or had one before it was switched away. Delivered at APC_LEVEL on the thread's own
; stack; ended first, because an APC may wait, and another thread takes the processor.
        align   16
KiApcInterrupt:
        push    rax
        push    rbp
        BUILD_FRAME
        SAVE_NONVOLATILE
        mov     rax, cr8
        mov     [FRAME(PreviousIrql)], al
        mov     ecx, APC_LEVEL
        mov     cr8, rcx
        END_OF_INTERRUPT
        sti
        call    KiDeliverApc            ; VOID KiDeliverApc(VOID)
        cli
        RESTORE_NONVOLATILE
        movzx   ecx, byte [FRAME(PreviousIrql)]
        mov     cr8, rcx
        LEAVE_FRAME

; Entries of the fixed vectors: raise, call C with the frame, end. They may have nested into
; an ISR; what C queues from here is not that ISR's.
%macro SYSTEM_INTERRUPT 3               ; name, level, VOID handler(PKTRAP_FRAME)
        align   16
%1:
        push    rax
        push    rbp
        BUILD_FRAME
        SAVE_NONVOLATILE
        mov     rax, cr8
        mov     [FRAME(PreviousIrql)], al
        mov     ecx, %2
        mov     cr8, rcx
        mov     rax, [gs:KPCR_Prcb_ActiveInterrupt]
        mov     [FRAME(PreviousInterrupt)], rax
        mov     qword [gs:KPCR_Prcb_ActiveInterrupt], 0
        lea     rdi, [rbp - 80h]
        sti
        call    %3
        cli
        mov     rax, [FRAME(PreviousInterrupt)]
        mov     [gs:KPCR_Prcb_ActiveInterrupt], rax
        RESTORE_NONVOLATILE
        jmp     KiExitInterrupt
%endmacro

        SYSTEM_INTERRUPT KiClockInterrupt, CLOCK_LEVEL, KiUpdateClock
        SYSTEM_INTERRUPT KiIpiInterrupt, IPI_LEVEL, KiServiceIpi

; A vector nobody owns (SPR-3): counted, and ended only when the local APIC holds it in
; service, which an INT n is not.
; in:  stack as in entry.inc, EBP = vector
        align   16
KiUnexpectedEntry:
        BUILD_FRAME
        SAVE_NONVOLATILE
        mov     rax, cr8
        mov     [FRAME(PreviousIrql)], al
        mov     edi, esi
        call    KiCountUnexpected       ; BOOLEAN KiCountUnexpected(ULONG Vector)
        RESTORE_NONVOLATILE
        test    al, al
        jnz     KiExitInterrupt
        LEAVE_FRAME

; The local APIC's spurious vector: counted by hand, and never ended (SPR-2).
        align   16
KiSpuriousInterrupt:
        inc     qword [gs:KPCR_Prcb_SpuriousCount]
        iretq
