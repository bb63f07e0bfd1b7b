/*
 * Routines called at a level they may not be called at.
 */
#include "verifier.h"

#define ABOVE (DISPATCH_LEVEL + 1)

static KDEFERRED_ROUTINE WaitForeverDpc, WaitAWhileDpc, DelayDpc, CreateDeviceDpc,
    QueryKeyDpc, ReadFileDpc;
static KEVENT Event;

static KIRQL
Raise(KIRQL Irql)
{
    KeInitializeEvent(&Event, NotificationEvent, FALSE);
    return KfRaiseIrql(Irql);
}

/* VER-11 */
VOID
SetEventHigh(VOID)
{
    Expect(0x80, ABOVE, (ULONG_PTR)&Event, 0, "SetEventHigh");
    ExpectLine("KeSetEvent called at IRQL 3; it needs IRQL 2 or below");
    Raise(ABOVE);
    KeSetEvent(&Event, 0, FALSE);
    StillHere();
}

/* VER-6 */
VOID
AcquireMutexHigh(VOID)
{
    static FAST_MUTEX Mutex;

    ExInitializeFastMutex(&Mutex);
    Expect(0x33, DISPATCH_LEVEL, (ULONG_PTR)&Mutex, 0, "AcquireMutexHigh");
    Raise(DISPATCH_LEVEL);
    ExAcquireFastMutex(&Mutex);
    StillHere();
}

/* VER-6 */
VOID
ReleaseMutexLow(VOID)
{
    static FAST_MUTEX Mutex;

    ExInitializeFastMutex(&Mutex);
    ExAcquireFastMutex(&Mutex);
    Expect(0x34, PASSIVE_LEVEL, (ULONG_PTR)&Mutex, 0, "ReleaseMutexLow");
    KeLowerIrql(PASSIVE_LEVEL);
    ExReleaseFastMutex(&Mutex);
    StillHere();
}

/* VER-13 */
VOID
EnterRegionHigh(VOID)
{
    Expect(0x11A, DISPATCH_LEVEL, 0, 0, "EnterRegionHigh");
    Raise(DISPATCH_LEVEL);
    KeEnterCriticalRegion();
    StillHere();
}

/* VER-13 */
VOID
LeaveRegionHigh(VOID)
{
    KeEnterCriticalRegion();
    Expect(0x11B, DISPATCH_LEVEL, 0, 0, "LeaveRegionHigh");
    Raise(DISPATCH_LEVEL);
    KeLeaveCriticalRegion();
    StillHere();
}

/* VER-14 */
VOID
WaitHigh(VOID)
{
    static LARGE_INTEGER Zero;

    Expect(0x120, ANY, (ULONG_PTR)&Event, (ULONG_PTR)&Zero, "WaitHigh");
    Raise(ABOVE);
    KeWaitForSingleObject(&Event, Executive, KernelMode, FALSE, &Zero);
}

static VOID NTAPI
WaitForeverDpc(PKDPC Dpc, PVOID Context, PVOID Argument1, PVOID Argument2)
{
    UNREFERENCED_PARAMETER(Dpc);
    UNREFERENCED_PARAMETER(Context);
    UNREFERENCED_PARAMETER(Argument1);
    UNREFERENCED_PARAMETER(Argument2);
    KeWaitForSingleObject(&Event, Executive, KernelMode, FALSE, NULL);
}

/* VER-14 */
VOID
WaitForever(VOID)
{
    Expect(0x121, ANY, (ULONG_PTR)&Event, 0, "WaitForeverDpc");
    KeInitializeEvent(&Event, NotificationEvent, FALSE);
    RunDpc(WaitForeverDpc);
}

static LARGE_INTEGER Millisecond = {.QuadPart = -10000};
static PVOID Objects[] = {&Event};

static VOID NTAPI
WaitAWhileDpc(PKDPC Dpc, PVOID Context, PVOID Argument1, PVOID Argument2)
{
    UNREFERENCED_PARAMETER(Dpc);
    UNREFERENCED_PARAMETER(Context);
    UNREFERENCED_PARAMETER(Argument1);
    UNREFERENCED_PARAMETER(Argument2);
    KeWaitForMultipleObjects(1, Objects, WaitAll, Executive, KernelMode, FALSE,
                             &Millisecond, NULL);
}

/* VER-14 */
VOID
WaitAWhile(VOID)
{
    Expect(0x122, ANY, (ULONG_PTR)Objects, (ULONG_PTR)&Millisecond, "WaitAWhileDpc");
    KeInitializeEvent(&Event, NotificationEvent, FALSE);
    RunDpc(WaitAWhileDpc);
}

static VOID NTAPI
DelayDpc(PKDPC Dpc, PVOID Context, PVOID Argument1, PVOID Argument2)
{
    UNREFERENCED_PARAMETER(Dpc);
    UNREFERENCED_PARAMETER(Context);
    UNREFERENCED_PARAMETER(Argument1);
    UNREFERENCED_PARAMETER(Argument2);
    KeDelayExecutionThread(KernelMode, FALSE, &Millisecond);
    StillHere();
}

