/*
 * Waiting reads and writes. Each can be cancelled until it is taken off its queue.
 *
 * Who owns a waiting IRP is decided by one atomic exchange of its cancel routine
 * (IRP-12): whoever gets the routine back may complete the IRP. An IRP whose routine was
 * already taken is being cancelled on another processor and is left to it.
 */
#include "serial.h"

static DRIVER_CANCEL SerialCancelIrp;

VOID
SerialInitializeQueue(PSERIAL_QUEUE Queue, PSERIAL_PORT Port)
{
    KeInitializeSpinLock(&Queue->Lock);
    InitializeListHead(&Queue->List);
    Queue->Port = Port;
}

/* Entered with the cancel spin lock held, which guards nothing of ours. Rule IRP-11. */
static VOID
SerialCancelIrp(PDEVICE_OBJECT DeviceObject, PIRP Irp)
{
    PSERIAL_QUEUE Queue = Irp->Tail.Overlay.DriverContext[0];
    KIRQL OldIrql;

    UNREFERENCED_PARAMETER(DeviceObject);
    IoReleaseCancelSpinLock(Irp->CancelIrql);

    KeAcquireSpinLock(&Queue->Lock, &OldIrql);
    RemoveEntryList(&Irp->Tail.Overlay.ListEntry);
    KeReleaseSpinLock(&Queue->Lock, OldIrql);

    SerialCompleteIrp(Queue->Port, Irp, STATUS_CANCELLED, 0);
}

/* Marks the IRP pending and appends it; Deadline: when it gives up, in interrupt time, or
   0. IRQL <= DISPATCH_LEVEL, as all of these. */
VOID
SerialQueueIrp(PSERIAL_QUEUE Queue, PIRP Irp, ULONG64 Deadline)
{
    BOOLEAN Cancelled = FALSE;
    KIRQL OldIrql;

    IoMarkIrpPending(Irp);
    Irp->Tail.Overlay.DriverContext[0] = Queue;
    Irp->Tail.Overlay.DriverContext[1] = (PVOID)(ULONG_PTR)Deadline;
    KeAcquireSpinLock(&Queue->Lock, &OldIrql);
    InsertTailList(&Queue->List, &Irp->Tail.Overlay.ListEntry);
    IoSetCancelRoutine(Irp, SerialCancelIrp);
    /* A cancel that came before the routine was there has not called it. */
    if (Irp->Cancel && IoSetCancelRoutine(Irp, NULL) != NULL) {
        RemoveEntryList(&Irp->Tail.Overlay.ListEntry);
        Cancelled = TRUE;
    }
    KeReleaseSpinLock(&Queue->Lock, OldIrql);
    if (Cancelled) {
        SerialCompleteIrp(Queue->Port, Irp, STATUS_CANCELLED, 0);
    }
}

/* Whether the IRP's patience has ended by Now; 0 stands for: whether it has or not. */
static BOOLEAN
SerialIsDue(PIRP Irp, ULONG64 Now)
{
    ULONG64 Deadline = (ULONG64)(ULONG_PTR)Irp->Tail.Overlay.DriverContext[1];

    return Now == 0 || (Deadline != 0 && Deadline <= Now);
}

/* Takes the oldest IRP that is due off the list, or returns NULL. One that is being
   cancelled is passed over and left linked to itself for its routine. Lock held. */
static PIRP
SerialClaimIrp(PSERIAL_QUEUE Queue, ULONG64 Now)
{
    PLIST_ENTRY Entry = Queue->List.Flink;

    while (Entry != &Queue->List) {
        PIRP Irp = CONTAINING_RECORD(Entry, IRP, Tail.Overlay.ListEntry);
        PLIST_ENTRY Next = Entry->Flink;

        if (SerialIsDue(Irp, Now)) {
            RemoveEntryList(Entry);
            InitializeListHead(Entry);
            if (IoSetCancelRoutine(Irp, NULL) != NULL) {
                return Irp;
            }
        }
        Entry = Next;
    }
    return NULL;
}

static PIRP
SerialTakeIrp(PSERIAL_QUEUE Queue, ULONG64 Now)
{
    KIRQL OldIrql;
    PIRP Irp;

    KeAcquireSpinLock(&Queue->Lock, &OldIrql);
    Irp = SerialClaimIrp(Queue, Now);
    KeReleaseSpinLock(&Queue->Lock, OldIrql);
    return Irp;
}

/* The oldest, removed, or NULL. */
PIRP
SerialNextIrp(PSERIAL_QUEUE Queue)
{
    return SerialTakeIrp(Queue, 0);
}

/* The oldest whose patience has ended, or NULL. */
PIRP
SerialNextExpired(PSERIAL_QUEUE Queue)
{
    return SerialTakeIrp(Queue, KeQueryInterruptTime());
}

/* Ends a read or write and lets go of the remove lock for it. */
VOID
SerialCompleteIrp(PSERIAL_PORT Port, PIRP Irp, NTSTATUS Status, ULONG_PTR Information)
{
    Irp->IoStatus.Status = Status;
    Irp->IoStatus.Information = Information;
    IoCompleteRequest(Irp, Information != 0 ? IO_SERIAL_INCREMENT : IO_NO_INCREMENT);
    IoReleaseRemoveLock(&Port->RemoveLock, Irp);
}
