/*
 * PCI bridges: which function stands behind which, and the windows of addresses that a
 * bridge lets through.
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

    return (IOP_WINDOW){(ULONG64)Base << 8, (ULONG64)Limit << 8 | 0xFFF, FALSE};
}

static IOP_WINDOW
IopMemoryWindow(HAL_PCI_ADDRESS Bridge)
{
    ULONG64 Base = HalReadPci(Bridge, PCI_MEMORY_BASE, 2) & PCI_MEMORY_UNIT_MASK;
    ULONG64 Limit = HalReadPci(Bridge, PCI_MEMORY_LIMIT, 2) & PCI_MEMORY_UNIT_MASK;

    return (IOP_WINDOW){Base << 16, Limit << 16 | 0xFFFFF, FALSE};
}

static IOP_WINDOW
IopPrefetchWindow(HAL_PCI_ADDRESS Bridge)
{
    ULONG Low = HalReadPci(Bridge, PCI_PREFETCH_BASE, 2);
    ULONG High = HalReadPci(Bridge, PCI_PREFETCH_LIMIT, 2);
    IOP_WINDOW Window = {(ULONG64)(Low & PCI_MEMORY_UNIT_MASK) << 16,
                         (ULONG64)(High & PCI_MEMORY_UNIT_MASK) << 16 | 0xFFFFF, TRUE};

    if ((Low & PCI_PREFETCH_64BIT) != 0) {
        Window.Base |= (ULONG64)HalReadPci(Bridge, PCI_PREFETCH_BASE_H, 4) << 32;
        Window.Limit |= (ULONG64)HalReadPci(Bridge, PCI_PREFETCH_LIMIT_H, 4) << 32;
    }
    return Window;
}

/* The windows of a kind of range that Bridge passes on; 0: none, or no bridge. */
ULONG
IopQueryWindows(PIOP_PDO Bridge, UCHAR Type, PIOP_WINDOW Windows)
{
    IOP_WINDOW Found[IOP_BRIDGE_WINDOWS] = {{0}};
    ULONG Count = 0;

    if (Bridge->HeaderType != PCI_BRIDGE_TYPE) {
        return 0;
    }
    if (Type == CmResourceTypePort) {
        Found[0] = IopPortWindow(Bridge->Address);
    } else {
        Found[0] = IopMemoryWindow(Bridge->Address);
        Found[1] = IopPrefetchWindow(Bridge->Address);
    }
    for (ULONG Index = 0; Index < IOP_BRIDGE_WINDOWS; Index++) {
        if (Found[Index].Base != 0 && Found[Index].Limit >= Found[Index].Base) {
            Windows[Count++] = Found[Index];
        }
    }
    return Count;
}
