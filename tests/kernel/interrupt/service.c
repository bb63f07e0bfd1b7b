/*
 * One connected ISR: its level, its lock, its answers, and who may come in between.
 */
#include "interrupt.h"

/* Any value but the reset one (0x1F80): all exceptions masked, rounding toward zero. */
#define STRANGE_MXCSR 0x7F80

BOOLEAN
NTAPI
LineIsr(PKINTERRUPT Interrupt, PVOID ServiceContext)
{
    PLINE_ISR Isr = ServiceContext;
    ULONG Mxcsr = STRANGE_MXCSR;
    ULONGLONG Before = KeQueryInterruptTime();
    BOOLEAN Mine = DeviceRead(EDU_CAUSES) != 0 && (Isr->Claims || Isr->Disowns);

    Isr->Depth++;
    Isr->MostDepth = max(Isr->MostDepth, Isr->Depth);
    Isr->Interrupt = Interrupt;
    Isr->Irql = KeGetCurrentIrql();
    Isr->Processor = (LONG)KeGetCurrentProcessorNumber();
    Isr->InterruptsEnabled = (__builtin_ia32_readeflags_u64() & 0x200) != 0;
    Isr->LockHeld = !KeTryToAcquireSpinLockAtDpcLevel(&Isr->Lock);
    for (ULONG Turn = 0; Isr->WaitsClock && !Isr->ClockTicked && Turn < 10000; Turn++) {
        KeStallExecutionProcessor(10);
        Isr->ClockTicked = KeQueryInterruptTime() != Before;
    }
    if (Isr->Clobbers) {
        __asm__ __volatile__("pcmpeqd %%xmm0, %%xmm0\n\tpcmpeqd %%xmm1, %%xmm1\n\t"
                             "pcmpeqd %%xmm2, %%xmm2\n\tpcmpeqd %%xmm3, %%xmm3\n\t"
                             "pcmpeqd %%xmm4, %%xmm4\n\tpcmpeqd %%xmm5, %%xmm5\n\t"
                             "ldmxcsr %0"
                             :
                             : "m"(Mxcsr)
                             : "xmm0", "xmm1", "xmm2", "xmm3", "xmm4", "xmm5");
    }
    if (Mine && Isr->IgnoredCalls-- <= 0) {
        DeviceWrite(EDU_ACKNOWLEDGE, MAXULONG);
        if (Isr->Requests != NULL) {
            IoRequestDpc(Isr->Requests, NULL, Isr);
        }
    }
    Isr->Depth--;
    Isr->Calls++;
    return Mine && Isr->Claims; /* lint: on purpose, the try fails */
}

VOID
TestService(VOID)
{
    LINE_ISR Isr = {.Claims = TRUE};
    GROUP_AFFINITY Affinity;

    ok_status(ConnectLine(&Isr, Device.Irql), STATUS_SUCCESS, "CON-2 a line connects");
    ok(RaiseLine(&Isr), "ISR-2 the ISR of the device is called");
    KtapSleep(5);
    ok_equal(Isr.Calls, 1, "CHN-1 once, since it silenced the device");
    ok(Isr.Interrupt == Isr.Object, "ISR-1 it gets the interrupt object");
    ok_equal(Isr.Irql, Device.Irql, "ISR-4 KINT-16 it runs at SynchronizeIrql");
    ok_equal(Isr.LockHeld, 1, "ISR-3 CON-6 the supplied lock is held meanwhile");
    ok(KeTestSpinLock(&Isr.Lock), "ISR-3 and released afterwards");
    ok_equal(Isr.InterruptsEnabled, 1, "ISR-5 interrupts are enabled in an ISR");
    ok_equal((KAFFINITY)1 << Isr.Processor, Device.Affinity,
             "CON-3 KINT-3 on the processor it was connected on");
    ok(NT_SUCCESS(IoGetAffinityInterrupt(Isr.Object, &Affinity)) && Affinity.Group == 0 &&
           Affinity.Mask == (Device.Affinity & KeQueryActiveProcessors()),
       "CON-32 IoGetAffinityInterrupt answers where it is connected");
    DisconnectLine(&Isr);

    ConnectLine(&Isr, (KIRQL)(Device.Irql + 1));
    ok(RaiseLine(&Isr), "CON-5 a SynchronizeIrql above Irql connects");
    ok_equal(Isr.Irql, Device.Irql + 1, "KINT-16 CON-5 the ISR runs at it");
    ok_equal(Isr.LockHeld, 1, "ISR-3 the lock is held there too");
    DisconnectLine(&Isr);
}

