/*
 * Semaphores and mutexes: counted signals and owned ones.
 */
#include "wait.h"

VOID
TestSemaphore(VOID)
{
    KSEMAPHORE Semaphore;
    WAITER Waiters[2];

    KtapPoison(&Semaphore);
    KeInitializeSemaphore(&Semaphore, 2, 4);
    ok_equal(KeReadStateSemaphore(&Semaphore), 2,
             "OBJ-6 a semaphore begins with its count");
    ok(Poll(&Semaphore) == STATUS_SUCCESS && Poll(&Semaphore) == STATUS_SUCCESS &&
           Poll(&Semaphore) == STATUS_TIMEOUT,
       "OBJ-6 each wait takes one");
    ok_equal(KeReleaseSemaphore(&Semaphore, 0, 3, FALSE), 0,
             "OBJ-6 releasing returns 0 when it was not signalled");
    ok_equal(KeReleaseSemaphore(&Semaphore, 0, 1, FALSE), 3,
             "OBJ-6 and else the count before");
    ok_equal(KeReadStateSemaphore(&Semaphore), 4, "OBJ-6 up to the limit");

    KeInitializeSemaphore(&Semaphore, 0, 4);
    for (ULONG Index = 0; Index < 2; Index++) {
        Waiters[Index] = (WAITER){.Objects = {&Semaphore}, .Count = 1};
        StartWaiter(&Waiters[Index]);
    }
    KeReleaseSemaphore(&Semaphore, 0, 1, FALSE);
    ok_equal(CountDone(Waiters, 2), 1, "OBJ-6 a count of one releases one waiter");
    KeReleaseSemaphore(&Semaphore, 0, 2, FALSE);
    ok(JoinWaiter(&Waiters[0]) == STATUS_SUCCESS &&
           JoinWaiter(&Waiters[1]) == STATUS_SUCCESS,
       "OBJ-6 two more release the other");
    ok_equal(KeReadStateSemaphore(&Semaphore), 1, "OBJ-6 and leave one");
}

VOID
TestMutex(VOID)
{
    WAITER Waiter;
    KMUTEX Mutex;

    KtapPoison(&Mutex);
    KeInitializeMutex(&Mutex, 0);
    ok_equal(KeReadStateMutex(&Mutex), 1, "OBJ-7 a new mutex is signalled");
    ok_equal(KeAreApcsDisabled(), FALSE, "OBJ-7 APCs are enabled before");
    ok(Poll(&Mutex) == STATUS_SUCCESS && Poll(&Mutex) == STATUS_SUCCESS,
       "OBJ-7 its owner can take it again");
    ok_equal(KeAreApcsDisabled(), TRUE, "OBJ-7 holding a mutex disables normal APCs");
    Waiter = (WAITER){.Objects = {&Mutex}, .Count = 1, .Milliseconds = 40};
    StartWaiter(&Waiter);
    ok_status(JoinWaiter(&Waiter), STATUS_TIMEOUT, "OBJ-7 another thread cannot take it");
    ok(KeReleaseMutex(&Mutex, FALSE) != 0, "OBJ-7 the inner release: still owned");
    StartWaiter(&Waiter);
    ok_status(JoinWaiter(&Waiter), STATUS_TIMEOUT,
              "OBJ-7 one release of two is not enough");
    ok_equal(KeReleaseMutex(&Mutex, FALSE), 0, "OBJ-7 the outer release returns 0");
    ok_equal(KeReadStateMutex(&Mutex), 1, "OBJ-7 and the mutex is signalled");
    ok_equal(KeAreApcsDisabled(), FALSE, "OBJ-7 and APCs are enabled");
    StartWaiter(&Waiter);
    ok_status(JoinWaiter(&Waiter), STATUS_SUCCESS, "OBJ-7 now the other thread takes it");
    ok_status(Poll(&Mutex), STATUS_ABANDONED, "OBJ-2 and leaves it abandoned by ending");
    KeReleaseMutex(&Mutex, FALSE);
}

static FAST_MUTEX FastMutex;
static LONG Counter;

static VOID NTAPI
CountingThread(PVOID Context)
{
    UNREFERENCED_PARAMETER(Context);
    for (ULONG Turn = 0; Turn < 2000; Turn++) {
        ExAcquireFastMutex(&FastMutex);
        Counter++;
        ExReleaseFastMutex(&FastMutex);
    }
    PsTerminateSystemThread(STATUS_SUCCESS);
}

VOID
TestFastMutex(VOID)
{
    PKTHREAD Threads[4];

    KtapPoison(&FastMutex);
    ExInitializeFastMutex(&FastMutex);
    ExAcquireFastMutex(&FastMutex);
    ok_irql(APC_LEVEL, "OBJ-8 a fast mutex raises to APC_LEVEL");
    ok_equal(ExTryToAcquireFastMutex(&FastMutex), FALSE, "OBJ-8 and is not recursive");
    ExReleaseFastMutex(&FastMutex);
    ok_irql(PASSIVE_LEVEL, "OBJ-8 releasing restores the level");
    ok_equal(ExTryToAcquireFastMutex(&FastMutex), TRUE,
             "OBJ-8 a free one is had by trying");
    ExReleaseFastMutex(&FastMutex); /* lint: on purpose, the try succeeded */
    for (ULONG Index = 0; Index < RTL_NUMBER_OF(Threads); Index++) {
        Threads[Index] = KtapCreateThread(CountingThread, NULL);
    }
    for (ULONG Index = 0; Index < RTL_NUMBER_OF(Threads); Index++) {
        KtapJoinThread(Threads[Index]);
    }
    ok_equal(Counter, 8000, "OBJ-8 it excludes four threads from each other");
}
