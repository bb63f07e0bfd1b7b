/*
 * Driver object extensions: memory a driver hangs to its driver object under an address
 * that nobody else uses as a key.
 */
#include "iop.h"

typedef struct _IOP_CLIENT_EXTENSION {
    LIST_ENTRY Link;
    PVOID Key;
    DECLSPEC_ALIGN(16) UCHAR Data[];
} IOP_CLIENT_EXTENSION, *PIOP_CLIENT_EXTENSION;

/* The extension under Key, or NULL. IopDatabaseLock held. */
static PIOP_CLIENT_EXTENSION
IopFindClientExtension(PDRIVER_OBJECT Driver, PVOID Key)
{
    PLIST_ENTRY Head = &IopDriverExtension(Driver)->ClientExtensions;

    for (PLIST_ENTRY Link = Head->Flink; Link != Head; Link = Link->Flink) {
        PIOP_CLIENT_EXTENSION Entry = CONTAINING_RECORD(Link, IOP_CLIENT_EXTENSION, Link);

        if (Entry->Key == Key) {
            return Entry;
        }
    }
    return NULL;
}

/*
 * Allocates DriverObjectExtensionSize zeroed bytes under ClientIdentificationAddress;
 * they go with the driver object. STATUS_OBJECT_NAME_COLLISION: the address is in use;
 * STATUS_INSUFFICIENT_RESOURCES. PASSIVE_LEVEL.
 * Source: manual, IoAllocateDriverObjectExtension.
 */
NTSTATUS
NTAPI
IoAllocateDriverObjectExtension(PDRIVER_OBJECT DriverObject,
                                PVOID ClientIdentificationAddress,
                                ULONG DriverObjectExtensionSize,
                                PVOID *DriverObjectExtension)
{
    PIOP_CLIENT_EXTENSION Entry;
    BOOLEAN Present;
    KIRQL OldIrql;

    *DriverObjectExtension = NULL;
    Entry =
        IopAllocate(sizeof(*Entry) + (SIZE_T)DriverObjectExtensionSize, IOP_TAG_DRIVER);
    if (Entry == NULL) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    Entry->Key = ClientIdentificationAddress;
    KeAcquireSpinLock(&IopDatabaseLock, &OldIrql);
    Present = IopFindClientExtension(DriverObject, ClientIdentificationAddress) != NULL;
    if (!Present) {
        InsertTailList(&IopDriverExtension(DriverObject)->ClientExtensions, &Entry->Link);
    }
    KeReleaseSpinLock(&IopDatabaseLock, OldIrql);
    if (Present) {
        ExFreePoolWithTag(Entry, IOP_TAG_DRIVER);
        return STATUS_OBJECT_NAME_COLLISION;
    }
    *DriverObjectExtension = Entry->Data;
    return STATUS_SUCCESS;
}
EXPORT(IoAllocateDriverObjectExtension);

/* The memory allocated under ClientIdentificationAddress, or NULL. IRQL <=
   DISPATCH_LEVEL. Source: manual, IoGetDriverObjectExtension. */
PVOID
NTAPI
IoGetDriverObjectExtension(PDRIVER_OBJECT DriverObject, PVOID ClientIdentificationAddress)
{
    PIOP_CLIENT_EXTENSION Entry;
    KIRQL OldIrql;

    KeAcquireSpinLock(&IopDatabaseLock, &OldIrql);
    Entry = IopFindClientExtension(DriverObject, ClientIdentificationAddress);
    KeReleaseSpinLock(&IopDatabaseLock, OldIrql);
    return Entry == NULL ? NULL : Entry->Data;
}
EXPORT(IoGetDriverObjectExtension);

/* The last reference to a driver object is gone: its extensions and its image follow. */
VOID
IopDeleteDriverObject(PVOID Body)
{
    PLIST_ENTRY Head = &IopDriverExtension(Body)->ClientExtensions;
    PKLDR_DATA_TABLE_ENTRY Image = IopDriverExtension(Body)->Image;

    while (!IsListEmpty(Head)) {
        ExFreePoolWithTag(
            CONTAINING_RECORD(RemoveHeadList(Head), IOP_CLIENT_EXTENSION, Link),
            IOP_TAG_DRIVER);
    }
    if (Image != NULL) {
        LdrUnloadImage(Image);
    }
}
