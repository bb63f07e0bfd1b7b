/*
 * What goes wrong while the report is made. Each of these ends in one whole report: the
 * stop first, and after it what the callbacks that work have to say.
 */
#include "bugcheck.h"

static KBUGCHECK_CALLBACK_RECORD First, Second, Third;
static KBUGCHECK_REASON_CALLBACK_RECORD Reason;
static KBUGCHECK_CALLBACK_ROUTINE Faulting, Stopping, Speaking;
static KBUGCHECK_REASON_CALLBACK_ROUTINE Dumping;
static UCHAR Buffer[32];

static VOID NTAPI
Faulting(PVOID Data, ULONG Length)
{
    UNREFERENCED_PARAMETER(Data);
    *(volatile ULONG *)0xFFFFB00012345000ULL = Length;
}

static VOID NTAPI
Stopping(PVOID Data, ULONG Length)
{
    KeBugCheckEx(MANUALLY_INITIATED_CRASH, (ULONG_PTR)Data, Length, 0, 0);
}

static VOID NTAPI
Speaking(PVOID Data, ULONG Length)
{
    DbgPrint("callback: irql %u buffer %s length %lu\n", KeGetCurrentIrql(),
             (Data == Buffer) ? "mine" : "strange", Length);
}

static VOID NTAPI
Dumping(KBUGCHECK_CALLBACK_REASON Why, PKBUGCHECK_REASON_CALLBACK_RECORD Record,
        PVOID Data, ULONG Length)
{
    PKBUGCHECK_SECONDARY_DUMP_DATA Dump = Data;

    DbgPrint("callback: reason %d record %s data %s\n", Why,
             (Record == &Reason) ? "mine" : "strange",
             (Length == sizeof(*Dump) && Dump->MaximumAllowed > 100) ? "whole" : "short");
    Dump->OutBuffer = Dump->InBuffer;
    Dump->OutBufferLength = 100;
}

/* Routine runs first; then one that has to be called all the same. */
static VOID
RegisterBefore(PKBUGCHECK_CALLBACK_ROUTINE Routine)
{
    KeInitializeCallbackRecord(&First);
    KeInitializeCallbackRecord(&Second);
    KeInitializeCallbackRecord(&Third);
    KeInitializeCallbackRecord(&Reason);
    ok(KeRegisterBugCheckCallback(&First, Routine, Buffer, 4, (PUCHAR) "first"),
       "BUG a callback is registered");
    ok(!KeRegisterBugCheckCallback(&First, Routine, Buffer, 4, (PUCHAR) "first"),
       "BUG a record that is registered is refused");
    ok(KeRegisterBugCheckCallback(&Third, Faulting, NULL, 0, (PUCHAR) "third") &&
           KeDeregisterBugCheckCallback(&Third) && !KeDeregisterBugCheckCallback(&Third),
       "BUG a callback is taken back, once");
    ok(KeRegisterBugCheckCallback(&Second, Speaking, Buffer, sizeof(Buffer),
                                  (PUCHAR) "second"),
       "BUG a second one is registered");
    ok(!KeRegisterBugCheckReasonCallback(&Reason, Dumping, KbCallbackInvalid,
                                         (PUCHAR) "reason"),
       "BUG a reason that is none is refused");
    ok(KeRegisterBugCheckReasonCallback(&Reason, Dumping, KbCallbackSecondaryDumpData,
                                        (PUCHAR) "reason"),
       "BUG a reason callback is registered");
}

static VOID
ExpectWords(VOID)
{
    DbgPrint("# expect line ^callback: irql %u buffer mine length 32$\n", HIGH_LEVEL);
    DbgPrint("# expect line ^callback: reason %d record mine data whole$\n",
             KbCallbackSecondaryDumpData);
    DbgPrint("# expect line ^... a driver has 100 bytes of its own\n");
}

static VOID
Stop(VOID)
{
    Expect(MANUALLY_INITIATED_CRASH, 1, 2, 3, 4);
    ExpectPlace("Stop", PASSIVE_LEVEL);
    DbgPrint("# expect line ^... end of stop report$\n");
    KeBugCheckEx(MANUALLY_INITIATED_CRASH, 1, 2, 3, 4);
}

VOID
FaultInCallback(VOID)
{
    RegisterBefore(Faulting);
    ExpectWords();
    DbgPrint("# expect line ^... a fault inside this report: 0x000000D1 .*!Faulting\n");
    Stop();
}

VOID
StopInCallback(VOID)
{
    RegisterBefore(Stopping);
    ExpectWords();
    DbgPrint("# expect line ^... a fault inside this report: 0x000000E2 .*!Stopping\n");
    Stop();
}

/* The record that links to the rest was freed and used for something else. */
VOID
BreakCallbackList(VOID)
{
    RegisterBefore(Speaking);
    RtlFillMemory(&First, sizeof(First), 0xDD);
    DbgPrint("# expect line ^... the list of bug check callbacks is broken\n");
    DbgPrint("# expect line ^callback: reason\n");
    Stop();
}

static ULONG_PTR NTAPI
StopTogether(ULONG_PTR Context)
{
    KeBugCheckEx(MANUALLY_INITIATED_CRASH, Context, 0, 0, 0);
}

/* Every processor at once: one of them reports, the others stop. */
VOID
StopOnAll(VOID)
{
    Expect(MANUALLY_INITIATED_CRASH, 0xA11, 0, 0, 0);
    DbgPrint("# expect irql %u\n", IPI_LEVEL);
    DbgPrint("# expect line ^processor . irql 1\n");
    DbgPrint("# expect line ^... end of stop report$\n");
    KeIpiGenericCall(StopTogether, 0xA11);
}

static volatile LONG Printing;

static VOID NTAPI
PrintForEver(PVOID Context)
{
    KeSetSystemAffinityThread(1);
    for (;;) {
        DbgPrint("noise, noise, noise\n");
        Printing = 1;
    }
    UNREFERENCED_PARAMETER(Context);
}

/* Another processor holds the console lock most of the time, and is stopped with it. */
VOID
StopWhilePrinting(VOID)
{
    HANDLE Handle;

    ok_status(PsCreateSystemThread(&Handle, THREAD_ALL_ACCESS, NULL, NULL, NULL,
                                   PrintForEver, NULL),
              STATUS_SUCCESS, "BUG another processor prints");
    KtapAwait(&Printing, 1);
    Stop();
}

VOID
StopMyself(VOID)
{
    Expect(MANUALLY_INITIATED_CRASH, 0, 0, 0, 0);
    ExpectPlace("StopMyself", PASSIVE_LEVEL);
    KeBugCheck(MANUALLY_INITIATED_CRASH);
}
