/*
 * Devices that have to go when this one does: because it is ejected, or at any removal.
 */
#include "wdfp.h"
#include "pdo.h"
#include "relations.h"

typedef struct _WDFP_RELATION {
    LIST_ENTRY Link;       /* WDFP_DEVICE.Ejections or Removals; TreeLock */
    PDEVICE_OBJECT Device; /* referenced */
} WDFP_RELATION, *PWDFP_RELATION;

/* The relation to Device (NULL: to any) in a list, or NULL. TreeLock. */
static PWDFP_RELATION
WdfpFindRelation(PLIST_ENTRY List, PDEVICE_OBJECT Device)
{
    for (PLIST_ENTRY Link = List->Flink; Link != List; Link = Link->Flink) {
        PWDFP_RELATION Relation = CONTAINING_RECORD(Link, WDFP_RELATION, Link);

        if (Device == NULL || Relation->Device == Device) {
            return Relation;
        }
    }
    return NULL;
}

/* One that is there already is not added twice. */
static NTSTATUS
WdfpAddRelation(PWDFP_DEVICE Device, PLIST_ENTRY List, PDEVICE_OBJECT Other)
{
    PWDFP_RELATION Relation;
    BOOLEAN Known;
    KIRQL OldIrql;

    WdfpRequire(Device->Object.Globals, Other, "PhysicalDevice");
    Relation = ExAllocatePoolZero(NonPagedPoolNx, sizeof(*Relation), WDFP_TAG);
    if (Relation == NULL) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    Relation->Device = Other;
    KeAcquireSpinLock(&Device->Object.Globals->TreeLock, &OldIrql);
    Known = WdfpFindRelation(List, Other) != NULL;
    if (!Known) {
        ObReferenceObject(Other);
        InsertTailList(List, &Relation->Link);
    }
    KeReleaseSpinLock(&Device->Object.Globals->TreeLock, OldIrql);
    if (Known) {
        ExFreePoolWithTag(Relation, WDFP_TAG);
    }
    return STATUS_SUCCESS;
}

/* Whether there was one to take away; Other NULL: any. */
static BOOLEAN
WdfpTakeRelation(PWDFP_DEVICE Device, PLIST_ENTRY List, PDEVICE_OBJECT Other)
{
    PWDFP_RELATION Relation;
    KIRQL OldIrql;

    KeAcquireSpinLock(&Device->Object.Globals->TreeLock, &OldIrql);
    Relation = WdfpFindRelation(List, Other);
    if (Relation != NULL) {
        RemoveEntryList(&Relation->Link);
    }
    KeReleaseSpinLock(&Device->Object.Globals->TreeLock, OldIrql);
    if (Relation == NULL) {
        return FALSE;
    }
    ObDereferenceObject(Relation->Device);
    ExFreePoolWithTag(Relation, WDFP_TAG);
    return TRUE;
}

static VOID
WdfpClearRelations(PWDFP_DEVICE Device, PLIST_ENTRY List)
{
    while (WdfpTakeRelation(Device, List, NULL)) {
    }
}

VOID
WdfpFreeRelations(PWDFP_DEVICE Device)
{
    WdfpClearRelations(Device, &Device->Ejections);
    WdfpClearRelations(Device, &Device->Removals);
}

/* How many relations there are, for a list that is made without the lock. */
static ULONG
WdfpCountRelations(PWDFP_DEVICE Device, PLIST_ENTRY List)
{
    ULONG Count = 0;
    KIRQL OldIrql;

    KeAcquireSpinLock(&Device->Object.Globals->TreeLock, &OldIrql);
    for (PLIST_ENTRY Link = List->Flink; Link != List; Link = Link->Flink) {
        Count++;
    }
    KeReleaseSpinLock(&Device->Object.Globals->TreeLock, OldIrql);
    return Count;
}

NTSTATUS
WdfpAnswerWithRelations(PWDFP_DEVICE Device, PIRP Irp, DEVICE_RELATION_TYPE Type)
{
    PLIST_ENTRY List = Type == EjectionRelations ? &Device->Ejections : &Device->Removals;
    PDEVICE_RELATIONS Old = (PDEVICE_RELATIONS)Irp->IoStatus.Information;
    ULONG Before = Old == NULL ? 0 : Old->Count;
    ULONG Room = WdfpCountRelations(Device, List);
    PDEVICE_RELATIONS Relations;
    KIRQL OldIrql;

    if (Room == 0) {
        return Irp->IoStatus.Status;
    }
    Relations = ExAllocatePoolZero(
        NonPagedPoolNx,
        sizeof(*Relations) + (Before + Room) * sizeof(Relations->Objects[0]), WDFP_TAG);
    if (Relations == NULL) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    if (Old != NULL) {
        Relations->Count = Before;
        RtlCopyMemory(Relations->Objects, Old->Objects,
                      Before * sizeof(Relations->Objects[0]));
        ExFreePool(Old);
    }
    KeAcquireSpinLock(&Device->Object.Globals->TreeLock, &OldIrql);
    for (PLIST_ENTRY Link = List->Flink; Link != List && Relations->Count < Before + Room;
         Link = Link->Flink) {
        PDEVICE_OBJECT Other = CONTAINING_RECORD(Link, WDFP_RELATION, Link)->Device;

        ObReferenceObject(Other);
        Relations->Objects[Relations->Count++] = Other;
    }
    KeReleaseSpinLock(&Device->Object.Globals->TreeLock, OldIrql);
    Irp->IoStatus.Information = (ULONG_PTR)Relations;
    return STATUS_SUCCESS;
}

