/*
 * Windows for bridges that pass nothing on: as large as what is behind them needs, in a
 * window of the bridge above.
 *
 * They are arbitrated like what a device requires, so that devices make room for them.
 * Everything goes through the window for memory that is not prefetched, which is good for
 * all. On bus 0 windows stay as they are: where the host bridge has room is not known.
 */
#include "iop.h"
#include "iopnp.h"

#define PCI_IO_BASE      0x1C
#define PCI_MEMORY_BASE  0x20
#define PCI_MEMORY_UNIT  0x100000ull
#define PCI_PORT_UNIT    0x1000ull
#define IOP_WINDOW_KINDS 2 /* memory and ports */

/* What a kind of range takes behind a bridge. */
typedef struct _IOP_EXTENT {
    ULONG64 Length;
    ULONG64 Alignment;
} IOP_EXTENT, *PIOP_EXTENT;

static VOID
IopExtend(PIOP_EXTENT Extent, ULONG64 Length, ULONG64 Alignment)
{
    Extent->Length += Length;
    Extent->Alignment = max(Extent->Alignment, Alignment);
}

/*
 * The sum of what is on Bus and behind its bridges, those that are numbered. Lengths are
 * powers of 2 and the largest is placed first, so that nothing is lost between them. Ends:
 * each step goes to a bus of a higher number.
 */
static IOP_EXTENT
IopMeasureBus(ULONG Bus, UCHAR Type)
{
    ULONG64 Unit = Type == CmResourceTypePort ? PCI_PORT_UNIT : PCI_MEMORY_UNIT;
    IOP_EXTENT Extent = {0, Unit};

    for (PLIST_ENTRY Link = IopPdos.Flink; Link != &IopPdos; Link = Link->Flink) {
        PIOP_PDO Pdo = CONTAINING_RECORD(Link, IOP_PDO, Link);

        if (Pdo->Gone || !IopIsPci(Pdo) || Pdo->Address.Bus != Bus) {
            continue;
        }
        for (ULONG Index = 0; Index < Pdo->BarCount; Index++) {
            if (Pdo->Bars[Index].Type == Type) {
                IopExtend(&Extent, Pdo->Bars[Index].Length, Pdo->Bars[Index].Length);
            }
        }
        /* Of bridges that claim the same bus the first one has it. */
        if (Pdo->SecondaryBus > Bus && IopFindBridge(Pdo->SecondaryBus) == Pdo) {
            IOP_EXTENT Behind = IopMeasureBus(Pdo->SecondaryBus, Type);

            IopExtend(&Extent, Behind.Length, Behind.Alignment);
        }
    }
    Extent.Length = (Extent.Length + Unit - 1) / Unit * Unit;
    return Extent;
}

/* Adds a window of one kind, anywhere in those of the bridge above; ports may be done
   without. Returns how many descriptors that takes. */
static ULONG
IopRequireWindow(PIOP_PDO Bridge, UCHAR Type, PIO_RESOURCE_DESCRIPTOR Descriptors)
{
    IOP_EXTENT Extent = IopMeasureBus(Bridge->SecondaryBus, Type);
    IOP_WINDOW Windows[IOP_BRIDGE_WINDOWS];
    ULONG Count = IopQueryWindows(IopParentOf(Bridge), Type, Windows);
    ULONG Used = 0;

    for (ULONG Index = 0; Extent.Length != 0 && Index < Count; Index++) {
        PIO_RESOURCE_DESCRIPTOR Descriptor = &Descriptors[Used];

        if (Windows[Index].Prefetch || Windows[Index].Limit > MAXULONG ||
            Extent.Length > MAXULONG || Extent.Alignment > MAXULONG) {
            continue;
        }
        Descriptor->Type = Type;
        Descriptor->Option = Used != 0 ? IO_RESOURCE_ALTERNATIVE : 0;
        Descriptor->u.Generic.Length = (ULONG)Extent.Length;
        Descriptor->u.Generic.Alignment = (ULONG)Extent.Alignment;
        Descriptor->u.Generic.MinimumAddress.QuadPart = (LONGLONG)Windows[Index].Base;
        Descriptor->u.Generic.MaximumAddress.QuadPart = (LONGLONG)Windows[Index].Limit;
        Used++;
    }
    if (Used != 0 && Type == CmResourceTypePort) {
        Descriptors[Used++].Option = IO_RESOURCE_ALTERNATIVE; /* without, if need be */
    }
    return Used;
}

