; One stub for each of the 256 vectors, 16 bytes apart: where an IDT gate points while nobody
; has connected the vector. A stub completes the stack to the shape entry.inc describes and
; carries the vector's number to the common entry in EBP.
;
; Vectors 0 to 31 are exceptions (2Ch, 2Dh, 29h are NT's INT n services and go the same way);
; every other vector that arrives here is an interrupt that nobody owns.

        default rel
        section .text.entry exec align=16

        global  ArchVectorStubs
        extern  KiTrapEntry
        extern  KiUnexpectedEntry

%define IS_EXCEPTION(v)    ((v) < 32 || (v) == 29h || (v) == 2Ch || (v) == 2Dh)
%define PUSHES_CODE(v)     ((v) == 8 || ((v) >= 10 && (v) <= 14) || (v) == 17 || (v) == 21)

ArchVectorStubs:
%assign Vector 0
%rep 256
        align   16
  %if !(PUSHES_CODE(Vector))
        push    rax                     ; stands where an error code would
  %endif
        push    rbp
        mov     ebp, Vector
  %if IS_EXCEPTION(Vector)
        jmp     KiTrapEntry
  %else
        jmp     KiUnexpectedEntry
  %endif
  %assign Vector Vector + 1
%endrep
        align   16