/* What a critical section saw, and did with the line meanwhile. */
typedef struct _SECTION {
    PLINE_ISR Isr;
    BOOLEAN Answer;
    BOOLEAN Raises;
    LONG Irql, Processor, LockHeld, CallsInside;
} SECTION;

static BOOLEAN NTAPI
CriticalSection(PVOID Context)
{
    SECTION *Section = Context;

    Section->Irql = KeGetCurrentIrql();
    Section->Processor = (LONG)KeGetCurrentProcessorNumber();
    Section->LockHeld = !KeTestSpinLock(&Section->Isr->Lock);
    if (Section->Raises) {
        DeviceWrite(EDU_RAISE, 1);
        KeStallExecutionProcessor(5000);
    }
    Section->CallsInside = Section->Isr->Calls;
    return Section->Answer;
}

VOID
TestSynchronize(VOID)
{
    LINE_ISR Isr = {.Claims = TRUE};
    SECTION Section = {.Isr = &Isr, .Answer = TRUE};
    ULONG Wrong = 0;
    KIRQL Old;

    ConnectLine(&Isr, (KIRQL)(Device.Irql + 1));
    MoveToLine();
    ok_equal(KeSynchronizeExecution(Isr.Object, CriticalSection, &Section), TRUE,
             "SYN-1 KeSynchronizeExecution returns the routine's TRUE");
    ok_equal(Section.Irql, Device.Irql + 1, "SYN-1 the routine runs at SynchronizeIrql");
    ok_equal(Section.LockHeld, 1, "SYN-1 with the lock held");
    ok_equal(Section.Processor, KeGetCurrentProcessorNumber(), "SYN-1 on this processor");
    ok_irql(PASSIVE_LEVEL, "SYN-1 the level is restored");
    KeRevertToUserAffinityThread();
    Section.Answer = FALSE;
    Section.Raises = TRUE;
    for (ULONG Number = 0; Number < KeQueryActiveProcessorCount(NULL); Number++) {
        LONG Calls = Isr.Calls;

        KeSetSystemAffinityThread((KAFFINITY)1 << Number);
        Wrong += KeSynchronizeExecution(Isr.Object, CriticalSection, &Section) != FALSE;
        Wrong += Section.CallsInside != Calls || !KtapAwait(&Isr.Calls, Calls + 1);
    }
    KeRevertToUserAffinityThread();
    ok_equal(Wrong, 0,
             "SYN-4 the ISR waits for the section, whichever processor holds it");

    Old = KeAcquireInterruptSpinLock(Isr.Object);
    ok(Old == PASSIVE_LEVEL && KeGetCurrentIrql() == Device.Irql + 1 &&
           !KeTestSpinLock(&Isr.Lock),
       "SYN-2 KeAcquireInterruptSpinLock: level and lock");
    KeReleaseInterruptSpinLock(Isr.Object, Old);
    ok(KeGetCurrentIrql() == PASSIVE_LEVEL && KeTestSpinLock(&Isr.Lock),
       "SYN-3 KeReleaseInterruptSpinLock gives both back");
    DisconnectLine(&Isr);
}

