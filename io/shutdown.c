/*
 * The end: devices are told, stopped and removed, drivers unloaded, in reverse order.
 */
#include "iop.h"
#include "iopnp.h"

typedef struct _IOP_SHUTDOWN {
    LIST_ENTRY Link;
    PDEVICE_OBJECT Device; /* referenced */
    BOOLEAN Last;          /* to be told after the others */
} IOP_SHUTDOWN, *PIOP_SHUTDOWN;

static LIST_ENTRY IopShutdowns = {&IopShutdowns, &IopShutdowns}; /* IopDatabaseLock */

static NTSTATUS
IopRegisterShutdown(PDEVICE_OBJECT DeviceObject, BOOLEAN Last)
{
    PIOP_SHUTDOWN Entry = IopAllocate(sizeof(*Entry), IOP_TAG_PNP);
    KIRQL OldIrql;

    if (Entry == NULL) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    ObReferenceObject(DeviceObject);
    Entry->Device = DeviceObject;
    Entry->Last = Last;
    KeAcquireSpinLock(&IopDatabaseLock, &OldIrql);
    InsertHeadList(&IopShutdowns, &Entry->Link);
    DeviceObject->Flags |= DO_SHUTDOWN_REGISTERED;
    KeReleaseSpinLock(&IopDatabaseLock, OldIrql);
    return STATUS_SUCCESS;
}

/* Asks for IRP_MJ_SHUTDOWN to DeviceObject before power off.
   STATUS_INSUFFICIENT_RESOURCES. PASSIVE_LEVEL. Source: manual,
   IoRegisterShutdownNotification. */
NTSTATUS
NTAPI
IoRegisterShutdownNotification(PDEVICE_OBJECT DeviceObject)
{
    return IopRegisterShutdown(DeviceObject, FALSE);
}
EXPORT(IoRegisterShutdownNotification);

/* The same, after all that the other routine has registered were told. Source: manual,
   IoRegisterLastChanceShutdownNotification. */
NTSTATUS
NTAPI
IoRegisterLastChanceShutdownNotification(PDEVICE_OBJECT DeviceObject)
{
    return IopRegisterShutdown(DeviceObject, TRUE);
}
EXPORT(IoRegisterLastChanceShutdownNotification);

/* Takes an entry off the list: one of Device (NULL: any), of the last to be told or of the
   others (NULL: either). NULL: there is none. */
static PIOP_SHUTDOWN
IopRemoveShutdown(PDEVICE_OBJECT Device, const BOOLEAN *Last)
{
    PIOP_SHUTDOWN Found = NULL;
    KIRQL OldIrql;

    KeAcquireSpinLock(&IopDatabaseLock, &OldIrql);
    for (PLIST_ENTRY Link = IopShutdowns.Flink; Link != &IopShutdowns;
         Link = Link->Flink) {
        PIOP_SHUTDOWN Entry = CONTAINING_RECORD(Link, IOP_SHUTDOWN, Link);

        if ((Device == NULL || Entry->Device == Device) &&
            (Last == NULL || Entry->Last == *Last)) {
            RemoveEntryList(&Entry->Link);
            Found = Entry;
            break;
        }
    }
    KeReleaseSpinLock(&IopDatabaseLock, OldIrql);
    return Found;
}

/* Takes back what was registered for DeviceObject. PASSIVE_LEVEL. Source: manual,
   IoUnregisterShutdownNotification. */
VOID NTAPI
IoUnregisterShutdownNotification(PDEVICE_OBJECT DeviceObject)
{
    PIOP_SHUTDOWN Entry;

    DeviceObject->Flags &= ~(ULONG)DO_SHUTDOWN_REGISTERED;
    while ((Entry = IopRemoveShutdown(DeviceObject, NULL)) != NULL) {
        ObDereferenceObject(DeviceObject);
        ExFreePoolWithTag(Entry, IOP_TAG_PNP);
    }
}
EXPORT(IoUnregisterShutdownNotification);

/* Tells every device that registered so, the one that did last first. */
static VOID
IopNotifyShutdown(BOOLEAN Last)
{
    IO_STACK_LOCATION Location = {0};
    PIOP_SHUTDOWN Entry;

    Location.MajorFunction = IRP_MJ_SHUTDOWN;
    while ((Entry = IopRemoveShutdown(NULL, &Last)) != NULL) {
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

    IopNotifyShutdown(FALSE);
    IopNotifyShutdown(TRUE);
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
