/*
 * Processors come and go: the interrupt is sent only to those that are connected, and
 * nothing is lost while their set changes.
 */
#include "affinity.h"

#define FIRE_ROUNDS 400

/* Raises ten interrupts; how many of them Isr did not get on Processor. */
static ULONG
CountStrays(PCOUNTED_ISR Isr, ULONG Processor)
{
    LONG Before = Isr->ByProcessor[Processor];

    for (ULONG Round = 0; Round < 10; Round++) {
        RaiseOnce(&Isr->Claims);
    }
    return (ULONG)(Before + 10 - Isr->ByProcessor[Processor]);
}

VOID
TestSubsets(VOID)
{
    static COUNTED_ISR First, Second;
    ULONG Last = KeQueryActiveProcessorCount(NULL) - 1;
    ULONG Strays = 0;
    GROUP_AFFINITY Affinity;

    for (ULONG Number = 0; Number <= Last; Number++) {
        First = (COUNTED_ISR){0};
        ConnectOn(&First, (KAFFINITY)1 << Number);
        Strays += CountStrays(&First, Number);
        DisconnectIsr(&First);
    }
    ok_equal(Strays, 0, "CON-1 connected on one processor, it comes to that one");

    First = (COUNTED_ISR){0};
    ok_status(ConnectOn(&First, Device.Assigned & ~(KAFFINITY)1), STATUS_SUCCESS,
              "CON-1 connected on all but the first");
    IoGetAffinityInterrupt(First.Object, &Affinity);
    ok_equal(Affinity.Mask, Device.Assigned & ~(KAFFINITY)1, "CON-32 that is the answer");
    for (ULONG Round = 0; Round < 10; Round++) {
        RaiseOnce(&First.Claims);
    }
    ok(First.Claims == 10 && First.ByProcessor[0] == 0, "CON-1 it comes to the others");
    DisconnectIsr(&First);

    First = (COUNTED_ISR){0};
    ConnectOn(&Second, (KAFFINITY)1 << Last);
    ok_status(ConnectOn(&First, 1), STATUS_SUCCESS,
              "KINT-3 KINT-4 two registrations, one vector, a processor each: no chain");
    for (ULONG Round = 0; Round < 10; Round++) {
        LONG Calls = First.Calls + Second.Calls;

        DeviceWrite(EDU_RAISE, 1);
        while (First.Calls + Second.Calls == Calls) {
            KtapSleep(1);
        }
    }
    ok_equal(First.Claims + Second.Claims, 10, "ISR-2 one of them serves each interrupt");
    ok(First.ByProcessor[Last] == 0 && Second.ByProcessor[0] == 0,
       "KINT-3 each on its own processor");
    DisconnectIsr(&First);
    ok_equal(CountStrays(&Second, Last), 0, "CHN-7 one gone, all come to the other");
    DisconnectIsr(&Second);
}

static volatile LONG Raised, Lost, Stop;

/* Raises on and on until Stop; each has to be served by somebody before the next. Away
   from the first processor, which connecting has to get hold of. */
static VOID NTAPI
RaiseOnAndOn(PVOID Total)
{
    KeSetSystemAffinityThread(Device.Assigned & ~(KAFFINITY)1);
    while (Stop == 0) {
        Raised++;
        Lost += !RaiseOnce(Total);
    }
    PsTerminateSystemThread(STATUS_SUCCESS);
}

VOID
TestUnderFire(VOID)
{
    static COUNTED_ISR Steady, Guest;
    static volatile LONG Total;
    ULONG Failed = 0;
    LONG Visits = 0;
    PKTHREAD Raiser;

    Steady = (COUNTED_ISR){.Total = &Total};
    ConnectOn(&Steady, Device.Assigned & ~(KAFFINITY)1);
    Raiser = KtapCreateThread(RaiseOnAndOn, (PVOID)&Total);
    for (ULONG Round = 0; Round < FIRE_ROUNDS; Round++) {
        Guest = (COUNTED_ISR){.Total = &Total};
        Failed += !NT_SUCCESS(ConnectOn(&Guest, 1));
        for (ULONG Turn = 0; Turn < 100000 && Guest.Calls == 0; Turn++) {
            KeStallExecutionProcessor(10);
        }
        DisconnectIsr(&Guest);
        Visits += Guest.Calls != 0;
    }
    Stop = 1;
    ok_status(KtapJoinThread(Raiser), STATUS_SUCCESS, "the raising thread ends");
    DisconnectIsr(&Steady);
    ok_equal(Failed, 0, "CON-2 a processor joins 400 times while the interrupt fires");
    ok_equal(Visits, FIRE_ROUNDS, "CON-7 and gets it, each time");
    ok_equal(Lost, 0, "CHN-7 none is lost while processors come and go");
    ok_equal(Total, Raised, "ISR-2 and each is claimed once");
}