/* The device has to go whenever this one is removed. STATUS_INSUFFICIENT_RESOURCES. At or
   below DISPATCH_LEVEL, as all here. Source: manual,
   WdfDeviceAddRemovalRelationsPhysicalDevice. */
NTSTATUS
NTAPI
ImpWdfDeviceAddRemovalRelationsPhysicalDevice(PWDF_DRIVER_GLOBALS DriverGlobals,
                                              WDFDEVICE Handle,
                                              PDEVICE_OBJECT PhysicalDevice)
{
    PWDFP_DEVICE Device = WdfpDeviceFromHandle(DriverGlobals, Handle);

    return WdfpAddRelation(Device, &Device->Removals, PhysicalDevice);
}

/* Not any more; one that never had to is ignored. Source: manual,
   WdfDeviceRemoveRemovalRelationsPhysicalDevice. */
VOID NTAPI
ImpWdfDeviceRemoveRemovalRelationsPhysicalDevice(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                 WDFDEVICE Handle,
                                                 PDEVICE_OBJECT PhysicalDevice)
{
    PWDFP_DEVICE Device = WdfpDeviceFromHandle(DriverGlobals, Handle);

    WdfpRequire(Device->Object.Globals, PhysicalDevice, "PhysicalDevice");
    WdfpTakeRelation(Device, &Device->Removals, PhysicalDevice);
}

/* Nor any other. Source: manual, WdfDeviceClearRemovalRelationsDevices. */
VOID NTAPI
ImpWdfDeviceClearRemovalRelationsDevices(PWDF_DRIVER_GLOBALS DriverGlobals,
                                         WDFDEVICE Handle)
{
    PWDFP_DEVICE Device = WdfpDeviceFromHandle(DriverGlobals, Handle);

    WdfpClearRelations(Device, &Device->Removals);
}

/* The device has to go when this child is ejected. STATUS_INSUFFICIENT_RESOURCES. Source:
   manual, WdfPdoAddEjectionRelationsPhysicalDevice. */
NTSTATUS
NTAPI
ImpWdfPdoAddEjectionRelationsPhysicalDevice(PWDF_DRIVER_GLOBALS DriverGlobals,
                                            WDFDEVICE Handle,
                                            PDEVICE_OBJECT PhysicalDevice)
{
    PWDFP_DEVICE Device = WdfpPdoFromHandle(DriverGlobals, Handle);

    return WdfpAddRelation(Device, &Device->Ejections, PhysicalDevice);
}

/* Not any more. Source: manual, WdfPdoRemoveEjectionRelationsPhysicalDevice. */
VOID NTAPI
ImpWdfPdoRemoveEjectionRelationsPhysicalDevice(PWDF_DRIVER_GLOBALS DriverGlobals,
                                               WDFDEVICE Handle,
                                               PDEVICE_OBJECT PhysicalDevice)
{
    PWDFP_DEVICE Device = WdfpPdoFromHandle(DriverGlobals, Handle);

    WdfpRequire(Device->Object.Globals, PhysicalDevice, "PhysicalDevice");
    WdfpTakeRelation(Device, &Device->Ejections, PhysicalDevice);
}

/* Nor any other. Source: manual, WdfPdoClearEjectionRelationsDevices. */
VOID NTAPI
ImpWdfPdoClearEjectionRelationsDevices(PWDF_DRIVER_GLOBALS DriverGlobals,
                                       WDFDEVICE Handle)
{
    PWDFP_DEVICE Device = WdfpPdoFromHandle(DriverGlobals, Handle);

    WdfpClearRelations(Device, &Device->Ejections);
}

/* Asks for the ejection of a child; soon it is removed, and EvtDeviceEject called. Source:
   manual, WdfPdoRequestEject. */
VOID NTAPI
ImpWdfPdoRequestEject(PWDF_DRIVER_GLOBALS DriverGlobals, WDFDEVICE Handle)
{
    IoRequestDeviceEject(WdfpPdoFromHandle(DriverGlobals, Handle)->DeviceObject);
}

/* The same of the child with an identification; FALSE: there is none. Source: manual,
   WdfChildListRequestChildEject. */
BOOLEAN
NTAPI
ImpWdfChildListRequestChildEject(PWDF_DRIVER_GLOBALS DriverGlobals, WDFCHILDLIST Handle,
                                 PWDF_CHILD_IDENTIFICATION_DESCRIPTION_HEADER Id)
{
    PWDFP_CHILD_LIST List = WdfpChildListFromHandle(DriverGlobals, Handle);
    PDEVICE_OBJECT DeviceObject = NULL;
    PWDFP_CHILD Child;
    KIRQL OldIrql;

    WdfpRequireId(List, Id);
    KeAcquireSpinLock(&List->Lock, &OldIrql);
    Child = WdfpFindChild(List, Id, NULL);
    if (Child != NULL && Child->Device != NULL) {
        DeviceObject = Child->Device->DeviceObject;
        ObReferenceObject(DeviceObject);
    }
    KeReleaseSpinLock(&List->Lock, OldIrql);
    if (DeviceObject == NULL) {
        return FALSE;
    }
    IoRequestDeviceEject(DeviceObject);
    ObDereferenceObject(DeviceObject);
    return TRUE;
}
