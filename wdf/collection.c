/*
 * WDFCOLLECTION: objects in the order they were added, each referenced.
 */
#include "wdfp.h"

typedef struct _WDFP_ITEM {
    LIST_ENTRY Link;
    PWDFP_OBJECT Object;
} WDFP_ITEM, *PWDFP_ITEM;

typedef struct _WDFP_COLLECTION {
    WDFP_OBJECT Object; /* must be first */
    KSPIN_LOCK Lock;    /* of what follows */
    LIST_ENTRY Items;
    ULONG Count;
} WDFP_COLLECTION, *PWDFP_COLLECTION;

static VOID
WdfpFreeItem(PWDFP_ITEM Item)
{
    WdfpDereference(Item->Object);
    ExFreePoolWithTag(Item, WDFP_TAG);
}

/* Lets go of everything that is still in it. */
static VOID
WdfpDisposeCollection(PWDFP_OBJECT Object)
{
    PWDFP_COLLECTION Collection = (PWDFP_COLLECTION)Object;

    while (!IsListEmpty(&Collection->Items)) {
        WdfpFreeItem(
            CONTAINING_RECORD(RemoveHeadList(&Collection->Items), WDFP_ITEM, Link));
    }
    Collection->Count = 0;
}

static const WDFP_TYPE WdfpCollectionObjectType = {WdfpCollectionType,
                                                   "WDFCOLLECTION",
                                                   sizeof(WDFP_COLLECTION),
                                                   0,
                                                   WdfpDisposeCollection,
                                                   NULL,
                                                   NULL};

static PWDFP_COLLECTION
WdfpCollectionFromHandle(PWDF_DRIVER_GLOBALS Globals, WDFCOLLECTION Handle)
{
    return WdfpObject(Globals, Handle, WdfpCollectionType);
}

/* Creates an empty collection. STATUS_INFO_LENGTH_MISMATCH, STATUS_INVALID_PARAMETER
   (attributes), STATUS_INSUFFICIENT_RESOURCES. At or below DISPATCH_LEVEL. Source: manual,
   WdfCollectionCreate. */
NTSTATUS
NTAPI
ImpWdfCollectionCreate(PWDF_DRIVER_GLOBALS DriverGlobals,
                       PWDF_OBJECT_ATTRIBUTES Attributes, WDFCOLLECTION *Handle)
{
    PWDFP_COLLECTION Collection;
    NTSTATUS Status = WdfpCreateObject(
        WdfpGlobals(DriverGlobals), &WdfpCollectionObjectType, Attributes,
        WdfpObject(DriverGlobals, DriverGlobals->Driver, WdfpDriverType), TRUE,
        (PVOID *)&Collection);

    if (NT_SUCCESS(Status)) {
        KeInitializeSpinLock(&Collection->Lock);
        InitializeListHead(&Collection->Items);
        *Handle = WdfpHandle(Collection);
    }
    return Status;
}

/* Source: manual, WdfCollectionGetCount. */
ULONG
NTAPI
ImpWdfCollectionGetCount(PWDF_DRIVER_GLOBALS DriverGlobals, WDFCOLLECTION Handle)
{
    return WdfpCollectionFromHandle(DriverGlobals, Handle)->Count;
}

/* Adds an object, last, and references it. STATUS_INSUFFICIENT_RESOURCES. At or below
   DISPATCH_LEVEL. Source: manual, WdfCollectionAdd. */
NTSTATUS
NTAPI
ImpWdfCollectionAdd(PWDF_DRIVER_GLOBALS DriverGlobals, WDFCOLLECTION Handle,
                    WDFOBJECT ObjectHandle)
{
    PWDFP_COLLECTION Collection = WdfpCollectionFromHandle(DriverGlobals, Handle);
    PWDFP_OBJECT Object = WdfpAnyObject(DriverGlobals, ObjectHandle);
    PWDFP_ITEM Item = ExAllocatePoolZero(NonPagedPoolNx, sizeof(*Item), WDFP_TAG);
    KIRQL OldIrql;

    if (Item == NULL) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    WdfpReference(Object);
    Item->Object = Object;
    KeAcquireSpinLock(&Collection->Lock, &OldIrql);
    InsertTailList(&Collection->Items, &Item->Link);
    Collection->Count++;
    KeReleaseSpinLock(&Collection->Lock, OldIrql);
    return STATUS_SUCCESS;
}

