/*
 * DirqlQuerySystem: what the kernel tells of its inside (dirqlquery.h). This file has the
 * call, its checks and the buffer; the others have a routine for each class.
 *
 * It stands in io/ because that is the highest layer whose lists are asked for: what lies
 * below is asked through its face, and nobody below knows of it.
 */
#include "query.h"

typedef struct _IOP_QUERY_CLASS {
    IOP_QUERY_ROUTINE *Routine;
    ULONG EntrySize;
} IOP_QUERY_CLASS;

static const IOP_QUERY_CLASS IopQueryClasses[] = {
    [DirqlProcessors] = {IopQueryProcessors, sizeof(DIRQL_PROCESSOR_INFORMATION)},
    [DirqlInterrupts] = {IopQueryInterrupts, sizeof(DIRQL_INTERRUPT_INFORMATION)},
    [DirqlLocks] = {IopQueryLocks, sizeof(DIRQL_LOCK_INFORMATION)},
    [DirqlMemory] = {IopQueryMemory, sizeof(DIRQL_MEMORY_INFORMATION)},
    [DirqlPoolTags] = {IopQueryPoolTags, sizeof(DIRQL_POOL_TAG_INFORMATION)},
    [DirqlThreads] = {IopQueryThreads, sizeof(DIRQL_THREAD_INFORMATION)},
    [DirqlDrivers] = {IopQueryDrivers, sizeof(DIRQL_DRIVER_INFORMATION)},
    [DirqlDevices] = {IopQueryDevices, sizeof(DIRQL_DEVICE_INFORMATION)},
};

/* Entries follow each other, and the header, without a gap. */
C_ASSERT(sizeof(DIRQL_QUERY_HEADER) % sizeof(ULONG64) == 0);
C_ASSERT(sizeof(DIRQL_PROCESSOR_INFORMATION) % sizeof(ULONG64) == 0);
C_ASSERT(sizeof(DIRQL_INTERRUPT_INFORMATION) % sizeof(ULONG64) == 0);
C_ASSERT(sizeof(DIRQL_LOCK_INFORMATION) % sizeof(ULONG64) == 0);
C_ASSERT(sizeof(DIRQL_MEMORY_INFORMATION) % sizeof(ULONG64) == 0);
C_ASSERT(sizeof(DIRQL_POOL_TAG_INFORMATION) % sizeof(ULONG64) == 0);
C_ASSERT(sizeof(DIRQL_THREAD_INFORMATION) % sizeof(ULONG64) == 0);
C_ASSERT(sizeof(DIRQL_DRIVER_INFORMATION) % sizeof(ULONG64) == 0);
C_ASSERT(sizeof(DIRQL_DEVICE_INFORMATION) % sizeof(ULONG64) == 0);

PVOID
IopAddEntry(PIOP_QUERY Query)
{
    PVOID Entry = NULL;

    Query->Count++;
    if (Query->Left >= Query->Size) {
        Entry = Query->Next;
        memset(Entry, 0, Query->Size);
        Query->Next += Query->Size;
        Query->Left -= Query->Size;
    }
    return Entry;
}

VOID
IopDescribeRoutine(ULONG64 Routine, CHAR *Text, SIZE_T Size)
{
    KIRQL OldIrql = LdrLockImages();

    KeDescribeAddress(Routine, Text, Size);
    LdrUnlockImages(OldIrql);
    for (CHAR *Next = Text; *Next != '\0'; Next++) {
        if (strncmp(Next, "+0x0", 4) == 0 && (Next[4] == '\0' || Next[4] == ' ')) {
            *Next = '\0';
            return;
        }
    }
}

/* NULL when there is no such class. */
static const IOP_QUERY_CLASS *
IopFindQueryClass(ULONG Class)
{
    if (Class >= RTL_NUMBER_OF(IopQueryClasses) ||
        IopQueryClasses[Class].Routine == NULL) {
        return NULL;
    }
    return &IopQueryClasses[Class];
}

static VOID
IopFillQueryHeader(PDIRQL_QUERY_HEADER Header, ULONG EntrySize)
{
    ULONG64 TimeStamp;

    memset(Header, 0, sizeof(*Header));
    Header->Version = DIRQL_QUERY_VERSION;
    Header->EntrySize = EntrySize;
    Header->Time = KeQueryInterruptTimePrecise(&TimeStamp);
    Header->TimeStamps = HalQueryTimeStampFrequency();
}

/*
 * Fills Buffer with the entries of Class, or as many as fit; what they are, and how a
 * buffer is laid out, dirqlquery.h says.
 *   Length        bytes of Buffer, which is resident and aligned to 8
 *   ReturnLength  gets the bytes that all entries take; may be NULL
 * STATUS_SUCCESS, STATUS_INFO_LENGTH_MISMATCH, STATUS_INVALID_INFO_CLASS,
 * STATUS_INVALID_PARAMETER, STATUS_DATATYPE_MISALIGNMENT. IRQL: PASSIVE_LEVEL.
 */
NTSTATUS
NTAPI
DirqlQuerySystem(DIRQL_QUERY_CLASS Class, PVOID Buffer, ULONG Length, PULONG ReturnLength)
{
    const IOP_QUERY_CLASS *Asked = IopFindQueryClass(Class);
    PDIRQL_QUERY_HEADER Header = Buffer;
    IOP_QUERY Query = {0};
    ULONG64 Needed;

    KE_ASSERT(KeGetCurrentIrql() == PASSIVE_LEVEL);
    if (Asked == NULL) {
        return STATUS_INVALID_INFO_CLASS;
    }
    if (Buffer == NULL && Length != 0) {
        return STATUS_INVALID_PARAMETER;
    }
    if ((ULONG_PTR)Buffer % sizeof(ULONG64) != 0) {
        return STATUS_DATATYPE_MISALIGNMENT;
    }
    Query.Size = Asked->EntrySize;
    if (Length >= sizeof(*Header)) {
        IopFillQueryHeader(Header, Asked->EntrySize);
        Query.Next = (PUCHAR)(Header + 1);
        Query.Left = Length - sizeof(*Header);
    }
    Asked->Routine(&Query);
    Needed = sizeof(*Header) + (ULONG64)Query.Count * Query.Size;
    if (Length >= sizeof(*Header)) {
        Header->Count = Query.Count;
    }
    if (ReturnLength != NULL) {
        *ReturnLength = (ULONG)min(Needed, MAXULONG);
    }
    return (Length >= Needed) ? STATUS_SUCCESS : STATUS_INFO_LENGTH_MISMATCH;
}
EXPORT(DirqlQuerySystem);
