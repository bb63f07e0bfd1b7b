/*
 * Creating interrupt objects: ours, and those that are refused.
 */
#include "kmdfint.h"

#include <dirqltest.h>

typedef struct _REFUSAL {
    PCSTR Name;
    NTSTATUS Expected;
    NTSTATUS Status;
} REFUSAL;

static REFUSAL Refusals[32];
static ULONG RefusalCount;

static VOID
Note(PCSTR Name, NTSTATUS Expected, NTSTATUS Status)
{
    Refusals[RefusalCount].Name = Name;
    Refusals[RefusalCount].Expected = Expected;
    Refusals[RefusalCount++].Status = Status;
}

static VOID
Try(WDFDEVICE Device, PWDF_INTERRUPT_CONFIG Config, PWDF_OBJECT_ATTRIBUTES Attributes,
    NTSTATUS Expected, PCSTR Name)
{
    WDFINTERRUPT Interrupt = NULL;
    NTSTATUS Status = WdfInterruptCreate(Device, Config, Attributes, &Interrupt);

    Note(Name, Expected, Interrupt == NULL ? Status : STATUS_SUCCESS);
}

static PWDF_INTERRUPT_CONFIG
Fresh(PWDF_INTERRUPT_CONFIG Config)
{
    WDF_INTERRUPT_CONFIG_INIT(Config, Isr, Dpc);
    return Config;
}

/* What PassiveHandling is answered with: what else is wrong is said only where it is known. */
static NTSTATUS
WithPassive(NTSTATUS Status)
{
    return PassiveIsKnown() ? Status : STATUS_NOT_SUPPORTED;
}

static VOID
TryParents(WDFDEVICE Device)
{
    WDF_OBJECT_ATTRIBUTES Attributes;
    WDF_INTERRUPT_CONFIG Config;
    WDFOBJECT Stranger;

    WDF_OBJECT_ATTRIBUTES_INIT(&Attributes);
    Attributes.ParentObject = Device;
    Try(Device, Fresh(&Config), &Attributes, STATUS_WDF_PARENT_ASSIGNMENT_NOT_ALLOWED,
        "WDF-7 a parent without AutomaticSerialization");
    Attributes.ParentObject = NULL;
    if (!NT_SUCCESS(WdfObjectCreate(&Attributes, &Stranger))) {
        return;
    }
    Attributes.ParentObject = Stranger;
    Fresh(&Config)->AutomaticSerialization = TRUE;
    Try(Device, &Config, &Attributes, STATUS_WDF_PARENT_ASSIGNMENT_NOT_ALLOWED,
        "WDF-7 a parent that is neither device nor queue");
    WdfObjectDelete(Stranger);
    WDF_INTERRUPT_CONFIG_INIT(&Config, Isr, NULL);
    Config.EvtInterruptWorkItem = Item;
    Config.AutomaticSerialization = TRUE;
    Try(Device, &Config, NULL, STATUS_WDF_INCOMPATIBLE_EXECUTION_LEVEL,
        "WDF-8 a serialized work item under a dispatch-level parent");
    WDF_OBJECT_ATTRIBUTES_INIT(&Attributes);
    Attributes.Size = 4;
    Try(Device, Fresh(&Config), &Attributes, STATUS_INFO_LENGTH_MISMATCH,
        "WDF-5 attributes of a wrong Size");
}

static VOID
TryPassiveParent(WDFDEVICE Device)
{
    WDF_OBJECT_ATTRIBUTES Attributes;
    WDF_INTERRUPT_CONFIG Config;
    WDF_IO_QUEUE_CONFIG Queue;
    WDFQUEUE Passive;

    WDF_OBJECT_ATTRIBUTES_INIT(&Attributes);
    Attributes.ExecutionLevel = WdfExecutionLevelPassive;
    WDF_IO_QUEUE_CONFIG_INIT(&Queue, WdfIoQueueDispatchManual);
    if (!NT_SUCCESS(WdfIoQueueCreate(Device, &Queue, &Attributes, &Passive))) {
        return;
    }
    WDF_OBJECT_ATTRIBUTES_INIT(&Attributes);
    Attributes.ParentObject = Passive;
    Fresh(&Config)->AutomaticSerialization = TRUE;
    Try(Device, &Config, &Attributes, STATUS_WDF_INCOMPATIBLE_EXECUTION_LEVEL,
        "WDF-5 WDF-8 a serialized DPC under a passive-level parent");
}

static VOID
TryLocks(WDFDEVICE Device)
{
    WDF_INTERRUPT_CONFIG Config;
    WDFWAITLOCK WaitLock;
    WDFSPINLOCK SpinLock;

    if (!NT_SUCCESS(WdfWaitLockCreate(NULL, &WaitLock)) ||
        !NT_SUCCESS(WdfSpinLockCreate(NULL, &SpinLock))) {
        return;
    }
    Fresh(&Config)->WaitLock = WaitLock;
    Try(Device, &Config, NULL, STATUS_INVALID_PARAMETER,
        "WDF-6 a wait lock without PassiveHandling");
    Fresh(&Config)->SpinLock = SpinLock;
    Config.PassiveHandling = TRUE;
    Try(Device, &Config, NULL, STATUS_INVALID_PARAMETER,
        "WDF-6 a spin lock with PassiveHandling");
    WdfObjectDelete(WaitLock);
    WdfObjectDelete(SpinLock);
}

