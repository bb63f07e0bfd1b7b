/*
 * The device's interrupt: one or two ISRs connect, it fires a few times, they disconnect.
 */
#include "stress.h"

#define SHARERS 2

static KDPC ArrivalDpc;
static KEVENT Arrived;

static BOOLEAN NTAPI
LineIsr(PKINTERRUPT Interrupt, PVOID Context)
{
    UNREFERENCED_PARAMETER(Interrupt);
    UNREFERENCED_PARAMETER(Context);
    CheckLevel(Device.Irql);
    if (DeviceRead(EDU_CAUSES) == 0) {
        return FALSE;
    }
    DeviceWrite(EDU_ACKNOWLEDGE, MAXULONG);
    Count(Claimed);
    if (!KeInsertQueueDpc(&ArrivalDpc, NULL, NULL)) {
        Count(Refused);
    }
    return TRUE;
}

static VOID NTAPI
LineDpc(PKDPC Dpc, PVOID Context, PVOID Argument1, PVOID Argument2)
{
    UNREFERENCED_PARAMETER(Dpc);
    UNREFERENCED_PARAMETER(Context);
    UNREFERENCED_PARAMETER(Argument1);
    UNREFERENCED_PARAMETER(Argument2);
    Count(Arrived);
    KeSetEvent(&Arrived, 1, FALSE);
}

static BOOLEAN NTAPI
CountInside(PVOID Context)
{
    CheckLevel(Device.Irql);
    (*(PULONG)Context)++;
    return TRUE;
}

/* FALSE: the interrupt did not come. */
static BOOLEAN
Fire(PKINTERRUPT Interrupt)
{
    LARGE_INTEGER Limit = KtapMilliseconds(5000);
    ULONG Inside = 0;

    Count(Raised);
    DeviceWrite(EDU_RAISE, 1);
    if (!KeSynchronizeExecution(Interrupt, CountInside, &Inside) || Inside != 1) {
        Count(Refused);
    }
    return KeWaitForSingleObject(&Arrived, Executive, KernelMode, FALSE, &Limit) ==
           STATUS_SUCCESS;
}

static VOID
ConnectAndFire(PULONG64 Dice)
{
    PKINTERRUPT Interrupts[SHARERS];
    ULONG Sharers = 1 + Roll(Dice, SHARERS), Connected = 0;

    while (Connected < Sharers &&
           NT_SUCCESS(IoConnectInterrupt(&Interrupts[Connected], LineIsr, NULL, NULL,
                                         Device.Vector, Device.Irql, Device.Irql,
                                         Device.Mode, TRUE, Device.Affinity, FALSE))) {
        Connected++;
    }
    if (Connected < Sharers) {
        Count(Refused);
    }
    for (ULONG Turn = Roll(Dice, 6); Turn != 0 && Connected != 0; Turn--) {
        if (!Fire(Interrupts[Roll(Dice, Connected)])) {
            break;
        }
    }
    while (Connected != 0) {
        IoDisconnectInterrupt(Interrupts[--Connected]);
    }
}

VOID NTAPI
ServeLine(PVOID Context)
{
    ULONG64 Dice = NewDice();

    UNREFERENCED_PARAMETER(Context);
    KeInitializeDpc(&ArrivalDpc, LineDpc, NULL);
    KeInitializeEvent(&Arrived, SynchronizationEvent, FALSE);
    while (!Stop) {
        ConnectAndFire(&Dice);
    }
    PsTerminateSystemThread(STATUS_SUCCESS);
}
