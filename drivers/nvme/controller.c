/*
 * The controller as a whole: its registers, its DMA adapter, bringing it up and taking it
 * down.
 */
#include "nvme.h"

/* The first memory region holds everything: registers, bells, often the MSI-X table. */
static NTSTATUS
NvmeMapRegisters(PNVME_CONTROLLER Controller, PCM_RESOURCE_LIST Translated)
{
    PCM_PARTIAL_RESOURCE_DESCRIPTOR Memory = NULL;
    PCM_PARTIAL_RESOURCE_LIST List;

    if (Translated == NULL || Translated->Count == 0) {
        return STATUS_DEVICE_CONFIGURATION_ERROR;
    }
    List = &Translated->List[0].PartialResourceList;
    for (ULONG Index = 0; Index < List->Count && Memory == NULL; Index++) {
        if (List->PartialDescriptors[Index].Type == CmResourceTypeMemory) {
            Memory = &List->PartialDescriptors[Index];
        }
    }
    if (Memory == NULL || Memory->u.Memory.Length < NVME_BELLS + NVME_PAGE) {
        return STATUS_DEVICE_CONFIGURATION_ERROR;
    }
    Controller->RegistersLength = Memory->u.Memory.Length;
    Controller->Registers =
        MmMapIoSpace(Memory->u.Memory.Start, Controller->RegistersLength, MmNonCached);
    return Controller->Registers == NULL ? STATUS_INSUFFICIENT_RESOURCES : STATUS_SUCCESS;
}

/* Whether it is a controller this driver can work with: the NVM commands, pages of 4 KiB,
   the bells of at least one queue pair among its registers. */
static NTSTATUS
NvmeReadCapabilities(PNVME_CONTROLLER Controller)
{
    ULONG Top = NvmeRead(Controller, NVME_CAP_TOP);

    Controller->Capabilities = NvmeRead(Controller, NVME_CAP);
    if (Controller->Capabilities == NVME_ALL_ONES && Top == NVME_ALL_ONES) {
        return STATUS_NO_SUCH_DEVICE;
    }
    Controller->BellStride = 4UL << (Top & NVME_TOP_STRIDE_MASK);
    if ((Top & NVME_TOP_COMMANDS) == 0 ||
        (Top >> NVME_TOP_SMALLEST_SHIFT & NVME_TOP_SMALLEST_MASK) != 0 ||
        Controller->BellStride > (Controller->RegistersLength - NVME_BELLS) / 4) {
        return STATUS_NOT_SUPPORTED;
    }
    return STATUS_SUCCESS;
}

/* A bus master with scatter/gather of its own; NVMe addresses have 64 bits. */
static NTSTATUS
NvmeOpenDma(PNVME_CONTROLLER Controller)
{
    DEVICE_DESCRIPTION Description;
    ULONG MapRegisters;

    RtlZeroMemory(&Description, sizeof(Description));
    Description.Version = DEVICE_DESCRIPTION_VERSION;
    Description.Master = TRUE;
    Description.ScatterGather = TRUE;
    Description.Dma64BitAddresses = TRUE;
    Description.InterfaceType = PCIBus;
    Description.MaximumLength = NVME_MAXIMUM_TRANSFER;
    Controller->DmaAdapter =
        IoGetDmaAdapter(Controller->PhysicalDevice, &Description, &MapRegisters);
    return Controller->DmaAdapter == NULL ? STATUS_INSUFFICIENT_RESOURCES
                                          : STATUS_SUCCESS;
}

/* Everything up to a controller that answers admin commands. */
static NTSTATUS
NvmePrepare(PNVME_CONTROLLER Controller, PCM_RESOURCE_LIST Translated)
{
    NTSTATUS Status = NvmeMapRegisters(Controller, Translated);

    if (NT_SUCCESS(Status)) {
        Status = NvmeReadCapabilities(Controller);
    }
    if (NT_SUCCESS(Status)) {
        Status = NvmeOpenDma(Controller);
    }
    if (NT_SUCCESS(Status)) {
        Status =
            NvmeDisable(Controller) ? NvmeAllocateAdmin(Controller) : STATUS_IO_TIMEOUT;
    }
    if (NT_SUCCESS(Status)) {
        Controller->WorkItem = IoAllocateWorkItem(Controller->Device);
        Status = Controller->WorkItem == NULL ? STATUS_INSUFFICIENT_RESOURCES
                                              : NvmeConnectInterrupts(Controller);
    }
    if (NT_SUCCESS(Status) && !NvmeEnable(Controller)) {
        Status = STATUS_IO_TIMEOUT;
    }
    return Status;
}

