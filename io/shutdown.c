/*
 * The end: devices are told, stopped and removed, drivers unloaded, in reverse order.
 */
#include "iop.h"
#include "iopnp.h"

typedef struct _IOP_SHUTDOWN {
    LIST_ENTRY Link;
    PDEVICE_OBJECT Device; /* referenced */
} IOP_SHUTDOWN, *PIOP_SHUTDOWN;

static LIST_ENTRY IopShutdowns = {&IopShutdowns, &IopShutdowns}; /* IopDatabaseLock */

/* Asks for IRP_MJ_SHUTDOWN to DeviceObject before power off.
   STATUS_INSUFFICIENT_RESOURCES. PASSIVE_LEVEL. Source: manual,
   IoRegisterShutdownNotification. */
NTSTATUS
NTAPI
IoRegisterShutdownNotification(PDEVICE_OBJECT DeviceObject)
{
    PIOP_SHUTDOWN Entry = IopAllocate(sizeof(*Entry), IOP_TAG_PNP);
    KIRQL OldIrql;

    if (Entry == NULL) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    ObReferenceObject(DeviceObject);
    Entry->Device = DeviceObject;
    KeAcquireSpinLock(&IopDatabaseLock, &OldIrql);
    InsertHeadList(&IopShutdowns, &Entry->Link);
    DeviceObject->Flags |= DO_SHUTDOWN_REGISTERED;
    KeReleaseSpinLock(&IopDatabaseLock, OldIrql);
    return STATUS_SUCCESS;
}
EXPORT(IoRegisterShutdownNotification);

/* Takes the entry of Device (NULL: any) off the list, or returns NULL. */
static PIOP_SHUTDOWN
IopRemoveShutdown(PDEVICE_OBJECT Device)
{
    PIOP_SHUTDOWN Found = NULL;
    KIRQL OldIrql;

    KeAcquireSpinLock(&IopDatabaseLock, &OldIrql);
    for (PLIST_ENTRY Link = IopShutdowns.Flink; Link != &IopShutdowns;
         Link = Link->Flink) {
        PIOP_SHUTDOWN Entry = CONTAINING_RECORD(Link, IOP_SHUTDOWN, Link);

        if (Device == NULL || Entry->Device == Device) {
            RemoveEntryList(&Entry->Link);
            Found = Entry;
            break;
        }
    }
    KeReleaseSpinLock(&IopDatabaseLock, OldIrql);
    return Found;
}

/* Takes back one registration. PASSIVE_LEVEL. Source: manual,
   IoUnregisterShutdownNotification. */
VOID NTAPI
IoUnregisterShutdownNotification(PDEVICE_OBJECT DeviceObject)
{
    PIOP_SHUTDOWN Entry = IopRemoveShutdown(DeviceObject);

    if (Entry != NULL) {
        DeviceObject->Flags &= ~(ULONG)DO_SHUTDOWN_REGISTERED;
        ObDereferenceObject(DeviceObject);
        ExFreePoolWithTag(Entry, IOP_TAG_PNP);
    }
}
EXPORT(IoUnregisterShutdownNotification);

/* Tells every device that registered, the last one first. */
static VOID
IopNotifyShutdown(VOID)
{
    IO_STACK_LOCATION Location = {0};
    PIOP_SHUTDOWN Entry;

    Location.MajorFunction = IRP_MJ_SHUTDOWN;
    while ((Entry = IopRemoveShutdown(NULL)) != NULL) {
        IopSendIrp(Entry->Device, &Location, STATUS_SUCCESS, NULL);
        ObDereferenceObject(Entry->Device);
        ExFreePoolWithTag(Entry, IOP_TAG_PNP);
    }
}

/*
 * Ends all I/O: notifies, removes every started device and unloads every driver, the last
 * one first, so that a client goes before the driver it uses. PASSIVE_LEVEL, once.
 */
VOID
IoShutdownSystem(VOID)
{
    PLIST_ENTRY Link = IopDrivers.Blink;

    IopNotifyShutdown();
    IopStopSlots();
    while (Link != &IopDrivers) {
        PIOP_DRIVER_EXTENSION Driver =
            CONTAINING_RECORD(Link, IOP_DRIVER_EXTENSION, Link);

        Link = Link->Blink; /* before the driver, and its link, go */
        if (Driver->Image != NULL) {
            IopRemoveDriverDevices(Driver->Public.DriverObject);
            IopUnloadDriver(Driver->Public.DriverObject);
        }
    }
}
