/*
 * WDFDMATRANSACTION: transfers, one part of the memory after the other.
 *
 * A part is mapped by the adapter, which calls back at DISPATCH_LEVEL; there the driver is
 * told to program its device. From that call on the transaction may be completed, executed
 * anew or deleted at any time, on any processor, so whoever stages a part holds a reference
 * and does not look at it afterwards.
 *
 * A profile that scatters gets as many elements as the memory has runs; one that does not
 * gets one run a transfer.
 */
#include "wdfp.h"
#include "dma.h"

/* A part on its way to the driver; on the stack of whoever stages it. */
typedef struct _WDFP_STAGING {
    PWDFP_DMA_TRANSACTION Transaction;
    NTSTATUS Status; /* why the driver was not called */
} WDFP_STAGING, *PWDFP_STAGING;

/* The byte that the next part begins with. */
static PVOID
WdfpTransferAddress(PWDFP_DMA_TRANSACTION Transaction)
{
    return Transaction->Address + Transaction->Transferred;
}

VOID
WdfpUnmapTransfer(PWDFP_DMA_TRANSACTION Transaction)
{
    PDMA_ADAPTER Adapter = Transaction->Enabler->Adapter;
    BOOLEAN Write = Transaction->Direction == WdfDmaDirectionWriteToDevice;
    KIRQL OldIrql;

    KeRaiseIrql(DISPATCH_LEVEL, &OldIrql);
    if (Transaction->List != NULL) {
        Adapter->DmaOperations->PutScatterGatherList(Adapter, Transaction->List, Write);
        Transaction->List = NULL;
    }
    if (Transaction->MapRegisters != 0) {
        Adapter->DmaOperations->FlushAdapterBuffers(
            Adapter, Transaction->Mdl, Transaction->MapRegisterBase,
            WdfpTransferAddress(Transaction), (ULONG)Transaction->CurrentLength, Write);
        if (Transaction->MapRegisterBase != Transaction->ReservedBase) {
            Adapter->DmaOperations->FreeMapRegisters(
                Adapter, Transaction->MapRegisterBase, Transaction->MapRegisters);
        }
        Transaction->MapRegisters = 0;
    }
    KeLowerIrql(OldIrql);
}

/* Has the driver program its device. DISPATCH_LEVEL. */
static VOID
WdfpProgramDevice(PWDFP_DMA_TRANSACTION Transaction, PSCATTER_GATHER_LIST List)
{
    InterlockedExchange(&Transaction->State, WdfpDmaRunning);
    WDFP_CALL(Transaction->Object.Globals, Transaction->Program, WdfpHandle(Transaction),
              WdfpHandle(Transaction->Enabler->Device), Transaction->Context,
              Transaction->Direction, List);
}

/* The adapter has the list of a part. DISPATCH_LEVEL. */
static VOID NTAPI
WdfpListIsReady(PDEVICE_OBJECT DeviceObject, PIRP Irp, PSCATTER_GATHER_LIST List,
                PVOID Context)
{
    PWDFP_STAGING Staging = Context;
    PWDFP_DMA_TRANSACTION Transaction = Staging->Transaction;

    UNREFERENCED_PARAMETER(DeviceObject);
    UNREFERENCED_PARAMETER(Irp);
    Transaction->List = List;
    if (List->NumberOfElements > Transaction->Enabler->MaximumElements) {
        Staging->Status = STATUS_WDF_TOO_FRAGMENTED;
        return;
    }
    WdfpProgramDevice(Transaction, List);
}

/* Maps the run of memory that a part begins with, and makes it the list. */
static NTSTATUS
WdfpMapRun(PWDFP_DMA_TRANSACTION Transaction, PVOID MapRegisterBase)
{
    PDMA_ADAPTER Adapter = Transaction->Enabler->Adapter;
    PSCATTER_GATHER_LIST List = (PSCATTER_GATHER_LIST)Transaction->One;
    ULONG Length = (ULONG)Transaction->CurrentLength;

    List->Elements[0].Address = Adapter->DmaOperations->MapTransfer(
        Adapter, Transaction->Mdl, MapRegisterBase, WdfpTransferAddress(Transaction),
        &Length, Transaction->Direction == WdfDmaDirectionWriteToDevice);
    if (Length == 0) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    if (Transaction->SingleTransfer && Length != Transaction->CurrentLength) {
        return STATUS_WDF_TOO_MANY_TRANSFERS;
    }
    List->Elements[0].Length = Length;
    List->NumberOfElements = 1;
    Transaction->CurrentLength = Length;
    return STATUS_SUCCESS;
}

