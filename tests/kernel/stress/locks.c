/*
 * Spin locks of both kinds, a mutex, a resource: each guards plain numbers, which are wrong
 * at the end if two ever had it at once.
 */
#include "stress.h"

static KSPIN_LOCK SpinLock, QueuedLock;
static KMUTEX Mutex;
static ERESOURCE Resource;
static volatile LONG64 UnderSpinLock, UnderQueuedLock, UnderMutex, UnderResource;
static volatile LONG Readers, Writers;

VOID
InitializeLocks(VOID)
{
    KeInitializeSpinLock(&SpinLock);
    KeInitializeSpinLock(&QueuedLock);
    KeInitializeMutex(&Mutex, 0);
    ExInitializeResourceLite(&Resource);
}

VOID
DeleteLocks(VOID)
{
    ExDeleteResourceLite(&Resource);
}

/* Not one instruction, so that somebody else in between is seen. */
static VOID
AddSlowly(volatile LONG64 *Number, PULONG64 Dice)
{
    LONG64 Value = *Number;

    if (Roll(Dice, 8) == 0) {
        KeStallExecutionProcessor(Roll(Dice, 10));
    }
    *Number = Value + 1;
}

VOID
ActSpinLock(PACTOR Actor)
{
    KIRQL OldIrql;

    KeAcquireSpinLock(&SpinLock, &OldIrql);
    AddSlowly(&UnderSpinLock, &Actor->Dice);
    CheckLevel(DISPATCH_LEVEL);
    KeReleaseSpinLock(&SpinLock, OldIrql);
    Count(LocksTaken);
}

VOID
ActQueuedLock(PACTOR Actor)
{
    KLOCK_QUEUE_HANDLE Handle;

    KeAcquireInStackQueuedSpinLock(&QueuedLock, &Handle);
    AddSlowly(&UnderQueuedLock, &Actor->Dice);
    KeReleaseInStackQueuedSpinLock(&Handle);
    Count(QueuedLocksTaken);
}

/* Sometimes twice, and with a wait in between. */
VOID
ActMutex(PACTOR Actor)
{
    LARGE_INTEGER Limit = KtapMilliseconds(1 + Roll(&Actor->Dice, 50));

    if (KeWaitForSingleObject(&Mutex, Executive, KernelMode, FALSE, &Limit) !=
        STATUS_SUCCESS) {
        return;
    }
    AddSlowly(&UnderMutex, &Actor->Dice);
    Count(MutexesTaken);
    if (Roll(&Actor->Dice, 4) == 0) {
        LARGE_INTEGER Zero = {.QuadPart = 0};

        if (KeWaitForSingleObject(&Mutex, Executive, KernelMode, FALSE, &Zero) !=
            STATUS_SUCCESS) {
            Count(Refused);
        }
        WaitSomehow(&Actor->Dice);
        KeReleaseMutex(&Mutex, FALSE);
    }
    KeReleaseMutex(&Mutex, FALSE);
}

static VOID
Share(PACTOR Actor)
{
    InterlockedIncrement(&Readers);
    if (Writers != 0) {
        Count(Overlaps);
    }
    if (Roll(&Actor->Dice, 8) == 0) {
        WaitSomehow(&Actor->Dice);
    }
    InterlockedDecrement(&Readers);
}

/* And then perhaps shares it. */
static VOID
Write(PACTOR Actor)
{
    if (InterlockedIncrement(&Writers) != 1 || Readers != 0) {
        Count(Overlaps);
    }
    AddSlowly(&UnderResource, &Actor->Dice);
    Count(ResourcesTaken);
    if (Roll(&Actor->Dice, 8) == 0) {
        WaitSomehow(&Actor->Dice);
    }
    InterlockedDecrement(&Writers);
    if (Roll(&Actor->Dice, 4) == 0) {
        ExConvertExclusiveToSharedLite(&Resource);
        Share(Actor);
    }
}

VOID
ActResource(PACTOR Actor)
{
    BOOLEAN Wait = Roll(&Actor->Dice, 4) != 0;
    BOOLEAN Alone = Roll(&Actor->Dice, 3) == 0;
    BOOLEAN Mine;

    KeEnterCriticalRegion();
    if (Alone) {
        Mine = ExAcquireResourceExclusiveLite(&Resource, Wait);
    } else if (Roll(&Actor->Dice, 2) == 0) {
        Mine = ExAcquireSharedStarveExclusive(&Resource, Wait);
    } else {
        Mine = ExAcquireResourceSharedLite(&Resource, Wait);
    }
    if (Mine) {
        (Alone ? Write : Share)(Actor);
        ExReleaseResourceLite(&Resource);
    } else if (Wait) {
        Count(Refused);
    }
    KeLeaveCriticalRegion();
}

VOID
CheckLocks(VOID)
{
    ok_equal(UnderSpinLock, Tally.LocksTaken, "LCK-2 a spin lock let one in at a time");
    ok_equal(UnderQueuedLock, Tally.QueuedLocksTaken, "LCK-2 and a queued one");
    ok_equal(UnderMutex, Tally.MutexesTaken, "OBJ-7 and a mutex");
    ok_equal(UnderResource, Tally.ResourcesTaken, "and a resource taken alone");
}
