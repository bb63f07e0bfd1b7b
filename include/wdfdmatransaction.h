/*
 * DMA transactions: one transfer of the driver's, in as many transfers of the device's as
 * it takes.
 *
 * The life of one: Initialize says what memory, Execute maps the first part and calls
 * EvtProgramDma, the driver's DPC says DmaCompleted, which maps the next part and calls
 * EvtProgramDma again, until it returns TRUE; Release makes the object ready for another.
 */
#pragma once

#include <wdfdmaenabler.h>

/* Called at DISPATCH_LEVEL: starts the device on the elements of SgList. What it returns is
   not looked at. The transfer may be completed before it has returned. */
_IRQL_requires_(DISPATCH_LEVEL) _IRQL_requires_same_ typedef BOOLEAN NTAPI
    EVT_WDF_PROGRAM_DMA(_In_ WDFDMATRANSACTION Transaction, _In_ WDFDEVICE Device,
                        _In_ WDFCONTEXT Context, _In_ WDF_DMA_DIRECTION Direction,
                        _In_ PSCATTER_GATHER_LIST SgList);
typedef EVT_WDF_PROGRAM_DMA *PFN_WDF_PROGRAM_DMA;
/* Called at DISPATCH_LEVEL when the map registers of WdfDmaTransactionAllocateResources are
   the transaction's. */
_IRQL_requires_(DISPATCH_LEVEL) _IRQL_requires_same_ typedef VOID NTAPI
    EVT_WDF_RESERVE_DMA(_In_ WDFDMATRANSACTION DmaTransaction, _In_ PVOID Context);
typedef EVT_WDF_RESERVE_DMA *PFN_WDF_RESERVE_DMA;

/* All at or below DISPATCH_LEVEL. */

WDF_ROUTINE(NTSTATUS, WdfDmaTransactionCreate,
            (_In_ WDFDMAENABLER DmaEnabler, _In_opt_ PWDF_OBJECT_ATTRIBUTES Attributes,
             _Out_ WDFDMATRANSACTION *DmaTransaction),
            (DmaEnabler, Attributes, DmaTransaction));
WDF_ROUTINE(NTSTATUS, WdfDmaTransactionInitialize,
            (_In_ WDFDMATRANSACTION DmaTransaction,
             _In_ PFN_WDF_PROGRAM_DMA EvtProgramDmaFunction,
             _In_ WDF_DMA_DIRECTION DmaDirection, _In_ PMDL Mdl,
             _In_ PVOID VirtualAddress, _In_ SIZE_T Length),
            (DmaTransaction, EvtProgramDmaFunction, DmaDirection, Mdl, VirtualAddress,
             Length));
WDF_ROUTINE(NTSTATUS, WdfDmaTransactionInitializeUsingOffset,
            (_In_ WDFDMATRANSACTION DmaTransaction,
             _In_ PFN_WDF_PROGRAM_DMA EvtProgramDmaFunction,
             _In_ WDF_DMA_DIRECTION DmaDirection, _In_ PMDL Mdl, _In_ SIZE_T Offset,
             _In_ SIZE_T Length),
            (DmaTransaction, EvtProgramDmaFunction, DmaDirection, Mdl, Offset, Length));
WDF_ROUTINE(NTSTATUS, WdfDmaTransactionInitializeUsingRequest,
            (_In_ WDFDMATRANSACTION DmaTransaction, _In_ WDFREQUEST Request,
             _In_ PFN_WDF_PROGRAM_DMA EvtProgramDmaFunction,
             _In_ WDF_DMA_DIRECTION DmaDirection),
            (DmaTransaction, Request, EvtProgramDmaFunction, DmaDirection));
WDF_ROUTINE(NTSTATUS, WdfDmaTransactionExecute,
            (_In_ WDFDMATRANSACTION DmaTransaction, _In_opt_ WDFCONTEXT Context),
            (DmaTransaction, Context));
