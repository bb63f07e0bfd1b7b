/*
 * verifier: one mistake a boot, and the stop that the verifier has to end it with.
 *
 * The word case=NAME of the module line (tests.txt) chooses the mistake. Whatever runs after
 * it, without a stop, fails.
 */
#include "verifier.h"

DRIVER_INITIALIZE DriverEntry;

typedef struct _VERIFIER_CASE {
    PCWSTR Name;
    KTAP_SUITE *Provoke;
} VERIFIER_CASE;

static const VERIFIER_CASE Cases[] = {
    {L"event", SetEventHigh},        {L"mutex", AcquireMutexHigh},
    {L"unmutex", ReleaseMutexLow},   {L"enter", EnterRegionHigh},
    {L"leave", LeaveRegionHigh},     {L"wait", WaitHigh},
    {L"forever", WaitForever},       {L"awhile", WaitAWhile},
    {L"delay", DelayInDpc},          {L"device", CreateDeviceInDpc},
    {L"key", QueryKeyInDpc},         {L"file", ReadFileInDpc},
    {L"timer", SetTimerHigh},        {L"byname", AskedByName},
    {L"queue", RemoveQueueLow},      {L"release", ReleaseLow},
    {L"unqueue", ReleaseQueuedLow},  {L"cancel", ReleaseCancelLow},
    {L"atlow", AcquireLow},          {L"fromlow", ReleaseFromLow},
    {L"high", AcquireHigh},          {L"twice", AcquireTwice},
    {L"unheld", ReleaseUnheld},      {L"unheldqueued", ReleaseQueuedUnheld},
    {L"other", ReleaseByOther},      {L"mixqueued", MixQueued},
    {L"mixordinary", MixOrdinary},   {L"oldirql", ShareOldIrql},
    {L"order", ReleaseInWrongOrder}, {L"deadlock", Deadlock},
    {L"three", DeadlockOfThree},     {L"foreign", ReleaseForeign},
    {L"readtwice", ReadTwice},       {L"isrirql", LowerInIsr},
    {L"math", ClobberMath},          {L"vector", ClobberVector},
    {L"isrlock", HoldInIsr},         {L"dpclock", HoldInDpc},
    {L"intlock", InterruptDeadlock}, {L"synchronize", SynchronizeTwice},
    {L"raise", RaiseDown},           {L"lower", LowerUp},
    {L"lowerdpc", LowerInDpc},
};

static VOID
Number(CHAR *Text, ULONG64 Value)
{
    static const CHAR Digits[] = "0123456789ABCDEF";
    ULONG Shift = 60;

    if (Value == ANY) {
        strcpy(Text, "*");
        return;
    }
    strcpy(Text, "0x");
    for (Text += 2; Shift != 0 && (Value >> Shift) == 0; Shift -= 4) {
    }
    for (;; Shift -= 4) {
        *Text++ = Digits[(Value >> Shift) & 0xF];
        if (Shift == 0) {
            break;
        }
    }
    *Text = '\0';
}

VOID
Expect(ULONG Subcode, ULONG64 P2, ULONG64 P3, ULONG64 P4, PCSTR Routine)
{
    CHAR Text[3][32];

    Number(Text[0], P2);
    Number(Text[1], P3);
    Number(Text[2], P4);
    DbgPrint("# expect line ^\\*\\*\\* driver (vf-\\w+\\.sys) at \\1!%s\\+0x\n", Routine);
    DbgPrint("# expect stop 0x%08X (0x%X, %s, %s, %s)\n",
             DRIVER_VERIFIER_DETECTED_VIOLATION, Subcode, Text[0], Text[1], Text[2]);
}

VOID
ExpectLine(PCSTR Pattern)
{
    DbgPrint("# expect line ^\\*\\*\\* .*%s\n", Pattern);
}

VOID
StillHere(VOID)
{
    DbgPrint("# the mistake has gone through\n");
}

VOID
RunDpc(PKDEFERRED_ROUTINE Routine)
{
    static KDPC Dpc;
    KIRQL OldIrql = KfRaiseIrql(DISPATCH_LEVEL);

    KeInitializeDpc(&Dpc, Routine, NULL);
    KeInsertQueueDpc(&Dpc, NULL, NULL);
    KeLowerIrql(OldIrql);
}

static VOID
VerifierTests(VOID)
{
    for (ULONG Index = 0; Index < RTL_NUMBER_OF(Cases); Index++) {
        if (IsCase(Cases[Index].Name)) {
            Cases[Index].Provoke();
            KtapSleep(1000);
            ok(FALSE, "the mistake ends in a stop");
            return;
        }
    }
    ok(FALSE, "the module line names a case");
}

NTSTATUS
NTAPI
DriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath)
{
    return StartSuite(DriverObject, RegistryPath, VerifierTests);
}
