/*
 * snapshot.c - a list of dirqlquery.h, whole. It may grow between the question how long it
 * is and the answer, so there is some room to spare, and a few tries.
 */
#include "monitor.h"

#define SNAPSHOT_TRIES 8
#define SNAPSHOT_SPARE 1024

PDIRQL_QUERY_HEADER
SnapshotTake(DIRQL_QUERY_CLASS Class)
{
    NTSTATUS Status = STATUS_INFO_LENGTH_MISMATCH;
    PDIRQL_QUERY_HEADER Snapshot;
    ULONG Length = 0;

    for (ULONG Try = 0; Try < SNAPSHOT_TRIES && Status == STATUS_INFO_LENGTH_MISMATCH;
         Try++) {
        (VOID) DirqlQuerySystem(Class, NULL, 0, &Length);
        Length += SNAPSHOT_SPARE;
        Snapshot = ExAllocatePoolWithTag(NonPagedPoolNx, Length, MONITOR_TAG);
        if (Snapshot == NULL) {
            Status = STATUS_INSUFFICIENT_RESOURCES;
            break;
        }
        Status = DirqlQuerySystem(Class, Snapshot, Length, NULL);
        if (NT_SUCCESS(Status)) {
            return Snapshot;
        }
        SnapshotFree(Snapshot);
    }
    PrintFailure("the kernel does not tell", Status);
    return NULL;
}

VOID
SnapshotFree(PDIRQL_QUERY_HEADER Snapshot)
{
    ExFreePoolWithTag(Snapshot, MONITOR_TAG);
}

PVOID
SnapshotEntry(PDIRQL_QUERY_HEADER Snapshot, ULONG Index)
{
    if (Index >= Snapshot->Count) {
        return NULL;
    }
    return (PUCHAR)(Snapshot + 1) + (SIZE_T)Index * Snapshot->EntrySize;
}
