/*
 * What the files of DMA share: the adapter and its map registers.
 *
 * Where a device reaches all memory, a bus address is a physical address and there are no
 * map registers. For any other device the adapter has some: pages of memory it does reach
 * (bounce buffers), which stand for pages of a client that it does not. Data are copied
 * into them before the transfer, and out of them after one in which the device writes.
 *
 * Lock: the adapter's, a leaf; no routine of a driver is called under it.
 */
#pragma once

#include "iop.h"

/* A page that stands for another; adapters number theirs from 0. Guarded by whoever has the
   block it is in; Count and Taken by the adapter's lock. */
typedef struct _IOP_MAP_REGISTER {
    ULONG64 Original; /* the physical address of the bytes it stands for */
    ULONG Length;     /* how many; 0: none */
    BOOLEAN Write;    /* the device reads them */
    BOOLEAN Taken;
    ULONG Count;              /* registers of the block that begins here */
    ULONG Next;               /* of that block: where to look for a free one */
    ULONG_PTR VirtualAddress; /* what the driver calls the first byte */
} IOP_MAP_REGISTER, *PIOP_MAP_REGISTER;

typedef struct _IOP_ADAPTER {
    DMA_ADAPTER Public;     /* must be first */
    ULONG64 HighestAddress; /* the last address the device can form */
    ULONG MapRegisters;     /* pages of one transfer, as told to the driver */
    ULONG RegisterCount;    /* 0: the device reaches all memory */
    ULONG64 RegisterPages;  /* physical; contiguous */
    PIOP_MAP_REGISTER Registers;
    PIOP_MAP_REGISTER Channel; /* the block a driver keeps until FreeAdapterChannel */
    KSPIN_LOCK Lock;
    LIST_ENTRY Waiters; /* WAIT_CONTEXT_BLOCK; Lock */
    BOOLEAN Serving;    /* somebody looks after Waiters; Lock */
} IOP_ADAPTER, *PIOP_ADAPTER;

/* mapregister.c. Creating takes fewer than Count when low memory is short; FALSE: none. */
BOOLEAN IopCreateMapRegisters(PIOP_ADAPTER Adapter, ULONG Count);
VOID IopDeleteMapRegisters(PIOP_ADAPTER Adapter);
/* Calls Wait->DeviceRoutine at DISPATCH_LEVEL with a block of Wait->NumberOfMapRegisters, at
   most RegisterCount, as soon as there are so many together and nobody asked before. IRQL
   <= DISPATCH_LEVEL. */
VOID IopRequestMapRegisters(PIOP_ADAPTER Adapter, PWAIT_CONTEXT_BLOCK Wait);
VOID IopReleaseMapRegisters(PIOP_ADAPTER Adapter, PIOP_MAP_REGISTER Block);
/* Makes a free register of Block stand for Length bytes at Original, within one page, and
   copies them. FALSE: none is free. */
BOOLEAN IopMapBytes(PIOP_ADAPTER Adapter, PIOP_MAP_REGISTER Block,
                    const IOP_MAP_REGISTER *Bytes, PHYSICAL_ADDRESS *Address);
/* Ends that for what lies in Length bytes at VirtualAddress; copies what the device wrote. */
VOID IopUnmapBytes(PIOP_ADAPTER Adapter, PIOP_MAP_REGISTER Block, PVOID VirtualAddress,
                   ULONG Length);

/* A place in an MDL chain, as bytes from the start of one of its MDLs. */
typedef struct _IOP_DMA_CURSOR {
    PMDL Mdl;
    ULONG64 Offset;
} IOP_DMA_CURSOR, *PIOP_DMA_CURSOR;

/* dmarun.c. IopNextRun: the longest run of contiguous physical addresses at the cursor, at most
   Length bytes, all within the device's reach or none, and then of one page; moves the
   cursor. STATUS_BUFFER_TOO_SMALL: the chain ends here; STATUS_INSUFFICIENT_RESOURCES: the
   device does not reach the run. */
NTSTATUS IopNextRun(PIOP_ADAPTER Adapter, PIOP_DMA_CURSOR Cursor, ULONG Length,
                    PHYSICAL_ADDRESS *Address, PULONG RunLength);
IOP_DMA_CURSOR IopDmaCursor(PMDL Mdl, PVOID CurrentVa);
PHYSICAL_ADDRESS NTAPI IopMapTransfer(PDMA_ADAPTER DmaAdapter, PMDL Mdl,
                                      PVOID MapRegisterBase, PVOID CurrentVa,
                                      PULONG Length, BOOLEAN WriteToDevice);

/* sglist.c */
NTSTATUS NTAPI IopGetScatterGatherList(PDMA_ADAPTER DmaAdapter,
                                       PDEVICE_OBJECT DeviceObject, PMDL Mdl,
                                       PVOID CurrentVa, ULONG Length,
                                       PDRIVER_LIST_CONTROL ExecutionRoutine,
                                       PVOID Context, BOOLEAN WriteToDevice);
VOID NTAPI IopPutScatterGatherList(PDMA_ADAPTER DmaAdapter,
                                   PSCATTER_GATHER_LIST ScatterGather,
                                   BOOLEAN WriteToDevice);
NTSTATUS NTAPI IopBuildScatterGatherList(
    PDMA_ADAPTER DmaAdapter, PDEVICE_OBJECT DeviceObject, PMDL Mdl, PVOID CurrentVa,
    ULONG Length, PDRIVER_LIST_CONTROL ExecutionRoutine, PVOID Context,
    BOOLEAN WriteToDevice, PVOID ScatterGatherBuffer, ULONG ScatterGatherLength);

/* sgsize.c */
ULONG IopListSize(ULONG Count); /* bytes of a list with Count elements */
NTSTATUS NTAPI IopCalculateScatterGatherList(PDMA_ADAPTER DmaAdapter, PMDL Mdl,
                                             PVOID CurrentVa, ULONG Length,
                                             PULONG ScatterGatherListSize,
                                             PULONG NumberOfMapRegisters);
NTSTATUS NTAPI IopBuildMdlFromScatterGatherList(PDMA_ADAPTER DmaAdapter,
                                                PSCATTER_GATHER_LIST ScatterGather,
                                                PMDL OriginalMdl, PMDL *TargetMdl);
