; Where the slots without a routine lead (tools/wdf_functions): the number comes in r10d,
; the driver's globals in rcx, as the first parameter of every framework routine.
global WdfpCallUnimplemented
extern WdfpStopUnimplemented
section .text

; VOID WdfpCallUnimplemented(VOID); does not return. The stack is the driver's call, so 16
; bytes aligned but for its return address.
WdfpCallUnimplemented:
    mov rdi, rcx
    mov esi, r10d
    mov rdx, [rsp]
    jmp WdfpStopUnimplemented
