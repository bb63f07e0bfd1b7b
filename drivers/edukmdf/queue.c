/*
 * queue.c - requests into the device and back out of it.
 *
 * Whoever starts the device stores the request before; the DPC takes it, so each request is
 * completed once, whatever interrupts come. A transfer can take several turns of the device,
 * one for each run of the sender's memory.
 */
#include "edukmdf.h"

static EVT_WDF_PROGRAM_DMA EduProgramDma;

/* The request the device worked on, no longer the queue's; NULL: a stray interrupt. */
static WDFREQUEST
EduTakeRequest(WDFQUEUE Queue)
{
    return InterlockedExchangePointer((PVOID *)&EduQueueContext(Queue)->Request, NULL);
}

static VOID
EduGiveRequest(WDFQUEUE Queue, WDFREQUEST Request)
{
    InterlockedExchangePointer((PVOID *)&EduQueueContext(Queue)->Request, Request);
}

/* Starts a factorial. */
VOID NTAPI
EduEvtIoDeviceControl(WDFQUEUE Queue, WDFREQUEST Request, SIZE_T OutputLength,
                      SIZE_T InputLength, ULONG Code)
{
    PEDU_DEVICE Edu = EduDeviceContext(WdfIoQueueGetDevice(Queue));
    PVOID Output;
    PULONG Input;
    NTSTATUS Status = STATUS_INVALID_DEVICE_REQUEST;

    UNREFERENCED_PARAMETER(OutputLength);
    UNREFERENCED_PARAMETER(InputLength);
    if (Code == IOCTL_EDUKMDF_FACTORIAL) {
        Status =
            WdfRequestRetrieveInputBuffer(Request, sizeof(ULONG), (PVOID *)&Input, NULL);
    }
    if (NT_SUCCESS(Status)) {
        Status = WdfRequestRetrieveOutputBuffer(Request, sizeof(ULONG), &Output, NULL);
    }
    if (NT_SUCCESS(Status) && *Input > EDUKMDF_FACTORIAL_MAX) {
        Status = STATUS_INVALID_PARAMETER;
    }
    if (!NT_SUCCESS(Status)) {
        WdfRequestComplete(Request, Status);
        return;
    }
    EduGiveRequest(Queue, Request);
    EduWrite(Edu, EDU_FACTORIAL, *Input);
}

/* Completes the factorial. DISPATCH_LEVEL. */
VOID NTAPI
EduEvtControlDpc(WDFDPC Dpc)
{
    WDFQUEUE Queue = WdfDpcGetParentObject(Dpc);
    PEDU_DEVICE Edu = EduDeviceContext(WdfIoQueueGetDevice(Queue));
    WDFREQUEST Request = EduTakeRequest(Queue);
    PULONG Output;

    if (Request != NULL) {
        WdfRequestRetrieveOutputBuffer(Request, sizeof(ULONG), (PVOID *)&Output, NULL);
        *Output = EduRead(Edu, EDU_FACTORIAL);
        WdfRequestCompleteWithInformation(Request, STATUS_SUCCESS, sizeof(ULONG));
    }
}

/* Whether a transfer lies inside the device's buffer; its offset goes to *Offset. */
static BOOLEAN
EduIsInside(WDFREQUEST Request, SIZE_T Length, PULONG Offset)
{
    WDF_REQUEST_PARAMETERS Parameters;
    LONGLONG Start;

    WDF_REQUEST_PARAMETERS_INIT(&Parameters);
    WdfRequestGetParameters(Request, &Parameters);
    Start = Parameters.Parameters.Read.DeviceOffset; /* where Write has it too */
    *Offset = (ULONG)Start;
    return Start >= 0 && Start <= EDU_BUFFER_REACH &&
           Length <= EDU_BUFFER_REACH - (SIZE_T)Start;
}

/* One run of the request's memory is the device's to copy: Context is the place in its
   buffer that the request begins at. DISPATCH_LEVEL. */
static BOOLEAN NTAPI
EduProgramDma(WDFDMATRANSACTION Transaction, WDFDEVICE Device, WDFCONTEXT Context,
              WDF_DMA_DIRECTION Direction, PSCATTER_GATHER_LIST List)
{
    PEDU_DEVICE Edu = EduDeviceContext(Device);
    ULONG Inside = EDU_BUFFER_ADDRESS + (ULONG)(ULONG_PTR)Context +
                   (ULONG)WdfDmaTransactionGetBytesTransferred(Transaction);
    ULONG Memory = List->Elements[0].Address.LowPart;
    BOOLEAN Reads = Direction == WdfDmaDirectionReadFromDevice;

    EduGiveRequest(Edu->Transfers, WdfDmaTransactionGetRequest(Transaction));
    EduWrite(Edu, EDU_DMA_SOURCE, Reads ? Inside : Memory);
    EduWrite(Edu, EDU_DMA_DESTINATION, Reads ? Memory : Inside);
    EduWrite(Edu, EDU_DMA_COUNT, List->Elements[0].Length);
    EduWrite(Edu, EDU_DMA_COMMAND,
             EDU_DMA_RUN | EDU_DMA_INTERRUPT | (Reads ? EDU_DMA_FROM_DEVICE : 0));
    return TRUE;
}

/* Begins a read or write; one that cannot begin is completed. */
static VOID
EduStartTransfer(WDFQUEUE Queue, WDFREQUEST Request, SIZE_T Length,
                 WDF_DMA_DIRECTION Direction)
{
    PEDU_DEVICE Edu = EduDeviceContext(WdfIoQueueGetDevice(Queue));
    NTSTATUS Status = STATUS_INVALID_PARAMETER;
    ULONG Offset;

    if (EduIsInside(Request, Length, &Offset)) {
        Status = WdfDmaTransactionInitializeUsingRequest(Edu->Transaction, Request,
                                                         EduProgramDma, Direction);
    }
    if (NT_SUCCESS(Status)) {
        Status = WdfDmaTransactionExecute(Edu->Transaction, (PVOID)(ULONG_PTR)Offset);
    }
    if (!NT_SUCCESS(Status)) {
        WdfDmaTransactionRelease(Edu->Transaction);
        WdfRequestComplete(Request, Status);
    }
}

VOID NTAPI
EduEvtIoRead(WDFQUEUE Queue, WDFREQUEST Request, SIZE_T Length)
{
    EduStartTransfer(Queue, Request, Length, WdfDmaDirectionReadFromDevice);
}

VOID NTAPI
EduEvtIoWrite(WDFQUEUE Queue, WDFREQUEST Request, SIZE_T Length)
{
    EduStartTransfer(Queue, Request, Length, WdfDmaDirectionWriteToDevice);
}

/* The device has copied a run: starts it on the next, or completes the transfer.
   DISPATCH_LEVEL. */
VOID NTAPI
EduEvtTransferDpc(WDFDPC Dpc)
{
    WDFQUEUE Queue = WdfDpcGetParentObject(Dpc);
    PEDU_DEVICE Edu = EduDeviceContext(WdfIoQueueGetDevice(Queue));
    WDFREQUEST Request = EduTakeRequest(Queue);
    SIZE_T Length;
    NTSTATUS Status;

    if (Request == NULL || !WdfDmaTransactionDmaCompleted(Edu->Transaction, &Status)) {
        return;
    }
    Length = WdfDmaTransactionGetBytesTransferred(Edu->Transaction);
    WdfDmaTransactionRelease(Edu->Transaction);
    WdfRequestCompleteWithInformation(Request, Status, Length);
}
