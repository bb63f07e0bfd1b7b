/*
 * What the controller asks for: a message for its admin queue and one for each processor,
 * sent to that processor (AFF-1, AFF-2, MSI-2).
 *
 * The bus driver's list offers some messages, as many as the module line opts into. Each
 * MSI-X message is one descriptor, so asking for more is adding descriptors, and each can
 * name processors of its own. If the device has too few, the system gives it one.
 */
#include "nvme.h"

static BOOLEAN
NvmeIsMessage(const IO_RESOURCE_DESCRIPTOR *Descriptor)
{
    return Descriptor->Type == CmResourceTypeInterrupt &&
           (Descriptor->Flags & CM_RESOURCE_INTERRUPT_MESSAGE) != 0;
}

/* One message like Offered, for Processors. */
static VOID
NvmeAskForMessage(PIO_RESOURCE_DESCRIPTOR Descriptor,
                  const IO_RESOURCE_DESCRIPTOR *Offered, KAFFINITY Processors)
{
    *Descriptor = *Offered;
    Descriptor->Flags |= CM_RESOURCE_INTERRUPT_POLICY_INCLUDED;
    Descriptor->u.Interrupt.MinimumVector = CM_RESOURCE_INTERRUPT_MESSAGE_TOKEN;
    Descriptor->u.Interrupt.MaximumVector = CM_RESOURCE_INTERRUPT_MESSAGE_TOKEN;
    Descriptor->u.Interrupt.AffinityPolicy = IrqPolicySpecifiedProcessors;
    Descriptor->u.Interrupt.PriorityPolicy = IrqPriorityUndefined;
    Descriptor->u.Interrupt.TargetedProcessors = Processors;
}

/* The admin queue's message, wherever, and one for each active processor. */
static ULONG
NvmeAskForMessages(PIO_RESOURCE_DESCRIPTOR Descriptors,
                   const IO_RESOURCE_DESCRIPTOR *Offered)
{
    KAFFINITY Active = KeQueryActiveProcessors();
    ULONG Count = 0;

    NvmeAskForMessage(&Descriptors[Count++], Offered, Active & ~(Active - 1));
    for (; Active != 0; Active &= Active - 1) {
        NvmeAskForMessage(&Descriptors[Count++], Offered, Active & ~(Active - 1));
    }
    return Count;
}

/* Copies the only alternative of Old with its messages replaced by ours. */
static VOID
NvmeCopyRequirements(PIO_RESOURCE_REQUIREMENTS_LIST New,
                     const IO_RESOURCE_REQUIREMENTS_LIST *Old)
{
    PIO_RESOURCE_LIST To = &New->List[0];
    const IO_RESOURCE_LIST *From = &Old->List[0];
    BOOLEAN Asked = FALSE;

    To->Count = 0;
    for (ULONG Index = 0; Index < From->Count; Index++) {
        if (!NvmeIsMessage(&From->Descriptors[Index])) {
            To->Descriptors[To->Count++] = From->Descriptors[Index];
        } else if (!Asked) {
            To->Count += NvmeAskForMessages(&To->Descriptors[To->Count],
                                            &From->Descriptors[Index]);
            Asked = TRUE;
        }
    }
}

static BOOLEAN
NvmeOffersMessages(const IO_RESOURCE_REQUIREMENTS_LIST *List)
{
    for (ULONG Index = 0; Index < List->List[0].Count; Index++) {
        if (NvmeIsMessage(&List->List[0].Descriptors[Index])) {
            return TRUE;
        }
    }
    return FALSE;
}

/*
 * Replaces the list that came up with the IRP. One without messages is left alone: the
 * line serves one queue pair. STATUS_SUCCESS, STATUS_INSUFFICIENT_RESOURCES.
 * IRQL: PASSIVE_LEVEL.
 */
NTSTATUS
NvmeFilterRequirements(PNVME_CONTROLLER Controller, PIRP Irp)
{
    PIO_STACK_LOCATION Stack = IoGetCurrentIrpStackLocation(Irp);
    PIO_RESOURCE_REQUIREMENTS_LIST Old =
        (PIO_RESOURCE_REQUIREMENTS_LIST)Irp->IoStatus.Information;
    PIO_RESOURCE_REQUIREMENTS_LIST New;
    ULONG Size;

    UNREFERENCED_PARAMETER(Controller);

    if (Old == NULL) {
        Old = Stack->Parameters.FilterResourceRequirements.IoResourceRequirementList;
    }
    if (Old == NULL || Old->AlternativeLists != 1 || !NvmeOffersMessages(Old)) {
        return STATUS_SUCCESS;
    }
    Size = Old->ListSize + (KeQueryActiveProcessorCountEx(ALL_PROCESSOR_GROUPS) + 1) *
                               sizeof(IO_RESOURCE_DESCRIPTOR);
    New = ExAllocatePoolWithTag(NonPagedPool, Size, NVME_POOL_TAG);
    if (New == NULL) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    *New = *Old;
    New->ListSize = Size;
    NvmeCopyRequirements(New, Old);
    Irp->IoStatus.Information = (ULONG_PTR)New;
    ExFreePool(Old);
    return STATUS_SUCCESS;
}
