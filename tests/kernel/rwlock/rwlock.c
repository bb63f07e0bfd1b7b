/*
 * rwlock: EX_SPIN_LOCK, many readers or one writer, over all processors. (LCK-2, LCK-9)
 */
#include "../ktap.h"

DRIVER_INITIALIZE DriverEntry;

#define TURNS 20000 /* over all processors together */

static EX_SPIN_LOCK Lock;
static volatile LONG Ready, Processors;
static volatile LONG Readers, Writers, Wrong;
static LONG Counter; /* plain: two writers at once would lose an increment */

static VOID
ReadOnce(VOID)
{
    KIRQL Old = ExAcquireSpinLockShared(&Lock);

    InterlockedIncrement(&Readers);
    Wrong += Writers != 0;
    InterlockedDecrement(&Readers);
    ExReleaseSpinLockShared(&Lock, Old);
}

static VOID
WriteOnce(VOID)
{
    KIRQL Old = ExAcquireSpinLockExclusive(&Lock);

    InterlockedIncrement(&Writers);
    Wrong += Writers != 1 || Readers != 0;
    Counter++;
    InterlockedDecrement(&Writers);
    ExReleaseSpinLockExclusive(&Lock, Old);
}

/* Three readings to one writing, on a processor of its own. */
static VOID NTAPI
MixedThread(PVOID Context)
{
    KeSetSystemAffinityThread((KAFFINITY)1 << (ULONG_PTR)Context);
    InterlockedIncrement(&Ready);
    KtapSpinUntil(&Ready, Processors);
    for (LONG Turn = 0; Turn < TURNS / Processors; Turn++) {
        if (Turn % 4 == 0) {
            WriteOnce();
        } else {
            ReadOnce();
        }
    }
    PsTerminateSystemThread(STATUS_SUCCESS);
}

static VOID
TestExclusion(VOID)
{
    PKTHREAD Threads[MAXIMUM_PROCESSORS];

    for (LONG Number = 0; Number < Processors; Number++) {
        Threads[Number] = KtapCreateThread(MixedThread, (PVOID)(ULONG_PTR)Number);
    }
    for (LONG Number = 0; Number < Processors; Number++) {
        KtapJoinThread(Threads[Number]);
    }
    ok_equal(Wrong, 0, "LCK-9 no reader beside a writer, no two writers");
    ok_equal(Counter, (TURNS / Processors + 3) / 4 * Processors,
             "LCK-9 every writing is counted");
    ok_equal(Lock, 0, "LCK-9 free again, the word is 0");
}

static VOID
TestLevels(VOID)
{
    KIRQL Old = ExAcquireSpinLockShared(&Lock);

    ok_equal(Old, PASSIVE_LEVEL, "LCK-2 shared: the level before is returned");
    ok_irql(DISPATCH_LEVEL, "LCK-2 a reader is at DISPATCH_LEVEL");
    ExAcquireSpinLockSharedAtDpcLevel(&Lock);
    ok(!ExTryConvertSharedSpinLockExclusive(&Lock),
       "LCK-9 with another reader inside nobody becomes the writer");
    ExReleaseSpinLockSharedFromDpcLevel(&Lock);
    ok(ExTryConvertSharedSpinLockExclusive(&Lock), "LCK-9 the only reader becomes it");
    ExReleaseSpinLockExclusive(&Lock, Old);
    ok_irql(PASSIVE_LEVEL, "LCK-2 the release restores the level");
    Old = ExAcquireSpinLockExclusive(&Lock);
    ok_irql(DISPATCH_LEVEL, "LCK-2 the writer is at DISPATCH_LEVEL");
    ExReleaseSpinLockExclusive(&Lock, Old);
    KeRaiseIrql(DISPATCH_LEVEL, &Old);
    ExAcquireSpinLockExclusiveAtDpcLevel(&Lock);
    ok_irql(DISPATCH_LEVEL, "LCK-2 AtDpcLevel leaves the level");
    ExReleaseSpinLockExclusiveFromDpcLevel(&Lock);
    KeLowerIrql(Old);
}

static volatile LONG WriterMay, ReaderMay, WriterIn, ReaderIn;

static VOID NTAPI
WaitingWriter(PVOID Context)
{
    KIRQL Old;

    UNREFERENCED_PARAMETER(Context);
    KeSetSystemAffinityThread(2);
    KtapSpinUntil(&WriterMay, 1);
    Old = ExAcquireSpinLockExclusive(&Lock);
    WriterIn = 1 + ReaderIn; /* 1: before the reader that came after it */
    ExReleaseSpinLockExclusive(&Lock, Old);
    PsTerminateSystemThread(STATUS_SUCCESS);
}

static VOID NTAPI
LateReader(PVOID Context)
{
    KIRQL Old;

    UNREFERENCED_PARAMETER(Context);
    KeSetSystemAffinityThread(4);
    KtapSpinUntil(&ReaderMay, 1);
    Old = ExAcquireSpinLockShared(&Lock);
    ReaderIn = 1;
    ExReleaseSpinLockShared(&Lock, Old);
    PsTerminateSystemThread(STATUS_SUCCESS);
}

/* Reader inside on 0, writer waiting on 1, second reader comes on 2: the writer is first. */
static VOID
TestWriterFirst(VOID)
{
    PKTHREAD Writer, Reader;
    KIRQL Old;

    if (Processors < 3) {
        return;
    }
    KeSetSystemAffinityThread(1);
    Writer = KtapCreateThread(WaitingWriter, NULL);
    Reader = KtapCreateThread(LateReader, NULL);
    KtapSleep(30);
    Old = ExAcquireSpinLockShared(&Lock);
    WriterMay = 1;
    for (ULONG Turn = 0; Turn < 100000 && Lock > 0; Turn++) {
        KeStallExecutionProcessor(10); /* until the writer has announced itself */
    }
    ok(Lock < 0, "LCK-9 a waiting writer stands in the word");
    ok(!ExTryConvertSharedSpinLockExclusive(&Lock),
       "LCK-9 with a writer waiting the reader stays a reader");
    ReaderMay = 1;
    KeStallExecutionProcessor(20000);
    ok_equal(ReaderIn, 0, "LCK-9 a waiting writer blocks new readers");
    ExReleaseSpinLockShared(&Lock, Old);
    KeRevertToUserAffinityThread();
    KtapJoinThread(Writer);
    KtapJoinThread(Reader);
    ok_equal(WriterIn, 1, "LCK-9 the writer went in before that reader");
}

static VOID
Suite(VOID)
{
    Processors = (LONG)KeQueryActiveProcessorCount(NULL);
    TestLevels();
    TestExclusion();
    TestWriterFirst();
}

NTSTATUS
NTAPI
DriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath)
{
    return KtapStart(DriverObject, RegistryPath, Suite);
}
