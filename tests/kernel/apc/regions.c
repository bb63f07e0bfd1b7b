/*
 * What keeps APCs off: regions, mutexes, and a normal routine that has not returned.
 */
#include "apc.h"

/* A special and a normal one, queued to the calling thread. */
static VOID
QueueBoth(PPROBE Special, PPROBE Normal)
{
    MakeSpecial(Special, KeGetCurrentThread());
    MakeNormal(Normal, KeGetCurrentThread());
    Queue(Normal);
    Queue(Special);
}

static VOID
TestCritical(VOID)
{
    PROBE Special, Normal;

    ok(!KeAreApcsDisabled() && !KeAreAllApcsDisabled(), "IRQL-11 APCs are on");
    KeEnterCriticalRegion();
    ok(KeAreApcsDisabled() && !KeAreAllApcsDisabled(),
       "APC a critical region disables normal APCs");
    KeEnterCriticalRegion();
    QueueBoth(&Special, &Normal);
    ok(Special.Kernel.Order != 0, "APC a critical region lets a special APC in");
    ok_equal(Normal.Kernel.Order, 0, "APC and keeps a normal one off");
    KeLeaveCriticalRegion();
    ok_equal(Normal.Kernel.Order, 0, "APC until the outermost one is left");
    KeLeaveCriticalRegion();
    ok(Normal.Normal.Order != 0, "APC it runs before the leave returns");
    ok_equal(Normal.Normal.Irql, PASSIVE_LEVEL, "APC at PASSIVE_LEVEL");
    ok(!KeAreApcsDisabled(), "APC and APCs are on again");
}

static VOID
TestGuarded(VOID)
{
    PROBE Special, Normal;
    KIRQL Old;

    KeEnterGuardedRegion();
    ok(KeAreApcsDisabled() && KeAreAllApcsDisabled(),
       "APC a guarded region disables all APCs");
    QueueBoth(&Special, &Normal);
    ok(Special.Kernel.Order == 0 && Normal.Kernel.Order == 0,
       "APC a guarded region keeps special APCs off too");
    KeEnterCriticalRegion();
    KeLeaveGuardedRegion();
    ok(Special.Kernel.Order != 0 && Normal.Kernel.Order == 0,
       "APC left inside a critical one, it lets in the special one");
    KeLeaveCriticalRegion();
    ok(Normal.Normal.Order != 0, "APC and that one, left, the normal one");

    KeEnterGuardedRegion();
    QueueBoth(&Special, &Normal);
    KeRaiseIrql(APC_LEVEL, &Old);
    ok(KeAreAllApcsDisabled(), "IRQL-11 APC_LEVEL disables all APCs");
    KeLeaveGuardedRegion();
    ok_equal(Special.Kernel.Order, 0, "APC a region left at APC_LEVEL delivers nothing");
    __writecr8(Old);
    ok(Special.Kernel.Order != 0 && Normal.Normal.Order != 0,
       "IRQL-19 the mov to CR8 that follows delivers all");
}

/* A normal routine that queues a special and a normal APC to its own thread. */
static PROBE Inner[2];
static volatile LONG SpecialInside, NormalInside;

static VOID NTAPI
QueueingNormal(PVOID NormalContext, PVOID SystemArgument1, PVOID SystemArgument2)
{
    QueueBoth(&Inner[0], &Inner[1]);
    SpecialInside = Inner[0].Kernel.Order;
    NormalInside = Inner[1].Kernel.Order;
    KtapSleep(20); /* a wait takes special ones only, while the first is in progress */
    NormalInside += Inner[1].Kernel.Order;
    RecordNormal(NormalContext, SystemArgument1, SystemArgument2);
}

static VOID
TestInProgress(VOID)
{
    PROBE Outer;

    MakeNormal(&Outer, KeGetCurrentThread());
    Outer.Apc.NormalRoutine = QueueingNormal;
    Queue(&Outer);
    ok(SpecialInside != 0, "APC a special APC interrupts a normal routine");
    ok_equal(NormalInside, 0, "APC a normal one does not, even in a wait");
    ok(Inner[1].Normal.Order > Outer.Normal.Order,
       "APC it runs when the first normal routine has returned");
}

VOID
TestRegions(VOID)
{
    TestCritical();
    TestGuarded();
    TestInProgress();
}

