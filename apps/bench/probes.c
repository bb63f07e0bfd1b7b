/*
 * The probes. Naked functions: what is written here is all that runs between two stamps.
 * A stamp is four instructions and its value is taken at the first.
 */
#include "bench.h"

#define STAMP(Where)                                                                     \
    "rdtsc\n\t"                                                                          \
    "shlq $32, %rdx\n\t"                                                                 \
    "orq %rdx, %rax\n\t"                                                                 \
    "movq %rax, " Where "(%rip)\n\t"

volatile BENCH_STAMPS BenchStamps;
PUCHAR BenchRegisters;
volatile ULONG BenchQueueDpc;
KDPC BenchDpc;

/* Stamps, quiets the device, queues the DPC if asked to, stamps, claims the interrupt. */
__attribute__((naked)) BOOLEAN NTAPI
BenchIsr(PKINTERRUPT Interrupt, PVOID ServiceContext)
{
    UNREFERENCED_PARAMETER(Interrupt);
    UNREFERENCED_PARAMETER(ServiceContext);
    __asm__(STAMP("BenchStamps+8") "movq BenchRegisters(%rip), %rcx\n\t"
                                   "movl $1, 0x64(%rcx)\n\t"
                                   "cmpl $0, BenchQueueDpc(%rip)\n\t"
                                   "je BenchIsrEnd\n\t"
                                   "subq $40, %rsp\n\t"
                                   "leaq BenchDpc(%rip), %rcx\n\t"
                                   "xorl %edx, %edx\n\t"
                                   "xorl %r8d, %r8d\n\t"
                                   "call *__imp_KeInsertQueueDpc(%rip)\n\t"
                                   "addq $40, %rsp\n"
                                   "BenchIsrEnd:\n\t" STAMP(
                                       "BenchStamps+16") "movl $1, %eax\n\t"
                                                         "ret");
}

__attribute__((naked)) BOOLEAN NTAPI
BenchMessageIsr(PKINTERRUPT Interrupt, PVOID ServiceContext, ULONG MessageId)
{
    UNREFERENCED_PARAMETER(Interrupt);
    UNREFERENCED_PARAMETER(ServiceContext);
    UNREFERENCED_PARAMETER(MessageId);
    __asm__("jmp BenchIsr");
}

__attribute__((naked)) VOID NTAPI
BenchDpcRoutine(PKDPC Dpc, PVOID DeferredContext, PVOID SystemArgument1,
                PVOID SystemArgument2)
{
    UNREFERENCED_PARAMETER(Dpc);
    UNREFERENCED_PARAMETER(DeferredContext);
    UNREFERENCED_PARAMETER(SystemArgument1);
    UNREFERENCED_PARAMETER(SystemArgument2);
    __asm__(STAMP("BenchStamps+24") "ret");
}

__attribute__((naked)) VOID NTAPI
BenchRaise(volatile ULONG *Register, ULONG Value)
{
    UNREFERENCED_PARAMETER(Register);
    UNREFERENCED_PARAMETER(Value);
    __asm__("movl %edx, %r8d\n\t" STAMP(
        "BenchStamps+0") "movl %r8d, (%rcx)\n\t" /* the interrupt comes here */
            STAMP("BenchStamps+32") "ret");
}

__attribute__((naked)) VOID NTAPI
BenchReturn(VOID)
{
    __asm__("call BenchIsrEnd\n\t" STAMP("BenchStamps+32") "ret");
}

__attribute__((naked)) VOID NTAPI
BenchInsert(VOID)
{
    __asm__("subq $40, %rsp\n\t" STAMP(
        "BenchStamps+0") "leaq BenchDpc(%rip), %rcx\n\t"
                         "xorl %edx, %edx\n\t"
                         "xorl %r8d, %r8d\n\t"
                         "call *__imp_KeInsertQueueDpc(%rip)\n\t" STAMP(
                             "BenchStamps+32") "addq $40, %rsp\n\t"
                                               "ret");
}

#define LOOP(Body)                                                                       \
    "pushq %rbx\n\t"                                                                     \
    "pushq %rsi\n\t"                                                                     \
    "pushq %rdi\n\t"                                                                     \
    "subq $32, %rsp\n\t"                                                                 \
    "movq %rcx, %rsi\n\t"                                                                \
    "movl %edx, %ebx\n\t"                                                                \
    "rdtsc\n\t"                                                                          \
    "shlq $32, %rdx\n\t"                                                                 \
    "leaq (%rax, %rdx), %rdi\n"                                                          \
    "1:\n\t" Body "decl %ebx\n\t"                                                        \
    "jnz 1b\n\t"                                                                         \
    "rdtsc\n\t"                                                                          \
    "shlq $32, %rdx\n\t"                                                                 \
    "orq %rdx, %rax\n\t"                                                                 \
    "subq %rdi, %rax\n\t"                                                                \
    "addq $32, %rsp\n\t"                                                                 \
    "popq %rdi\n\t"                                                                      \
    "popq %rsi\n\t"                                                                      \
    "popq %rbx\n\t"                                                                      \
    "ret"

/* The caller's three argument moves stand in both loops and drop out of the difference. */
__attribute__((naked)) ULONG64 NTAPI
BenchSpinPairs(PKSPIN_LOCK Lock, ULONG Count)
{
    UNREFERENCED_PARAMETER(Lock);
    UNREFERENCED_PARAMETER(Count);
    __asm__(LOOP("movq %rsi, %rcx\n\t"
                 "call *__imp_KeAcquireSpinLockRaiseToDpc(%rip)\n\t"
                 "movq %rsi, %rcx\n\t"
                 "movl %eax, %edx\n\t"
                 "call *__imp_KeReleaseSpinLock(%rip)\n\t"));
}

__attribute__((naked)) ULONG64 NTAPI
BenchEmptyLoop(PKSPIN_LOCK Lock, ULONG Count)
{
    UNREFERENCED_PARAMETER(Lock);
    UNREFERENCED_PARAMETER(Count);
    __asm__(LOOP("movq %rsi, %rcx\n\t"
                 "movq %rsi, %rcx\n\t"
                 "movl %eax, %edx\n\t"));
}
