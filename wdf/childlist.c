/*
 * WDFCHILDLIST: what a bus driver says of the devices on its bus.
 */
#include "wdfp.h"
#include "children.h"

/* The devices of its children have gone with the bus driver's (WdfpEndChildren). */
static VOID
WdfpDisposeChildList(PWDFP_OBJECT Object)
{
    PWDFP_CHILD_LIST List = (PWDFP_CHILD_LIST)Object;
    KIRQL OldIrql;

    KeAcquireSpinLock(&Object->Globals->TreeLock, &OldIrql);
    RemoveEntryList(&List->Link);
    KeReleaseSpinLock(&Object->Globals->TreeLock, OldIrql);
    while (!IsListEmpty(&List->Children)) {
        WdfpFreeChild(
            CONTAINING_RECORD(RemoveHeadList(&List->Children), WDFP_CHILD, Link));
    }
}

static const WDFP_TYPE WdfpChildListObjectType = {WdfpChildListType,
                                                  "WDFCHILDLIST",
                                                  sizeof(WDFP_CHILD_LIST),
                                                  WDFP_TYPE_FRAMEWORKS,
                                                  WdfpDisposeChildList,
                                                  NULL,
                                                  NULL};

NTSTATUS
WdfpCreateChildList(PWDFP_DEVICE Device, const WDF_CHILD_LIST_CONFIG *Config,
                    PWDF_OBJECT_ATTRIBUTES Attributes, PWDFP_CHILD_LIST *Result)
{
    PWDFP_GLOBALS Globals = Device->Object.Globals;
    PWDFP_CHILD_LIST List;
    NTSTATUS Status = WdfpCreateObject(Globals, &WdfpChildListObjectType, Attributes,
                                       Device, FALSE, (PVOID *)&List);
    KIRQL OldIrql;

    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    List->Device = Device;
    List->Config = *Config;
    KeInitializeSpinLock(&List->Lock);
    InitializeListHead(&List->Children);
    KeAcquireSpinLock(&Globals->TreeLock, &OldIrql);
    InsertTailList(&Device->ChildLists, &List->Link);
    KeReleaseSpinLock(&Globals->TreeLock, OldIrql);
    *Result = List;
    return STATUS_SUCCESS;
}

/*
 * Makes a child list of a function device. STATUS_INFO_LENGTH_MISMATCH (a Size);
 * STATUS_INVALID_PARAMETER (a description smaller than its header, no
 * EvtChildListCreateDevice); STATUS_INVALID_DEVICE_REQUEST: no function device;
 * STATUS_INSUFFICIENT_RESOURCES. PASSIVE_LEVEL. Source: manual, WdfChildListCreate.
 */
NTSTATUS
NTAPI
ImpWdfChildListCreate(PWDF_DRIVER_GLOBALS DriverGlobals, WDFDEVICE DeviceHandle,
                      PWDF_CHILD_LIST_CONFIG Config, PWDF_OBJECT_ATTRIBUTES Attributes,
                      WDFCHILDLIST *Handle)
{
    PWDFP_DEVICE Device = WdfpDeviceFromHandle(DriverGlobals, DeviceHandle);
    PWDFP_CHILD_LIST List;
    NTSTATUS Status;

    WdfpRequire(Device->Object.Globals, Config, "Config");
    WdfpRequire(Device->Object.Globals, Handle, "ChildList");
    if (Config->Size != sizeof(*Config)) {
        return STATUS_INFO_LENGTH_MISMATCH;
    }
    if (Config->IdentificationDescriptionSize <
            sizeof(WDF_CHILD_IDENTIFICATION_DESCRIPTION_HEADER) ||
        Config->EvtChildListCreateDevice == NULL ||
        (Config->AddressDescriptionSize != 0 &&
         Config->AddressDescriptionSize < sizeof(WDF_CHILD_ADDRESS_DESCRIPTION_HEADER))) {
        return STATUS_INVALID_PARAMETER;
    }
    if (Device->Init->Kind != WdfpFunctionDevice) {
        return STATUS_INVALID_DEVICE_REQUEST;
    }
    Status = WdfpCreateChildList(Device, Config, Attributes, &List);
    if (NT_SUCCESS(Status)) {
        *Handle = WdfpHandle(List);
    }
    return Status;
}

/* Source: manual, WdfChildListGetDevice. */
WDFDEVICE
NTAPI
ImpWdfChildListGetDevice(PWDF_DRIVER_GLOBALS DriverGlobals, WDFCHILDLIST Handle)
{
    return WdfpHandle(WdfpChildListFromHandle(DriverGlobals, Handle)->Device);
}

