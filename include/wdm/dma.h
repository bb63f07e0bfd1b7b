/*
 * DMA: an adapter stands for a device that moves memory by itself.
 *
 * The adapter comes from IoGetDmaAdapter at PASSIVE_LEVEL and goes with PutDmaAdapter.
 * All other work goes through the table DmaOperations. Common buffers are contiguous and
 * coherent; lengths are in bytes, addresses in a device's view are logical addresses.
 */
#pragma once

#include <wdm/device.h>
#include <wdm/resource.h>

#define DEVICE_DESCRIPTION_VERSION  0
#define DEVICE_DESCRIPTION_VERSION1 1
#define DEVICE_DESCRIPTION_VERSION2 2
#define DEVICE_DESCRIPTION_VERSION3 3

typedef enum _DMA_WIDTH {
    Width8Bits,
    Width16Bits,
    Width32Bits,
    Width64Bits,
    WidthNoWrap,
    MaximumDmaWidth
} DMA_WIDTH,
    *PDMA_WIDTH;

typedef enum _DMA_SPEED {
    Compatible,
    TypeA,
    TypeB,
    TypeC,
    TypeF,
    MaximumDmaSpeed
} DMA_SPEED,
    *PDMA_SPEED;

/* The members from DmaAddressWidth on exist for Version 3 only: trust Version. */
typedef struct _DEVICE_DESCRIPTION {
    ULONG Version;
    BOOLEAN Master;
    BOOLEAN ScatterGather;
    BOOLEAN DemandMode;
    BOOLEAN AutoInitialize;
    BOOLEAN Dma32BitAddresses;
    BOOLEAN IgnoreCount;
    BOOLEAN Reserved1;
    BOOLEAN Dma64BitAddresses;
    ULONG BusNumber;
    ULONG DmaChannel;
    INTERFACE_TYPE InterfaceType;
    DMA_WIDTH DmaWidth;
    DMA_SPEED DmaSpeed;
    ULONG MaximumLength;
    ULONG DmaPort;
    ULONG DmaAddressWidth;
    ULONG DmaControllerInstance;
    ULONG DmaRequestLine;
    PHYSICAL_ADDRESS DeviceAddress;
} DEVICE_DESCRIPTION, *PDEVICE_DESCRIPTION;

typedef struct _DMA_ADAPTER {
    USHORT Version;
    USHORT Size;
    struct _DMA_OPERATIONS *DmaOperations;
} DMA_ADAPTER, *PDMA_ADAPTER;

typedef struct _SCATTER_GATHER_ELEMENT {
    PHYSICAL_ADDRESS Address;
    ULONG Length;
    ULONG_PTR Reserved;
} SCATTER_GATHER_ELEMENT, *PSCATTER_GATHER_ELEMENT;

typedef struct _SCATTER_GATHER_LIST {
    ULONG NumberOfElements;
    ULONG_PTR Reserved;
    SCATTER_GATHER_ELEMENT Elements[];
} SCATTER_GATHER_LIST, *PSCATTER_GATHER_LIST;

/* Called at DISPATCH_LEVEL with a list that PutScatterGatherList returns. */
_IRQL_requires_(DISPATCH_LEVEL) _IRQL_requires_same_
typedef VOID NTAPI DRIVER_LIST_CONTROL(_In_ PDEVICE_OBJECT DeviceObject, _In_ PIRP Irp,
                                       _In_ PSCATTER_GATHER_LIST ScatterGather,
                                       _In_ PVOID Context);
typedef DRIVER_LIST_CONTROL *PDRIVER_LIST_CONTROL;

typedef VOID(NTAPI *PPUT_DMA_ADAPTER)(PDMA_ADAPTER DmaAdapter);
typedef PVOID(NTAPI *PALLOCATE_COMMON_BUFFER)(PDMA_ADAPTER DmaAdapter, ULONG Length,
                                              PPHYSICAL_ADDRESS LogicalAddress,
                                              BOOLEAN CacheEnabled);
