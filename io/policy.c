/*
 * What a driver asks of its interrupts by filtering the requirements: how many messages,
 * and the processors of each (MSI-2, AFF-1 to AFF-4).
 *
 * A descriptor says where its interrupts are to go when its flags include a policy; one
 * that does not leaves it to the module line and the boot options. The list has been
 * through the driver, so nothing in it is taken on trust.
 */
#include "iop.h"
#include "iopnp.h"

/* The Number-th of the processors of Active, as a mask; behind the last the first again. */
static KAFFINITY
IopProcessorInTurn(KAFFINITY Active, ULONG Number)
{
    KAFFINITY Left = Active;

    while (Number-- != 0) {
        Left &= Left - 1;
        Left = Left != 0 ? Left : Active;
    }
    return Left & ~(Left - 1);
}

/*
 * The processors a descriptor's policy gives its message (or line) Number; 0: it leaves
 * the choice. A policy nobody knows, or processors none of which is active, are as none.
 */
static KAFFINITY
IopPolicyProcessors(const IO_RESOURCE_DESCRIPTOR *Descriptor, ULONG Number)
{
    KAFFINITY Active = KeQueryActiveProcessors();

    if ((Descriptor->Flags & CM_RESOURCE_INTERRUPT_POLICY_INCLUDED) == 0) {
        return 0;
    }
    switch (Descriptor->u.Interrupt.AffinityPolicy) {
    case IrqPolicyAllCloseProcessors: /* without NUMA all are close */
    case IrqPolicyAllProcessorsInMachine:
        return Active;
    case IrqPolicySpecifiedProcessors:
        return Descriptor->u.Interrupt.TargetedProcessors & Active;
    case IrqPolicySpreadMessagesAcrossAllProcessors:
        return IopProcessorInTurn(Active, Number);
    default:
        return 0;
    }
}

/* Adds the messages of one descriptor, as far as there is room for them. */
static VOID
IopRequestMessages(PIOP_INTERRUPT_REQUEST Request,
                   const IO_RESOURCE_DESCRIPTOR *Descriptor)
{
    ULONG64 Wanted = (ULONG)(Descriptor->u.Interrupt.MaximumVector -
                             Descriptor->u.Interrupt.MinimumVector) +
                     1ULL;

    for (; Wanted != 0 && Request->Messages < IOP_MAXIMUM_MESSAGES; Wanted--) {
        Request->MessageProcessors[Request->Messages] =
            IopPolicyProcessors(Descriptor, Request->Messages);
        Request->Messages++;
    }
}

/* Reads Count descriptors of a list. PASSIVE_LEVEL. */
VOID
IopReadInterruptRequest(const IO_RESOURCE_LIST *List, ULONG Count,
                        PIOP_INTERRUPT_REQUEST Request)
{
    RtlZeroMemory(Request, sizeof(*Request));
    for (ULONG Index = 0; Index < Count; Index++) {
        const IO_RESOURCE_DESCRIPTOR *Descriptor = &List->Descriptors[Index];

        if (Descriptor->Type != CmResourceTypeInterrupt) {
            continue;
        }
        if ((Descriptor->Flags & CM_RESOURCE_INTERRUPT_MESSAGE) != 0) {
            IopRequestMessages(Request, Descriptor);
        } else {
            Request->LineProcessors = IopPolicyProcessors(Descriptor, 0);
        }
    }
}

/* Gives what the request leaves open to Processors. */
VOID
IopCompleteInterruptRequest(PIOP_INTERRUPT_REQUEST Request, KAFFINITY Processors)
{
    for (ULONG Index = 0; Index < Request->Messages; Index++) {
        if (Request->MessageProcessors[Index] == 0) {
            Request->MessageProcessors[Index] = Processors;
        }
    }
    if (Request->LineProcessors == 0) {
        Request->LineProcessors = Processors;
    }
}