PWDFP_CHILD_LIST
WdfpNextChildList(PWDFP_DEVICE Device, PWDFP_CHILD_LIST Previous)
{
    PWDFP_CHILD_LIST Next = NULL;
    PLIST_ENTRY Link;
    KIRQL OldIrql;

    KeAcquireSpinLock(&Device->Object.Globals->TreeLock, &OldIrql);
    Link = Previous == NULL ? Device->ChildLists.Flink : Previous->Link.Flink;
    if (Link != &Device->ChildLists) {
        Next = CONTAINING_RECORD(Link, WDFP_CHILD_LIST, Link);
        WdfpReference(Next);
    }
    KeReleaseSpinLock(&Device->Object.Globals->TreeLock, OldIrql);
    if (Previous != NULL) {
        WdfpDereference(Previous);
    }
    return Next;
}

VOID
WdfpInsertChild(PWDFP_CHILD_LIST List, PWDFP_CHILD Child)
{
    KIRQL OldIrql;

    KeAcquireSpinLock(&List->Lock, &OldIrql);
    InsertTailList(&List->Children, &Child->Link);
    KeReleaseSpinLock(&List->Lock, OldIrql);
}

VOID
WdfpSweepChildren(PWDFP_CHILD_LIST List)
{
    LIST_ENTRY Dead;
    KIRQL OldIrql;

    InitializeListHead(&Dead);
    KeAcquireSpinLock(&List->Lock, &OldIrql);
    for (PLIST_ENTRY Link = List->Children.Flink;
         List->Iterations == 0 && Link != &List->Children;) {
        PWDFP_CHILD Child = CONTAINING_RECORD(Link, WDFP_CHILD, Link);

        Link = Link->Flink;
        if (Child->Dead) {
            RemoveEntryList(&Child->Link);
            InsertTailList(&Dead, &Child->Link);
        }
    }
    KeReleaseSpinLock(&List->Lock, OldIrql);
    while (!IsListEmpty(&Dead)) {
        WdfpFreeChild(CONTAINING_RECORD(RemoveHeadList(&Dead), WDFP_CHILD, Link));
    }
}

VOID
WdfpBuryChild(PWDFP_CHILD Child)
{
    PWDFP_CHILD_LIST List = Child->List;
    KIRQL OldIrql;

    KeAcquireSpinLock(&List->Lock, &OldIrql);
    Child->Device = NULL;
    Child->Missing = TRUE;
    Child->Dead = TRUE;
    KeReleaseSpinLock(&List->Lock, OldIrql);
    WdfpSweepChildren(List);
}

VOID
WdfpAnnounceChildren(PWDFP_DEVICE Device)
{
    IoInvalidateDeviceRelations(Device->Physical, BusRelations);
}

VOID
WdfpScanForChildren(PWDFP_DEVICE Device)
{
    PWDFP_CHILD_LIST List = NULL;

    while ((List = WdfpNextChildList(Device, List)) != NULL) {
        PFN_WDF_CHILD_LIST_SCAN_FOR_CHILDREN Callback =
            List->Config.EvtChildListScanForChildren;

        if (Callback != NULL) {
            WDFP_CALL_VOID(Device->Object.Globals, Callback, WdfpHandle(List));
        }
    }
}

/* A missing child that never had a device is of no use at once. Lock held. */
static VOID
WdfpMarkMissing(PWDFP_CHILD Child)
{
    Child->Missing = TRUE;
    Child->Dead = Child->Device == NULL && !Child->Creating;
}

/* A scan begins: every child has to be reported anew. They nest. Source: manual,
   WdfChildListBeginScan. */
VOID NTAPI
ImpWdfChildListBeginScan(PWDF_DRIVER_GLOBALS DriverGlobals, WDFCHILDLIST Handle)
{
    PWDFP_CHILD_LIST List = WdfpChildListFromHandle(DriverGlobals, Handle);
    KIRQL OldIrql;

    KeAcquireSpinLock(&List->Lock, &OldIrql);
    if (List->Scans++ == 0) {
        for (PLIST_ENTRY Link = List->Children.Flink; Link != &List->Children;
             Link = Link->Flink) {
            CONTAINING_RECORD(Link, WDFP_CHILD, Link)->Seen = FALSE;
        }
    }
    KeReleaseSpinLock(&List->Lock, OldIrql);
}

/* The last scan ends: who was not reported is missing. One that was not begun: bug check
   0x10D, 0xC, the list. Source: manual, WdfChildListEndScan. */
VOID NTAPI
ImpWdfChildListEndScan(PWDF_DRIVER_GLOBALS DriverGlobals, WDFCHILDLIST Handle)
{
    PWDFP_CHILD_LIST List = WdfpChildListFromHandle(DriverGlobals, Handle);
    KIRQL OldIrql;

    if (List->Scans == 0) {
        WdfpViolation(List->Object.Globals, "a scan is ended that was not begun",
                      WDF_PNP_FATAL_ERROR, (ULONG_PTR)Handle, 0, 0);
    }
    KeAcquireSpinLock(&List->Lock, &OldIrql);
    if (--List->Scans == 0) {
        for (PLIST_ENTRY Link = List->Children.Flink; Link != &List->Children;
             Link = Link->Flink) {
            PWDFP_CHILD Child = CONTAINING_RECORD(Link, WDFP_CHILD, Link);

            if (!Child->Seen && !Child->Missing) {
                WdfpMarkMissing(Child);
            }
        }
    }
    KeReleaseSpinLock(&List->Lock, OldIrql);
    WdfpSweepChildren(List);
    WdfpAnnounceChildren(List->Device);
}

