/*
 * WDFINTERRUPT: creation, and what can be asked of one.
 */
#include "wdfp.h"
#include "interrupt.h"

#define WDFP_FIRST_PASSIVE_NT 0x602 /* Windows 8 */

/* Sizes of the configuration in 1.9 and before, 1.11, and since 1.13 (WDF-3). */
static BOOLEAN
WdfpIsInterruptConfigSize(ULONG Size)
{
    return Size == FIELD_OFFSET(WDF_INTERRUPT_CONFIG, EvtInterruptWorkItem) ||
           Size == FIELD_OFFSET(WDF_INTERRUPT_CONFIG, CanWakeDevice) ||
           Size == sizeof(WDF_INTERRUPT_CONFIG);
}

static VOID
WdfpDisposeInterrupt(PWDFP_OBJECT Object)
{
    PWDFP_INTERRUPT Interrupt = (PWDFP_INTERRUPT)Object;

    /* It is disconnected; what its ISR queued last may still be running. */
    KeRemoveQueueDpc(&Interrupt->Dpc);
    WdfpDrainInterrupt(Interrupt);
    if (!IsListEmpty(&Interrupt->Link)) {
        RemoveEntryList(&Interrupt->Link);
    }
}

static VOID
WdfpDestroyInterrupt(PWDFP_OBJECT Object)
{
    PWDFP_INTERRUPT Interrupt = (PWDFP_INTERRUPT)Object;

    if (Interrupt->SpinLock != NULL) {
        InterlockedDecrement(&Interrupt->SpinLock->Interrupts);
        WdfpDereference(Interrupt->SpinLock);
    }
    if (Interrupt->WaitLock != NULL) {
        WdfpDereference(Interrupt->WaitLock);
    }
}

static const WDFP_TYPE WdfpInterruptObjectType = {WdfpInterruptType,
                                                  "WDFINTERRUPT",
                                                  sizeof(WDFP_INTERRUPT),
                                                  WDFP_TYPE_PASSIVE |
                                                      WDFP_TYPE_FRAMEWORKS,
                                                  WdfpDisposeInterrupt,
                                                  WdfpDestroyInterrupt,
                                                  NULL};

/* What the callbacks and locks of a configuration may be together (WDF-6). */
static NTSTATUS
WdfpCheckInterruptConfig(const WDF_INTERRUPT_CONFIG *Config)
{
    if (Config->EvtInterruptIsr == NULL ||
        (Config->EvtInterruptDpc != NULL && Config->EvtInterruptWorkItem != NULL) ||
        (Config->WaitLock != NULL && !Config->PassiveHandling) ||
        (Config->SpinLock != NULL && Config->PassiveHandling) ||
        (Config->CanWakeDevice && !Config->PassiveHandling)) {
        return STATUS_INVALID_PARAMETER;
    }
    if (Config->PassiveHandling && DIRQL_NT < WDFP_FIRST_PASSIVE_NT) {
        return STATUS_NOT_SUPPORTED;
    }
    return STATUS_SUCCESS;
}

/* What a configuration may hold in EvtDevicePrepareHardware: the resources, both. */
static NTSTATUS
WdfpCheckPrepareConfig(PWDFP_DEVICE Device, const WDF_INTERRUPT_CONFIG *Config)
{
    if (Config->InterruptRaw == NULL || Config->InterruptTranslated == NULL ||
        Config->ShareVector != WdfUseDefault) {
        return STATUS_INVALID_DEVICE_STATE;
    }
    if (Config->CanWakeDevice &&
        (!Device->Init->PowerPolicyOwner ||
         (Config->InterruptTranslated->Flags & CM_RESOURCE_INTERRUPT_WAKE_HINT) == 0)) {
        return STATUS_INVALID_PARAMETER;
    }
    return STATUS_SUCCESS;
}

