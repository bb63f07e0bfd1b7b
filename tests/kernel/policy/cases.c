/*
 * The cases: how each changes the descriptors of the requirements, and the processors it
 * has to get (AFF-1, AFF-2).
 */
#include "policy.h"

static ULONG
CountActive(VOID)
{
    return KeQueryActiveProcessorCountEx(ALL_PROCESSOR_GROUPS);
}

static VOID
SetPolicy(PIO_RESOURCE_DESCRIPTOR Descriptor, IRQ_DEVICE_POLICY Policy,
          KAFFINITY Processors)
{
    Descriptor->Flags |= CM_RESOURCE_INTERRUPT_POLICY_INCLUDED;
    Descriptor->u.Interrupt.AffinityPolicy = Policy;
    Descriptor->u.Interrupt.TargetedProcessors = Processors;
}

/* Backwards, so that it is not what anybody would choose by turns. */
static KAFFINITY
BackwardsFor(ULONG Number)
{
    return (KAFFINITY)1 << (CountActive() - 1 - Number % CountActive());
}

static VOID
AskSpecified(PIO_RESOURCE_DESCRIPTOR Descriptor, ULONG Number)
{
    SetPolicy(Descriptor, IrqPolicySpecifiedProcessors, BackwardsFor(Number));
}

static VOID
AskSpread(PIO_RESOURCE_DESCRIPTOR Descriptor, ULONG Number)
{
    UNREFERENCED_PARAMETER(Number);
    SetPolicy(Descriptor, IrqPolicySpreadMessagesAcrossAllProcessors, 0);
}

static KAFFINITY
SpreadFor(ULONG Number)
{
    return (KAFFINITY)1 << Number % CountActive();
}

static VOID
AskAll(PIO_RESOURCE_DESCRIPTOR Descriptor, ULONG Number)
{
    UNREFERENCED_PARAMETER(Number);
    SetPolicy(Descriptor, IrqPolicyAllProcessorsInMachine, 0);
}

static KAFFINITY
AllFor(ULONG Number)
{
    UNREFERENCED_PARAMETER(Number);
    return KeQueryActiveProcessors();
}

/* What asks for nothing: no flag, the default, no processor that there is, no policy that
   there is. The module line says cpu=1. */
static VOID
AskNothing(PIO_RESOURCE_DESCRIPTOR Descriptor, ULONG Number)
{
    SetPolicy(Descriptor, IrqPolicySpecifiedProcessors, 1);
    switch (Number % 4) {
    case 0:
        Descriptor->Flags &= ~CM_RESOURCE_INTERRUPT_POLICY_INCLUDED;
        break;
    case 1:
        SetPolicy(Descriptor, IrqPolicyMachineDefault, 1);
        break;
    case 2:
        SetPolicy(Descriptor, IrqPolicySpecifiedProcessors, (KAFFINITY)1 << 63);
        break;
    default:
        SetPolicy(Descriptor, (IRQ_DEVICE_POLICY)1000, 1);
        break;
    }
}

static KAFFINITY
SecondFor(ULONG Number)
{
    UNREFERENCED_PARAMETER(Number);
    return 2;
}

static const POLICY_CASE Cases[] = {
    {L"specified", 9, AskSpecified, BackwardsFor},
    {L"spread", 9, AskSpread, SpreadFor},
    {L"all", 9, AskAll, AllFor},
    {L"open", 9, AskNothing, SecondFor},
    {L"more", MAXIMUM_ASKED, AskSpecified, BackwardsFor},
    {L"line", 0, AskSpecified, BackwardsFor},
    {L"msi", 1, AskSpecified, BackwardsFor},
};

const POLICY_CASE *
CurrentCase(VOID)
{
    for (ULONG Index = 0; Index < RTL_NUMBER_OF(Cases) - 1; Index++) {
        if (IsCase(Cases[Index].Name)) {
            return &Cases[Index];
        }
    }
    return &Cases[RTL_NUMBER_OF(Cases) - 1];
}

/* A list with Extra copies more of its first message; the old one is freed. */
static PIO_RESOURCE_REQUIREMENTS_LIST
Lengthen(PIO_RESOURCE_REQUIREMENTS_LIST Old, ULONG Extra)
{
    ULONG Size = Old->ListSize + Extra * sizeof(IO_RESOURCE_DESCRIPTOR);
    PIO_RESOURCE_REQUIREMENTS_LIST New =
        ExAllocatePoolWithTag(NonPagedPool, Size, KTAP_TAG);
    ULONG Count = Old->List[0].Count;

    if (New == NULL) {
        return Old;
    }
    RtlCopyMemory(New, Old, Old->ListSize);
    for (ULONG Index = 0; Index < Extra; Index++) {
        New->List[0].Descriptors[Count + Index] = Pci.Required[0];
    }
    New->ListSize = Size;
    New->List[0].Count = Count + Extra;
    ExFreePool(Old);
    return New;
}

PIO_RESOURCE_REQUIREMENTS_LIST
AskByPolicy(PIO_RESOURCE_REQUIREMENTS_LIST List)
{
    const POLICY_CASE *Case = CurrentCase();
    ULONG Number = 0;

    if (IsCase(L"more")) {
        List = Lengthen(List, MAXIMUM_ASKED - 1);
    }
    for (ULONG Index = 0; Index < List->List[0].Count; Index++) {
        PIO_RESOURCE_DESCRIPTOR Descriptor = &List->List[0].Descriptors[Index];

        if (Descriptor->Type == CmResourceTypeInterrupt &&
            (Case->Messages == 0 ||
             (Descriptor->Flags & CM_RESOURCE_INTERRUPT_MESSAGE) != 0)) {
            Case->Ask(Descriptor, Number++);
        }
    }
    return List;
}
