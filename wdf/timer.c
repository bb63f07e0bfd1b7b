/*
 * WDFTIMER: a timer with its DPC, and for callbacks at PASSIVE_LEVEL a system thread.
 */
#include "wdfp.h"
#include "device.h"
#include "lock.h"
#include "work.h"

typedef struct _WDFP_TIMER {
    WDFP_OBJECT Object; /* must be first */
    WDF_TIMER_CONFIG Config;
    BOOLEAN Passive;
    PWDFP_LOCK Serialization; /* NULL: none */
    KTIMER Timer;
    KDPC Dpc;
    WDFP_WORK Work;
} WDFP_TIMER, *PWDFP_TIMER;

/* Ends a timer: neither set nor running afterwards. TRUE: it was set. PASSIVE_LEVEL. */
static BOOLEAN
WdfpStopTimer(PWDFP_TIMER Timer)
{
    BOOLEAN Set = KeCancelTimer(&Timer->Timer);

    KeRemoveQueueDpc(&Timer->Dpc);
    KeFlushQueuedDpcs();
    WdfpDrainWork(&Timer->Work);
    return Set;
}

static VOID
WdfpDisposeTimer(PWDFP_OBJECT Object)
{
    WdfpStopTimer((PWDFP_TIMER)Object);
}

static const WDFP_TYPE WdfpTimerObjectType = {
    WdfpTimerType, "WDFTIMER", sizeof(WDFP_TIMER), WDFP_TYPE_PASSIVE, WdfpDisposeTimer,
    NULL,          NULL};

static PWDFP_TIMER
WdfpTimerFromHandle(PWDF_DRIVER_GLOBALS Globals, WDFTIMER Handle)
{
    return WdfpObject(Globals, Handle, WdfpTimerType);
}

static VOID
WdfpCallTimer(PWDFP_OBJECT Object)
{
    PWDFP_TIMER Timer = (PWDFP_TIMER)Object;

    WdfpAcquireLock(Timer->Serialization);
    WDFP_CALL_VOID(Object->Globals, Timer->Config.EvtTimerFunc, WdfpHandle(Timer));
    WdfpReleaseLock(Timer->Serialization);
}

static VOID NTAPI
WdfpTimerDpc(PKDPC Dpc, PVOID Context, PVOID Argument1, PVOID Argument2)
{
    PWDFP_TIMER Timer = Context;

    UNREFERENCED_PARAMETER(Dpc);
    UNREFERENCED_PARAMETER(Argument1);
    UNREFERENCED_PARAMETER(Argument2);
    if (Timer->Passive) {
        WdfpQueueWork(&Timer->Work, DelayedWorkQueue);
    } else {
        WdfpCallTimer(&Timer->Object);
    }
}

/* Sizes before and since 1.13, which brought TolerableDelay and what follows. */
static BOOLEAN
WdfpIsTimerConfigSize(ULONG Size)
{
    return Size == FIELD_OFFSET(WDF_TIMER_CONFIG, TolerableDelay) ||
           Size == FIELD_OFFSET(WDF_TIMER_CONFIG, UseHighResolutionTimer) ||
           Size == sizeof(WDF_TIMER_CONFIG);
}

static NTSTATUS
WdfpCheckTimer(const WDF_TIMER_CONFIG *Config, BOOLEAN Passive, PWDFP_OBJECT Parent)
{
    if (Config->EvtTimerFunc == NULL || Config->Period > MAXLONG) {
        return STATUS_INVALID_PARAMETER;
    }
    if (Passive && Config->Period != 0) {
        return STATUS_NOT_SUPPORTED;
    }
    if (Config->AutomaticSerialization && !Passive &&
        Parent->ExecutionLevel == WdfExecutionLevelPassive) {
        return STATUS_WDF_INCOMPATIBLE_EXECUTION_LEVEL;
    }
    return STATUS_SUCCESS;
}

