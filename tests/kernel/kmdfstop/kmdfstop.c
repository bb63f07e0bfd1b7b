/*
 * kmdfstop: one mistake of a KMDF driver a boot, and the stop that has to name it: bug check
 * 0x10D with its parameters, and a line with the driver's name.
 *
 * The word case=NAME of the module line (tests.txt) chooses the mistake. Those that need a
 * device are made in EvtDeviceSelfManagedIoInit.
 */
#include "kmdfstop.h"

DRIVER_INITIALIZE DriverEntry;

typedef struct _MISTAKE_CASE {
    PCWSTR Name;
    MISTAKE *Make;
} MISTAKE_CASE;

static VOID
UseNull(WDFDEVICE Device)
{
    UNREFERENCED_PARAMETER(Device);
    Expect("the handle 0x0* has to be a WDFDEVICE, and is NULL$", WDF_INVALID_HANDLE, 0,
           "0x2, 0x0");
    WdfDeviceWdmGetDeviceObject(NULL);
}

static VOID
UsePointer(WDFDEVICE Device)
{
    PDEVICE_OBJECT Pointer = WdfDeviceWdmGetDeviceObject(Device);

    Expect("the handle 0x[0-9A-Fa-f]+ has to be a WDFQUEUE, and is no handle$",
           WDF_INVALID_HANDLE, Number(Pointer), "0x13, 0x0");
    WdfIoQueueGetDevice((WDFQUEUE)Pointer);
}

static VOID
UseOtherType(WDFDEVICE Device)
{
    Expect("the handle 0x[0-9A-Fa-f]+ has to be a WDFINTERRUPT, and is WDFDEVICE$",
           WDF_INVALID_HANDLE, Number(Device), "0x5, 0x0");
    WdfInterruptQueueDpcForIsr((WDFINTERRUPT)Device);
}

static VOID
UseDeleted(WDFDEVICE Device)
{
    WDFSPINLOCK Lock;

    UNREFERENCED_PARAMETER(Device);
    WdfSpinLockCreate(WDF_NO_OBJECT_ATTRIBUTES, &Lock);
    WdfObjectDelete(Lock);
    Expect("the handle 0x[0-9A-Fa-f]+ has to be a WDFSPINLOCK, and is .*deleted object$",
           WDF_INVALID_HANDLE, Number(Lock), "0x9, 0x0");
    WdfSpinLockAcquire(Lock);
}

static VOID
DeleteDevice(WDFDEVICE Device)
{
    Expect("a WDFDEVICE is not the driver's to delete$", WDF_OBJECT_ERROR, Number(Device),
           "0x0, 0x0");
    WdfObjectDelete(Device);
}

static VOID
DereferenceTooOften(WDFDEVICE Device)
{
    Expect("an object is dereferenced that nobody referenced$", WDF_OBJECT_ERROR,
           Number(WdfGetDriver()), "0x0, 0x0");
    UNREFERENCED_PARAMETER(Device);
    for (ULONG Turn = 0; Turn < 100; Turn++) {
        WdfObjectDereference(WdfGetDriver());
    }
}

static VOID
CallMissing(WDFDEVICE Device)
{
    typedef VOID NTAPI BEGIN_SCAN(PWDF_DRIVER_GLOBALS Globals, WDFDEVICE Device);

    Expect("WdfUsbTargetDeviceCreate is not implemented$", WDF_API_UNAVAILABLE,
           WdfUsbTargetDeviceCreateTableIndex, "*, 0x0");
    ((BEGIN_SCAN *)WdfFunctions[WdfUsbTargetDeviceCreateTableIndex])(WdfDriverGlobals,
                                                                     Device);
}

static VOID NTAPI
RaisingCleanup(WDFOBJECT Object)
{
    UNREFERENCED_PARAMETER(Object);
    KfRaiseIrql(DISPATCH_LEVEL);
}

