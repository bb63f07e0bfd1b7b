/*
 * Processors, memory, tags, threads, drivers and devices: compared with what the suite
 * itself did, or learns by other routines.
 */
#include "query.h"

#define BLOCKS     3
#define BLOCK_SIZE 500

static KEVENT Release;

static BOOLEAN
IsText(const CHAR *Left, const CHAR *Right)
{
    while (*Left != '\0' && *Left == *Right) {
        Left++;
        Right++;
    }
    return *Left == *Right;
}

static BOOLEAN
Contains(const CHAR *Text, const CHAR *Part)
{
    for (; *Text != '\0'; Text++) {
        ULONG Length = 0;

        while (Part[Length] != '\0' && Text[Length] == Part[Length]) {
            Length++;
        }
        if (Part[Length] == '\0') {
            return TRUE;
        }
    }
    return FALSE;
}

static VOID NTAPI
CountingDpc(PKDPC Dpc, PVOID Context, PVOID Argument1, PVOID Argument2)
{
    UNREFERENCED_PARAMETER(Dpc);
    UNREFERENCED_PARAMETER(Argument1);
    UNREFERENCED_PARAMETER(Argument2);
    InterlockedIncrement(Context);
}

/* The DPCs all processors have run, and their clock ticks. */
static ULONG64
SumDpcs(PULONG64 Ticks)
{
    PDIRQL_QUERY_HEADER List = FetchList(DirqlProcessors);
    PDIRQL_PROCESSOR_INFORMATION Entry;
    ULONG64 Dpcs = 0;
    ULONG Wrong = 0;

    *Ticks = 0;
    if (List == NULL) {
        return 0;
    }
    ok_equal(List->Count, KeQueryActiveProcessorCount(NULL), "every processor is listed");
    for (ULONG Index = 0; (Entry = ListEntry(List, Index)) != NULL; Index++) {
        Wrong += Entry->Number != Index || Entry->DpcsInserted < Entry->DpcsRun ||
                 Entry->IdleTicks > Entry->ClockTicks;
        Dpcs += Entry->DpcsRun;
        *Ticks += Entry->ClockTicks;
    }
    ok_equal(Wrong, 0, "DPC-26 no more DPCs have run than were inserted");
    FreeList(List);
    return Dpcs;
}

static VOID
TestProcessors(VOID)
{
    ULONG64 TicksBefore, Ticks, Before = SumDpcs(&TicksBefore);
    volatile LONG Runs = 0;
    KDPC Dpc;

    KeInitializeDpc(&Dpc, CountingDpc, (PVOID)&Runs);
    for (LONG Round = 1; Round <= 20; Round++) {
        KeInsertQueueDpc(&Dpc, NULL, NULL);
        KtapAwait(&Runs, Round);
    }
    KtapSleep(50);
    ok(SumDpcs(&Ticks) >= Before + 20, "twenty DPCs more are twenty more");
    ok(Ticks > TicksBefore, "the clock ticks");
}

/* Blocks and bytes under the suite's second tag. */
static VOID
QueryTag(ULONG Tag, PDIRQL_POOL_TAG_INFORMATION Result)
{
    PDIRQL_QUERY_HEADER List = FetchList(DirqlPoolTags);
    PDIRQL_POOL_TAG_INFORMATION Entry;

    RtlZeroMemory(Result, sizeof(*Result));
    for (ULONG Index = 0; List != NULL && (Entry = ListEntry(List, Index)) != NULL;
         Index++) {
        if (Entry->Tag == Tag) {
            *Result = *Entry;
        }
    }
    if (List != NULL) {
        FreeList(List);
    }
}

/* Three blocks, and none. */
static VOID
TestTag(VOID)
{
    ULONG Tag = 0x746E6F43; /* "Cont" */
    DIRQL_POOL_TAG_INFORMATION Usage;
    PVOID Blocks[BLOCKS];

    for (ULONG Index = 0; Index < BLOCKS; Index++) {
        Blocks[Index] = ExAllocatePoolWithTag(NonPagedPoolNx, BLOCK_SIZE, Tag);
    }
    QueryTag(Tag, &Usage);
    ok(Usage.Blocks == BLOCKS && Usage.Allocations == BLOCKS && Usage.Frees == 0 &&
           Usage.Bytes >= BLOCKS * BLOCK_SIZE,
       "three blocks stand under their tag");
    for (ULONG Index = 0; Index < BLOCKS; Index++) {
        ExFreePoolWithTag(Blocks[Index], Tag);
    }
    QueryTag(Tag, &Usage);
    ok(Usage.Blocks == 0 && Usage.Frees == BLOCKS && Usage.Bytes == 0,
       "and are gone when they are freed");
}

static VOID
TestMemory(VOID)
{
    PDIRQL_QUERY_HEADER List = FetchList(DirqlMemory);
    PDIRQL_MEMORY_INFORMATION Memory;

    if (List != NULL) {
        Memory = ListEntry(List, 0);
        ok(Memory->FrameSize == PAGE_SIZE && Memory->FramesInUse < Memory->TotalFrames &&
               Memory->FramesInUse != 0,
           "some frames are in use, and not all");
        ok_equal(Memory->PoolAllocations - Memory->PoolFrees, Memory->PoolBlocks,
                 "what was allocated and not freed is in use");
        FreeList(List);
    }
}

