/*
 * msi: edu's message (msi=1). An edge: nothing to acknowledge, nothing that stays up, and
 * chains that go round.
 */
#include <recorder.h>

DRIVER_INITIALIZE DriverEntry;

#define STRANGE_MXCSR 0x7F80 /* all exceptions masked, rounding toward zero */
#define USUAL_MXCSR   0x1F80

static VOID
TestEdges(VOID)
{
    RECORDER Recorder = {0};
    ULONG Version = CONNECT_LINE_BASED;
    ULONG Lost = 0;

    ok(Device.Message && Device.Mode == Latched, "MSI-1 the device was given a message");
    ok(IsSourceMasked(), "MSI-8 masked until somebody connects");
    ok_equal(RaiseAndCount(&Recorder, 10), 0, "CON-7 nothing is delivered");
    DeviceWrite(EDU_ACKNOWLEDGE, MAXULONG);
    ConnectAs(&Version, &Recorder);
    ok(!IsSourceMasked(), "MSI-8 let through while connected");
    for (LONG Round = 1; Round <= 1000; Round++) {
        DeviceWrite(EDU_RAISE, 1);
        Lost += !KtapSpinUntil(&Recorder.Calls, Round);
    }
    ok_equal(Lost, 0, "MSI-8 a thousand messages are a thousand calls");
    Recorder.Ignores = TRUE;
    ok_equal(RaiseAndCount(&Recorder, 20), 1,
             "MSI-8 CHN-8 not acknowledged, not claimed: one call all the same");
    ok_equal(RaiseAndCount(&Recorder, 20), 1, "MSI-8 and one for the next message");
    ok(!IsSourceMasked(), "SPR-4 a message is no storm");
    DeviceWrite(EDU_ACKNOWLEDGE, MAXULONG);
    DisconnectAs(Version, &Recorder);
    ok(IsSourceMasked(), "CHN-7 disconnected, the message is masked");
    ok_equal(RaiseAndCount(&Recorder, 20), 0, "CON-28 and nothing comes");
    DeviceWrite(EDU_ACKNOWLEDGE, MAXULONG);
}

/* A sharer with work that the device has brought it, piece by piece. */
typedef struct _WORKER {
    PKINTERRUPT Object;
    LONG Work;              /* claims while there is any */
    struct _WORKER *Brings; /* for whom a piece arrives during its call */
    LONG Pieces;            /* so many times */
    volatile LONG Calls;
} WORKER, *PWORKER;

static BOOLEAN NTAPI
WorkerIsr(PKINTERRUPT Interrupt, PVOID Context)
{
    PWORKER Worker = Context;
    BOOLEAN Mine = Worker->Work != 0;

    UNREFERENCED_PARAMETER(Interrupt);
    DeviceWrite(EDU_ACKNOWLEDGE, MAXULONG);
    Worker->Work -= Mine;
    if (Worker->Pieces != 0) {
        Worker->Pieces--;
        Worker->Brings->Work++;
    }
    Worker->Calls++;
    return Mine;
}

static NTSTATUS
ConnectWorker(PWORKER Worker)
{
    return IoConnectInterrupt(&Worker->Object, WorkerIsr, Worker, NULL, Device.Vector,
                              Device.Irql, Device.Irql, Latched, TRUE, Device.Assigned,
                              FALSE);
}

static WORKER First, Second, Third;

/* Sends one message; First is in every pass, and Passes is how many there have to be. */
static VOID
CheckPasses(LONG Passes, PCSTR Name)
{
    First.Calls = 0;
    Second.Calls = 0;
    Third.Calls = 0;
    DeviceWrite(EDU_RAISE, 1);
    KtapAwait(&First.Calls, Passes);
    KtapSleep(10);
    ok(First.Calls == Passes && Second.Calls == Passes && Third.Calls == Passes, Name);
    ok(First.Work == 0 && Second.Work == 0 && Third.Work == 0, "CHN-3 no work is left");
}