/* VER-8 */
VOID
DelayInDpc(VOID)
{
    Expect(0x3B, DISPATCH_LEVEL, 0, (ULONG_PTR)&Millisecond, "DelayDpc");
    RunDpc(DelayDpc);
}

static VOID NTAPI
CreateDeviceDpc(PKDPC Dpc, PVOID Context, PVOID Argument1, PVOID Argument2)
{
    PDEVICE_OBJECT Created;

    UNREFERENCED_PARAMETER(Dpc);
    UNREFERENCED_PARAMETER(Context);
    UNREFERENCED_PARAMETER(Argument1);
    UNREFERENCED_PARAMETER(Argument2);
    IoCreateDevice(Device.Function->DriverObject, 0, NULL, FILE_DEVICE_UNKNOWN, 0, FALSE,
                   &Created);
}

/* VER-18: a rule's text instead of numbers. */
VOID
CreateDeviceInDpc(VOID)
{
    Expect(0x20009, ANY, 0, 0, "CreateDeviceDpc");
    ExpectLine("IrqlIoApcLte: IoCreateDevice called at IRQL 2; it needs IRQL 1 or below");
    RunDpc(CreateDeviceDpc);
}

static VOID NTAPI
QueryKeyDpc(PKDPC Dpc, PVOID Context, PVOID Argument1, PVOID Argument2)
{
    RTL_QUERY_REGISTRY_TABLE Table[1] = {0};

    UNREFERENCED_PARAMETER(Dpc);
    UNREFERENCED_PARAMETER(Context);
    UNREFERENCED_PARAMETER(Argument1);
    UNREFERENCED_PARAMETER(Argument2);
    RtlQueryRegistryValues(RTL_REGISTRY_SERVICES, L"none", Table, NULL, NULL);
}

/* VER-18 */
VOID
QueryKeyInDpc(VOID)
{
    Expect(0x2001E, ANY, 0, 0, "QueryKeyDpc");
    ExpectLine(
        "IrqlRtlPassive: RtlQueryRegistryValues called at IRQL 2; it needs IRQL 0");
    RunDpc(QueryKeyDpc);
}

static VOID NTAPI
ReadFileDpc(PKDPC Dpc, PVOID Context, PVOID Argument1, PVOID Argument2)
{
    IO_STATUS_BLOCK Iosb;
    UCHAR Byte;

    UNREFERENCED_PARAMETER(Dpc);
    UNREFERENCED_PARAMETER(Context);
    UNREFERENCED_PARAMETER(Argument1);
    UNREFERENCED_PARAMETER(Argument2);
    ZwReadFile(NULL, NULL, NULL, NULL, &Iosb, &Byte, 1, NULL, NULL);
    StillHere();
}

/* VER-18: the rule that speaks of ZwClose, for all of its kin. */
VOID
ReadFileInDpc(VOID)
{
    Expect(0x2001F, ANY, 0, 0, "ReadFileDpc");
    ExpectLine("IrqlZwPassive: ZwReadFile called at IRQL 2; it needs IRQL 0");
    RunDpc(ReadFileDpc);
}

/* VER-18; five arguments, one of them on the stack. */
VOID
SetTimerHigh(VOID)
{
    static KTIMER Timer;
    static KDPC Dpc;

    KeInitializeTimer(&Timer);
    ok(!KeSetCoalescableTimer(&Timer, Millisecond, 0, 1, &Dpc) && Timer.Dpc == &Dpc,
       "VER-18 a checked call passes its arguments on");
    KeCancelTimer(&Timer);
    Expect(0x20011, ANY, 0, 0, "SetTimerHigh");
    ExpectLine("IrqlKeDispatchLte: KeSetCoalescableTimer called at IRQL 3");
    Raise(ABOVE);
    KeSetCoalescableTimer(&Timer, Millisecond, 0, 1, &Dpc);
}

/* VER-18: the lowest level counts as well. */
VOID
RemoveQueueLow(VOID)
{
    static KDEVICE_QUEUE Queue;

    KeInitializeDeviceQueue(&Queue);
    Expect(0x20011, ANY, 0, 0, "RemoveQueueLow");
    ExpectLine("KeRemoveDeviceQueue called at IRQL 0; it needs IRQL 2");
    KeRemoveDeviceQueue(&Queue);
    StillHere();
}

/* A routine found by its name is as verified as an import. */
VOID
AskedByName(VOID)
{
    typedef LONG NTAPI SET_EVENT(PKEVENT, KPRIORITY, BOOLEAN);
    UNICODE_STRING Name = RTL_CONSTANT_STRING(L"KeSetEvent");
    SET_EVENT *SetEvent = (SET_EVENT *)MmGetSystemRoutineAddress(&Name);

    Expect(0x80, ABOVE, (ULONG_PTR)&Event, 0, "AskedByName");
    Raise(ABOVE);
    SetEvent(&Event, 0, FALSE);
    StillHere();
}
