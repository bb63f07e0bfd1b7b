; Stubs for routines of which only the level is checked: whatever their arguments are, they
; arrive as the driver passed them. (VER-18)
;
; A stub a row of the table; each loads the row's number and joins the one way.

        default rel
        section .text exec align=16

%define VF_MAXIMUM_RULES 512            ; vf.h
%define VF_STUB_SIZE     16

        global  VfRuleStubs
        extern  VfCheckRule

VfRuleStubs:
  %assign Index 0
  %rep VF_MAXIMUM_RULES
        align   VF_STUB_SIZE
        mov     eax, Index
        jmp     near VfEnterRule
    %assign Index Index + 1
  %endrep
        align   VF_STUB_SIZE

; in:  a driver's call (ms_abi) to the routine of row EAX
; out: a jump to that routine, all as it was; or, at a wrong level, nothing any more
;
; The frame is one of C's, so that a stop report finds the driver above it:
;       [return address]
;       [RBP]                           <- RBP
;       [RDI] [RSI]
;       [RCX] [RDX] [R8] [R9]           <- RSP
VfEnterRule:
        push    rbp
        mov     rbp, rsp
        sub     rsp, 30h
        mov     [rsp], rcx
        mov     [rsp + 8], rdx
        mov     [rsp + 10h], r8
        mov     [rsp + 18h], r9
        mov     [rsp + 20h], rsi        ; volatile in System V only
        mov     [rsp + 28h], rdi
        mov     edi, eax
        mov     rsi, rsp
        call    VfCheckRule             ; PVOID VfCheckRule(ULONG, const ULONG_PTR [4])
        mov     rcx, [rsp]
        mov     rdx, [rsp + 8]
        mov     r8, [rsp + 10h]
        mov     r9, [rsp + 18h]
        mov     rsi, [rsp + 20h]
        mov     rdi, [rsp + 28h]
        leave
        jmp     rax
