/*
 * What is on a bus: the answer to the PnP manager's question, for which the devices of
 * pending children are made.
 */
#include "wdfp.h"
#include "pdo.h"
#include "powerdown.h"

/* A pending child that nobody makes the device of, now marked so; NULL: there is none. */
static PWDFP_CHILD
WdfpTakePending(PWDFP_CHILD_LIST List)
{
    PWDFP_CHILD Found = NULL;
    KIRQL OldIrql;

    KeAcquireSpinLock(&List->Lock, &OldIrql);
    for (PLIST_ENTRY Link = List->Children.Flink;
         Found == NULL && Link != &List->Children; Link = Link->Flink) {
        PWDFP_CHILD Child = CONTAINING_RECORD(Link, WDFP_CHILD, Link);

        if (Child->Device == NULL && !Child->Missing && !Child->Creating) {
            Child->Creating = TRUE;
            Found = Child;
        }
    }
    KeReleaseSpinLock(&List->Lock, OldIrql);
    return Found;
}

/* Makes a child and its device each other's. */
static VOID
WdfpJoin(PWDFP_CHILD Child, PWDFP_DEVICE Device)
{
    KIRQL OldIrql;

    Device->DeviceObject->Flags &= ~(ULONG)DO_DEVICE_INITIALIZING;
    KeAcquireSpinLock(&Child->List->Lock, &OldIrql);
    Child->Creating = FALSE;
    Child->Device = Device;
    Device->Child = Child;
    KeReleaseSpinLock(&Child->List->Lock, OldIrql);
}

/* Has the driver make the device of a child; one that it does not make is forgotten. */
static VOID
WdfpCreateChildDevice(PWDFP_CHILD Child)
{
    PWDFP_CHILD_LIST List = Child->List;
    PWDFDEVICE_INIT Init = WdfpAllocatePdoInit(List->Device, Child);
    NTSTATUS Status = STATUS_INSUFFICIENT_RESOURCES;

    if (Init != NULL) {
        Status = WDFP_CALL(List->Object.Globals, List->Config.EvtChildListCreateDevice,
                           WdfpHandle(List), Child->Id, Init);
        if (!Init->Created) {
            WdfpFreeDeviceInit(Init);
            Status = NT_SUCCESS(Status) ? STATUS_UNSUCCESSFUL : Status;
        } else if (!NT_SUCCESS(Status)) {
            WdfpDeleteDevice(Init->Device);
        }
    }
    if (NT_SUCCESS(Status)) {
        WdfpJoin(Child, Init->Device);
        return;
    }
    DbgPrint("wdf: %s: EvtChildListCreateDevice failed with status 0x%08X\n",
             List->Object.Globals->Public.DriverName, Status);
    WdfpBuryChild(Child);
}

/* How many children have a device and are there. Lock held. */
static ULONG
WdfpCountPresent(PWDFP_CHILD_LIST List)
{
    ULONG Count = 0;

    for (PLIST_ENTRY Link = List->Children.Flink; Link != &List->Children;
         Link = Link->Flink) {
        PWDFP_CHILD Child = CONTAINING_RECORD(Link, WDFP_CHILD, Link);

        Count += Child->Device != NULL && !Child->Missing;
    }
    return Count;
}

/* Adds their devices, referenced, as far as there is room. Lock held. */
static VOID
WdfpAddPresent(PWDFP_CHILD_LIST List, PDEVICE_RELATIONS Relations, ULONG Room)
{
    for (PLIST_ENTRY Link = List->Children.Flink; Link != &List->Children;
         Link = Link->Flink) {
        PWDFP_CHILD Child = CONTAINING_RECORD(Link, WDFP_CHILD, Link);

        if (Child->Device != NULL && !Child->Missing && Relations->Count < Room) {
            Child->Reported = TRUE;
            ObReferenceObject(Child->Device->DeviceObject);
            Relations->Objects[Relations->Count++] = Child->Device->DeviceObject;
        }
    }
}

