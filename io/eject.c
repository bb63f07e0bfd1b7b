/*
 * IoRequestDeviceEject: a bus driver has been asked to let a device out of the machine.
 *
 * The device and those that have to go with it (EjectionRelations, RemovalRelations) are
 * asked, removed, and then the bus driver gets IRP_MN_EJECT for its PDO, which stops
 * reporting it. What is in a PCI Express slot goes the way of the slot's button, whose end
 * is that the slot is powered off.
 */
#include "iop.h"
#include "iopnp.h"

#include <cfg.h>

#define IOP_MAXIMUM_EJECTED 16

typedef struct _IOP_EJECT {
    WORK_QUEUE_ITEM Item;
    PDEVICE_OBJECT Device; /* the PDO, referenced */
    ULONG Count;
    PIOP_PDO Devices[IOP_MAXIMUM_EJECTED]; /* the first one is Device's */
} IOP_EJECT, *PIOP_EJECT;

/* Whether the bus driver says that the device can be ejected. */
static BOOLEAN
IopIsEjectable(PIOP_PDO Pdo)
{
    DEVICE_CAPABILITIES Capabilities = {.Size = sizeof(Capabilities), .Version = 1};
    IO_STACK_LOCATION Location = {0};

    Capabilities.Address = MAXULONG;
    Capabilities.UINumber = MAXULONG;
    Location.Parameters.DeviceCapabilities.Capabilities = &Capabilities;
    return NT_SUCCESS(IopSendPnp(Pdo, IRP_MN_QUERY_CAPABILITIES, &Location, NULL)) &&
           Capabilities.EjectSupported;
}

static VOID
IopAddEjected(PIOP_EJECT Eject, PIOP_PDO Pdo)
{
    for (ULONG Index = 0; Index < Eject->Count; Index++) {
        if (Eject->Devices[Index] == Pdo) {
            return;
        }
    }
    if (!Pdo->Gone && Eject->Count < IOP_MAXIMUM_EJECTED) {
        Eject->Devices[Eject->Count++] = Pdo;
    }
}

/* Adds what the stack names as relations of a type, as far as the same bus has it: what is
   elsewhere in the tree may go with something else before its turn comes. */
static VOID
IopAddRelations(PIOP_EJECT Eject, DEVICE_RELATION_TYPE Type)
{
    IO_STACK_LOCATION Location = {0};
    ULONG_PTR Information = 0;
    PDEVICE_RELATIONS Relations;

    Location.Parameters.QueryDeviceRelations.Type = Type;
    if (!NT_SUCCESS(IopSendPnp(Eject->Devices[0], IRP_MN_QUERY_DEVICE_RELATIONS,
                               &Location, &Information)) ||
        Information == 0) {
        return;
    }
    Relations = (PDEVICE_RELATIONS)Information;
    for (ULONG Index = 0; Index < Relations->Count; Index++) {
        PDEVICE_OBJECT Device = Relations->Objects[Index];
        PIOP_PDO Pdo = Device == NULL ? NULL : IopPdoFromDevice(Device);

        if (Pdo != NULL && Pdo->Parent == Eject->Devices[0]->Parent) {
            IopAddEjected(Eject, Pdo);
        }
        if (Device != NULL) {
            ObDereferenceObject(Device);
        }
    }
    ExFreePool(Relations);
}

/* Asks all; on a refusal those that agreed are told that they stay. */
static NTSTATUS
IopAskEjected(PIOP_EJECT Eject)
{
    NTSTATUS Status = STATUS_SUCCESS;
    ULONG Asked;

    for (Asked = 0; NT_SUCCESS(Status) && Asked < Eject->Count; Asked++) {
        Status = IopQueryRemoval(Eject->Devices[Asked]);
    }
    if (!NT_SUCCESS(Status)) {
        DbgPrint("io: %s stays: its removal is refused with status 0x%08X\n",
                 IopPdoName(Eject->Devices[Asked - 1]), Status);
        while (--Asked != 0) {
            IopCancelRemoval(Eject->Devices[Asked - 1]);
        }
    }
    return Status;
}

/* Removes all, has the first one let out, and looks whether its bus still has it. */
static VOID
IopLetOut(PIOP_EJECT Eject)
{
    PIOP_PDO First = Eject->Devices[0];
    PIOP_PDO Parent = First->Parent;
    IO_STACK_LOCATION Location = {0};
    NTSTATUS Status;

    for (ULONG Index = Eject->Count; Index-- != 0;) {
        IopRemoveDevice(Eject->Devices[Index]);
        Eject->Devices[Index]->Problem = CM_PROB_HELD_FOR_EJECT;
    }
    Status = IopSendPnp(First, IRP_MN_EJECT, &Location, NULL);
    DbgPrint("io: %s is ejected: status 0x%08X\n", IopPdoName(First), Status);
    IopEnumerateChildren(Parent);
}

/* Runs in a worker thread. */
static VOID NTAPI
IopRunEject(PVOID Parameter)
{
    PIOP_EJECT Eject = Parameter;
    PIOP_PDO Pdo = IopPdoFromDevice(Eject->Device);

    IopAcquirePnpLock();
    if (Pdo->Gone || !IopIsEjectable(Pdo)) {
        DbgPrint("io: %s cannot be ejected\n", IopPdoName(Pdo));
    } else if (Pdo->Parent == NULL) {
        IopPushButton(Pdo);
    } else {
        IopAddEjected(Eject, Pdo);
        IopAddRelations(Eject, EjectionRelations);
        IopAddRelations(Eject, RemovalRelations);
        if (NT_SUCCESS(IopAskEjected(Eject))) {
            IopLetOut(Eject);
        }
    }
    IopReleasePnpLock();
    ObDereferenceObject(Eject->Device);
    ExFreePoolWithTag(Eject, IOP_TAG_PNP);
}

/*
 * Has a device ejected soon, in a system thread, if its bus can do that and nobody objects.
 * What is no physical device object, or a shortage of pool, is ignored.
 * IRQL <= DISPATCH_LEVEL. Source: manual, IoRequestDeviceEject.
 */
VOID NTAPI
IoRequestDeviceEject(PDEVICE_OBJECT PhysicalDeviceObject)
{
    PIOP_EJECT Eject;

    if (IopPdoFromDevice(PhysicalDeviceObject) == NULL) {
        return;
    }
    Eject = IopAllocate(sizeof(*Eject), IOP_TAG_PNP);
    if (Eject == NULL) {
        return;
    }
    ObReferenceObject(PhysicalDeviceObject);
    Eject->Device = PhysicalDeviceObject;
    ExInitializeWorkItem(&Eject->Item, IopRunEject, Eject);
    ExQueueWorkItem(&Eject->Item, DelayedWorkQueue);
}
EXPORT(IoRequestDeviceEject);
