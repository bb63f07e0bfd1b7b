/*
 * Levels and locks used wrongly. The level routines of wdm.h are inline and no kernel sees
 * them: the checked ones are what a driver gets that imports them.
 */
#include "bugcheck.h"

typedef KIRQL NTAPI RAISE_IRQL(KIRQL NewIrql);
typedef VOID NTAPI LOWER_IRQL(KIRQL NewIrql);
typedef KIRQL NTAPI RAISE_TO_DPC(VOID);

static PVOID
Import(PCWSTR Name)
{
    UNICODE_STRING String;

    RtlInitUnicodeString(&String, Name);
    return MmGetSystemRoutineAddress(&String);
}

/* BUG-3, IRQL-18: raising to a lower level. */
VOID
RaiseDown(VOID)
{
    RAISE_IRQL *Raise = (RAISE_IRQL *)Import(L"KfRaiseIrql");
    LOWER_IRQL *Lower = (LOWER_IRQL *)Import(L"KeLowerIrql");

    ok_equal(Raise(SYNCH_LEVEL), PASSIVE_LEVEL,
             "IRQL-16 the imported KfRaiseIrql returns the level before");
    Lower(DISPATCH_LEVEL);
    ok_irql(DISPATCH_LEVEL, "IRQL-16 the imported KeLowerIrql lowers");
    Lower(PASSIVE_LEVEL);
    Expect(IRQL_NOT_GREATER_OR_EQUAL, SYNCH_LEVEL, DISPATCH_LEVEL, 0, ANY);
    ExpectPlace("RaiseDown", SYNCH_LEVEL);
    Raise(SYNCH_LEVEL);
    Raise(DISPATCH_LEVEL);
}

/* BUG-4, IRQL-18: lowering to a higher level. */
VOID
LowerUp(VOID)
{
    LOWER_IRQL *Lower = (LOWER_IRQL *)Import(L"KfLowerIrql");

    Expect(IRQL_NOT_LESS_OR_EQUAL, DISPATCH_LEVEL, PASSIVE_LEVEL, 0, ANY);
    ExpectPlace("LowerUp", PASSIVE_LEVEL);
    Lower(DISPATCH_LEVEL);
}

/* BUG-3, IRQL-14, IRQL-18 */
VOID
RaiseToDpcFromAbove(VOID)
{
    RAISE_TO_DPC *Raise = (RAISE_TO_DPC *)Import(L"KeRaiseIrqlToDpcLevel");

    Expect(IRQL_NOT_GREATER_OR_EQUAL, CLOCK_LEVEL, DISPATCH_LEVEL, 0, ANY);
    ExpectPlace("RaiseToDpcFromAbove", CLOCK_LEVEL);
    KfRaiseIrql(CLOCK_LEVEL);
    Raise();
}

/* BUG-3, LCK-5 */
VOID
AcquireTooLow(VOID)
{
    KSPIN_LOCK Lock;

    KeInitializeSpinLock(&Lock);
    Expect(IRQL_NOT_GREATER_OR_EQUAL, (ULONG64)(ULONG_PTR)&Lock, APC_LEVEL, 0, 0);
    ExpectPlace("AcquireTooLow", APC_LEVEL);
    KfRaiseIrql(APC_LEVEL);
    /* lint: on purpose */
    KeAcquireSpinLockAtDpcLevel(&Lock);
} /* lint: on purpose */

/* BUG-4, IRQL-22: outside a DPC. */
VOID
WaitAtDispatchLevel(VOID)
{
    KEVENT Event;

    KeInitializeEvent(&Event, NotificationEvent, FALSE);
    Expect(IRQL_NOT_LESS_OR_EQUAL, (ULONG64)(ULONG_PTR)&Event, DISPATCH_LEVEL, 0, ANY);
    DbgPrint("# expect guilty WaitAtDispatchLevel\n");
    KfRaiseIrql(DISPATCH_LEVEL);
    /* lint: on purpose */
    KeWaitForSingleObject(&Event, Executive, KernelMode, FALSE, NULL);
}