static VOID
ReturnRaised(WDFDEVICE Device)
{
    WDF_OBJECT_ATTRIBUTES Attributes;
    WDFOBJECT Object;

    UNREFERENCED_PARAMETER(Device);
    WDF_OBJECT_ATTRIBUTES_INIT(&Attributes);
    Attributes.EvtCleanupCallback = RaisingCleanup;
    WdfObjectCreate(&Attributes, &Object);
    Expect("the callback at 0x[0-9A-Fa-f]+ was called at IRQL 0 and returned at 2$",
           WDF_VERIFIER_IRQL_MISMATCH, PASSIVE_LEVEL, "0x2, 0x0");
    WdfObjectDelete(Object);
}

static VOID NTAPI
LockingCleanup(WDFOBJECT Object)
{
    WDFWAITLOCK Lock;

    UNREFERENCED_PARAMETER(Object);
    WdfWaitLockCreate(WDF_NO_OBJECT_ATTRIBUTES, &Lock);
    WdfWaitLockAcquire(Lock, NULL); /* lint: on purpose: and never released */
}

static VOID NTAPI
DeleteThread(PVOID Context)
{
    WdfObjectDelete(Context);
    PsTerminateSystemThread(STATUS_SUCCESS);
}

/* In a thread of its own: the PnP manager's is in a critical region already. */
static VOID
ReturnLocked(WDFDEVICE Device)
{
    WDF_OBJECT_ATTRIBUTES Attributes;
    WDFOBJECT Object;

    UNREFERENCED_PARAMETER(Device);
    WDF_OBJECT_ATTRIBUTES_INIT(&Attributes);
    Attributes.EvtCleanupCallback = LockingCleanup;
    WdfObjectCreate(&Attributes, &Object);
    Expect("the callback at 0x[0-9A-Fa-f]+ left critical regions other than it found$",
           WDF_VERIFIER_CRITICAL_REGION_MISMATCH, (ULONG64)(ULONG_PTR)LockingCleanup,
           "0x0, 0x0");
    KtapJoinThread(KtapCreateThread(DeleteThread, Object));
}

static VOID
AcquireTwice(WDFDEVICE Device)
{
    WDFWAITLOCK Lock;

    UNREFERENCED_PARAMETER(Device);
    WdfWaitLockCreate(WDF_NO_OBJECT_ATTRIBUTES, &Lock);
    WdfWaitLockAcquire(Lock, NULL);
    Expect("a wait lock is acquired by the thread that holds it$", WDF_RECURSIVE_LOCK,
           Number(Lock), "0x0, 0x0");
    WdfWaitLockAcquire(Lock, NULL);
}

static VOID
ReleaseUnheld(WDFDEVICE Device)
{
    WDFSPINLOCK Lock;

    UNREFERENCED_PARAMETER(Device);
    WdfSpinLockCreate(WDF_NO_OBJECT_ATTRIBUTES, &Lock);
    Expect("a spin lock is released by a thread that does not hold it$",
           WDF_INVALID_LOCK_OPERATION, Number(Lock), "0x1, 0x0");
    WdfSpinLockRelease(Lock);
}

static VOID
LockWithoutScope(WDFDEVICE Device)
{
    Expect("the object's scope gives it no lock$", WDF_INVALID_LOCK_OPERATION,
           Number(Device), "0x0, 0x0");
    WdfObjectAcquireLock(Device);
}

static VOID
WaitTooHigh(WDFDEVICE Device)
{
    WDFWAITLOCK Lock;

    UNREFERENCED_PARAMETER(Device);
    WdfWaitLockCreate(WDF_NO_OBJECT_ATTRIBUTES, &Lock);
    KeRaiseIrqlToDpcLevel();
    Expect("WdfWaitLockAcquire at IRQL 2, above 1$", WDF_VERIFIER_IRQL_MISMATCH,
           DISPATCH_LEVEL, "0x1, 0x0");
    WdfWaitLockAcquire(Lock, NULL);
}

