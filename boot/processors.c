/*
 * Starting the other processors: memory for each, a page of real-mode code, one at a
 * time.
 */
#include "bootp.h"

#define TRAMPOLINE_PAGE 0x8000ULL /* below 1 MiB, which mm/ hands out to nobody */

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

static VOID
BootFillTrampoline(const KPROCESSOR_MEMORY *Memory)
{
    UCHAR *Page = ArchDirectMap(TRAMPOLINE_PAGE);
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
BootStartOne(ULONG Number, ULONG ApicId)
{
    KPROCESSOR_MEMORY Memory;

    if (!BootAllocateProcessor(&Memory)) {
        return FALSE;
    }
    BootFillTrampoline(&Memory);
    return KeStartProcessor(Number, ApicId, &Memory, TRAMPOLINE_PAGE);
}

/* One after the other; one that fails is named and left out. */
VOID
BootStartProcessors(ULONG Limit)
{
    const HAL_PROCESSOR *Processors;
    ULONG Count = HalQueryProcessors(&Processors);

    if (Count > Limit) {
        Count = Limit;
    }
    if (Count > 1 && !ArchMapPage(TRAMPOLINE_PAGE, TRAMPOLINE_PAGE, ARCH_PAGE_EXECUTE)) {
        Count = 1;
    }
    for (ULONG Number = 1; Number < Count; Number++) {
        if (!BootStartOne(Number, Processors[Number].ApicId)) {
            KePrint("dirql: processor %u (APIC id %u) does not start and is left out\n",
                    Number, Processors[Number].ApicId);
        }
    }
    if (Count > 1) {
        ArchUnmapPage(TRAMPOLINE_PAGE);
        KeFlushEntireTb();
    }
    KePrint("dirql: %u of %u processors up\n", KeQueryActiveProcessorCount(NULL), Count);
}