/* Whether this is the time to create the interrupt (WDF-4 to WDF-6). */
static NTSTATUS
WdfpCheckInterruptTime(PWDFP_DEVICE Device, const WDF_INTERRUPT_CONFIG *Config)
{
    if (Device->Preparing) {
        return WdfpCheckPrepareConfig(Device, Config);
    }
    if (Device->Begun) {
        return STATUS_INVALID_DEVICE_STATE;
    }
    if (Config->InterruptRaw != NULL || Config->InterruptTranslated != NULL ||
        Config->CanWakeDevice) {
        return STATUS_INVALID_PARAMETER;
    }
    return STATUS_SUCCESS;
}

/* The parent, and whether DPC or work item fit its level (WDF-7, WDF-8). */
static NTSTATUS
WdfpCheckInterruptParent(PWDFP_DEVICE Device, const WDF_INTERRUPT_CONFIG *Config,
                         PWDF_OBJECT_ATTRIBUTES Attributes)
{
    PWDFP_OBJECT Parent = &Device->Object;
    BOOLEAN Passive;

    if (Attributes != NULL && Attributes->ParentObject != NULL) {
        Parent = WdfpAnyObject(&Device->Object.Globals->Public, Attributes->ParentObject);
        if (!Config->AutomaticSerialization ||
            (Parent != &Device->Object && Parent->Type->Number != WdfpQueueType) ||
            WdfpAncestor(Parent, WdfpDeviceType) != Device) {
            return STATUS_WDF_PARENT_ASSIGNMENT_NOT_ALLOWED;
        }
    }
    if (!Config->AutomaticSerialization) {
        return STATUS_SUCCESS;
    }
    Passive = Parent->ExecutionLevel == WdfExecutionLevelPassive;
    if (Passive ? Config->EvtInterruptDpc != NULL
                : Config->EvtInterruptWorkItem != NULL) {
        return STATUS_WDF_INCOMPATIBLE_EXECUTION_LEVEL;
    }
    return STATUS_SUCCESS;
}

/* The driver's lock in place of the framework's own. */
static VOID
WdfpSetInterruptLock(PWDFP_INTERRUPT Interrupt)
{
    PWDF_DRIVER_GLOBALS Globals = &Interrupt->Object.Globals->Public;

    WdfpInitializeWait(&Interrupt->OwnWait);
    Interrupt->Wait = &Interrupt->OwnWait;
    if (Interrupt->Config.SpinLock != NULL) {
        Interrupt->SpinLock =
            WdfpObject(Globals, Interrupt->Config.SpinLock, WdfpSpinLockType);
        WdfpReference(Interrupt->SpinLock);
        InterlockedIncrement(&Interrupt->SpinLock->Interrupts);
    }
    if (Interrupt->Config.WaitLock != NULL) {
        Interrupt->WaitLock =
            WdfpObject(Globals, Interrupt->Config.WaitLock, WdfpWaitLockType);
        WdfpReference(Interrupt->WaitLock);
        Interrupt->Wait = &Interrupt->WaitLock->Wait;
    }
}

/* What the interrupt's DPC does. */
static PKDEFERRED_ROUTINE
WdfpDpcRoutine(PWDFP_INTERRUPT Interrupt)
{
    if (Interrupt->DpcRoutine == NULL) {
        return WdfpInterruptItemDpc;
    }
    return Interrupt->Serialization == NULL ? WdfpInterruptDpc : WdfpSerializedDpc;
}

static VOID
WdfpInitializeInterrupt(PWDFP_INTERRUPT Interrupt, PWDFP_DEVICE Device,
                        const WDF_INTERRUPT_CONFIG *Config)
{
    Interrupt->Config = *Config;
    Interrupt->Isr = Config->EvtInterruptIsr;
    Interrupt->DpcRoutine = Config->EvtInterruptDpc;
    Interrupt->WorkItemRoutine = Config->EvtInterruptWorkItem;
    Interrupt->Passive = Config->PassiveHandling;
    Interrupt->Device = Device;
    Interrupt->Parent = Interrupt->Object.Parent;
    Interrupt->CreatedInPrepare = Device->Preparing;
    if (Config->AutomaticSerialization) {
        Interrupt->Serialization = WdfpCallbackLock(Interrupt->Parent);
    }
    KeInitializeDpc(&Interrupt->Dpc, WdfpDpcRoutine(Interrupt), Interrupt);
    WdfpInitializeWork(&Interrupt->Work, Interrupt, WdfpInterruptWorker);
    WDF_INTERRUPT_EXTENDED_POLICY_INIT(&Interrupt->Policy);
    WdfpSetInterruptLock(Interrupt);
    InsertTailList(&Device->Interrupts, &Interrupt->Link);
    if (Device->Preparing) {
        WdfpAssignPreparedInterrupt(Interrupt);
    }
}

