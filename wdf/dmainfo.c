/*
 * WDFDMATRANSACTION: its settings, and what can be asked of one. All at or below
 * DISPATCH_LEVEL.
 */
#include "wdfp.h"
#include "dma.h"
#include "request.h"

/*
 * The bytes of one transfer, at most the enabler's; those of the next initialization on. 0
 * is bug check 0x10D, 8, the handle. Source: manual, WdfDmaTransactionSetMaximumLength.
 */
VOID NTAPI
ImpWdfDmaTransactionSetMaximumLength(PWDF_DRIVER_GLOBALS DriverGlobals,
                                     WDFDMATRANSACTION Handle, SIZE_T MaximumLength)
{
    PWDFP_DMA_TRANSACTION Transaction = WdfpTransactionFromHandle(DriverGlobals, Handle);

    if (MaximumLength == 0) {
        WdfpViolation(
            Transaction->Object.Globals, "a DMA transaction's maximum length is set to 0",
            WDF_DMA_FATAL_ERROR, (ULONG_PTR)Handle, (ULONG_PTR)Transaction->State, 0);
    }
    Transaction->MaximumLength =
        min(MaximumLength, Transaction->Enabler->Config.MaximumLength);
}

/* Whether more than one transfer is an error, STATUS_WDF_TOO_MANY_TRANSFERS. Source: manual,
   WdfDmaTransactionSetSingleTransferRequirement. */
VOID NTAPI
ImpWdfDmaTransactionSetSingleTransferRequirement(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                 WDFDMATRANSACTION Handle,
                                                 BOOLEAN RequireSingleTransfer)
{
    WdfpTransactionFromHandle(DriverGlobals, Handle)->SingleTransfer =
        RequireSingleTransfer;
}

/* Accepted; who waits for map registers waits all the same. Source: manual,
   WdfDmaTransactionSetImmediateExecution. */
VOID NTAPI
ImpWdfDmaTransactionSetImmediateExecution(PWDF_DRIVER_GLOBALS DriverGlobals,
                                          WDFDMATRANSACTION Handle,
                                          BOOLEAN UseImmediateExecution)
{
    WdfpTransactionFromHandle(DriverGlobals, Handle);
    UNREFERENCED_PARAMETER(UseImmediateExecution);
}

/* Takes back an execution that waits for map registers: FALSE, for WDM's adapters cannot.
   Source: manual, WdfDmaTransactionCancel. */
BOOLEAN
NTAPI
ImpWdfDmaTransactionCancel(PWDF_DRIVER_GLOBALS DriverGlobals, WDFDMATRANSACTION Handle)
{
    WdfpTransactionFromHandle(DriverGlobals, Handle);
    return FALSE;
}

/* Bytes of the transfers that have been completed. Source: manual,
   WdfDmaTransactionGetBytesTransferred. */
SIZE_T
NTAPI
ImpWdfDmaTransactionGetBytesTransferred(PWDF_DRIVER_GLOBALS DriverGlobals,
                                        WDFDMATRANSACTION Handle)
{
    return WdfpTransactionFromHandle(DriverGlobals, Handle)->Transferred;
}

/* Bytes of the transfer under way, or of the last. Source: manual,
   WdfDmaTransactionGetCurrentDmaTransferLength. */
SIZE_T
NTAPI
ImpWdfDmaTransactionGetCurrentDmaTransferLength(PWDF_DRIVER_GLOBALS DriverGlobals,
                                                WDFDMATRANSACTION Handle)
{
    return WdfpTransactionFromHandle(DriverGlobals, Handle)->CurrentLength;
}

/* The request it was initialized with; NULL: none. Source: manual,
   WdfDmaTransactionGetRequest. */
WDFREQUEST
NTAPI
ImpWdfDmaTransactionGetRequest(PWDF_DRIVER_GLOBALS DriverGlobals,
                               WDFDMATRANSACTION Handle)
{
    PWDFP_REQUEST Request = WdfpTransactionFromHandle(DriverGlobals, Handle)->Request;

    return Request == NULL ? NULL : WdfpHandle(Request);
}

/* Source: manual, WdfDmaTransactionGetDevice. */
WDFDEVICE
NTAPI
ImpWdfDmaTransactionGetDevice(PWDF_DRIVER_GLOBALS DriverGlobals, WDFDMATRANSACTION Handle)
{
    return WdfpHandle(WdfpTransactionFromHandle(DriverGlobals, Handle)->Enabler->Device);
}

/* The map registers and list elements that the largest transfer of an initialized
   transaction can take; of one that is not, 0. Source: manual,
   WdfDmaTransactionGetTransferInfo. */
VOID NTAPI
ImpWdfDmaTransactionGetTransferInfo(PWDF_DRIVER_GLOBALS DriverGlobals,
                                    WDFDMATRANSACTION Handle, SIZE_T *MapRegisterCount,
                                    SIZE_T *ElementCount)
{
    PWDFP_DMA_TRANSACTION Transaction = WdfpTransactionFromHandle(DriverGlobals, Handle);
    PDMA_ADAPTER Adapter = Transaction->Enabler->Adapter;
    ULONG Registers = 0;
    ULONG Size;

    if (Transaction->Mdl != NULL) {
        Adapter->DmaOperations->CalculateScatterGatherList(
            Adapter, Transaction->Mdl, Transaction->Address,
            (ULONG)min(Transaction->Length, Transaction->MaximumLength), &Size,
            &Registers);
    }
    if (MapRegisterCount != NULL) {
        *MapRegisterCount = Registers;
    }
    if (ElementCount != NULL) {
        *ElementCount = WdfpScatters(Transaction->Enabler->Config.Profile)
                            ? Registers
                            : min(Registers, 1);
    }
}
