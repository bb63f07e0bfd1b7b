/*
 * One submission queue and its completion queue, in memory that the device reads and
 * writes. The owner's lock is held around everything here but NvmeHasCompletion.
 *
 * The processor sees a completion by its phase bit, which the device inverts on each turn
 * of the ring: an entry is new when its phase is the one of this turn. The memory is
 * volatile and the phase is read first, so the rest of the entry is the device's.
 */
#include "nvme.h"

/* Sets up a ring of Entries in zeroed Memory: commands in its first page, completions in
   its second. Number: the queue's, for its bells. */
VOID
NvmePlaceRing(PNVME_CONTROLLER Controller, PNVME_RING Ring, ULONG Number, ULONG Entries,
              PVOID Memory, PHYSICAL_ADDRESS Address)
{
    PUCHAR Bells = Controller->Registers + NVME_BELLS;

    Ring->Commands = Memory;
    Ring->Completions = (PVOID)((PUCHAR)Memory + NVME_PAGE);
    Ring->CommandsAddress = Address;
    Ring->CompletionsAddress.QuadPart = Address.QuadPart + NVME_PAGE;
    Ring->TailBell = (PULONG)(Bells + 2 * Number * Controller->BellStride);
    Ring->HeadBell = (PULONG)(Bells + (2 * Number + 1) * Controller->BellStride);
    Ring->Entries = Entries;
    NvmeResetRing(Ring);
}

/* As the device sees it after a reset: empty, in the first turn, and no entry of an
   earlier life to be taken for a new one. */
VOID
NvmeResetRing(PNVME_RING Ring)
{
    Ring->Tail = 0;
    Ring->Told = 0;
    Ring->Head = 0;
    Ring->Phase = NVME_PHASE;
    for (ULONG Index = 0; Index < Ring->Entries; Index++) {
        Ring->Completions[Index].Status = 0;
    }
}

/* Appends a command; the caller knows that there is room. The device learns of it from
   NvmeRingTail. */
VOID
NvmePutCommand(PNVME_RING Ring, const NVME_COMMAND *Command, ULONG Identifier)
{
    volatile NVME_COMMAND *Entry = &Ring->Commands[Ring->Tail];

    *Entry = *Command;
    Entry->Operation = Command->Operation | Identifier << NVME_IDENTIFIER_SHIFT;
    Ring->Tail = Ring->Tail + 1 == Ring->Entries ? 0 : Ring->Tail + 1;
}

/* Whether the device has written a completion that has not been taken. Without the lock
   the answer may be a moment old. Any IRQL. */
BOOLEAN
NvmeHasCompletion(const NVME_RING *Ring)
{
    return (Ring->Completions[Ring->Head].Status & NVME_PHASE) == Ring->Phase;
}