static VOID
SetWrongSize(WDFDEVICE Device)
{
    WDF_DEVICE_STATE State;

    WDF_DEVICE_STATE_INIT(&State);
    State.Size = 3;
    Expect("WDF_DEVICE_STATE has a wrong Size$", WDF_VERIFIER_FATAL_ERROR, 3,
           "0x20, 0x0");
    WdfDeviceSetDeviceState(Device, &State);
}

static VOID
PassNull(WDFDEVICE Device)
{
    Expect("Configuration is NULL$", WDF_REQUIRED_PARAMETER_IS_NULL, 0, "*, 0x0");
    WdfInterruptCreate(Device, NULL, NULL, NULL);
}

static BOOLEAN NTAPI
SilentIsr(WDFINTERRUPT Interrupt, ULONG MessageId)
{
    UNREFERENCED_PARAMETER(Interrupt);
    UNREFERENCED_PARAMETER(MessageId);
    return FALSE;
}

static WDFINTERRUPT Interrupt;

static VOID
QueueMissingItem(WDFDEVICE Device)
{
    UNREFERENCED_PARAMETER(Device);
    Expect("a work item is queued for an interrupt without one$", WDF_INVALID_INTERRUPT,
           Number(Interrupt), "0x0, 0x0");
    WdfInterruptQueueWorkItemForIsr(Interrupt);
}

static VOID
TryLineLock(WDFDEVICE Device)
{
    UNREFERENCED_PARAMETER(Device);
    Expect("WdfInterruptTryToAcquireLock is for passive-level interrupts$",
           WDF_INVALID_LOCK_OPERATION, Number(Interrupt), "0x0, 0x0");
    WdfInterruptTryToAcquireLock(Interrupt);
}

static VOID
ResumeTooOften(WDFDEVICE Device)
{
    Expect("WdfDeviceResumeIdle without WdfDeviceStopIdle$", WDF_VERIFIER_FATAL_ERROR,
           Number(Device), "0x0, 0x0");
    WdfDeviceResumeIdle(Device);
}

static const MISTAKE_CASE Cases[] = {
    {L"null", UseNull},
    {L"pointer", UsePointer},
    {L"type", UseOtherType},
    {L"deleted", UseDeleted},
    {L"device", DeleteDevice},
    {L"dereference", DereferenceTooOften},
    {L"missing", CallMissing},
    {L"raised", ReturnRaised},
    {L"region", ReturnLocked},
    {L"twice", AcquireTwice},
    {L"unheld", ReleaseUnheld},
    {L"scope", LockWithoutScope},
    {L"high", WaitTooHigh},
    {L"size", SetWrongSize},
    {L"argument", PassNull},
    {L"item", QueueMissingItem},
    {L"trylock", TryLineLock},
    {L"dmatwice", EndTransferTwice},
    {L"dmalonger", EndTransferLonger},
    {L"dmarelease", ReleaseTransfer},
    {L"dmanothing", TransferNothing},
    {L"finish", FinishFunctionDevice},
    {L"idle", ResumeTooOften},
};

/* The value of case= in the Parameters key; empty when there is none. */
static VOID
QueryCase(PUNICODE_STRING Name)
{
    RTL_QUERY_REGISTRY_TABLE Table[2];
    WCHAR Path[200] = {0};

    wcscpy(Path, WdfDriverGetRegistryPath(WdfGetDriver()));
    wcscat(Path, L"\\Parameters");
    RtlZeroMemory(Table, sizeof(Table));
    Table[0].Flags = RTL_QUERY_REGISTRY_DIRECT;
    Table[0].Name = L"case";
    Table[0].EntryContext = Name;
    RtlQueryRegistryValues(RTL_REGISTRY_ABSOLUTE, Path, Table, NULL, NULL);
}

/* Whether case= is Name, whose mistake is the status that a callback returns. */
static BOOLEAN
CaseIs(PCWSTR Name)
{
    WCHAR Buffer[32];
    UNICODE_STRING Case = {0, sizeof(Buffer), Buffer};
    UNICODE_STRING Wanted;

    QueryCase(&Case);
    RtlInitUnicodeString(&Wanted, Name);
    return RtlEqualUnicodeString(&Case, &Wanted, FALSE);
}