/* On the line's processor, raised to its level and above, then one below it. */
VOID
TestMasked(VOID)
{
    LINE_ISR Isr = {.Claims = TRUE};
    LONG AtLevel, AtOnce, Later;
    KIRQL Old;

    ConnectLine(&Isr, Device.Irql);
    MoveToLine();
    KeRaiseIrql(Device.Irql, &Old);
    DeviceWrite(EDU_RAISE, 1);
    KeStallExecutionProcessor(5000);
    AtLevel = Isr.Calls;
    __writecr8(Old);
    AtOnce = Isr.Calls;
    KtapSleep(5);
    Later = Isr.Calls;
    ok_equal(AtLevel, 0, "IRQL-7 raised to its level, the interrupt waits");
    ok_equal(AtOnce, 1, "IRQL-7 IRQL-19 lowering delivers it at once");
    ok_equal(Later, 1, "IRQL-7 and once");

    KeRaiseIrql((KIRQL)(Device.Irql - 1), &Old);
    DeviceWrite(EDU_RAISE, 1);
    AtLevel = KtapSpinUntil(&Isr.Calls, 2);
    KeLowerIrql(Old);
    ok_equal(AtLevel, TRUE, "IRQL-7 one level below its own it is delivered");
    KeRevertToUserAffinityThread();
    DisconnectLine(&Isr);
}

/* What the ISR answers, and whether it silences the line, are two things. */
VOID
TestAnswers(VOID)
{
    LINE_ISR Isr = {.Disowns = TRUE};

    ConnectLine(&Isr, Device.Irql);
    ok(RaiseLine(&Isr), "CHN-8 an ISR that answers FALSE was called");
    KtapSleep(5);
    ok_equal(Isr.Calls, 1, "CHN-8 its answer changes nothing when it is alone");
    Isr.Disowns = FALSE;
    Isr.Claims = TRUE;
    Isr.IgnoredCalls = 2;
    DeviceWrite(EDU_RAISE, 1);
    ok(KtapAwait(&Isr.Calls, 4), "CHN-1 a line left up interrupts again");
    KtapSleep(5);
    ok_equal(Isr.Calls, 4, "CHN-1 until it is down");
    ok_equal(Isr.MostDepth, 1, "ISR-5 an ISR is not interrupted by its own level");
    DisconnectLine(&Isr);
}

/* XMM0-5 and MXCSR of the interrupted code, over an ISR that changes them. */
VOID
TestExtendedState(VOID)
{
    LINE_ISR Isr = {.Claims = TRUE, .Clobbers = TRUE};
    static DECLSPEC_ALIGN(16) ULONG64 In[12], Out[12];
    ULONG Mxcsr = 0x1F80, MxcsrAfter = 0, Wrong = 0, Turns = 100000000;

    for (ULONG Index = 0; Index < 12; Index++) {
        In[Index] = 0x0123456789ABCDEFULL * (Index + 1);
    }
    ConnectLine(&Isr, Device.Irql);
    MoveToLine();
    __asm__ __volatile__(
        "ldmxcsr %[mxcsr]\n\t"
        "movdqa (%[in]), %%xmm0\n\tmovdqa 16(%[in]), %%xmm1\n\t"
        "movdqa 32(%[in]), %%xmm2\n\tmovdqa 48(%[in]), %%xmm3\n\t"
        "movdqa 64(%[in]), %%xmm4\n\tmovdqa 80(%[in]), %%xmm5\n\t"
        "movl $1, (%[raise])\n"
        "1:\tpause\n\tsubl $1, %[turns]\n\tjz 2f\n\tcmpl $0, %[calls]\n\tje 1b\n"
        "2:\tstmxcsr %[after]\n\t"
        "movdqa %%xmm0, (%[out])\n\tmovdqa %%xmm1, 16(%[out])\n\t"
        "movdqa %%xmm2, 32(%[out])\n\tmovdqa %%xmm3, 48(%[out])\n\t"
        "movdqa %%xmm4, 64(%[out])\n\tmovdqa %%xmm5, 80(%[out])"
        : [turns] "+r"(Turns), [after] "=m"(MxcsrAfter)
        : [in] "r"(In), [out] "r"(Out), [raise] "r"(Device.Registers + EDU_RAISE),
          [calls] "m"(Isr.Calls), [mxcsr] "m"(Mxcsr)
        : "xmm0", "xmm1", "xmm2", "xmm3", "xmm4", "xmm5", "memory", "cc");
    KeRevertToUserAffinityThread();
    for (ULONG Index = 0; Index < 12; Index++) {
        Wrong += In[Index] != Out[Index];
    }
    ok_equal(Isr.Calls, 1, "FLT-3 an ISR that uses SSE interrupted code that does");
    ok_equal(Wrong, 0, "FLT-3 XMM0 to XMM5 are the interrupted code's again");
    ok_equal(MxcsrAfter, Mxcsr, "FLT-3 MXCSR too");
    DisconnectLine(&Isr);
}

