/*
 * The admin queue pair: commands that are waited for, one at a time, and the one event
 * request that stays outstanding until the device has something to say.
 *
 * Who sends a command is always alone in doing so: the start, then the worker (work.c),
 * then the stop, which waits for the worker. So one answer and one event suffice. A
 * command that was not answered in time has an identifier that no later one has until
 * long after, and its late answer is dropped.
 */
#include "nvme.h"

#define NVME_ADMIN_ENTRIES 16
#define NVME_ADMIN_LOOKS   100 /* whether the device is still there, while it is awaited */
#define NVME_ADMIN_LOOK    (-50 * 10000LL) /* every 50 ms: five seconds in all */
#define NVME_ADMIN_PAGES   3
#define NVME_NOT_AWAITED   MAXULONG
#define NVME_EVENT_FIRST   0x8000 /* identifiers of event requests have this bit */

/* Memory for the ring, and a page for what admin commands bring. IRQL: PASSIVE_LEVEL. */
NTSTATUS
NvmeAllocateAdmin(PNVME_CONTROLLER Controller)
{
    PDMA_ADAPTER Adapter = Controller->DmaAdapter;
    ULONG Entries = (Controller->Capabilities & NVME_CAP_ENTRIES_MASK) + 1;

    Controller->AdminMemory = Adapter->DmaOperations->AllocateCommonBuffer(
        Adapter, NVME_ADMIN_PAGES * NVME_PAGE, &Controller->AdminMemoryAddress, TRUE);
    if (Controller->AdminMemory == NULL) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    RtlZeroMemory(Controller->AdminMemory, NVME_ADMIN_PAGES * NVME_PAGE);
    Controller->AdminData = (PUCHAR)Controller->AdminMemory + 2 * NVME_PAGE;
    Controller->AdminAwaited = NVME_NOT_AWAITED;
    Controller->EventIdentifier = NVME_NOT_AWAITED;
    NvmePlaceRing(Controller, &Controller->Admin, 0, min(Entries, NVME_ADMIN_ENTRIES),
                  Controller->AdminMemory, Controller->AdminMemoryAddress);
    return STATUS_SUCCESS;
}

/* The controller is disabled, gone or stuck. IRQL: PASSIVE_LEVEL. */
VOID
NvmeFreeAdmin(PNVME_CONTROLLER Controller)
{
    PDMA_ADAPTER Adapter = Controller->DmaAdapter;

    if (Controller->AdminMemory != NULL && !Controller->Stuck) {
        Adapter->DmaOperations->FreeCommonBuffer(Adapter, NVME_ADMIN_PAGES * NVME_PAGE,
                                                 Controller->AdminMemoryAddress,
                                                 Controller->AdminMemory, TRUE);
    }
    Controller->AdminMemory = NULL;
}

/* Hands a command to the device; Awaited is told its identifier. */
static VOID
NvmeSendAdmin(PNVME_CONTROLLER Controller, const NVME_COMMAND *Command, ULONG Bit,
              PULONG Awaited)
{
    KIRQL OldIrql;

    KeAcquireSpinLock(&Controller->AdminLock, &OldIrql);
    Controller->AdminNext = (Controller->AdminNext + 1) & (NVME_EVENT_FIRST - 1);
    *Awaited = Controller->AdminNext | Bit;
    NvmePutCommand(&Controller->Admin, Command, *Awaited);
    NvmeRingTail(&Controller->Admin);
    KeReleaseSpinLock(&Controller->AdminLock, OldIrql);
}

/* No answer will be taken any more. */
static VOID
NvmeForgetAdmin(PNVME_CONTROLLER Controller)
{
    KIRQL OldIrql;

    KeAcquireSpinLock(&Controller->AdminLock, &OldIrql);
    Controller->AdminAwaited = NVME_NOT_AWAITED;
    KeReleaseSpinLock(&Controller->AdminLock, OldIrql);
    KeClearEvent(&Controller->AdminDone);
}

/* A device that was pulled out will not answer: who waits for it may hold up all of Plug
   and Play, which is what would tell. */
static NTSTATUS
NvmeAwaitAnswer(PNVME_CONTROLLER Controller)
{
    LARGE_INTEGER Look = {.QuadPart = NVME_ADMIN_LOOK};

    for (ULONG Turn = 0; Turn < NVME_ADMIN_LOOKS; Turn++) {
        if (KeWaitForSingleObject(&Controller->AdminDone, Executive, KernelMode, FALSE,
                                  &Look) == STATUS_SUCCESS) {
            return STATUS_SUCCESS;
        }
        if (NvmeIsGone(Controller)) {
            return STATUS_NO_SUCH_DEVICE;
        }
    }
    return STATUS_IO_TIMEOUT;
}

