/*
 * slot.c - how an IRP goes out to the adapter's driver and comes back.
 *
 * The completion routine runs at up to DISPATCH_LEVEL on any processor and does
 * one thing: it puts the slot on its shelf. All else happens in the thread.
 */
#include "slot.h"

static IO_COMPLETION_ROUTINE NicTransferDone;

/* Puts a slot on its shelf. <= DISPATCH_LEVEL. */
VOID
NicPutSlot(PNIC_SLOT Slot)
{
    PNIC_SHELF Shelf = Slot->Shelf;
    KIRQL OldIrql;

    KeAcquireSpinLock(&Shelf->Lock, &OldIrql);
    InsertTailList(&Shelf->Slots, &Slot->Link);
    KeReleaseSpinLock(&Shelf->Lock, OldIrql);
    KeReleaseSemaphore(&Shelf->Count, IO_NETWORK_INCREMENT, 1, FALSE);
}

/* Takes the slot that has lain longest. NULL if Timeout, as for a wait, ran
 * out. */
PNIC_SLOT
NicTakeSlot(PNIC_SHELF Shelf, PLARGE_INTEGER Timeout)
{
    PLIST_ENTRY Entry;
    KIRQL OldIrql;

    if (KeWaitForSingleObject(&Shelf->Count, Executive, KernelMode, FALSE, Timeout) !=
        STATUS_SUCCESS) {
        return NULL;
    }
    KeAcquireSpinLock(&Shelf->Lock, &OldIrql);
    Entry = RemoveHeadList(&Shelf->Slots);
    KeReleaseSpinLock(&Shelf->Lock, OldIrql);
    return CONTAINING_RECORD(Entry, NIC_SLOT, Link);
}

/* The driver is done with a slot. The IRP is ours: the I/O manager must let go
 * of it. */
static NTSTATUS NTAPI
NicTransferDone(PDEVICE_OBJECT DeviceObject, PIRP Irp, PVOID Context)
{
    UNREFERENCED_PARAMETER(DeviceObject);
    UNREFERENCED_PARAMETER(Irp);

    NicPutSlot((PNIC_SLOT)Context);
    return STATUS_MORE_PROCESSING_REQUIRED;
}

/*
 * Sends a slot out for Length bytes. Whatever IoCallDriver returns,
 * NicTransferDone is called in the end, or has been called already, so the slot
 * is not touched any more here.
 */
VOID
NicStartSlot(PNIC Nic, PNIC_SLOT Slot, ULONG Length)
{
    PIO_STACK_LOCATION Stack;

    IoReuseIrp(Slot->Irp, STATUS_SUCCESS);
    Slot->Irp->MdlAddress = Slot->Mdl;
    Stack = IoGetNextIrpStackLocation(Slot->Irp);
    Stack->MajorFunction = Slot->Shelf->MajorFunction;
    Stack->FileObject = Nic->FileObject;
    if (Stack->MajorFunction == IRP_MJ_READ) {
        Stack->Parameters.Read.Length = Length;
    } else {
        Stack->Parameters.Write.Length = Length;
    }
    IoSetCompletionRoutine(Slot->Irp, NicTransferDone, Slot, TRUE, TRUE, TRUE);
    IoCallDriver(Nic->Device, Slot->Irp);
}

/* Gives a slot its IRP and MDL. FALSE, and nothing kept, if there is no memory.
 */
static BOOLEAN
NicMakeSlot(PNIC Nic, PNIC_SLOT Slot)
{
    Slot->Irp = IoAllocateIrp(Nic->Device->StackSize, FALSE);
    if (Slot->Irp == NULL) {
        return FALSE;
    }
    Slot->Mdl = IoAllocateMdl(Slot->Frame, sizeof(Slot->Frame), FALSE, FALSE, NULL);
    if (Slot->Mdl == NULL) {
        IoFreeIrp(Slot->Irp);
        return FALSE;
    }
    MmBuildMdlForNonPagedPool(Slot->Mdl);
    return TRUE;
}

VOID
NicInitializeShelf(PNIC_SHELF Shelf, UCHAR MajorFunction)
{
    KeInitializeSpinLock(&Shelf->Lock);
    InitializeListHead(&Shelf->Slots);
    KeInitializeSemaphore(&Shelf->Count, 0, NIC_SLOTS);
    Shelf->MajorFunction = MajorFunction;
}

/* Fills a shelf with slots that are ready to go out. */
NTSTATUS
NicFillShelf(PNIC Nic, PNIC_SHELF Shelf)
{
    while (Shelf->Made < NIC_SLOTS) {
        PNIC_SLOT Slot = &Shelf->Slot[Shelf->Made];

        Slot->Shelf = Shelf;
        if (!NicMakeSlot(Nic, Slot)) {
            return STATUS_INSUFFICIENT_RESOURCES;
        }
        Shelf->Made++;
        NicPutSlot(Slot);
    }
    return STATUS_SUCCESS;
}

/* Calls back every slot that is out, waits until all lie here, and frees them.
 */
VOID
NicEmptyShelf(PNIC_SHELF Shelf)
{
    PNIC_SLOT Slot;
    ULONG Index;

    for (Index = 0; Index < Shelf->Made; Index++) {
        IoCancelIrp(Shelf->Slot[Index].Irp);
    }
    for (Index = 0; Index < Shelf->Made; Index++) {
        Slot = NicTakeSlot(Shelf, NULL);
        IoFreeMdl(Slot->Mdl);
        IoFreeIrp(Slot->Irp);
    }
}