typedef VOID(NTAPI *PFREE_COMMON_BUFFER)(PDMA_ADAPTER DmaAdapter, ULONG Length,
                                         PHYSICAL_ADDRESS LogicalAddress,
                                         PVOID VirtualAddress, BOOLEAN CacheEnabled);
typedef NTSTATUS(NTAPI *PALLOCATE_ADAPTER_CHANNEL)(PDMA_ADAPTER DmaAdapter,
                                                   PDEVICE_OBJECT DeviceObject,
                                                   ULONG NumberOfMapRegisters,
                                                   PDRIVER_CONTROL ExecutionRoutine,
                                                   PVOID Context);
typedef BOOLEAN(NTAPI *PFLUSH_ADAPTER_BUFFERS)(PDMA_ADAPTER DmaAdapter, PMDL Mdl,
                                               PVOID MapRegisterBase, PVOID CurrentVa,
                                               ULONG Length, BOOLEAN WriteToDevice);
typedef VOID(NTAPI *PFREE_ADAPTER_CHANNEL)(PDMA_ADAPTER DmaAdapter);
typedef VOID(NTAPI *PFREE_MAP_REGISTERS)(PDMA_ADAPTER DmaAdapter, PVOID MapRegisterBase,
                                         ULONG NumberOfMapRegisters);
typedef PHYSICAL_ADDRESS(NTAPI *PMAP_TRANSFER)(PDMA_ADAPTER DmaAdapter, PMDL Mdl,
                                               PVOID MapRegisterBase, PVOID CurrentVa,
                                               PULONG Length, BOOLEAN WriteToDevice);
typedef ULONG(NTAPI *PGET_DMA_ALIGNMENT)(PDMA_ADAPTER DmaAdapter);
typedef ULONG(NTAPI *PREAD_DMA_COUNTER)(PDMA_ADAPTER DmaAdapter);
typedef NTSTATUS(NTAPI *PGET_SCATTER_GATHER_LIST)(PDMA_ADAPTER DmaAdapter,
                                                  PDEVICE_OBJECT DeviceObject, PMDL Mdl,
                                                  PVOID CurrentVa, ULONG Length,
                                                  PDRIVER_LIST_CONTROL ExecutionRoutine,
                                                  PVOID Context, BOOLEAN WriteToDevice);
typedef VOID(NTAPI *PPUT_SCATTER_GATHER_LIST)(PDMA_ADAPTER DmaAdapter,
                                              PSCATTER_GATHER_LIST ScatterGather,
                                              BOOLEAN WriteToDevice);
typedef NTSTATUS(NTAPI *PCALCULATE_SCATTER_GATHER_LIST_SIZE)(PDMA_ADAPTER DmaAdapter,
                                                             PMDL Mdl, PVOID CurrentVa,
                                                             ULONG Length,
                                                             PULONG ScatterGatherListSize,
                                                             PULONG NumberOfMapRegisters);
typedef NTSTATUS(NTAPI *PBUILD_SCATTER_GATHER_LIST)(
    PDMA_ADAPTER DmaAdapter, PDEVICE_OBJECT DeviceObject, PMDL Mdl, PVOID CurrentVa,
    ULONG Length, PDRIVER_LIST_CONTROL ExecutionRoutine, PVOID Context,
    BOOLEAN WriteToDevice, PVOID ScatterGatherBuffer, ULONG ScatterGatherLength);
typedef NTSTATUS(NTAPI *PBUILD_MDL_FROM_SCATTER_GATHER_LIST)(
    PDMA_ADAPTER DmaAdapter, PSCATTER_GATHER_LIST ScatterGather, PMDL OriginalMdl,
    PMDL *TargetMdl);

/*
 * Size says how far the table of an adapter goes: through BuildMdlFromScatterGatherList
 * for version 2, which is what this kernel gives. The rest is version 3's, by position.
 */
