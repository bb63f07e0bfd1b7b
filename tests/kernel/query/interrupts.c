/*
 * Interrupts and locks: compared with what the suite's own ISR has counted, and with locks
 * it holds itself; and the end of a storm by command.
 */
#include "query.h"

#define RAISES 7

static volatile LONG Holding, LetGo;

/* The entry of the recorder's object; FALSE: it is not listed. */
static BOOLEAN
QueryInterrupt(PKINTERRUPT Object, PDIRQL_INTERRUPT_INFORMATION Result)
{
    PDIRQL_QUERY_HEADER List = FetchList(DirqlInterrupts);
    PDIRQL_INTERRUPT_INFORMATION Entry;
    ULONG Found = 0;

    RtlZeroMemory(Result, sizeof(*Result));
    for (ULONG Index = 0; List != NULL && (Entry = ListEntry(List, Index)) != NULL;
         Index++) {
        if (Entry->Object == (ULONG64)(ULONG_PTR)Object) {
            *Result = *Entry;
            Found++;
        }
    }
    if (List != NULL) {
        FreeList(List);
    }
    return Found == 1;
}

static BOOLEAN
IsEqual(const CHAR *Left, const CHAR *Right)
{
    while (*Left != '\0' && *Left == *Right) {
        Left++;
        Right++;
    }
    return *Left == *Right;
}

static VOID
CheckCounts(PRECORDER Recorder)
{
    DIRQL_INTERRUPT_INFORMATION Entry;

    for (ULONG Raise = 0; Raise < RAISES; Raise++) {
        RaiseAndAwait(Recorder);
    }
    KtapSleep(20);
    QueryInterrupt(Recorder->Object, &Entry);
    ok_equal(Entry.Calls, (ULONG64)Recorder->Calls,
             "ISR-2 the calls are those the ISR has counted");
    ok_equal(Entry.Claims, RAISES, "CHN-2 and the claims those it has made");
}

static VOID
TestListed(VOID)
{
    RECORDER Recorder = {0};
    ULONG Version = CONNECT_LINE_BASED;
    DIRQL_INTERRUPT_INFORMATION Entry;
    DIRQL_INTERRUPT_SOURCE Source;
    PKINTERRUPT Object;

    ConnectAs(&Version, &Recorder);
    Object = Recorder.Object;
    ok(QueryInterrupt(Object, &Entry), "a connected interrupt is listed once");
    ok(Entry.Processor == Device.Processor && Entry.Vector == Device.Vector &&
           Entry.Irql == Device.Irql && Entry.SynchronizeIrql == Device.Irql,
       "with its processor, vector and level");
    ok(Entry.Flags == (DIRQL_INTERRUPT_LEVEL | DIRQL_INTERRUPT_SHARED |
                       DIRQL_INTERRUPT_SOURCED) &&
           DirqlQuerySource(Device.Processor, Device.Vector, &Source) &&
           Entry.Source == Source.Gsi,
       "with its line, which is not masked");
    ok(Entry.Calls == 0 && Entry.Claims == 0 && Entry.Dpcs == 0, "it has not come yet");
    ok(Entry.ServiceRoutine == (ULONG64)(ULONG_PTR)RecordingIsr &&
           IsEqual(Entry.Routine, "query.sys!RecordingIsr") &&
           IsEqual(Entry.Driver, "query.sys"),
       "with its ISR, by address and name");
    CheckCounts(&Recorder);
    DisconnectAs(Version, &Recorder);
    ok(!QueryInterrupt(Object, &Entry), "one that is disconnected is not listed");
}

static BOOLEAN
AwaitStorm(PKINTERRUPT Object)
{
    DIRQL_INTERRUPT_INFORMATION Entry;

    for (ULONG Turn = 0; Turn < 500; Turn++) {
        if (QueryInterrupt(Object, &Entry) &&
            (Entry.Flags & (DIRQL_INTERRUPT_STORM | DIRQL_INTERRUPT_MASKED)) ==
                (DIRQL_INTERRUPT_STORM | DIRQL_INTERRUPT_MASKED)) {
            return TRUE;
        }
        KtapSleep(10);
    }
    return FALSE;
}

static VOID
TestUnmaskRefusals(VOID)
{
    ok_status(DirqlUnmaskInterrupt(64, Device.Vector), STATUS_INVALID_PARAMETER,
              "SPR-4 there is no processor 64");
    ok_status(DirqlUnmaskInterrupt(KeQueryActiveProcessorCount(NULL), Device.Vector),
              STATUS_INVALID_PARAMETER, "SPR-4 nor one more than there are");
    ok_status(DirqlUnmaskInterrupt(0, 0x2F), STATUS_INVALID_PARAMETER,
              "SPR-4 a vector of the kernel's own is no device's");
    ok_status(DirqlUnmaskInterrupt(0, 0xD1), STATUS_INVALID_PARAMETER,
              "SPR-4 nor is the clock's");
    ok_status(DirqlUnmaskInterrupt(0, MAXULONG), STATUS_INVALID_PARAMETER,
              "SPR-4 nor what is no vector at all");
    ok_status(DirqlUnmaskInterrupt(Device.Processor, Device.Vector), STATUS_NOT_FOUND,
              "SPR-4 nobody is connected to the device's");
}

static NTSTATUS
Unmask(VOID)
{
    return DirqlUnmaskInterrupt(Device.Processor, Device.Vector);
}

