/*
 * lowmemory: each allocation of a routine fails in turn, until the routine has all it
 * wants. Every failure has to have the documented status and leave nothing behind: that
 * shows in the hardware at once, and in the memory when it is done over and over.
 */
#include <recorder.h>

#define MOST_ALLOCATIONS 64
#define REPEATS          100 /* more than the slots for interrupt objects in a page */
#define PASSIVE_REPEATS  10  /* threads take their time */

DRIVER_INITIALIZE DriverEntry;

/* Does it once; what succeeded is undone at once, with allocations as they are. */
typedef NTSTATUS ATTEMPT(VOID);

/* What trying it with the first, second, ... allocation failing came to. */
typedef struct _SWEEP {
    ULONG Failures;    /* attempts until it succeeded */
    ULONG Allocations; /* of the one that succeeded */
    ULONG WrongStatus;
    ULONG Leftovers;
} SWEEP;

static ULONG Allocations; /* of the last attempt */

static NTSTATUS
ConnectAndEnd(ULONG Version)
{
    static RECORDER Recorder;
    NTSTATUS Status;

    RtlZeroMemory(&Recorder, sizeof(Recorder));
    Status = ConnectAs(&Version, &Recorder);
    Allocations = DirqlFailAllocations(0, 0);
    if (NT_SUCCESS(Status)) {
        DisconnectAs(Version, &Recorder);
    } else if (Recorder.Context != NULL) {
        Status = STATUS_UNSUCCESSFUL; /* half of something was handed out */
    }
    return Status;
}

static NTSTATUS
ConnectFully(VOID)
{
    return ConnectAndEnd(CONNECT_FULLY_SPECIFIED);
}

static NTSTATUS
ConnectGroup(VOID)
{
    return ConnectAndEnd(CONNECT_FULLY_SPECIFIED_GROUP);
}

static NTSTATUS
ConnectLine(VOID)
{
    return ConnectAndEnd(CONNECT_LINE_BASED);
}

static NTSTATUS
ConnectMessages(VOID)
{
    return ConnectAndEnd(CONNECT_MESSAGE_BASED);
}

static NTSTATUS
ConnectPassive(VOID)
{
    return ConnectAndEnd(CONNECT_MESSAGE_BASED_PASSIVE);
}

static NTSTATUS
ConnectPlain(VOID)
{
    static RECORDER Recorder;
    NTSTATUS Status;

    KtapPoison(&Recorder.Object);
    Status = IoConnectInterrupt(&Recorder.Object, RecordingIsr, &Recorder, NULL,
                                Device.Vector, Device.Irql, Device.Irql, Device.Mode,
                                TRUE, Device.Assigned, FALSE);
    Allocations = DirqlFailAllocations(0, 0);
    if (NT_SUCCESS(Status)) {
        IoDisconnectInterrupt(Recorder.Object);
    } else if (Recorder.Object != NULL) {
        Status = STATUS_UNSUCCESSFUL;
    }
    return Status;
}

static NTSTATUS
CreateDevice(VOID)
{
    UNICODE_STRING Name = RTL_CONSTANT_STRING(L"\\Device\\LowMemory");
    PDEVICE_OBJECT DeviceObject;
    NTSTATUS Status;

    Status = IoCreateDevice(Ktap.DriverObject, 64, &Name, FILE_DEVICE_UNKNOWN, 0, FALSE,
                            &DeviceObject);
    Allocations = DirqlFailAllocations(0, 0);
    if (NT_SUCCESS(Status)) {
        IoDeleteDevice(DeviceObject);
    }
    return Status;
}

static NTSTATUS
AllocateIrp(VOID)
{
    PIRP Irp = IoAllocateIrp(4, FALSE);

    Allocations = DirqlFailAllocations(0, 0);
    if (Irp == NULL) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    IoFreeIrp(Irp);
    return STATUS_SUCCESS;
}

static VOID NTAPI
EndAtOnce(PVOID Context)
{
    UNREFERENCED_PARAMETER(Context);
    PsTerminateSystemThread(STATUS_SUCCESS);
}

static NTSTATUS
CreateThread(VOID)
{
    HANDLE Handle;
    PVOID Thread;
    NTSTATUS Status;

    Status = PsCreateSystemThread(&Handle, THREAD_ALL_ACCESS, NULL, NULL, NULL, EndAtOnce,
                                  NULL);
    Allocations = DirqlFailAllocations(0, 0);
    if (NT_SUCCESS(Status)) {
        (void)ObReferenceObjectByHandle(Handle, SYNCHRONIZE, *PsThreadType, KernelMode,
                                        &Thread, NULL);
        ZwClose(Handle);
        KtapJoinThread(Thread);
    }
    return Status;
}

static VOID
Sweep(ATTEMPT *Attempt, SWEEP *Result)
{
    HARDWARE Before;
    NTSTATUS Status;

    RtlZeroMemory(Result, sizeof(*Result));
    ReadHardware(&Before);
    for (ULONG Nth = 1; Nth <= MOST_ALLOCATIONS; Nth++) {
        DirqlFailAllocations(Nth, 1);
        Status = Attempt();
        Result->Leftovers += !IsHardwareAs(&Before);
        if (NT_SUCCESS(Status)) {
            Result->Allocations = Allocations;
            return;
        }
        Result->WrongStatus += Status != STATUS_INSUFFICIENT_RESOURCES;
        Result->Failures++;
    }
}

static VOID
TestAttempt(ATTEMPT *Attempt, ULONG Repeats, PCSTR Name)
{
    SWEEP First, Later;
    ULONG Different = 0;

    Attempt(); /* what is made once and kept is made now */
    Sweep(Attempt, &First);
    ok(First.Failures != 0 && First.Failures < MOST_ALLOCATIONS, Name);
    ok_equal(First.WrongStatus, 0,
             "CON-2 CON-12 each time STATUS_INSUFFICIENT_RESOURCES");
    ok_equal(First.Leftovers, 0, "CON-2 and gates and source are as before");
    ok_equal(First.Allocations, First.Failures,
             "each of its allocations has failed once");
    for (ULONG Repeat = 0; Repeat < Repeats; Repeat++) {
        Sweep(Attempt, &Later);
        Different += RtlCompareMemory(&First, &Later, sizeof(First)) != sizeof(First);
    }
    ok_equal(Different, 0,
             "many times over: the same allocations, so nothing has leaked");
}

static VOID
LowMemoryTests(VOID)
{
    TestAttempt(ConnectPlain, REPEATS, "CON-2 IoConnectInterrupt runs out of memory");
    TestAttempt(ConnectFully, REPEATS, "CON-12 FULLY_SPECIFIED runs out of memory");
    TestAttempt(ConnectGroup, REPEATS, "CON-12 FULLY_SPECIFIED_GROUP runs out of memory");
    TestAttempt(ConnectLine, REPEATS, "CON-12 LINE_BASED runs out of memory");
    TestAttempt(ConnectMessages, REPEATS, "CON-12 MESSAGE_BASED runs out of memory");
    TestAttempt(ConnectPassive, PASSIVE_REPEATS,
                "CON-27 MESSAGE_BASED_PASSIVE runs out of memory");
    TestAttempt(CreateDevice, REPEATS, "IoCreateDevice runs out of memory");
    TestAttempt(AllocateIrp, REPEATS, "IoAllocateIrp runs out of memory");
    TestAttempt(CreateThread, REPEATS, "PsCreateSystemThread runs out of memory");
}

NTSTATUS
NTAPI
DriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath)
{
    return StartSuite(DriverObject, RegistryPath, LowMemoryTests);
}