/* Says that all children are there: a scan that learnt nothing new. Source: manual,
   WdfChildListUpdateAllChildDescriptionsAsPresent. */
VOID NTAPI
ImpWdfChildListUpdateAllChildDescriptionsAsPresent(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                   WDFCHILDLIST Handle)
{
    PWDFP_CHILD_LIST List = WdfpChildListFromHandle(DriverGlobals, Handle);
    KIRQL OldIrql;

    KeAcquireSpinLock(&List->Lock, &OldIrql);
    for (PLIST_ENTRY Link = List->Children.Flink; Link != &List->Children;
         Link = Link->Flink) {
        CONTAINING_RECORD(Link, WDFP_CHILD, Link)->Seen = TRUE;
    }
    KeReleaseSpinLock(&List->Lock, OldIrql);
}

/* Notes a child that is known already; FALSE: there is none. */
static BOOLEAN
WdfpUpdateChild(PWDFP_CHILD_LIST List, PWDF_CHILD_IDENTIFICATION_DESCRIPTION_HEADER Id,
                PWDF_CHILD_ADDRESS_DESCRIPTION_HEADER Address)
{
    PWDFP_CHILD Child;
    KIRQL OldIrql;

    KeAcquireSpinLock(&List->Lock, &OldIrql);
    Child = WdfpFindChild(List, Id, NULL);
    if (Child != NULL) {
        Child->Seen = TRUE;
        if (Address != NULL && Child->Address != NULL) {
            WdfpCopyAddress(List, Address, Child->Address);
        }
    }
    KeReleaseSpinLock(&List->Lock, OldIrql);
    return Child != NULL;
}

/*
 * Says that a child is there: a new one, whose device is made soon, or STATUS_OBJECT_NAME_
 * EXISTS, a known one, which gets another address. What the driver's duplication returns;
 * STATUS_INSUFFICIENT_RESOURCES. A description of another size: bug check 0x10D, 3. At or
 * below DISPATCH_LEVEL. Source: manual, WdfChildListAddOrUpdateChildDescriptionAsPresent.
 */
NTSTATUS
NTAPI
ImpWdfChildListAddOrUpdateChildDescriptionAsPresent(
    PWDF_DRIVER_GLOBALS DriverGlobals, WDFCHILDLIST Handle,
    PWDF_CHILD_IDENTIFICATION_DESCRIPTION_HEADER Id,
    PWDF_CHILD_ADDRESS_DESCRIPTION_HEADER Address)
{
    PWDFP_CHILD_LIST List = WdfpChildListFromHandle(DriverGlobals, Handle);
    PWDFP_CHILD Child;
    NTSTATUS Status;

    WdfpRequireId(List, Id);
    if (Address != NULL) {
        WdfpRequireAddress(List, Address);
    }
    if (WdfpUpdateChild(List, Id, Address)) {
        return STATUS_OBJECT_NAME_EXISTS;
    }
    Status = WdfpNewChild(List, Id, Address, &Child);
    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    Child->Seen = TRUE;
    WdfpInsertChild(List, Child);
    if (List->Scans == 0) {
        WdfpAnnounceChildren(List->Device);
    }
    return STATUS_SUCCESS;
}

/* Says that a child has gone. STATUS_NO_SUCH_DEVICE: it was not there. At or below
   DISPATCH_LEVEL. Source: manual, WdfChildListUpdateChildDescriptionAsMissing. */
NTSTATUS
NTAPI
ImpWdfChildListUpdateChildDescriptionAsMissing(
    PWDF_DRIVER_GLOBALS DriverGlobals, WDFCHILDLIST Handle,
    PWDF_CHILD_IDENTIFICATION_DESCRIPTION_HEADER Id)
{
    PWDFP_CHILD_LIST List = WdfpChildListFromHandle(DriverGlobals, Handle);
    PWDFP_CHILD Child;
    KIRQL OldIrql;

    WdfpRequireId(List, Id);
    KeAcquireSpinLock(&List->Lock, &OldIrql);
    Child = WdfpFindChild(List, Id, NULL);
    if (Child != NULL) {
        WdfpMarkMissing(Child);
    }
    KeReleaseSpinLock(&List->Lock, OldIrql);
    if (Child == NULL) {
        return STATUS_NO_SUCH_DEVICE;
    }
    WdfpSweepChildren(List);
    WdfpAnnounceChildren(List->Device);
    return STATUS_SUCCESS;
}
