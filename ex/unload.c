/*
 * What a driver must not leave behind: when it has unloaded, and in memory that is freed.
 */
#include "track.h"

/* Detail of bug check DRIVER_VERIFIER_DETECTED_VIOLATION, as NT has it: name, record of the
   driver, blocks. */
#define VERIFIER_POOL_LEFT 0x62

typedef struct _EXP_LEFTOVER {
    ULONG_PTR Start;
    SIZE_T Length;
    PVOID Found;
} EXP_LEFTOVER, *PEXP_LEFTOVER;

VOID
ExpCheckForQueued(ULONG_PTR Start, SIZE_T Length)
{
    KE_QUEUED Queued;

    if (KeFindQueued(Start, Length, &Queued)) {
        KeBugCheckEx(TIMER_OR_DPC_INVALID, Queued.Kind, Queued.Object, Start,
                     Start + Length);
    }
}

VOID
ExpCheckFreed(ULONG_PTR Start, SIZE_T Length)
{
    PVOID Item = ExpFindQueuedItem(Start, Length);

    ExpCheckForQueued(Start, Length);
    if (Item != NULL) {
        KeBugCheckEx(WORKER_INVALID, EX_WORKER_ITEM_FREED, (ULONG_PTR)Item, Start,
                     Start + Length);
    }
}

static VOID
ExpVisitInterrupt(PKINTERRUPT Interrupt, PVOID Context)
{
    PEXP_LEFTOVER Leftover = Context;

    if (KeQueryServiceRoutine(Interrupt) - Leftover->Start < Leftover->Length) {
        Leftover->Found = Interrupt;
    }
}

VOID
ExStopForLeftover(PVOID Base, PVOID Object, EX_LEFTOVER Kind)
{
    static const CHAR *const Names[] = {
        [ExLeftInterrupt] = "an interrupt is connected",
        [ExLeftWorkItem] = "a work item is queued",
        [ExLeftDevice] = "a device object is not deleted",
    };
    static CHAR Text[120]; /* outlives the call: a stop report prints it */
    PEXP_DRIVER Driver = ExpFindDriver((ULONG_PTR)Base);

    RtlFormat(Text, sizeof(Text), "%s has unloaded, and %s", Driver->Name, Names[Kind]);
    KeExplainStop((ULONG_PTR)Base, Text);
    KeBugCheckEx(DRIVER_VERIFIER_DETECTED_VIOLATION, EX_VIOLATION_LEFT,
                 (ULONG_PTR)Driver->Name, (ULONG_PTR)Object, Kind);
}

/* Interrupts that would call the image, and work items. */
static VOID
ExpCheckForObjects(PEXP_DRIVER Driver)
{
    EXP_LEFTOVER Leftover = {Driver->Base, Driver->Size, NULL};
    PVOID Item;

    KeVisitInterrupts(ExpVisitInterrupt, &Leftover);
    if (Leftover.Found != NULL) {
        ExStopForLeftover((PVOID)Driver->Base, Leftover.Found, ExLeftInterrupt);
    }
    Item = ExpFindQueuedItem(Driver->Base, Driver->Size);
    if (Item != NULL) {
        ExStopForLeftover((PVOID)Driver->Base, Item, ExLeftWorkItem);
    }
}

/* Prints what is left under each tag; the blocks are few, or the first few say enough. */
static VOID
ExpPrintLeft(PEXP_DRIVER Driver)
{
    CHAR Text[120];

    DbgPrint("verifier: %s has left %I64u blocks of pool, %I64u bytes\n", Driver->Name,
             Driver->BlocksInUse, Driver->BytesInUse);
    for (PLIST_ENTRY Link = Driver->Blocks.Flink; Link != &Driver->Blocks;
         Link = Link->Flink) {
        const EXP_TRACKED *Block = CONTAINING_RECORD(Link, EXP_TRACKED, Link);

        KeDescribeAddress(Block->AllocatedBy, Text, sizeof(Text));
        DbgPrint("verifier:   %I64u bytes '%.4s' at 0x%p, allocated by %s\n",
                 (ULONG64)Block->Size, (const CHAR *)&Block->Tag, Block->Address, Text);
    }
}

VOID
ExCheckUnload(PVOID Base, BOOLEAN Unloaded)
{
    PEXP_DRIVER Driver = ExpFindDriver((ULONG_PTR)Base);

    if (Driver == NULL) {
        return;
    }
    if (Unloaded) {
        ExpCheckForQueued(Driver->Base, Driver->Size);
        ExpCheckForObjects(Driver);
    }
    if (Unloaded && Driver->BlocksInUse != 0) {
        ExpPrintLeft(Driver);
        KeExplainStop(Driver->Base, "a driver has unloaded without freeing its pool");
        KeBugCheckEx(DRIVER_VERIFIER_DETECTED_VIOLATION, VERIFIER_POOL_LEFT,
                     (ULONG_PTR)Driver->Name, (ULONG_PTR)Driver,
                     (ULONG_PTR)Driver->BlocksInUse);
    }
    Driver->Size = 0;
}