typedef struct _DMA_OPERATIONS {
    ULONG Size;
    PPUT_DMA_ADAPTER PutDmaAdapter;
    PALLOCATE_COMMON_BUFFER AllocateCommonBuffer;
    PFREE_COMMON_BUFFER FreeCommonBuffer;
    PALLOCATE_ADAPTER_CHANNEL AllocateAdapterChannel;
    PFLUSH_ADAPTER_BUFFERS FlushAdapterBuffers;
    PFREE_ADAPTER_CHANNEL FreeAdapterChannel;
    PFREE_MAP_REGISTERS FreeMapRegisters;
    PMAP_TRANSFER MapTransfer;
    PGET_DMA_ALIGNMENT GetDmaAlignment;
    PREAD_DMA_COUNTER ReadDmaCounter;
    PGET_SCATTER_GATHER_LIST GetScatterGatherList;
    PPUT_SCATTER_GATHER_LIST PutScatterGatherList;
    PCALCULATE_SCATTER_GATHER_LIST_SIZE CalculateScatterGatherList;
    PBUILD_SCATTER_GATHER_LIST BuildScatterGatherList;
    PBUILD_MDL_FROM_SCATTER_GATHER_LIST BuildMdlFromScatterGatherList;
    PVOID Version3Operations[23];
} DMA_OPERATIONS, *PDMA_OPERATIONS;

#define DMA_OPERATIONS_VERSION2_SIZE                                                     \
    RTL_SIZEOF_THROUGH_FIELD(DMA_OPERATIONS, BuildMdlFromScatterGatherList)

_IRQL_requires_(PASSIVE_LEVEL) _Must_inspect_result_ NTKERNELAPI PDMA_ADAPTER NTAPI
    IoGetDmaAdapter(_In_opt_ PDEVICE_OBJECT PhysicalDeviceObject,
                    _In_ PDEVICE_DESCRIPTION DeviceDescription,
                    _Out_ PULONG NumberOfMapRegisters);

FORCEINLINE VOID PutDmaAdapter(_In_ PDMA_ADAPTER DmaAdapter)
{
    DmaAdapter->DmaOperations->PutDmaAdapter(DmaAdapter);
}

FORCEINLINE ULONG GetDmaAlignment(_In_ PDMA_ADAPTER DmaAdapter)
{
    return DmaAdapter->DmaOperations->GetDmaAlignment(DmaAdapter);
}

FORCEINLINE ULONG ReadDmaCounter(_In_ PDMA_ADAPTER DmaAdapter)
{
    return DmaAdapter->DmaOperations->ReadDmaCounter(DmaAdapter);
}

FORCEINLINE PVOID
AllocateCommonBuffer(_In_ PDMA_ADAPTER DmaAdapter, _In_ ULONG Length,
                     _Out_ PPHYSICAL_ADDRESS LogicalAddress, _In_ BOOLEAN CacheEnabled)
{
    return DmaAdapter->DmaOperations->AllocateCommonBuffer(DmaAdapter, Length,
                                                           LogicalAddress, CacheEnabled);
}

FORCEINLINE VOID
FreeCommonBuffer(_In_ PDMA_ADAPTER DmaAdapter, _In_ ULONG Length,
                 _In_ PHYSICAL_ADDRESS LogicalAddress, _In_ PVOID VirtualAddress,
                 _In_ BOOLEAN CacheEnabled)
{
    DmaAdapter->DmaOperations->FreeCommonBuffer(DmaAdapter, Length, LogicalAddress,
                                                VirtualAddress, CacheEnabled);
}

/* The caches of this machine are coherent with DMA. */
#define KeFlushIoBuffers(Mdl, ReadOperation, DmaOperation)                               \
    ((VOID)(Mdl), (VOID)(ReadOperation), (VOID)(DmaOperation))
