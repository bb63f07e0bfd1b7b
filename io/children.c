/*
 * Devices that a bus driver reports: the answers to IRP_MN_QUERY_DEVICE_RELATIONS for
 * BusRelations of any started device but a PCI bridge, whose bus is scanned.
 *
 * The bus driver's answer holds a reference to each device; the one to a new device is
 * kept, until the device has gone. A PDO is known from its first report to its removal,
 * and cannot come back after that.
 */
#include "iop.h"
#include "iopnp.h"

/* Puts what the device calls itself into its description, as far as it fits. */
static VOID
IopNameChild(PIOP_PDO Child)
{
    PDEVOBJ_EXTENSION Extension = Child->DeviceObject->DeviceObjectExtension;
    PWSTR Id = IopQueryIds(Child, BusQueryDeviceID);
    ULONG Length = 0;

    if (Id == NULL) {
        RtlFormat(Extension->Description, sizeof(Extension->Description), "%s: a device",
                  IopPdoName(Child->Parent));
        return;
    }
    while (Length < sizeof(Extension->Description) - 1 && Id[Length] != L'\0') {
        Extension->Description[Length] = Id[Length] < 0x7F ? (CHAR)Id[Length] : '?';
        Length++;
    }
    Extension->Description[Length] = '\0';
    ExFreePool(Id);
}

/* Takes a device into the tree; the reference to it is kept. */
static PIOP_PDO
IopCreateChild(PIOP_PDO Parent, PDEVICE_OBJECT Device)
{
    static const HAL_PCI_ADDRESS Nowhere = IOP_NOWHERE;
    PIOP_PDO Child = IopAllocate(sizeof(*Child), IOP_TAG_PNP);

    if (Child == NULL) {
        return NULL;
    }
    ObReferenceObject(Parent->DeviceObject);
    Child->DeviceObject = Device;
    Child->Parent = Parent;
    Child->Address = Nowhere;
    Device->DeviceObjectExtension->Node = Child;
    Device->Flags |= DO_BUS_ENUMERATED_DEVICE;
    InsertTailList(&IopPdos, &Child->Link);
    IopNameChild(Child);
    return Child;
}

VOID
IopReleaseChild(PIOP_PDO Child)
{
    ObDereferenceObject(Child->Parent->DeviceObject);
    ObDereferenceObject(Child->DeviceObject);
}

/* One device of an answer; the reference to one that is no new device is given back. What
   another bus has, or what has been removed, is not taken. */
static VOID
IopNoteReported(PIOP_PDO Parent, PDEVICE_OBJECT Device)
{
    PIOP_PDO Child;

    if (Device == NULL) {
        return;
    }
    Child = IopPdoFromDevice(Device);
    if (Child == NULL && Device->DeviceObjectExtension->AttachedTo == NULL &&
        (Child = IopCreateChild(Parent, Device)) != NULL) {
        Child->Reported = TRUE;
        return;
    }
    if (Child != NULL && Child->Parent == Parent && !Child->Gone) {
        Child->Reported = TRUE;
    } else {
        DbgPrint("io: %s reports a device that cannot be on its bus\n",
                 IopPdoName(Parent));
    }
    ObDereferenceObject(Device);
}

/* The next of Parent's devices behind Link that is Reported, or that is not; NULL: none. */
static PIOP_PDO
IopNextChild(PIOP_PDO Parent, PLIST_ENTRY Link, BOOLEAN Reported)
{
    for (Link = Link->Flink; Link != &IopPdos; Link = Link->Flink) {
        PIOP_PDO Child = CONTAINING_RECORD(Link, IOP_PDO, Link);

        if (Child->Parent == Parent && Child->Reported == Reported) {
            return Child;
        }
    }
    return NULL;
}

