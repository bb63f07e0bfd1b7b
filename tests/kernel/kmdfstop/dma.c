/*
 * Mistakes with DMA transactions (0x10D/8).
 */
#include "kmdfstop.h"

static UCHAR Buffer[64];

static BOOLEAN NTAPI
Program(WDFDMATRANSACTION Transaction, WDFDEVICE Device, WDFCONTEXT Context,
        WDF_DMA_DIRECTION Direction, PSCATTER_GATHER_LIST List)
{
    UNREFERENCED_PARAMETER(Transaction);
    UNREFERENCED_PARAMETER(Device);
    UNREFERENCED_PARAMETER(Context);
    UNREFERENCED_PARAMETER(Direction);
    UNREFERENCED_PARAMETER(List);
    return TRUE;
}

/* A transaction whose one transfer is under way. */
static WDFDMATRANSACTION
Begin(WDFDEVICE Device)
{
    PMDL Mdl = IoAllocateMdl(Buffer, sizeof(Buffer), FALSE, FALSE, NULL);
    WDF_DMA_ENABLER_CONFIG Config;
    WDFDMATRANSACTION Transaction;
    WDFDMAENABLER Enabler;

    MmBuildMdlForNonPagedPool(Mdl);
    WDF_DMA_ENABLER_CONFIG_INIT(&Config, WdfDmaProfileScatterGather64, sizeof(Buffer));
    WdfDmaEnablerCreate(Device, &Config, NULL, &Enabler);
    WdfDmaTransactionCreate(Enabler, NULL, &Transaction);
    WdfDmaTransactionInitialize(Transaction, Program, WdfDmaDirectionReadFromDevice, Mdl,
                                Buffer, sizeof(Buffer));
    WdfDmaTransactionExecute(Transaction, NULL);
    return Transaction;
}

VOID
EndTransferTwice(WDFDEVICE Device)
{
    WDFDMATRANSACTION Transaction = Begin(Device);
    NTSTATUS Status;

    WdfDmaTransactionDmaCompleted(Transaction, &Status);
    Expect("a DMA transfer is completed that is not under way$", WDF_DMA_FATAL_ERROR,
           Number(Transaction), "0x4, 0x0");
    WdfDmaTransactionDmaCompleted(Transaction, &Status);
}

VOID
EndTransferLonger(WDFDEVICE Device)
{
    WDFDMATRANSACTION Transaction = Begin(Device);
    NTSTATUS Status;

    Expect("a DMA transfer is completed with more bytes than it had$",
           WDF_DMA_FATAL_ERROR, Number(Transaction), "0x41, 0x40");
    WdfDmaTransactionDmaCompletedFinal(Transaction, sizeof(Buffer) + 1, &Status);
}

VOID
ReleaseTransfer(WDFDEVICE Device)
{
    WDFDMATRANSACTION Transaction = Begin(Device);

    Expect("a DMA transaction is released while its transfer is under way$",
           WDF_DMA_FATAL_ERROR, Number(Transaction), "0x3, 0x0");
    WdfDmaTransactionRelease(Transaction);
}

VOID
TransferNothing(WDFDEVICE Device)
{
    WDFDMATRANSACTION Transaction = Begin(Device);

    Expect("a DMA transaction's maximum length is set to 0$", WDF_DMA_FATAL_ERROR,
           Number(Transaction), "0x3, 0x0");
    WdfDmaTransactionSetMaximumLength(Transaction, 0);
}
