/*
 * Interrupt objects: one for each line or message of the device.
 *
 * ISR at DIRQL, then either EvtInterruptDpc at DISPATCH_LEVEL or EvtInterruptWorkItem at
 * PASSIVE_LEVEL. With PassiveHandling the ISR and what is synchronized with it run at
 * PASSIVE_LEVEL instead of DIRQL, under a wait lock instead of a spin lock.
 */
#pragma once

#include <wdfobject.h>
#include <wdfdevice.h>

/* Called at DIRQL holding the interrupt's lock; TRUE: it was the driver's device. MessageID
   is 0 for a line. */
typedef BOOLEAN NTAPI EVT_WDF_INTERRUPT_ISR(_In_ WDFINTERRUPT Interrupt,
                                            _In_ ULONG MessageID);
typedef EVT_WDF_INTERRUPT_ISR *PFN_WDF_INTERRUPT_ISR;
/* Called at DIRQL holding the interrupt's lock. */
typedef BOOLEAN NTAPI EVT_WDF_INTERRUPT_SYNCHRONIZE(_In_ WDFINTERRUPT Interrupt,
                                                    _In_ WDFCONTEXT Context);
typedef EVT_WDF_INTERRUPT_SYNCHRONIZE *PFN_WDF_INTERRUPT_SYNCHRONIZE;
/* Called at DISPATCH_LEVEL. */
typedef VOID NTAPI EVT_WDF_INTERRUPT_DPC(_In_ WDFINTERRUPT Interrupt,
                                         _In_ WDFOBJECT AssociatedObject);
typedef EVT_WDF_INTERRUPT_DPC *PFN_WDF_INTERRUPT_DPC;
/* Called at PASSIVE_LEVEL. */
typedef VOID NTAPI EVT_WDF_INTERRUPT_WORKITEM(_In_ WDFINTERRUPT Interrupt,
                                              _In_ WDFOBJECT AssociatedObject);
typedef EVT_WDF_INTERRUPT_WORKITEM *PFN_WDF_INTERRUPT_WORKITEM;
/* Called at DIRQL holding the interrupt's lock. */
typedef NTSTATUS NTAPI EVT_WDF_INTERRUPT_ENABLE(_In_ WDFINTERRUPT Interrupt,
                                                _In_ WDFDEVICE AssociatedDevice);
typedef EVT_WDF_INTERRUPT_ENABLE *PFN_WDF_INTERRUPT_ENABLE;
typedef NTSTATUS NTAPI EVT_WDF_INTERRUPT_DISABLE(_In_ WDFINTERRUPT Interrupt,
                                                 _In_ WDFDEVICE AssociatedDevice);
typedef EVT_WDF_INTERRUPT_DISABLE *PFN_WDF_INTERRUPT_DISABLE;

typedef struct _WDF_INTERRUPT_CONFIG {
    ULONG Size;
    WDFSPINLOCK SpinLock;
    WDF_TRI_STATE ShareVector;
    BOOLEAN FloatingSave;
    BOOLEAN AutomaticSerialization; /* of DPC or work item */
    PFN_WDF_INTERRUPT_ISR EvtInterruptIsr;
    PFN_WDF_INTERRUPT_DPC EvtInterruptDpc;
    PFN_WDF_INTERRUPT_ENABLE EvtInterruptEnable;
    PFN_WDF_INTERRUPT_DISABLE EvtInterruptDisable;
    PFN_WDF_INTERRUPT_WORKITEM EvtInterruptWorkItem;
    PCM_PARTIAL_RESOURCE_DESCRIPTOR InterruptRaw;
    PCM_PARTIAL_RESOURCE_DESCRIPTOR InterruptTranslated;
    WDFWAITLOCK WaitLock;
    BOOLEAN PassiveHandling;
    WDF_TRI_STATE ReportInactiveOnPowerDown;
    BOOLEAN CanWakeDevice;
} WDF_INTERRUPT_CONFIG, *PWDF_INTERRUPT_CONFIG;

static FORCEINLINE VOID
WDF_INTERRUPT_CONFIG_INIT(_Out_ PWDF_INTERRUPT_CONFIG Configuration,
                          _In_ PFN_WDF_INTERRUPT_ISR EvtInterruptIsr,
                          _In_opt_ PFN_WDF_INTERRUPT_DPC EvtInterruptDpc)
{
    __builtin_memset(Configuration, 0, sizeof(*Configuration));
    Configuration->Size = sizeof(*Configuration);
    Configuration->ShareVector = WdfUseDefault;
    Configuration->ReportInactiveOnPowerDown = WdfUseDefault;
    Configuration->EvtInterruptIsr = EvtInterruptIsr;
    Configuration->EvtInterruptDpc = EvtInterruptDpc;
}

typedef struct _WDF_INTERRUPT_INFO {
    ULONG Size;
    ULONG64 Reserved1;
    KAFFINITY TargetProcessorSet;
    ULONG Reserved2;
    ULONG MessageNumber;
    ULONG Vector;
    KIRQL Irql;
    KINTERRUPT_MODE Mode;
    KINTERRUPT_POLARITY Polarity;
    BOOLEAN MessageSignaled;
    UCHAR ShareDisposition;
    DECLSPEC_ALIGN(8) USHORT Group;
} WDF_INTERRUPT_INFO, *PWDF_INTERRUPT_INFO;

static FORCEINLINE VOID
WDF_INTERRUPT_INFO_INIT(_Out_ PWDF_INTERRUPT_INFO Info)
{
    __builtin_memset(Info, 0, sizeof(*Info));
    Info->Size = sizeof(*Info);
}

