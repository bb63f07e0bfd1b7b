/*
 * WDFDMATRANSACTION: transfers, one part of the memory after the other.
 *
 * A part is mapped by the adapter, which calls back at DISPATCH_LEVEL: before the call that
 * asks for it returns, or, when map registers are short, later and on any processor. There
 * the driver is told to program its device. From that call on the transaction may be
 * completed, executed anew or deleted at any time, so a part that is staged has a reference
 * of its own, and whoever staged it does not look at the transaction afterwards.
 *
 * A profile that scatters gets as many elements as the memory has runs; one that does not
 * gets one run a transfer.
 */
#include "wdfp.h"
#include "dma.h"

/* Whoever stages a part; on its stack. The callback tells it how the part fared, unless it
   has left (WdfpTellStager). */
typedef struct _WDFP_STAGING {
    NTSTATUS Status;
    volatile LONG Told;
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

/* Tells whoever stages the part, if it still waits; FALSE: it has left. */
static BOOLEAN
WdfpTellStager(PWDFP_DMA_TRANSACTION Transaction, NTSTATUS Status)
{
    PWDFP_STAGING Staging =
        InterlockedExchangePointer((PVOID *)&Transaction->Staging, NULL);

    if (Staging == NULL) {
        return FALSE;
    }
    Staging->Status = Status;
    InterlockedExchange(&Staging->Told, TRUE);
    return TRUE;
}

/* The part is mapped, or Status says why it cannot be: has the driver program its device, or
   ends the transaction. A driver whose part failed after it had to wait can only be told on
   the console. DISPATCH_LEVEL. */
static VOID
WdfpProgramDevice(PWDFP_DMA_TRANSACTION Transaction, NTSTATUS Status,
                  PSCATTER_GATHER_LIST List)
{
    PWDFP_GLOBALS Globals = Transaction->Object.Globals;

    if (NT_SUCCESS(Status) &&
        InterlockedCompareExchange(&Transaction->State, WdfpDmaRunning, WdfpDmaWaiting) !=
            WdfpDmaWaiting) {
        Status = STATUS_DELETE_PENDING; /* it was deleted while it waited */
    }
    if (!NT_SUCCESS(Status)) {
        WdfpUnmapTransfer(Transaction);
        InterlockedExchange(&Transaction->State, WdfpDmaEnded);
    }
    if (!WdfpTellStager(Transaction, Status) && !NT_SUCCESS(Status)) {
        DbgPrint("wdf: %s: a DMA transfer that had to wait failed with status 0x%08X\n",
                 Globals->Public.DriverName, Status);
    }
    if (NT_SUCCESS(Status)) {
        WDFP_CALL(Globals, Transaction->Program, WdfpHandle(Transaction),
                  WdfpHandle(Transaction->Enabler->Device), Transaction->Context,
                  Transaction->Direction, List);
    }
    WdfpDereference(Transaction);
}

/* The adapter has the list of a part. DISPATCH_LEVEL. */
static VOID NTAPI
WdfpListIsReady(PDEVICE_OBJECT DeviceObject, PIRP Irp, PSCATTER_GATHER_LIST List,
                PVOID Context)
{
    PWDFP_DMA_TRANSACTION Transaction = Context;

    UNREFERENCED_PARAMETER(DeviceObject);
    UNREFERENCED_PARAMETER(Irp);
    Transaction->List = List;
    WdfpProgramDevice(Transaction,
                      List->NumberOfElements > Transaction->Enabler->MaximumElements
                          ? STATUS_WDF_TOO_FRAGMENTED
                          : STATUS_SUCCESS,
                      List);
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

/* The map registers of a part are there: the driver gets one element. One that was deleted
   meanwhile has no memory any more. DISPATCH_LEVEL. */
static VOID
WdfpRegistersAreReady(PWDFP_DMA_TRANSACTION Transaction, PVOID MapRegisterBase)
{
    NTSTATUS Status = STATUS_DELETE_PENDING;

    Transaction->MapRegisterBase = MapRegisterBase;
    Transaction->MapRegisters = ADDRESS_AND_SIZE_TO_SPAN_PAGES(
        WdfpTransferAddress(Transaction), Transaction->CurrentLength);
    if (Transaction->State == WdfpDmaWaiting) {
        Status = WdfpMapRun(Transaction, MapRegisterBase);
    }
    WdfpProgramDevice(Transaction, Status, (PSCATTER_GATHER_LIST)Transaction->One);
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

/* Has the adapter map a part. When this fails nobody is called. DISPATCH_LEVEL. */
static NTSTATUS
WdfpMapTransfer(PWDFP_DMA_TRANSACTION Transaction)
{
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
            (ULONG)Transaction->CurrentLength, WdfpListIsReady, Transaction,
            Transaction->Direction == WdfDmaDirectionWriteToDevice);
    }
    if (Transaction->Reserved != 0) {
        WdfpRegistersAreReady(Transaction, Transaction->ReservedBase);
        return STATUS_SUCCESS;
    }
    return Adapter->DmaOperations->AllocateAdapterChannel(
        Adapter, DeviceObject, Registers, WdfpChannelIsReady, Transaction);
}

/* How the part fared whose staging has been asked for: told by the callback, or not yet, and
   then it goes on without this. */
static NTSTATUS
WdfpAwaitCallback(PWDFP_DMA_TRANSACTION Transaction, PWDFP_STAGING Staging)
{
    if (InterlockedCompareExchangePointer((PVOID *)&Transaction->Staging, NULL,
                                          Staging) == Staging) {
        return STATUS_SUCCESS;
    }
    while (!Staging->Told) { /* between the two steps of WdfpTellStager */
        YieldProcessor();
    }
    return Staging->Status;
}

/* Starts the next part. When it fails the driver was not called, and the transaction has
   ended. */
static NTSTATUS
WdfpStageTransfer(PWDFP_DMA_TRANSACTION Transaction)
{
    WDFP_STAGING Staging = {STATUS_SUCCESS, FALSE};
    NTSTATUS Status;
    KIRQL OldIrql;

    WdfpReference(Transaction); /* the callback's */
    WdfpReference(Transaction);
    Transaction->CurrentLength =
        min(Transaction->Length - Transaction->Transferred, Transaction->MaximumLength);
    Transaction->Staging = &Staging;
    InterlockedExchange(&Transaction->State, WdfpDmaWaiting);
    KeRaiseIrql(DISPATCH_LEVEL, &OldIrql);
    Status = WdfpMapTransfer(Transaction);
    if (NT_SUCCESS(Status)) {
        Status = WdfpAwaitCallback(Transaction, &Staging);
    } else {
        Transaction->Staging = NULL;
        InterlockedExchange(&Transaction->State, WdfpDmaEnded);
        WdfpDereference(Transaction); /* there is no callback */
    }
    KeLowerIrql(OldIrql);
    WdfpDereference(Transaction);
    return Status;
}

/*
 * Begins the transfer: EvtProgramDma is called, with Context, before this returns or, when
 * map registers have to be waited for, later.
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
