/*
 * passive: ISRs that run in a thread. The module line says passive=1, so the level that
 * edu's interrupt was assigned with is PASSIVE_LEVEL; the line, then a message (msi=1).
 */
#include <recorder.h>

DRIVER_INITIALIZE DriverEntry;

#define NAP       20 /* milliseconds an ISR waits */
#define MANY_NAPS 60

/* An ISR that waits, and what it saw before and after. */
typedef struct _SLEEPER {
    PKINTERRUPT Object;
    BOOLEAN Unowned;        /* another's: touches nothing, returns FALSE */
    volatile LONG LeavesUp; /* so many calls leave the line up first */
    ULONG Milliseconds;     /* to wait inside */
    LONG Irql, MaskedBefore, MaskedAfter;
    PKTHREAD Thread;
    PKINTERRUPT Interrupt;
    volatile LONG Inside, MostInside;
    volatile LONG Calls;
} SLEEPER, *PSLEEPER;

/* Connected for PASSIVE_LEVEL, where an ISR may wait. */
_IRQL_requires_(PASSIVE_LEVEL) static KSERVICE_ROUTINE SleepingIsr;

static BOOLEAN NTAPI
SleepingIsr(PKINTERRUPT Interrupt, PVOID Context)
{
    PSLEEPER Sleeper = Context;
    LONG Inside = InterlockedIncrement(&Sleeper->Inside);

    Sleeper->MostInside = max(Sleeper->MostInside, Inside);
    Sleeper->Interrupt = Interrupt;
    Sleeper->Irql = KeGetCurrentIrql();
    Sleeper->Thread = KeGetCurrentThread();
    Sleeper->MaskedBefore = IsSourceMasked();
    if (!Sleeper->Unowned && Sleeper->LeavesUp-- <= 0) {
        DeviceWrite(EDU_ACKNOWLEDGE, MAXULONG);
    }
    if (Sleeper->Milliseconds != 0) {
        KtapSleep(Sleeper->Milliseconds);
    }
    Sleeper->MaskedAfter = IsSourceMasked();
    InterlockedDecrement(&Sleeper->Inside);
    Sleeper->Calls++;
    return !Sleeper->Unowned;
}

static NTSTATUS
ConnectSleeper(PSLEEPER Sleeper, KIRQL SynchronizeIrql, PKSPIN_LOCK Lock)
{
    return IoConnectInterrupt(&Sleeper->Object, SleepingIsr, Sleeper, Lock, Device.Vector,
                              PASSIVE_LEVEL, SynchronizeIrql, Device.Mode, TRUE,
                              Device.Assigned, FALSE);
}

static VOID
Raise(VOID)
{
    DeviceWrite(EDU_RAISE, 1);
}

static VOID
TestRefused(VOID)
{
    SLEEPER Sleeper = {0};
    KSPIN_LOCK Lock;

    KeInitializeSpinLock(&Lock);
    ok_equal(Device.Irql, PASSIVE_LEVEL, "CON-25 the assigned level is PASSIVE_LEVEL");
    ok_status(ConnectSleeper(&Sleeper, PASSIVE_LEVEL, &Lock), STATUS_INVALID_PARAMETER,
              "CON-25 CON-12 a spin lock for a passive-level ISR is refused");
    ok_status(ConnectSleeper(&Sleeper, (KIRQL)(Device.Vector >> 4), NULL),
              STATUS_INVALID_PARAMETER,
              "CON-25 a SynchronizeIrql above PASSIVE_LEVEL too");
    ok(Sleeper.Object == NULL, "CON-9 and there is no object");
}

/* The forms of IoConnectInterruptEx take the level from the assignment. */
static VOID
TestForm(ULONG Version, PCSTR Name)
{
    IO_CONNECT_INTERRUPT_PARAMETERS Connect;
    RECORDER Recorder = {0};

    PrepareConnect(&Connect, Version, &Recorder);
    if (ok_status(IoConnectInterruptEx(&Connect), STATUS_SUCCESS, Name)) {
        ok(RaiseAndAwait(&Recorder), "CON-25 its ISR is called");
        ok_equal(Recorder.Irql, PASSIVE_LEVEL, "CON-25 at PASSIVE_LEVEL");
        DisconnectAs(Connect.Version, &Recorder);
    }
}