static VOID NTAPI
WaitingThread(PVOID Context)
{
    KeWaitForSingleObject(Context, Executive, KernelMode, FALSE, NULL);
    PsTerminateSystemThread(STATUS_SUCCESS);
}

/* The entry of a thread; FALSE: it is not listed. */
static BOOLEAN
QueryThread(PKTHREAD Thread, PDIRQL_THREAD_INFORMATION Result)
{
    PDIRQL_QUERY_HEADER List = FetchList(DirqlThreads);
    PDIRQL_THREAD_INFORMATION Entry;
    BOOLEAN Found = FALSE;

    for (ULONG Index = 0; List != NULL && (Entry = ListEntry(List, Index)) != NULL;
         Index++) {
        if (Entry->Object == (ULONG64)(ULONG_PTR)Thread) {
            *Result = *Entry;
            Found = TRUE;
        }
    }
    if (List != NULL) {
        FreeList(List);
    }
    return Found;
}

static VOID
TestThreads(VOID)
{
    DIRQL_THREAD_INFORMATION Entry = {0};
    PKTHREAD Thread;

    ok(QueryThread(KeGetCurrentThread(), &Entry), "the running thread is listed");
    ok(Entry.State == DirqlThreadRunning &&
           Entry.Id == (ULONG64)(ULONG_PTR)PsGetCurrentThreadId() && Entry.Priority >= 8,
       "as running, with its id and priority");
    ok(Contains(Entry.Routine, "query.sys!KtapThread"), "its start routine has a name");
    KeInitializeEvent(&Release, NotificationEvent, FALSE);
    Thread = KtapCreateThread(WaitingThread, &Release);
    for (ULONG Turn = 0; Turn < 1000 && Entry.State != DirqlThreadWaiting; Turn++) {
        KtapSleep(5);
        QueryThread(Thread, &Entry);
    }
    ok_equal(Entry.State, DirqlThreadWaiting, "one that waits is listed so");
    KeSetEvent(&Release, IO_NO_INCREMENT, FALSE);
    ObReferenceObject(Thread);
    KtapJoinThread(Thread);
    ok(!QueryThread(Thread, &Entry), "one that has ended is not listed");
    ObDereferenceObject(Thread);
}

static BOOLEAN
QueryDriver(const CHAR *Name, PDIRQL_DRIVER_INFORMATION Result)
{
    PDIRQL_QUERY_HEADER List = FetchList(DirqlDrivers);
    PDIRQL_DRIVER_INFORMATION Entry;
    ULONG Found = 0;

    for (ULONG Index = 0; List != NULL && (Entry = ListEntry(List, Index)) != NULL;
         Index++) {
        if (IsText(Entry->Name, Name)) {
            *Result = *Entry;
            Found++;
        }
    }
    if (List != NULL) {
        FreeList(List);
    }
    return Found == 1;
}

static VOID
TestDrivers(VOID)
{
    DIRQL_DRIVER_INFORMATION Entry;

    ok(QueryDriver("query", &Entry), "this driver is listed once");
    ok((Entry.Flags & ~DIRQL_DRIVER_VERIFIED) ==
           (DIRQL_DRIVER_LOADED | DIRQL_DRIVER_APPLICATION),
       "as loaded, a program, without a DriverUnload");
    ok(IsText(Entry.Module, "query.sys") && Entry.Devices == 1 &&
           (ULONG64)(ULONG_PTR)TestDrivers - Entry.Base < Entry.Size,
       "with its image and its device");
    if ((Entry.Flags & DIRQL_DRIVER_VERIFIED) == 0) {
        TestTag(); /* a verified driver's blocks are the special pool's, which has no tags */
    }
    ok(QueryDriver("e1000", &Entry) && Entry.Flags == 0 && Entry.Module[0] == '\0',
       "a module that is not loaded is listed as one that could be");
    ok(QueryDriver("pci", &Entry) &&
           Entry.Flags == (DIRQL_DRIVER_LOADED | DIRQL_DRIVER_BUILT_IN),
       "the bus driver is built in");
}

static VOID
TestDevices(VOID)
{
    PDIRQL_QUERY_HEADER List = FetchList(DirqlDevices);
    PDIRQL_DEVICE_INFORMATION Entry;
    ULONG Found = 0;

    for (ULONG Index = 0; List != NULL && (Entry = ListEntry(List, Index)) != NULL;
         Index++) {
        if (Entry->Object == (ULONG64)(ULONG_PTR)Device.Function) {
            Found += Entry->Below == (ULONG64)(ULONG_PTR)Device.Physical &&
                     IsText(Entry->Driver, "query.sys") && Entry->StackSize == 2;
            ok(Entry->Issued >= 2 && Entry->Completed == Entry->Issued,
               "IRP-7 what it was sent at its start is counted");
        } else if (Entry->Object == (ULONG64)(ULONG_PTR)Device.Physical) {
            Found += Entry->Below == 0 && IsText(Entry->Driver, "pci") &&
                     Entry->Flags == (DIRQL_DEVICE_PHYSICAL | DIRQL_DEVICE_STARTED);
            ok(Contains(Entry->Name, "PCI 00:"),
               "a physical device is named by its place");
        }
    }
    ok_equal(Found, 2, "both objects of the device's stack are listed");
    if (List != NULL) {
        FreeList(List);
    }
}

VOID
TestContents(VOID)
{
    TestProcessors();
    TestMemory();
    TestThreads();
    TestDrivers();
    TestDevices();
}
