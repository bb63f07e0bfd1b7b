/*
 * The life of the I/O queue pairs: allocated for the messages there are, created in the
 * device, opened, drained, freed.
 *
 * With a message for each processor there is a pair for each, and its message goes to that
 * processor, so a request, its command and its completion stay on one processor and its
 * cache. With one message, or the line, all processors share one pair.
 */
#include "nvme.h"

#define NVME_DRAIN_SECONDS 30
#define NVME_QUEUE_BYTES   (2 * NVME_PAGE + NVME_ENTRIES * NVME_LIST_SIZE)

/* How many pairs there can be bells, messages and processors for. */
static ULONG
NvmeCountWantedQueues(PNVME_CONTROLLER Controller)
{
    ULONG Bells = (Controller->RegistersLength - NVME_BELLS) / Controller->BellStride;
    ULONG Wanted = KeQueryActiveProcessorCountEx(ALL_PROCESSOR_GROUPS);

    Wanted = min(Wanted, Bells / 2 - 1); /* the admin pair has the first two */
    Wanted = min(Wanted, Controller->MessageCount - 1);
    return max(min(Wanted, NVME_MAXIMUM_QUEUES), 1);
}

/* Asks the device for as many; what it grants may be fewer, but never less than one. */
static NTSTATUS
NvmeNegotiateQueues(PNVME_CONTROLLER Controller)
{
    ULONG Wanted = NvmeCountWantedQueues(Controller);
    NVME_COMMAND Command;
    ULONG Granted;
    NTSTATUS Status;

    RtlZeroMemory(&Command, sizeof(Command));
    Command.Operation = NVME_ADMIN_SET_FEATURES;
    Command.Arguments[0] = NVME_FEATURE_QUEUES;
    Command.Arguments[1] = (Wanted - 1) << 16 | (Wanted - 1);
    Status = NvmeAdmin(Controller, &Command, &Granted);
    if (NT_SUCCESS(Status)) {
        Wanted = min(Wanted, (Granted & 0xFFFF) + 1);
        Wanted = min(Wanted, (Granted >> 16) + 1);
        Controller->QueueCount = Wanted;
    }
    return Status;
}

static VOID
NvmeInitializeQueue(PNVME_QUEUE Queue, PNVME_CONTROLLER Controller, ULONG Number)
{
    RtlZeroMemory(Queue, sizeof(*Queue));
    Queue->Controller = Controller;
    Queue->Number = Number;
    Queue->Message = Controller->MessageCount > 1 ? Number : 0;
    KeInitializeSpinLock(&Queue->Lock);
    KeInitializeEvent(&Queue->Idle, NotificationEvent, FALSE);
    InitializeListHead(&Queue->Waiting);
}

/* Slots for all entries of the ring but the one that has to stay free. */
static VOID
NvmeInitializeSlots(PNVME_QUEUE Queue)
{
    Queue->SlotCount = Queue->Ring.Entries - 1;
    for (ULONG Number = 0; Number < Queue->SlotCount; Number++) {
        Queue->Slots[Number].Queue = Queue;
        Queue->Slots[Number].Number = Number;
        Queue->Free[Queue->FreeCount++] = (UCHAR)(Queue->SlotCount - 1 - Number);
    }
}

/* The pair with its memory, or NULL. */
static PNVME_QUEUE
NvmeAllocateQueue(PNVME_CONTROLLER Controller, ULONG Number)
{
    PDMA_ADAPTER Adapter = Controller->DmaAdapter;
    ULONG Entries = (Controller->Capabilities & NVME_CAP_ENTRIES_MASK) + 1;
    PNVME_QUEUE Queue =
        ExAllocatePoolWithTag(NonPagedPool, sizeof(NVME_QUEUE), NVME_POOL_TAG);

    if (Queue == NULL) {
        return NULL;
    }
    NvmeInitializeQueue(Queue, Controller, Number);
    Queue->Memory = Adapter->DmaOperations->AllocateCommonBuffer(
        Adapter, NVME_QUEUE_BYTES, &Queue->MemoryAddress, TRUE);
    if (Queue->Memory == NULL) {
        ExFreePoolWithTag(Queue, NVME_POOL_TAG);
        return NULL;
    }
    RtlZeroMemory(Queue->Memory, NVME_QUEUE_BYTES);
    Queue->Lists = (PUCHAR)Queue->Memory + 2 * NVME_PAGE;
    NvmePlaceRing(Controller, &Queue->Ring, Number, min(Entries, NVME_ENTRIES),
                  Queue->Memory, Queue->MemoryAddress);
    NvmeInitializeSlots(Queue);
    return Queue;
}

/* The pair whose message comes to this processor; where there is none, one in turn. */
static PNVME_QUEUE
NvmeFindQueueFor(PNVME_CONTROLLER Controller, ULONG Processor)
{
    PIO_INTERRUPT_MESSAGE_INFO Table = Controller->Connection.MessageTable;

    for (ULONG Index = 0; Index < Controller->QueueCount; Index++) {
        PNVME_QUEUE Queue = Controller->Queues[Index];

        if (Queue->Message != 0 &&
            (Table->MessageInfo[Queue->Message].TargetProcessorSet >> Processor & 1)) {
            return Queue;
        }
    }
    return Controller->Queues[Processor % Controller->QueueCount];
}

