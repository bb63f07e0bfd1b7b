/*
 * bugcheck: one programming error a boot, and the stop that has to name it.
 *
 * The word case=NAME of the module line (tests.txt) chooses the error. It is made on the
 * last processor, so that the report does not say 0 by luck. Whatever runs after it,
 * without a stop, fails.
 */
#include "bugcheck.h"

#include <ntstrsafe.h>

DRIVER_INITIALIZE DriverEntry;

typedef struct _BUGCHECK_CASE {
    PCWSTR Name;
    KTAP_SUITE *Provoke;
} BUGCHECK_CASE;

static const BUGCHECK_CASE Cases[] = {
    {L"raise", RaiseDown},
    {L"lower", LowerUp},
    {L"raisedpc", RaiseToDpcFromAbove},
    {L"atdpc", AcquireTooLow},
    {L"sleep", WaitAtDispatchLevel},
    {L"recursive", AcquireTwice},
    {L"queued", QueueTwice},
    {L"handle", QueueSameHandle},
    {L"writer", WriteTwice},
    {L"spinning", AcquireLost},
    {L"nonpaged", ReadNowhereLow},
    {L"interruptsoff", ReadNowhereOff},
    {L"code", WriteCode},
    {L"data", ExecuteData},
    {L"opcode", BadOpcode},
    {L"address", ReadNoAddress},
    {L"vector", UnusedVector},
    {L"wildstack", LoseStack},
    {L"smashed", SmashFrame},
    {L"kernel", PassBadPointer},
    {L"leaf", PassBadPointerToLeaf},
    {L"list", RemoveTwice},
    {L"raisestatus", RaiseStatus},
    {L"callback", FaultInCallback},
    {L"nested", StopInCallback},
    {L"brokenlist", BreakCallbackList},
    {L"both", StopOnAll},
    {L"console", StopWhilePrinting},
    {L"manual", StopMyself},
    {L"read", ReadNowhere},
    {L"write", WriteNowhere},
    {L"call", CallNowhere},
    {L"fastfail", FastFail},
    {L"divide", DivideByZero},
    {L"breakpoint", Breakpoint},
    {L"stack", OverflowStack},
    {L"complete", CompleteTwice},
    {L"cancelable", CompleteCancelable},
    {L"wait", WaitInDpc},
    {L"dpc", LeaveDpcRaised},
    {L"stay", StayInDpc},
    {L"raised", StayRaised},
    {L"free", FreeTwice},
    {L"worker", LeaveWorkItemRaised},
    {L"workregion", LeaveWorkItemInRegion},
    {L"workguarded", LeaveWorkerGuarded},
    {L"objects", WaitForTooMany},
    {L"semaphore", ReleaseBeyondLimit},
    {L"mutex", ReleaseForeignMutex},
    {L"specialapc", LeaveSpecialApcRaised},
    {L"kernelroutine", LeaveKernelRoutineLowered},
    {L"normalroutine", LeaveNormalRoutineRaised},
    {L"region", EndInRegion},
    {L"exitapc", EndWithApc},
    {L"exitmutex", EndWithFastMutex},
    {L"resource", ReleaseForeignResource},
    {L"deletetwice", DeleteResourceTwice},
};

static VOID
FormatParameter(CHAR *Text, SIZE_T Size, ULONG64 Value)
{
    RtlStringCbPrintfA(Text, Size, (Value == ANY) ? "*" : "0x%I64X", Value);
}

VOID
Expect(ULONG Code, ULONG64 P1, ULONG64 P2, ULONG64 P3, ULONG64 P4)
{
    CHAR Text[4][32];

    FormatParameter(Text[0], sizeof(Text[0]), P1);
    FormatParameter(Text[1], sizeof(Text[1]), P2);
    FormatParameter(Text[2], sizeof(Text[2]), P3);
    FormatParameter(Text[3], sizeof(Text[3]), P4);
    DbgPrint("# expect stop 0x%08X (%s, %s, %s, %s)\n", Code, Text[0], Text[1], Text[2],
             Text[3]);
}

VOID
ExpectPlace(PCSTR Guilty, KIRQL Irql)
{
    DbgPrint("# expect guilty %s\n# expect processor %lu\n# expect irql %u\n", Guilty,
             KeGetCurrentProcessorNumberEx(NULL), Irql);
}

/* The value of case= in the Parameters key; empty when there is none. */
static VOID
QueryCase(PUNICODE_STRING Name)
{
    RTL_QUERY_REGISTRY_TABLE Table[2];
    WCHAR Path[200];
    ULONG Length = Ktap.RegistryPath.Length / sizeof(WCHAR);

    RtlCopyMemory(Path, Ktap.RegistryPath.Buffer, Ktap.RegistryPath.Length);
    wcscpy(Path + Length, L"\\Parameters");
    RtlZeroMemory(Table, sizeof(Table));
    Table[0].Flags = RTL_QUERY_REGISTRY_DIRECT;
    Table[0].Name = L"case";
    Table[0].EntryContext = Name;
    RtlQueryRegistryValues(RTL_REGISTRY_ABSOLUTE, Path, Table, NULL, NULL);
}

static VOID
BugcheckTests(VOID)
{
    WCHAR Buffer[32];
    UNICODE_STRING Name = {0, sizeof(Buffer), Buffer};
    UNICODE_STRING Candidate;

    QueryCase(&Name);
    KeSetSystemAffinityThread((KAFFINITY)1 << (KeQueryActiveProcessorCount(NULL) - 1));
    for (ULONG Index = 0; Index < RTL_NUMBER_OF(Cases); Index++) {
        RtlInitUnicodeString(&Candidate, Cases[Index].Name);
        if (RtlEqualUnicodeString(&Name, &Candidate, FALSE)) {
            Cases[Index].Provoke();
            KtapSleep(1000);
            ok(FALSE, "the error ends in a stop");
            return;
        }
    }
    ok(FALSE, "the module line names a case");
}

NTSTATUS
NTAPI
DriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath)
{
    return KtapStart(DriverObject, RegistryPath, BugcheckTests);
}