/*
 * Brings the controller up on the translated resources of its start request.
 * Returns the first failure, with everything undone. IRQL: PASSIVE_LEVEL.
 */
NTSTATUS
NvmeStartController(PNVME_CONTROLLER Controller, PCM_RESOURCE_LIST Translated)
{
    NTSTATUS Status;

    Controller->Closing = FALSE;
    Controller->Gone = FALSE;
    Controller->Stuck = FALSE;
    Status = NvmePrepare(Controller, Translated);
    if (NT_SUCCESS(Status)) {
        Status = NvmeAllocateQueues(Controller);
    }
    if (NT_SUCCESS(Status)) {
        Status = NvmeCreateQueues(Controller);
    }
    if (NT_SUCCESS(Status)) {
        Status = NvmeCreateDisks(Controller);
    }
    if (!NT_SUCCESS(Status)) {
        DbgPrint("nvme: the controller does not start, status 0x%08x\n",
                 (unsigned)Status);
        NvmeStopController(Controller);
        return Status;
    }
    if (!NT_SUCCESS(NvmeRequestEvents(Controller))) {
        DbgPrint("nvme: the controller reports no events\n");
    }
    NvmeOpenQueues(Controller);
    NvmePublishDisks(Controller);
    IoStartTimer(Controller->Device);
    return STATUS_SUCCESS;
}

/*
 * Ends what runs beside the requests: the timer, then the worker that it or a DPC may have
 * sent. The flush waits for those who were just asking for it; nobody asks any more.
 */
static VOID
NvmeStopWork(PNVME_CONTROLLER Controller)
{
    LARGE_INTEGER OneMillisecond = {.QuadPart = -10000};

    InterlockedExchange(&Controller->Closing, TRUE);
    IoStopTimer(Controller->Device);
    KeFlushQueuedDpcs();
    while (Controller->Work != 0) {
        KeDelayExecutionThread(KernelMode, FALSE, &OneMillisecond);
    }
}

/* Gives back what NvmePrepare took; the controller is disabled or gone. */
static VOID
NvmeRelease(PNVME_CONTROLLER Controller)
{
    if (Controller->WorkItem != NULL) {
        IoFreeWorkItem(Controller->WorkItem);
        Controller->WorkItem = NULL;
    }
    NvmeFreeAdmin(Controller);
    if (Controller->DmaAdapter != NULL) {
        /* In parentheses, because a header may also have a macro of that name. */
        (Controller->DmaAdapter->DmaOperations->PutDmaAdapter)(Controller->DmaAdapter);
        Controller->DmaAdapter = NULL;
    }
    MmUnmapIoSpace(Controller->Registers, Controller->RegistersLength);
    Controller->Registers = NULL;
}

/*
 * Undoes NvmeStartController, as far as it came: no request is left, no interrupt can
 * come, no DPC or worker runs, and then the memory goes. A controller that is gone is not
 * waited for. IRQL: PASSIVE_LEVEL.
 */
VOID
NvmeStopController(PNVME_CONTROLLER Controller)
{
    if (Controller->Registers == NULL) {
        return;
    }
    if (NvmeIsGone(Controller)) {
        Controller->Gone = TRUE;
        NvmeGiveUp(Controller);
    }
    NvmeDrainQueues(Controller);
    NvmeStopWork(Controller);
    if (!Controller->Gone) {
        NvmeShutDown(Controller);
        Controller->Stuck = !NvmeDisable(Controller);
        if (Controller->Stuck) {
            DbgPrint("nvme: the controller does not stop, its memory is kept\n");
        }
    }
    NvmeDisconnectInterrupts(Controller);
    NvmeGiveUp(Controller); /* what did not end in time */
    NvmeDeleteDisks(Controller);
    NvmeReportQueues(Controller);
    NvmeFreeQueues(Controller);
    NvmeRelease(Controller);
}