/*
 * Settles how many pairs there are and allocates them; the device is told in
 * NvmeCreateQueues. The messages are connected. IRQL: PASSIVE_LEVEL.
 */
NTSTATUS
NvmeAllocateQueues(PNVME_CONTROLLER Controller)
{
    NTSTATUS Status = NvmeNegotiateQueues(Controller);
    ULONG Count = Controller->QueueCount;

    Controller->QueueCount = 0;
    for (ULONG Index = 0; NT_SUCCESS(Status) && Index < Count; Index++) {
        Controller->Queues[Index] = NvmeAllocateQueue(Controller, Index + 1);
        if (Controller->Queues[Index] == NULL) {
            return STATUS_INSUFFICIENT_RESOURCES;
        }
        Controller->QueueCount++;
    }
    for (ULONG Number = 0; NT_SUCCESS(Status) && Number < NVME_MAXIMUM_PROCESSORS;
         Number++) {
        Controller->QueueOf[Number] = NvmeFindQueueFor(Controller, Number);
    }
    return Status;
}

/* Tells the device of one pair; its ring is empty. */
static NTSTATUS
NvmeCreateQueue(PNVME_CONTROLLER Controller, PNVME_QUEUE Queue)
{
    PNVME_RING Ring = &Queue->Ring;
    NVME_COMMAND Command;
    NTSTATUS Status;

    RtlZeroMemory(&Command, sizeof(Command));
    Command.Operation = NVME_ADMIN_CREATE_COMPLETION;
    Command.Data[0] = (ULONG64)Ring->CompletionsAddress.QuadPart;
    Command.Arguments[0] = (Ring->Entries - 1) << 16 | Queue->Number;
    Command.Arguments[1] =
        Queue->Message << 16 | NVME_QUEUE_INTERRUPTS | NVME_QUEUE_CONTIGUOUS;
    Status = NvmeAdmin(Controller, &Command, NULL);
    if (NT_SUCCESS(Status)) {
        Command.Operation = NVME_ADMIN_CREATE_SUBMISSION;
        Command.Data[0] = (ULONG64)Ring->CommandsAddress.QuadPart;
        Command.Arguments[1] = Queue->Number << 16 | NVME_QUEUE_CONTIGUOUS;
        Status = NvmeAdmin(Controller, &Command, NULL);
    }
    return Status;
}

/* Tells the device of all of them, after a start or a reset. IRQL: PASSIVE_LEVEL. */
NTSTATUS
NvmeCreateQueues(PNVME_CONTROLLER Controller)
{
    NTSTATUS Status = STATUS_SUCCESS;

    for (ULONG Index = 0; NT_SUCCESS(Status) && Index < Controller->QueueCount; Index++) {
        Status = NvmeCreateQueue(Controller, Controller->Queues[Index]);
    }
    return Status;
}

/* From here on requests are taken. */
VOID
NvmeOpenQueues(PNVME_CONTROLLER Controller)
{
    KIRQL OldIrql;

    for (ULONG Index = 0; Index < Controller->QueueCount; Index++) {
        PNVME_QUEUE Queue = Controller->Queues[Index];

        KeAcquireSpinLock(&Queue->Lock, &OldIrql);
        Queue->Open = TRUE;
        KeReleaseSpinLock(&Queue->Lock, OldIrql);
    }
}

/*
 * Refuses new requests, fails those that wait, and lets those that are out finish; what
 * the device does not finish in time NvmeGiveUp fails later. IRQL: PASSIVE_LEVEL.
 */
VOID
NvmeDrainQueues(PNVME_CONTROLLER Controller)
{
    LARGE_INTEGER Limit = {.QuadPart = -10000000LL * NVME_DRAIN_SECONDS};
    KIRQL OldIrql;

    for (ULONG Index = 0; Index < Controller->QueueCount; Index++) {
        PNVME_QUEUE Queue = Controller->Queues[Index];

        KeAcquireSpinLock(&Queue->Lock, &OldIrql);
        Queue->Open = FALSE;
        if (Queue->FreeCount == Queue->SlotCount) {
            KeSetEvent(&Queue->Idle, IO_NO_INCREMENT, FALSE);
        }
        KeReleaseSpinLock(&Queue->Lock, OldIrql);
        NvmeFailWaiting(Queue, STATUS_NO_SUCH_DEVICE);
        KeWaitForSingleObject(&Queue->Idle, Executive, KernelMode, FALSE, &Limit);
    }
}

/* The controller is disabled, gone or stuck, and no request is left. IRQL: PASSIVE_LEVEL. */
VOID
NvmeFreeQueues(PNVME_CONTROLLER Controller)
{
    PDMA_ADAPTER Adapter = Controller->DmaAdapter;

    for (ULONG Index = 0; Index < Controller->QueueCount; Index++) {
        PNVME_QUEUE Queue = Controller->Queues[Index];

        if (!Controller->Stuck) {
            Adapter->DmaOperations->FreeCommonBuffer(
                Adapter, NVME_QUEUE_BYTES, Queue->MemoryAddress, Queue->Memory, TRUE);
        }
        ExFreePoolWithTag(Queue, NVME_POOL_TAG);
        Controller->Queues[Index] = NULL;
    }
    Controller->QueueCount = 0;
}