static VOID
TestService(VOID)
{
    SLEEPER Sleeper = {.Milliseconds = NAP};

    if (!ok_status(ConnectSleeper(&Sleeper, PASSIVE_LEVEL, NULL), STATUS_SUCCESS,
                   "CON-25 Irql and SynchronizeIrql PASSIVE_LEVEL connect")) {
        return;
    }
    Raise();
    ok(KtapAwait(&Sleeper.Calls, 1), "CON-25 the ISR is called, and may wait");
    ok_equal(Sleeper.Irql, PASSIVE_LEVEL, "CON-25 at PASSIVE_LEVEL");
    ok(Sleeper.Thread != KeGetCurrentThread(), "CON-26 in a thread of the system");
    ok(Sleeper.Interrupt == Sleeper.Object, "ISR-1 with its object");
    if (Device.Mode == LevelSensitive) {
        ok(Sleeper.MaskedBefore && Sleeper.MaskedAfter,
           "CON-26 a level line is masked as long as the ISR runs");
    } else {
        ok(!Sleeper.MaskedBefore && !Sleeper.MaskedAfter,
           "CON-26 a message is over once it is ended, and not masked");
    }
    KtapSleep(NAP);
    ok(!IsSourceMasked(), "CON-26 after the ISR it is let through");
    ok_equal(Sleeper.Calls, 1, "CHN-1 the device was acknowledged: no second call");
    if (Device.Mode == LevelSensitive) {
        Sleeper.LeavesUp = 2;
        Raise();
        ok(KtapAwait(&Sleeper.Calls, 4), "CON-26 CHN-1 a line left up interrupts again");
        KtapSleep(3 * NAP);
        ok_equal(Sleeper.Calls, 4, "CHN-1 until it is down");
    }
    IoDisconnectInterrupt(Sleeper.Object);
}

/* From 6.2 on the object names the event and the thread. */
static VOID
TestLayout(VOID)
{
    SLEEPER Sleeper = {0};
    PUCHAR Object;
    USHORT Size;
    PVOID Thread;

    ConnectSleeper(&Sleeper, PASSIVE_LEVEL, NULL);
    Object = (PUCHAR)Sleeper.Object;
    Size = *(PUSHORT)(Object + 2);
    if (Size >= 0xB0) {
        Raise();
        KtapAwait(&Sleeper.Calls, 1);
        ok(*(PVOID *)(Object + 0x80) != NULL, "KINT-17 PassiveEvent is set");
        Thread = *(PVOID *)(Object + 0xA8);
        ok(Thread == Sleeper.Thread || *(PVOID *)(Object + 0x98) == Sleeper.Thread,
           "KINT-17 ServiceThread is the thread of the ISR");
    }
    IoDisconnectInterrupt(Sleeper.Object);
}

/* A critical section that waits while the interrupt comes. */
typedef struct _SECTION {
    PSLEEPER Sleeper;
    LONG Irql, CallsBefore, CallsAfter, InsideAtEntry;
    PKTHREAD Thread;
    BOOLEAN Answer;
} SECTION;

_IRQL_requires_(PASSIVE_LEVEL) static KSYNCHRONIZE_ROUTINE WaitingSection;

static BOOLEAN NTAPI
WaitingSection(PVOID Context)
{
    SECTION *Section = Context;

    Section->Irql = KeGetCurrentIrql();
    Section->Thread = KeGetCurrentThread();
    Section->InsideAtEntry = Section->Sleeper->Inside;
    Section->CallsBefore = Section->Sleeper->Calls;
    Raise();
    KtapSleep(NAP);
    Section->CallsAfter = Section->Sleeper->Calls + Section->Sleeper->Inside;
    return Section->Answer;
}

static VOID
TestSynchronize(VOID)
{
    SLEEPER Sleeper = {.Milliseconds = MANY_NAPS};
    SECTION Section = {.Sleeper = &Sleeper, .Answer = TRUE};

    ConnectSleeper(&Sleeper, PASSIVE_LEVEL, NULL);
    ok_equal(KeSynchronizeExecution(Sleeper.Object, WaitingSection, &Section), TRUE,
             "SYN-1 KeSynchronizeExecution returns the routine's TRUE");
    ok_equal(Section.Irql, PASSIVE_LEVEL, "SYN-1 at PASSIVE_LEVEL, and it may wait");
    ok(Section.Thread == KeGetCurrentThread(), "SYN-1 in the caller's thread");
    ok_equal(Section.CallsAfter, Section.CallsBefore,
             "SYN-1 the ISR is kept out meanwhile, by the event");
    ok(KtapAwait(&Sleeper.Inside, 1), "SYN-1 and comes afterwards");
    Section.Answer = FALSE;
    ok_equal(KeSynchronizeExecution(Sleeper.Object, WaitingSection, &Section), FALSE,
             "SYN-1 FALSE is returned too");
    ok(Section.InsideAtEntry == 0 && Section.CallsBefore == 1,
       "SYN-1 the routine waited for the ISR that ran");
    ok(KtapAwait(&Sleeper.Calls, 2), "SYN-1 the interrupt meanwhile was not lost");
    ok_equal(Sleeper.MostInside, 1, "ISR-3 never twice at once");
    IoDisconnectInterrupt(Sleeper.Object);
}

