/*
 * resources.c - what the PnP manager assigned, and memory for DMA: had, and given back.
 *
 * Acquiring stops at the first failure and leaves what it has in the context; releasing
 * takes back whatever is there. So there is one way out, however far START came.
 */
#include "e1000.h"

/* The next full descriptor begins where the partial descriptors of this one end. */
static PCM_FULL_RESOURCE_DESCRIPTOR
E1000NextFullDescriptor(PCM_FULL_RESOURCE_DESCRIPTOR Full)
{
    PCM_PARTIAL_RESOURCE_LIST Partial = &Full->PartialResourceList;

    return (PCM_FULL_RESOURCE_DESCRIPTOR)&Partial->PartialDescriptors[Partial->Count];
}

/* The assigned resource of a type, the longest if it is memory; NULL if there is none. */
PCM_PARTIAL_RESOURCE_DESCRIPTOR
E1000FindResource(PCM_RESOURCE_LIST Translated, UCHAR Type)
{
    PCM_PARTIAL_RESOURCE_DESCRIPTOR Best = NULL;
    PCM_PARTIAL_RESOURCE_DESCRIPTOR Descriptor;
    PCM_FULL_RESOURCE_DESCRIPTOR Full;
    ULONG FullIndex, Index;

    if (Translated == NULL) {
        return NULL;
    }
    Full = Translated->List;
    for (FullIndex = 0; FullIndex < Translated->Count; FullIndex++) {
        for (Index = 0; Index < Full->PartialResourceList.Count; Index++) {
            Descriptor = &Full->PartialResourceList.PartialDescriptors[Index];
            if (Descriptor->Type != Type) {
                continue;
            }
            if (Best == NULL || (Type == CmResourceTypeMemory &&
                                 Descriptor->u.Memory.Length > Best->u.Memory.Length)) {
                Best = Descriptor;
            }
        }
        Full = E1000NextFullDescriptor(Full);
    }
    return Best;
}

/* One common buffer holds rings and frames: one allocation, one address to convert. */
static NTSTATUS
E1000AllocateShared(PE1000_CONTEXT Context)
{
    DEVICE_DESCRIPTION Description;
    ULONG MapRegisters;

    RtlZeroMemory(&Description, sizeof(Description));
    Description.Version = DEVICE_DESCRIPTION_VERSION;
    Description.Master = TRUE;
    Description.ScatterGather = TRUE;
    Description.Dma32BitAddresses = TRUE;
    Description.Dma64BitAddresses = TRUE;
    Description.InterfaceType = PCIBus;
    Description.MaximumLength = sizeof(E1000_SHARED);
    Context->DmaAdapter =
        IoGetDmaAdapter(Context->PhysicalDevice, &Description, &MapRegisters);
    if (Context->DmaAdapter == NULL) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    Context->Shared = Context->DmaAdapter->DmaOperations->AllocateCommonBuffer(
        Context->DmaAdapter, sizeof(E1000_SHARED), &Context->SharedAddress, TRUE);
    if (Context->Shared == NULL) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    RtlZeroMemory(Context->Shared, sizeof(E1000_SHARED));
    return STATUS_SUCCESS;
}

/*
 * Maps the registers and allocates the memory shared with the chip.
 *
 * Translated   the START request's translated resources; may be NULL
 *
 * Returns STATUS_DEVICE_CONFIGURATION_ERROR without a memory range of BAR 0's size,
 * STATUS_INSUFFICIENT_RESOURCES. PASSIVE_LEVEL.
 */
NTSTATUS
E1000AcquireMemory(PE1000_CONTEXT Context, PCM_RESOURCE_LIST Translated)
{
    PCM_PARTIAL_RESOURCE_DESCRIPTOR Memory;

    Memory = E1000FindResource(Translated, CmResourceTypeMemory);
    if (Memory == NULL || Memory->u.Memory.Length < E1000_REGISTER_SPACE) {
        return STATUS_DEVICE_CONFIGURATION_ERROR;
    }
    Context->Registers =
        MmMapIoSpace(Memory->u.Memory.Start, E1000_REGISTER_SPACE, MmNonCached);
    if (Context->Registers == NULL) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    return E1000AllocateShared(Context);
}

/* After this neither the ISR nor the DPC runs: both use what is freed next. */
static VOID
E1000DisconnectInterrupt(PE1000_CONTEXT Context)
{
    IO_DISCONNECT_INTERRUPT_PARAMETERS Disconnect;

    RtlZeroMemory(&Disconnect, sizeof(Disconnect));
    Disconnect.Version = Context->ConnectVersion;
    Disconnect.ConnectionContext.Generic = Context->Connection.Generic;
    IoDisconnectInterruptEx(&Disconnect);
    Context->ConnectVersion = 0;
    KeFlushQueuedDpcs();
}

/* Takes back what E1000AcquireMemory and E1000ConnectInterrupt got. PASSIVE_LEVEL,
 * adapter silent. */
VOID
E1000ReleaseResources(PE1000_CONTEXT Context)
{
    if (Context->ConnectVersion != 0) {
        E1000DisconnectInterrupt(Context);
    }
    if (Context->Shared != NULL) {
        Context->DmaAdapter->DmaOperations->FreeCommonBuffer(
            Context->DmaAdapter, sizeof(E1000_SHARED), Context->SharedAddress,
            Context->Shared, TRUE);
        Context->Shared = NULL;
    }
    if (Context->DmaAdapter != NULL) {
        Context->DmaAdapter->DmaOperations->PutDmaAdapter(Context->DmaAdapter);
        Context->DmaAdapter = NULL;
    }
    if (Context->Registers != NULL) {
        MmUnmapIoSpace(Context->Registers, E1000_REGISTER_SPACE);
        Context->Registers = NULL;
    }
}