static VOID
TestChain(VOID)
{
    ok_status(ConnectWorker(&First), STATUS_SUCCESS, "CHN-6 a latched sharer");
    ok_status(ConnectWorker(&Second), STATUS_SUCCESS, "CHN-6 a second one");
    ok_status(ConnectWorker(&Third), STATUS_SUCCESS, "CHN-6 a third one");
    CheckPasses(1, "CHN-3 nobody claims: one pass");
    First.Work = 1;
    CheckPasses(2, "CHN-3 the head claims: on to the tail, and another pass");
    Third.Work = 3;
    CheckPasses(4, "CHN-3 the tail claims three times: four passes");
    First.Work = 2;
    Second.Work = 4;
    CheckPasses(5, "CHN-3 until a whole pass claims nothing");
    First.Work = 1;
    Third.Brings = &First;
    Third.Pieces = 2;
    CheckPasses(4, "CHN-3 an edge during the pass is not lost");
    IoDisconnectInterrupt(Second.Object);
    First.Calls = 0;
    Second.Calls = 0;
    Third.Calls = 0;
    Third.Work = 1;
    DeviceWrite(EDU_RAISE, 1);
    ok(KtapAwait(&First.Calls, 2) && KtapAwait(&Third.Calls, 2) && Second.Calls == 0,
       "CHN-7 the one in the middle leaves, the others go on");
    IoDisconnectInterrupt(First.Object);
    Third.Work = 1;
    Third.Calls = 0;
    DeviceWrite(EDU_RAISE, 1);
    KtapSleep(20);
    ok_equal(Third.Calls, 1, "CHN-7 CHN-8 alone again, it is asked once");
    IoDisconnectInterrupt(Third.Object);
}

/* Written by the ISR below, read by the code it interrupts. */
static volatile LONG Clobbered;

static BOOLEAN NTAPI
ClobberingIsr(PKINTERRUPT Interrupt, PVOID Context)
{
    ULONG Mxcsr = STRANGE_MXCSR;

    UNREFERENCED_PARAMETER(Interrupt);
    UNREFERENCED_PARAMETER(Context);
    DeviceWrite(EDU_ACKNOWLEDGE, MAXULONG);
    __asm__ __volatile__("pcmpeqd %%xmm0, %%xmm0\n\tpcmpeqd %%xmm1, %%xmm1\n\t"
                         "pcmpeqd %%xmm2, %%xmm2\n\tpcmpeqd %%xmm3, %%xmm3\n\t"
                         "pcmpeqd %%xmm4, %%xmm4\n\tpcmpeqd %%xmm5, %%xmm5\n\t"
                         "ldmxcsr %0"
                         :
                         : "m"(Mxcsr)
                         : "xmm0", "xmm1", "xmm2", "xmm3", "xmm4", "xmm5");
    Clobbered++;
    return FALSE;
}

/* Fills XMM0-5, sends the message to this very processor, waits for the ISR, and says how
   many halves of registers, MXCSR included, are not what they were. */
static ULONG
CountClobbered(VOID)
{
    static DECLSPEC_ALIGN(16) ULONG64 In[12], Out[12];
    ULONG Mxcsr = USUAL_MXCSR, After = 0, Wrong = 0, Turns = 100000000;

    for (ULONG Index = 0; Index < 12; Index++) {
        In[Index] = 0x0123456789ABCDEFULL * (Index + 1);
    }
    Clobbered = 0;
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
        : [turns] "+r"(Turns), [after] "=m"(After)
        : [in] "r"(In), [out] "r"(Out), [raise] "r"(Device.Registers + EDU_RAISE),
          [calls] "m"(Clobbered), [mxcsr] "m"(Mxcsr)
        : "xmm0", "xmm1", "xmm2", "xmm3", "xmm4", "xmm5", "memory", "cc");
    for (ULONG Index = 0; Index < 12; Index++) {
        Wrong += In[Index] != Out[Index];
    }
    return Wrong + (After != Mxcsr);
}

static VOID
TestExtendedState(VOID)
{
    PKINTERRUPT Objects[2];

    KeSetSystemAffinityThread(Device.Affinity);
    for (ULONG Index = 0; Index < 2; Index++) {
        (void)IoConnectInterrupt(&Objects[Index], ClobberingIsr, NULL, NULL,
                                 Device.Vector, Device.Irql, Device.Irql, Latched, TRUE,
                                 Device.Affinity, FALSE);
        ok_equal(CountClobbered(), 0,
                 "FLT-3 XMM0 to XMM5 and MXCSR are the interrupted code's again");
        ok_equal(Clobbered, (LONG)(Index + 1), "FLT-3 after one ISR, then after a chain");
    }
    KeRevertToUserAffinityThread();
    IoDisconnectInterrupt(Objects[0]);
    IoDisconnectInterrupt(Objects[1]);
}

static VOID
MessageTests(VOID)
{
    TestEdges();
    TestChain();
    TestExtendedState();
}

NTSTATUS
NTAPI
DriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath)
{
    return StartSuite(DriverObject, RegistryPath, MessageTests);
}
