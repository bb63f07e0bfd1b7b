/*
 * Devices that come and go with a bus: what happens to the PDOs behind a slot.
 *
 * A PDO whose function is gone is marked first and removed then. Its address stays its own
 * until the last file on its stack is closed, so a new function in the slot has to wait.
 */
#include "iop.h"
#include "iopnp.h"

#define PCI_VENDOR_ID 0x00

BOOLEAN
IopBusPopulated(ULONG Bus)
{
    for (PLIST_ENTRY Link = IopPdos.Flink; Link != &IopPdos; Link = Link->Flink) {
        PIOP_PDO Pdo = CONTAINING_RECORD(Link, IOP_PDO, Link);

        if (!Pdo->Gone && Pdo->Address.Bus == Bus) {
            return TRUE;
        }
    }
    return FALSE;
}

/* Whether the function the PDO was made for still answers at its address. */
static BOOLEAN
IopStillAnswers(PIOP_PDO Pdo)
{
    ULONG Identity = (ULONG)Pdo->DeviceId << 16 | Pdo->VendorId;

    return HalReadPci(Pdo->Address, PCI_VENDOR_ID, 4) == Identity;
}

/* The last PDO found behind Bus that is gone and whose removal has not begun, or NULL.
   The last first: functions behind a bridge were found after it. */
static PIOP_PDO
IopNextGone(ULONG Bus)
{
    for (PLIST_ENTRY Link = IopPdos.Blink; Link != &IopPdos; Link = Link->Blink) {
        PIOP_PDO Pdo = CONTAINING_RECORD(Link, IOP_PDO, Link);

        if (Pdo->Gone && Pdo->State != IopPdoSurpriseRemoved && IopIsBehind(Pdo, Bus)) {
            return Pdo;
        }
    }
    return NULL;
}

VOID
IopBusVanished(ULONG Bus)
{
    PIOP_PDO Pdo;

    for (PLIST_ENTRY Link = IopPdos.Flink; Link != &IopPdos; Link = Link->Flink) {
        Pdo = CONTAINING_RECORD(Link, IOP_PDO, Link);
        if (!Pdo->Gone && IopIsBehind(Pdo, Bus) && !IopStillAnswers(Pdo)) {
            DbgPrint("io: %s is gone without notice\n", IopPdoName(Pdo));
            Pdo->Gone = TRUE;
        }
    }
    while ((Pdo = IopNextGone(Bus)) != NULL) {
        IopSurpriseRemoveDevice(Pdo);
    }
}

/* Takes back the queries of IopEjectBus, which Refusing and those before it answered. */
static VOID
IopCancelEject(ULONG Bus, PIOP_PDO Refusing)
{
    for (PLIST_ENTRY Link = Refusing->Link.Flink; Link != &IopPdos; Link = Link->Flink) {
        PIOP_PDO Pdo = CONTAINING_RECORD(Link, IOP_PDO, Link);
        IO_STACK_LOCATION Location = {0};

        if (Pdo->State == IopPdoStarted && IopIsBehind(Pdo, Bus)) {
            IopSendPnp(Pdo, IRP_MN_CANCEL_REMOVE_DEVICE, &Location, NULL);
        }
    }
}

/* Asks every device behind Bus, those found last first. */
static BOOLEAN
IopQueryEject(ULONG Bus)
{
    for (PLIST_ENTRY Link = IopPdos.Blink; Link != &IopPdos; Link = Link->Blink) {
        PIOP_PDO Pdo = CONTAINING_RECORD(Link, IOP_PDO, Link);
        NTSTATUS Status;

        if (Pdo->Gone || !IopIsBehind(Pdo, Bus)) {
            continue;
        }
        Status = IopQueryRemoval(Pdo);
        if (!NT_SUCCESS(Status)) {
            DbgPrint("io: %s stays: its removal is refused with status 0x%08X\n",
                     IopPdoName(Pdo), Status);
            IopCancelEject(Bus, Pdo);
            return FALSE;
        }
    }
    return TRUE;
}

BOOLEAN
IopEjectBus(ULONG Bus)
{
    PIOP_PDO Pdo;

    if (!IopQueryEject(Bus)) {
        return FALSE;
    }
    for (PLIST_ENTRY Link = IopPdos.Flink; Link != &IopPdos; Link = Link->Flink) {
        Pdo = CONTAINING_RECORD(Link, IOP_PDO, Link);
        Pdo->Gone |= IopIsBehind(Pdo, Bus);
    }
    while ((Pdo = IopNextGone(Bus)) != NULL) {
        DbgPrint("io: %s is removed\n", IopPdoName(Pdo));
        IopRemoveDevice(Pdo);
    }
    return TRUE;
}

/* The first function on or behind Bus that no driver has been looked for, or NULL. */
static PIOP_PDO
IopNextArrived(ULONG Bus, PLIST_ENTRY After)
{
    for (PLIST_ENTRY Link = After->Flink; Link != &IopPdos; Link = Link->Flink) {
        PIOP_PDO Pdo = CONTAINING_RECORD(Link, IOP_PDO, Link);

        if (!Pdo->Gone && IopIsPci(Pdo) && Pdo->State == IopPdoEnumerated &&
            IopIsBehind(Pdo, Bus)) {
            return Pdo;
        }
    }
    return NULL;
}

BOOLEAN
IopBusArrived(ULONG Bus)
{
    PLIST_ENTRY After = &IopPdos;
    PIOP_PDO Pdo;

    for (PLIST_ENTRY Link = IopPdos.Flink; Link != &IopPdos; Link = Link->Flink) {
        Pdo = CONTAINING_RECORD(Link, IOP_PDO, Link);
        if (Pdo->Gone && IopIsBehind(Pdo, Bus)) {
            return FALSE;
        }
    }
    IopScanBus(Bus);
    IopNumberBus(Bus);
    IopOpenWindowsBehind(Bus);
    while ((Pdo = IopNextArrived(Bus, After)) != NULL) {
        After = &Pdo->Link;
        DbgPrint("io: %s: vendor %04x, device %04x arrived\n", IopPdoName(Pdo),
                 Pdo->VendorId, Pdo->DeviceId);
        IopStartNewDevice(Pdo);
    }
    return TRUE;
}
