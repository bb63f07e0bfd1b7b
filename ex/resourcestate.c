/*
 * Executive resources: made, asked about, deleted, and together with a critical region.
 */
#include "exp.h"

static KSPIN_LOCK ExpResourceListLock; /* guards the list of all resources */
static LIST_ENTRY ExpSystemResources = {&ExpSystemResources, &ExpSystemResources};

/* Makes Resource a free resource. STATUS_SUCCESS. IRQL: <= APC_LEVEL. Source:
   ExInitializeResourceLite. */
NTSTATUS
NTAPI
ExInitializeResourceLite(PERESOURCE Resource)
{
    KIRQL OldIrql;

    memset(Resource, 0, sizeof(*Resource));
    KeInitializeSpinLock(&Resource->SpinLock);
    OldIrql = KeAcquireSpinLockRaiseToDpc(&ExpResourceListLock);
    InsertTailList(&ExpSystemResources, &Resource->SystemResourcesList);
    KeReleaseSpinLock(&ExpResourceListLock, OldIrql);
    return STATUS_SUCCESS;
}
EXPORT(ExInitializeResourceLite);

/* Makes a resource that nobody has or waits for like new, and keeps its table of owners.
   STATUS_SUCCESS. IRQL: <= APC_LEVEL. Source: ExReinitializeResourceLite. */
NTSTATUS
NTAPI
ExReinitializeResourceLite(PERESOURCE Resource)
{
    POWNER_ENTRY Table = Resource->OwnerTable;

    for (ULONG Index = 1; Table != NULL && Index < Table[0].TableSize; Index++) {
        Table[Index] = (OWNER_ENTRY){0};
    }
    Resource->Flag = 0;
    Resource->OwnerEntry = (OWNER_ENTRY){0};
    Resource->ActiveEntries = 0;
    Resource->ContentionCount = 0;
    Resource->SharedWaiters = Resource->ExclusiveWaiters = NULL;
    Resource->NumberOfSharedWaiters = Resource->NumberOfExclusiveWaiters = 0;
    return STATUS_SUCCESS;
}
EXPORT(ExReinitializeResourceLite);

/* The end of a resource that nobody has: its memory is the caller's again. Deleting one
   twice breaks the list of resources, bug check 0x139. STATUS_SUCCESS. IRQL: <= APC_LEVEL.
   Source: ExDeleteResourceLite. */
NTSTATUS
NTAPI
ExDeleteResourceLite(PERESOURCE Resource)
{
    KIRQL OldIrql = KeAcquireSpinLockRaiseToDpc(&ExpResourceListLock);

    RemoveEntryList(&Resource->SystemResourcesList);
    KeReleaseSpinLock(&ExpResourceListLock, OldIrql);
    if (Resource->OwnerTable != NULL) {
        ExFreePool(Resource->OwnerTable);
        Resource->OwnerTable = NULL;
    }
    return STATUS_SUCCESS;
}
EXPORT(ExDeleteResourceLite);

VOID
ExVisitResources(EX_VISIT_RESOURCE *Visit, PVOID Context)
{
    KIRQL OldIrql = KeAcquireSpinLockRaiseToDpc(&ExpResourceListLock);

    for (PLIST_ENTRY Entry = ExpSystemResources.Flink; Entry != &ExpSystemResources;
         Entry = Entry->Flink) {
        PERESOURCE Resource = CONTAINING_RECORD(Entry, ERESOURCE, SystemResourcesList);

        Visit(Resource, ExpIsExclusive(Resource), Context);
    }
    KeReleaseSpinLock(&ExpResourceListLock, OldIrql);
}

/* How often the calling thread has acquired it; shared or exclusive. */
static ULONG
ExpCountAcquires(PERESOURCE Resource, BOOLEAN OnlyExclusive)
{
    KIRQL OldIrql = KeAcquireSpinLockRaiseToDpc(&Resource->SpinLock);
    POWNER_ENTRY Owner = ExpFindOwner(Resource, ExGetCurrentResourceThread());
    ULONG Count = 0;

    if (Owner != NULL && (!OnlyExclusive || ExpIsExclusive(Resource))) {
        Count = (ULONG)Owner->OwnerCount;
    }
    KeReleaseSpinLock(&Resource->SpinLock, OldIrql);
    return Count;
}

/* Whether the calling thread has it alone. IRQL: <= DISPATCH_LEVEL. Source:
   ExIsResourceAcquiredExclusiveLite. */
BOOLEAN
NTAPI
ExIsResourceAcquiredExclusiveLite(PERESOURCE Resource)
{
    return ExpCountAcquires(Resource, TRUE) != 0;
}
EXPORT(ExIsResourceAcquiredExclusiveLite);

/* How often the calling thread has acquired it, shared or alone. IRQL: <= DISPATCH_LEVEL.
   Source: ExIsResourceAcquiredSharedLite. */
ULONG
NTAPI
ExIsResourceAcquiredSharedLite(PERESOURCE Resource)
{
    return ExpCountAcquires(Resource, FALSE);
}
EXPORT(ExIsResourceAcquiredSharedLite);

/* Who waits for it alone, at this moment. IRQL: <= DISPATCH_LEVEL. */
ULONG
NTAPI
ExGetExclusiveWaiterCount(PERESOURCE Resource)
{
    return Resource->NumberOfExclusiveWaiters;
}
EXPORT(ExGetExclusiveWaiterCount);

/* Who waits to share it, at this moment. IRQL: <= DISPATCH_LEVEL. */
ULONG
NTAPI
ExGetSharedWaiterCount(PERESOURCE Resource)
{
    return Resource->NumberOfSharedWaiters;
}
EXPORT(ExGetSharedWaiterCount);

/* Enters a critical region and waits for the resource; returns the owner, which is the
   thread. IRQL: <= APC_LEVEL. */
PVOID
NTAPI
ExEnterCriticalRegionAndAcquireResourceExclusive(PERESOURCE Resource)
{
    KeEnterCriticalRegion();
    ExAcquireResourceExclusiveLite(Resource, TRUE);
    return KeGetCurrentThread();
}
EXPORT(ExEnterCriticalRegionAndAcquireResourceExclusive);

PVOID
NTAPI
ExEnterCriticalRegionAndAcquireResourceShared(PERESOURCE Resource)
{
    KeEnterCriticalRegion();
    ExAcquireResourceSharedLite(Resource, TRUE);
    return KeGetCurrentThread();
}
EXPORT(ExEnterCriticalRegionAndAcquireResourceShared);

/* Undoes either. IRQL: <= APC_LEVEL. */
VOID NTAPI
ExReleaseResourceAndLeaveCriticalRegion(PERESOURCE Resource)
{
    ExReleaseResourceLite(Resource);
    KeLeaveCriticalRegion();
}
EXPORT(ExReleaseResourceAndLeaveCriticalRegion);
