/*
 * Commands that are not answered: looked for each second, aborted, and if that does not
 * help either, the controller is reset (recover.c).
 */
#include "nvme.h"

#define NVME_GRACE_SECONDS 2 /* for an abort to take effect */

/* Looks at one queue's commands; returns what the worker has to do about them. */
static LONG
NvmeCheckDeadlines(PNVME_QUEUE Queue)
{
    ULONG Now = (ULONG)Queue->Controller->Ticks;
    LONG Work = 0;

    KeAcquireSpinLockAtDpcLevel(&Queue->Lock);
    for (ULONG Number = 0; Number < Queue->SlotCount; Number++) {
        PNVME_SLOT Slot = &Queue->Slots[Number];

        if (Slot->State != NvmeSlotIssued || (LONG)(Now - Slot->Deadline) < 0) {
            continue;
        }
        Work |= Slot->Late ? NVME_WORK_RESET : NVME_WORK_ABORT;
        Queue->Statistics.Aborts += !Slot->Late;
        Slot->Late = TRUE;
        Slot->Deadline = Now + NVME_GRACE_SECONDS;
    }
    KeReleaseSpinLockFromDpcLevel(&Queue->Lock);
    return Work;
}

/* Each second. IRQL: DISPATCH_LEVEL. */
VOID
NvmeTimer(PDEVICE_OBJECT DeviceObject, PVOID Context)
{
    PNVME_CONTROLLER Controller = Context;
    ULONG Status = NvmeRead(Controller, NVME_CSTS);
    LONG Work = 0;

    UNREFERENCED_PARAMETER(DeviceObject);

    InterlockedIncrement(&Controller->Ticks);
    if (NvmeIsGone(Controller)) {
        Work = Controller->Gone ? 0 : NVME_WORK_GONE;
    } else if ((Status & NVME_CSTS_FATAL) != 0) {
        Work = NVME_WORK_RESET;
    } else {
        for (ULONG Index = 0; Index < Controller->QueueCount; Index++) {
            Work |= NvmeCheckDeadlines(Controller->Queues[Index]);
        }
    }
    if (Work != 0) {
        NvmeRequestWork(Controller, Work);
    }
}

/* Whether the device still has a command that is too late. */
static BOOLEAN
NvmeIsLate(PNVME_SLOT Slot)
{
    BOOLEAN Late;
    KIRQL OldIrql;

    KeAcquireSpinLock(&Slot->Queue->Lock, &OldIrql);
    Late = Slot->State == NvmeSlotIssued && Slot->Late;
    KeReleaseSpinLock(&Slot->Queue->Lock, OldIrql);
    return Late;
}

/* Asks the device to give up one command. It need not, and then does not say so: whether
   it did is seen by the command's own completion. */
static NTSTATUS
NvmeAbort(PNVME_SLOT Slot)
{
    NVME_COMMAND Command;

    RtlZeroMemory(&Command, sizeof(Command));
    Command.Operation = NVME_ADMIN_ABORT;
    Command.Arguments[0] = Slot->Number << 16 | Slot->Queue->Number;
    return NvmeAdmin(Slot->Queue->Controller, &Command, NULL);
}

/*
 * Has every late command aborted. A command that ended meanwhile, and whose slot has
 * another one now, makes that one come back as aborted: it is issued again.
 * IRQL: PASSIVE_LEVEL, in the worker.
 */
VOID
NvmeAbortLate(PNVME_CONTROLLER Controller)
{
    NTSTATUS Status;

    for (ULONG Index = 0; Index < Controller->QueueCount; Index++) {
        PNVME_QUEUE Queue = Controller->Queues[Index];

        for (ULONG Number = 0; Number < Queue->SlotCount; Number++) {
            if (!NvmeIsLate(&Queue->Slots[Number])) {
                continue;
            }
            DbgPrint("nvme: queue %u: command %u is late, aborting it\n",
                     (unsigned)Queue->Number, (unsigned)Number);
            Status = NvmeAbort(&Queue->Slots[Number]);
            if (Status == STATUS_IO_TIMEOUT) {
                NvmeReset(Controller);
            }
            if (Status == STATUS_IO_TIMEOUT || Status == STATUS_NO_SUCH_DEVICE) {
                return; /* nothing is late any more, or the timer finds it gone */
            }
        }
    }
}
