/*
 * Resetting a controller without losing a request, and giving one up.
 *
 * A reset makes the device forget its queues and stop using memory. What it had completed
 * until then is taken; what it had not is issued again when it is back, with the memory
 * still mapped. Reading or writing the same blocks twice is the same as once, and a client
 * that has two requests out for one block has asked for no order.
 */
#include "nvme.h"

/* Lets nothing more be issued, or lets it again. */
static VOID
NvmeSetStates(PNVME_CONTROLLER Controller, NVME_QUEUE_STATE State)
{
    KIRQL OldIrql;

    for (ULONG Index = 0; Index < Controller->QueueCount; Index++) {
        PNVME_QUEUE Queue = Controller->Queues[Index];

        KeAcquireSpinLock(&Queue->Lock, &OldIrql);
        if (Queue->State != NvmeQueueDead) {
            Queue->State = State;
        }
        KeReleaseSpinLock(&Queue->Lock, OldIrql);
    }
}

/*
 * Takes up to NVME_BATCH slots that are with the device, or ready for it, and have used up
 * Attempts; they are the caller's to finish. Queue->Lock is held.
 */
static ULONG
NvmeTakeSlots(PNVME_QUEUE Queue, ULONG Attempts, PUCHAR Numbers)
{
    ULONG Count = 0;

    for (ULONG Number = 0; Number < Queue->SlotCount && Count < NVME_BATCH; Number++) {
        PNVME_SLOT Slot = &Queue->Slots[Number];

        if ((Slot->State == NvmeSlotIssued || Slot->State == NvmeSlotReady) &&
            Slot->Attempts >= Attempts) {
            Slot->State = NvmeSlotMapping;
            Numbers[Count++] = (UCHAR)Number;
        }
    }
    return Count;
}

/* Fails the slots that have used up Attempts. The device has stopped, or is gone. */
static VOID
NvmeFailSlots(PNVME_QUEUE Queue, ULONG Attempts, NTSTATUS Status)
{
    NTSTATUS Statuses[NVME_BATCH];
    UCHAR Numbers[NVME_BATCH];
    KIRQL OldIrql;
    ULONG Count;

    for (ULONG Index = 0; Index < NVME_BATCH; Index++) {
        Statuses[Index] = Status;
    }
    do {
        KeRaiseIrql(DISPATCH_LEVEL, &OldIrql);
        KeAcquireSpinLockAtDpcLevel(&Queue->Lock);
        Count = NvmeTakeSlots(Queue, Attempts, Numbers);
        KeReleaseSpinLockFromDpcLevel(&Queue->Lock);
        NvmeFinishSlots(Queue, Numbers, Statuses, Count);
        KeLowerIrql(OldIrql);
    } while (Count == NVME_BATCH);
}

/* After the device has stopped: its last completions, then an empty ring and every other
   command ready to be issued again. */
static VOID
NvmeCollect(PNVME_QUEUE Queue)
{
    KIRQL OldIrql;

    KeRaiseIrql(DISPATCH_LEVEL, &OldIrql);
    NvmeServiceQueue(Queue);
    KeAcquireSpinLockAtDpcLevel(&Queue->Lock);
    NvmeResetRing(&Queue->Ring);
    for (ULONG Number = 0; Number < Queue->SlotCount; Number++) {
        if (Queue->Slots[Number].State == NvmeSlotIssued) {
            Queue->Slots[Number].State = NvmeSlotReady;
        }
    }
    KeReleaseSpinLockFromDpcLevel(&Queue->Lock);
    KeLowerIrql(OldIrql);
    NvmeFailSlots(Queue, NVME_ATTEMPTS, STATUS_IO_TIMEOUT);
}

/* The device is back: issues what is ready, then what waits. */
static VOID
NvmeResume(PNVME_QUEUE Queue)
{
    KIRQL OldIrql;

    KeRaiseIrql(DISPATCH_LEVEL, &OldIrql);
    KeAcquireSpinLockAtDpcLevel(&Queue->Lock);
    for (ULONG Number = 0; Number < Queue->SlotCount; Number++) {
        if (Queue->State == NvmeQueueRunning &&
            Queue->Slots[Number].State == NvmeSlotReady) {
            NvmeIssueLocked(&Queue->Slots[Number]);
        }
    }
    KeReleaseSpinLockFromDpcLevel(&Queue->Lock);
    NvmePump(Queue);
    KeLowerIrql(OldIrql);
}

/*
 * Fails everything, now and from now on: with STATUS_DEVICE_REMOVED what was under way when
 * the device was pulled out, with STATUS_NO_SUCH_DEVICE what comes later, or what a device
 * that does not answer has left. IRQL: PASSIVE_LEVEL.
 */
VOID
NvmeGiveUp(PNVME_CONTROLLER Controller)
{
    NTSTATUS Status = Controller->Gone ? STATUS_DEVICE_REMOVED : STATUS_NO_SUCH_DEVICE;
    KIRQL OldIrql;

    for (ULONG Index = 0; Index < Controller->QueueCount; Index++) {
        PNVME_QUEUE Queue = Controller->Queues[Index];

        KeAcquireSpinLock(&Queue->Lock, &OldIrql);
        Queue->Open = FALSE;
        Queue->State = NvmeQueueDead;
        KeReleaseSpinLock(&Queue->Lock, OldIrql);
        NvmeFailSlots(Queue, 0, Status);
        NvmeFailWaiting(Queue, Status);
    }
}

/*
 * Resets the controller and has everything done that it had not finished; what was tried
 * NVME_ATTEMPTS times fails with STATUS_IO_TIMEOUT. A controller that does not come back is
 * given up. IRQL: PASSIVE_LEVEL, in the worker.
 */
VOID
NvmeReset(PNVME_CONTROLLER Controller)
{
    BOOLEAN Back;

    Controller->Resets++;
    DbgPrint("nvme: resetting the controller, status 0x%x\n",
             (unsigned)NvmeRead(Controller, NVME_CSTS));
    NvmeSetStates(Controller, NvmeQueueFrozen);
    Back = NvmeDisable(Controller);
    for (ULONG Index = 0; Back && Index < Controller->QueueCount; Index++) {
        NvmeCollect(Controller->Queues[Index]);
    }
    Back = Back && NvmeEnable(Controller) && NT_SUCCESS(NvmeCreateQueues(Controller));
    if (!Back) {
        DbgPrint("nvme: the controller does not come back\n");
        NvmeGiveUp(Controller);
        return;
    }
    (VOID) NvmeRequestEvents(Controller);
    NvmeSetStates(Controller, NvmeQueueRunning);
    for (ULONG Index = 0; Index < Controller->QueueCount; Index++) {
        NvmeResume(Controller->Queues[Index]);
    }
}
