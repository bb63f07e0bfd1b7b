; Where another processor wakes up: real mode, at the start of a page below 1 MiB.
;
; boot/processors.c copies these bytes to the page and fills in the fields at its end. The
; page is mapped at its own address, so the code survives turning paging on.

        section .rodata align=16
        global  BootTrampoline
        global  BootTrampolineEnd

%define AT(Label) (Label - BootTrampoline)

        bits    16
BootTrampoline:
        cli
        cld
        mov     ax, cs
        mov     ds, ax
        xor     ebx, ebx
        mov     bx, cs
        shl     ebx, 4                  ; physical address of the page
        lea     eax, [ebx + AT(.gdt)]
        mov     [AT(.pointer) + 2], eax
        lea     eax, [ebx + AT(.protected)]
        mov     [AT(.far32)], eax
        lea     eax, [ebx + AT(.long)]
        mov     [AT(.far64)], eax
        lgdt    [AT(.pointer)]
        mov     eax, cr0
        or      al, 1
        mov     cr0, eax
        jmp     dword far [AT(.far32)]

        bits    32
.protected:
        mov     ax, 16
        mov     ds, ax
        mov     es, ax
        mov     ss, ax
        mov     eax, [ebx + AT(.root)]
        mov     cr3, eax
        mov     eax, cr4
        or      eax, 1 << 5             ; PAE
        mov     cr4, eax
        mov     ecx, 0xC0000080
        rdmsr
        or      eax, [ebx + AT(.efer)]  ; LME, and NXE when the tables use it
        wrmsr
        mov     eax, cr0
        or      eax, 1 << 31
        mov     cr0, eax
        jmp     far [ebx + AT(.far64)]

        bits    64
.long:
        mov     rsp, [rbx + AT(.stack)]
        mov     rdi, [rbx + AT(.argument)]
        xor     ebp, ebp
        call    [rbx + AT(.entry)]      ; does not return
        ud2

        align   8
.gdt:   dq      0
        dq      0x00CF9B000000FFFF      ; 32-bit code
        dq      0x00CF93000000FFFF      ; data
        dq      0x00209B0000000000      ; 64-bit code
.pointer:
        dw      $ - .gdt - 1
        dd      0
        dw      0
.far32: dd      0
        dw      8
        dw      0
.far64: dd      0
        dw      24
        dw      0
        align   8
; what boot/processors.c fills in: TRAMPOLINE_FIELDS
.root:     dq   0
.efer:     dq   0
.stack:    dq   0
.argument: dq   0
.entry:    dq   0
BootTrampolineEnd:
