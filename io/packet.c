/*
 * StartIo: one current IRP a device, the others in its device queue (IRP-1 to IRP-5).
 */
#include "iop.h"

/*
 * Calls StartIo for the device's current IRP. With deferral (IRP-4) a call that comes
 * from inside StartIo, or meanwhile on another processor, only raises the depth: the call
 * under way starts that IRP when it is back. There is one current IRP, so depth 2 is the
 * most.
 */
static VOID
IopRunStartIo(PDEVICE_OBJECT Device)
{
    PDEVOBJ_EXTENSION Extension = Device->DeviceObjectExtension;
    PDRIVER_STARTIO StartIo = Device->DriverObject->DriverStartIo;

    if ((Extension->Flags & IOP_DEVICE_DEFER_START_IO) == 0) {
        StartIo(Device, Device->CurrentIrp);
        return;
    }
    if (InterlockedIncrement(&Extension->StartIoDepth) > 1) {
        return;
    }
    do {
        StartIo(Device, Device->CurrentIrp);
    } while (InterlockedDecrement(&Extension->StartIoDepth) > 0);
}

/* A packet became current: with NonCancelable its cancel routine goes. */
static VOID
IopMakeCurrent(PDEVICE_OBJECT Device, PIRP Irp)
{
    Device->CurrentIrp = Irp;
    if ((Device->DeviceObjectExtension->Flags & IOP_DEVICE_NO_CANCEL_START) != 0) {
        IoSetCancelRoutine(Irp, NULL);
    }
}

/* TRUE when the packet waits in the device queue. */
static BOOLEAN
IopInsertPacket(PDEVICE_OBJECT Device, PIRP Irp, PULONG Key)
{
    PKDEVICE_QUEUE_ENTRY Entry = &Irp->Tail.Overlay.DeviceQueueEntry;

    if (Key == NULL) {
        return KeInsertDeviceQueue(&Device->DeviceQueue, Entry);
    }
    return KeInsertByKeyDeviceQueue(&Device->DeviceQueue, Entry, *Key);
}

/* IoStartPacket with a cancel routine; at DISPATCH_LEVEL. */
static VOID
IopStartCancelablePacket(PDEVICE_OBJECT Device, PIRP Irp, PULONG Key,
                         PDRIVER_CANCEL Cancel)
{
    KIRQL CancelIrql;

    IoAcquireCancelSpinLock(&CancelIrql);
    IoSetCancelRoutine(Irp, Cancel);
    if (!IopInsertPacket(Device, Irp, Key)) {
        IopMakeCurrent(Device, Irp);
        IoReleaseCancelSpinLock(CancelIrql);
        IopRunStartIo(Device);
        return;
    }
    if (Irp->Cancel) {
        /* Cancelled before it had a routine to call: call it now, as IoCancelIrp would.
         */
        IoSetCancelRoutine(Irp, NULL);
        Irp->CancelIrql = CancelIrql;
        Cancel(Device, Irp);
        return;
    }
    IoReleaseCancelSpinLock(CancelIrql);
}

/*
 * Starts Irp on an idle device by calling the driver's StartIo, or queues it.
 *   Key             place in the queue (ascending), or NULL for its end
 *   CancelFunction  cancel routine while it waits, or NULL
 * IRQL <= DISPATCH_LEVEL. Source: IRP-1.
 */
VOID NTAPI
IoStartPacket(PDEVICE_OBJECT DeviceObject, PIRP Irp, PULONG Key,
              PDRIVER_CANCEL CancelFunction)
{
    KIRQL OldIrql;

    KeRaiseIrql(DISPATCH_LEVEL, &OldIrql);
    if (CancelFunction != NULL) {
        IopStartCancelablePacket(DeviceObject, Irp, Key, CancelFunction);
    } else if (!IopInsertPacket(DeviceObject, Irp, Key)) {
        DeviceObject->CurrentIrp = Irp;
        IopRunStartIo(DeviceObject);
    }
    KeLowerIrql(OldIrql);
}
EXPORT(IoStartPacket);

/* Takes the next packet (Key: the first at or above *Key) and starts it. */
static VOID
IopStartNext(PDEVICE_OBJECT Device, BOOLEAN Cancelable, PULONG Key)
{
    PKDEVICE_QUEUE_ENTRY Entry;
    KIRQL CancelIrql = DISPATCH_LEVEL;

    if (Cancelable) {
        IoAcquireCancelSpinLock(&CancelIrql);
    }
    Device->CurrentIrp = NULL;
    Entry = Key == NULL ? KeRemoveDeviceQueue(&Device->DeviceQueue)
                        : KeRemoveByKeyDeviceQueue(&Device->DeviceQueue, *Key);
    if (Entry != NULL) {
        IopMakeCurrent(Device,
                       CONTAINING_RECORD(Entry, IRP, Tail.Overlay.DeviceQueueEntry));
    }
    if (Cancelable) {
        IoReleaseCancelSpinLock(CancelIrql);
    }
    if (Entry != NULL) {
        IopRunStartIo(Device);
    }
}

/* Starts the next queued packet; without one the device is idle. Cancelable: packets have
   cancel routines, so the cancel spin lock guards the queue. DISPATCH_LEVEL.
   Source: IRP-2. */
VOID NTAPI
IoStartNextPacket(PDEVICE_OBJECT DeviceObject, BOOLEAN Cancelable)
{
    IopStartNext(DeviceObject, Cancelable, NULL);
}
EXPORT(IoStartNextPacket);

/* Starts the first queued packet whose key is at least Key, or the first of all.
   DISPATCH_LEVEL. Source: IRP-2. */
VOID NTAPI
IoStartNextPacketByKey(PDEVICE_OBJECT DeviceObject, BOOLEAN Cancelable, ULONG Key)
{
    IopStartNext(DeviceObject, Cancelable, &Key);
}
EXPORT(IoStartNextPacketByKey);

/* Chooses deferral of nested StartIo calls, and whether a packet that starts loses its
   cancel routine. Before the first packet. IRQL <= DISPATCH_LEVEL. Source: IRP-4. */
VOID NTAPI
IoSetStartIoAttributes(PDEVICE_OBJECT DeviceObject, BOOLEAN DeferredStartIo,
                       BOOLEAN NonCancelable)
{
    PDEVOBJ_EXTENSION Extension = DeviceObject->DeviceObjectExtension;
    KIRQL OldIrql;

    KeAcquireSpinLock(&IopDatabaseLock, &OldIrql);
    Extension->Flags &= ~(ULONG)(IOP_DEVICE_DEFER_START_IO | IOP_DEVICE_NO_CANCEL_START);
    Extension->Flags |= DeferredStartIo ? IOP_DEVICE_DEFER_START_IO : 0;
    Extension->Flags |= NonCancelable ? IOP_DEVICE_NO_CANCEL_START : 0;
    KeReleaseSpinLock(&IopDatabaseLock, OldIrql);
}
EXPORT(IoSetStartIoAttributes);
