/*
 * The processor: what C cannot say, in one-instruction inlines, and the descriptor and
 * page tables it reads. CR8 is not here: its one header is <wdm/irql.h>, which drivers
 * share.
 *
 * Arch routines take no lock. The page-table routines are called under the lock of their
 * user (mm/) or before the other processors run.
 */
#pragma once

#include <ntdef.h>

#define PAGE_SIZE       0x1000
#define PAGE_SHIFT      12
#define LARGE_PAGE_SIZE 0x200000ULL

#define ARCH_KERNEL_BASE     0xFFFFFFFF80000000ULL
#define ARCH_DIRECT_MAP_BASE 0xFFFF800000000000ULL
#define ARCH_SYSTEM_SPACE_BASE                                                           \
    0xFFFFA00000000000ULL                            /* stacks, MMIO: mm/ hands it out   \
                                                      */
#define ARCH_SYSTEM_SPACE_SIZE 0x0000001000000000ULL /* 64 GiB of addresses */
#define ARCH_SHARED_USER_DATA  0xFFFFF78000000000ULL
#define ARCH_HAL_BASE                                                                    \
    0xFFFFFFFFC0000000ULL /* device registers the HAL maps for itself \
                                                      */
#define ARCH_HAL_END         0xFFFFFFFFFFC00000ULL
#define ARCH_LOCAL_APIC_BASE 0xFFFFFFFFFFFE0000ULL

#define KGDT_CODE 0x10 /* the selectors NT uses for kernel code, data and the TSS */
#define KGDT_DATA 0x18
#define KGDT_TSS  0x40

/* Interrupt stack table slots. */
#define ARCH_IST_NONE          0
#define ARCH_IST_DOUBLE_FAULT  1
#define ARCH_IST_NMI           2
#define ARCH_IST_MACHINE_CHECK 3
#define ARCH_IST_COUNT         3

/* Page protections: W and X are never asked for together, the DispatchCode pages
 * excepted. */
#define ARCH_PAGE_WRITE          0x1
#define ARCH_PAGE_EXECUTE        0x2
#define ARCH_PAGE_UNCACHED       0x4
#define ARCH_PAGE_WRITE_COMBINED 0x8 /* uncached, where there is no PAT */

#pragma pack(push, 4)
typedef struct _KTSS64 {
    ULONG Reserved0;
    ULONG64 Rsp0;
    ULONG64 Rsp1;
    ULONG64 Rsp2;
    ULONG64 Ist[8]; /* [0] reserved by the architecture */
    ULONG64 Reserved1;
    USHORT Reserved2;
    USHORT IoMapBase;
} KTSS64, *PKTSS64;
#pragma pack(pop)

typedef union _KIDTENTRY64 {
    struct {
        USHORT OffsetLow;
        USHORT Selector;
        UCHAR IstIndex;
        UCHAR Attributes;
        USHORT OffsetMiddle;
        ULONG OffsetHigh;
        ULONG Reserved1;
    };
    ULONG64 Quad[2];
} KIDTENTRY64, *PKIDTENTRY64;

#define ARCH_GDT_ENTRIES 10

/* The tables one processor owns. Aligned so that the IDT starts a page. */
typedef struct _ARCH_PROCESSOR_TABLES {
    __attribute__((aligned(PAGE_SIZE))) KIDTENTRY64 Idt[256];
    ULONG64 Gdt[ARCH_GDT_ENTRIES];
    KTSS64 Tss;
} ARCH_PROCESSOR_TABLES, *PARCH_PROCESSOR_TABLES;

/* CPUID answers the rest of the kernel asks for, gathered once. */
typedef struct _ARCH_FEATURES {
    BOOLEAN NoExecute;
    BOOLEAN Smep;
    BOOLEAN Smap;
    BOOLEAN Umip;
    BOOLEAN X2Apic;
    BOOLEAN TscDeadline;
    BOOLEAN InvariantTsc;
    BOOLEAN PageAttributes; /* the PAT */
    UCHAR PhysicalAddressBits;
    CHAR Vendor[13];
    CHAR Brand[49];
} ARCH_FEATURES, *PARCH_FEATURES;

FORCEINLINE VOID
ArchPause(VOID)
{
    __asm__ volatile("pause" ::: "memory");
}

FORCEINLINE ULONG64
ArchReadTimeStamp(VOID)
{
    ULONG Low, High;
    __asm__ volatile("rdtsc" : "=a"(Low), "=d"(High));
    return ((ULONG64)High << 32) | Low;
}

FORCEINLINE ULONG64
ArchReadMsr(ULONG Register)
{
    ULONG Low, High;
    __asm__ volatile("rdmsr" : "=a"(Low), "=d"(High) : "c"(Register));
    return ((ULONG64)High << 32) | Low;
}

FORCEINLINE VOID
ArchWriteMsr(ULONG Register, ULONG64 Value)
{
    __asm__ volatile("wrmsr" ::"c"(Register), "a"((ULONG)Value), "d"((ULONG)(Value >> 32))
                     : "memory");
}

FORCEINLINE VOID
ArchCpuid(ULONG Leaf, ULONG SubLeaf, ULONG Registers[4])
{
    __asm__ volatile("cpuid"
                     : "=a"(Registers[0]), "=b"(Registers[1]), "=c"(Registers[2]),
                       "=d"(Registers[3])
                     : "a"(Leaf), "c"(SubLeaf));
}

