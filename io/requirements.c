/*
 * Resource requirements: what a PCI function could use, for its driver to filter.
 *
 * A region is preferred where it is, and behind a bridge it may be anywhere in the bridge's
 * windows as well. On bus 0 it stays: where the host bridge has room is not known. Ports may
 * be done without by a function that has memory too, as PCI Express wants it.
 *
 * Interrupts: the messages its driver's module line opts into (MSI-6), preferred, and the
 * line, as the alternative (MSI-2).
 */
#include "iop.h"
#include "iopnp.h"

#define IOP_BAR_PLACES (IOP_BRIDGE_WINDOWS + 2) /* where it is, and none */

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

/* A region somewhere from Minimum to Maximum. */
static VOID
IopRequireRange(PIO_RESOURCE_DESCRIPTOR Descriptor, const IOP_BAR *Bar, ULONG64 Minimum,
                ULONG64 Maximum)
{
    ULONG Shift = Bar->Length > MAXULONG ? 8 : 0;

    Descriptor->Type = Shift != 0 ? CmResourceTypeMemoryLarge : Bar->Type;
    Descriptor->ShareDisposition = CmResourceShareDeviceExclusive;
    Descriptor->Flags = Bar->Flags | (Shift != 0 ? CM_RESOURCE_MEMORY_LARGE_40 : 0);
    Descriptor->u.Generic.Length = (ULONG)(Bar->Length >> Shift);
    Descriptor->u.Generic.Alignment = (ULONG)(Bar->Length >> Shift);
    Descriptor->u.Generic.MinimumAddress.QuadPart = (LONGLONG)Minimum;
    Descriptor->u.Generic.MaximumAddress.QuadPart = (LONGLONG)Maximum;
}

/* Whether Bar may be in a window: what is read ahead must not have side effects, and 32
   bits reach so far. */
static BOOLEAN
IopFitsWindow(const IOP_BAR *Bar, const IOP_WINDOW *Window)
{
    return (Bar->Wide || Window->Limit <= MAXULONG) &&
           (!Window->Prefetch || (Bar->Flags & CM_RESOURCE_MEMORY_PREFETCHABLE) != 0);
}

/* The windows of the bridge above, the one for prefetchable memory first. */
static ULONG
IopRequireWindows(PIOP_PDO Pdo, const IOP_BAR *Bar, PIO_RESOURCE_DESCRIPTOR Descriptors)
{
    PIOP_PDO Bridge = IopParentOf(Pdo);
    IOP_WINDOW Windows[IOP_BRIDGE_WINDOWS];
    ULONG Count = Bridge == NULL ? 0 : IopQueryWindows(Bridge, Bar->Type, Windows);
    ULONG Used = 0;

    while (Count-- != 0) {
        if (IopFitsWindow(Bar, &Windows[Count])) {
            IopRequireRange(&Descriptors[Used++], Bar, Windows[Count].Base,
                            Windows[Count].Limit);
        }
    }
    return Used;
}

static BOOLEAN
IopHasMemory(PIOP_PDO Pdo)
{
    for (ULONG Index = 0; Index < Pdo->BarCount; Index++) {
        if (Pdo->Bars[Index].Type == CmResourceTypeMemory) {
            return TRUE;
        }
    }
    return FALSE;
}

/* All places of one region; returns how many descriptors that takes, at most
   IOP_BAR_PLACES. */
static ULONG
IopRequireBar(PIOP_PDO Pdo, const IOP_BAR *Bar, PIO_RESOURCE_DESCRIPTOR Descriptors)
{
    ULONG Used = 0;

    if (Bar->Base != 0) {
        IopRequireRange(&Descriptors[Used++], Bar, Bar->Base,
                        Bar->Base + (Bar->Length - 1));
    }
    Used += IopRequireWindows(Pdo, Bar, &Descriptors[Used]);
    if (Bar->Type == CmResourceTypePort && Bar->Base == 0 && IopHasMemory(Pdo)) {
        Descriptors[Used++].Type = CmResourceTypeNull;
    }
    if (Used == 0) {
        IopRequireRange(&Descriptors[Used++], Bar, 1, 0); /* nowhere: it cannot start */
    }
    for (ULONG Index = 1; Index < Used; Index++) {
        Descriptors[0].Option = IO_RESOURCE_PREFERRED;
        Descriptors[Index].Option = IO_RESOURCE_ALTERNATIVE;
    }
    return Used;
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
   regions are those IopQueryBars found. ListSize counts what is filled. PASSIVE_LEVEL. */
PIO_RESOURCE_REQUIREMENTS_LIST
IopBuildRequirements(PIOP_PDO Pdo)
{
    ULONG Messages = IopOfferedMessages(Pdo);
    ULONG Maximum = Pdo->BarCount * IOP_BAR_PLACES + Messages + 1;
    SIZE_T Size = FIELD_OFFSET(IO_RESOURCE_REQUIREMENTS_LIST, List[0].Descriptors) +
                  Maximum * sizeof(IO_RESOURCE_DESCRIPTOR);
    PIO_RESOURCE_REQUIREMENTS_LIST List = IopAllocate(Size, IOP_TAG_PNP);
    ULONG Used = 0;

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
    for (ULONG Index = 0; Index < Pdo->BarCount; Index++) {
        Used += IopRequireBar(Pdo, &Pdo->Bars[Index], &List->List[0].Descriptors[Used]);
    }
    List->List[0].Count =
        Used + IopRequireInterrupts(Pdo, &List->List[0].Descriptors[Used], Messages);
    List->ListSize =
        (ULONG)(Size - (Maximum - List->List[0].Count) * sizeof(IO_RESOURCE_DESCRIPTOR));
    return List;
}
