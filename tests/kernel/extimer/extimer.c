/*
 * extimer: timers that the kernel allocates, and above all their end, which may meet an
 * expiry on another processor.
 */
#include "../ktap.h"

#include <dirqlquery.h>
#include <dirqltest.h>

DRIVER_INITIALIZE DriverEntry;

#define TICK      156250
#define ROUNDS    300
#define TIMER_TAG 0x6D547845 /* "ExTm" */

typedef struct _PROBE {
    PEX_TIMER Timer;
    volatile LONG Runs, Gone;
    volatile LONG Hold, Inside; /* the callback waits while Hold is 1 */
    volatile LONG Ready;        /* and who ends that is about to */
    KIRQL Irql, GoneIrql;
    ULONG Again;  /* times the callback sets its timer anew */
    BOOLEAN Last; /* it deletes its timer */
} PROBE, *PPROBE;

static EXT_CALLBACK Count;
static EXT_DELETE_CALLBACK NoteGone;

static VOID NTAPI
Count(PEX_TIMER Timer, PVOID Context)
{
    PPROBE Probe = Context;

    Probe->Irql = KeGetCurrentIrql();
    Probe->Inside = 1;
    while (Probe->Hold) {
        YieldProcessor();
    }
    if (Probe->Again != 0) {
        Probe->Again--;
        ExSetTimer(Timer, -1, 0, NULL);
    }
    if (Probe->Last) {
        EXT_DELETE_PARAMETERS Parameters;

        ExInitializeDeleteTimerParameters(&Parameters);
        Parameters.DeleteCallback = NoteGone;
        Parameters.DeleteContext = Probe;
        ExDeleteTimer(Timer, TRUE, FALSE, &Parameters);
    }
    InterlockedIncrement(&Probe->Runs);
}

static VOID NTAPI
NoteGone(PVOID Context)
{
    PPROBE Probe = Context;

    Probe->GoneIrql = KeGetCurrentIrql();
    InterlockedIncrement(&Probe->Gone);
}

static PEX_TIMER
Make(PPROBE Probe, ULONG Attributes)
{
    RtlZeroMemory(Probe, sizeof(*Probe));
    Probe->Timer = ExAllocateTimer(Count, Probe, Attributes);
    return Probe->Timer;
}

static NTSTATUS
WaitFor(PVOID Object, ULONG Milliseconds)
{
    LARGE_INTEGER Limit = KtapMilliseconds(Milliseconds);

    return KeWaitForSingleObject(Object, Executive, KernelMode, FALSE, &Limit);
}

static VOID
TestSetting(VOID)
{
    EXT_SET_PARAMETERS Parameters;
    ULONGLONG Before;
    PROBE Probe;

    ok(Make(&Probe, EX_TIMER_NOTIFICATION) != NULL, "ExAllocateTimer");
    ok_equal(ExCancelTimer(Probe.Timer, NULL), FALSE, "a new timer is not set");
    Before = KeQueryInterruptTime();
    ok_equal(ExSetTimer(Probe.Timer, -500000, 0, NULL), FALSE, "ExSetTimer: was not set");
    ok_status(WaitFor(Probe.Timer, 5000), STATUS_SUCCESS, "it can be waited for");
    Before = KeQueryInterruptTime() - Before;
    ok(Before >= 500000 - TICK, "OBJ-11 not before its time, but for the tick");
    ok(KtapAwait(&Probe.Runs, 1) && Probe.Irql == DISPATCH_LEVEL,
       "its callback is called, at DISPATCH_LEVEL");
    ok_status(WaitFor(Probe.Timer, 0), STATUS_SUCCESS,
              "EX_TIMER_NOTIFICATION: the signal stays");
    ExSetTimer(Probe.Timer, -100000000, 0, NULL);
    ok_status(WaitFor(Probe.Timer, 0), STATUS_TIMEOUT, "until it is set again");
    ExInitializeSetTimerParameters(&Parameters);
    ok_equal(ExSetTimer(Probe.Timer, -100000000, 0, &Parameters), TRUE,
             "ExSetTimer: was set, and is set anew");
    ok_equal(ExCancelTimer(Probe.Timer, NULL), TRUE, "ExCancelTimer: was set");
    ok_equal(ExCancelTimer(Probe.Timer, NULL), FALSE, "ExCancelTimer: a second time");
    ok_equal(ExSetTimer(Probe.Timer, 1, 0, NULL), FALSE, "a system time that is over");
    ok(KtapAwait(&Probe.Runs, 2), "expires at once");
    ok_equal(ExDeleteTimer(Probe.Timer, TRUE, TRUE, NULL), FALSE,
             "ExDeleteTimer: nothing to cancel");
}

