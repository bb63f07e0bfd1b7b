/*
 * DMA adapters of bus masters. Caches are coherent and nothing translates a device's
 * addresses, so a bus address is a physical address and map registers are only counted.
 * Channels of the system's own DMA controller do not exist here.
 */
#include "iop.h"

#include <internal/mm.h>

/* Gives the adapter back. PASSIVE_LEVEL. Source: manual, PutDmaAdapter. */
static VOID NTAPI
IopPutDmaAdapter(PDMA_ADAPTER DmaAdapter)
{
    ExFreePoolWithTag(DmaAdapter, IOP_TAG_DMA);
}

/* Length bytes of zeroed, contiguous, page-aligned memory within the device's reach; NULL
   when there is none. PASSIVE_LEVEL. Source: manual, AllocateCommonBuffer. */
static PVOID NTAPI
IopAllocateCommonBuffer(PDMA_ADAPTER DmaAdapter, ULONG Length,
                        PPHYSICAL_ADDRESS LogicalAddress, BOOLEAN CacheEnabled)
{
    ULONG64 Physical;
    PVOID Virtual;

    UNREFERENCED_PARAMETER(CacheEnabled);
    if (Length == 0) {
        return NULL;
    }
    Physical = MmAllocateFrames(BYTES_TO_PAGES(Length), 1,
                                ((PIOP_ADAPTER)DmaAdapter)->HighestAddress);
    if (Physical == 0) {
        return NULL;
    }
    Virtual = ArchDirectMap(Physical);
    memset(Virtual, 0, ROUND_TO_PAGES(Length));
    LogicalAddress->QuadPart = (LONGLONG)Physical;
    return Virtual;
}

/* Frees a common buffer; all arguments as from its allocation. PASSIVE_LEVEL.
   Source: manual, FreeCommonBuffer. */
static VOID NTAPI
IopFreeCommonBuffer(PDMA_ADAPTER DmaAdapter, ULONG Length,
                    PHYSICAL_ADDRESS LogicalAddress, PVOID VirtualAddress,
                    BOOLEAN CacheEnabled)
{
    UNREFERENCED_PARAMETER(DmaAdapter);
    UNREFERENCED_PARAMETER(VirtualAddress);
    UNREFERENCED_PARAMETER(CacheEnabled);
    MmFreeFrames((ULONG64)LogicalAddress.QuadPart, BYTES_TO_PAGES(Length));
}

/*
 * Calls ExecutionRoutine at once: a bus master shares no channel and map registers do not
 * run out. STATUS_INSUFFICIENT_RESOURCES: more of them than IoGetDmaAdapter granted.
 * DISPATCH_LEVEL. Source: manual, AllocateAdapterChannel.
 */
static NTSTATUS NTAPI
IopAllocateAdapterChannel(PDMA_ADAPTER DmaAdapter, PDEVICE_OBJECT DeviceObject,
                          ULONG NumberOfMapRegisters, PDRIVER_CONTROL ExecutionRoutine,
                          PVOID Context)
{
    KIRQL OldIrql;

    if (NumberOfMapRegisters > ((PIOP_ADAPTER)DmaAdapter)->MapRegisters) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    KeRaiseIrql(DISPATCH_LEVEL, &OldIrql);
    ExecutionRoutine(DeviceObject, DeviceObject->CurrentIrp, DmaAdapter, Context);
    KeLowerIrql(OldIrql);
    return STATUS_SUCCESS;
}

/* Nothing is buffered on the way: always TRUE. Source: manual, FlushAdapterBuffers. */
static BOOLEAN NTAPI
IopFlushAdapterBuffers(PDMA_ADAPTER DmaAdapter, PMDL Mdl, PVOID MapRegisterBase,
                       PVOID CurrentVa, ULONG Length, BOOLEAN WriteToDevice)
{
    UNREFERENCED_PARAMETER(DmaAdapter);
    UNREFERENCED_PARAMETER(Mdl);
    UNREFERENCED_PARAMETER(MapRegisterBase);
    UNREFERENCED_PARAMETER(CurrentVa);
    UNREFERENCED_PARAMETER(Length);
    UNREFERENCED_PARAMETER(WriteToDevice);
    return TRUE;
}

/* No channel was taken. Source: manual, FreeAdapterChannel. */
static VOID NTAPI
IopFreeAdapterChannel(PDMA_ADAPTER DmaAdapter)
{
    UNREFERENCED_PARAMETER(DmaAdapter);
}

/* No registers were taken. Source: manual, FreeMapRegisters. */
static VOID NTAPI
IopFreeMapRegisters(PDMA_ADAPTER DmaAdapter, PVOID MapRegisterBase,
                    ULONG NumberOfMapRegisters)
{
    UNREFERENCED_PARAMETER(DmaAdapter);
    UNREFERENCED_PARAMETER(MapRegisterBase);
    UNREFERENCED_PARAMETER(NumberOfMapRegisters);
}

