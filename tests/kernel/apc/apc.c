/*
 * apc: kernel APCs of the calling thread: what they are given, and in which order they run.
 */
#include "apc.h"

DRIVER_INITIALIZE DriverEntry;

volatile LONG Order;

static VOID
Record(SEEN *Seen, PVOID Argument1, PVOID Argument2)
{
    Seen->Irql = KeGetCurrentIrql();
    Seen->Thread = KeGetCurrentThread();
    Seen->Argument1 = Argument1;
    Seen->Argument2 = Argument2;
    Seen->Order = InterlockedIncrement(&Order);
}

VOID NTAPI
RecordKernel(PKAPC Apc, PKNORMAL_ROUTINE *NormalRoutine, PVOID *NormalContext,
             PVOID *SystemArgument1, PVOID *SystemArgument2)
{
    UNREFERENCED_PARAMETER(NormalRoutine);
    UNREFERENCED_PARAMETER(NormalContext);
    Record(&((PPROBE)Apc)->Kernel, *SystemArgument1, *SystemArgument2);
}

VOID NTAPI
RecordNormal(PVOID NormalContext, PVOID SystemArgument1, PVOID SystemArgument2)
{
    Record(&((PPROBE)NormalContext)->Normal, SystemArgument1, SystemArgument2);
}

VOID NTAPI
RecordRundown(PKAPC Apc)
{
    Record(&((PPROBE)Apc)->Rundown, NULL, NULL);
}

VOID
MakeSpecial(PPROBE Probe, PKTHREAD Thread)
{
    RtlZeroMemory(Probe, sizeof(*Probe));
    KtapPoison(&Probe->Apc);
    KeInitializeApc(&Probe->Apc, Thread, OriginalApcEnvironment, RecordKernel,
                    RecordRundown, NULL, UserMode, Probe);
}

VOID
MakeNormal(PPROBE Probe, PKTHREAD Thread)
{
    RtlZeroMemory(Probe, sizeof(*Probe));
    KtapPoison(&Probe->Apc);
    KeInitializeApc(&Probe->Apc, Thread, CurrentApcEnvironment, RecordKernel,
                    RecordRundown, RecordNormal, KernelMode, Probe);
}

BOOLEAN
AwaitRun(SEEN *Seen)
{
    for (ULONG Turn = 0; Turn < 2000 && Seen->Order == 0; Turn++) {
        KtapSleep(5);
    }
    return Seen->Order != 0;
}

static VOID
TestObject(VOID)
{
    PROBE Probe;

    ok_equal(sizeof(KAPC), 0x58, "STR KAPC has 58h bytes");
    MakeNormal(&Probe, KeGetCurrentThread());
    ok(Probe.Apc.Type == 18 && Probe.Apc.Size == sizeof(KAPC) && !Probe.Apc.Inserted,
       "STR an initialised APC has its type and size, and is not inserted");
    ok(Probe.Apc.ApcMode == KernelMode && Probe.Apc.NormalContext == &Probe,
       "STR and its mode and context");
    MakeSpecial(&Probe, KeGetCurrentThread());
    ok(Probe.Apc.ApcMode == KernelMode && Probe.Apc.NormalContext == NULL,
       "STR without a normal routine it is a kernel APC without context");
}

static VOID
TestSpecial(VOID)
{
    PKTHREAD Self = KeGetCurrentThread();
    PROBE Probe;
    BOOLEAN Queued;
    KIRQL Old;

    MakeSpecial(&Probe, Self);
    Queued = Queue(&Probe);
    ok(Queued && Probe.Kernel.Order != 0,
       "IRQL-5 an APC for the calling thread at PASSIVE_LEVEL runs at once");
    ok_equal(Probe.Kernel.Irql, APC_LEVEL, "IRQL-11 a kernel routine runs at APC_LEVEL");
    ok(Probe.Kernel.Thread == Self, "IRQL-11 in the thread it was queued to");
    ok(Probe.Kernel.Argument1 == (PVOID)0x11 && Probe.Kernel.Argument2 == (PVOID)0x22,
       "APC the kernel routine gets the arguments of the insert");
    ok_equal(Probe.Apc.Inserted, FALSE, "APC it is off the queue when it runs");
    ok_irql(PASSIVE_LEVEL, "IRQL-19 the level after it is the one before");

    MakeSpecial(&Probe, Self);
    KeRaiseIrql(APC_LEVEL, &Old);
    Queued = Queue(&Probe);
    ok(Queued && Probe.Kernel.Order == 0, "IRQL-11 at APC_LEVEL it is not delivered");
    ok_equal(Probe.Apc.Inserted, TRUE, "APC it stays on the queue");
    ok_equal(Queue(&Probe), FALSE, "APC queueing a queued APC changes nothing");
    KeLowerIrql(Old);
    ok(Probe.Kernel.Order != 0, "IRQL-19 lowering the level delivers it");
    ok_equal(KeRemoveQueueApc(&Probe.Apc), FALSE, "APC one that ran cannot be removed");

    MakeSpecial(&Probe, Self);
    KeRaiseIrql(APC_LEVEL, &Old);
    Queue(&Probe);
    ok_equal(KeRemoveQueueApc(&Probe.Apc), TRUE, "APC one on the queue can");
    KeLowerIrql(Old);
    ok_equal(Probe.Kernel.Order, 0, "APC and then does not run");
}

