/*
 * WDFDMATRANSACTION: map registers that a transaction keeps from one use to the next, so
 * that none of its executions can fail for want of them.
 */
#include "wdfp.h"
#include "dma.h"

/* The registers are there: the driver is told, unless the transaction was deleted while it
   waited for them. DISPATCH_LEVEL. */
static IO_ALLOCATION_ACTION NTAPI
WdfpKeepRegisters(PDEVICE_OBJECT DeviceObject, PIRP Irp, PVOID MapRegisterBase,
                  PVOID Context)
{
    PWDFP_DMA_TRANSACTION Transaction = Context;
    ULONG Count = Transaction->Reserving;

    UNREFERENCED_PARAMETER(DeviceObject);
    UNREFERENCED_PARAMETER(Irp);
    Transaction->Reserving = 0;
    if (Transaction->State == WdfpDmaEnded) {
        WdfpDereference(Transaction);
        return DeallocateObject;
    }
    Transaction->ReservedBase = MapRegisterBase;
    Transaction->Reserved = Count;
    WDFP_CALL_VOID(Transaction->Object.Globals, Transaction->ReserveRoutine,
                   WdfpHandle(Transaction), Transaction->ReserveContext);
    WdfpDereference(Transaction);
    return DeallocateObjectKeepRegisters;
}

VOID
WdfpFreeReserved(PWDFP_DMA_TRANSACTION Transaction)
{
    PDMA_ADAPTER Adapter = Transaction->Enabler->Adapter;
    KIRQL OldIrql;

    if (Transaction->Reserved != 0) {
        KeRaiseIrql(DISPATCH_LEVEL, &OldIrql);
        Adapter->DmaOperations->FreeMapRegisters(Adapter, Transaction->ReservedBase,
                                                 Transaction->Reserved);
        KeLowerIrql(OldIrql);
        Transaction->Reserved = 0;
        Transaction->ReservedBase = NULL;
    }
}

/*
 * Reserves RequiredMapRegisters, pages that one transfer may span, and calls EvtReserveDma
 * at DISPATCH_LEVEL, before it returns or when they are there. STATUS_INVALID_PARAMETER: none;
 * STATUS_INVALID_DEVICE_STATE: in use, or some are reserved already;
 * STATUS_INSUFFICIENT_RESOURCES: more than the enabler has. At or below DISPATCH_LEVEL.
 * Source: manual, WdfDmaTransactionAllocateResources.
 */
NTSTATUS
NTAPI
ImpWdfDmaTransactionAllocateResources(PWDF_DRIVER_GLOBALS DriverGlobals,
                                      WDFDMATRANSACTION Handle,
                                      WDF_DMA_DIRECTION Direction,
                                      ULONG RequiredMapRegisters,
                                      PFN_WDF_RESERVE_DMA Routine, PVOID Context)
{
    PWDFP_DMA_TRANSACTION Transaction = WdfpTransactionFromHandle(DriverGlobals, Handle);
    PDMA_ADAPTER Adapter = Transaction->Enabler->Adapter;
    NTSTATUS Status;
    KIRQL OldIrql;

    UNREFERENCED_PARAMETER(Direction); /* both go through the one adapter */
    WdfpRequire(Transaction->Object.Globals, (PVOID)(ULONG_PTR)Routine,
                "EvtReserveDmaFunction");
    WdfpRequireIrql(Transaction->Object.Globals, DISPATCH_LEVEL,
                    "WdfDmaTransactionAllocateResources");
    if (RequiredMapRegisters == 0) {
        return STATUS_INVALID_PARAMETER;
    }
    if (Transaction->State != WdfpDmaIdle || Transaction->Reserved != 0 ||
        Transaction->Reserving != 0) {
        return STATUS_INVALID_DEVICE_STATE;
    }
    Transaction->Reserving = RequiredMapRegisters;
    Transaction->ReserveRoutine = Routine;
    Transaction->ReserveContext = Context;
    WdfpReference(Transaction); /* the callback's */
    KeRaiseIrql(DISPATCH_LEVEL, &OldIrql);
    Status = Adapter->DmaOperations->AllocateAdapterChannel(
        Adapter, Transaction->Enabler->Device->DeviceObject, RequiredMapRegisters,
        WdfpKeepRegisters, Transaction);
    KeLowerIrql(OldIrql);
    if (!NT_SUCCESS(Status)) {
        Transaction->Reserving = 0;
        WdfpDereference(Transaction);
    }
    return Status;
}

/* Gives them back; the transaction is not in use. While a transfer is under way: bug check
   0x10D, 8, the handle. At or below DISPATCH_LEVEL. Source: manual,
   WdfDmaTransactionFreeResources. */
VOID NTAPI
ImpWdfDmaTransactionFreeResources(PWDF_DRIVER_GLOBALS DriverGlobals,
                                  WDFDMATRANSACTION Handle)
{
    PWDFP_DMA_TRANSACTION Transaction = WdfpTransactionFromHandle(DriverGlobals, Handle);

    if (Transaction->State == WdfpDmaRunning || Transaction->State == WdfpDmaWaiting) {
        WdfpViolation(Transaction->Object.Globals,
                      "map registers are freed that a transfer uses", WDF_DMA_FATAL_ERROR,
                      (ULONG_PTR)Handle, (ULONG_PTR)Transaction->State, 0);
    }
    WdfpFreeReserved(Transaction);
}