FORCEINLINE ULONG64
ArchReadFlags(VOID)
{
    ULONG64 Flags;
    __asm__ volatile("pushfq; popq %0" : "=r"(Flags)::"memory");
    return Flags;
}

FORCEINLINE BOOLEAN
ArchInterruptsEnabled(VOID)
{
    return (ArchReadFlags() & 0x200) != 0;
}

FORCEINLINE VOID
ArchEnableInterrupts(VOID)
{
    __asm__ volatile("sti" ::: "memory");
}

/* Disables interrupts; returns whether they were enabled, for ArchRestoreInterrupts. */
/* Where they are known to be on. */
FORCEINLINE VOID
ArchBlockInterrupts(VOID)
{
    __asm__ volatile("cli" ::: "memory");
}

FORCEINLINE BOOLEAN
ArchDisableInterrupts(VOID)
{
    BOOLEAN Enabled = ArchInterruptsEnabled();
    __asm__ volatile("cli" ::: "memory");
    return Enabled;
}

FORCEINLINE VOID
ArchRestoreInterrupts(BOOLEAN Enabled)
{
    if (Enabled) {
        ArchEnableInterrupts();
    }
}

/* Enables interrupts and halts; sti's shadow leaves no gap for a wake-up to be lost in.
 */
FORCEINLINE VOID
ArchWaitForInterrupt(VOID)
{
    __asm__ volatile("sti; hlt" ::: "memory");
}

/* Stops this processor for good. */
__attribute__((noreturn)) FORCEINLINE VOID
ArchHaltForever(VOID)
{
    for (;;) {
        __asm__ volatile("cli; hlt" ::: "memory");
    }
}

FORCEINLINE ULONG64
ArchReadCr2(VOID)
{
    ULONG64 Value;
    __asm__ volatile("mov %%cr2, %0" : "=r"(Value));
    return Value;
}

FORCEINLINE ULONG64
ArchReadCr3(VOID)
{
    ULONG64 Value;
    __asm__ volatile("mov %%cr3, %0" : "=r"(Value));
    return Value;
}

FORCEINLINE VOID
ArchInvalidatePage(ULONG64 Address)
{
    __asm__ volatile("invlpg (%0)" ::"r"(Address) : "memory");
}

FORCEINLINE PVOID
ArchDirectMap(ULONG64 PhysicalAddress)
{
    return (PVOID)(ULONG_PTR)(ARCH_DIRECT_MAP_BASE + PhysicalAddress);
}

/* Leaves the present stack for good: calls Routine, which does not return, on another. */
__attribute__((noreturn)) FORCEINLINE VOID
ArchCallOnStack(PVOID StackTop, VOID (*Routine)(VOID))
{
    __asm__ volatile("movq %0, %%rsp; xorl %%ebp, %%ebp; callq *%1; ud2" ::"r"(StackTop),
                     "r"(Routine)
                     : "memory");
    __builtin_unreachable();
}

/* features.c */
extern ARCH_FEATURES ArchFeatures;
VOID ArchQueryFeatures(VOID);
/* Turns on NX, WP, SSE and, where CPUID has them, SMEP, SMAP, UMIP on this processor. */
VOID ArchEnableFeatures(VOID);

/* descriptors.c: fills the tables of one processor; Ist[i] are stack tops. */
VOID ArchBuildTables(PARCH_PROCESSOR_TABLES Tables);
/* Loads them on the processor that runs this, and sets GS base to Pcr. */
VOID ArchLoadTables(PARCH_PROCESSOR_TABLES Tables, PVOID Pcr);
/* Points one gate at Handler. The caller sees to it that no interrupt can use it
 * half-way. */
VOID ArchSetGate(PKIDTENTRY64 Gate, ULONG64 Handler, UCHAR IstIndex);
ULONG64 ArchGateTarget(const KIDTENTRY64 *Gate);
VOID ArchResetGate(PKIDTENTRY64 Gate, ULONG Vector); /* back to the vector's stub */

/* paging.c: the one kernel address space. */
typedef ULONG64 ARCH_ALLOCATE_TABLE(VOID); /* physical page, zeroed, or 0 */
/* Builds the W^X tables: image by section, direct map to TopOfMemory, and switches to
 * them. */
BOOLEAN ArchBuildAddressSpace(ULONG64 KernelPhysicalBase, ULONG64 TopOfMemory,
                              ARCH_ALLOCATE_TABLE *AllocateTable);
/* Maps one 4 KiB page; FALSE when no table frame could be had. Not present before. */
BOOLEAN ArchMapPage(ULONG64 VirtualAddress, ULONG64 PhysicalAddress, ULONG Protection);
/* Unmaps one page on this processor; returns its physical address, or 0 if none was
   there. The caller flushes the other processors. */
ULONG64 ArchUnmapPage(ULONG64 VirtualAddress);
/* Changes the protection of one mapped 4 KiB page. */
BOOLEAN ArchProtectPage(ULONG64 VirtualAddress, ULONG Protection);
/* The entry that maps a kernel address, 0 when none does. Any IRQL. */
ULONG64 ArchQueryPageEntry(ULONG64 VirtualAddress);
/* Physical address behind any mapped kernel address, or (ULONG64)-1. */
ULONG64 ArchTranslate(ULONG64 VirtualAddress);
