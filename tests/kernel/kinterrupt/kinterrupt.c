/*
 * kinterrupt: the historical routines KeInitializeInterrupt, KeConnectInterrupt and
 * KeDisconnectInterrupt, on the storage of an object that IoConnectInterrupt made; and the
 * numbers of object types and enumerations that binaries have built in.
 */
#include <recorder.h>

DRIVER_INITIALIZE DriverEntry;

#define LARGEST_OBJECT 0x400

/* How every dispatcher object and KINTERRUPT begins. */
typedef struct _OBJECT_HEADER {
    USHORT Type;
    USHORT Size;
} OBJECT_HEADER, *POBJECT_HEADER;

/* Offsets in KPCR, and in the KPRCB that stands in it. */
#define FIELD_SELF           0x18
#define FIELD_MAJOR          0x60
#define FIELD_PRCB           0x180
#define FIELD_CURRENT_THREAD 0x08
#define FIELD_NUMBER         0x24

#define KOBJECT_INTERRUPT    22
#define KOBJECT_DEVICE_QUEUE 20
#define KOBJECT_DPC          19

/* Of a dispatcher object the type is one byte. */
static UCHAR
TypeOf(PVOID Object)
{
    return *(PUCHAR)Object;
}

static VOID
TestNumbers(VOID)
{
    KEVENT Event;
    KMUTANT Mutant;
    KSEMAPHORE Semaphore;
    KTIMER Timer;
    KDPC Dpc;
    KDEVICE_QUEUE Queue;

    KeInitializeEvent(&Event, NotificationEvent, FALSE);
    ok_equal(TypeOf(&Event), 0, "KINT-2 a notification event is of type 0");
    KeInitializeEvent(&Event, SynchronizationEvent, FALSE);
    ok_equal(TypeOf(&Event), 1, "KINT-2 a synchronization event is of type 1");
    KeInitializeMutex(&Mutant, 0);
    ok_equal(TypeOf(&Mutant), 2, "KINT-2 a mutant is of type 2");
    KeInitializeSemaphore(&Semaphore, 0, 1);
    ok_equal(TypeOf(&Semaphore), 5, "KINT-2 a semaphore is of type 5");
    ok_equal(TypeOf(KeGetCurrentThread()), 6, "KINT-2 a thread is of type 6");
    KeInitializeTimerEx(&Timer, NotificationTimer);
    ok_equal(TypeOf(&Timer), 8, "KINT-2 a notification timer is of type 8");
    KeInitializeTimerEx(&Timer, SynchronizationTimer);
    ok_equal(TypeOf(&Timer), 9, "KINT-2 a synchronization timer is of type 9");
    KeInitializeDpc(&Dpc, NULL, NULL);
    ok_equal(TypeOf(&Dpc), KOBJECT_DPC, "KINT-2 a DPC is of type 19");
    KeInitializeThreadedDpc(&Dpc, NULL, NULL);
    ok(TypeOf(&Dpc) == 24 || TypeOf(&Dpc) == 26,
       "KINT-2 a threaded DPC is of type 24, or 26 from NT 10.0 on");
    KeInitializeDeviceQueue(&Queue);
    ok_equal(Queue.Type, KOBJECT_DEVICE_QUEUE, "KINT-2 a device queue is of type 20");
    ok(LowImportance == 0 && MediumImportance == 1 && HighImportance == 2 &&
           MediumHighImportance == 3,
       "DPC-5 the importances, of which MediumHigh is the greatest number");
    ok(LevelSensitive == 0 && Latched == 1, "KINT-18 the two interrupt modes");
    ok(InterruptPolarityUnknown == 0 && InterruptActiveHigh == 1 &&
           InterruptRisingEdge == 1 && InterruptActiveLow == 2 &&
           InterruptFallingEdge == 2 && InterruptActiveBoth == 3 &&
           InterruptActiveBothTriggerLow == 3 && InterruptActiveBothTriggerHigh == 4,
       "KINT-18 the polarities");
    ok(IrqPriorityUndefined == 0 && IrqPriorityLow == 1 && IrqPriorityNormal == 2 &&
           IrqPriorityHigh == 3,
       "AFF-3 the interrupt priorities");
}

/* What drivers have built in of the processor's control region, read as they do. */
static VOID
TestProcessorBlock(VOID)
{
    ULONG_PTR Self, Prcb;
    KIRQL Old;

    KeRaiseIrql(DISPATCH_LEVEL, &Old);
    __asm__ __volatile__("movq %%gs:0x18, %0" : "=r"(Self));
    __asm__ __volatile__("movq %%gs:0x20, %0" : "=r"(Prcb));
    ok_equal(*(PULONG_PTR)(Self + FIELD_SELF), Self,
             "STR-23 KPCR.Self is its own address");
    ok_equal(Prcb, Self + FIELD_PRCB, "STR-23 the KPRCB stands at 0x180");
    ok(*(PVOID *)(Prcb + FIELD_CURRENT_THREAD) == KeGetCurrentThread(),
       "STR-24 KPRCB.CurrentThread stands at 8");
    ok_equal(*(PULONG)(Prcb + FIELD_NUMBER), KeGetCurrentProcessorNumberEx(NULL),
             "STR-24 KPRCB.Number stands at 0x24");
    KeLowerIrql(Old);
    ok(Self >> 47 == 0x1FFFF && *(PUSHORT)(Self + FIELD_MAJOR) == 1,
       "STR-23 KPCR.MajorVersion is 1");
}

