/*
 * The device's resources: registers, shared memory, and one interrupt object a message.
 */
#include "ivshmem.h"

/* One interrupt object for each message of the table. */
static NTSTATUS
IvshmemAddInterrupt(WDFDEVICE Device, PCM_PARTIAL_RESOURCE_DESCRIPTOR Raw,
                    PCM_PARTIAL_RESOURCE_DESCRIPTOR Translated)
{
    PIVSHMEM_DEVICE Context = IvshmemDevice(Device);
    WDF_OBJECT_ATTRIBUTES Attributes;
    WDF_INTERRUPT_CONFIG Config;
    NTSTATUS Status;

    if (Context->Vectors == IVSHMEM_VECTORS) {
        return STATUS_SUCCESS;
    }
    WDF_INTERRUPT_CONFIG_INIT(&Config, IvshmemIsr, IvshmemDpc);
    Config.InterruptRaw = Raw;
    Config.InterruptTranslated = Translated;
    WDF_OBJECT_ATTRIBUTES_INIT_CONTEXT_TYPE(&Attributes, IVSHMEM_INTERRUPT);
    Status = WdfInterruptCreate(Device, &Config, &Attributes,
                                &Context->Interrupts[Context->Vectors]);
    if (NT_SUCCESS(Status)) {
        IvshmemInterrupt(Context->Interrupts[Context->Vectors])->Vector =
            Context->Vectors;
        Context->Vectors++;
    }
    return Status;
}

/* The registers are 256 bytes, the shared memory is the one that is larger than a page. */
static NTSTATUS
IvshmemAddMemory(PIVSHMEM_DEVICE Context, PCM_PARTIAL_RESOURCE_DESCRIPTOR Descriptor)
{
    MM_PHYSICAL_ADDRESS_LIST Piece;

    if (Context->Registers == NULL && Descriptor->u.Memory.Length < PAGE_SIZE) {
        Context->Registers = MmMapIoSpace(Descriptor->u.Memory.Start,
                                          Descriptor->u.Memory.Length, MmNonCached);
        return Context->Registers == NULL ? STATUS_INSUFFICIENT_RESOURCES
                                          : STATUS_SUCCESS;
    }
    /* BAR 1, a page, is the message table. */
    if (Descriptor->u.Memory.Length <= PAGE_SIZE || Context->Mdl != NULL) {
        return STATUS_SUCCESS;
    }
    Piece.PhysicalAddress = Context->Memory = Descriptor->u.Memory.Start;
    Piece.NumberOfBytes = Context->MemorySize = Descriptor->u.Memory.Length;
    return MmAllocateMdlForIoSpace(&Piece, 1, &Context->Mdl);
}

NTSTATUS
NTAPI
IvshmemPrepare(WDFDEVICE Device, WDFCMRESLIST Raw, WDFCMRESLIST Translated)
{
    PIVSHMEM_DEVICE Context = IvshmemDevice(Device);
    NTSTATUS Status = STATUS_SUCCESS;

    for (ULONG Index = 0;
         Index < WdfCmResourceListGetCount(Translated) && NT_SUCCESS(Status); Index++) {
        PCM_PARTIAL_RESOURCE_DESCRIPTOR Descriptor =
            WdfCmResourceListGetDescriptor(Translated, Index);

        if (Descriptor->Type == CmResourceTypeMemory) {
            Status = IvshmemAddMemory(Context, Descriptor);
        } else if (Descriptor->Type == CmResourceTypeInterrupt) {
            Status = IvshmemAddInterrupt(
                Device, WdfCmResourceListGetDescriptor(Raw, Index), Descriptor);
        }
    }
    if (NT_SUCCESS(Status) && (Context->Registers == NULL || Context->Mdl == NULL)) {
        Status = STATUS_DEVICE_CONFIGURATION_ERROR;
    }
    DbgPrint("ivshmem: %u vectors, 0x%I64X bytes\n", Context->Vectors,
             (ULONG64)Context->MemorySize);
    return Status;
}

NTSTATUS
NTAPI
IvshmemRelease(WDFDEVICE Device, WDFCMRESLIST Translated)
{
    PIVSHMEM_DEVICE Context = IvshmemDevice(Device);

    UNREFERENCED_PARAMETER(Translated);
    IvshmemForgetWaiters(Context, NULL);
    if (Context->Mdl != NULL) {
        IoFreeMdl(Context->Mdl);
        Context->Mdl = NULL;
    }
    if (Context->Registers != NULL) {
        MmUnmapIoSpace(Context->Registers, sizeof(IVSHMEM_REGISTERS));
        Context->Registers = NULL;
    }
    DbgPrint("ivshmem: released\n");
    return STATUS_SUCCESS;
}
