/*
 * DMA adapters of bus masters. Caches are coherent and nothing translates a device's
 * addresses, so a bus address is a physical address; what a device does not reach goes
 * through map registers (iopdma.h). Channels of the system's own DMA controller do not exist
 * here.
 */
#include "iopdma.h"

#include <internal/mm.h>

/* Gives the adapter back. PASSIVE_LEVEL. Source: manual, PutDmaAdapter. */
static VOID NTAPI
IopPutDmaAdapter(PDMA_ADAPTER DmaAdapter)
{
    IopDeleteMapRegisters((PIOP_ADAPTER)DmaAdapter);
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
 * Calls ExecutionRoutine when NumberOfMapRegisters are there: at once where the device needs
 * none, since a bus master shares no channel. One request of a device object waits at a
 * time. STATUS_INSUFFICIENT_RESOURCES: more than IoGetDmaAdapter granted. DISPATCH_LEVEL.
 * Source: manual, AllocateAdapterChannel.
 */
static NTSTATUS NTAPI
IopAllocateAdapterChannel(PDMA_ADAPTER DmaAdapter, PDEVICE_OBJECT DeviceObject,
                          ULONG NumberOfMapRegisters, PDRIVER_CONTROL ExecutionRoutine,
                          PVOID Context)
{
    PIOP_ADAPTER Adapter = (PIOP_ADAPTER)DmaAdapter;
    PWAIT_CONTEXT_BLOCK Wait = &DeviceObject->Queue.Wcb;
    KIRQL OldIrql;

    if (NumberOfMapRegisters > Adapter->MapRegisters) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    if (Adapter->RegisterCount == 0 || NumberOfMapRegisters == 0) {
        KeRaiseIrql(DISPATCH_LEVEL, &OldIrql);
        ExecutionRoutine(DeviceObject, DeviceObject->CurrentIrp, DmaAdapter, Context);
        KeLowerIrql(OldIrql);
        return STATUS_SUCCESS;
    }
    Wait->DeviceRoutine = ExecutionRoutine;
    Wait->DeviceContext = Context;
    Wait->NumberOfMapRegisters = NumberOfMapRegisters;
    Wait->DeviceObject = DeviceObject;
    Wait->CurrentIrp = DeviceObject->CurrentIrp;
    IopRequestMapRegisters(Adapter, Wait);
    return STATUS_SUCCESS;
}

/* Whether a MapRegisterBase is a block of registers: where none are needed it is the adapter. */
static BOOLEAN
IopIsBlock(PDMA_ADAPTER DmaAdapter, PVOID MapRegisterBase)
{
    return MapRegisterBase != NULL && MapRegisterBase != DmaAdapter;
}

/* Ends a transfer: what the device wrote into map registers for the Length bytes at CurrentVa is
   copied to where it belongs. TRUE. IRQL <= DISPATCH_LEVEL. Source: manual,
   FlushAdapterBuffers. */
static BOOLEAN NTAPI
IopFlushAdapterBuffers(PDMA_ADAPTER DmaAdapter, PMDL Mdl, PVOID MapRegisterBase,
                       PVOID CurrentVa, ULONG Length, BOOLEAN WriteToDevice)
{
    UNREFERENCED_PARAMETER(Mdl);
    UNREFERENCED_PARAMETER(WriteToDevice);
    if (IopIsBlock(DmaAdapter, MapRegisterBase)) {
        IopUnmapBytes((PIOP_ADAPTER)DmaAdapter, MapRegisterBase, CurrentVa, Length);
    }
    return TRUE;
}

/* Gives back the channel a routine kept (KeepObject), which is its map registers.
   DISPATCH_LEVEL. Source: manual, FreeAdapterChannel. */
static VOID NTAPI
IopFreeAdapterChannel(PDMA_ADAPTER DmaAdapter)
{
    PIOP_ADAPTER Adapter = (PIOP_ADAPTER)DmaAdapter;
    PIOP_MAP_REGISTER Block =
        InterlockedExchangePointer((PVOID *)&Adapter->Channel, NULL);

    if (Block != NULL) {
        IopReleaseMapRegisters(Adapter, Block);
    }
}

/* Gives back the registers a routine kept (DeallocateObjectKeepRegisters); whoever waits for
   them gets them now. DISPATCH_LEVEL. Source: manual, FreeMapRegisters. */
static VOID NTAPI
IopFreeMapRegisters(PDMA_ADAPTER DmaAdapter, PVOID MapRegisterBase,
                    ULONG NumberOfMapRegisters)
{
    UNREFERENCED_PARAMETER(NumberOfMapRegisters);
    if (IopIsBlock(DmaAdapter, MapRegisterBase)) {
        IopReleaseMapRegisters((PIOP_ADAPTER)DmaAdapter, MapRegisterBase);
    }
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

/* Pages of map registers an adapter gets at most: 1 MiB. */
#define IOP_MAXIMUM_MAP_REGISTERS 256

/* Sets up the map registers: as many as one transfer spans, but not without limit, when the
   device does not reach all memory. FALSE: not even one page could be had. */
static BOOLEAN
IopPrepareRegisters(PIOP_ADAPTER Adapter, ULONG MaximumLength)
{
    Adapter->MapRegisters = BYTES_TO_PAGES(MaximumLength) + 1;
    if (MmQueryTopOfMemory() - 1 <= Adapter->HighestAddress) {
        return TRUE;
    }
    if (!IopCreateMapRegisters(Adapter,
                               min(Adapter->MapRegisters, IOP_MAXIMUM_MAP_REGISTERS))) {
        return FALSE;
    }
    Adapter->MapRegisters = Adapter->RegisterCount;
    return TRUE;
}

/*
 * Returns an adapter for a bus-master device; PhysicalDeviceObject may be NULL.
 *   NumberOfMapRegisters  gets the pages one transfer can span: those of MaximumLength
 *                         bytes, or fewer when the device does not reach all memory
 * NULL: the device is no bus master, its description is of an unknown version, or memory is
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
    KeInitializeSpinLock(&Adapter->Lock);
    InitializeListHead(&Adapter->Waiters);
    if (!IopPrepareRegisters(Adapter, DeviceDescription->MaximumLength)) {
        ExFreePoolWithTag(Adapter, IOP_TAG_DMA);
        return NULL;
    }
    *NumberOfMapRegisters = Adapter->MapRegisters;
    return &Adapter->Public;
}
EXPORT(IoGetDmaAdapter);