/* Connected and disconnected by hand, and what each answers. */
static VOID
TestByHand(PRECORDER Recorder)
{
    PKINTERRUPT Object = Recorder->Object;

    ok_equal(((POBJECT_HEADER)Object)->Type, KOBJECT_INTERRUPT,
             "KINT-1 KINT-2 an interrupt object is of type 22");
    ok(!KeConnectInterrupt(Object), "KCI-4 what is connected is not connected again");
    ok(RaiseAndAwait(Recorder), "KCI-4 and stays connected");
    ok(KeDisconnectInterrupt(Object), "KCI-5 a disconnect says that it was connected");
    ok(!KeDisconnectInterrupt(Object), "KCI-5 a second one that it was not");
    ok(IsSourceMasked(), "KCI-5 the source is silent");
    ok_equal(RaiseAndCount(Recorder, 10), 0, "KCI-5 the ISR is not called");
    ok(KeConnectInterrupt(Object), "KCI-3 it can be connected again");
    ok(RaiseAndAwait(Recorder), "CON-7 and what waited arrives");
    ok(KeDisconnectInterrupt(Object), "KCI-5 disconnected for what follows");
    DeviceWrite(EDU_ACKNOWLEDGE, MAXULONG);
}

/* What KeInitializeInterrupt is called with; the rest is the device's. */
typedef struct _ATTEMPT {
    ULONG Vector;
    KIRQL Irql, SynchronizeIrql;
    CHAR Processor;
} ATTEMPT;

static VOID
Initialize(PRECORDER Recorder, PKSPIN_LOCK Lock, ATTEMPT Attempt)
{
    KeInitializeInterrupt(Recorder->Object, RecordingIsr, Recorder, Lock, Attempt.Vector,
                          Attempt.Irql, Attempt.SynchronizeIrql, Device.Mode,
                          Device.Shared, Attempt.Processor, FALSE);
}

static VOID
CheckRefused(PRECORDER Recorder, ATTEMPT Attempt, PCSTR Name)
{
    HARDWARE Before;

    ReadHardware(&Before);
    Initialize(Recorder, NULL, Attempt);
    ok(!KeConnectInterrupt(Recorder->Object), Name);
    ok(IsHardwareAs(&Before), "KCI-3 and the hardware is as it was");
}

static VOID
TestInitialize(PRECORDER Recorder)
{
    ATTEMPT Good = {Device.Vector, Device.Irql, Device.Irql, (CHAR)Device.Processor};
    ATTEMPT Bad = Good;
    KSPIN_LOCK Lock;
    HARDWARE Before;

    KeInitializeSpinLock(&Lock);
    ReadHardware(&Before);
    Initialize(Recorder, &Lock, Good);
    ok(IsHardwareAs(&Before), "KCI-2 to initialise touches no gate and no source");
    ok(!KeDisconnectInterrupt(Recorder->Object),
       "KINT-13 afterwards it is not connected");
    ok(KeConnectInterrupt(Recorder->Object), "KCI-1 KCI-3 and can be");
    ok(RaiseAndAwait(Recorder), "KCI-1 its routine gets its context");
    ok_equal(Recorder->Irql, Device.Irql, "KCI-1 KINT-13 at the level that was given");
    ok_equal(Recorder->Processor, Device.Processor,
             "KCI-1 KINT-13 on the processor that was given");
    ok(KeDisconnectInterrupt(Recorder->Object), "KCI-5 and goes");

    Bad.SynchronizeIrql = (KIRQL)(Device.Irql - 1);
    CheckRefused(Recorder, Bad, "KCI-3 SynchronizeIrql below Irql is refused");
    Bad = Good;
    Bad.Irql = (KIRQL)(Device.Irql - 1);
    CheckRefused(Recorder, Bad,
                 "KCI-3 IRQL-4 a level that is not Vector >> 4 is refused");
    Bad = Good;
    Bad.Vector = 0x2F;
    Bad.Irql = Bad.SynchronizeIrql = DISPATCH_LEVEL;
    CheckRefused(Recorder, Bad, "KCI-3 IRQL-4 a vector of the system's is refused");
    Bad = Good;
    Bad.Processor = 63;
    CheckRefused(Recorder, Bad, "KCI-3 a processor that is not there is refused");
}

static VOID
InterruptObjectTests(VOID)
{
    static UCHAR Saved[LARGEST_OBJECT];
    RECORDER Recorder = {0};
    ULONG Version = CONNECT_LINE_BASED;
    USHORT Size;

    TestNumbers();
    TestProcessorBlock();
    ok(!Device.Message,
       "MSI-6 a device that could send messages has its line: nobody asked");
    if (!ok_status(ConnectAs(&Version, &Recorder), STATUS_SUCCESS,
                   "CON-15 an object is made")) {
        return;
    }
    TestByHand(&Recorder);
    Size = ((POBJECT_HEADER)Recorder.Object)->Size;
    if (ok(Size != 0 && Size <= LARGEST_OBJECT, "KINT-6 its size stands in it")) {
        RtlCopyMemory(Saved, Recorder.Object, Size);
        TestInitialize(&Recorder);
        RtlCopyMemory(Recorder.Object, Saved, Size);
    }
    DisconnectAs(Version, &Recorder);
}

NTSTATUS
NTAPI
DriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath)
{
    return StartSuite(DriverObject, RegistryPath, InterruptObjectTests);
}