/* BUG-6, LCK-4 */
VOID
AcquireTwice(VOID)
{
    static KSPIN_LOCK Lock;
    KIRQL Old;

    Expect(SPIN_LOCK_ALREADY_OWNED, (ULONG64)(ULONG_PTR)&Lock, DISPATCH_LEVEL, 0, 0);
    ExpectPlace("AcquireTwice", DISPATCH_LEVEL);
    KeAcquireSpinLock(&Lock, &Old);
    /* lint: on purpose */
    KeAcquireSpinLock(&Lock, &Old);
} /* lint: on purpose */

/* BUG-6, LCK-4, LCK-7 */
VOID
QueueTwice(VOID)
{
    static KSPIN_LOCK Lock;
    KLOCK_QUEUE_HANDLE First, Second;

    Expect(SPIN_LOCK_ALREADY_OWNED, (ULONG64)(ULONG_PTR)&Lock, DISPATCH_LEVEL, 0, 0);
    ExpectPlace("QueueTwice", DISPATCH_LEVEL);
    KeAcquireInStackQueuedSpinLock(&Lock, &First);
    /* lint: on purpose */
    KeAcquireInStackQueuedSpinLock(&Lock, &Second);
} /* lint: on purpose */

/* BUG-6, LCK-7: at once, because it would wait for itself. */
VOID
QueueSameHandle(VOID)
{
    static KSPIN_LOCK Lock;
    KLOCK_QUEUE_HANDLE Handle;

    Expect(SPIN_LOCK_ALREADY_OWNED, (ULONG64)(ULONG_PTR)&Lock, DISPATCH_LEVEL, 0, 0);
    ExpectPlace("QueueSameHandle", DISPATCH_LEVEL);
    KeAcquireInStackQueuedSpinLock(&Lock, &Handle);
    /* lint: on purpose */
    KeAcquireInStackQueuedSpinLock(&Lock, &Handle);
} /* lint: on purpose */

/* BUG-6, LCK-9 */
VOID
WriteTwice(VOID)
{
    static EX_SPIN_LOCK Lock;

    Expect(SPIN_LOCK_ALREADY_OWNED, (ULONG64)(ULONG_PTR)&Lock, DISPATCH_LEVEL, 0, 0);
    ExpectPlace("WriteTwice", DISPATCH_LEVEL);
    ExAcquireSpinLockExclusive(&Lock);
    /* lint: on purpose */
    ExAcquireSpinLockExclusive(&Lock);
} /* lint: on purpose */

static KSPIN_LOCK LostLock;

static VOID NTAPI
LosingDpc(PKDPC Dpc, PVOID Context, PVOID Argument1, PVOID Argument2)
{
    UNREFERENCED_PARAMETER(Dpc);
    UNREFERENCED_PARAMETER(Argument1);
    UNREFERENCED_PARAMETER(Argument2);
    KeAcquireSpinLockAtDpcLevel(&LostLock);
    *(volatile LONG *)Context = 1;
} /* lint: on purpose */

/* BUG-6: a DPC on another processor left with the lock. */
VOID
AcquireLost(VOID)
{
    static volatile LONG Lost;
    static KDPC Dpc;
    KIRQL Old;

    KeInitializeDpc(&Dpc, LosingDpc, (PVOID)&Lost);
    KeSetTargetProcessorDpc(&Dpc, 0);
    KeInsertQueueDpc(&Dpc, NULL, NULL);
    KtapAwait(&Lost, 1);
    Expect(SPIN_LOCK_ALREADY_OWNED, (ULONG64)(ULONG_PTR)&LostLock, DISPATCH_LEVEL, 0, 0);
    ExpectPlace("AcquireLost", DISPATCH_LEVEL);
    KeAcquireSpinLock(&LostLock, &Old);
} /* lint: on purpose */
