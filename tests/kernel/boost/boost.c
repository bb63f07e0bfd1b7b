/*
 * boost: the priority an IRP's completion gives to who waits for it, how quanta take it away
 * again, and turns among equals on every processor. (IRP-8)
 */
#include "../ktap.h"

DRIVER_INITIALIZE DriverEntry;
static DRIVER_UNLOAD Unload;
static DRIVER_DISPATCH Pend;

#define NORMAL_PRIORITY 8
#define CONTROL         CTL_CODE(FILE_DEVICE_UNKNOWN, 0x800, METHOD_NEITHER, FILE_ANY_ACCESS)

static PDEVICE_OBJECT Device;
static KTIMER Timer;
static KDPC Dpc;
static CCHAR Increment; /* of the next completion */

static VOID NTAPI
Complete(PKDPC Object, PVOID Context, PVOID Argument1, PVOID Argument2)
{
    PIRP Irp = Device->CurrentIrp;

    UNREFERENCED_PARAMETER(Object);
    UNREFERENCED_PARAMETER(Context);
    UNREFERENCED_PARAMETER(Argument1);
    UNREFERENCED_PARAMETER(Argument2);
    Irp->IoStatus.Status = STATUS_SUCCESS;
    Irp->IoStatus.Information = 0;
    IoCompleteRequest(Irp, Increment);
}

/* Completed 30 ms later, by when its thread waits. */
static NTSTATUS NTAPI
Pend(PDEVICE_OBJECT DeviceObject, PIRP Irp)
{
    IoMarkIrpPending(Irp);
    DeviceObject->CurrentIrp = Irp;
    KeSetTimer(&Timer, KtapMilliseconds(30), &Dpc);
    return STATUS_PENDING;
}

/* A request; the priority of this thread when its wait is over. */
static KPRIORITY
PriorityAfter(CCHAR Boost)
{
    IO_STATUS_BLOCK Status;
    KEVENT Event;
    PIRP Irp;

    Increment = Boost;
    KeInitializeEvent(&Event, NotificationEvent, FALSE);
    Irp = IoBuildDeviceIoControlRequest(CONTROL, Device, NULL, 0, NULL, 0, FALSE, &Event,
                                        &Status);
    if (Irp == NULL) {
        return 0;
    }
    if (IoCallDriver(Device, Irp) == STATUS_PENDING) {
        KeWaitForSingleObject(&Event, Executive, KernelMode, FALSE, NULL);
    }
    return KeQueryPriorityThread(KeGetCurrentThread());
}

static VOID
TestBoost(VOID)
{
    ULONGLONG Start;

    ok_equal(PriorityAfter(IO_NO_INCREMENT), NORMAL_PRIORITY,
             "IRP-8 IO_NO_INCREMENT leaves the priority");
    ok_equal(PriorityAfter(IO_DISK_INCREMENT), NORMAL_PRIORITY + 1,
             "IRP-8 a disk's completion raises it by 1");
    KeSetPriorityThread(KeGetCurrentThread(), NORMAL_PRIORITY);
    ok_equal(PriorityAfter(IO_KEYBOARD_INCREMENT), NORMAL_PRIORITY + 6,
             "IRP-8 a keyboard's by 6");
    Start = KeQueryInterruptTime();
    while (KeQueryPriorityThread(KeGetCurrentThread()) != NORMAL_PRIORITY &&
           KeQueryInterruptTime() - Start < 50000000) {
        YieldProcessor();
    }
    ok_equal(KeQueryPriorityThread(KeGetCurrentThread()), NORMAL_PRIORITY,
             "IRP-8 each quantum takes one away, down to its own");
    ok_equal(PriorityAfter(IO_SOUND_INCREMENT), 15,
             "IRP-8 a boost ends below the real-time priorities");
    KeSetPriorityThread(KeGetCurrentThread(), NORMAL_PRIORITY);
}

typedef struct _SPINNER {
    ULONG Processor;
    volatile BOOLEAN Stop;
    volatile ULONG64 Turns;
} SPINNER, *PSPINNER;

static VOID NTAPI
Spin(PVOID Context)
{
    PSPINNER Spinner = Context;

    KeSetSystemAffinityThread((KAFFINITY)1 << Spinner->Processor);
    while (!Spinner->Stop) {
        Spinner->Turns++;
    }
    PsTerminateSystemThread(STATUS_SUCCESS);
}

