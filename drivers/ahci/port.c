/*
 * One port's engine: stopping it, finding out whether a device is there, starting it.
 *
 * A port has two engines, the FIS receiver (FRE/FR) and the command list (ST/CR). The
 * list may run only while the receiver does, and the addresses of both may change only
 * while both stand still; hence the order in AhciStopPort and AhciStartPort. IRQL of
 * everything here: PASSIVE_LEVEL, because hardware that is slow is waited for asleep.
 */
#include "ahci.h"

#define AHCI_ENGINE_MILLISECONDS 500
#define AHCI_LINK_MILLISECONDS   1000
#define AHCI_DETECT_MILLISECONDS 30
#define AHCI_READY_MILLISECONDS  10000 /* a disk that has to spin up */

static VOID
AhciChangeCommand(PAHCI_PORT Port, ULONG Clear, ULONG Set)
{
    ULONG Command = AhciRead(Port->Registers, AHCI_PX_CMD);

    AhciWrite(Port->Registers, AHCI_PX_CMD, (Command & ~Clear) | Set);
}

/* Stops both engines; of a controller that is gone none runs. FALSE: one did not stop, and
   the port's memory must not be taken away. */
BOOLEAN
AhciStopPort(PAHCI_PORT Port)
{
    if (!AhciIsPresent(Port->Hba)) {
        return TRUE;
    }
    AhciWrite(Port->Registers, AHCI_PX_IE, 0);
    AhciChangeCommand(Port, AHCI_PX_CMD_ST, 0);
    if (!AhciWait(Port->Registers, AHCI_PX_CMD, AHCI_PX_CMD_CR, 0,
                  AHCI_ENGINE_MILLISECONDS)) {
        return FALSE;
    }
    AhciChangeCommand(Port, AHCI_PX_CMD_FRE, 0);
    return AhciWait(Port->Registers, AHCI_PX_CMD, AHCI_PX_CMD_FR, 0,
                    AHCI_ENGINE_MILLISECONDS);
}

/*
 * Is a device connected and its link up? Where spin-up is staggered the port is asked for
 * it first. An empty port answers at once.
 */
BOOLEAN
AhciLinkIsUp(PAHCI_PORT Port)
{
    ULONG PowerUp = AHCI_PX_CMD_SUD | AHCI_PX_CMD_POD;
    BOOLEAN Woken = FALSE;

    if ((Port->Hba->Capabilities & AHCI_CAP_SSS) &&
        !(AhciRead(Port->Registers, AHCI_PX_CMD) & AHCI_PX_CMD_SUD)) {
        AhciChangeCommand(Port, 0, PowerUp);
        Woken = TRUE;
    }
    if (!Woken &&
        (AhciRead(Port->Registers, AHCI_PX_SSTS) & AHCI_DET_MASK) == AHCI_DET_NONE) {
        return FALSE;
    }
    return AhciWait(Port->Registers, AHCI_PX_SSTS, AHCI_DET_MASK, AHCI_DET_PRESENT,
                    AHCI_DETECT_MILLISECONDS);
}

/* COMRESET: the device forgets every command, and a queue error with them. */
static BOOLEAN
AhciResetLink(PAHCI_PORT Port)
{
    LARGE_INTEGER TwoMilliseconds = {.QuadPart = -20000};
    ULONG Control = AhciRead(Port->Registers, AHCI_PX_SCTL) & ~(ULONG)AHCI_DET_MASK;

    AhciWrite(Port->Registers, AHCI_PX_SCTL, Control | AHCI_DET_RESET);
    KeDelayExecutionThread(KernelMode, FALSE, &TwoMilliseconds); /* at least one */
    AhciWrite(Port->Registers, AHCI_PX_SCTL, Control);
    return AhciWait(Port->Registers, AHCI_PX_SSTS, AHCI_DET_MASK, AHCI_DET_PRESENT,
                    AHCI_LINK_MILLISECONDS);
}

/*
 * Gives the stopped port its memory and runs both engines, with a link reset in between
 * if asked for: the device answers that with a FIS, which the receiver has to be there
 * for. Interrupts of the port stay disabled. FALSE: no device became ready.
 */
BOOLEAN
AhciStartPort(PAHCI_PORT Port, BOOLEAN ResetLink)
{
    ULONGLONG List = (ULONGLONG)Port->MemoryAddress.QuadPart;
    ULONGLONG Fis = List + FIELD_OFFSET(AHCI_PORT_MEMORY, ReceivedFis);

    AhciWrite(Port->Registers, AHCI_PX_CLB, (ULONG)List);
    AhciWrite(Port->Registers, AHCI_PX_CLBU, (ULONG)(List >> 32));
    AhciWrite(Port->Registers, AHCI_PX_FB, (ULONG)Fis);
    AhciWrite(Port->Registers, AHCI_PX_FBU, (ULONG)(Fis >> 32));
    AhciChangeCommand(Port, 0, AHCI_PX_CMD_FRE);
    if (ResetLink && !AhciResetLink(Port)) {
        return FALSE;
    }
    AhciWrite(Port->Registers, AHCI_PX_SERR, MAXULONG);
    AhciWrite(Port->Registers, AHCI_PX_IS, MAXULONG);
    if (!AhciWait(Port->Registers, AHCI_PX_TFD, AHCI_TFD_BSY | AHCI_TFD_DRQ, 0,
                  AHCI_READY_MILLISECONDS)) {
        return FALSE;
    }
    AhciChangeCommand(Port, 0, AHCI_PX_CMD_ST);
    return TRUE;
}
