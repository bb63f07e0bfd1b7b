/*
 * Controlling a device through a handle, and flushing it.
 */
#include "iop.h"

/*
 * Sends a device control request; the buffers go by the method of IoControlCode, and
 * either is NULL when its length is 0. Event, ApcRoutine, ApcContext and IoStatusBlock are
 * ZwReadFile's, and so are the statuses. PASSIVE_LEVEL. Source: manual,
 * ZwDeviceIoControlFile.
 */
NTSTATUS
NTAPI
ZwDeviceIoControlFile(HANDLE FileHandle, HANDLE Event, PIO_APC_ROUTINE ApcRoutine,
                      PVOID ApcContext, PIO_STATUS_BLOCK IoStatusBlock,
                      ULONG IoControlCode, PVOID InputBuffer, ULONG InputBufferLength,
                      PVOID OutputBuffer, ULONG OutputBufferLength)
{
    const IOP_FILE_CALL Call = {.FileHandle = FileHandle,
                                .Event = Event,
                                .ApcRoutine = ApcRoutine,
                                .ApcContext = ApcContext,
                                .IoStatusBlock = IoStatusBlock,
                                .Access = IoControlCode >> 14 & 3};
    PIOP_FILE_REQUEST Request;
    PIO_STACK_LOCATION Stack;
    NTSTATUS Status;

    if ((InputBuffer == NULL && InputBufferLength != 0) ||
        (OutputBuffer == NULL && OutputBufferLength != 0)) {
        return STATUS_ACCESS_VIOLATION;
    }
    Status = IopBeginFileRequest(&Call, &Request);
    if (Status != STATUS_SUCCESS) {
        return Status;
    }
    if (!IopBuildFileIrp(Request, IRP_MJ_DEVICE_CONTROL)) {
        return IopAbandonFileRequest(Request, STATUS_INSUFFICIENT_RESOURCES);
    }
    Stack = IoGetNextIrpStackLocation(Request->Irp);
    Stack->Parameters.DeviceIoControl.IoControlCode = IoControlCode;
    Stack->Parameters.DeviceIoControl.InputBufferLength = InputBufferLength;
    Stack->Parameters.DeviceIoControl.OutputBufferLength = OutputBufferLength;
    if (!IopAttachControl(Request->Irp, Stack, InputBuffer, OutputBuffer)) {
        return IopAbandonFileRequest(Request, STATUS_INSUFFICIENT_RESOURCES);
    }
    return IopSendFileRequest(Request);
}
EXPORT(ZwDeviceIoControlFile);

/* Sends IRP_MJ_FLUSH_BUFFERS and waits. The handle's statuses are ZwReadFile's, the others
   the driver's. PASSIVE_LEVEL. Source: manual, ZwFlushBuffersFile. */
NTSTATUS
NTAPI
ZwFlushBuffersFile(HANDLE FileHandle, PIO_STATUS_BLOCK IoStatusBlock)
{
    const IOP_FILE_CALL Call = {.FileHandle = FileHandle,
                                .IoStatusBlock = IoStatusBlock,
                                .Access = FILE_WRITE_DATA,
                                .Synchronous = TRUE};
    PIOP_FILE_REQUEST Request;
    NTSTATUS Status = IopBeginFileRequest(&Call, &Request);

    if (Status != STATUS_SUCCESS) {
        return Status;
    }
    if (!IopBuildFileIrp(Request, IRP_MJ_FLUSH_BUFFERS)) {
        return IopAbandonFileRequest(Request, STATUS_INSUFFICIENT_RESOURCES);
    }
    return IopSendFileRequest(Request);
}
EXPORT(ZwFlushBuffersFile);
