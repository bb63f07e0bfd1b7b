/*
 * Memory for rings and data: one common buffer of a bus master with 64 address bits.
 */
#include "pci.h"

BOOLEAN
AllocateShared(PSHARED_MEMORY Memory, ULONG Size)
{
    DEVICE_DESCRIPTION Description = {
        .Version = DEVICE_DESCRIPTION_VERSION,
        .Master = TRUE,
        .ScatterGather = TRUE,
        .Dma64BitAddresses = TRUE,
        .InterfaceType = PCIBus,
        .MaximumLength = Size,
    };
    ULONG MapRegisters;

    RtlZeroMemory(Memory, sizeof(*Memory));
    Memory->Size = Size;
    Memory->Adapter = IoGetDmaAdapter(Pci.Physical, &Description, &MapRegisters);
    if (Memory->Adapter == NULL) {
        return FALSE;
    }
    Memory->Virtual = Memory->Adapter->DmaOperations->AllocateCommonBuffer(
        Memory->Adapter, Size, &Memory->Physical, TRUE);
    if (Memory->Virtual == NULL) {
        FreeShared(Memory);
        return FALSE;
    }
    RtlZeroMemory(Memory->Virtual, Size);
    return TRUE;
}

VOID
FreeShared(PSHARED_MEMORY Memory)
{
    if (Memory->Virtual != NULL) {
        Memory->Adapter->DmaOperations->FreeCommonBuffer(
            Memory->Adapter, Memory->Size, Memory->Physical, Memory->Virtual, TRUE);
        Memory->Virtual = NULL;
    }
    if (Memory->Adapter != NULL) {
        Memory->Adapter->DmaOperations->PutDmaAdapter(Memory->Adapter);
        Memory->Adapter = NULL;
    }
}
