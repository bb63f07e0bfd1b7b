/*
 * Stack probes: compilers call them at the head of a function whose frame is larger than
 * a page, so that a stack that is too small is met at its guard page and not jumped over.
 *
 * Contract of both names, __chkstk (MSVC) and ___chkstk_ms (GCC): RAX is the size of the
 * frame in bytes; every register, RAX included, keeps its value; RSP is not moved, the
 * caller does that. Flags are lost.
 */
#include "ldrp.h"
#include "crt.h"

/*
 * Stack at the loop: [RSP] RAX, [RSP+8] RCX, [RSP+16] return address, [RSP+24] is where
 * the caller's RSP is. Reads suffice: a guard page is not mapped at all.
 */
__attribute__((naked)) VOID
LdrpProbeStack(VOID)
{
    __asm__("pushq %rcx\n\t"
            "pushq %rax\n\t"
            "leaq 24(%rsp), %rcx\n"
            "1:\n\t"
            "cmpq $4096, %rax\n\t"
            "jb 2f\n\t"
            "subq $4096, %rcx\n\t"
            "testb %al, (%rcx)\n\t"
            "subq $4096, %rax\n\t"
            "jmp 1b\n"
            "2:\n\t"
            "subq %rax, %rcx\n\t"
            "testb %al, (%rcx)\n\t"
            "popq %rax\n\t"
            "popq %rcx\n\t"
            "ret");
}
EXPORT_AS(__chkstk, LdrpProbeStack);
EXPORT_AS(___chkstk_ms, LdrpProbeStack);