/* With one processor the only one who can move the time is the clock's own interrupt. */
VOID
TestInterrupted(VOID)
{
    LINE_ISR Isr = {.Claims = TRUE, .WaitsClock = TRUE};

    if (KeQueryActiveProcessorCount(NULL) == 1) {
        ConnectLine(&Isr, Device.Irql);
        RaiseLine(&Isr);
        ok_equal(Isr.ClockTicked, 1, "ISR-5 the clock interrupts an ISR");
        DisconnectLine(&Isr);
    }
}

static volatile LONG DpcRuns;
static LONG DpcProcessor, DpcIrql;
static PVOID DpcContext;

static VOID NTAPI
DpcForIsr(PKDPC Dpc, PDEVICE_OBJECT DeviceObject, PIRP Irp, PVOID Context)
{
    UNREFERENCED_PARAMETER(Dpc);
    DpcProcessor = (LONG)KeGetCurrentProcessorNumber();
    DpcIrql = KeGetCurrentIrql();
    DpcContext = (DeviceObject == Device.Function && Irp == NULL) ? Context : NULL;
    DpcRuns++;
}

VOID
TestDpcForIsr(VOID)
{
    LINE_ISR Isr = {.Claims = TRUE, .Requests = Device.Function};
    LONG Held;
    KIRQL Old;

    IoInitializeDpcRequest(Device.Function, DpcForIsr);
    ConnectLine(&Isr, Device.Irql);
    RaiseLine(&Isr);
    ok(KtapAwait(&DpcRuns, 1), "DPC-26 IoRequestDpc in an ISR runs the DpcForIsr");
    ok(DpcContext == &Isr,
       "DPC-26 DPC-6 with the device object, the IRP and the context");
    ok_equal(DpcIrql, DISPATCH_LEVEL, "IRQL-20 at DISPATCH_LEVEL");
    ok_equal(DpcProcessor, Isr.Processor, "DPC-2 on the processor of the ISR");

    MoveToLine();
    KeRaiseIrql(DISPATCH_LEVEL, &Old);
    for (LONG Turn = 2; Turn <= 4; Turn++) {
        DeviceWrite(EDU_RAISE, 1);
        KtapSpinUntil(&Isr.Calls, Turn);
    }
    Held = DpcRuns;
    KeLowerIrql(Old);
    ok_equal(Isr.Calls, 4, "IRQL-10 device interrupts arrive at DISPATCH_LEVEL");
    ok(Held == 1 && DpcRuns == 2, "ISR-13 three interrupts before the DPC are one run");
    KeRevertToUserAffinityThread();
    DisconnectLine(&Isr);
}

VOID
TestDisconnect(VOID)
{
    LINE_ISR Isr = {.Claims = TRUE};

    ConnectLine(&Isr, Device.Irql);
    RaiseLine(&Isr);
    DisconnectLine(&Isr);
    DeviceWrite(EDU_RAISE, 1);
    KtapSleep(20);
    ok_equal(Isr.Calls, 1, "CON-28 CHN-7 after the disconnect the ISR is not called");
    ok(DeviceRead(EDU_CAUSES) != 0, "CHN-7 though the line is up");
    DeviceWrite(EDU_ACKNOWLEDGE, MAXULONG);
    ok_status(ConnectLine(&Isr, Device.Irql), STATUS_SUCCESS,
              "CON-2 it can be connected again");
    ok(RaiseLine(&Isr), "CON-7 and is called again");
    DisconnectLine(&Isr);
}
