/*
 * resource: executive resources, who gets one, in which order, and who has to wait.
 */
#include "../ktap.h"

DRIVER_INITIALIZE DriverEntry;

typedef BOOLEAN NTAPI ACQUIRE(PERESOURCE Resource, BOOLEAN Wait);

/* A thread that acquires the resource in one way and keeps it until it is told. */
typedef struct _HOLDER {
    ACQUIRE *Acquire;
    volatile LONG Ready;
    volatile LONG Has;
    volatile LONG Stop;
    PKTHREAD Thread;
} HOLDER, *PHOLDER;

static ERESOURCE Resource;

static VOID NTAPI
HolderThread(PVOID Context)
{
    PHOLDER Holder = Context;

    KeEnterCriticalRegion();
    Holder->Ready = 1;
    Holder->Acquire(&Resource, TRUE);
    Holder->Has = 1;
    KtapAwait(&Holder->Stop, 1);
    ExReleaseResourceLite(&Resource);
    KeLeaveCriticalRegion();
    PsTerminateSystemThread(STATUS_SUCCESS);
}

/* Returns when the thread has the resource or waits for it. */
static VOID
StartHolder(PHOLDER Holder, ACQUIRE *Acquire)
{
    RtlZeroMemory(Holder, sizeof(*Holder));
    Holder->Acquire = Acquire;
    Holder->Thread = KtapCreateThread(HolderThread, Holder);
    KtapAwait(&Holder->Ready, 1);
    KtapSleep(30);
}

static VOID
StopHolder(PHOLDER Holder)
{
    Holder->Stop = 1;
    KtapJoinThread(Holder->Thread);
    KtapSleep(30);
}

static VOID
TestOne(VOID)
{
    ok_equal(sizeof(ERESOURCE), 0x68, "STR ERESOURCE has 68h bytes");
    KtapPoison(&Resource);
    ok_status(ExInitializeResourceLite(&Resource), STATUS_SUCCESS,
              "LCK a resource is initialised");
    ok(ExIsResourceAcquiredSharedLite(&Resource) == 0 &&
           !ExIsResourceAcquiredExclusiveLite(&Resource),
       "LCK a new one is nobody's");

    ok_equal(ExAcquireResourceExclusiveLite(&Resource, FALSE), TRUE,
             "LCK a free one is had alone");
    ok(ExIsResourceAcquiredExclusiveLite(&Resource), "LCK it says so");
    ok(ExAcquireResourceExclusiveLite(&Resource, TRUE) &&
           ExAcquireResourceSharedLite(&Resource, TRUE),
       "LCK its owner can acquire it again, in either way");
    ok_equal(ExIsResourceAcquiredSharedLite(&Resource), 3, "LCK each is counted");
    ExReleaseResourceLite(&Resource);
    ExReleaseResourceLite(&Resource);
    ok(ExIsResourceAcquiredExclusiveLite(&Resource), "LCK two of three releases keep it");
    ExConvertExclusiveToSharedLite(&Resource);
    ok(!ExIsResourceAcquiredExclusiveLite(&Resource) &&
           ExIsResourceAcquiredSharedLite(&Resource) == 1,
       "LCK converted, it is shared");
    ok_equal(ExAcquireResourceExclusiveLite(&Resource, FALSE), FALSE,
             "LCK a sharer does not get it alone");
    ok(ExAcquireResourceSharedLite(&Resource, FALSE) &&
           ExAcquireSharedStarveExclusive(&Resource, FALSE) &&
           ExAcquireSharedWaitForExclusive(&Resource, FALSE),
       "LCK but shares it again, in all three ways");
    ok_equal(ExIsResourceAcquiredLite(&Resource), 4, "LCK which makes four");
    for (ULONG Release = 0; Release < 4; Release++) {
        ExReleaseResourceLite(&Resource);
    }
    ok_equal(ExTryToAcquireResourceExclusiveLite(&Resource), TRUE,
             "LCK released as often, it is free");
    ExReleaseResourceForThreadLite(&Resource, ExGetCurrentResourceThread());
    ok_equal(ExIsResourceAcquiredSharedLite(&Resource), 0,
             "LCK a release for a thread names it");
}