VOID
TryInDeviceAdd(WDFDEVICE Device)
{
    CM_PARTIAL_RESOURCE_DESCRIPTOR Descriptor = {0};
    WDF_INTERRUPT_CONFIG Config;

    Fresh(&Config)->Size = 0x50;
    Try(Device, &Config, NULL, STATUS_INFO_LENGTH_MISMATCH, "WDF-5 a wrong Size");
    WDF_INTERRUPT_CONFIG_INIT(&Config, NULL, Dpc);
    Try(Device, &Config, NULL, STATUS_INVALID_PARAMETER, "WDF-5 no EvtInterruptIsr");
    Fresh(&Config)->EvtInterruptWorkItem = Item;
    Try(Device, &Config, NULL, STATUS_INVALID_PARAMETER,
        "WDF-6 WDF-10 a DPC and a work item");
    Fresh(&Config)->CanWakeDevice = TRUE;
    Try(Device, &Config, NULL, STATUS_INVALID_PARAMETER,
        "WDF-6 CanWakeDevice without PassiveHandling");
    Config.PassiveHandling = TRUE;
    Try(Device, &Config, NULL, WithPassive(STATUS_INVALID_PARAMETER),
        "WDF-5 WDF-6 CanWakeDevice in EvtDriverDeviceAdd");
    Fresh(&Config)->InterruptRaw = &Descriptor;
    Config.InterruptTranslated = &Descriptor;
    Try(Device, &Config, NULL, STATUS_INVALID_PARAMETER,
        "WDF-4 WDF-6 resources in EvtDriverDeviceAdd");
    TryLocks(Device);
    TryParents(Device);
    TryPassiveParent(Device);
    Fresh(&Config);
    DirqlFailAllocations(1, 1);
    Try(Device, &Config, NULL, STATUS_INSUFFICIENT_RESOURCES, "WDF-5 pool is short");
    DirqlFailAllocations(0, 0);
}

VOID
TryInPrepare(WDFDEVICE Device, PCM_PARTIAL_RESOURCE_DESCRIPTOR Raw,
             PCM_PARTIAL_RESOURCE_DESCRIPTOR Translated)
{
    WDF_INTERRUPT_CONFIG Config;

    Try(Device, Fresh(&Config), NULL, STATUS_INVALID_DEVICE_STATE,
        "WDF-4 WDF-5 EvtDevicePrepareHardware without resources");
    Fresh(&Config)->InterruptRaw = Raw;
    Config.InterruptTranslated = Translated;
    Config.ShareVector = WdfTrue;
    Try(Device, &Config, NULL, STATUS_INVALID_DEVICE_STATE,
        "WDF-6 ShareVector in EvtDevicePrepareHardware");
    Config.ShareVector = WdfUseDefault;
    Config.PassiveHandling = TRUE;
    Config.CanWakeDevice = TRUE;
    Try(Device, &Config, NULL, WithPassive(STATUS_INVALID_PARAMETER),
        "WDF-5 WDF-6 CanWakeDevice without the hint in the resource");
}

VOID
TestCreate(VOID)
{
    WDF_INTERRUPT_CONFIG Config;

    Try(Unit.Device, Fresh(&Config), NULL, STATUS_INVALID_DEVICE_STATE,
        "WDF-5 after the start");
    for (ULONG Index = 0; Index < RefusalCount; Index++) {
        ok_status(Refusals[Index].Status, Refusals[Index].Expected, Refusals[Index].Name);
    }
    ok(GetInterruptNote(Unit.Interrupt)->Magic == 0x1234,
       "WdfInterruptCreate: a context of the driver's");
    ok(WdfInterruptGetDevice(Unit.Interrupt) == Unit.Device,
       "WDF-19 WdfInterruptGetDevice");
}

/* Our interrupt, as the case wants it, and one that the device has no interrupt for. */
NTSTATUS
CreateInterrupt(WDFDEVICE Device, PCM_PARTIAL_RESOURCE_DESCRIPTOR Raw,
                PCM_PARTIAL_RESOURCE_DESCRIPTOR Translated)
{
    WDF_OBJECT_ATTRIBUTES Attributes;
    WDF_INTERRUPT_CONFIG Config;
    NTSTATUS Status = WdfSpinLockCreate(NULL, &Unit.SpinLock);

    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    WDF_INTERRUPT_CONFIG_INIT(&Config, Isr, Unit.UsesWorkItem ? NULL : Dpc);
    Config.EvtInterruptWorkItem = Unit.UsesWorkItem ? Item : NULL;
    Config.EvtInterruptEnable = Enable;
    Config.EvtInterruptDisable = Disable;
    Config.PassiveHandling = Unit.Passive;
    Config.SpinLock = Unit.Passive ? NULL : Unit.SpinLock;
    Config.AutomaticSerialization = Unit.Serialized;
    Config.InterruptRaw = Raw;
    Config.InterruptTranslated = Translated;
    WDF_OBJECT_ATTRIBUTES_INIT_CONTEXT_TYPE(&Attributes, INTERRUPT_NOTE);
    Status = WdfInterruptCreate(Device, &Config, &Attributes, &Unit.Interrupt);
    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    GetInterruptNote(Unit.Interrupt)->Magic = 0x1234;
    if (Raw != NULL) {
        return STATUS_SUCCESS;
    }
    WDF_INTERRUPT_CONFIG_INIT(&Config, Isr, NULL);
    return WdfInterruptCreate(Device, &Config, WDF_NO_OBJECT_ATTRIBUTES, &Unit.Spare);
}
