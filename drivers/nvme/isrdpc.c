/*
 * The way back: interrupt, DPC, completed IRPs.
 *
 * A message says which queue it is for and needs no answer, so its ISR only queues the
 * message's DPC, which runs on the same processor. The completions themselves are in
 * memory and nothing destroys them before the DPC takes them. A line has to be quieted:
 * the controller is masked by the ISR and unmasked by the DPC.
 */
#include "nvme.h"

/* The ISR for a message. Nobody else sends it, so it is always ours. Rules ISR-8, MSI-8. */
BOOLEAN
NvmeMessageIsr(PKINTERRUPT Interrupt, PVOID ServiceContext, ULONG MessageId)
{
    PNVME_CONTROLLER Controller = ServiceContext;
    PNVME_MESSAGE Message;

    UNREFERENCED_PARAMETER(Interrupt);

    if (MessageId >= Controller->MessageCount) {
        return FALSE; /* the device was told of no such message */
    }
    Message = &Controller->Messages[MessageId];
    Message->Interrupts++;
    KeInsertQueueDpc(&Message->Dpc, NULL, NULL);
    return TRUE;
}

/* Whether some ring has a new completion. A DPC on another processor may be taking it at
   this moment: then the answer makes one DPC too many, or the line asks again. */
static BOOLEAN
NvmeHasWork(PNVME_CONTROLLER Controller)
{
    if (NvmeHasCompletion(&Controller->Admin)) {
        return TRUE;
    }
    for (ULONG Index = 0; Index < Controller->QueueCount; Index++) {
        if (NvmeHasCompletion(&Controller->Queues[Index]->Ring)) {
            return TRUE;
        }
    }
    return FALSE;
}

/* The ISR for a line, perhaps a shared one. Rules ISR-2, ISR-6, ISR-7. */
BOOLEAN
NvmeLineIsr(PKINTERRUPT Interrupt, PVOID ServiceContext)
{
    PNVME_CONTROLLER Controller = ServiceContext;

    UNREFERENCED_PARAMETER(Interrupt);

    if (!NvmeHasWork(Controller)) {
        return FALSE;
    }
    NvmeWrite(Controller, NVME_INTMS, 1);
    Controller->Messages[0].Interrupts++;
    KeInsertQueueDpc(&Controller->Messages[0].Dpc, NULL, NULL);
    return TRUE;
}

/* Counts a completion, and says whether its IRP is done: a command that the device gave up
   without having done it is issued again. Queue->Lock is held. */
static BOOLEAN
NvmeSettleSlot(PNVME_QUEUE Queue, PNVME_SLOT Slot, ULONG Status)
{
    if ((Status == NVME_STATUS_ABORTED || Status == NVME_STATUS_QUEUE_DELETED) &&
        Slot->Attempts < NVME_ATTEMPTS) {
        if (Queue->State == NvmeQueueRunning) {
            NvmeIssueLocked(Slot);
        } else {
            Slot->State = NvmeSlotReady; /* for the end of the reset */
        }
        return FALSE;
    }
    Slot->State = NvmeSlotMapping;
    Queue->Statistics.Completed++;
    Queue->Statistics.AtHome += Slot->Processor == KeGetCurrentProcessorNumberEx(NULL);
    Queue->Statistics.Errors += Status != NVME_STATUS_SUCCESS;
    return TRUE;
}

/* Takes up to NVME_BATCH completions off the ring; returns how many IRPs they end. */
static ULONG
NvmeTakeBatch(PNVME_QUEUE Queue, PUCHAR Numbers, NTSTATUS *Statuses, PBOOLEAN More)
{
    NVME_COMPLETION Completion;
    ULONG Taken = 0, Count = 0;

    KeAcquireSpinLockAtDpcLevel(&Queue->Lock);
    NvmeTellCommands(Queue);
    while (Taken < NVME_BATCH && NvmeTakeCompletion(&Queue->Ring, &Completion)) {
        ULONG Number = Completion.Status & NVME_IDENTIFIER_MASK;
        ULONG Status = Completion.Status >> NVME_STATUS_SHIFT & NVME_STATUS_MASK;

        Taken++;
        if (Number >= Queue->SlotCount || Queue->Slots[Number].State != NvmeSlotIssued) {
            continue; /* an answer to nothing: the device is not to be trusted */
        }
        if (NvmeSettleSlot(Queue, &Queue->Slots[Number], Status)) {
            Numbers[Count] = (UCHAR)Number;
            Statuses[Count++] = NvmeTranslateStatus(Status);
        }
    }
    if (Taken != 0 && Queue->State == NvmeQueueRunning) {
        NvmeRingHead(&Queue->Ring);
    }
    KeReleaseSpinLockFromDpcLevel(&Queue->Lock);
    *More = Taken == NVME_BATCH;
    return Count;
}

/*
 * Completes what a queue has finished and starts what waits for it. It may run on two
 * processors at once where they share a queue. IRQL: DISPATCH_LEVEL; takes Queue->Lock.
 *
 * Clients send their next requests from their completion routines. All of a batch are
 * issued with one write to the device, the dearest single step of a request.
 */
VOID
NvmeServiceQueue(PNVME_QUEUE Queue)
{
    NTSTATUS Statuses[NVME_BATCH];
    UCHAR Numbers[NVME_BATCH];
    BOOLEAN More;

    InterlockedIncrement(&Queue->BellHolds);
    do {
        ULONG Count = NvmeTakeBatch(Queue, Numbers, Statuses, &More);

        if (Count != 0) {
            NvmeFinishSlots(Queue, Numbers, Statuses, Count);
        }
    } while (More);
    NvmePump(Queue);
    KeAcquireSpinLockAtDpcLevel(&Queue->Lock);
    InterlockedDecrement(&Queue->BellHolds);
    NvmeTellCommands(Queue);
    KeReleaseSpinLockFromDpcLevel(&Queue->Lock);
}

/* The DPC of one message, or of the line. IRQL: DISPATCH_LEVEL. Rules DPC-8, ISR-13. */
VOID
NvmeDpc(PKDPC Dpc, PVOID DeferredContext, PVOID SystemArgument1, PVOID SystemArgument2)
{
    PNVME_MESSAGE Message = DeferredContext;
    PNVME_CONTROLLER Controller = Message->Controller;

    UNREFERENCED_PARAMETER(Dpc);
    UNREFERENCED_PARAMETER(SystemArgument1);
    UNREFERENCED_PARAMETER(SystemArgument2);

    if (Message->Number == 0) {
        NvmeServiceAdmin(Controller);
    }
    if (Controller->MessageCount == 1) {
        for (ULONG Index = 0; Index < Controller->QueueCount; Index++) {
            NvmeServiceQueue(Controller->Queues[Index]);
        }
    } else if (Message->Number != 0 && Message->Number <= Controller->QueueCount) {
        NvmeServiceQueue(Controller->Queues[Message->Number - 1]);
    }
    if (Controller->ConnectVersion != CONNECT_MESSAGE_BASED) {
        NvmeWrite(Controller, NVME_INTMC, 1);
    }
}
