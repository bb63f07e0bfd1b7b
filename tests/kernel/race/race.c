/*
 * race: sharers of edu's line come and go while it fires without a pause.
 *
 * Between one and three sharers are connected; each round one joins at the tail, and one
 * leaves: the head, the one in the middle, or the tail. A thread on another processor
 * raises the line and waits for somebody's claim, on and on.
 */
#include <device.h>

#define ROUNDS       2500 /* for each processor; 10,000 on four */
#define MOST_SHARERS 4
#define SLOTS        64 /* a sharer that left is watched until its slot is used again */

DRIVER_INITIALIZE DriverEntry;

typedef struct _SHARER {
    PKINTERRUPT Object;
    volatile LONG Inside;
    volatile LONG Left; /* its disconnect has returned */
    volatile LONG Calls;
} SHARER, *PSHARER;

static SHARER Slots[SLOTS];
static PSHARER Chain[MOST_SHARERS]; /* in the order they joined */
static ULONG ChainLength;
static volatile LONG Claims, LateCalls, Raised, Lost, Stop;

/* What the rounds came to. */
static ULONG Failed, StillInside, LeftHead, LeftMiddle, LeftTail;
static LONG Called; /* sharers that were asked at least once */

static BOOLEAN NTAPI
SharerIsr(PKINTERRUPT Interrupt, PVOID Context)
{
    PSHARER Sharer = Context;
    BOOLEAN Mine;

    UNREFERENCED_PARAMETER(Interrupt);
    InterlockedExchange(&Sharer->Inside, 1);
    if (Sharer->Left) {
        InterlockedIncrement(&LateCalls);
    }
    Mine = DeviceRead(EDU_CAUSES) != 0;
    Sharer->Calls++;
    if (Mine) {
        DeviceWrite(EDU_ACKNOWLEDGE, MAXULONG);
        Claims++; /* one processor has the line: its ISRs never overlap */
    }
    InterlockedExchange(&Sharer->Inside, 0);
    return Mine;
}

static VOID
Join(VOID)
{
    static ULONG Next;
    PSHARER Sharer = &Slots[Next++ % SLOTS];

    Called += Sharer->Calls != 0;
    RtlZeroMemory(Sharer, sizeof(*Sharer));
    if (NT_SUCCESS(IoConnectInterrupt(&Sharer->Object, SharerIsr, Sharer, NULL,
                                      Device.Vector, Device.Irql, Device.Irql,
                                      Device.Mode, TRUE, Device.Affinity, FALSE))) {
        Chain[ChainLength++] = Sharer;
    } else {
        Failed++;
    }
}

static VOID
Leave(ULONG Position)
{
    PSHARER Sharer = Chain[Position];

    IoDisconnectInterrupt(Sharer->Object);
    StillInside += Sharer->Inside != 0;
    InterlockedExchange(&Sharer->Left, 1);
    ChainLength--;
    RtlMoveMemory(&Chain[Position], &Chain[Position + 1],
                  (ChainLength - Position) * sizeof(Chain[0]));
}

/* Somewhere in the chain, which is two to four long; every place gets its turn. */
static VOID
LeaveSomewhere(ULONG Round)
{
    ULONG Position = Round % ChainLength;

    LeftHead += Position == 0;
    LeftTail += Position == ChainLength - 1;
    LeftMiddle += Position != 0 && Position != ChainLength - 1;
    Leave(Position);
}

/* Away from the line's processor when there is another. A claim that does not come within
   the limit is a lost one. */
static VOID NTAPI
RaiseOnAndOn(PVOID Context)
{
    KAFFINITY Others = KeQueryActiveProcessors() & ~Device.Affinity;

    UNREFERENCED_PARAMETER(Context);
    KeSetSystemAffinityThread(Others & ~(Others - 1));
    while (!Stop) {
        LONG Next = Claims + 1;

        Raised++;
        DeviceWrite(EDU_RAISE, 1);
        Lost += !KtapSpinUntil(&Claims, Next);
    }
    PsTerminateSystemThread(STATUS_SUCCESS);
}

/* One interrupt in ten rounds at least, however the host shares its processors out: the
   rounds go on while the next one is on its way. */
static VOID
AwaitClaims(LONG Count)
{
    while (Claims < Count && Lost == 0) {
        KeStallExecutionProcessor(1);
    }
}

/* One to three sharers are connected, a hundred rounds each; one joins, one leaves. */
static VOID
RunRound(ULONG Round)
{
    while (Round % 300 == 0 && ChainLength > 1) {
        Leave(0);
    }
    if (Round % 300 != 0 && Round % 100 == 0) {
        Join();
    }
    Join();
    LeaveSomewhere(Round / 2);
}

static VOID
CheckRounds(ULONG Rounds)
{
    DbgPrint("# %u rounds, %d interrupts, %d sharers were asked\n", Rounds, Raised,
             Called);
    ok_equal(Failed, 0, "CHN-5 CHN-6 every sharer joined");
    ok(LeftHead > Rounds / 10 && LeftMiddle > Rounds / 10 && LeftTail > Rounds / 10,
       "CHN-7 heads, middles and tails left");
    ok_equal(Lost, 0, "CHN-7 ISR-2 no interrupt was lost");
    ok_equal(Claims, Raised, "CHN-1 each was claimed once");
    ok(Raised > (LONG)(Rounds / 40), "and they came all the while");
    ok(Called > (LONG)(Rounds / 500), "CON-7 sharers were called as they came and went");
    ok_equal(StillInside, 0, "CON-28 a disconnect returns when the ISR is left");
    ok_equal(LateCalls, 0, "CON-28 and it is never called again");
}

static VOID
RaceTests(VOID)
{
    ULONG Rounds = ROUNDS * KeQueryActiveProcessorCount(NULL);
    PKTHREAD Raiser;

    Join();
    Raiser = KtapCreateThread(RaiseOnAndOn, NULL);
    for (ULONG Round = 0; Round < Rounds && Failed == 0 && Lost == 0; Round++) {
        AwaitClaims((LONG)Round / 10);
        RunRound(Round);
    }
    Stop = 1;
    ok_status(KtapJoinThread(Raiser), STATUS_SUCCESS, "the raising thread ends");
    while (ChainLength != 0) {
        Leave(ChainLength - 1);
    }
    DeviceWrite(EDU_RAISE, 1); /* nobody is there: who is called all the same is late */
    KtapSleep(20);
    DeviceWrite(EDU_ACKNOWLEDGE, MAXULONG);
    CheckRounds(Rounds);
}

NTSTATUS
NTAPI
DriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath)
{
    return StartSuite(DriverObject, RegistryPath, RaceTests);
}