/* Old, which is freed (NULL: nothing), and the children of List; NULL: pool is short, and
   Old is as it was. */
static PDEVICE_RELATIONS
WdfpMergeRelations(PWDFP_CHILD_LIST List, PDEVICE_RELATIONS Old)
{
    ULONG Before = Old == NULL ? 0 : Old->Count;
    PDEVICE_RELATIONS Relations;
    KIRQL OldIrql;
    ULONG Room;

    KeAcquireSpinLock(&List->Lock, &OldIrql);
    Room = Before + WdfpCountPresent(List);
    KeReleaseSpinLock(&List->Lock, OldIrql);
    Relations = ExAllocatePoolZero(
        NonPagedPoolNx, sizeof(*Relations) + Room * sizeof(Relations->Objects[0]),
        WDFP_TAG);
    if (Relations == NULL) {
        return NULL;
    }
    if (Old != NULL) {
        Relations->Count = Before;
        RtlCopyMemory(Relations->Objects, Old->Objects,
                      Before * sizeof(Relations->Objects[0]));
        ExFreePool(Old);
    }
    KeAcquireSpinLock(&List->Lock, &OldIrql);
    WdfpAddPresent(List, Relations, Room);
    KeReleaseSpinLock(&List->Lock, OldIrql);
    return Relations;
}

/* Tells the driver of each child whose absence the PnP manager has just learnt. */
static VOID
WdfpTellMissing(PWDFP_CHILD_LIST List)
{
    PWDFP_DEVICE Device;
    KIRQL OldIrql;

    do {
        PFN_WDF_DEVICE_REPORTED_MISSING Callback;

        Device = NULL;
        KeAcquireSpinLock(&List->Lock, &OldIrql);
        for (PLIST_ENTRY Link = List->Children.Flink;
             Device == NULL && Link != &List->Children; Link = Link->Flink) {
            PWDFP_CHILD Child = CONTAINING_RECORD(Link, WDFP_CHILD, Link);

            if (Child->Missing && Child->Reported && !Child->Told &&
                Child->Device != NULL) {
                Child->Told = TRUE;
                Device = Child->Device;
                WdfpReference(Device);
            }
        }
        KeReleaseSpinLock(&List->Lock, OldIrql);
        if (Device != NULL) {
            Callback = Device->Init->Pdo->Callbacks.EvtDeviceReportedMissing;
            if (Callback != NULL) {
                WDFP_CALL_VOID(Device->Object.Globals, Callback, WdfpHandle(Device));
            }
            WdfpDereference(Device);
        }
    } while (Device != NULL);
}

/* Deletes devices of children that were missing before anybody heard of them: no
   IRP_MN_REMOVE_DEVICE will come for one. */
static VOID
WdfpDropUnreported(PWDFP_CHILD_LIST List)
{
    PWDFP_CHILD Found;

    do {
        PWDFP_DEVICE Device = NULL;
        KIRQL OldIrql;

        Found = NULL;
        KeAcquireSpinLock(&List->Lock, &OldIrql);
        for (PLIST_ENTRY Link = List->Children.Flink;
             Found == NULL && Link != &List->Children; Link = Link->Flink) {
            PWDFP_CHILD Child = CONTAINING_RECORD(Link, WDFP_CHILD, Link);

            if (Child->Missing && !Child->Reported && Child->Device != NULL) {
                Found = Child;
                Device = Child->Device;
                Child->Device = NULL;
                Device->Child = NULL;
            }
        }
        KeReleaseSpinLock(&List->Lock, OldIrql);
        if (Found != NULL) {
            WdfpDeleteDevice(Device);
            WdfpBuryChild(Found);
        }
    } while (Found != NULL);
}

