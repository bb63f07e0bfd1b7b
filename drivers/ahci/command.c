/*
 * From a waiting IRP to a command slot and back: which request goes next, mapping it for
 * DMA, finishing it.
 *
 * Up to Depth queued commands are out at once. A serial command (a flush, a retry,
 * anything on a disk without NCQ) is out alone: SATA does not let queued and other
 * commands mix.
 */
#include "ahci.h"

static DRIVER_LIST_CONTROL AhciListReady;

/* Does it move data of the IRP's MDL? A flush and a trim do not. */
static BOOLEAN
AhciIsTransfer(PIRP Irp)
{
    UCHAR MajorFunction = IoGetCurrentIrpStackLocation(Irp)->MajorFunction;

    return MajorFunction == IRP_MJ_READ || MajorFunction == IRP_MJ_WRITE;
}

/* May this IRP, the oldest, go out beside what is out already? Port->Lock is held. */
static BOOLEAN
AhciAdmits(PAHCI_PORT Port, PIRP Irp)
{
    ULONG Usable = MAXULONG >> (AHCI_MAXIMUM_SLOTS - Port->Depth);

    if (!AhciIsTransfer(Irp)) {
        return Port->Busy == 0;
    }
    return (Usable & ~Port->Busy) != 0;
}

/* Puts the IRP into the lowest free slot. Port->Lock is held. */
static PAHCI_SLOT
AhciClaimSlot(PAHCI_PORT Port, PIRP Irp)
{
    PAHCI_SLOT Slot = &Port->Slots[AhciLowestBit(~Port->Busy)];

    Port->Busy |= 1UL << Slot->Number;
    Slot->Irp = Irp;
    Slot->List = NULL;
    Slot->Attempts = 0;
    Slot->Serial = !Port->Queued || !AhciIsTransfer(Irp);
    Port->Exclusive = Slot->Serial;
    return Slot;
}

/*
 * The lowest slot that has to be tried again: first those that may go beside others, then
 * the others, each alone. Port->Lock is held.
 */
static PAHCI_SLOT
AhciClaimRetry(PAHCI_PORT Port)
{
    ULONG Beside = Port->Retry & Port->Beside;
    ULONG Choice = Beside != 0 ? Beside : Port->Retry;
    PAHCI_SLOT Slot = &Port->Slots[AhciLowestBit(Choice)];

    if (Beside == 0 && Port->Issued != 0) {
        return NULL;
    }
    Port->Retry &= ~(1UL << Slot->Number);
    Port->Beside &= ~(1UL << Slot->Number);
    Port->Statistics.Retried++;
    Slot->Serial = Slot->Serial || Beside == 0;
    Port->Exclusive = Slot->Serial;
    return Slot;
}

/* Is there nothing that could be started? Without the lock: whoever adds something pumps
   after that. */
static BOOLEAN
AhciNothingWaits(PAHCI_PORT Port)
{
    return *(PLIST_ENTRY volatile *)&Port->Waiting.Flink == &Port->Waiting &&
           *(volatile ULONG *)&Port->Retry == 0;
}

/* The next slot to start, or NULL if there is none or it has to wait. */
static PAHCI_SLOT
AhciNextSlot(PAHCI_PORT Port)
{
    PAHCI_SLOT Slot = NULL;
    PIRP Irp;

    if (AhciNothingWaits(Port)) {
        return NULL;
    }
    KeAcquireSpinLockAtDpcLevel(&Port->Lock);
    if (Port->State == AhciPortRunning && !Port->Exclusive) {
        if (Port->Retry != 0) {
            Slot = AhciClaimRetry(Port);
        } else {
            while (Slot == NULL && (Irp = AhciHeadIrp(Port)) != NULL &&
                   AhciAdmits(Port, Irp)) {
                if (AhciClaimHeadIrp(Port)) {
                    Slot = AhciClaimSlot(Port, Irp);
                }
            }
        }
    }
    KeReleaseSpinLockFromDpcLevel(&Port->Lock);
    return Slot;
}

/*
 * The IRP's memory is mapped for DMA. The Irp argument is the device's CurrentIrp, of no
 * meaning for a driver with many requests out; the slot is the context.
 */
static VOID
AhciListReady(PDEVICE_OBJECT DeviceObject, PIRP Irp, PSCATTER_GATHER_LIST List,
              PVOID Context)
{
    PAHCI_SLOT Slot = Context;
    NTSTATUS Status;

    UNREFERENCED_PARAMETER(DeviceObject);
    UNREFERENCED_PARAMETER(Irp);

    Slot->List = List;
    Status = AhciFillRegions(Slot);
    if (NT_SUCCESS(Status)) {
        AhciIssueSlot(Slot);
    } else {
        AhciFinishSlots(Slot->Port, 1UL << Slot->Number, Status);
    }
}

/* Has the IRP's memory mapped, with the list in the slot, or if that is too small, in
   memory of its own: AhciListReady goes on. */
