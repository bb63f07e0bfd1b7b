/*
 * query: DirqlQuerySystem, the public view of the kernel's inside. This file: what it
 * refuses, and that it stays within the caller's buffer; the others: that what it says is
 * true.
 */
#include "query.h"

#define GUARD     64 /* poisoned bytes behind the buffer */
#define GUARDED   KTAP_POISON
#define RETRIES   10
#define SLEPT     300000 /* of fifty milliseconds, in 100 ns: a sleep counts clock ticks */
#define FIRST     DirqlProcessors
#define LAST      DirqlDevices
#define TOO_SHORT STATUS_INFO_LENGTH_MISMATCH

DRIVER_INITIALIZE DriverEntry;

PVOID
ListEntry(PDIRQL_QUERY_HEADER List, ULONG Index)
{
    return (Index < List->Count) ? (PUCHAR)(List + 1) + Index * List->EntrySize : NULL;
}

VOID
FreeList(PDIRQL_QUERY_HEADER List)
{
    ExFreePoolWithTag(List, QUERY_TAG);
}

PDIRQL_QUERY_HEADER
FetchList(DIRQL_QUERY_CLASS Class)
{
    NTSTATUS Status = TOO_SHORT;
    PDIRQL_QUERY_HEADER List;
    ULONG Length = 0;

    for (ULONG Try = 0; Try < RETRIES && Status == TOO_SHORT; Try++) {
        (VOID) DirqlQuerySystem(Class, NULL, 0, &Length);
        List = ExAllocatePoolWithTag(NonPagedPoolNx, Length, QUERY_TAG);
        if (List == NULL) {
            break;
        }
        Status = DirqlQuerySystem(Class, List, Length, NULL);
        if (NT_SUCCESS(Status)) {
            return List;
        }
        FreeList(List);
    }
    ok_status(Status, STATUS_SUCCESS, "a list is to be had");
    return NULL;
}

static VOID
TestRefusals(VOID)
{
    ULONG64 Buffer[8];
    ULONG Length = 0;

    ok_status(DirqlQuerySystem(0, Buffer, sizeof(Buffer), &Length),
              STATUS_INVALID_INFO_CLASS, "there is no class 0");
    ok_status(DirqlQuerySystem(LAST + 1, Buffer, sizeof(Buffer), NULL),
              STATUS_INVALID_INFO_CLASS, "nor one behind the last");
    ok_status(DirqlQuerySystem((DIRQL_QUERY_CLASS)MAXULONG, NULL, 0, NULL),
              STATUS_INVALID_INFO_CLASS, "nor the largest number");
    ok_equal(Length, 0, "of these no length is told");
    ok_status(DirqlQuerySystem(DirqlMemory, NULL, sizeof(Buffer), NULL),
              STATUS_INVALID_PARAMETER, "a length without a buffer is refused");
    ok_status(DirqlQuerySystem(DirqlMemory, (PUCHAR)Buffer + 4, 32, NULL),
              STATUS_DATATYPE_MISALIGNMENT, "a buffer has to be aligned");
    ok_status(DirqlQuerySystem(DirqlMemory, NULL, 0, NULL), TOO_SHORT,
              "asking for nothing is answered");
}

static BOOLEAN
IsUntouched(const UCHAR *Bytes, ULONG Count)
{
    while (Count != 0 && *Bytes == GUARDED) {
        Bytes++;
        Count--;
    }
    return Count == 0;
}

/* The first Length bytes of Room are offered; all of it is poisoned before. */
static NTSTATUS
QueryInto(DIRQL_QUERY_CLASS Class, PUCHAR Room, ULONG Size, ULONG Length)
{
    RtlFillMemory(Room, Size, GUARDED);
    return DirqlQuerySystem(Class, Room, Length, NULL);
}

/* Room has GUARD bytes more than Needed. */
static VOID
TestLengths(DIRQL_QUERY_CLASS Class, PUCHAR Room, ULONG Needed)
{
    PDIRQL_QUERY_HEADER Header = (PDIRQL_QUERY_HEADER)Room;
    ULONG Size = Needed + GUARD, Short = sizeof(*Header) - 1;
    ULONG EntrySize;

    ok(QueryInto(Class, Room, Size, Short) == TOO_SHORT && IsUntouched(Room, Size),
       "a buffer too small for the header is left alone");
    ok_status(QueryInto(Class, Room, Size, sizeof(*Header)), TOO_SHORT,
              "one for the header alone is too short");
    EntrySize = Header->EntrySize;
    ok(Header->Version == DIRQL_QUERY_VERSION && Header->Count >= 1 && EntrySize != 0 &&
           EntrySize % 8 == 0 &&
           IsUntouched((PUCHAR)(Header + 1), Size - sizeof(*Header)),
       "it tells how many entries there are, and nothing is written behind it");
    Short = sizeof(*Header) + EntrySize - 1;
    ok(QueryInto(Class, Room, Size, Short) == TOO_SHORT &&
           IsUntouched((PUCHAR)(Header + 1), Size - sizeof(*Header)),
       "no entry is written in part");
    ok_status(QueryInto(Class, Room, Size, Needed), STATUS_SUCCESS,
              "as many bytes as were asked for are enough");
    ok(IsUntouched(Room + Needed, GUARD) &&
           sizeof(*Header) + Header->Count * EntrySize <= Needed,
       "and no byte more is used");
}

static VOID
TestBounds(DIRQL_QUERY_CLASS Class)
{
    ULONG Needed = 0;
    PUCHAR Room;

    ok_status(DirqlQuerySystem(Class, NULL, 0, &Needed), TOO_SHORT,
              "the length is told without a buffer");
    Needed += 4096; /* lists may grow by a few: threads come and go */
    Room = ExAllocatePoolWithTag(NonPagedPoolNx, Needed + GUARD, QUERY_TAG);
    if (ok(Room != NULL, "there is memory for the list")) {
        TestLengths(Class, Room, Needed);
        ExFreePoolWithTag(Room, QUERY_TAG);
    }
}

/* The time of a list moves on, and the unit of its time stamps is the TSC's. */
static VOID
TestHeader(VOID)
{
    PDIRQL_QUERY_HEADER First = FetchList(DirqlMemory), Second;

    KtapSleep(50);
    Second = FetchList(DirqlMemory);
    if (First != NULL && Second != NULL) {
        ok(Second->Time - First->Time >= SLEPT,
           "what was slept between two lies between their times");
        ok(First->TimeStamps == Second->TimeStamps && First->TimeStamps > 1000000,
           "the frequency of time stamps is told");
        ok_equal(First->Count, 1, "memory is one entry");
        FreeList(Second);
        FreeList(First);
    }
}

static VOID
QueryTests(VOID)
{
    RECORDER Recorder = {0};
    ULONG Version = CONNECT_LINE_BASED;

    TestRefusals();
    TestHeader();
    ConnectAs(&Version, &Recorder); /* so that no list is empty */
    for (ULONG Class = FIRST; Class <= LAST; Class++) {
        TestBounds((DIRQL_QUERY_CLASS)Class);
    }
    DisconnectAs(Version, &Recorder);
    TestContents();
    TestInterrupts();
    TestLocks();
}

NTSTATUS
NTAPI
DriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath)
{
    return StartSuite(DriverObject, RegistryPath, QueryTests);
}
