/*
 * Starting the other processors: memory for each, a page of real-mode code, one at a
 * time.
 */
#include "bootp.h"

/* Where real mode can start: below 1 MiB, which mm/ hands out to nobody. */
#define LOWEST_TRAMPOLINE  0x1000ULL
#define HIGHEST_TRAMPOLINE 0x9E000ULL

/* The last words of the trampoline (boot/trampoline.asm). */
typedef struct _TRAMPOLINE_FIELDS {
    ULONG64 Root;
    ULONG64 Efer;
    ULONG64 Stack;
    ULONG64 Argument;
    ULONG64 Entry;
} TRAMPOLINE_FIELDS;

#define EFER_LONG_MODE  (1 << 8)
#define EFER_NO_EXECUTE (1 << 11)

#define EXCEPTION_STACK_SIZE 0x2000

BOOLEAN
BootAllocateProcessor(PKPROCESSOR_MEMORY Memory)
{
    BOOLEAN Whole = TRUE;

    memset(Memory, 0, sizeof(*Memory));
    for (ULONG Slot = 0; Slot < ARCH_IST_COUNT; Slot++) {
        Memory->Ist[Slot] = MmCreateKernelStack(EXCEPTION_STACK_SIZE);
        Whole = Whole && Memory->Ist[Slot] != NULL;
    }
    Memory->DpcStack = MmCreateKernelStack(KERNEL_STACK_SIZE);
    Memory->IdleStack = MmCreateKernelStack(KERNEL_STACK_SIZE);
    Memory->Block = MmAllocatePages(BYTES_TO_PAGES(KeProcessorBlockSize()));
    Memory->IdleThread = MmAllocatePages(BYTES_TO_PAGES(sizeof(KTHREAD)));
    return Whole && Memory->DpcStack != NULL && Memory->IdleStack != NULL &&
           Memory->Block != NULL && Memory->IdleThread != NULL;
}

static BOOLEAN
BootOverlaps(ULONG64 Page, ULONG64 Base, ULONG64 Length)
{
    return Length != 0 && Page < Base + Length && Base < Page + PAGE_SIZE;
}

/* Whether the loader left something in Page that is still read. */
static BOOLEAN
BootIsOccupied(const BOOT_INFORMATION *Boot, ULONG64 Page)
{
    BOOLEAN Occupied =
        BootOverlaps(Page, Boot->InformationBase, Boot->InformationLength) ||
        BootOverlaps(Page, Boot->SymbolBase, Boot->SymbolLength) ||
        BootOverlaps(Page, Boot->StringBase, Boot->StringLength);

    for (ULONG Index = 0; Index < Boot->ModuleCount; Index++) {
        Occupied |=
            BootOverlaps(Page, Boot->Modules[Index].Base, Boot->Modules[Index].Length);
    }
    return Occupied;
}

static BOOLEAN
BootIsUsable(const BOOT_INFORMATION *Boot, ULONG64 Page)
{
    for (ULONG Index = 0; Index < Boot->MemoryRangeCount; Index++) {
        const BOOT_MEMORY_RANGE *Range = &Boot->MemoryRanges[Index];

        if (Range->Type == BootMemoryUsable && Page >= Range->Base &&
            Page - Range->Base + PAGE_SIZE <= Range->Length) {
            return TRUE;
        }
    }
    return FALSE;
}

/* A page of low memory that is nobody's; 0: there is none. */
static ULONG64
BootChooseTrampolinePage(const BOOT_INFORMATION *Boot)
{
    for (ULONG64 Page = LOWEST_TRAMPOLINE; Page <= HIGHEST_TRAMPOLINE;
         Page += PAGE_SIZE) {
        if (BootIsUsable(Boot, Page) && !BootIsOccupied(Boot, Page)) {
            return Page;
        }
    }
    return 0;
}

static VOID
BootFillTrampoline(ULONG64 StartPage, const KPROCESSOR_MEMORY *Memory)
{
    UCHAR *Page = ArchDirectMap(StartPage);
    SIZE_T Length = (SIZE_T)(BootTrampolineEnd - BootTrampoline);
    TRAMPOLINE_FIELDS Fields = {.Root = ArchReadCr3(),
                                .Efer = EFER_LONG_MODE |
                                        (ArchFeatures.NoExecute ? EFER_NO_EXECUTE : 0),
                                .Stack = (ULONG64)(ULONG_PTR)Memory->IdleStack,
                                .Argument = (ULONG64)(ULONG_PTR)Memory->Block,
                                .Entry = (ULONG64)(ULONG_PTR)KeProcessorEntry};

    memcpy(Page, BootTrampoline, Length);
    memcpy(Page + Length - sizeof(Fields), &Fields, sizeof(Fields));
}

static BOOLEAN
BootStartOne(ULONG Number, ULONG ApicId, ULONG64 StartPage)
{
    KPROCESSOR_MEMORY Memory;

    if (!BootAllocateProcessor(&Memory)) {
        return FALSE;
    }
    BootFillTrampoline(StartPage, &Memory);
    return KeStartProcessor(Number, ApicId, &Memory, StartPage);
}

static VOID
BootPrintProcessor(PKPRCB Prcb)
{
    PKPCR Pcr = CONTAINING_RECORD(Prcb, KPCR, Prcb);

    KePrint("dirql: processor %u: APIC id %u, KPCR %p, IDT %p, GDT %p, TSS %p, DPC stack "
            "%p\n",
            Prcb->Number, Prcb->ApicId, Pcr, Pcr->IdtBase, Pcr->GdtBase, Pcr->TssBase,
            Prcb->DpcStack);
}

/*
 * One after the other. The first that does not come is named and left out, and so are
 * those after it: it may still come, so its page and its numbers stay its own.
 */
VOID
BootStartProcessors(const BOOT_INFORMATION *Boot, ULONG Limit)
{
    const HAL_PROCESSOR *Processors;
    ULONG Count = min(HalQueryProcessors(&Processors), Limit);
    ULONG64 Page = BootChooseTrampolinePage(Boot);
    ULONG Number = 1;

    if (Count > 1 && Page != 0 && ArchMapPage(Page, Page, ARCH_PAGE_EXECUTE)) {
        while (Number < Count && BootStartOne(Number, Processors[Number].ApicId, Page)) {
            Number++;
        }
        if (Number == Count) {
            ArchUnmapPage(Page);
            KeFlushEntireTb();
        } else {
            KePrint("dirql: processor %u (APIC id %u) does not start\n", Number,
                    Processors[Number].ApicId);
        }
    }
    for (ULONG Up = 0; Up < Number; Up++) {
        BootPrintProcessor(KiProcessorBlock[Up]);
    }
    KePrint("dirql: %u of %u processors up\n", Number, Count);
}
