/*
 * Enabling and disabling the controller. A disabled one has forgotten its queues and
 * touches no memory any more.
 *
 * How long it may take is the device's own word (CAP.TO). Every loop also ends when the
 * device has been pulled out.
 */
#include "nvme.h"

#define NVME_POLL_MILLISECONDS     2
#define NVME_SHUTDOWN_MILLISECONDS 5000

/* Where there is no device any more all registers read as ones or, behind some bridges, as
   zero; a version is neither. Any IRQL. */
BOOLEAN
NvmeIsGone(PNVME_CONTROLLER Controller)
{
    ULONG Version = NvmeRead(Controller, NVME_VS);

    return Version == 0 || Version == NVME_ALL_ONES;
}

/* Waits, asleep, until (CSTS & Mask) == Value. FALSE: it took too long, failed or is gone.
   IRQL: PASSIVE_LEVEL. */
static BOOLEAN
NvmeAwaitStatus(PNVME_CONTROLLER Controller, ULONG Mask, ULONG Value, ULONG Milliseconds)
{
    LARGE_INTEGER Interval = {.QuadPart = -10000LL * NVME_POLL_MILLISECONDS};

    for (ULONG Waited = 0; Waited <= Milliseconds; Waited += NVME_POLL_MILLISECONDS) {
        ULONG Status = NvmeRead(Controller, NVME_CSTS);

        if (NvmeIsGone(Controller)) {
            return FALSE;
        }
        if ((Status & Mask) == Value) {
            return TRUE;
        }
        KeDelayExecutionThread(KernelMode, FALSE, &Interval);
    }
    return FALSE;
}

static ULONG
NvmeReadyMilliseconds(PNVME_CONTROLLER Controller)
{
    return ((Controller->Capabilities >> NVME_CAP_TIMEOUT_SHIFT) + 1) * 500;
}

/* FALSE: it may still use its memory, or is gone. IRQL: PASSIVE_LEVEL. */
BOOLEAN
NvmeDisable(PNVME_CONTROLLER Controller)
{
    NvmeWrite(Controller, NVME_CC, 0);
    return NvmeAwaitStatus(Controller, NVME_CSTS_READY, 0,
                           NvmeReadyMilliseconds(Controller));
}

static VOID
NvmeWriteAddress(PNVME_CONTROLLER Controller, ULONG Offset, PHYSICAL_ADDRESS Address)
{
    NvmeWrite(Controller, Offset, Address.LowPart);
    NvmeWrite(Controller, Offset + 4, (ULONG)Address.HighPart);
}

/* Gives the disabled controller its admin ring, empty, and enables it. IRQL:
   PASSIVE_LEVEL. */
BOOLEAN
NvmeEnable(PNVME_CONTROLLER Controller)
{
    PNVME_RING Ring = &Controller->Admin;
    KIRQL OldIrql;

    KeAcquireSpinLock(&Controller->AdminLock, &OldIrql);
    NvmeResetRing(Ring);
    KeReleaseSpinLock(&Controller->AdminLock, OldIrql);
    NvmeWrite(Controller, NVME_AQA, (Ring->Entries - 1) << 16 | (Ring->Entries - 1));
    NvmeWriteAddress(Controller, NVME_ASQ, Ring->CommandsAddress);
    NvmeWriteAddress(Controller, NVME_ACQ, Ring->CompletionsAddress);
    NvmeWrite(Controller, NVME_CC, NVME_CC_SIZES | NVME_CC_ENABLE);
    return NvmeAwaitStatus(Controller, NVME_CSTS_READY | NVME_CSTS_FATAL, NVME_CSTS_READY,
                           NvmeReadyMilliseconds(Controller));
}

/* Lets the device put away what is in its caches. IRQL: PASSIVE_LEVEL. */
VOID
NvmeShutDown(PNVME_CONTROLLER Controller)
{
    if (NvmeIsGone(Controller) ||
        (NvmeRead(Controller, NVME_CSTS) & NVME_CSTS_READY) == 0) {
        return;
    }
    NvmeWrite(Controller, NVME_CC, NVME_CC_SIZES | NVME_CC_ENABLE | NVME_CC_SHUTDOWN);
    NvmeAwaitStatus(Controller, NVME_CSTS_SHUTDOWN_MASK, NVME_CSTS_SHUTDOWN_DONE,
                    NVME_SHUTDOWN_MILLISECONDS);
}