/* Two threads of one priority on a processor, neither of which ever waits. */
static BOOLEAN
BothRun(ULONG Processor)
{
    SPINNER Spinners[2] = {{.Processor = Processor}, {.Processor = Processor}};
    PKTHREAD Threads[2];
    BOOLEAN Both = TRUE;

    for (ULONG Index = 0; Index < 2; Index++) {
        Threads[Index] = KtapCreateThread(Spin, &Spinners[Index]);
    }
    for (ULONG Turn = 0; Turn < 100 && (Spinners[0].Turns == 0 || Spinners[1].Turns == 0);
         Turn++) {
        KtapSleep(100);
    }
    for (ULONG Index = 0; Index < 2; Index++) {
        Both = Both && Spinners[Index].Turns != 0;
        Spinners[Index].Stop = TRUE;
        KtapJoinThread(Threads[Index]);
    }
    return Both;
}

static volatile LONG Held, Release, Order;

/* Keeps processor 1 from switching. */
static VOID NTAPI
HoldProcessor(PVOID Context)
{
    KIRQL Old;

    UNREFERENCED_PARAMETER(Context);
    KeSetSystemAffinityThread(2);
    KeRaiseIrql(DISPATCH_LEVEL, &Old);
    Held = 1;
    KtapSpinUntil(&Release, 1);
    KeLowerIrql(Old);
    PsTerminateSystemThread(STATUS_SUCCESS);
}

typedef struct _RUNNER {
    KEVENT Start;
    volatile LONG Ready;
    LONG Order; /* in which it ran */
    PKTHREAD Thread;
} RUNNER, *PRUNNER;

static VOID NTAPI
RunInOrder(PVOID Context)
{
    PRUNNER Runner = Context;

    KeSetSystemAffinityThread(2);
    Runner->Ready = 1;
    KeWaitForSingleObject(&Runner->Start, Executive, KernelMode, FALSE, NULL);
    Runner->Order = InterlockedIncrement(&Order);
    PsTerminateSystemThread(STATUS_SUCCESS);
}

static VOID
MakeRunner(PRUNNER Runner, KPRIORITY Priority)
{
    KeInitializeEvent(&Runner->Start, NotificationEvent, FALSE);
    Runner->Thread = KtapCreateThread(RunInOrder, Runner);
    KeSetPriorityThread(Runner->Thread, Priority);
    KtapAwait(&Runner->Ready, 1);
    KtapSleep(50);
}

/* The better of two threads has been given processor 1, which has not switched to it yet,
   and falls below the other. */
static VOID
TestFallen(VOID)
{
    static RUNNER First, Second;
    PKTHREAD Holder;

    KeSetSystemAffinityThread(1);
    MakeRunner(&First, 12);
    MakeRunner(&Second, 10);
    Holder = KtapCreateThread(HoldProcessor, NULL);
    KtapAwait(&Held, 1);
    KeSetEvent(&First.Start, 0, FALSE);
    KeSetEvent(&Second.Start, 0, FALSE);
    KeSetPriorityThread(First.Thread, 6);
    Release = 1;
    KtapJoinThread(Holder);
    KtapJoinThread(First.Thread);
    KtapJoinThread(Second.Thread);
    ok(Second.Order == 1 && First.Order == 2, "KeSetPriorityThread: one that was to run "
                                              "next, and fell, lets its better go first");
    KeRevertToUserAffinityThread();
}

static VOID
BoostTests(VOID)
{
    ULONG Alone = 0;

    TestBoost();
    if (KeQueryActiveProcessorCount(NULL) > 1) {
        TestFallen();
    }
    for (ULONG Number = 0; Number < KeQueryActiveProcessorCount(NULL); Number++) {
        Alone += !BothRun(Number);
    }
    ok_equal(Alone, 0, "IRQL-20 at quantum end equals take turns, on every processor");
}

static VOID NTAPI
Unload(PDRIVER_OBJECT DriverObject)
{
    UNREFERENCED_PARAMETER(DriverObject);
    IoDeleteDevice(Device);
}

NTSTATUS
NTAPI
DriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath)
{
    NTSTATUS Status;

    DriverObject->DriverUnload = Unload;
    DriverObject->MajorFunction[IRP_MJ_DEVICE_CONTROL] = Pend;
    KeInitializeTimer(&Timer);
    KeInitializeDpc(&Dpc, Complete, NULL);
    Status =
        IoCreateDevice(DriverObject, 0, NULL, FILE_DEVICE_UNKNOWN, 0, FALSE, &Device);
    return NT_SUCCESS(Status) ? KtapStart(DriverObject, RegistryPath, BoostTests)
                              : Status;
}
