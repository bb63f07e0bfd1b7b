/*
 * What a PCI function is given: its regions, and interrupts from the HAL, as the raw and
 * translated lists of IRP_MN_START_DEVICE (CON-22 to CON-24, MSI-1 to MSI-4).
 */
#include "iop.h"
#include "iopnp.h"

/* The device's line: a PCI function's pin, or what the legacy list says. */
static NTSTATUS
IopAssignLine(PIOP_PDO Pdo, KAFFINITY Processors)
{
    return Pdo->Legacy != NULL
               ? HalAssignIsaLine(Pdo->Legacy->IsaLine, Processors, Pdo->Interrupts)
               : HalAssignLine(Pdo->Address, Processors, Pdo->Interrupts);
}

/*
 * Gets the device its interrupts: the messages asked for, else one message, else the line
 * (MSI-4). A device without any interrupt may still start.
 */
static VOID
IopAssignInterrupts(PIOP_PDO Pdo, const IOP_INTERRUPT_REQUEST *Request)
{
    const KAFFINITY *Processors = Request->MessageProcessors;
    ULONG Messages = Request->Messages;
    NTSTATUS Status = STATUS_NOT_SUPPORTED;

    if (IopIsPci(Pdo) && Messages != 0) {
        Status = HalAssignMessages(Pdo->Address, Processors, Messages, Pdo->Interrupts);
        Pdo->InterruptCount = Messages;
    }
    if (IopIsPci(Pdo) && !NT_SUCCESS(Status) && Messages > 1) {
        Status = HalAssignMessages(Pdo->Address, Processors, 1, Pdo->Interrupts);
        Pdo->InterruptCount = 1;
    }
    if (!NT_SUCCESS(Status) && Pdo->InterruptPin != 0) {
        Status = IopAssignLine(Pdo, Request->LineProcessors);
        Pdo->InterruptCount = 1;
    }
    if (!NT_SUCCESS(Status)) {
        Pdo->InterruptCount = 0;
        if (Messages != 0 || Pdo->InterruptPin != 0) {
            DbgPrint("io: %s gets no interrupt: status 0x%08X\n",
                     Pdo->DeviceObject->DeviceObjectExtension->Description, Status);
        }
    }
}

/* A region; its raw and translated forms are the same. */
static VOID
IopDescribeBar(PCM_PARTIAL_RESOURCE_DESCRIPTOR Descriptor, const IOP_BAR *Bar)
{
    Descriptor->Type = Bar->Type;
    Descriptor->ShareDisposition = Bar->Share;
    Descriptor->Flags = Bar->Flags;
    Descriptor->u.Generic.Start.QuadPart = (LONGLONG)Bar->Base;
    Descriptor->u.Generic.Length = (ULONG)Bar->Length;
    if (Bar->Length > MAXULONG) {
        /* Lengths are powers of 2: in units of 256 bytes any we can meet fits. */
        Descriptor->Type = CmResourceTypeMemoryLarge;
        Descriptor->Flags |= CM_RESOURCE_MEMORY_LARGE_40;
        Descriptor->u.Memory40.Length40 = (ULONG)(Bar->Length >> 8);
    }
}

/* A line: raw is the interrupt controller's input, translated what the processor sees. */
static VOID
IopDescribeLine(PCM_PARTIAL_RESOURCE_DESCRIPTOR Raw,
                PCM_PARTIAL_RESOURCE_DESCRIPTOR Translated,
                const HAL_INTERRUPT_ASSIGNMENT *Assignment, KIRQL Irql)
{
    Raw->Type = CmResourceTypeInterrupt;
    Raw->ShareDisposition = /* an edge that two devices make is lost while one holds it */
        Assignment->Latched ? CmResourceShareDeviceExclusive : CmResourceShareShared;
    Raw->Flags = Assignment->Latched ? CM_RESOURCE_INTERRUPT_LATCHED
                                     : CM_RESOURCE_INTERRUPT_LEVEL_SENSITIVE;
    *Translated = *Raw;
    Raw->u.Interrupt.Level = Assignment->Gsi;
    Raw->u.Interrupt.Vector = Assignment->Gsi;
    Raw->u.Interrupt.Affinity = Assignment->Affinity;
    Translated->u.Interrupt.Level = Irql;
    Translated->u.Interrupt.Vector = Assignment->Vector;
    Translated->u.Interrupt.Affinity = Assignment->Affinity;
}