static VOID
TestMutex(VOID)
{
    PROBE Special, Normal;
    LARGE_INTEGER Zero = {.QuadPart = 0};
    KMUTEX Mutex;

    KeInitializeMutex(&Mutex, 0);
    KeWaitForSingleObject(&Mutex, Executive, KernelMode, FALSE, NULL);
    KeWaitForSingleObject(&Mutex, Executive, KernelMode, FALSE, NULL);
    QueueBoth(&Special, &Normal);
    KeReleaseMutex(&Mutex, FALSE);
    ok(Special.Kernel.Order != 0 && Normal.Kernel.Order == 0,
       "OBJ-7 a mutex keeps off all but special kernel APCs");
    KeReleaseMutex(&Mutex, FALSE);
    ok(Normal.Normal.Order != 0, "OBJ-7 the last release lets the normal one in");

    KeWaitForSingleObject(&Mutex, Executive, KernelMode, FALSE, NULL);
    QueueBoth(&Special, &Normal);
    KeReleaseMutex(&Mutex, TRUE);
    ok_equal(Normal.Kernel.Order, 0, "OBJ-4 not before the wait that Wait TRUE promises");
    KeWaitForSingleObject(&Mutex, Executive, KernelMode, FALSE, &Zero);
    ok_equal(Normal.Kernel.Order, 0, "OBJ-7 which takes the mutex again at once");
    KeReleaseMutex(&Mutex, FALSE);
    ok(Normal.Normal.Order != 0, "OBJ-7 and gives it up");
}

static VOID
TestFastMutexes(VOID)
{
    PROBE Special, Normal;
    FAST_MUTEX Mutex;

    ExInitializeFastMutex(&Mutex);
    ExAcquireFastMutex(&Mutex);
    ok_irql(APC_LEVEL, "OBJ-8 a fast mutex is held at APC_LEVEL");
    QueueBoth(&Special, &Normal);
    ok_equal(Special.Kernel.Order, 0, "OBJ-8 a fast mutex keeps off all APCs");
    ExReleaseFastMutex(&Mutex);
    ok(Special.Kernel.Order != 0 && Normal.Normal.Order != 0,
       "OBJ-8 its release lets them in");

    KeEnterCriticalRegion();
    ExAcquireFastMutexUnsafe(&Mutex);
    ok_irql(PASSIVE_LEVEL, "OBJ-8 the unsafe kind leaves the level");
    QueueBoth(&Special, &Normal);
    ok(Special.Kernel.Order != 0 && Normal.Kernel.Order == 0,
       "OBJ-8 and APCs to the region around it");
    ok_equal(ExTryToAcquireFastMutex(&Mutex), FALSE, "OBJ-8 it is the same mutex");
    ExReleaseFastMutexUnsafe(&Mutex);
    KeLeaveCriticalRegion();
    ok(Normal.Normal.Order != 0, "OBJ-8 the region lets the normal one in");
}

static VOID
TestGuardedMutexes(VOID)
{
    PROBE Special, Normal;
    KGUARDED_MUTEX Mutex;

    KeInitializeGuardedMutex(&Mutex);
    KeAcquireGuardedMutex(&Mutex);
    ok(KeAreAllApcsDisabled(), "OBJ-8 a guarded mutex disables all APCs");
    QueueBoth(&Special, &Normal);
    ok_equal(Special.Kernel.Order, 0, "OBJ-8 none comes while it is held");
    KeReleaseGuardedMutex(&Mutex);
    ok(Special.Kernel.Order != 0 && Normal.Normal.Order != 0,
       "OBJ-8 both come when it is released");

    KeEnterGuardedRegion();
    KeAcquireGuardedMutexUnsafe(&Mutex);
    ok_equal(KeTryToAcquireGuardedMutex(&Mutex), FALSE,
             "OBJ-8 acquired in a guarded region it is held");
    KeReleaseGuardedMutexUnsafe(&Mutex);
    ok_equal(KeTryToAcquireGuardedMutex(&Mutex), TRUE, "OBJ-8 and free again");
    KeReleaseGuardedMutex(&Mutex);
    KeLeaveGuardedRegion();
}

VOID
TestLocks(VOID)
{
    TestMutex();
    TestFastMutexes();
    TestGuardedMutexes();
}