/*
 * Creates a timer below the parent that the attributes name; their execution level says
 * where its callback runs. STATUS_INFO_LENGTH_MISMATCH (a Size); STATUS_INVALID_PARAMETER
 * (no routine, period); STATUS_NOT_SUPPORTED (periodic at passive level);
 * STATUS_WDF_PARENT_NOT_SPECIFIED; STATUS_INVALID_DEVICE_REQUEST (the parent belongs to no
 * device); STATUS_WDF_INCOMPATIBLE_EXECUTION_LEVEL; STATUS_INSUFFICIENT_RESOURCES. At or
 * below DISPATCH_LEVEL. Source: manual, WdfTimerCreate.
 */
NTSTATUS
NTAPI
ImpWdfTimerCreate(PWDF_DRIVER_GLOBALS DriverGlobals, PWDF_TIMER_CONFIG Configuration,
                  PWDF_OBJECT_ATTRIBUTES Attributes, WDFTIMER *Handle)
{
    WDF_TIMER_CONFIG Config;
    PWDFP_OBJECT Parent;
    PWDFP_TIMER Timer;
    BOOLEAN Passive;
    NTSTATUS Status;

    WdfpRequire(WdfpGlobals(DriverGlobals), Configuration, "Config");
    if (!WdfpIsTimerConfigSize(Configuration->Size)) {
        return STATUS_INFO_LENGTH_MISMATCH;
    }
    RtlZeroMemory(&Config, sizeof(Config));
    RtlCopyMemory(&Config, Configuration, Configuration->Size);
    Status = WdfpRequireParent(WdfpGlobals(DriverGlobals), Attributes, &Parent);
    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    Passive = Attributes->ExecutionLevel == WdfExecutionLevelPassive;
    Status = WdfpCheckTimer(&Config, Passive, Parent);
    if (NT_SUCCESS(Status)) {
        Status = WdfpCreateObject(WdfpGlobals(DriverGlobals), &WdfpTimerObjectType,
                                  Attributes, Parent, TRUE, (PVOID *)&Timer);
    }
    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    Timer->Config = Config;
    Timer->Passive = Passive;
    Timer->Serialization =
        Config.AutomaticSerialization ? WdfpCallbackLock(Parent) : NULL;
    KeInitializeTimerEx(&Timer->Timer, NotificationTimer);
    KeInitializeDpc(&Timer->Dpc, WdfpTimerDpc, Timer);
    WdfpInitializeWork(&Timer->Work, Timer, WdfpCallTimer);
    *Handle = WdfpHandle(Timer);
    return STATUS_SUCCESS;
}

/* Sets the timer, anew if it is set. DueTime in 100 ns as KeSetTimer has it. TRUE: it was
   set already. At or below DISPATCH_LEVEL. Source: manual, WdfTimerStart. */
BOOLEAN
NTAPI
ImpWdfTimerStart(PWDF_DRIVER_GLOBALS DriverGlobals, WDFTIMER Handle, LONGLONG DueTime)
{
    PWDFP_TIMER Timer = WdfpTimerFromHandle(DriverGlobals, Handle);
    LARGE_INTEGER Time = {.QuadPart = DueTime};

    return KeSetCoalescableTimer(&Timer->Timer, Time, Timer->Config.Period,
                                 Timer->Config.TolerableDelay, &Timer->Dpc);
}

/* Cancels the timer. Wait: until its callback does not run either; then at PASSIVE_LEVEL,
   else at or below DISPATCH_LEVEL. TRUE: it was set. Source: manual, WdfTimerStop. */
BOOLEAN
NTAPI
ImpWdfTimerStop(PWDF_DRIVER_GLOBALS DriverGlobals, WDFTIMER Handle, BOOLEAN Wait)
{
    PWDFP_TIMER Timer = WdfpTimerFromHandle(DriverGlobals, Handle);

    if (!Wait) {
        return KeCancelTimer(&Timer->Timer);
    }
    WdfpRequireIrql(Timer->Object.Globals, PASSIVE_LEVEL, "WdfTimerStop that waits");
    return WdfpStopTimer(Timer);
}

/* Source: manual, WdfTimerGetParentObject. */
WDFOBJECT
NTAPI
ImpWdfTimerGetParentObject(PWDF_DRIVER_GLOBALS DriverGlobals, WDFTIMER Handle)
{
    return WdfpHandle(WdfpTimerFromHandle(DriverGlobals, Handle)->Object.Parent);
}
