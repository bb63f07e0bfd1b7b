/*
 * dma.c - the memory that the device can reach, and its transfers.
 *
 * The device has 28 address bits and no scatter/gather, and it must not be let at a
 * client's pages anyway while its requests can time out: all transfers go through one
 * common buffer.
 */
#include "edu.h"

/*
 * Allocates the common buffer. A description with neither 32 nor 64 address bits is one
 * of 24, the widest choice below 28 that every version of the structure has.
 *
 * Returns STATUS_INSUFFICIENT_RESOURCES. PASSIVE_LEVEL.
 */
NTSTATUS
EduAcquireBuffer(PEDU_CONTEXT Context)
{
    DEVICE_DESCRIPTION Description;
    ULONG MapRegisters;

    RtlZeroMemory(&Description, sizeof(Description));
    Description.Version = DEVICE_DESCRIPTION_VERSION;
    Description.Master = TRUE;
    Description.InterfaceType = PCIBus;
    Description.MaximumLength = EDU_BUFFER_SIZE;
    Context->DmaAdapter =
        IoGetDmaAdapter(Context->PhysicalDevice, &Description, &MapRegisters);
    if (Context->DmaAdapter == NULL) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    Context->Buffer = Context->DmaAdapter->DmaOperations->AllocateCommonBuffer(
        Context->DmaAdapter, EDU_BUFFER_SIZE, &Context->BufferAddress, TRUE);
    if (Context->Buffer == NULL ||
        Context->BufferAddress.QuadPart > EDU_MEMORY_LIMIT - EDU_BUFFER_SIZE) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    return STATUS_SUCCESS;
}

/* Frees what EduAcquireBuffer has got. PASSIVE_LEVEL. */
VOID
EduReleaseBuffer(PEDU_CONTEXT Context)
{
    if (Context->Buffer != NULL) {
        Context->DmaAdapter->DmaOperations->FreeCommonBuffer(
            Context->DmaAdapter, EDU_BUFFER_SIZE, Context->BufferAddress, Context->Buffer,
            TRUE);
        Context->Buffer = NULL;
    }
    if (Context->DmaAdapter != NULL) {
        Context->DmaAdapter->DmaOperations->PutDmaAdapter(Context->DmaAdapter);
        Context->DmaAdapter = NULL;
    }
}

/* Has the device carry out a read or write, whose bounds are checked. Lock is held. */
VOID
EduStartTransfer(PEDU_CONTEXT Context, PIRP Irp)
{
    PIO_STACK_LOCATION Stack = IoGetCurrentIrpStackLocation(Irp);
    BOOLEAN IsRead = Stack->MajorFunction == IRP_MJ_READ;
    ULONG Length = Stack->Parameters.Read.Length;
    ULONG Inside = EDU_BUFFER_ADDRESS + Stack->Parameters.Read.ByteOffset.LowPart;
    ULONG Memory = Context->BufferAddress.LowPart;

    if (!IsRead) {
        RtlCopyMemory(Context->Buffer, Irp->AssociatedIrp.SystemBuffer, Length);
    }
    EduWrite(Context, EDU_DMA_SOURCE, IsRead ? Inside : Memory);
    EduWrite(Context, EDU_DMA_DESTINATION, IsRead ? Memory : Inside);
    EduWrite(Context, EDU_DMA_COUNT, Length);
    EduWrite(Context, EDU_DMA_COMMAND,
             EDU_DMA_RUN | EDU_DMA_INTERRUPT | (IsRead ? EDU_DMA_FROM_DEVICE : 0));
}