static VOID
TestDisconnect(VOID)
{
    SLEEPER Sleeper = {.Milliseconds = MANY_NAPS};
    HARDWARE Before;
    LONG Calls;

    ConnectSleeper(&Sleeper, PASSIVE_LEVEL, NULL);
    IoDisconnectInterrupt(Sleeper.Object);
    ReadHardware(&Before);
    ConnectSleeper(&Sleeper, PASSIVE_LEVEL, NULL);
    Raise();
    ok(KtapAwait(&Sleeper.Inside, 1), "CON-25 the ISR is called");
    IoDisconnectInterrupt(Sleeper.Object);
    ok_equal(Sleeper.Inside, 0, "CON-28 the disconnect waits until the ISR has returned");
    Calls = Sleeper.Calls;
    Raise();
    KtapSleep(NAP);
    ok_equal(Sleeper.Calls, Calls, "CON-28 and it is not called again");
    DeviceWrite(EDU_ACKNOWLEDGE, MAXULONG);
    ok(IsHardwareAs(&Before), "CHN-7 gates and source are as before");
}

/* Two passive-level ISRs on one vector: both are asked, the line waits for both. */
static VOID
TestChain(VOID)
{
    SLEEPER First = {.Unowned = TRUE, .Milliseconds = NAP};
    SLEEPER Second = {.Milliseconds = 2 * NAP};

    ConnectSleeper(&First, PASSIVE_LEVEL, NULL);
    ok_status(ConnectSleeper(&Second, PASSIVE_LEVEL, NULL), STATUS_SUCCESS,
              "CHN-6 CON-25 a second passive-level ISR joins");
    Raise();
    ok(KtapAwait(&First.Calls, 1) && KtapAwait(&Second.Calls, 1),
       "ISR-2 CHN-1 whose device it is not returns FALSE, the other one is asked");
    KtapSleep(NAP);
    ok(!IsSourceMasked(), "CON-26 when all have returned the line is let through");
    IoDisconnectInterrupt(First.Object);
    Raise();
    ok(KtapAwait(&Second.Calls, 2), "CHN-7 one gone, the other is served");
    KtapSleep(3 * NAP);
    ok(First.Calls == 1 && Second.Calls == 2, "CHN-7 alone and once");
    IoDisconnectInterrupt(Second.Object);
}

static VOID
TestStop(VOID)
{
    SLEEPER Sleeper = {0};

    ConnectSleeper(&Sleeper, PASSIVE_LEVEL, NULL);
    DbgPrint("# expect stop 0x0000013B (0x1, 0x%I64X, *, *)\n",
             (ULONG64)(ULONG_PTR)Sleeper.Object);
    KeAcquireInterruptSpinLock(Sleeper.Object);
    ok(FALSE, "SYN-2 BUG-29 the error ends in a stop");
}

static VOID
PassiveTests(VOID)
{
    if (IsCase(L"spinlock")) {
        TestStop();
        return; /* lint: on purpose, it has stopped */
    }
    TestRefused();
    TestForm(CONNECT_FULLY_SPECIFIED, "CON-25 FULLY_SPECIFIED connects passively");
    TestForm(CONNECT_LINE_BASED, "CON-25 LINE_BASED connects passively");
    TestForm(CONNECT_MESSAGE_BASED, "CON-25 MESSAGE_BASED connects passively");
    TestForm(CONNECT_MESSAGE_BASED_PASSIVE, "CON-27 MESSAGE_BASED_PASSIVE connects");
    TestService();
    TestLayout();
    TestSynchronize();
    TestDisconnect();
    TestChain();
}

NTSTATUS
NTAPI
DriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath)
{
    return StartSuite(DriverObject, RegistryPath, PassiveTests);
}