/* Another thread has it, shared or alone: what this one gets without waiting. */
static VOID
TestOthers(VOID)
{
    HOLDER Holder, Writer;

    StartHolder(&Holder, ExAcquireResourceExclusiveLite);
    ok(!ExAcquireResourceExclusiveLite(&Resource, FALSE) &&
           !ExAcquireResourceSharedLite(&Resource, FALSE) &&
           !ExAcquireSharedStarveExclusive(&Resource, FALSE),
       "LCK what another has alone is not to be had");
    ok(!ExIsResourceAcquiredExclusiveLite(&Resource), "LCK nor is it this thread's");
    StopHolder(&Holder);

    StartHolder(&Holder, ExAcquireResourceSharedLite);
    ok(!ExAcquireResourceExclusiveLite(&Resource, FALSE),
       "LCK what another shares is not had alone");
    ok(ExAcquireResourceSharedLite(&Resource, FALSE), "LCK but shared");
    ExReleaseResourceLite(&Resource);

    StartHolder(&Writer, ExAcquireResourceExclusiveLite);
    ok(!Writer.Has && ExGetExclusiveWaiterCount(&Resource) == 1,
       "LCK one that wants it alone waits");
    ok(!ExAcquireResourceSharedLite(&Resource, FALSE),
       "LCK and keeps new sharers from it");
    ok(!ExAcquireSharedWaitForExclusive(&Resource, FALSE), "LCK this way too");
    ok(ExAcquireSharedStarveExclusive(&Resource, FALSE),
       "LCK ExAcquireSharedStarveExclusive goes ahead of it");
    ok(ExAcquireResourceSharedLite(&Resource, FALSE),
       "LCK who shares already can share again");
    ok(!ExAcquireSharedWaitForExclusive(&Resource, FALSE),
       "LCK ExAcquireSharedWaitForExclusive waits even then");
    ExReleaseResourceLite(&Resource);
    ExReleaseResourceLite(&Resource);
    StopHolder(&Holder);
    ok(KtapAwait(&Writer.Has, 1), "LCK the last sharer gives it to who waits alone");
    StopHolder(&Writer);
}

/* Two want it alone and two want to share it, while it is held alone. */
static VOID
TestHandOver(VOID)
{
    HOLDER Writers[2], Readers[2];

    ExAcquireResourceExclusiveLite(&Resource, TRUE);
    StartHolder(&Writers[0], ExAcquireResourceExclusiveLite);
    StartHolder(&Readers[0], ExAcquireResourceSharedLite);
    StartHolder(&Writers[1], ExAcquireResourceExclusiveLite);
    StartHolder(&Readers[1], ExAcquireSharedWaitForExclusive);
    ok(ExGetExclusiveWaiterCount(&Resource) == 2 &&
           ExGetSharedWaiterCount(&Resource) == 2,
       "LCK two wait for it alone, two to share it");
    ExReleaseResourceLite(&Resource);
    KtapSleep(40);
    ok(Readers[0].Has && Readers[1].Has && !Writers[0].Has && !Writers[1].Has,
       "LCK its owner gives it to all who wait to share it");
    StopHolder(&Readers[0]);
    ok(!Writers[0].Has && !Writers[1].Has, "LCK one sharer left keeps it");
    StopHolder(&Readers[1]);
    ok(KtapAwait(&Writers[0].Has, 1) && !Writers[1].Has,
       "LCK then the first who waits alone has it");
    StopHolder(&Writers[0]);
    ok(KtapAwait(&Writers[1].Has, 1), "LCK then the second");
    StopHolder(&Writers[1]);
    ok_equal(ExTryToAcquireResourceExclusiveLite(&Resource), TRUE, "LCK then it is free");

    StartHolder(&Readers[0], ExAcquireResourceSharedLite);
    ExConvertExclusiveToSharedLite(&Resource);
    KtapSleep(40);
    ok(Readers[0].Has, "LCK converting lets in who waits to share it");
    ExReleaseResourceLite(&Resource);
    StopHolder(&Readers[0]);
}

