/*
 * From a waiting IRP to a command of the device and back: claiming a slot, mapping the
 * IRP's memory, issuing, finishing.
 *
 * The number of slots is what a ring holds, so a command always finds room in it; a full
 * ring is a queue without free slots, and the IRPs wait.
 */
#include "nvme.h"

static DRIVER_LIST_CONTROL NvmeListReady;

/* Is there nothing that could be started? Without the lock: whoever adds something pumps
   after that. */
FORCEINLINE BOOLEAN
NvmeNothingWaits(PNVME_QUEUE Queue)
{
    return *(PLIST_ENTRY volatile *)&Queue->Waiting.Flink == &Queue->Waiting;
}

/* A slot with the oldest waiting IRP, or NULL. */
static PNVME_SLOT
NvmeClaimSlot(PNVME_QUEUE Queue)
{
    PNVME_SLOT Slot = NULL;
    PIRP Irp;

    if (NvmeNothingWaits(Queue)) {
        return NULL;
    }
    KeAcquireSpinLockAtDpcLevel(&Queue->Lock);
    if (Queue->State == NvmeQueueRunning && Queue->FreeCount != 0 &&
        (Irp = NvmeClaimIrp(Queue)) != NULL) {
        Slot = &Queue->Slots[Queue->Free[--Queue->FreeCount]];
        Slot->Irp = Irp;
        Slot->Processor = (ULONG)(ULONG_PTR)Irp->Tail.Overlay.DriverContext[1];
        Slot->List = NULL;
        Slot->Attempts = 0;
        Slot->State = NvmeSlotMapping;
    }
    KeReleaseSpinLockFromDpcLevel(&Queue->Lock);
    return Slot;
}

/* Gives a complete command to the device, now or when whoever holds the bell lets go.
   Queue->Lock is held, the queue runs. */
VOID
NvmeIssueLocked(PNVME_SLOT Slot)
{
    PNVME_QUEUE Queue = Slot->Queue;

    Slot->State = NvmeSlotIssued;
    Slot->Late = FALSE;
    Slot->Deadline = (ULONG)Queue->Controller->Ticks + NvmeTimeoutSeconds;
    Queue->Statistics.Repeated += Slot->Attempts != 0;
    Slot->Attempts++;
    NvmePutCommand(&Queue->Ring, &Slot->Command, Slot->Number);
    if (Queue->BellHolds == 0) {
        NvmeTellCommands(Queue);
    }
}

/* Fails one slot that is not with the device. */
static VOID
NvmeFailSlot(PNVME_SLOT Slot, NTSTATUS Status)
{
    UCHAR Number = (UCHAR)Slot->Number;

    NvmeFinishSlots(Slot->Queue, &Number, &Status, 1);
}

/* Issues the slot; during a reset it waits for that, and without a device it fails. */
static VOID
NvmeIssue(PNVME_SLOT Slot)
{
    PNVME_QUEUE Queue = Slot->Queue;
    BOOLEAN Dead;

    KeAcquireSpinLockAtDpcLevel(&Queue->Lock);
    Dead = Queue->State == NvmeQueueDead;
    if (Queue->State == NvmeQueueRunning) {
        NvmeIssueLocked(Slot);
    } else if (!Dead) {
        Slot->State = NvmeSlotReady;
    }
    KeReleaseSpinLockFromDpcLevel(&Queue->Lock);
    if (Dead) {
        NvmeFailSlot(Slot, STATUS_NO_SUCH_DEVICE);
    }
}

/* Completes the command, and issues it. */
static VOID
NvmeFillAndIssue(PNVME_SLOT Slot)
{
    NTSTATUS Status = NvmeFillCommand(Slot);

    if (NT_SUCCESS(Status)) {
        NvmeIssue(Slot);
    } else {
        NvmeFailSlot(Slot, Status);
    }
}

/*
 * The IRP's memory is mapped for DMA. The Irp argument is the device's CurrentIrp, of no
 * meaning for a driver with many requests out; the slot is the context.
 */
static VOID
NvmeListReady(PDEVICE_OBJECT DeviceObject, PIRP Irp, PSCATTER_GATHER_LIST List,
              PVOID Context)
{
    PNVME_SLOT Slot = Context;

    UNREFERENCED_PARAMETER(DeviceObject);
    UNREFERENCED_PARAMETER(Irp);

    Slot->List = List;
    NvmeFillAndIssue(Slot);
}

/* Maps and issues; a flush has nothing to map. The list is built in the slot itself. */
static VOID
NvmeStartSlot(PNVME_SLOT Slot)
{
    PDMA_ADAPTER Adapter = Slot->Queue->Controller->DmaAdapter;
    PIRP Irp = Slot->Irp;
    PIO_STACK_LOCATION Stack = IoGetCurrentIrpStackLocation(Irp);
    NTSTATUS Status;

    if (Stack->MajorFunction == IRP_MJ_FLUSH_BUFFERS) {
        NvmeFillAndIssue(Slot);
        return;
    }
    Status = Adapter->DmaOperations->BuildScatterGatherList(
        Adapter, Stack->DeviceObject, Irp->MdlAddress,
        MmGetMdlVirtualAddress(Irp->MdlAddress), Stack->Parameters.Read.Length,
        NvmeListReady, Slot, Stack->MajorFunction == IRP_MJ_WRITE, Slot->Memory,
        sizeof(Slot->Memory));
    if (!NT_SUCCESS(Status)) {
        NvmeFailSlot(Slot, Status);
    }
}

/*
 * Starts as much as can be started. One processor at a time does so for a queue; a caller
 * that finds another one at it (or itself, from a completion routine) leaves a request and
 * goes, so nothing recurses. The caller keeps the queue alive.
 * IRQL: DISPATCH_LEVEL; takes Queue->Lock.
 */
VOID
NvmePump(PNVME_QUEUE Queue)
{
    PNVME_SLOT Slot;

    if (NvmeNothingWaits(Queue)) {
        return;
    }
    if (InterlockedIncrement(&Queue->PumpRequests) == 1) {
        do {
            while ((Slot = NvmeClaimSlot(Queue)) != NULL) {
                NvmeStartSlot(Slot);
            }
        } while (InterlockedDecrement(&Queue->PumpRequests) != 0);
    }
}

/* Unmaps the slot's memory; returns its IRP. */
static PIRP
NvmeUnmapSlot(PNVME_SLOT Slot)
{
    PDMA_ADAPTER Adapter = Slot->Queue->Controller->DmaAdapter;

    if (Slot->List != NULL) {
        Adapter->DmaOperations->PutScatterGatherList(
            Adapter, Slot->List,
            IoGetCurrentIrpStackLocation(Slot->Irp)->MajorFunction == IRP_MJ_WRITE);
    }
    return Slot->Irp;
}

/*
 * Frees up to NVME_BATCH slots, none of them with the device, then completes their IRPs:
 * the next ones can start before that returns. The caller keeps the queue alive and holds
 * no lock. IRQL: DISPATCH_LEVEL.
 */
VOID
NvmeFinishSlots(PNVME_QUEUE Queue, const UCHAR *Numbers, const NTSTATUS *Statuses,
                ULONG Count)
{
    PIRP Irps[NVME_BATCH];

    for (ULONG Index = 0; Index < Count; Index++) {
        Irps[Index] = NvmeUnmapSlot(&Queue->Slots[Numbers[Index]]);
    }
    KeAcquireSpinLockAtDpcLevel(&Queue->Lock);
    for (ULONG Index = 0; Index < Count; Index++) {
        Queue->Slots[Numbers[Index]].State = NvmeSlotFree;
        Queue->Free[Queue->FreeCount++] = Numbers[Index];
    }
    if (!Queue->Open && Queue->FreeCount == Queue->SlotCount) {
        KeSetEvent(&Queue->Idle, IO_NO_INCREMENT, FALSE);
    }
    KeReleaseSpinLockFromDpcLevel(&Queue->Lock);
    for (ULONG Index = 0; Index < Count; Index++) {
        NvmeCompleteDiskIrp(Irps[Index], Statuses[Index]);
    }
}
