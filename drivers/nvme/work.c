/*
 * The worker: what takes long or has to wait, done at PASSIVE_LEVEL by one thread at a
 * time, whoever asks for it and how often (WRK-3).
 */
#include "nvme.h"

#define NVME_LOG_WORDS 128 /* of a log page, all that the health log has */

static IO_WORKITEM_ROUTINE NvmeWorker;

/* Reads the log page that an event points to, which lets the device report the next one
   of its kind. */
static VOID
NvmeHandleEvent(PNVME_CONTROLLER Controller)
{
    ULONG Result = Controller->EventResult;
    NVME_COMMAND Command;
    NTSTATUS Status;

    Controller->Events++;
    DbgPrint("nvme: event of type %u, information 0x%x, log page 0x%x\n",
             (unsigned)(Result & NVME_EVENT_TYPE_MASK), (unsigned)NVME_EVENT_INFO(Result),
             (unsigned)NVME_EVENT_LOG(Result));
    RtlZeroMemory(&Command, sizeof(Command));
    Command.Operation = NVME_ADMIN_GET_LOG;
    Command.Namespace = MAXULONG;
    Command.Data[0] = (ULONG64)Controller->AdminMemoryAddress.QuadPart + 2 * NVME_PAGE;
    Command.Arguments[0] = (NVME_LOG_WORDS - 1) << 16 | NVME_EVENT_LOG(Result);
    Status = NvmeAdmin(Controller, &Command, NULL);
    if (Status != STATUS_IO_TIMEOUT && Status != STATUS_NO_SUCH_DEVICE) {
        NvmeArmEvent(Controller);
    }
}

/* The registers are gone, so the device is: says so to the system, which removes it. */
static VOID
NvmeHandleGone(PNVME_CONTROLLER Controller)
{
    if (!NvmeIsGone(Controller)) {
        return;
    }
    DbgPrint("nvme: the controller is gone\n");
    Controller->Gone = TRUE;
    NvmeGiveUp(Controller);
    IoInvalidateDeviceState(Controller->PhysicalDevice);
}

/* The heaviest cure first; it makes the others unnecessary. */
static VOID
NvmeDoWork(PNVME_CONTROLLER Controller, LONG Work)
{
    if ((Work & NVME_WORK_GONE) != 0) {
        NvmeHandleGone(Controller);
    } else if ((Work & NVME_WORK_RESET) != 0) {
        NvmeReset(Controller);
    } else if ((Work & NVME_WORK_ABORT) != 0) {
        NvmeAbortLate(Controller);
    }
    if ((Work & NVME_WORK_EVENT) != 0 && !Controller->Gone) {
        NvmeHandleEvent(Controller);
    }
}

/* Goes on until nothing more is asked for; touches nothing once Work is 0. */
static VOID
NvmeWorker(PDEVICE_OBJECT DeviceObject, PVOID Context)
{
    PNVME_CONTROLLER Controller = Context;
    LONG Work;

    UNREFERENCED_PARAMETER(DeviceObject);

    do {
        Work = InterlockedExchange(&Controller->Work, NVME_WORK_QUEUED);
        NvmeDoWork(Controller, Work & ~NVME_WORK_QUEUED);
    } while (InterlockedCompareExchange(&Controller->Work, 0, NVME_WORK_QUEUED) !=
             NVME_WORK_QUEUED);
}

/* Asks for Work (NVME_WORK_); nothing is done for a controller that is being stopped.
   IRQL: DISPATCH_LEVEL, in a DPC. */
VOID
NvmeRequestWork(PNVME_CONTROLLER Controller, LONG Work)
{
    if (Controller->Closing) {
        return;
    }
    if ((InterlockedOr(&Controller->Work, Work | NVME_WORK_QUEUED) & NVME_WORK_QUEUED) ==
        0) {
        IoQueueWorkItem(Controller->WorkItem, NvmeWorker, DelayedWorkQueue, Controller);
    }
}
