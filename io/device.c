/*
 * Device objects: creation, deletion, and the stacks they form.
 *
 * One allocation holds DEVICE_OBJECT (150h bytes), the driver's extension and DEVOBJ_
 * EXTENSION. The object's references keep the memory, ReferenceCount counts opens: the
 * device goes when IoDeleteDevice was called and the last open is gone, whichever is
 * later.
 */
#include "iop.h"
#include "iopnp.h"

KSPIN_LOCK IopDatabaseLock;
LIST_ENTRY IopDevices = {&IopDevices, &IopDevices};

/* The last reference to a device object is gone; its memory follows. */
VOID
IopDeleteDeviceObject(PVOID Body)
{
    PDEVICE_OBJECT Device = Body;
    PIOP_PDO Pdo = IopPdoFromDevice(Device);
    KIRQL OldIrql;

    IopDeleteTimer(Device);
    if (Pdo != NULL && Pdo->Parent != NULL) {
        ExFreePoolWithTag(Pdo, IOP_TAG_PNP); /* children.c made it */
    }
    KeAcquireSpinLock(&IopDatabaseLock, &OldIrql);
    RemoveEntryList(&Device->DeviceObjectExtension->Link);
    KeReleaseSpinLock(&IopDatabaseLock, OldIrql);
    ObDereferenceObject(Device->DriverObject);
}

/* Puts a new device into its driver's chain and the list of all. */
static VOID
IopInsertDevice(PDEVICE_OBJECT Device)
{
    KIRQL OldIrql;

    ObReferenceObject(Device->DriverObject);
    KeAcquireSpinLock(&IopDatabaseLock, &OldIrql);
    Device->NextDevice = Device->DriverObject->DeviceObject;
    Device->DriverObject->DeviceObject = Device;
    InsertTailList(&IopDevices, &Device->DeviceObjectExtension->Link);
    KeReleaseSpinLock(&IopDatabaseLock, OldIrql);
}

/* Takes the device out of its driver's chain. IopDatabaseLock held. */
static VOID
IopUnlinkDevice(PDEVICE_OBJECT Device)
{
    PDEVICE_OBJECT *Link = &Device->DriverObject->DeviceObject;

    while (*Link != NULL && *Link != Device) {
        Link = &(*Link)->NextDevice;
    }
    if (*Link == Device) {
        *Link = Device->NextDevice;
    }
}

/* Fills a zeroed device object. */
static VOID
IopInitializeDevice(PDEVICE_OBJECT Device, PDRIVER_OBJECT Driver, ULONG ExtensionSize,
                    DEVICE_TYPE Type, ULONG Characteristics)
{
    SIZE_T Size = ALIGN_UP_BY(sizeof(DEVICE_OBJECT) + (SIZE_T)ExtensionSize, 16);
    PDEVOBJ_EXTENSION Extension = (PDEVOBJ_EXTENSION)((PCHAR)Device + Size);

    Extension->Type = IO_TYPE_DEVICE_OBJECT_EXTENSION;
    Extension->Size = sizeof(*Extension);
    Extension->DeviceObject = Device;
    Device->Type = IO_TYPE_DEVICE;
    Device->Size = (USHORT)(sizeof(DEVICE_OBJECT) + ExtensionSize);
    Device->DriverObject = Driver;
    Device->DeviceObjectExtension = Extension;
    Device->DeviceExtension = ExtensionSize == 0 ? NULL : Device + 1;
    Device->DeviceType = Type;
    Device->Characteristics = Characteristics;
    Device->Flags = DO_DEVICE_INITIALIZING;
    Device->StackSize = 1;
    if (Type == FILE_DEVICE_DISK || Type == FILE_DEVICE_VIRTUAL_DISK) {
        Device->SectorSize = 512;
    } else if (Type == FILE_DEVICE_CD_ROM) {
        Device->SectorSize = 2048;
    }
    KeInitializeDeviceQueue(&Device->DeviceQueue);
    KeInitializeEvent(&Device->DeviceLock, SynchronizationEvent, TRUE);
}

/*
 * Creates a device object of DriverObject.
 *   DeviceExtensionSize  bytes of the driver's extension, zeroed; at most about 64 KiB
 *   DeviceName           absolute name, or NULL
 *   Exclusive            TRUE: one open at a time
 * STATUS_SUCCESS, STATUS_INVALID_PARAMETER (extension too large), STATUS_OBJECT_NAME_
 * COLLISION, STATUS_OBJECT_NAME_INVALID, STATUS_INSUFFICIENT_RESOURCES. Outside
 * DriverEntry the driver clears DO_DEVICE_INITIALIZING itself. PASSIVE_LEVEL. Source:
 * manual, IoCreateDevice; IRP-13, STR-12.
 */
