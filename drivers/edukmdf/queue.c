/*
 * queue.c - requests into the device and back out of it.
 *
 * A handler stores its request before it starts the device; the DPC takes it, so each
 * request is completed once, whatever interrupts come.
 */
#include "edukmdf.h"

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

static VOID
EduStartTransfer(PEDU_DEVICE Edu, ULONG Offset, ULONG Length, ULONG Direction)
{
    ULONG Inside = EDU_BUFFER_ADDRESS + Offset;
    ULONG Memory = Edu->BufferAddress.LowPart;
    BOOLEAN Reads = Direction != 0;

    EduWrite(Edu, EDU_DMA_SOURCE, Reads ? Inside : Memory);
    EduWrite(Edu, EDU_DMA_DESTINATION, Reads ? Memory : Inside);
    EduWrite(Edu, EDU_DMA_COUNT, Length);
    EduWrite(Edu, EDU_DMA_COMMAND, EDU_DMA_RUN | EDU_DMA_INTERRUPT | Direction);
}

VOID NTAPI
EduEvtIoRead(WDFQUEUE Queue, WDFREQUEST Request, SIZE_T Length)
{
    ULONG Offset;

    if (!EduIsInside(Request, Length, &Offset)) {
        WdfRequestComplete(Request, STATUS_INVALID_PARAMETER);
        return;
    }
    WdfRequestSetInformation(Request, Length);
    EduGiveRequest(Queue, Request);
    EduStartTransfer(EduDeviceContext(WdfIoQueueGetDevice(Queue)), Offset, (ULONG)Length,
                     EDU_DMA_FROM_DEVICE);
}

VOID NTAPI
EduEvtIoWrite(WDFQUEUE Queue, WDFREQUEST Request, SIZE_T Length)
{
    PEDU_DEVICE Edu = EduDeviceContext(WdfIoQueueGetDevice(Queue));
    NTSTATUS Status;
    PVOID Input;
    ULONG Offset;

    Status = WdfRequestRetrieveInputBuffer(Request, Length, &Input, NULL);
    if (NT_SUCCESS(Status) && !EduIsInside(Request, Length, &Offset)) {
        Status = STATUS_INVALID_PARAMETER;
    }
    if (!NT_SUCCESS(Status)) {
        WdfRequestComplete(Request, Status);
        return;
    }
    RtlCopyMemory(Edu->Buffer, Input, Length);
    WdfRequestSetInformation(Request, Length);
    EduGiveRequest(Queue, Request);
    EduStartTransfer(Edu, Offset, (ULONG)Length, 0);
}

/* Completes the transfer. DISPATCH_LEVEL. */
VOID NTAPI
EduEvtTransferDpc(WDFDPC Dpc)
{
    WDFQUEUE Queue = WdfDpcGetParentObject(Dpc);
    PEDU_DEVICE Edu = EduDeviceContext(WdfIoQueueGetDevice(Queue));
    WDFREQUEST Request = EduTakeRequest(Queue);
    SIZE_T Length;
    PVOID Output;

    if (Request == NULL) {
        return;
    }
    /* A write has no output buffer. */
    if (NT_SUCCESS(WdfRequestRetrieveOutputBuffer(Request, 1, &Output, &Length))) {
        RtlCopyMemory(Output, Edu->Buffer, Length);
    }
    WdfRequestComplete(Request, STATUS_SUCCESS);
}