/* A storm, let through while it goes on, and once more when somebody claims it. */
static VOID
TestUnmask(VOID)
{
    RECORDER Recorder = {.Ignores = TRUE};
    ULONG Version = CONNECT_LINE_BASED;
    DIRQL_INTERRUPT_INFORMATION Entry;
    LONG Calls;

    TestUnmaskRefusals();
    ConnectAs(&Version, &Recorder);
    ok_status(Unmask(), STATUS_INVALID_DEVICE_STATE, "SPR-4 no storm has silenced it");
    DeviceWrite(EDU_RAISE, 1);
    ok(AwaitStorm(Recorder.Object), "SPR-4 a storm is listed as such, and as masked");
    Calls = Recorder.Calls;
    ok_status(Unmask(), STATUS_SUCCESS, "SPR-4 the line is let through");
    ok(AwaitStorm(Recorder.Object) && Recorder.Calls > Calls,
       "SPR-4 it fires again, and is masked again");
    Recorder.Ignores = FALSE;
    ok_status(Unmask(), STATUS_SUCCESS, "SPR-4 let through once more");
    ok(RaiseAndAwait(&Recorder), "SPR-4 it is claimed");
    QueryInterrupt(Recorder.Object, &Entry);
    ok((Entry.Flags & (DIRQL_INTERRUPT_STORM | DIRQL_INTERRUPT_MASKED)) == 0,
       "SPR-4 and the storm is over");
    ok_status(Unmask(), STATUS_INVALID_DEVICE_STATE, "SPR-4 there is nothing to end");
    DisconnectAs(Version, &Recorder);
}

VOID
TestInterrupts(VOID)
{
    TestListed();
    TestUnmask();
}

/* The entry of a lock; FALSE: it is not listed. */
static BOOLEAN
QueryLock(ULONG64 Address, const CHAR *Name, PDIRQL_LOCK_INFORMATION Result)
{
    PDIRQL_QUERY_HEADER List = FetchList(DirqlLocks);
    PDIRQL_LOCK_INFORMATION Entry;
    BOOLEAN Found = FALSE;

    RtlZeroMemory(Result, sizeof(*Result));
    for (ULONG Index = 0; List != NULL && (Entry = ListEntry(List, Index)) != NULL;
         Index++) {
        if ((Name == NULL) ? Entry->Address == Address : IsEqual(Entry->Name, Name)) {
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
TestResource(VOID)
{
    static ERESOURCE Resource;
    ULONG64 Address = (ULONG64)(ULONG_PTR)&Resource;
    DIRQL_LOCK_INFORMATION Entry;

    ExInitializeResourceLite(&Resource);
    ok(QueryLock(Address, NULL, &Entry) && Entry.Kind == DirqlResourceLock &&
           Entry.State == DirqlLockFree,
       "a resource is listed, and free");
    KeEnterCriticalRegion();
    ExAcquireResourceExclusiveLite(&Resource, TRUE);
    QueryLock(Address, NULL, &Entry);
    ok(Entry.State == DirqlLockExclusive && Entry.Holders == 1 &&
           Entry.Owner == (ULONG64)(ULONG_PTR)KeGetCurrentThread(),
       "one thread has it alone, and this is which");
    ExConvertExclusiveToSharedLite(&Resource);
    QueryLock(Address, NULL, &Entry);
    ok(Entry.State == DirqlLockShared && Entry.Owner == 0, "it is shared");
    ExReleaseResourceLite(&Resource);
    KeLeaveCriticalRegion();
    ExDeleteResourceLite(&Resource);
    ok(!QueryLock(Address, NULL, &Entry), "one that is deleted is not listed");
}

/* Holds the interrupt's lock on another processor until it is told to let go. */
static VOID NTAPI
HoldingThread(PVOID Context)
{
    PRECORDER Recorder = Context;
    KIRQL OldIrql;

    KeSetSystemAffinityThread(2);
    OldIrql = KeAcquireInterruptSpinLock(Recorder->Object);
    InterlockedExchange(&Holding, 1);
    KtapSpinUntil(&LetGo, 1);
    KeReleaseInterruptSpinLock(Recorder->Object, OldIrql);
    PsTerminateSystemThread(STATUS_SUCCESS);
}

static VOID
TestHeldLock(PRECORDER Recorder)
{
    DIRQL_LOCK_INFORMATION Entry;
    PKTHREAD Thread;

    KeSetSystemAffinityThread(1);
    Thread = KtapCreateThread(HoldingThread, Recorder);
    ok(KtapAwait(&Holding, 1), "another processor takes the lock");
    QueryLock(0, "query.sys!RecordingIsr", &Entry);
    InterlockedExchange(&LetGo, 1);
    KtapJoinThread(Thread);
    KeRevertToUserAffinityThread();
    ok(Entry.State == DirqlLockExclusive && Entry.Holders == 1,
       "LCK-4 while it has it, the lock is listed as held");
}

VOID
TestLocks(VOID)
{
    RECORDER Recorder = {0};
    ULONG Version = CONNECT_LINE_BASED;
    DIRQL_LOCK_INFORMATION Entry;

    TestResource();
    ConnectAs(&Version, &Recorder);
    ok(QueryLock(0, "query.sys!RecordingIsr", &Entry) &&
           Entry.Kind == DirqlInterruptLock && Entry.State == DirqlLockFree &&
           Entry.Irql == Device.Irql && Entry.Address != 0,
       "KINT-12 the lock of an interrupt is listed under its ISR");
    if (KeQueryActiveProcessorCount(NULL) > 1) {
        TestHeldLock(&Recorder);
    }
    DisconnectAs(Version, &Recorder);
}
