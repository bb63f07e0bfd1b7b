/*
 * Bus numbers for bridges that came while the system runs, or that the firmware has left
 * without.
 *
 * The firmware sets numbers aside behind a port where something may be plugged in: they
 * are those up to the port's subordinate number. A new bridge gets the lowest free one and
 * passes on all that are free behind it until what it leads to has been found and numbered
 * in turn; then it keeps what it needs. Buses that have numbers keep them.
 */
#include "iop.h"
#include "iopnp.h"

#define PCI_PRIMARY_BUS     0x18
#define PCI_SECONDARY_BUS   0x19
#define PCI_SUBORDINATE_BUS 0x1A
#define PCI_LAST_BUS        255

/* The last bus number that is passed on to Bus. */
static ULONG
IopSubordinateOf(ULONG Bus)
{
    PIOP_PDO Bridge = IopFindBridge(Bus);

    return Bridge == NULL ? PCI_LAST_BUS
                          : HalReadPci(Bridge->Address, PCI_SUBORDINATE_BUS, 1);
}

/* Whether a bridge on Bus, which therefore is a neighbour, passes Number on. */
static BOOLEAN
IopIsNumberTaken(ULONG Bus, ULONG Number)
{
    for (PLIST_ENTRY Link = IopPdos.Flink; Link != &IopPdos; Link = Link->Flink) {
        PIOP_PDO Pdo = CONTAINING_RECORD(Link, IOP_PDO, Link);

        if (Pdo->SecondaryBus != 0 && Pdo->Address.Bus == Bus &&
            Number >= Pdo->SecondaryBus &&
            Number <= HalReadPci(Pdo->Address, PCI_SUBORDINATE_BUS, 1)) {
            return TRUE;
        }
    }
    return FALSE;
}

/* The first number behind Bus that is free, and the last of those that follow it without
   a gap; FALSE: there is none. */
static BOOLEAN
IopFindNumbers(ULONG Bus, PULONG First, PULONG Last)
{
    ULONG Limit = IopSubordinateOf(Bus);

    for (*First = Bus + 1; *First <= Limit && IopIsNumberTaken(Bus, *First); (*First)++) {
    }
    for (*Last = *First; *Last < Limit && !IopIsNumberTaken(Bus, *Last + 1); (*Last)++) {
    }
    return *First <= Limit;
}

static VOID
IopSetNumbers(PIOP_PDO Bridge, ULONG Secondary, ULONG Subordinate)
{
    HalWritePci(Bridge->Address, PCI_PRIMARY_BUS, 1, Bridge->Address.Bus);
    HalWritePci(Bridge->Address, PCI_SECONDARY_BUS, 1, Secondary);
    HalWritePci(Bridge->Address, PCI_SUBORDINATE_BUS, 1, Subordinate);
    Bridge->SecondaryBus = (UCHAR)Secondary;
}

/* The highest number of a bus behind Bus, or Bus itself. */
static ULONG
IopHighestBehind(ULONG Bus)
{
    ULONG Highest = Bus;

    for (PLIST_ENTRY Link = IopPdos.Flink; Link != &IopPdos; Link = Link->Flink) {
        PIOP_PDO Pdo = CONTAINING_RECORD(Link, IOP_PDO, Link);

        if (Pdo->SecondaryBus > Highest && IopIsBehind(Pdo, Bus)) {
            Highest = Pdo->SecondaryBus;
        }
    }
    return Highest;
}

/* Numbers one bridge and finds what is behind it. */
static VOID
IopNumberBridge(PIOP_PDO Bridge)
{
    ULONG First;
    ULONG Last;

    if (!IopFindNumbers(Bridge->Address.Bus, &First, &Last)) {
        DbgPrint("io: %s: there is no bus number left for it\n", IopPdoName(Bridge));
        return;
    }
    IopSetNumbers(Bridge, First, Last);
    IopScanBus(First);
    IopNumberBus(First);
    IopSetNumbers(Bridge, First, IopHighestBehind(First));
    DbgPrint("io: %s: the bus behind it has number %u\n", IopPdoName(Bridge), First);
}

/* A bridge of type 1 or nothing: a bus number of 0 means that there is none. New bridges
   are appended to the list, so that this finds them too; each turn numbers one or skips
   it. */
VOID
IopNumberBus(ULONG Bus)
{
    for (PLIST_ENTRY Link = IopPdos.Flink; Link != &IopPdos; Link = Link->Flink) {
        PIOP_PDO Pdo = CONTAINING_RECORD(Link, IOP_PDO, Link);

        if (!Pdo->Gone && Pdo->HeaderType == PCI_BRIDGE_TYPE && IopIsPci(Pdo) &&
            Pdo->Address.Bus == Bus && Pdo->SecondaryBus == 0) {
            IopNumberBridge(Pdo);
        }
    }
}
