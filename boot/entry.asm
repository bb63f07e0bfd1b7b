; The kernel's first instructions: from GRUB's 32-bit protected mode to 64-bit C at -2 GiB.
;
; GRUB (BIOS and UEFI alike) enters with paging off, EAX = the multiboot2 magic, EBX = the
; physical address of its information. What can be wrong here is said on COM1 by code that
; needs no stack, and the machine stops: no loader magic, no 64-bit processor.
;
; The boot page tables map the first 4 GiB three times: where they are, at -2 GiB (1 GiB of
; it), and at the direct map's base. mm/ builds the real ones later.

%define MAGIC           0xE85250D6
%define LOADER_MAGIC    0x36D76289
%define KERNEL_BASE     0xFFFFFFFF80000000
%define COM1            0x3F8
%define DEBUG_EXIT      0xF4
%define BOOT_REFUSED    0x13            ; HAL_VERDICT_BOOT_REFUSED
%define BOOT_STACK      0x4000

        section .multiboot align=8
header:
        dd      MAGIC
        dd      0                       ; i386 protected mode
        dd      header.end - header
        dd      -(MAGIC + (header.end - header))
        align   8
        dw      1, 0                    ; information request: these tags are wanted
        dd      .request_end - $ + 4
        dd      1, 3, 6, 9, 14, 15      ; command line, modules, map, ELF sections, RSDPs
.request_end:
        align   8
        dw      6, 0                    ; modules on page bounds
        dd      8
        dw      0, 0
        dd      8
.end:

        section .boot.text exec align=16
        bits    32
        global  BootEntry
        extern  BootMain

; Stops with the line at ESI.
refuse:
        mov     dx, COM1 + 5
.ready: in      al, dx
        test    al, 0x20
        jz      .ready
        lodsb
        test    al, al
        jz      .done
        mov     dx, COM1
        out     dx, al
        jmp     refuse
.done:  mov     eax, BOOT_REFUSED
        out     DEBUG_EXIT, eax
.stop:  cli
        hlt
        jmp     .stop

BootEntry:
        cli
        cld
        mov     edi, eax                ; magic
        mov     esi, text_magic
        cmp     edi, LOADER_MAGIC
        jne     refuse
        rdtsc
        mov     [entry_tsc], eax
        mov     [entry_tsc + 4], edx
        mov     esp, boot_stack.top - KERNEL_BASE
        push    ebx                     ; CPUID takes EBX
        mov     eax, 0x80000000
        cpuid
        mov     esi, text_long
        cmp     eax, 0x80000001
        jb      refuse
        mov     eax, 0x80000001
        cpuid
        bt      edx, 29                 ; long mode
        jnc     refuse
        pop     ebx

        ; four page directories of 2 MiB pages: the first 4 GiB
        mov     edi, boot_pd
        mov     eax, 0x83               ; present, write, large
        xor     ecx, ecx
.fill:  mov     [edi + ecx * 8], eax
        mov     dword [edi + ecx * 8 + 4], 0
        add     eax, 0x200000
        inc     ecx
        cmp     ecx, 4 * 512
        jne     .fill
        mov     eax, boot_pd + 3
        xor     ecx, ecx
.low:   mov     [boot_pdpt_low + ecx * 8], eax
        add     eax, 0x1000
        inc     ecx
        cmp     ecx, 4
        jne     .low
        mov     dword [boot_pdpt_high + 510 * 8], boot_pd + 3
        mov     dword [boot_pml4], boot_pdpt_low + 3
        mov     dword [boot_pml4 + 256 * 8], boot_pdpt_low + 3
        mov     dword [boot_pml4 + 511 * 8], boot_pdpt_high + 3

        mov     eax, boot_pml4
        mov     cr3, eax
        mov     eax, cr4
        or      eax, 1 << 5             ; PAE
        mov     cr4, eax
        mov     ecx, 0xC0000080         ; EFER
        rdmsr
        or      eax, 1 << 8             ; LME
        wrmsr
        mov     eax, cr0
        or      eax, 1 << 31            ; PG
        mov     cr0, eax
        lgdt    [boot_gdt.pointer]
        jmp     8:.long

        bits    64
.long:  mov     eax, 16
        mov     ds, eax
        mov     es, eax
        mov     ss, eax
        xor     eax, eax
        mov     fs, eax
        mov     gs, eax
        mov     cr8, rax
        mov     rsp, boot_stack.top
        mov     edi, ebx                ; physical address of the information
        mov     rsi, [abs entry_tsc]
        xor     ebp, ebp
        mov     rax, BootMain
        call    rax                     ; does not return
        ud2

        section .boot.data write align=16
text_magic: db  "dirql: cannot start: not loaded by a multiboot2 loader", 13, 10, 0
text_long:  db  "dirql: cannot start: the processor has no 64-bit mode", 13, 10, 0
        align   8
entry_tsc:  dq  0
boot_gdt:
        dq      0
        dq      0x00209B0000000000      ; 64-bit code
        dq      0x00CF93000000FFFF      ; data
.pointer:
        dw      $ - boot_gdt - 1
        dd      boot_gdt

        section .boot.bss nobits alloc write align=4096
boot_pml4:      resb 4096
boot_pdpt_low:  resb 4096
boot_pdpt_high: resb 4096
boot_pd:        resb 4 * 4096

        section .bss nobits alloc write align=16
boot_stack:     resb BOOT_STACK
.top:
