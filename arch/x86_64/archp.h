/* Private to arch/x86_64: selectors' contents, control-register bits, page-table bits. */
#pragma once

#include <internal/arch.h>
#include <internal/rtl.h>

#define CR0_WRITE_PROTECT       (1ULL << 16)
#define CR0_MONITOR_COPROCESSOR (1ULL << 1)
#define CR0_EMULATION           (1ULL << 2)
#define CR0_NOT_WRITE_THROUGH   (1ULL << 29)
#define CR0_CACHE_DISABLE       (1ULL << 30)
#define CR4_OSFXSR              (1ULL << 9)
#define CR4_OSXMMEXCPT          (1ULL << 10)
#define CR4_UMIP                (1ULL << 11)
#define CR4_SMEP                (1ULL << 20)
#define CR4_SMAP                (1ULL << 21)

#define MSR_PAT            0x277
#define MSR_EFER           0xC0000080
#define MSR_GS_BASE        0xC0000101
#define MSR_KERNEL_GS_BASE 0xC0000102
#define EFER_NO_EXECUTE    (1ULL << 11)

/* The memory types that PTE_WRITE_THROUGH (1) and PTE_CACHE_DISABLE (2) choose from: as the
   processor is reset, but that 1 is write-combining, as it is in NT; nobody needs
   write-through. 0: write-back, 2: uncached unless an MTRR says more, 3: uncached. */
#define PAT_TYPES 0x0007010600070106ULL

#define PTE_PRESENT       (1ULL << 0)
#define PTE_WRITE         (1ULL << 1)
#define PTE_WRITE_THROUGH (1ULL << 3)
#define PTE_CACHE_DISABLE (1ULL << 4)
#define PTE_LARGE         (1ULL << 7)
#define PTE_NO_EXECUTE    (1ULL << 63)
#define PTE_ADDRESS       0x000FFFFFFFFFF000ULL

#define DESCRIPTOR_KERNEL_CODE 0x00209B0000000000ULL /* 64-bit code, accessed */
#define DESCRIPTOR_KERNEL_DATA 0x00CF93000000FFFFULL
#define DESCRIPTOR_TSS                                                                   \
    0x0000890000000000ULL /* available 64-bit TSS; base and limit added */

#define GATE_INTERRUPT 0x8E /* present, DPL 0, interrupt gate: IF is cleared on entry */

/* vectors.asm: 256 entries ARCH_VECTOR_STUB_SIZE bytes apart. */
#define ARCH_VECTOR_STUB_SIZE 16
extern const UCHAR ArchVectorStubs[];
VOID ArchpLoadGdt(const VOID *Gdtr, USHORT CodeSelector, USHORT DataSelector);

/* linker.ld: the image's parts, each starting and ending on a page. */
extern const UCHAR KiImageStart[], KiTextStart[], KiTextEnd[];
extern const UCHAR KiRodataStart[], KiRodataEnd[], KiDataStart[], KiImageEnd[];
