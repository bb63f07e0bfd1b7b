/*
 * A shared vector: two objects on one line.
 */
#include "interrupt.h"

static LINE_ISR First, Second;

static VOID
ForgetCalls(VOID)
{
    First.Calls = 0;
    Second.Calls = 0;
}

/* Raises the line and gives both ISRs time; whoever was called has counted. */
static VOID
RaiseShared(PLINE_ISR Last)
{
    ForgetCalls();
    RaiseLine(Last);
    KtapSleep(5);
}

VOID
TestChain(VOID)
{
    First = (LINE_ISR){.Claims = TRUE};
    Second = (LINE_ISR){.Claims = TRUE};
    ok_status(ConnectLine(&First, Device.Irql), STATUS_SUCCESS,
              "CHN-6 a first shared object");
    ok_status(ConnectLine(&Second, (KIRQL)(Device.Irql + 1)), STATUS_SUCCESS,
              "CHN-6 a second one joins");

    RaiseShared(&First);
    ok_equal(First.Calls, 1, "CHN-5 the first to connect is asked first");
    ok_equal(Second.Calls, 0, "CHN-1 a level chain stops at the first TRUE");
    First.Claims = FALSE;
    RaiseShared(&Second);
    ok(First.Calls == 1 && Second.Calls == 1,
       "ISR-2 SPR-1 CHN-1 after FALSE the next is asked");
    ok_equal(Second.Irql, Device.Irql + 1,
             "CHN-4 CHN-10 each at its own SynchronizeIrql");
    ok_equal(First.Irql, Device.Irql, "CHN-4 lower before and after");
    ok(First.LockHeld && Second.LockHeld, "CHN-4 each under its own lock");

    DisconnectLine(&First);
    RaiseShared(&Second);
    ok(First.Calls == 0 && Second.Calls == 1,
       "CHN-7 the head leaves, the next is the head");
    First.Claims = TRUE;
    Second.Claims = FALSE;
    ConnectLine(&First, Device.Irql);
    RaiseShared(&First);
    ok(First.Calls == 1 && Second.Calls == 1, "CHN-5 who comes back joins at the tail");
    Second.Claims = TRUE;
    DisconnectLine(&First);
    RaiseShared(&Second);
    ok(First.Calls == 0 && Second.Calls == 1, "CHN-7 the tail leaves, the head stays");
    DisconnectLine(&Second);
}

VOID
TestChainRules(VOID)
{
    PKINTERRUPT Object;
    NTSTATUS Status;

    First = (LINE_ISR){.Claims = TRUE};
    Second = (LINE_ISR){.Claims = TRUE};
    ConnectLine(&First, Device.Irql);
    Status =
        IoConnectInterrupt(&Object, LineIsr, &Second, NULL, Device.Vector, Device.Irql,
                           Device.Irql, Device.Mode, FALSE, Device.Affinity, FALSE);
    ok_status(Status, STATUS_INVALID_PARAMETER, "CHN-6 who does not share cannot join");
    ok(Object == NULL, "CON-9 and gets no object");
    Status =
        IoConnectInterrupt(&Object, LineIsr, &Second, NULL, Device.Vector, Device.Irql,
                           Device.Irql, Latched, TRUE, Device.Affinity, FALSE);
    ok_status(Status, STATUS_INVALID_PARAMETER, "CHN-6 nor who has another mode");
    RaiseShared(&First);
    ok(First.Calls == 1 && Second.Calls == 0, "CHN-6 the one who was there is unharmed");
    DisconnectLine(&First);
}