typedef enum _WDF_INTERRUPT_POLICY {
    WdfIrqPolicyMachineDefault = 0,
    WdfIrqPolicyAllCloseProcessors,
    WdfIrqPolicyOneCloseProcessor,
    WdfIrqPolicyAllProcessorsInMachine,
    WdfIrqPolicySpecifiedProcessors,
    WdfIrqPolicySpreadMessagesAcrossAllProcessors
} WDF_INTERRUPT_POLICY,
    *PWDF_INTERRUPT_POLICY;

typedef enum _WDF_INTERRUPT_PRIORITY {
    WdfIrqPriorityUndefined = 0,
    WdfIrqPriorityLow,
    WdfIrqPriorityNormal,
    WdfIrqPriorityHigh
} WDF_INTERRUPT_PRIORITY,
    *PWDF_INTERRUPT_PRIORITY;

typedef struct _WDF_INTERRUPT_EXTENDED_POLICY {
    ULONG Size;
    WDF_INTERRUPT_POLICY Policy;
    WDF_INTERRUPT_PRIORITY Priority;
    GROUP_AFFINITY TargetProcessorSetAndGroup;
} WDF_INTERRUPT_EXTENDED_POLICY, *PWDF_INTERRUPT_EXTENDED_POLICY;

static FORCEINLINE VOID
WDF_INTERRUPT_EXTENDED_POLICY_INIT(_Out_ PWDF_INTERRUPT_EXTENDED_POLICY ExtendedPolicy)
{
    __builtin_memset(ExtendedPolicy, 0, sizeof(*ExtendedPolicy));
    ExtendedPolicy->Size = sizeof(*ExtendedPolicy);
    ExtendedPolicy->Policy = WdfIrqPolicyMachineDefault;
    ExtendedPolicy->Priority = WdfIrqPriorityUndefined;
}

_IRQL_requires_max_(DISPATCH_LEVEL)
WDF_ROUTINE(NTSTATUS, WdfInterruptCreate,
            (_In_ WDFDEVICE Device, _In_ PWDF_INTERRUPT_CONFIG Configuration,
             _In_opt_ PWDF_OBJECT_ATTRIBUTES Attributes, _Out_ WDFINTERRUPT *Interrupt),
            (Device, Configuration, Attributes, Interrupt));
/* TRUE: queued; FALSE: it was queued already. At or below DIRQL. */
WDF_ROUTINE(BOOLEAN, WdfInterruptQueueDpcForIsr, (_In_ WDFINTERRUPT Interrupt), (Interrupt));
WDF_ROUTINE(BOOLEAN, WdfInterruptQueueWorkItemForIsr, (_In_ WDFINTERRUPT Interrupt),
            (Interrupt));
/* At or below DIRQL; PASSIVE_LEVEL for a passive-level interrupt. */
WDF_ROUTINE(BOOLEAN, WdfInterruptSynchronize,
            (_In_ WDFINTERRUPT Interrupt, _In_ PFN_WDF_INTERRUPT_SYNCHRONIZE Callback,
             _In_ WDFCONTEXT Context),
            (Interrupt, Callback, Context));
WDF_ROUTINE(VOID, WdfInterruptAcquireLock, (_In_ WDFINTERRUPT Interrupt), (Interrupt));
WDF_ROUTINE(VOID, WdfInterruptReleaseLock, (_In_ WDFINTERRUPT Interrupt), (Interrupt));
_IRQL_requires_(PASSIVE_LEVEL)
WDF_ROUTINE(BOOLEAN, WdfInterruptTryToAcquireLock, (_In_ WDFINTERRUPT Interrupt),
            (Interrupt));
_IRQL_requires_(PASSIVE_LEVEL)
WDF_ROUTINE(VOID, WdfInterruptEnable, (_In_ WDFINTERRUPT Interrupt), (Interrupt));
_IRQL_requires_(PASSIVE_LEVEL)
WDF_ROUTINE(VOID, WdfInterruptDisable, (_In_ WDFINTERRUPT Interrupt), (Interrupt));
/* NULL while it is not connected. At or below DIRQL. */
WDF_ROUTINE(PKINTERRUPT, WdfInterruptWdmGetInterrupt, (_In_ WDFINTERRUPT Interrupt),
            (Interrupt));
_IRQL_requires_max_(DISPATCH_LEVEL)
WDF_ROUTINE(VOID, WdfInterruptGetInfo,
            (_In_ WDFINTERRUPT Interrupt, _Inout_ PWDF_INTERRUPT_INFO Info),
            (Interrupt, Info));
_IRQL_requires_max_(DISPATCH_LEVEL)
WDF_ROUTINE(VOID, WdfInterruptSetPolicy,
            (_In_ WDFINTERRUPT Interrupt, _In_ WDF_INTERRUPT_POLICY Policy,
             _In_ WDF_INTERRUPT_PRIORITY Priority, _In_ KAFFINITY TargetProcessorSet),
            (Interrupt, Policy, Priority, TargetProcessorSet));
_IRQL_requires_max_(DISPATCH_LEVEL)
WDF_ROUTINE(VOID, WdfInterruptSetExtendedPolicy,
            (_In_ WDFINTERRUPT Interrupt,
             _In_ PWDF_INTERRUPT_EXTENDED_POLICY PolicyAndGroup),
            (Interrupt, PolicyAndGroup));
/* At or below DIRQL. */
WDF_ROUTINE(WDFDEVICE, WdfInterruptGetDevice, (_In_ WDFINTERRUPT Interrupt), (Interrupt));
_IRQL_requires_max_(DISPATCH_LEVEL)
WDF_ROUTINE(VOID, WdfInterruptReportActive, (_In_ WDFINTERRUPT Interrupt), (Interrupt));
_IRQL_requires_max_(DISPATCH_LEVEL)
WDF_ROUTINE(VOID, WdfInterruptReportInactive, (_In_ WDFINTERRUPT Interrupt), (Interrupt));