/* Count messages from Assignment on, in one descriptor (MSI-3). */
static VOID
IopDescribeMessages(PCM_PARTIAL_RESOURCE_DESCRIPTOR Raw,
                    PCM_PARTIAL_RESOURCE_DESCRIPTOR Translated,
                    const HAL_INTERRUPT_ASSIGNMENT *Assignment, ULONG Count, KIRQL Irql)
{
    Raw->Type = CmResourceTypeInterrupt;
    Raw->ShareDisposition = CmResourceShareShared;
    Raw->Flags = CM_RESOURCE_INTERRUPT_LATCHED | CM_RESOURCE_INTERRUPT_MESSAGE;
    *Translated = *Raw;
    Raw->u.MessageInterrupt.Raw.MessageCount = (USHORT)Count;
    Raw->u.MessageInterrupt.Raw.Vector = Assignment->Vector;
    Raw->u.MessageInterrupt.Raw.Affinity = Assignment->Affinity;
    Translated->u.MessageInterrupt.Translated.Level = Irql;
    Translated->u.MessageInterrupt.Translated.Vector = Assignment->Vector;
    Translated->u.MessageInterrupt.Translated.Affinity = Assignment->Affinity;
}

/* The level its ISR is to run at: none for a device whose ISRs are passive (CON-25). */
static KIRQL
IopLevelOf(PIOP_PDO Pdo, const HAL_INTERRUPT_ASSIGNMENT *Assignment)
{
    return Pdo->PassiveInterrupts ? PASSIVE_LEVEL : Assignment->Irql;
}

/* The interrupt descriptors; returns how many were filled. */
static ULONG
IopDescribeInterrupts(PIOP_PDO Pdo, PCM_PARTIAL_RESOURCE_DESCRIPTOR Raw,
                      PCM_PARTIAL_RESOURCE_DESCRIPTOR Translated)
{
    const HAL_INTERRUPT_ASSIGNMENT *First = &Pdo->Interrupts[0];

    if (Pdo->InterruptCount == 0) {
        return 0;
    }
    if (!First->Message) {
        IopDescribeLine(Raw, Translated, First, IopLevelOf(Pdo, First));
        return 1;
    }
    if (HalFindPciCapability(Pdo->Address, PCI_CAPABILITY_ID_MSIX) == 0) {
        IopDescribeMessages(Raw, Translated, First, Pdo->InterruptCount,
                            IopLevelOf(Pdo, First));
        return 1;
    }
    for (ULONG Index = 0; Index < Pdo->InterruptCount; Index++) {
        IopDescribeMessages(&Raw[Index], &Translated[Index], &First[Index], 1,
                            IopLevelOf(Pdo, &First[Index]));
    }
    return Pdo->InterruptCount;
}

/* An empty list with room for the regions and interrupts of Pdo. */
static PCM_RESOURCE_LIST
IopAllocateResources(PIOP_PDO Pdo)
{
    PCM_RESOURCE_LIST List = IopAllocate(Pdo->ResourceLength, IOP_TAG_PNP);

    if (List != NULL) {
        List->Count = 1;
        List->List[0].InterfaceType = IopIsPci(Pdo)         ? PCIBus
                                      : Pdo->Legacy != NULL ? Isa
                                                            : Internal;
        List->List[0].BusNumber = IopIsPci(Pdo) ? Pdo->Address.Bus : 0;
        List->List[0].PartialResourceList.Version = 1;
        List->List[0].PartialResourceList.Revision = 1;
    }
    return List;
}

