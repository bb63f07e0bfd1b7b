/*
 * A normal APC that calls what its thread is in the middle of: a DPC on every processor, one
 * such call at a time. It has to come when the call is over, not in it.
 */
#include "apc.h"

static PROBE Caller;
static volatile LONG Calls;

static VOID NTAPI
CountCall(PKDPC Dpc, PVOID Context, PVOID Argument1, PVOID Argument2)
{
    UNREFERENCED_PARAMETER(Dpc);
    UNREFERENCED_PARAMETER(Context);
    UNREFERENCED_PARAMETER(Argument2);
    InterlockedIncrement(&Calls);
    KeSignalCallDpcDone(Argument1);
}

/* Runs on every processor; one of them queues the APC to the thread that waits for all. */
static VOID NTAPI
QueueCaller(PKDPC Dpc, PVOID Context, PVOID Argument1, PVOID Argument2)
{
    UNREFERENCED_PARAMETER(Dpc);
    UNREFERENCED_PARAMETER(Context);
    if (KeSignalCallDpcSynchronize(Argument2)) {
        Queue(&Caller);
    }
    KeStallExecutionProcessor(1000);
    KeSignalCallDpcDone(Argument1);
}

static VOID NTAPI
CallAgain(PVOID NormalContext, PVOID SystemArgument1, PVOID SystemArgument2)
{
    RecordNormal(NormalContext, SystemArgument1, SystemArgument2);
    KeGenericCallDpc(CountCall, NULL);
}

static VOID NTAPI
CallingThread(PVOID Context)
{
    UNREFERENCED_PARAMETER(Context);
    MakeNormal(&Caller, KeGetCurrentThread());
    Caller.Apc.NormalRoutine = CallAgain;
    KeGenericCallDpc(QueueCaller, NULL);
    PsTerminateSystemThread(STATUS_SUCCESS);
}

VOID
TestCalls(VOID)
{
    PKTHREAD Thread = KtapCreateThread(CallingThread, NULL);

    ok_status(KtapJoinThread(Thread), STATUS_SUCCESS,
              "APC a normal one does not come into a call that it would wait for");
    ok_equal(Calls, KeQueryActiveProcessorCount(NULL),
             "KeGenericCallDpc: and its own call is made on every processor");
}