/* The map registers of a part are there: the driver gets one element. DISPATCH_LEVEL. */
static VOID
WdfpRegistersAreReady(PWDFP_STAGING Staging, PVOID MapRegisterBase)
{
    PWDFP_DMA_TRANSACTION Transaction = Staging->Transaction;

    Transaction->MapRegisterBase = MapRegisterBase;
    Transaction->MapRegisters = ADDRESS_AND_SIZE_TO_SPAN_PAGES(
        WdfpTransferAddress(Transaction), Transaction->CurrentLength);
    Staging->Status = WdfpMapRun(Transaction, MapRegisterBase);
    if (NT_SUCCESS(Staging->Status)) {
        WdfpProgramDevice(Transaction, (PSCATTER_GATHER_LIST)Transaction->One);
    }
}

static IO_ALLOCATION_ACTION NTAPI
WdfpChannelIsReady(PDEVICE_OBJECT DeviceObject, PIRP Irp, PVOID MapRegisterBase,
                   PVOID Context)
{
    UNREFERENCED_PARAMETER(DeviceObject);
    UNREFERENCED_PARAMETER(Irp);
    WdfpRegistersAreReady(Context, MapRegisterBase);
    return DeallocateObjectKeepRegisters;
}

/* Maps a part by the adapter and calls the driver. DISPATCH_LEVEL. */
static NTSTATUS
WdfpMapTransfer(PWDFP_STAGING Staging)
{
    PWDFP_DMA_TRANSACTION Transaction = Staging->Transaction;
    PDEVICE_OBJECT DeviceObject = Transaction->Enabler->Device->DeviceObject;
    PDMA_ADAPTER Adapter = Transaction->Enabler->Adapter;
    ULONG Registers = ADDRESS_AND_SIZE_TO_SPAN_PAGES(WdfpTransferAddress(Transaction),
                                                     Transaction->CurrentLength);

    if (Transaction->Reserved != 0 && Registers > Transaction->Reserved) {
        return STATUS_WDF_NOT_ENOUGH_MAP_REGISTERS;
    }
    if (WdfpScatters(Transaction->Enabler->Config.Profile)) {
        return Adapter->DmaOperations->GetScatterGatherList(
            Adapter, DeviceObject, Transaction->Mdl, WdfpTransferAddress(Transaction),
            (ULONG)Transaction->CurrentLength, WdfpListIsReady, Staging,
            Transaction->Direction == WdfDmaDirectionWriteToDevice);
    }
    if (Transaction->Reserved != 0) {
        WdfpRegistersAreReady(Staging, Transaction->ReservedBase);
        return STATUS_SUCCESS;
    }
    return Adapter->DmaOperations->AllocateAdapterChannel(
        Adapter, DeviceObject, Registers, WdfpChannelIsReady, Staging);
}

/* Starts the next part. When it fails the driver was not called, and the transaction has
   ended. */
static NTSTATUS
WdfpStageTransfer(PWDFP_DMA_TRANSACTION Transaction)
{
    WDFP_STAGING Staging = {Transaction, STATUS_SUCCESS};
    NTSTATUS Status;
    KIRQL OldIrql;

    WdfpReference(Transaction);
    Transaction->CurrentLength =
        min(Transaction->Length - Transaction->Transferred, Transaction->MaximumLength);
    KeRaiseIrql(DISPATCH_LEVEL, &OldIrql);
    Status = WdfpMapTransfer(&Staging);
    KeLowerIrql(OldIrql);
    Status = NT_SUCCESS(Status) ? Staging.Status : Status;
    if (!NT_SUCCESS(Status)) {
        WdfpUnmapTransfer(Transaction);
        Transaction->CurrentLength = 0;
        InterlockedExchange(&Transaction->State, WdfpDmaEnded);
    }
    WdfpDereference(Transaction);
    return Status;
}

/*
 * Begins the transfer: EvtProgramDma is called, with Context, before this returns.
 * STATUS_INVALID_DEVICE_STATE: not initialized, or executed already;
 * STATUS_WDF_TOO_FRAGMENTED: more elements than the enabler's limit;
 * STATUS_WDF_NOT_ENOUGH_MAP_REGISTERS: fewer are reserved; STATUS_WDF_TOO_MANY_TRANSFERS;
 * STATUS_INSUFFICIENT_RESOURCES, also for memory that the device cannot reach. At or below
 * DISPATCH_LEVEL. Source: manual, WdfDmaTransactionExecute.
 */
