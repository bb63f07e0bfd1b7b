/*
 * Starts that fail, each at another callback, and a device that interrupts before it is
 * connected.
 */
#include "kmdfpnp.h"

/* A start whose callback Fails does; the callbacks that have to be called. */
static VOID
FailStart(CHAR Fails, PCSTR Letters, PCSTR Name)
{
    SendPnp(IRP_MN_STOP_DEVICE);
    DiaryIs("SxdyR");
    Unit.Fails = Fails;
    ok_status(SendPnp(IRP_MN_START_DEVICE), STATUS_DEVICE_BUSY, Name);
    ok(DiaryIs(Letters), Name);
    Unit.Fails = 0;
    ok_status(SendPnp(IRP_MN_START_DEVICE), STATUS_SUCCESS, "a start that does not fail");
    DiaryIs("P0e1T");
}

VOID
TestFailing(VOID)
{
    FailStart('P', "PR", "WDF-32 PrepareHardware fails: ReleaseHardware all the same");
    FailStart('0', "P0R", "WDF-32 D0Entry fails: no D0Exit");
    FailStart('e', "P0exyR", "WDF-33 EvtInterruptEnable fails: not disabled, out of D0");
    FailStart('1', "P0e1xdyR",
              "WDF-33 D0EntryPostInterruptsEnabled fails: the whole way down");
    FailStart('T', "P0e1TSxdyR", "WDF-31 SelfManagedIoRestart fails: suspended first");
}

/* The pin is asserted when the interrupt is connected: it comes at once, perhaps to another
   processor before the connection has been stored, and again until it is served. */
VOID
TestEarlyInterrupt(VOID)
{
    ULONG Served = 0;

    Unit.RaiseEarly = TRUE;
    for (ULONG Turn = 0; Turn < 20; Turn++) {
        LONG Before = Unit.Isrs;

        SendPnp(IRP_MN_STOP_DEVICE);
        SendPnp(IRP_MN_START_DEVICE);
        for (ULONG Nap = 0; Nap < 100 && Unit.Isrs == Before; Nap++) {
            KtapSleep(1);
        }
        Served += Unit.Isrs != Before;
    }
    Unit.RaiseEarly = FALSE;
    ok_equal(Served, 20, "WDF-22 an interrupt that waits for its connection is served");
    ok_equal(Unit.Unready, 0,
             "WDF-23 the ISR is not called before the interrupt object is there");
    DiaryIs("");
}
