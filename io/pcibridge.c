/*
 * PCI bridges: which function stands behind which, and room in the windows a bridge lets
 * through for a function that the firmware has not seen.
 */
#include "iop.h"
#include "iopnp.h"

#define PCI_COMMAND          0x04
#define PCI_IO_BASE          0x1C
#define PCI_IO_LIMIT         0x1D
#define PCI_MEMORY_BASE      0x20
#define PCI_MEMORY_LIMIT     0x22
#define PCI_PREFETCH_BASE    0x24
#define PCI_PREFETCH_LIMIT   0x26
#define PCI_PREFETCH_BASE_H  0x28
#define PCI_PREFETCH_LIMIT_H 0x2C
#define PCI_MEMORY_UNIT_MASK 0xFFF0
#define PCI_PREFETCH_64BIT   0x1
#define PCI_IO_UNIT_MASK     0xF0

/* Addresses a bridge passes on; Limit is the last one. Base 0: none. */
typedef struct _IOP_WINDOW {
    ULONG64 Base;
    ULONG64 Limit;
} IOP_WINDOW;

PIOP_PDO
IopFindBridge(ULONG Bus)
{
    for (PLIST_ENTRY Link = IopPdos.Flink; Bus != 0 && Link != &IopPdos;
         Link = Link->Flink) {
        PIOP_PDO Pdo = CONTAINING_RECORD(Link, IOP_PDO, Link);

        if (Pdo->SecondaryBus == Bus) {
            return Pdo;
        }
    }
    return NULL;
}

BOOLEAN
IopIsBehind(PIOP_PDO Pdo, ULONG Bus)
{
    ULONG Above = Pdo->Address.Bus;
    PIOP_PDO Bridge;

    while (Above != Bus && (Bridge = IopFindBridge(Above)) != NULL &&
           Bridge->Address.Bus < Above) {
        Above = Bridge->Address.Bus;
    }
    return Above == Bus;
}

/* Ends, as the routine above does: each step goes to a bus of a lower number. */
VOID
IopOpenBridges(PIOP_PDO Pdo)
{
    ULONG Bus = Pdo->Address.Bus;
    PIOP_PDO Bridge;

    while ((Bridge = IopFindBridge(Bus)) != NULL && Bridge->Address.Bus < Bus) {
        HalWritePci(Bridge->Address, PCI_COMMAND, 2,
                    HalReadPci(Bridge->Address, PCI_COMMAND, 2) | PCI_ENABLE_IO_SPACE |
                        PCI_ENABLE_MEMORY_SPACE | PCI_ENABLE_BUS_MASTER);
        Bus = Bridge->Address.Bus;
    }
}

static IOP_WINDOW
IopPortWindow(HAL_PCI_ADDRESS Bridge)
{
    ULONG Base = HalReadPci(Bridge, PCI_IO_BASE, 1) & PCI_IO_UNIT_MASK;
    ULONG Limit = HalReadPci(Bridge, PCI_IO_LIMIT, 1) & PCI_IO_UNIT_MASK;

    return (IOP_WINDOW){(ULONG64)Base << 8, (ULONG64)Limit << 8 | 0xFFF};
}

static IOP_WINDOW
IopMemoryWindow(HAL_PCI_ADDRESS Bridge)
{
    ULONG64 Base = HalReadPci(Bridge, PCI_MEMORY_BASE, 2) & PCI_MEMORY_UNIT_MASK;
    ULONG64 Limit = HalReadPci(Bridge, PCI_MEMORY_LIMIT, 2) & PCI_MEMORY_UNIT_MASK;

    return (IOP_WINDOW){Base << 16, Limit << 16 | 0xFFFFF};
}

static IOP_WINDOW
IopPrefetchWindow(HAL_PCI_ADDRESS Bridge)
{
    ULONG Low = HalReadPci(Bridge, PCI_PREFETCH_BASE, 2);
    ULONG High = HalReadPci(Bridge, PCI_PREFETCH_LIMIT, 2);
    IOP_WINDOW Window = {(ULONG64)(Low & PCI_MEMORY_UNIT_MASK) << 16,
                         (ULONG64)(High & PCI_MEMORY_UNIT_MASK) << 16 | 0xFFFFF};

    if ((Low & PCI_PREFETCH_64BIT) != 0) {
        Window.Base |= (ULONG64)HalReadPci(Bridge, PCI_PREFETCH_BASE_H, 4) << 32;
        Window.Limit |= (ULONG64)HalReadPci(Bridge, PCI_PREFETCH_LIMIT_H, 4) << 32;
    }
    return Window;
}

/* The region of Pdo that Bar, placed at Base, would meet, or NULL. */
static const IOP_BAR *
IopFindOverlap(PIOP_PDO Pdo, const IOP_BAR *Bar, ULONG64 Base)
{
    for (ULONG Index = 0; Index < Pdo->BarCount; Index++) {
        const IOP_BAR *Other = &Pdo->Bars[Index];

        if (Other->Type == Bar->Type && Base < Other->Base + Other->Length &&
            Other->Base < Base + Bar->Length) {
            return Other;
        }
    }
    return NULL;
}

/* The same for every function on Pdo's bus. Pdo itself may not be on the list yet. */
static const IOP_BAR *
IopFindConflict(PIOP_PDO Pdo, const IOP_BAR *Bar, ULONG64 Base)
{
    const IOP_BAR *Found = IopFindOverlap(Pdo, Bar, Base);

    for (PLIST_ENTRY Link = IopPdos.Flink; Found == NULL && Link != &IopPdos;
         Link = Link->Flink) {
        PIOP_PDO Other = CONTAINING_RECORD(Link, IOP_PDO, Link);

        if (Other->Address.Bus == Pdo->Address.Bus) {
            Found = IopFindOverlap(Other, Bar, Base);
        }
    }
    return Found;
}

/* The lowest aligned free place in Window: behind each region that is in the way. */
static BOOLEAN
IopPlaceInWindow(PIOP_PDO Pdo, PIOP_BAR Bar, IOP_WINDOW Window)
{
    ULONG64 Base = ALIGN_UP_BY(Window.Base, Bar->Length);

    if (Window.Base == 0 || Window.Limit < Window.Base ||
        (!Bar->Wide && Window.Limit > MAXULONG)) {
        return FALSE;
    }
    while (Base >= Window.Base && Base + Bar->Length - 1 <= Window.Limit &&
           Base + Bar->Length - 1 >= Base) {
        const IOP_BAR *Other = IopFindConflict(Pdo, Bar, Base);

        if (Other == NULL) {
            Bar->Base = Base;
            return TRUE;
        }
        Base = ALIGN_UP_BY(Other->Base + Other->Length, Bar->Length);
    }
    return FALSE;
}

/* What can be read ahead of its use goes into the window for that, if there is room. */
BOOLEAN
IopPlaceBar(PIOP_PDO Pdo, PIOP_BAR Bar)
{
    PIOP_PDO Bridge = IopFindBridge(Pdo->Address.Bus);

    if (Bridge == NULL) {
        return FALSE;
    }
    if (Bar->Type == CmResourceTypePort) {
        return IopPlaceInWindow(Pdo, Bar, IopPortWindow(Bridge->Address));
    }
    return ((Bar->Flags & CM_RESOURCE_MEMORY_PREFETCHABLE) != 0 &&
            IopPlaceInWindow(Pdo, Bar, IopPrefetchWindow(Bridge->Address))) ||
           IopPlaceInWindow(Pdo, Bar, IopMemoryWindow(Bridge->Address));
}
