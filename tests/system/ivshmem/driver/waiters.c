/*
 * Interrupts: each message has its object, whose DPC sets the events that wait for it.
 */
#include "ivshmem.h"

/* A message says all by coming: nothing is to be read or acknowledged. */
BOOLEAN
NTAPI
IvshmemIsr(WDFINTERRUPT Interrupt, ULONG MessageID)
{
    UNREFERENCED_PARAMETER(MessageID);
    WdfInterruptQueueDpcForIsr(Interrupt);
    return TRUE;
}

VOID NTAPI
IvshmemDpc(WDFINTERRUPT Interrupt, WDFOBJECT AssociatedObject)
{
    PIVSHMEM_DEVICE Device = IvshmemDevice(WdfInterruptGetDevice(Interrupt));
    USHORT Vector = IvshmemInterrupt(Interrupt)->Vector;
    PLIST_ENTRY Link, Next;

    UNREFERENCED_PARAMETER(AssociatedObject);
    KeAcquireSpinLockAtDpcLevel(&Device->WaiterLock);
    for (Link = Device->Waiters.Flink; Link != &Device->Waiters; Link = Next) {
        PIVSHMEM_WAITER Waiter = CONTAINING_RECORD(Link, IVSHMEM_WAITER, Link);

        Next = Link->Flink;
        if (Waiter->Vector != Vector) {
            continue;
        }
        KeSetEvent(Waiter->Event, IO_NO_INCREMENT, FALSE);
        if (Waiter->Once) {
            RemoveEntryList(Link);
            ObDereferenceObjectDeferDelete(Waiter->Event);
            ExFreePoolWithTag(Waiter, IVSHMEM_TAG);
        }
    }
    KeReleaseSpinLockFromDpcLevel(&Device->WaiterLock);
}

NTSTATUS
IvshmemAddWaiter(PIVSHMEM_DEVICE Device, WDFREQUEST Request, WDFFILEOBJECT Owner)
{
    PIVSHMEM_WAITER Waiter;
    PIVSHMEM_EVENT Input;
    NTSTATUS Status;
    KIRQL OldIrql;

    Status =
        WdfRequestRetrieveInputBuffer(Request, sizeof(*Input), (PVOID *)&Input, NULL);
    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    if (Input->Vector >= Device->Vectors) {
        return STATUS_INVALID_PARAMETER;
    }
    Waiter = ExAllocatePoolWithTag(NonPagedPool, sizeof(*Waiter), IVSHMEM_TAG);
    if (Waiter == NULL) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    Waiter->Vector = Input->Vector;
    Waiter->Once = Input->Once;
    Waiter->Owner = Owner;
    Status = ObReferenceObjectByHandle(
        Input->Event, SYNCHRONIZE | EVENT_MODIFY_STATE, *ExEventObjectType,
        WdfRequestWdmGetIrp(Request)->RequestorMode, (PVOID *)&Waiter->Event, NULL);
    if (!NT_SUCCESS(Status)) {
        ExFreePoolWithTag(Waiter, IVSHMEM_TAG);
        return Status;
    }
    KeAcquireSpinLock(&Device->WaiterLock, &OldIrql);
    InsertTailList(&Device->Waiters, &Waiter->Link);
    KeReleaseSpinLock(&Device->WaiterLock, OldIrql);
    return STATUS_SUCCESS;
}

VOID
IvshmemForgetWaiters(PIVSHMEM_DEVICE Device, WDFFILEOBJECT Owner)
{
    PLIST_ENTRY Link, Next;
    KIRQL OldIrql;

    KeAcquireSpinLock(&Device->WaiterLock, &OldIrql);
    for (Link = Device->Waiters.Flink; Link != &Device->Waiters; Link = Next) {
        PIVSHMEM_WAITER Waiter = CONTAINING_RECORD(Link, IVSHMEM_WAITER, Link);

        Next = Link->Flink;
        if (Owner == NULL || Waiter->Owner == Owner) {
            RemoveEntryList(Link);
            ObDereferenceObjectDeferDelete(Waiter->Event);
            ExFreePoolWithTag(Waiter, IVSHMEM_TAG);
        }
    }
    KeReleaseSpinLock(&Device->WaiterLock, OldIrql);
}