/*
 * Has the device do an admin command and waits for it. Result may be NULL.
 * STATUS_IO_TIMEOUT: no answer; STATUS_NO_SUCH_DEVICE: nor will there be one, since it is
 * gone; STATUS_IO_DEVICE_ERROR: it answered with an error.
 * IRQL: PASSIVE_LEVEL; one caller at a time (above).
 */
NTSTATUS
NvmeAdmin(PNVME_CONTROLLER Controller, const NVME_COMMAND *Command, PULONG Result)
{
    NTSTATUS Status;

    NvmeSendAdmin(Controller, Command, 0, &Controller->AdminAwaited);
    Status = NvmeAwaitAnswer(Controller);
    if (!NT_SUCCESS(Status)) {
        NvmeForgetAdmin(Controller);
        return Status;
    }
    if (Result != NULL) {
        *Result = Controller->AdminAnswer.Result;
    }
    Status = (NTSTATUS)(Controller->AdminAnswer.Status >> NVME_STATUS_SHIFT &
                        NVME_STATUS_MASK);
    return Status == NVME_STATUS_SUCCESS ? STATUS_SUCCESS : STATUS_IO_DEVICE_ERROR;
}

/* Identification What (NVME_IDENTIFY_) goes to AdminData. As NvmeAdmin. */
NTSTATUS
NvmeIdentify(PNVME_CONTROLLER Controller, ULONG What, ULONG Namespace)
{
    NVME_COMMAND Command;

    RtlZeroMemory(&Command, sizeof(Command));
    Command.Operation = NVME_ADMIN_IDENTIFY;
    Command.Namespace = Namespace;
    Command.Data[0] = (ULONG64)Controller->AdminMemoryAddress.QuadPart + 2 * NVME_PAGE;
    Command.Arguments[0] = What;
    return NvmeAdmin(Controller, &Command, NULL);
}

/* Takes completions of the admin ring. IRQL: DISPATCH_LEVEL, in a DPC. */
VOID
NvmeServiceAdmin(PNVME_CONTROLLER Controller)
{
    BOOLEAN Answered = FALSE, Event = FALSE;
    NVME_COMPLETION Completion;
    ULONG Taken = 0;

    KeAcquireSpinLockAtDpcLevel(&Controller->AdminLock);
    while (NvmeTakeCompletion(&Controller->Admin, &Completion)) {
        ULONG Identifier = Completion.Status & NVME_IDENTIFIER_MASK;

        Taken++;
        if (Identifier == Controller->AdminAwaited) {
            Controller->AdminAnswer = Completion;
            Controller->AdminAwaited = NVME_NOT_AWAITED;
            Answered = TRUE;
        } else if (Identifier == Controller->EventIdentifier) {
            Controller->EventIdentifier = NVME_NOT_AWAITED;
            Controller->EventResult = Completion.Result;
            Event = (Completion.Status >> NVME_STATUS_SHIFT & NVME_STATUS_MASK) ==
                    NVME_STATUS_SUCCESS;
        }
    }
    if (Taken != 0) {
        NvmeRingHead(&Controller->Admin);
    }
    KeReleaseSpinLockFromDpcLevel(&Controller->AdminLock);

    if (Answered) {
        KeSetEvent(&Controller->AdminDone, IO_NO_INCREMENT, FALSE);
    }
    if (Event) {
        NvmeRequestWork(Controller, NVME_WORK_EVENT);
    }
}

/* Leaves one event request with the device. IRQL: PASSIVE_LEVEL. */
VOID
NvmeArmEvent(PNVME_CONTROLLER Controller)
{
    NVME_COMMAND Command;

    RtlZeroMemory(&Command, sizeof(Command));
    Command.Operation = NVME_ADMIN_EVENT;
    NvmeSendAdmin(Controller, &Command, NVME_EVENT_FIRST, &Controller->EventIdentifier);
}

/* Says which events are wanted, and asks for the first. As NvmeAdmin. */
NTSTATUS
NvmeRequestEvents(PNVME_CONTROLLER Controller)
{
    NVME_COMMAND Command;
    NTSTATUS Status;

    RtlZeroMemory(&Command, sizeof(Command));
    Command.Operation = NVME_ADMIN_SET_FEATURES;
    Command.Arguments[0] = NVME_FEATURE_EVENTS;
    Command.Arguments[1] = NVME_EVENTS_WANTED;
    Status = NvmeAdmin(Controller, &Command, NULL);
    if (NT_SUCCESS(Status)) {
        NvmeArmEvent(Controller);
    }
    return Status;
}
