/*
 * wait.h: a thread that waits and says what came of it, and the parts of the suite.
 */
#pragma once

#include "../ktap.h"

typedef struct _WAITER {
    PVOID Objects[3];
    ULONG Count;
    WAIT_TYPE Type;
    ULONG Milliseconds; /* 0: no limit */
    PKTHREAD Thread;
    volatile LONG Done; /* 1 when Status is there */
    NTSTATUS Status;
} WAITER, *PWAITER;

/* Starts a thread that waits for the first Count objects, and gives it time to. */
VOID StartWaiter(PWAITER Waiter);
/* Its status, waited for. */
NTSTATUS JoinWaiter(PWAITER Waiter);
/* How many of Count waiters are done, after they had time. */
ULONG CountDone(PWAITER Waiters, ULONG Count);
/* A wait that does not wait: STATUS_SUCCESS or STATUS_TIMEOUT. */
NTSTATUS Poll(PVOID Object);

/* event.c */
KTAP_SUITE TestNotification, TestSynchronization, TestEventStates, TestSetFromDpc,
    TestMakingLevels;
/* count.c */
KTAP_SUITE TestSemaphore, TestMutex, TestFastMutex;