static VOID
TestRegion(VOID)
{
    ok(ExEnterCriticalRegionAndAcquireResourceExclusive(&Resource) ==
               KeGetCurrentThread() &&
           KeAreApcsDisabled() && ExIsResourceAcquiredExclusiveLite(&Resource),
       "LCK a critical region and the resource alone, at once");
    ExReleaseResourceAndLeaveCriticalRegion(&Resource);
    ExEnterCriticalRegionAndAcquireResourceShared(&Resource);
    ok(KeAreApcsDisabled() && ExIsResourceAcquiredSharedLite(&Resource) == 1,
       "LCK or shared");
    ExReleaseResourceAndLeaveCriticalRegion(&Resource);
    ok(!KeAreApcsDisabled() && ExIsResourceAcquiredSharedLite(&Resource) == 0,
       "LCK and both are given up at once");
}

#define SHARERS 12
#define ROUNDS  400

static volatile LONG Readers, Writers, Broken, MostReaders, Finished;
static LONG Protected;

/* Every fourth turn alone: what it protects is not interlocked. */
static VOID NTAPI
MixingThread(PVOID Context)
{
    for (ULONG Turn = 0; Turn < ROUNDS; Turn++) {
        LONG Now;
        BOOLEAN Alone = (Turn + (ULONG)(ULONG_PTR)Context) % 4 == 0;

        KeEnterCriticalRegion();
        if (Alone) {
            ExAcquireResourceExclusiveLite(&Resource, TRUE);
            if (InterlockedIncrement(&Writers) != 1 || Readers != 0) {
                InterlockedIncrement(&Broken);
            }
            Protected++;
            InterlockedDecrement(&Writers);
        } else {
            ExAcquireResourceSharedLite(&Resource, TRUE);
            Now = InterlockedIncrement(&Readers);
            MostReaders = max(MostReaders, Now);
            if (Writers != 0) {
                InterlockedIncrement(&Broken);
            }
            if (Turn % 16 == 1) {
                KtapSleep(1);
            }
            InterlockedDecrement(&Readers);
        }
        ExReleaseResourceLite(&Resource);
        KeLeaveCriticalRegion();
    }
    InterlockedIncrement(&Finished);
    PsTerminateSystemThread(STATUS_SUCCESS);
}

static VOID
TestMix(VOID)
{
    PKTHREAD Threads[SHARERS];

    for (ULONG Index = 0; Index < SHARERS; Index++) {
        Threads[Index] = KtapCreateThread(MixingThread, (PVOID)(ULONG_PTR)Index);
    }
    KtapAwait(&Finished, SHARERS);
    for (ULONG Index = 0; Index < SHARERS; Index++) {
        KtapJoinThread(Threads[Index]);
    }
    ok_equal(Broken, 0, "LCK twelve threads: nobody has it while another has it alone");
    ok_equal(Protected, SHARERS * ROUNDS / 4,
             "LCK each had it alone as often as it asked");
    ok(MostReaders > 1, "LCK and they have shared it");
    ok(ExGetExclusiveWaiterCount(&Resource) == 0 &&
           ExGetSharedWaiterCount(&Resource) == 0 &&
           ExTryToAcquireResourceExclusiveLite(&Resource),
       "LCK at the end it is free");
    ExReleaseResourceLite(&Resource);
}

static VOID
ResourceTests(VOID)
{
    KeEnterCriticalRegion();
    TestOne();
    TestOthers();
    TestHandOver();
    KeLeaveCriticalRegion();
    TestRegion();
    TestMix();
    ok_status(ExReinitializeResourceLite(&Resource), STATUS_SUCCESS,
              "LCK a used resource is made new");
    ok(ExTryToAcquireResourceExclusiveLite(&Resource), "LCK and can be acquired");
    ExReleaseResourceLite(&Resource);
    ok_status(ExDeleteResourceLite(&Resource), STATUS_SUCCESS, "LCK it is deleted");
    ok_status(ExInitializeResourceLite(&Resource), STATUS_SUCCESS,
              "LCK and the memory is good for another");
    ExDeleteResourceLite(&Resource);
}

NTSTATUS
NTAPI
DriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath)
{
    return KtapStart(DriverObject, RegistryPath, ResourceTests);
}