NTSTATUS
WdfpQueryBusRelations(PWDFP_DEVICE Device, PIRP Irp)
{
    PWDFP_CHILD_LIST List = NULL;
    PWDFP_CHILD Child;

    while ((List = WdfpNextChildList(Device, List)) != NULL) {
        PDEVICE_RELATIONS Relations;

        while ((Child = WdfpTakePending(List)) != NULL) {
            WdfpCreateChildDevice(Child);
        }
        Relations =
            WdfpMergeRelations(List, (PDEVICE_RELATIONS)Irp->IoStatus.Information);
        if (Relations != NULL) {
            Irp->IoStatus.Information = (ULONG_PTR)Relations;
            Irp->IoStatus.Status = STATUS_SUCCESS;
        }
        WdfpTellMissing(List);
        WdfpDropUnreported(List);
    }
    return WdfpForward(Device, Irp);
}

/* Any child of the list that has a device, which is its no more; NULL: none has. */
static PWDFP_DEVICE
WdfpTakeChildDevice(PWDFP_CHILD_LIST List)
{
    PWDFP_DEVICE Device = NULL;
    KIRQL OldIrql;

    KeAcquireSpinLock(&List->Lock, &OldIrql);
    for (PLIST_ENTRY Link = List->Children.Flink;
         Device == NULL && Link != &List->Children; Link = Link->Flink) {
        PWDFP_CHILD Child = CONTAINING_RECORD(Link, WDFP_CHILD, Link);

        Device = Child->Device;
        Child->Device = NULL;
        Child->Missing = TRUE;
    }
    if (Device != NULL) {
        Device->Child = NULL;
    }
    KeReleaseSpinLock(&List->Lock, OldIrql);
    return Device;
}

/* A child whose removal is still to come, since somebody has it open, goes with that. */
VOID
WdfpEndChildren(PWDFP_DEVICE Device)
{
    PWDFP_CHILD_LIST List = NULL;
    PWDFP_DEVICE Child;

    while ((List = WdfpNextChildList(Device, List)) != NULL) {
        while ((Child = WdfpTakeChildDevice(List)) != NULL) {
            if (Child->Removed || !Child->Begun) {
                WdfpEndSelfManaged(Child);
                WdfpDeleteDevice(Child);
            }
        }
    }
}

/* Adds a device that was made from WdfPdoInitAllocate to its bus. STATUS_INVALID_PARAMETER:
   no child of this device; STATUS_OBJECT_NAME_EXISTS: it was added already;
   STATUS_INSUFFICIENT_RESOURCES. At or below DISPATCH_LEVEL. Source: manual,
   WdfFdoAddStaticChild. */
NTSTATUS
NTAPI
ImpWdfFdoAddStaticChild(PWDF_DRIVER_GLOBALS DriverGlobals, WDFDEVICE Fdo,
                        WDFDEVICE ChildHandle)
{
    static const WDF_CHILD_LIST_CONFIG Static = {.Size = 0};
    PWDFP_DEVICE Device = WdfpDeviceFromHandle(DriverGlobals, Fdo);
    PWDFP_DEVICE ChildDevice = WdfpDeviceFromHandle(DriverGlobals, ChildHandle);
    PWDFP_CHILD Child;
    NTSTATUS Status = STATUS_SUCCESS;

    if (ChildDevice->Init->Kind != WdfpPhysicalDevice ||
        ChildDevice->Init->Pdo->Parent != Device ||
        ChildDevice->Init->Pdo->Child != NULL) {
        return STATUS_INVALID_PARAMETER;
    }
    if (ChildDevice->Child != NULL) {
        return STATUS_OBJECT_NAME_EXISTS;
    }
    if (Device->StaticChildren == NULL) {
        Status = WdfpCreateChildList(Device, &Static, NULL, &Device->StaticChildren);
    }
    if (NT_SUCCESS(Status)) {
        Status = WdfpNewChild(Device->StaticChildren, NULL, NULL, &Child);
    }
    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    WdfpJoin(Child, ChildDevice);
    WdfpInsertChild(Device->StaticChildren, Child);
    WdfpAnnounceChildren(Device);
    return STATUS_SUCCESS;
}
