/*
 * The descriptor tables one processor owns: GDT, TSS and IDT.
 *
 * Each processor has its own IDT (KINT-3), so the same vector can belong to different
 * interrupt objects on different processors. Every gate starts at its stub in
 * vectors.asm; ke/ points the fixed vectors and the connected ones elsewhere.
 */
#include "archp.h"

#define DOUBLE_FAULT_VECTOR  8
#define NMI_VECTOR           2
#define MACHINE_CHECK_VECTOR 18

#pragma pack(push, 2)
typedef struct _ARCHP_TABLE_POINTER {
    USHORT Limit;
    ULONG64 Base;
} ARCHP_TABLE_POINTER;
#pragma pack(pop)

/* Points a gate at Handler, with an interrupt stack (0: stay on the current one). */
VOID
ArchSetGate(PKIDTENTRY64 Gate, ULONG64 Handler, UCHAR IstIndex)
{
    KIDTENTRY64 New = {.OffsetLow = (USHORT)Handler,
                       .Selector = KGDT_CODE,
                       .IstIndex = IstIndex,
                       .Attributes = GATE_INTERRUPT,
                       .OffsetMiddle = (USHORT)(Handler >> 16),
                       .OffsetHigh = (ULONG)(Handler >> 32)};

    Gate->Quad[0] = New.Quad[0];
    Gate->Quad[1] = New.Quad[1];
}

ULONG64
ArchGateTarget(const KIDTENTRY64 *Gate)
{
    return Gate->OffsetLow | ((ULONG64)Gate->OffsetMiddle << 16) |
           ((ULONG64)Gate->OffsetHigh << 32);
}

static UCHAR
ArchpStackOfVector(ULONG Vector)
{
    switch (Vector) {
    case DOUBLE_FAULT_VECTOR:
        return ARCH_IST_DOUBLE_FAULT;
    case NMI_VECTOR:
        return ARCH_IST_NMI;
    case MACHINE_CHECK_VECTOR:
        return ARCH_IST_MACHINE_CHECK;
    default:
        return ARCH_IST_NONE;
    }
}

/* The gate's address in the stubs: what an unconnected vector points at. */
static ULONG64
ArchpStubOfVector(ULONG Vector)
{
    return (ULONG64)(ULONG_PTR)ArchVectorStubs + (ULONG64)Vector * ARCH_VECTOR_STUB_SIZE;
}

/* Returns a gate to its stub, as ArchBuildTables left it. */
VOID
ArchResetGate(PKIDTENTRY64 Gate, ULONG Vector)
{
    ArchSetGate(Gate, ArchpStubOfVector(Vector), ArchpStackOfVector(Vector));
}

/*
 * Fills one processor's tables. The interrupt stacks in Tables->Tss.Ist stay as the
 * caller set them; until it does, vectors with a stack of their own must not occur.
 */
VOID
ArchBuildTables(PARCH_PROCESSOR_TABLES Tables)
{
    ULONG64 TssBase = (ULONG64)(ULONG_PTR)&Tables->Tss;

    memset(Tables->Gdt, 0, sizeof(Tables->Gdt));
    Tables->Gdt[KGDT_CODE / 8] = DESCRIPTOR_KERNEL_CODE;
    Tables->Gdt[KGDT_DATA / 8] = DESCRIPTOR_KERNEL_DATA;
    Tables->Gdt[KGDT_TSS / 8] = DESCRIPTOR_TSS | (sizeof(KTSS64) - 1) |
                                ((TssBase & 0xFFFFFF) << 16) |
                                (((TssBase >> 24) & 0xFF) << 56);
    Tables->Gdt[KGDT_TSS / 8 + 1] = TssBase >> 32;
    Tables->Tss.IoMapBase = sizeof(KTSS64);
    for (ULONG Vector = 0; Vector < 256; Vector++) {
        ArchResetGate(&Tables->Idt[Vector], Vector);
    }
}

/* Makes Tables this processor's own, and Pcr what GS addresses. Interrupts are off. */
VOID
ArchLoadTables(PARCH_PROCESSOR_TABLES Tables, PVOID Pcr)
{
    ARCHP_TABLE_POINTER Gdtr = {sizeof(Tables->Gdt) - 1, (ULONG64)(ULONG_PTR)Tables->Gdt};
    ARCHP_TABLE_POINTER Idtr = {sizeof(Tables->Idt) - 1, (ULONG64)(ULONG_PTR)Tables->Idt};

    ArchpLoadGdt(&Gdtr, KGDT_CODE, KGDT_DATA);
    __asm__ volatile("lidt %0" ::"m"(Idtr));
    __asm__ volatile("ltr %w0" ::"r"(KGDT_TSS));
    ArchWriteMsr(MSR_GS_BASE, (ULONG64)(ULONG_PTR)Pcr);
    ArchWriteMsr(MSR_KERNEL_GS_BASE, 0);
}