/* Lets what was not reported any more go, as devices that vanished do; FALSE: all are there. */
static BOOLEAN
IopRemoveMissing(PIOP_PDO Parent)
{
    PLIST_ENTRY Link = &IopPdos;
    BOOLEAN Removed = FALSE;
    PIOP_PDO Child;

    while ((Child = IopNextChild(Parent, Link, FALSE)) != NULL) {
        if (Child->Gone) {
            Link = &Child->Link; /* it is still open */
            continue;
        }
        DbgPrint("io: %s is not reported any more\n", IopPdoName(Child));
        Child->Gone = TRUE;
        IopSurpriseRemoveDevice(Child);
        Link = &IopPdos; /* whatever went with it */
        Removed = TRUE;
    }
    return Removed;
}

static VOID
IopStartChildren(PIOP_PDO Parent)
{
    PLIST_ENTRY Link = &IopPdos;
    PIOP_PDO Child;

    while ((Child = IopNextChild(Parent, Link, TRUE)) != NULL) {
        if (Child->State == IopPdoEnumerated && Child->Problem == 0) {
            IopStartNewDevice(Child);
        }
        Link = &Child->Link;
    }
}

VOID
IopEnumerateChildren(PIOP_PDO Pdo)
{
    IO_STACK_LOCATION Location = {0};
    ULONG_PTR Information = 0;
    PDEVICE_RELATIONS Relations;
    PIOP_PDO Child;

    Location.Parameters.QueryDeviceRelations.Type = BusRelations;
    if (!NT_SUCCESS(
            IopSendPnp(Pdo, IRP_MN_QUERY_DEVICE_RELATIONS, &Location, &Information)) ||
        Information == 0) {
        return; /* nobody in the stack is a bus driver */
    }
    while ((Child = IopNextChild(Pdo, &IopPdos, TRUE)) != NULL) {
        Child->Reported = FALSE;
    }
    Relations = (PDEVICE_RELATIONS)Information;
    for (ULONG Index = 0; Index < Relations->Count; Index++) {
        IopNoteReported(Pdo, Relations->Objects[Index]);
    }
    ExFreePool(Relations);
    if (IopRemoveMissing(Pdo)) {
        IopRetryConflicts();
    }
    IopStartChildren(Pdo);
}

BOOLEAN
IopHasChildren(PIOP_PDO Pdo)
{
    return IopNextChild(Pdo, &IopPdos, TRUE) != NULL ||
           IopNextChild(Pdo, &IopPdos, FALSE) != NULL;
}

VOID
IopCancelChildrenRemoval(PIOP_PDO Pdo)
{
    PLIST_ENTRY Link = &IopPdos;
    PIOP_PDO Child;

    while ((Child = IopNextChild(Pdo, Link, TRUE)) != NULL) {
        IopCancelRemoval(Child);
        Link = &Child->Link;
    }
}

NTSTATUS
IopQueryChildrenRemoval(PIOP_PDO Pdo)
{
    NTSTATUS Status = STATUS_SUCCESS;
    PLIST_ENTRY Link = &IopPdos;
    PIOP_PDO Child;

    while (NT_SUCCESS(Status) && (Child = IopNextChild(Pdo, Link, TRUE)) != NULL) {
        Status = IopQueryRemoval(Child);
        Link = &Child->Link;
    }
    if (!NT_SUCCESS(Status)) {
        /* Also to whom the query never came, as NT does. */
        IopCancelChildrenRemoval(Pdo);
    }
    return Status;
}

/* The next device of Pdo's bus whose removal can begin. */
static PIOP_PDO
IopNextRemovable(PIOP_PDO Pdo)
{
    for (PLIST_ENTRY Link = IopPdos.Blink; Link != &IopPdos; Link = Link->Blink) {
        PIOP_PDO Child = CONTAINING_RECORD(Link, IOP_PDO, Link);

        if (Child->Parent == Pdo && Child->State != IopPdoSurpriseRemoved) {
            return Child;
        }
    }
    return NULL;
}

VOID
IopRemoveChildren(PIOP_PDO Pdo, BOOLEAN Vanished)
{
    PIOP_PDO Child;

    while ((Child = IopNextRemovable(Pdo)) != NULL) {
        Child->Gone = TRUE;
        if (Vanished) {
            IopSurpriseRemoveDevice(Child);
        } else {
            IopRemoveDevice(Child);
        }
    }
}
