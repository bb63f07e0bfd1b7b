/*
 * Resource requirements: what a PCI function could use, for its driver to filter.
 *
 * Regions stay where the firmware put them. Interrupts: the messages its driver's module
 * line opts into (MSI-6), preferred, and the line, as the alternative (MSI-2).
 */
#include "iop.h"
#include "iopnp.h"

/* The messages to offer: as many as the driver asked for, if the device has them. */
static ULONG
IopOfferedMessages(PIOP_PDO Pdo)
{
    ULONG Wanted = 0;

    if (Pdo->FunctionDriver != NULL) {
        Wanted = IopDriverExtension(Pdo->FunctionDriver)->Module.MessageCount;
    }
    return Wanted == 0 ? 0 : min(Wanted, HalQueryMessageCount(Pdo->Address));
}

/* A region at its one possible place. */
static VOID
IopRequireBar(PIO_RESOURCE_DESCRIPTOR Descriptor, const IOP_BAR *Bar)
{
    Descriptor->Type = Bar->Type;
    Descriptor->ShareDisposition = CmResourceShareDeviceExclusive;
    Descriptor->Flags = Bar->Flags;
    Descriptor->u.Generic.Length = (ULONG)Bar->Length;
    Descriptor->u.Generic.Alignment = (ULONG)Bar->Length;
    Descriptor->u.Generic.MinimumAddress.QuadPart = (LONGLONG)Bar->Base;
    Descriptor->u.Generic.MaximumAddress.QuadPart =
        (LONGLONG)(Bar->Base + Bar->Length - 1);
}

/* Messages in one descriptor: the vector range counts them (MSI-2). */
static VOID
IopRequireMessages(PIO_RESOURCE_DESCRIPTOR Descriptor, ULONG Count)
{
    Descriptor->Option = IO_RESOURCE_PREFERRED;
    Descriptor->Type = CmResourceTypeInterrupt;
    Descriptor->ShareDisposition = CmResourceShareShared;
    Descriptor->Flags = CM_RESOURCE_INTERRUPT_LATCHED | CM_RESOURCE_INTERRUPT_MESSAGE;
    Descriptor->u.Interrupt.MinimumVector =
        CM_RESOURCE_INTERRUPT_MESSAGE_TOKEN - Count + 1;
    Descriptor->u.Interrupt.MaximumVector = CM_RESOURCE_INTERRUPT_MESSAGE_TOKEN;
}

static VOID
IopRequireLine(PIO_RESOURCE_DESCRIPTOR Descriptor, BOOLEAN Alternative)
{
    Descriptor->Option = Alternative ? IO_RESOURCE_ALTERNATIVE : 0;
    Descriptor->Type = CmResourceTypeInterrupt;
    Descriptor->ShareDisposition = CmResourceShareShared;
    Descriptor->Flags = CM_RESOURCE_INTERRUPT_LEVEL_SENSITIVE;
    Descriptor->u.Interrupt.MinimumVector = 0;
    Descriptor->u.Interrupt.MaximumVector = MAXULONG;
}

/* Fills the interrupt descriptors of Count messages; returns how many there are. MSI-X
   has one for each message, MSI one for all. */
static ULONG
IopRequireInterrupts(PIOP_PDO Pdo, PIO_RESOURCE_DESCRIPTOR Descriptor, ULONG Messages)
{
    ULONG Used = 0;

    if (HalFindPciCapability(Pdo->Address, PCI_CAPABILITY_ID_MSIX) != 0) {
        while (Used < Messages) {
            IopRequireMessages(&Descriptor[Used++], 1);
        }
    } else if (Messages != 0) {
        IopRequireMessages(&Descriptor[Used++], Messages);
    }
    if (Pdo->InterruptPin != 0) {
        IopRequireLine(&Descriptor[Used], Used != 0);
        Used++;
    }
    return Used;
}

/* The list of Pdo's requirements, in pool the receiver frees; NULL: pool is short. The
   regions are those IopQueryBars found. PASSIVE_LEVEL. */
PIO_RESOURCE_REQUIREMENTS_LIST
IopBuildRequirements(PIOP_PDO Pdo)
{
    ULONG Messages = IopOfferedMessages(Pdo);
    ULONG Maximum = Pdo->BarCount + Messages + 1;
    SIZE_T Size = FIELD_OFFSET(IO_RESOURCE_REQUIREMENTS_LIST, List[0].Descriptors) +
                  Maximum * sizeof(IO_RESOURCE_DESCRIPTOR);
    PIO_RESOURCE_REQUIREMENTS_LIST List = IopAllocate(Size, IOP_TAG_PNP);
    ULONG Used;

    if (List == NULL) {
        return NULL;
    }
    List->ListSize = (ULONG)Size;
    List->InterfaceType = PCIBus;
    List->BusNumber = Pdo->Address.Bus;
    List->SlotNumber = Pdo->Address.Device | ((ULONG)Pdo->Address.Function << 5);
    List->AlternativeLists = 1;
    List->List[0].Version = 1;
    List->List[0].Revision = 1;
    for (Used = 0; Used < Pdo->BarCount; Used++) {
        IopRequireBar(&List->List[0].Descriptors[Used], &Pdo->Bars[Used]);
    }
    List->List[0].Count =
        Used + IopRequireInterrupts(Pdo, &List->List[0].Descriptors[Used], Messages);
    return List;
}