NTSTATUS
NTAPI
ImpWdfDmaTransactionExecute(PWDF_DRIVER_GLOBALS DriverGlobals, WDFDMATRANSACTION Handle,
                            WDFCONTEXT Context)
{
    PWDFP_DMA_TRANSACTION Transaction = WdfpTransactionFromHandle(DriverGlobals, Handle);

    WdfpRequireIrql(Transaction->Object.Globals, DISPATCH_LEVEL,
                    "WdfDmaTransactionExecute");
    if (InterlockedCompareExchange(&Transaction->State, WdfpDmaEnded,
                                   WdfpDmaInitialized) != WdfpDmaInitialized) {
        return STATUS_INVALID_DEVICE_STATE;
    }
    Transaction->Context = Context;
    return WdfpStageTransfer(Transaction);
}

/* Ends the part under way, of which the device moved Length bytes, and begins the next
   unless it was the last. The driver's claim is checked: bug check 0x10D, 8. */
static BOOLEAN
WdfpCompleteTransfer(PWDFP_DMA_TRANSACTION Transaction, SIZE_T Length, BOOLEAN Last,
                     NTSTATUS *Status)
{
    PWDFP_GLOBALS Globals = Transaction->Object.Globals;

    WdfpRequire(Globals, Status, "Status");
    WdfpRequireIrql(Globals, DISPATCH_LEVEL, "WdfDmaTransactionDmaCompleted");
    if (InterlockedCompareExchange(&Transaction->State, WdfpDmaEnded, WdfpDmaRunning) !=
        WdfpDmaRunning) {
        WdfpViolation(Globals, "a DMA transfer is completed that is not under way",
                      WDF_DMA_FATAL_ERROR, (ULONG_PTR)WdfpHandle(Transaction),
                      (ULONG_PTR)Transaction->State, 0);
    }
    if (Length > Transaction->CurrentLength) {
        WdfpViolation(Globals, "a DMA transfer is completed with more bytes than it had",
                      WDF_DMA_FATAL_ERROR, (ULONG_PTR)WdfpHandle(Transaction), Length,
                      Transaction->CurrentLength);
    }
    WdfpUnmapTransfer(Transaction);
    Transaction->Transferred += Length;
    if (Last || Transaction->Transferred == Transaction->Length) {
        *Status = STATUS_SUCCESS;
        return TRUE;
    }
    *Status = WdfpStageTransfer(Transaction);
    if (!NT_SUCCESS(*Status)) {
        return TRUE;
    }
    *Status = STATUS_MORE_PROCESSING_REQUIRED;
    return FALSE;
}

/*
 * The device has moved the whole part. FALSE, and STATUS_MORE_PROCESSING_REQUIRED in
 * *Status: EvtProgramDma has been called for the next. TRUE: the transaction is over, with
 * STATUS_SUCCESS, or what WdfDmaTransactionExecute returns for a part that cannot be
 * mapped. Nothing under way: bug check 0x10D, 8, the handle. At or below DISPATCH_LEVEL.
 * Source: manual, WdfDmaTransactionDmaCompleted.
 */
BOOLEAN
NTAPI
ImpWdfDmaTransactionDmaCompleted(PWDF_DRIVER_GLOBALS DriverGlobals,
                                 WDFDMATRANSACTION Handle, NTSTATUS *Status)
{
    PWDFP_DMA_TRANSACTION Transaction = WdfpTransactionFromHandle(DriverGlobals, Handle);

    return WdfpCompleteTransfer(Transaction, Transaction->CurrentLength, FALSE, Status);
}

/* The same of TransferredLength bytes; the next part begins behind them. More than the part
   has: bug check 0x10D, 8. Source: manual, WdfDmaTransactionDmaCompletedWithLength. */
BOOLEAN
NTAPI
ImpWdfDmaTransactionDmaCompletedWithLength(PWDF_DRIVER_GLOBALS DriverGlobals,
                                           WDFDMATRANSACTION Handle,
                                           SIZE_T TransferredLength, NTSTATUS *Status)
{
    return WdfpCompleteTransfer(WdfpTransactionFromHandle(DriverGlobals, Handle),
                                TransferredLength, FALSE, Status);
}

/* The same, and no part follows; TRUE. Source: manual, WdfDmaTransactionDmaCompletedFinal. */
BOOLEAN
NTAPI
ImpWdfDmaTransactionDmaCompletedFinal(PWDF_DRIVER_GLOBALS DriverGlobals,
                                      WDFDMATRANSACTION Handle, SIZE_T FinalLength,
                                      NTSTATUS *Status)
{
    return WdfpCompleteTransfer(WdfpTransactionFromHandle(DriverGlobals, Handle),
                                FinalLength, TRUE, Status);
}
