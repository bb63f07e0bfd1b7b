/*
 * What must not be done with a request or queue, one a boot: bug check 0x10D.
 */
#include "kmdfqueue.h"

static SENT Sent;
static WDFREQUEST Request;

static VOID NTAPI
Ignore(WDFREQUEST Handle)
{
    UNREFERENCED_PARAMETER(Handle);
}

static VOID
Twice(VOID)
{
    WdfObjectReference(Request); /* so that the handle still is one */
    WdfRequestComplete(Request, STATUS_SUCCESS);
    DbgPrint(
        "# expect line ^wdf: kmdfq-twice: a request is used after it was completed\n");
    DbgPrint("# expect stop 0x0000010D (0x6, 0x2, 0x%p, 0x0)\n", Request);
    WdfRequestComplete(Request, STATUS_SUCCESS);
}

static VOID
Cancelable(VOID)
{
    WdfRequestMarkCancelable(Request, Ignore);
    DbgPrint("# expect stop 0x0000010D (0x6, 0x2, 0x%p, *)\n", Request);
    WdfRequestComplete(Request, STATUS_SUCCESS);
}

static VOID
ForwardCancelable(VOID)
{
    WdfRequestMarkCancelable(Request, Ignore);
    DbgPrint("# expect stop 0x0000010D (0x6, 0x0, 0x%p, *)\n", Request);
    WdfRequestForwardToIoQueue(Request, Unit.Manual);
}

static VOID
NoQueue(VOID)
{
    DbgPrint("# expect stop 0x0000010D (0x5, 0x%p, 0x13, 0x0)\n", Request);
    WdfIoQueueStart((WDFQUEUE)Request);
}

static VOID
WrongSize(VOID)
{
    WDF_REQUEST_PARAMETERS Parameters = {.Size = 12};

    DbgPrint("# expect stop 0x0000010D (0x3, 0xC, 0x%X, 0x0)\n",
             (ULONG)sizeof(Parameters));
    WdfRequestGetParameters(Request, &Parameters);
}

static VOID NTAPI
IgnoreEnd(WDFQUEUE Queue, WDFCONTEXT Context)
{
    UNREFERENCED_PARAMETER(Queue);
    UNREFERENCED_PARAMETER(Context);
}

static VOID
TwoEnds(VOID)
{
    WdfIoQueueStop(Unit.Sequential, IgnoreEnd, NULL);
    DbgPrint("# expect stop 0x0000010D (0xA, 0x%p, 0x0, 0x0)\n", Unit.Sequential);
    WdfIoQueueDrain(Unit.Sequential, IgnoreEnd, NULL);
}

static VOID
WaitRaised(VOID)
{
    KIRQL OldIrql;

    DbgPrint("# expect stop 0x0000010D (0xE, 0x2, 0x0, 0x0)\n");
    KeRaiseIrql(DISPATCH_LEVEL, &OldIrql);
    WdfIoQueueStopSynchronously(Unit.Sequential);
}

static VOID
Acknowledge(VOID)
{
    DbgPrint("# expect stop 0x0000010D (0xA, 0x%p, 0x0, 0x0)\n", Request);
    WdfRequestStopAcknowledge(Request, FALSE);
}

BOOLEAN
Misuse(PCWSTR Case)
{
    static const struct {
        PCWSTR Name;
        VOID (*Routine)(VOID);
    } Cases[] = {{L"twice", Twice},           {L"cancelable", Cancelable},
                 {L"noqueue", NoQueue},       {L"forward", ForwardCancelable},
                 {L"size", WrongSize},        {L"ends", TwoEnds},
                 {L"waitraised", WaitRaised}, {L"acknowledge", Acknowledge}};
    UNICODE_STRING Wanted, Name;

    RtlInitUnicodeString(&Wanted, Case);
    for (ULONG Index = 0; Index < RTL_NUMBER_OF(Cases); Index++) {
        RtlInitUnicodeString(&Name, Cases[Index].Name);
        if (RtlEqualUnicodeString(&Wanted, &Name, FALSE)) {
            Unit.Count = 0;
            SendRead(&Sent);
            Request = Unit.Held[0];
            Cases[Index].Routine();
            return TRUE;
        }
    }
    return FALSE;
}
