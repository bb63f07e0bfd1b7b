/*
 * I/O timers: a routine of the driver, called for its device once a second.
 */
#include "iop.h"

#define IOP_TIMER_PERIOD 1000 /* milliseconds */

struct _IO_TIMER {
    KTIMER Timer;
    KDPC Dpc;
    PDEVICE_OBJECT Device;
    PIO_TIMER_ROUTINE Routine;
    PVOID Context;
};

/* The tick of one device's timer. */
static VOID NTAPI
IopTimerDpc(PKDPC Dpc, PVOID DeferredContext, PVOID SystemArgument1,
            PVOID SystemArgument2)
{
    struct _IO_TIMER *Timer = DeferredContext;

    UNREFERENCED_PARAMETER(Dpc);
    UNREFERENCED_PARAMETER(SystemArgument1);
    UNREFERENCED_PARAMETER(SystemArgument2);
    Timer->Routine(Timer->Device, Timer->Context);
}

/*
 * Sets the timer routine of a device, or replaces it while the timer is stopped; it runs
 * at DISPATCH_LEVEL. STATUS_INSUFFICIENT_RESOURCES. PASSIVE_LEVEL. Source: manual,
 * IoInitializeTimer.
 */
NTSTATUS
NTAPI
IoInitializeTimer(PDEVICE_OBJECT DeviceObject, PIO_TIMER_ROUTINE TimerRoutine,
                  PVOID Context)
{
    struct _IO_TIMER *Timer = DeviceObject->Timer;

    if (Timer == NULL) {
        Timer = IopAllocate(sizeof(*Timer), IOP_TAG_TIMER);
        if (Timer == NULL) {
            return STATUS_INSUFFICIENT_RESOURCES;
        }
        Timer->Device = DeviceObject;
        KeInitializeTimer(&Timer->Timer);
        KeInitializeDpc(&Timer->Dpc, IopTimerDpc, Timer);
        DeviceObject->Timer = Timer;
    }
    Timer->Routine = TimerRoutine;
    Timer->Context = Context;
    return STATUS_SUCCESS;
}
EXPORT(IoInitializeTimer);

/* Lets the timer run, first after one second. IRQL <= DISPATCH_LEVEL.
   Source: manual, IoStartTimer. */
VOID NTAPI
IoStartTimer(PDEVICE_OBJECT DeviceObject)
{
    LARGE_INTEGER Due = {.QuadPart = -10000LL * IOP_TIMER_PERIOD};

    KeSetTimerEx(&DeviceObject->Timer->Timer, Due, IOP_TIMER_PERIOD,
                 &DeviceObject->Timer->Dpc);
}
EXPORT(IoStartTimer);

/* Stops the timer; a call under way may still be running on another processor.
   IRQL <= DISPATCH_LEVEL. Source: manual, IoStopTimer. */
VOID NTAPI
IoStopTimer(PDEVICE_OBJECT DeviceObject)
{
    KeCancelTimer(&DeviceObject->Timer->Timer);
    KeRemoveQueueDpc(&DeviceObject->Timer->Dpc);
}
EXPORT(IoStopTimer);

/* Ends and frees the timer of a device that is deleted. PASSIVE_LEVEL. */
VOID
IopDeleteTimer(PDEVICE_OBJECT Device)
{
    if (Device->Timer != NULL) {
        IoStopTimer(Device);
        KeFlushQueuedDpcs();
        ExFreePoolWithTag(Device->Timer, IOP_TAG_TIMER);
        Device->Timer = NULL;
    }
}