static VOID
TestKinds(VOID)
{
    PROBE Probe;

    ok(ExAllocateTimer(NULL, NULL, EX_TIMER_NO_WAKE | EX_TIMER_HIGH_RESOLUTION) == NULL,
       "two attributes that exclude each other");
    ok(ExAllocateTimer(NULL, NULL, 0x10) == NULL, "an attribute that is none");
    Probe.Timer = ExAllocateTimer(NULL, NULL, 0);
    ExSetTimer(Probe.Timer, -1, 0, NULL);
    ok_status(WaitFor(Probe.Timer, 5000), STATUS_SUCCESS, "a timer without a callback");
    ok_status(WaitFor(Probe.Timer, 0), STATUS_TIMEOUT,
              "without EX_TIMER_NOTIFICATION a wait takes the signal");
    ExDeleteTimer(Probe.Timer, TRUE, TRUE, NULL);

    Make(&Probe, EX_TIMER_HIGH_RESOLUTION);
    ExSetTimer(Probe.Timer, -10000, 0, NULL);
    ok(KtapAwait(&Probe.Runs, 1), "EX_TIMER_HIGH_RESOLUTION");
    ExDeleteTimer(Probe.Timer, TRUE, TRUE, NULL);
    Make(&Probe, EX_TIMER_NO_WAKE);
    ExSetTimer(Probe.Timer, -10000, 200000, NULL);
    ok(KtapAwait(&Probe.Runs, 5), "EX_TIMER_NO_WAKE, and a period");
    ok_equal(ExCancelTimer(Probe.Timer, NULL), TRUE, "a periodic timer stays set");
    KtapSleep(40); /* a callback may be about to run */
    Probe.Runs = 0;
    KtapSleep(80);
    ok_equal(Probe.Runs, 0, "until it is cancelled");
    ok_equal(ExDeleteTimer(Probe.Timer, TRUE, TRUE, NULL), FALSE, "and then is not set");
    Make(&Probe, 0);
    Probe.Again = 3;
    ExSetTimer(Probe.Timer, -1, 0, NULL);
    ok(KtapAwait(&Probe.Runs, 4), "a callback that sets its timer anew");
    ExDeleteTimer(Probe.Timer, TRUE, TRUE, NULL);
}

static VOID
TestDeleting(VOID)
{
    EXT_DELETE_PARAMETERS Parameters;
    PROBE Probe;

    Make(&Probe, 0);
    ExSetTimer(Probe.Timer, -100000000, 0, NULL);
    ok_equal(ExDeleteTimer(Probe.Timer, TRUE, TRUE, NULL), TRUE,
             "ExDeleteTimer: cancels one that is set, and waits");
    ok_equal(Probe.Runs, 0, "its callback does not run");

    Make(&Probe, 0);
    ExInitializeDeleteTimerParameters(&Parameters);
    Parameters.DeleteCallback = NoteGone;
    Parameters.DeleteContext = &Probe;
    ExSetTimer(Probe.Timer, -500000, 0, NULL);
    ok_equal(ExDeleteTimer(Probe.Timer, FALSE, FALSE, &Parameters), FALSE,
             "ExDeleteTimer: without Cancel one that is set stays so");
    ok_equal(ExSetTimer(Probe.Timer, -100000000, 0, NULL), FALSE,
             "but cannot be set any more");
    ok(KtapAwait(&Probe.Gone, 1) && Probe.Runs == 1,
       "it expires, its callback runs, then it is gone");
    ok_equal(Probe.GoneIrql, DISPATCH_LEVEL, "which a callback tells, at DISPATCH_LEVEL");

    Make(&Probe, 0);
    Parameters.DeleteContext = &Probe;
    ExSetTimer(Probe.Timer, -100000000, 100000000, NULL);
    ok_equal(ExDeleteTimer(Probe.Timer, FALSE, FALSE, &Parameters), TRUE,
             "a periodic timer has no last expiry: it is cancelled");
    ok(KtapAwait(&Probe.Gone, 1) && Probe.Runs == 0, "and gone at once");

    Make(&Probe, 0);
    Probe.Last = TRUE;
    ExSetTimer(Probe.Timer, -1, 10000, NULL);
    ok(KtapAwait(&Probe.Gone, 1) && Probe.Runs == 1, "a callback can delete its timer");
}

static VOID NTAPI
LetGo(PVOID Context)
{
    PPROBE Probe = Context;

    KeSetSystemAffinityThread(1); /* not where the callback stands */
    Probe->Ready = 1;
    KtapAwait(&Probe->Inside, 1);
    KtapSleep(50);
    Probe->Hold = 0;
    PsTerminateSystemThread(STATUS_SUCCESS);
}

