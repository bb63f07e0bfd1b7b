/*
 * Interrupt policies: where a driver wants its interrupts to go. They are written into the
 * requirements, from which the interrupts are assigned.
 */
#include "wdfp.h"
#include "interrupt.h"

/* One descriptor's policy: the interrupt's, unless the machine is to choose. */
static VOID
WdfpApplyPolicy(PIO_RESOURCE_DESCRIPTOR Descriptor,
                const WDF_INTERRUPT_EXTENDED_POLICY *Policy)
{
    Descriptor->u.Interrupt.AffinityPolicy = (IRQ_DEVICE_POLICY)Policy->Policy;
    Descriptor->u.Interrupt.PriorityPolicy = (IRQ_PRIORITY)Policy->Priority;
    Descriptor->u.Interrupt.TargetedProcessors = Policy->TargetProcessorSetAndGroup.Mask;
}

/* Gives the interrupt descriptors of one alternative the policies of the interrupt objects
   in order; the last one's goes on for the rest. */
static VOID
WdfpApplyToList(PWDFP_DEVICE Device, PIO_RESOURCE_LIST List)
{
    PLIST_ENTRY Link = Device->Interrupts.Flink;

    for (ULONG Index = 0; Index < List->Count && Link != &Device->Interrupts; Index++) {
        PWDFP_INTERRUPT Interrupt = CONTAINING_RECORD(Link, WDFP_INTERRUPT, Link);

        if (List->Descriptors[Index].Type == CmResourceTypeInterrupt) {
            WdfpApplyPolicy(&List->Descriptors[Index], &Interrupt->Policy);
            Link = Link->Flink == &Device->Interrupts ? Link : Link->Flink;
        }
    }
}

VOID
WdfpApplyPolicies(PWDFP_DEVICE Device, PIO_RESOURCE_REQUIREMENTS_LIST List)
{
    PIO_RESOURCE_LIST Alternative = List->List;

    for (ULONG Index = 0; Index < List->AlternativeLists; Index++) {
        WdfpApplyToList(Device, Alternative);
        Alternative = (PIO_RESOURCE_LIST)&Alternative->Descriptors[Alternative->Count];
    }
}

/* Keeps a policy, unless it comes too late to be looked at (WDF-21). */
static VOID
WdfpSetPolicy(PWDFP_INTERRUPT Interrupt, const WDF_INTERRUPT_EXTENDED_POLICY *Policy)
{
    if (Interrupt->Device->Begun) {
        DbgPrint("wdf: %s: an interrupt policy after EvtDriverDeviceAdd has no effect\n",
                 Interrupt->Object.Globals->Public.DriverName);
        return;
    }
    Interrupt->Policy = *Policy;
}

/* Says where the interrupt is to go. In EvtDriverDeviceAdd, at or below DISPATCH_LEVEL.
   Source: WDF-21, AFF-1. */
VOID NTAPI
ImpWdfInterruptSetPolicy(PWDF_DRIVER_GLOBALS DriverGlobals, WDFINTERRUPT Handle,
                         WDF_INTERRUPT_POLICY Policy, WDF_INTERRUPT_PRIORITY Priority,
                         KAFFINITY TargetProcessorSet)
{
    PWDFP_INTERRUPT Interrupt = WdfpInterruptFromHandle(DriverGlobals, Handle);
    WDF_INTERRUPT_EXTENDED_POLICY Extended;

    WDF_INTERRUPT_EXTENDED_POLICY_INIT(&Extended);
    Extended.Policy = Policy;
    Extended.Priority = Priority;
    Extended.TargetProcessorSetAndGroup.Mask = TargetProcessorSet;
    WdfpSetPolicy(Interrupt, &Extended);
}

/* The same, with a processor group. A wrong Size: bug check 0x10D, 3. Source: WDF-21. */
VOID NTAPI
ImpWdfInterruptSetExtendedPolicy(PWDF_DRIVER_GLOBALS DriverGlobals, WDFINTERRUPT Handle,
                                 PWDF_INTERRUPT_EXTENDED_POLICY Policy)
{
    PWDFP_INTERRUPT Interrupt = WdfpInterruptFromHandle(DriverGlobals, Handle);

    if (Policy->Size != sizeof(*Policy)) {
        WdfpViolation(Interrupt->Object.Globals,
                      "WDF_INTERRUPT_EXTENDED_POLICY has a wrong Size",
                      WDF_VERIFIER_FATAL_ERROR, Policy->Size, sizeof(*Policy), 0);
    }
    WdfpSetPolicy(Interrupt, Policy);
}