static PIO_RESOURCE_REQUIREMENTS_LIST
IopBuildWindowRequirements(PIOP_PDO Bridge)
{
    ULONG Maximum = IOP_WINDOW_KINDS * (IOP_BRIDGE_WINDOWS + 1);
    SIZE_T Size = FIELD_OFFSET(IO_RESOURCE_REQUIREMENTS_LIST, List[0].Descriptors) +
                  Maximum * sizeof(IO_RESOURCE_DESCRIPTOR);
    PIO_RESOURCE_REQUIREMENTS_LIST List = IopAllocate(Size, IOP_TAG_PNP);

    if (List != NULL) {
        List->ListSize = (ULONG)Size;
        List->AlternativeLists = 1;
        List->List[0].Count =
            IopRequireWindow(Bridge, CmResourceTypeMemory, List->List[0].Descriptors);
        List->List[0].Count += IopRequireWindow(
            Bridge, CmResourceTypePort, &List->List[0].Descriptors[List->List[0].Count]);
    }
    return List;
}

/* Writes the windows found into the bridge's registers. */
static VOID
IopSetWindows(PIOP_PDO Bridge, const IOP_ALLOCATION *Allocation)
{
    for (ULONG Index = 0; Index < Allocation->Count; Index++) {
        ULONG64 Base = Allocation->Ranges[Index].Base;
        ULONG64 Limit = Base + Allocation->Ranges[Index].Length - 1;

        if (Base == 0) {
            continue; /* without ports */
        }
        if (Allocation->Ranges[Index].Type == CmResourceTypePort) {
            HalWritePci(Bridge->Address, PCI_IO_BASE, 2,
                        (ULONG)(Base >> 8 & 0xF0) | (ULONG)(Limit & 0xF000));
        } else {
            HalWritePci(Bridge->Address, PCI_MEMORY_BASE, 4,
                        (ULONG)(Base >> 16 & 0xFFF0) | (ULONG)(Limit & 0xFFF00000));
        }
    }
}

static BOOLEAN
IopHasWindows(PIOP_PDO Bridge)
{
    IOP_WINDOW Windows[IOP_BRIDGE_WINDOWS];

    return IopQueryWindows(Bridge, CmResourceTypeMemory, Windows) != 0 ||
           IopQueryWindows(Bridge, CmResourceTypePort, Windows) != 0;
}

static VOID
IopOpenWindows(PIOP_PDO Bridge)
{
    PIO_RESOURCE_REQUIREMENTS_LIST List = IopBuildWindowRequirements(Bridge);
    NTSTATUS Status;

    if (List == NULL) {
        return;
    }
    Status = IopArbitrate(Bridge, List, FALSE);
    if (Status == STATUS_CONFLICTING_ADDRESSES) {
        Status = IopRebalance(Bridge, List);
    }
    if (NT_SUCCESS(Status)) {
        IopSetWindows(Bridge, Bridge->Proposed);
    } else if (Status == STATUS_CONFLICTING_ADDRESSES) {
        IopReportConflict(Bridge);
    }
    IopDropProposal(Bridge);
    ExFreePoolWithTag(List, IOP_TAG_PNP);
}

/* The outer ones first: those of a bridge are in those of the one above. */
VOID
IopOpenWindowsBehind(ULONG Bus)
{
    for (PLIST_ENTRY Link = IopPdos.Flink; Link != &IopPdos; Link = Link->Flink) {
        PIOP_PDO Pdo = CONTAINING_RECORD(Link, IOP_PDO, Link);

        if (!Pdo->Gone && IopIsPci(Pdo) && Pdo->SecondaryBus > Bus &&
            IopIsBehind(Pdo, Bus) && IopParentOf(Pdo) != NULL && !IopHasWindows(Pdo)) {
            IopOpenWindows(Pdo);
        }
    }
}