static NTSTATUS
AhciMapSlot(PAHCI_SLOT Slot)
{
    PDMA_ADAPTER Adapter = Slot->Port->Hba->DmaAdapter;
    PMDL Mdl = Slot->Irp->MdlAddress;
    PVOID Address = MmGetMdlVirtualAddress(Mdl);
    PIO_STACK_LOCATION Stack = IoGetCurrentIrpStackLocation(Slot->Irp);
    ULONG Length = Stack->Parameters.Read.Length;
    BOOLEAN Write = Stack->MajorFunction == IRP_MJ_WRITE;
    NTSTATUS Status;

    Status = Adapter->DmaOperations->BuildScatterGatherList(
        Adapter, Slot->Port->Disk, Mdl, Address, Length, AhciListReady, Slot, Write,
        Slot->Memory, sizeof(Slot->Memory));
    if (Status == STATUS_BUFFER_TOO_SMALL) {
        Status = Adapter->DmaOperations->GetScatterGatherList(
            Adapter, Slot->Port->Disk, Mdl, Address, Length, AhciListReady, Slot, Write);
    }
    return Status;
}

/* Maps and issues; what is mapped already, or has no data, is issued. */
static VOID
AhciStartSlot(PAHCI_SLOT Slot)
{
    NTSTATUS Status;

    if (Slot->List != NULL || !AhciIsTransfer(Slot->Irp)) {
        AhciIssueSlot(Slot);
        return;
    }
    Status = AhciMapSlot(Slot);
    if (!NT_SUCCESS(Status)) {
        AhciFinishSlots(Slot->Port, 1UL << Slot->Number, Status);
    }
}

/*
 * Starts as much as can be started. One processor at a time does so; a caller that finds
 * another one at it (or itself, from a completion routine) leaves a request and goes, so
 * the order is kept and nothing recurses. The caller keeps the port alive.
 * IRQL <= DISPATCH_LEVEL; takes Port->Lock.
 */
VOID
AhciPump(PAHCI_PORT Port)
{
    PAHCI_SLOT Slot;
    KIRQL OldIrql;

    if (AhciNothingWaits(Port)) {
        return;
    }
    KeRaiseIrql(DISPATCH_LEVEL, &OldIrql);
    if (InterlockedIncrement(&Port->PumpRequests) == 1) {
        do {
            while ((Slot = AhciNextSlot(Port)) != NULL) {
                AhciStartSlot(Slot);
            }
        } while (InterlockedDecrement(&Port->PumpRequests) != 0);
    }
    KeLowerIrql(OldIrql);
}

/* Lets AhciDrainPort go on when nothing is left that it waits for. Port->Lock is held. */
VOID
AhciSignalIfIdle(PAHCI_PORT Port)
{
    if (!Port->Open && Port->Busy == 0 && Port->State != AhciPortRecovering) {
        KeSetEvent(&Port->Idle, IO_NO_INCREMENT, FALSE);
    }
}

/* Port->Lock is held. */
static VOID
AhciCountRequest(PAHCI_PORT Port, PIRP Irp, NTSTATUS Status, ULONG_PTR Bytes)
{
    PAHCI_STATISTICS Statistics = &Port->Statistics;

    if (!NT_SUCCESS(Status)) {
        Statistics->Failed++;
        return;
    }
    switch (IoGetCurrentIrpStackLocation(Irp)->MajorFunction) {
    case IRP_MJ_READ:
        Statistics->Reads++;
        Statistics->BytesRead += Bytes;
        break;
    case IRP_MJ_WRITE:
        Statistics->Writes++;
        Statistics->BytesWritten += Bytes;
        break;
    case IRP_MJ_FLUSH_BUFFERS:
        Statistics->Flushes++;
        break;
    default:
        Statistics->Trims++;
        break;
    }
}

/* Frees the slot, then completes its IRP: the next one can start before that returns. */
static VOID
AhciFinishSlot(PAHCI_SLOT Slot, NTSTATUS Status)
{
    PAHCI_PORT Port = Slot->Port;
    PDMA_ADAPTER Adapter = Port->Hba->DmaAdapter;
    PIRP Irp = Slot->Irp;
    PIO_STACK_LOCATION Stack = IoGetCurrentIrpStackLocation(Irp);
    ULONG_PTR Information = 0;

    if (Slot->List != NULL) {
        Adapter->DmaOperations->PutScatterGatherList(
            Adapter, Slot->List, Stack->MajorFunction == IRP_MJ_WRITE);
        Information = NT_SUCCESS(Status) ? Stack->Parameters.Read.Length : 0;
    }

    KeAcquireSpinLockAtDpcLevel(&Port->Lock);
    Slot->Irp = NULL;
    Slot->List = NULL;
    Port->Exclusive = Port->Exclusive && !Slot->Serial;
    Port->Busy &= ~(1UL << Slot->Number);
    AhciCountRequest(Port, Irp, Status, Information);
    AhciSignalIfIdle(Port);
    KeReleaseSpinLockFromDpcLevel(&Port->Lock);

    AhciCompleteDiskIrp(Port, Irp, Status, Information);
}

/*
 * Completes the IRPs of a set of slots, each of which has left Issued and Retry. The
 * caller keeps the port alive and holds no lock. IRQL <= DISPATCH_LEVEL.
 */
VOID
AhciFinishSlots(PAHCI_PORT Port, ULONG Slots, NTSTATUS Status)
{
    KIRQL OldIrql;

    KeRaiseIrql(DISPATCH_LEVEL, &OldIrql);
    for (; Slots != 0; Slots &= Slots - 1) {
        AhciFinishSlot(&Port->Slots[AhciLowestBit(Slots)], Status);
    }
    KeLowerIrql(OldIrql);
}