/* Fills both lists, which have room for everything. */
static VOID
IopDescribeResources(PIOP_PDO Pdo)
{
    PCM_PARTIAL_RESOURCE_LIST Raw = &Pdo->RawResources->List[0].PartialResourceList;
    PCM_PARTIAL_RESOURCE_LIST Translated =
        &Pdo->TranslatedResources->List[0].PartialResourceList;
    ULONG Used = 0;

    for (ULONG Index = 0; Index < Pdo->Held->Count; Index++) {
        if (Pdo->Held->Ranges[Index].Length != 0) {
            IopDescribeBar(&Raw->PartialDescriptors[Used], &Pdo->Held->Ranges[Index]);
            IopDescribeBar(&Translated->PartialDescriptors[Used],
                           &Pdo->Held->Ranges[Index]);
            Used++;
        }
    }
    Used += IopDescribeInterrupts(Pdo, &Raw->PartialDescriptors[Used],
                                  &Translated->PartialDescriptors[Used]);
    Raw->Count = Used;
    Translated->Count = Used;
}

/* Says what the device does without. */
static VOID
IopReportLeftOut(PIOP_PDO Pdo)
{
    for (ULONG Index = 0; Index < Pdo->Held->Count; Index++) {
        if (Pdo->Held->Ranges[Index].Length == 0) {
            DbgPrint("io: %s: there is no place for a region, it does without\n",
                     IopPdoName(Pdo));
        }
    }
}

/*
 * Gives Pdo the places that are proposed for it and interrupts, and builds its lists.
 * STATUS_SUCCESS, STATUS_INSUFFICIENT_RESOURCES. PASSIVE_LEVEL.
 */
NTSTATUS
IopAssignResources(PIOP_PDO Pdo)
{
    const IOP_MODULE *Module = &IopDriverExtension(Pdo->FunctionDriver)->Module;

    Pdo->Held = Pdo->Proposed;
    Pdo->Proposed = NULL;
    if (IopIsPci(Pdo)) {
        IopSetBars(Pdo, Pdo->Held);
    }
    IopReportLeftOut(Pdo);
    Pdo->PassiveInterrupts = Module->Passive != 0;
    IopCompleteInterruptRequest(&Pdo->Held->Interrupts, IopChooseProcessors(Module));
    IopAssignInterrupts(Pdo, &Pdo->Held->Interrupts);
    Pdo->ResourceLength =
        (ULONG)(FIELD_OFFSET(CM_RESOURCE_LIST,
                             List[0].PartialResourceList.PartialDescriptors) +
                (Pdo->Held->Count + Pdo->InterruptCount) *
                    sizeof(CM_PARTIAL_RESOURCE_DESCRIPTOR));
    Pdo->RawResources = IopAllocateResources(Pdo);
    Pdo->TranslatedResources = IopAllocateResources(Pdo);
    if (Pdo->RawResources == NULL || Pdo->TranslatedResources == NULL) {
        IopReleaseResources(Pdo);
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    IopDescribeResources(Pdo);
    return STATUS_SUCCESS;
}

/* Takes everything back; nothing may be connected to the interrupts any more. */
VOID
IopReleaseResources(PIOP_PDO Pdo)
{
    PVOID Blocks[] = {Pdo->RawResources, Pdo->TranslatedResources, Pdo->Held};

    for (ULONG Index = 0; Index < Pdo->InterruptCount; Index++) {
        HalReleaseAssignment(&Pdo->Interrupts[Index]);
    }
    Pdo->InterruptCount = 0;
    Pdo->RawResources = NULL;
    Pdo->TranslatedResources = NULL;
    Pdo->Held = NULL;
    for (ULONG Index = 0; Index < RTL_NUMBER_OF(Blocks); Index++) {
        if (Blocks[Index] != NULL) {
            ExFreePoolWithTag(Blocks[Index], IOP_TAG_PNP);
        }
    }
}