/* The callback stands on one processor, the deletion waits on another. */
static VOID
TestMeeting(VOID)
{
    KAFFINITY Other = 2;
    PKTHREAD Thread;
    PROBE Probe;

    if (KeQueryActiveProcessorCount(NULL) < 2) {
        ok(TRUE, "one processor: a callback is over when anybody else runs");
        return;
    }
    KeSetSystemAffinityThread(Other);
    Make(&Probe, 0); /* its callbacks run there */
    KeSetSystemAffinityThread(1);
    Probe.Hold = 1;
    Thread = KtapCreateThread(LetGo, &Probe);
    KtapAwait(&Probe.Ready, 1);
    ExSetTimer(Probe.Timer, -1, 0, NULL);
    ok(KtapAwait(&Probe.Inside, 1), "a callback on another processor");
    ExDeleteTimer(Probe.Timer, TRUE, TRUE, NULL);
    ok(Probe.Hold == 0 && Probe.Runs == 1, "ExDeleteTimer waits until it has returned");
    KeRevertToUserAffinityThread();
    KtapJoinThread(Thread);
}

/* Set for now and deleted at once, in every way, from every processor. */
static VOID
TestRace(VOID)
{
    ULONG Processors = KeQueryActiveProcessorCount(NULL);
    static PROBE Probes[ROUNDS];
    EXT_DELETE_PARAMETERS Parameters;
    LONG Gone = 0, Runs = 0;

    ExInitializeDeleteTimerParameters(&Parameters);
    Parameters.DeleteCallback = NoteGone;
    for (ULONG Round = 0; Round < ROUNDS; Round++) {
        PPROBE Probe = &Probes[Round];

        KeSetSystemAffinityThread((KAFFINITY)1 << Round % Processors);
        Make(Probe, 0);
        KeSetSystemAffinityThread((KAFFINITY)1 << (Round / 3) % Processors);
        ExSetTimer(Probe->Timer, Round % 2 == 0 ? 1 : -1, 0, NULL);
        if (Round % 5 == 0) {
            ExSetTimer(Probe->Timer, -1, 0, NULL);
        }
        Parameters.DeleteContext = Probe;
        ExDeleteTimer(Probe->Timer, Round % 3 == 0, FALSE, &Parameters);
    }
    KeRevertToUserAffinityThread();
    for (ULONG Round = 0; Round < ROUNDS; Round++) {
        Gone += KtapAwait(&Probes[Round].Gone, 1);
        Runs += Round % 3 != 0 && Probes[Round].Runs != 0;
    }
    ok_equal(Gone, ROUNDS, "every timer is gone, once");
    ok_equal(Runs, ROUNDS - ROUNDS / 3,
             "none that was not to be cancelled lost its expiry");
}

/* Timers that there are: the pool's blocks under their tag. */
static ULONG64
CountTimers(VOID)
{
    static UCHAR Buffer[0x8000] __attribute__((aligned(8)));
    PDIRQL_QUERY_HEADER List = (PDIRQL_QUERY_HEADER)Buffer;
    PUCHAR Entry = (PUCHAR)(List + 1);

    if (!NT_SUCCESS(DirqlQuerySystem(DirqlPoolTags, Buffer, sizeof(Buffer), NULL))) {
        return MAXULONG64;
    }
    for (ULONG Index = 0; Index < List->Count; Index++, Entry += List->EntrySize) {
        PDIRQL_POOL_TAG_INFORMATION Tag = (PDIRQL_POOL_TAG_INFORMATION)Entry;

        if (Tag->Tag == TIMER_TAG) {
            return Tag->Blocks;
        }
    }
    return 0;
}

static VOID
TimerTests(VOID)
{
    static PROBE Kept;
    PEX_TIMER None;

    Make(&Kept, 0);
    ok_equal(CountTimers(), 1, "a timer is counted");
    ok(ExDeleteTimer(Kept.Timer, TRUE, TRUE, NULL) == FALSE, "one that was never set");
    TestSetting();
    TestKinds();
    TestDeleting();
    TestMeeting();
    TestRace();
    DirqlFailAllocations(1, 1);
    None = ExAllocateTimer(NULL, NULL, 0);
    DirqlFailAllocations(0, 0);
    ok(None == NULL, "ExAllocateTimer without memory");
    ok_equal(CountTimers(), 0, "nothing is left of them all");
}

NTSTATUS
NTAPI
DriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath)
{
    return KtapStart(DriverObject, RegistryPath, TimerTests);
}