static NTSTATUS NTAPI
PrepareHardware(WDFDEVICE Device, WDFCMRESLIST Raw, WDFCMRESLIST Translated)
{
    UNREFERENCED_PARAMETER(Raw);
    UNREFERENCED_PARAMETER(Translated);
    if (!CaseIs(L"prepare")) {
        return STATUS_SUCCESS;
    }
    DbgPrint("# WDF-32 PrepareHardware must not return STATUS_NOT_SUPPORTED\n");
    Expect("EvtDevicePrepareHardware returned STATUS_NOT_SUPPORTED$", WDF_PNP_FATAL_ERROR,
           Number(Device), "0xC00000BB, 0x0");
    return STATUS_NOT_SUPPORTED;
}

static NTSTATUS NTAPI
ReleaseHardware(WDFDEVICE Device, WDFCMRESLIST Translated)
{
    UNREFERENCED_PARAMETER(Translated);
    if (!CaseIs(L"release")) {
        return STATUS_SUCCESS;
    }
    DbgPrint("# WDF-32 ReleaseHardware must not return STATUS_NOT_SUPPORTED\n");
    Expect("EvtDeviceReleaseHardware returned STATUS_NOT_SUPPORTED$", WDF_PNP_FATAL_ERROR,
           Number(Device), "0xC00000BB, 0x0");
    return STATUS_NOT_SUPPORTED;
}

static NTSTATUS NTAPI
SelfManagedInit(WDFDEVICE Device)
{
    WCHAR Buffer[32];
    UNICODE_STRING Name = {0, sizeof(Buffer), Buffer};
    UNICODE_STRING Candidate;

    QueryCase(&Name);
    for (ULONG Index = 0; Index < RTL_NUMBER_OF(Cases); Index++) {
        RtlInitUnicodeString(&Candidate, Cases[Index].Name);
        if (RtlEqualUnicodeString(&Name, &Candidate, FALSE)) {
            Cases[Index].Make(Device);
        }
    }
    if (!CaseIs(L"release")) { /* which comes with the failure of this */
        DbgPrint("not ok 1 - the mistake ends in a stop\n1..1\n");
    }
    return STATUS_UNSUCCESSFUL;
}

static NTSTATUS NTAPI
AddDevice(WDFDRIVER Driver, PWDFDEVICE_INIT Init)
{
    WDF_PNPPOWER_EVENT_CALLBACKS Callbacks;
    WDF_INTERRUPT_CONFIG Config;
    WDFDEVICE Device;
    NTSTATUS Status;

    UNREFERENCED_PARAMETER(Driver);
    WDF_PNPPOWER_EVENT_CALLBACKS_INIT(&Callbacks);
    Callbacks.EvtDeviceSelfManagedIoInit = SelfManagedInit;
    Callbacks.EvtDevicePrepareHardware = PrepareHardware;
    Callbacks.EvtDeviceReleaseHardware = ReleaseHardware;
    WdfDeviceInitSetPnpPowerEventCallbacks(Init, &Callbacks);
    Status = WdfDeviceCreate(&Init, WDF_NO_OBJECT_ATTRIBUTES, &Device);
    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    WDF_INTERRUPT_CONFIG_INIT(&Config, SilentIsr, NULL);
    return WdfInterruptCreate(Device, &Config, WDF_NO_OBJECT_ATTRIBUTES, &Interrupt);
}

NTSTATUS
NTAPI
DriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath)
{
    WDF_DRIVER_CONFIG Config;

    DbgPrint("KTAP version 1\n");
    WDF_DRIVER_CONFIG_INIT(&Config, AddDevice);
    return WdfDriverCreate(DriverObject, RegistryPath, WDF_NO_OBJECT_ATTRIBUTES, &Config,
                           WDF_NO_HANDLE);
}