NTSTATUS
NTAPI
IoCreateDevice(PDRIVER_OBJECT DriverObject, ULONG DeviceExtensionSize,
               PUNICODE_STRING DeviceName, DEVICE_TYPE DeviceType,
               ULONG DeviceCharacteristics, BOOLEAN Exclusive,
               PDEVICE_OBJECT *DeviceObject)
{
    SIZE_T Size = ALIGN_UP_BY(sizeof(DEVICE_OBJECT) + (SIZE_T)DeviceExtensionSize, 16);
    NTSTATUS Status = STATUS_SUCCESS;
    PDEVICE_OBJECT Device;

    *DeviceObject = NULL;
    if (sizeof(DEVICE_OBJECT) + (SIZE_T)DeviceExtensionSize > MAXUSHORT) {
        return STATUS_INVALID_PARAMETER; /* DEVICE_OBJECT.Size counts it in 16 bits */
    }
    Device = ObCreateObject(&IopDeviceObjectType, Size + sizeof(DEVOBJ_EXTENSION));
    if (Device == NULL) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    IopInitializeDevice(Device, DriverObject, DeviceExtensionSize, DeviceType,
                        DeviceCharacteristics);
    Device->Flags |= Exclusive ? DO_EXCLUSIVE : 0;
    IopInsertDevice(Device);
    if (DeviceName != NULL && DeviceName->Length != 0) {
        Status =
            IopInsertDeviceName(DeviceName, Device, &Device->DeviceObjectExtension->Name);
        Device->Flags |= NT_SUCCESS(Status) ? DO_DEVICE_HAS_NAME : 0;
    }
    if (!NT_SUCCESS(Status)) {
        IoDeleteDevice(Device);
        return Status;
    }
    *DeviceObject = Device;
    return STATUS_SUCCESS;
}
EXPORT(IoCreateDevice);

/* The second half of deletion, when nobody has the device open any more. */
static VOID
IopCompleteDelete(PDEVICE_OBJECT Device)
{
    KIRQL OldIrql;

    KeAcquireSpinLock(&IopDatabaseLock, &OldIrql);
    IopUnlinkDevice(Device);
    KeReleaseSpinLock(&IopDatabaseLock, OldIrql);
    ObDereferenceObject(Device);
}

/*
 * Deletes a device object: its name at once, the object when the last open and the last
 * reference are gone. PASSIVE_LEVEL. Source: manual, IoDeleteDevice.
 */
VOID NTAPI
IoDeleteDevice(PDEVICE_OBJECT DeviceObject)
{
    PDEVOBJ_EXTENSION Extension = DeviceObject->DeviceObjectExtension;
    PIOP_NAME Name;
    BOOLEAN Closed;
    KIRQL OldIrql;

    KeAcquireSpinLock(&IopDatabaseLock, &OldIrql);
    Name = Extension->Name;
    Extension->Name = NULL;
    Extension->Flags |= IOP_DEVICE_DELETE_PENDING;
    Closed = DeviceObject->ReferenceCount == 0;
    KeReleaseSpinLock(&IopDatabaseLock, OldIrql);
    if (Name != NULL) {
        IopRemoveName(Name);
    }
    if (Closed) {
        IopCompleteDelete(DeviceObject);
    }
}
EXPORT(IoDeleteDevice);

NTSTATUS
IopOpenDevice(PDEVICE_OBJECT Device)
{
    NTSTATUS Status = STATUS_SUCCESS;
    KIRQL OldIrql;

    KeAcquireSpinLock(&IopDatabaseLock, &OldIrql);
    if ((Device->DeviceObjectExtension->Flags & IOP_DEVICE_DELETE_PENDING) != 0 ||
        (Device->Flags & DO_DEVICE_INITIALIZING) != 0) {
        Status = STATUS_NO_SUCH_DEVICE;
    } else if ((Device->Flags & DO_EXCLUSIVE) != 0 && Device->ReferenceCount != 0) {
        Status = STATUS_ACCESS_DENIED;
    } else {
        Device->ReferenceCount++;
    }
    KeReleaseSpinLock(&IopDatabaseLock, OldIrql);
    return Status;
}

VOID
IopCloseDevice(PDEVICE_OBJECT Device)
{
    BOOLEAN Delete;
    KIRQL OldIrql;

    KeAcquireSpinLock(&IopDatabaseLock, &OldIrql);
    Device->ReferenceCount--;
    Delete = Device->ReferenceCount == 0 &&
             (Device->DeviceObjectExtension->Flags & IOP_DEVICE_DELETE_PENDING) != 0;
    if (Device->ReferenceCount == 0) {
        IopNoteLastClose(Device);
    }
    KeReleaseSpinLock(&IopDatabaseLock, OldIrql);
    if (Delete) {
        IopCompleteDelete(Device);
    }
}