/*
 * Creates an interrupt object: one for each line or message, in EvtDriverDeviceAdd without
 * resources or in EvtDevicePrepareHardware with them. STATUS_INFO_LENGTH_MISMATCH (a Size);
 * STATUS_INVALID_PARAMETER, STATUS_INVALID_DEVICE_STATE (WDF-5, WDF-6);
 * STATUS_WDF_PARENT_ASSIGNMENT_NOT_ALLOWED (WDF-7);
 * STATUS_WDF_INCOMPATIBLE_EXECUTION_LEVEL (WDF-8); STATUS_NOT_SUPPORTED (PassiveHandling
 * before NT 6.2); STATUS_INSUFFICIENT_RESOURCES. At or below DISPATCH_LEVEL.
 */
NTSTATUS
NTAPI
ImpWdfInterruptCreate(PWDF_DRIVER_GLOBALS DriverGlobals, WDFDEVICE DeviceHandle,
                      PWDF_INTERRUPT_CONFIG Configuration,
                      PWDF_OBJECT_ATTRIBUTES Attributes, WDFINTERRUPT *Handle)
{
    PWDFP_DEVICE Device = WdfpDeviceFromHandle(DriverGlobals, DeviceHandle);
    WDF_INTERRUPT_CONFIG Config;
    PWDFP_INTERRUPT Interrupt;
    NTSTATUS Status;

    WdfpRequire(Device->Object.Globals, Configuration, "Configuration");
    WdfpRequire(Device->Object.Globals, Handle, "Interrupt");
    WdfpRequireIrql(Device->Object.Globals, DISPATCH_LEVEL, "WdfInterruptCreate");
    if (!WdfpIsInterruptConfigSize(Configuration->Size)) {
        return STATUS_INFO_LENGTH_MISMATCH;
    }
    WDF_INTERRUPT_CONFIG_INIT(&Config, NULL, NULL);
    RtlCopyMemory(&Config, Configuration, Configuration->Size);
    Status = WdfpCheckInterruptConfig(&Config);
    if (NT_SUCCESS(Status)) {
        Status = WdfpCheckInterruptTime(Device, &Config);
    }
    if (NT_SUCCESS(Status)) {
        Status = WdfpCheckAttributes(Attributes);
    }
    if (NT_SUCCESS(Status)) {
        Status = WdfpCheckInterruptParent(Device, &Config, Attributes);
    }
    if (NT_SUCCESS(Status)) {
        Status = WdfpCreateObject(Device->Object.Globals, &WdfpInterruptObjectType,
                                  Attributes, Device, TRUE, (PVOID *)&Interrupt);
    }
    if (NT_SUCCESS(Status)) {
        WdfpInitializeInterrupt(Interrupt, Device, &Config);
        *Handle = WdfpHandle(Interrupt);
    }
    return Status;
}

/* The device of an interrupt. At or below DIRQL. Source: WDF-19. */
WDFDEVICE
NTAPI
ImpWdfInterruptGetDevice(PWDF_DRIVER_GLOBALS DriverGlobals, WDFINTERRUPT Handle)
{
    return WdfpHandle(WdfpInterruptFromHandle(DriverGlobals, Handle)->Device);
}

/* WDM's interrupt object; NULL while there is none. At or below DIRQL. Source: WDF-19. */
PKINTERRUPT
NTAPI
ImpWdfInterruptWdmGetInterrupt(PWDF_DRIVER_GLOBALS DriverGlobals, WDFINTERRUPT Handle)
{
    PWDFP_INTERRUPT Interrupt = WdfpInterruptFromHandle(DriverGlobals, Handle);

    return Interrupt->Active;
}