static VOID
TestNormal(VOID)
{
    PKTHREAD Self = KeGetCurrentThread();
    PROBE Probe;

    MakeNormal(&Probe, Self);
    Order = 0;
    Queue(&Probe);
    ok(Probe.Kernel.Order == 1 && Probe.Normal.Order == 2,
       "APC a normal APC runs its kernel routine, then its normal routine");
    ok(Probe.Kernel.Irql == APC_LEVEL && Probe.Normal.Irql == PASSIVE_LEVEL,
       "IRQL-11 IRQL-20 the one at APC_LEVEL, the other at PASSIVE_LEVEL");
    ok(Probe.Normal.Thread == Self && Probe.Normal.Argument1 == (PVOID)0x11 &&
           Probe.Normal.Argument2 == (PVOID)0x22,
       "APC the normal routine gets context and arguments, in the thread");
}

/* Context decides: NULL takes the normal routine away, else it gets other arguments. */
static VOID NTAPI
ChangingKernel(PKAPC Apc, PKNORMAL_ROUTINE *NormalRoutine, PVOID *NormalContext,
               PVOID *SystemArgument1, PVOID *SystemArgument2)
{
    PPROBE Probe = (PPROBE)Apc;

    Record(&Probe->Kernel, *SystemArgument1, *SystemArgument2);
    if (*NormalContext == NULL) {
        *NormalRoutine = NULL;
    } else {
        *NormalContext = Probe;
        *SystemArgument1 = (PVOID)0x33;
        *SystemArgument2 = (PVOID)0x44;
        RtlFillMemory(Apc, sizeof(*Apc), KTAP_POISON); /* its owner may free it */
    }
}

static VOID
TestChange(VOID)
{
    PROBE Probe;

    RtlZeroMemory(&Probe, sizeof(Probe));
    KeInitializeApc(&Probe.Apc, KeGetCurrentThread(), OriginalApcEnvironment,
                    ChangingKernel, NULL, RecordNormal, KernelMode, NULL);
    Queue(&Probe);
    ok(Probe.Kernel.Order != 0 && Probe.Normal.Order == 0,
       "APC the kernel routine may take the normal routine away");
    KeInitializeApc(&Probe.Apc, KeGetCurrentThread(), OriginalApcEnvironment,
                    ChangingKernel, NULL, RecordNormal, KernelMode, (PVOID)1);
    Queue(&Probe);
    ok(Probe.Normal.Argument1 == (PVOID)0x33 && Probe.Normal.Argument2 == (PVOID)0x44,
       "APC and give it other arguments, and the object is free from then on");
}

static VOID
TestOrder(VOID)
{
    PKTHREAD Self = KeGetCurrentThread();
    PROBE Normal[2], Special[2];
    KIRQL Old;

    for (ULONG Index = 0; Index < 2; Index++) {
        MakeNormal(&Normal[Index], Self);
        MakeSpecial(&Special[Index], Self);
    }
    Order = 0;
    KeRaiseIrql(APC_LEVEL, &Old);
    for (ULONG Index = 0; Index < 2; Index++) {
        Queue(&Normal[Index]);
        Queue(&Special[Index]);
    }
    KeLowerIrql(Old);
    ok(Special[0].Kernel.Order == 1 && Special[1].Kernel.Order == 2,
       "APC special ones run first, in the order they were queued");
    ok(Normal[0].Kernel.Order == 3 && Normal[0].Normal.Order == 4,
       "APC then the first normal one, to its end");
    ok(Normal[1].Kernel.Order == 5 && Normal[1].Normal.Order == 6,
       "APC then the second normal one");
}

static VOID
ApcTests(VOID)
{
    TestObject();
    TestSpecial();
    TestNormal();
    TestChange();
    TestOrder();
    TestLevels();
    TestRegions();
    TestLocks();
    TestWaits();
    TestThreads();
    TestCalls();
    TestStorm();
}

NTSTATUS
NTAPI
DriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath)
{
    return KtapStart(DriverObject, RegistryPath, ApcTests);
}
