/*
 * Device stacks: attaching, detaching, and finding the top.
 */
#include "iop.h"

#define IOP_MAXIMUM_STACK_SIZE 126 /* IRP.CurrentLocation, a CHAR, goes two beyond it */

/* The highest device of Device's stack. IopDatabaseLock held, or the stack known stable.
 */
static PDEVICE_OBJECT
IopTopOfStack(PDEVICE_OBJECT Device)
{
    while (Device->AttachedDevice != NULL) {
        Device = Device->AttachedDevice;
    }
    return Device;
}

/* Whether another device may stand on this one. Its driver has to have finished it, or it
   would get requests that it is not ready for. IopDatabaseLock held. */
static BOOLEAN
IopMayBeAttachedTo(PDEVICE_OBJECT Device)
{
    return (Device->Flags & DO_DEVICE_INITIALIZING) == 0 &&
           (Device->DeviceObjectExtension->Flags & IOP_DEVICE_DELETE_PENDING) == 0 &&
           Device->StackSize < IOP_MAXIMUM_STACK_SIZE;
}

/*
 * Attaches SourceDevice to the top of TargetDevice's stack; its stack size, alignment and
 * sector size follow the device below. *AttachedToDeviceObject is set while nobody can
 * send an IRP through the new device yet. STATUS_NO_SUCH_DEVICE: the device below is
 * not ready (DO_DEVICE_INITIALIZING), is being deleted, or has as many below it as there
 * can be. IRQL <= DISPATCH_LEVEL. Source: manual, IoAttachDeviceToDeviceStackSafe.
 */
NTSTATUS
NTAPI
IoAttachDeviceToDeviceStackSafe(PDEVICE_OBJECT SourceDevice, PDEVICE_OBJECT TargetDevice,
                                PDEVICE_OBJECT *AttachedToDeviceObject)
{
    NTSTATUS Status = STATUS_NO_SUCH_DEVICE;
    PDEVICE_OBJECT Below;
    KIRQL OldIrql;

    KeAcquireSpinLock(&IopDatabaseLock, &OldIrql);
    Below = IopTopOfStack(TargetDevice);
    if (IopMayBeAttachedTo(Below)) {
        *AttachedToDeviceObject = Below;
        SourceDevice->StackSize = Below->StackSize + 1;
        SourceDevice->AlignmentRequirement = Below->AlignmentRequirement;
        SourceDevice->SectorSize = Below->SectorSize;
        SourceDevice->DeviceObjectExtension->AttachedTo = Below;
        /* Where it has no name, reports call it after the hardware it stands on. */
        memcpy(SourceDevice->DeviceObjectExtension->Description,
               Below->DeviceObjectExtension->Description,
               sizeof(Below->DeviceObjectExtension->Description));
        Below->AttachedDevice = SourceDevice;
        Status = STATUS_SUCCESS;
    }
    KeReleaseSpinLock(&IopDatabaseLock, OldIrql);
    return Status;
}
EXPORT(IoAttachDeviceToDeviceStackSafe);

/* The same; returns the device attached to, or NULL. Source: manual,
   IoAttachDeviceToDeviceStack. */
PDEVICE_OBJECT
NTAPI
IoAttachDeviceToDeviceStack(PDEVICE_OBJECT SourceDevice, PDEVICE_OBJECT TargetDevice)
{
    PDEVICE_OBJECT Below = NULL;

    if (!NT_SUCCESS(
            IoAttachDeviceToDeviceStackSafe(SourceDevice, TargetDevice, &Below))) {
        return NULL;
    }
    return Below;
}
EXPORT(IoAttachDeviceToDeviceStack);

/*
 * Attaches SourceDevice to the stack of the device TargetDevice leads to, which is open
 * meanwhile. As above, or what IoGetDeviceObjectPointer returns. PASSIVE_LEVEL. Source:
 * manual, IoAttachDevice.
 */
NTSTATUS
NTAPI
IoAttachDevice(PDEVICE_OBJECT SourceDevice, PUNICODE_STRING TargetDevice,
               PDEVICE_OBJECT *AttachedDevice)
{
    PDEVICE_OBJECT Target;
    PFILE_OBJECT File;
    NTSTATUS Status =
        IoGetDeviceObjectPointer(TargetDevice, FILE_READ_ATTRIBUTES, &File, &Target);

    if (NT_SUCCESS(Status)) {
        Status = IoAttachDeviceToDeviceStackSafe(SourceDevice, Target, AttachedDevice);
        ObDereferenceObject(File);
    }
    return Status;
}
EXPORT(IoAttachDevice);

/* Takes off the device attached to TargetDevice (the one below, which attaching gave).
   PASSIVE_LEVEL. Source: manual, IoDetachDevice. */
VOID NTAPI
IoDetachDevice(PDEVICE_OBJECT TargetDevice)
{
    KIRQL OldIrql;

    KeAcquireSpinLock(&IopDatabaseLock, &OldIrql);
    if (TargetDevice->AttachedDevice != NULL) {
        TargetDevice->AttachedDevice->DeviceObjectExtension->AttachedTo = NULL;
        TargetDevice->AttachedDevice = NULL;
    }
    KeReleaseSpinLock(&IopDatabaseLock, OldIrql);
}
EXPORT(IoDetachDevice);

/* The top of DeviceObject's stack, not referenced. IRQL <= DISPATCH_LEVEL.
   Source: manual, IoGetAttachedDevice. */
PDEVICE_OBJECT
NTAPI
IoGetAttachedDevice(PDEVICE_OBJECT DeviceObject)
{
    PDEVICE_OBJECT Top;
    KIRQL OldIrql;

    KeAcquireSpinLock(&IopDatabaseLock, &OldIrql);
    Top = IopTopOfStack(DeviceObject);
    KeReleaseSpinLock(&IopDatabaseLock, OldIrql);
    return Top;
}
EXPORT(IoGetAttachedDevice);

/* The same, referenced for the caller. Source: manual, IoGetAttachedDeviceReference. */
PDEVICE_OBJECT
NTAPI
IoGetAttachedDeviceReference(PDEVICE_OBJECT DeviceObject)
{
    PDEVICE_OBJECT Top;
    KIRQL OldIrql;

    KeAcquireSpinLock(&IopDatabaseLock, &OldIrql);
    Top = IopTopOfStack(DeviceObject);
    ObReferenceObject(Top);
    KeReleaseSpinLock(&IopDatabaseLock, OldIrql);
    return Top;
}
EXPORT(IoGetAttachedDeviceReference);

/* The device DeviceObject is attached to, referenced, or NULL. IRQL <= DISPATCH_LEVEL.
   Source: manual, IoGetLowerDeviceObject. */
PDEVICE_OBJECT
NTAPI
IoGetLowerDeviceObject(PDEVICE_OBJECT DeviceObject)
{
    PDEVICE_OBJECT Below;
    KIRQL OldIrql;

    KeAcquireSpinLock(&IopDatabaseLock, &OldIrql);
    Below = DeviceObject->DeviceObjectExtension->AttachedTo;
    if (Below != NULL) {
        ObReferenceObject(Below);
    }
    KeReleaseSpinLock(&IopDatabaseLock, OldIrql);
    return Below;
}
EXPORT(IoGetLowerDeviceObject);