/* The item of that index, or, Object not NULL, the first of that object. Lock held. */
static PWDFP_ITEM
WdfpFindItem(PWDFP_COLLECTION Collection, PWDFP_OBJECT Object, ULONG Index)
{
    for (PLIST_ENTRY Link = Collection->Items.Flink; Link != &Collection->Items;
         Link = Link->Flink) {
        PWDFP_ITEM Item = CONTAINING_RECORD(Link, WDFP_ITEM, Link);

        if (Object != NULL ? Item->Object == Object : Index-- == 0) {
            return Item;
        }
    }
    return NULL;
}

static VOID
WdfpRemoveItem(PWDFP_COLLECTION Collection, PWDFP_OBJECT Object, ULONG Index)
{
    PWDFP_ITEM Item;
    KIRQL OldIrql;

    KeAcquireSpinLock(&Collection->Lock, &OldIrql);
    Item = WdfpFindItem(Collection, Object, Index);
    if (Item != NULL) {
        RemoveEntryList(&Item->Link);
        Collection->Count--;
    }
    KeReleaseSpinLock(&Collection->Lock, OldIrql);
    if (Item == NULL) {
        WdfpViolation(Collection->Object.Globals,
                      "what is removed from a collection is not in it", WDF_OBJECT_ERROR,
                      (ULONG_PTR)WdfpHandle(Collection), 0, 0);
    }
    WdfpFreeItem(Item);
}

/* Takes an object out, its first occurrence. One that is not in it: bug check 0x10D, 7. At
   or below DISPATCH_LEVEL. Source: manual, WdfCollectionRemove. */
VOID NTAPI
ImpWdfCollectionRemove(PWDF_DRIVER_GLOBALS DriverGlobals, WDFCOLLECTION Handle,
                       WDFOBJECT Item)
{
    WdfpRemoveItem(WdfpCollectionFromHandle(DriverGlobals, Handle),
                   WdfpAnyObject(DriverGlobals, Item), 0);
}

/* The same by its index. Source: manual, WdfCollectionRemoveItem. */
VOID NTAPI
ImpWdfCollectionRemoveItem(PWDF_DRIVER_GLOBALS DriverGlobals, WDFCOLLECTION Handle,
                           ULONG Index)
{
    WdfpRemoveItem(WdfpCollectionFromHandle(DriverGlobals, Handle), NULL, Index);
}

/* The object of that index, or NULL; the collection's reference keeps it. At or below
   DISPATCH_LEVEL. Source: manual, WdfCollectionGetItem. */
WDFOBJECT
NTAPI
ImpWdfCollectionGetItem(PWDF_DRIVER_GLOBALS DriverGlobals, WDFCOLLECTION Handle,
                        ULONG Index)
{
    PWDFP_COLLECTION Collection = WdfpCollectionFromHandle(DriverGlobals, Handle);
    WDFOBJECT Object;
    PWDFP_ITEM Item;
    KIRQL OldIrql;

    KeAcquireSpinLock(&Collection->Lock, &OldIrql);
    Item = WdfpFindItem(Collection, NULL, Index);
    Object = Item == NULL ? NULL : WdfpHandle(Item->Object);
    KeReleaseSpinLock(&Collection->Lock, OldIrql);
    return Object;
}

/* Source: manual, WdfCollectionGetFirstItem. */
WDFOBJECT
NTAPI
ImpWdfCollectionGetFirstItem(PWDF_DRIVER_GLOBALS DriverGlobals, WDFCOLLECTION Handle)
{
    return ImpWdfCollectionGetItem(DriverGlobals, Handle, 0);
}

/* Source: manual, WdfCollectionGetLastItem. */
WDFOBJECT
NTAPI
ImpWdfCollectionGetLastItem(PWDF_DRIVER_GLOBALS DriverGlobals, WDFCOLLECTION Handle)
{
    ULONG Count = WdfpCollectionFromHandle(DriverGlobals, Handle)->Count;

    return Count == 0 ? NULL : ImpWdfCollectionGetItem(DriverGlobals, Handle, Count - 1);
}