WDF_ROUTINE(NTSTATUS, WdfDmaTransactionRelease, (_In_ WDFDMATRANSACTION DmaTransaction),
            (DmaTransaction));
/* TRUE: no more is to come, *Status is the outcome. FALSE: the next part is under way. */
WDF_ROUTINE(BOOLEAN, WdfDmaTransactionDmaCompleted,
            (_In_ WDFDMATRANSACTION DmaTransaction, _Out_ NTSTATUS *Status),
            (DmaTransaction, Status));
WDF_ROUTINE(BOOLEAN, WdfDmaTransactionDmaCompletedWithLength,
            (_In_ WDFDMATRANSACTION DmaTransaction, _In_ SIZE_T TransferredLength,
             _Out_ NTSTATUS *Status),
            (DmaTransaction, TransferredLength, Status));
WDF_ROUTINE(BOOLEAN, WdfDmaTransactionDmaCompletedFinal,
            (_In_ WDFDMATRANSACTION DmaTransaction, _In_ SIZE_T FinalTransferredLength,
             _Out_ NTSTATUS *Status),
            (DmaTransaction, FinalTransferredLength, Status));
WDF_ROUTINE(SIZE_T, WdfDmaTransactionGetBytesTransferred,
            (_In_ WDFDMATRANSACTION DmaTransaction), (DmaTransaction));
WDF_ROUTINE(SIZE_T, WdfDmaTransactionGetCurrentDmaTransferLength,
            (_In_ WDFDMATRANSACTION DmaTransaction), (DmaTransaction));
WDF_ROUTINE(VOID, WdfDmaTransactionSetMaximumLength,
            (_In_ WDFDMATRANSACTION DmaTransaction, _In_ SIZE_T MaximumLength),
            (DmaTransaction, MaximumLength));
WDF_ROUTINE(VOID, WdfDmaTransactionSetSingleTransferRequirement,
            (_In_ WDFDMATRANSACTION DmaTransaction, _In_ BOOLEAN RequireSingleTransfer),
            (DmaTransaction, RequireSingleTransfer));
WDF_ROUTINE(VOID, WdfDmaTransactionSetImmediateExecution,
            (_In_ WDFDMATRANSACTION DmaTransaction, _In_ BOOLEAN UseImmediateExecution),
            (DmaTransaction, UseImmediateExecution));
WDF_ROUTINE(BOOLEAN, WdfDmaTransactionCancel, (_In_ WDFDMATRANSACTION DmaTransaction),
            (DmaTransaction));
WDF_ROUTINE(WDFREQUEST, WdfDmaTransactionGetRequest,
            (_In_ WDFDMATRANSACTION DmaTransaction), (DmaTransaction));
WDF_ROUTINE(WDFDEVICE, WdfDmaTransactionGetDevice,
            (_In_ WDFDMATRANSACTION DmaTransaction), (DmaTransaction));
WDF_ROUTINE(VOID, WdfDmaTransactionGetTransferInfo,
            (_In_ WDFDMATRANSACTION DmaTransaction, _Out_opt_ SIZE_T *MapRegisterCount,
             _Out_opt_ SIZE_T *ScatterGatherElementCount),
            (DmaTransaction, MapRegisterCount, ScatterGatherElementCount));
WDF_ROUTINE(NTSTATUS, WdfDmaTransactionAllocateResources,
            (_In_ WDFDMATRANSACTION DmaTransaction, _In_ WDF_DMA_DIRECTION DmaDirection,
             _In_ ULONG RequiredMapRegisters,
             _In_ PFN_WDF_RESERVE_DMA EvtReserveDmaFunction,
             _In_opt_ PVOID EvtReserveDmaContext),
            (DmaTransaction, DmaDirection, RequiredMapRegisters, EvtReserveDmaFunction,
             EvtReserveDmaContext));
WDF_ROUTINE(VOID, WdfDmaTransactionFreeResources, (_In_ WDFDMATRANSACTION DmaTransaction),
            (DmaTransaction));