/*
 * The bus address of CurrentVa; *Length is cut to the run that is contiguous there, so a
 * driver calls again for the rest, with scatter/gather or without. Where the device
 * cannot reach, *Length becomes 0. IRQL <= DISPATCH_LEVEL. Source: manual, MapTransfer.
 */
static PHYSICAL_ADDRESS NTAPI
IopMapTransfer(PDMA_ADAPTER DmaAdapter, PMDL Mdl, PVOID MapRegisterBase, PVOID CurrentVa,
               PULONG Length, BOOLEAN WriteToDevice)
{
    IOP_DMA_CURSOR Cursor = IopDmaCursor(Mdl, CurrentVa);
    PHYSICAL_ADDRESS Address = {0};
    ULONG Run = 0;

    UNREFERENCED_PARAMETER(MapRegisterBase);
    UNREFERENCED_PARAMETER(WriteToDevice);
    if (!NT_SUCCESS(
            IopNextRun((PIOP_ADAPTER)DmaAdapter, &Cursor, *Length, &Address, &Run))) {
        Run = 0;
    }
    *Length = Run;
    return Address;
}

/* Buffers need no alignment. Source: manual, GetDmaAlignment. */
static ULONG NTAPI
IopGetDmaAlignment(PDMA_ADAPTER DmaAdapter)
{
    UNREFERENCED_PARAMETER(DmaAdapter);
    return 1;
}

/* Bytes left of a system DMA transfer: there is none. Source: manual, ReadDmaCounter. */
static ULONG NTAPI
IopReadDmaCounter(PDMA_ADAPTER DmaAdapter)
{
    UNREFERENCED_PARAMETER(DmaAdapter);
    return 0;
}

static DMA_OPERATIONS IopDmaOperations = {
    .Size = DMA_OPERATIONS_VERSION2_SIZE,
    .PutDmaAdapter = IopPutDmaAdapter,
    .AllocateCommonBuffer = IopAllocateCommonBuffer,
    .FreeCommonBuffer = IopFreeCommonBuffer,
    .AllocateAdapterChannel = IopAllocateAdapterChannel,
    .FlushAdapterBuffers = IopFlushAdapterBuffers,
    .FreeAdapterChannel = IopFreeAdapterChannel,
    .FreeMapRegisters = IopFreeMapRegisters,
    .MapTransfer = IopMapTransfer,
    .GetDmaAlignment = IopGetDmaAlignment,
    .ReadDmaCounter = IopReadDmaCounter,
    .GetScatterGatherList = IopGetScatterGatherList,
    .PutScatterGatherList = IopPutScatterGatherList,
    .CalculateScatterGatherList = IopCalculateScatterGatherList,
    .BuildScatterGatherList = IopBuildScatterGatherList,
    .BuildMdlFromScatterGatherList = IopBuildMdlFromScatterGatherList,
};

/* The last address a device so described can form: 24 bits when it does not say more. */
static ULONG64
IopHighestDmaAddress(PDEVICE_DESCRIPTION Description)
{
    ULONG Bits = 24;

    if (Description->Dma64BitAddresses) {
        Bits = 64;
    } else if (Description->Dma32BitAddresses) {
        Bits = 32;
    }
    /* The member exists from version 3 on; before, the memory behind is not ours. */
    if (Description->Version >= DEVICE_DESCRIPTION_VERSION3 &&
        Description->DmaAddressWidth != 0) {
        Bits = Description->DmaAddressWidth;
    }
    return Bits >= 64 ? MAXULONGLONG : (1ULL << Bits) - 1;
}

/*
 * Returns an adapter for a bus-master device; PhysicalDeviceObject may be NULL.
 *   NumberOfMapRegisters  gets the pages one transfer of MaximumLength bytes can span
 * NULL: the device is no bus master, its description is of an unknown version, or pool is
 * short. The table of operations is version 2's. PASSIVE_LEVEL.
 * Source: manual, IoGetDmaAdapter.
 */
PDMA_ADAPTER
NTAPI
IoGetDmaAdapter(PDEVICE_OBJECT PhysicalDeviceObject,
                PDEVICE_DESCRIPTION DeviceDescription, PULONG NumberOfMapRegisters)
{
    PIOP_ADAPTER Adapter;

    UNREFERENCED_PARAMETER(PhysicalDeviceObject);
    if (!DeviceDescription->Master ||
        DeviceDescription->Version > DEVICE_DESCRIPTION_VERSION3) {
        return NULL;
    }
    Adapter = IopAllocate(sizeof(*Adapter), IOP_TAG_DMA);
    if (Adapter == NULL) {
        return NULL;
    }
    Adapter->Public.Version = 1;
    Adapter->Public.Size = sizeof(DMA_ADAPTER);
    Adapter->Public.DmaOperations = &IopDmaOperations;
    Adapter->HighestAddress = IopHighestDmaAddress(DeviceDescription);
    Adapter->MapRegisters = BYTES_TO_PAGES(DeviceDescription->MaximumLength) + 1;
    *NumberOfMapRegisters = Adapter->MapRegisters;
    return &Adapter->Public;
}
EXPORT(IoGetDmaAdapter);
