/*
 * IRPs with their buffers: reads, writes and controls, built for the highest driver of a
 * stack in the way its device asks for (DO_BUFFERED_IO, DO_DIRECT_IO, or neither) or the
 * control code says.
 *
 * The buffers are kernel memory. What is made here (system buffer, MDL) is given back by
 * IopFinishIrp when the IRP runs off the top; whoever stops it there frees it, as in NT.
 */
#include "iop.h"

/* An IRP for the stack of Device, marked as built here. */
static PIRP
IopBuildIrp(PDEVICE_OBJECT Device, PIO_STATUS_BLOCK IoStatusBlock, PKEVENT Event)
{
    PIRP Irp = IoAllocateIrp(Device->StackSize, FALSE);

    if (Irp != NULL) {
        Irp->AllocationFlags |= IOP_IRP_BUILT;
        Irp->UserIosb = IoStatusBlock;
        Irp->UserEvent = Event;
        Irp->Tail.Overlay.Thread = PsGetCurrentThread();
    }
    return Irp;
}

/*
 * Gives Irp a system buffer of BufferLength bytes that starts with InputLength bytes of
 * Input. Output, when not NULL, gets up to OutputLength bytes back at completion.
 */
BOOLEAN
IopAttachSystemBuffer(PIRP Irp, SIZE_T BufferLength, PVOID Input, SIZE_T InputLength,
                      PVOID Output, SIZE_T OutputLength)
{
    PVOID Buffer;

    if (BufferLength == 0) {
        return TRUE;
    }
    /* Zeroed: what a driver claims to have read but did not must not be stale pool. */
    Buffer = IopAllocate(BufferLength, IOP_TAG_BUFFER);
    if (Buffer == NULL) {
        return FALSE;
    }
    if (InputLength != 0) {
        memcpy(Buffer, Input, InputLength);
    }
    Irp->AssociatedIrp.SystemBuffer = Buffer;
    Irp->Flags |= IRP_BUFFERED_IO | IRP_DEALLOCATE_BUFFER;
    if (Output != NULL) {
        Irp->Flags |= IRP_INPUT_OPERATION;
        Irp->UserBuffer = Output;
        Irp->Overlay.AllocationSize.QuadPart = (LONGLONG)OutputLength;
    }
    return TRUE;
}

/* Gives Irp a locked MDL for the caller's buffer. */
static BOOLEAN
IopAttachMdl(PIRP Irp, PVOID Buffer, ULONG Length, LOCK_OPERATION Operation)
{
    if (Length == 0) {
        return TRUE;
    }
    if (IoAllocateMdl(Buffer, Length, FALSE, FALSE, Irp) == NULL) {
        return FALSE;
    }
    MmProbeAndLockPages(Irp->MdlAddress, KernelMode, Operation);
    return TRUE;
}

/* The buffer of a read or write, by the flags of the device. */
BOOLEAN
IopAttachTransfer(PIRP Irp, PDEVICE_OBJECT Device, BOOLEAN Write, PVOID Buffer,
                  ULONG Length)
{
    if ((Device->Flags & DO_BUFFERED_IO) != 0) {
        return IopAttachSystemBuffer(Irp, Length, Buffer, Write ? Length : 0,
                                     Write ? NULL : Buffer, Length);
    }
    if ((Device->Flags & DO_DIRECT_IO) != 0) {
        return IopAttachMdl(Irp, Buffer, Length, Write ? IoReadAccess : IoWriteAccess);
    }
    Irp->UserBuffer = Buffer;
    return TRUE;
}

/*
 * Builds an IRP of MajorFunction (read, write, flush, shutdown, PnP, power) that the
 * caller completes and frees itself, in a completion routine. Buffer, Length   data of a
 * read or write, bytes StartingOffset   byte offset on the device; NULL: none NULL when
 * pool is short. IRQL <= APC_LEVEL. Source: manual, IoBuildAsynchronousFsdRequest.
 */
PIRP NTAPI
IoBuildAsynchronousFsdRequest(ULONG MajorFunction, PDEVICE_OBJECT DeviceObject,
                              PVOID Buffer, ULONG Length, PLARGE_INTEGER StartingOffset,
                              PIO_STATUS_BLOCK IoStatusBlock)
{
    PIRP Irp = IopBuildIrp(DeviceObject, IoStatusBlock, NULL);
    PIO_STACK_LOCATION Stack;

    if (Irp == NULL) {
        return NULL;
    }
    Stack = IoGetNextIrpStackLocation(Irp);
    Stack->MajorFunction = (UCHAR)MajorFunction;
    if (MajorFunction != IRP_MJ_READ && MajorFunction != IRP_MJ_WRITE) {
        return Irp;
    }
    if (!IopAttachTransfer(Irp, DeviceObject, MajorFunction == IRP_MJ_WRITE, Buffer,
                           Length)) {
        IoFreeIrp(Irp);
        return NULL;
    }
    /* Read and Write share one layout: length, key, offset. */
    Stack->Parameters.Read.Length = Length;
    if (StartingOffset != NULL) {
        Stack->Parameters.Read.ByteOffset = *StartingOffset;
    }
    return Irp;
}
EXPORT(IoBuildAsynchronousFsdRequest);

/*
 * The same, for a caller that waits on Event after IoCallDriver returned STATUS_PENDING;
 * the I/O manager frees the IRP. PASSIVE_LEVEL. Source: manual,
 * IoBuildSynchronousFsdRequest.
 */
PIRP NTAPI
IoBuildSynchronousFsdRequest(ULONG MajorFunction, PDEVICE_OBJECT DeviceObject,
                             PVOID Buffer, ULONG Length, PLARGE_INTEGER StartingOffset,
                             PKEVENT Event, PIO_STATUS_BLOCK IoStatusBlock)
{
    PIRP Irp = IoBuildAsynchronousFsdRequest(MajorFunction, DeviceObject, Buffer, Length,
                                             StartingOffset, IoStatusBlock);

    if (Irp != NULL) {
        Irp->UserEvent = Event;
    }
    return Irp;
}
EXPORT(IoBuildSynchronousFsdRequest);

/* The buffers of a control request, by the method in the low bits of its code. */
BOOLEAN
IopAttachControl(PIRP Irp, PIO_STACK_LOCATION Stack, PVOID Input, PVOID Output)
{
    ULONG Code = Stack->Parameters.DeviceIoControl.IoControlCode;
    ULONG InputLength = Stack->Parameters.DeviceIoControl.InputBufferLength;
    ULONG OutputLength = Stack->Parameters.DeviceIoControl.OutputBufferLength;

    switch (METHOD_FROM_CTL_CODE(Code)) {
    case METHOD_BUFFERED:
        return IopAttachSystemBuffer(Irp, max(InputLength, OutputLength), Input,
                                     InputLength, OutputLength == 0 ? NULL : Output,
                                     OutputLength);
    case METHOD_NEITHER:
        Stack->Parameters.DeviceIoControl.Type3InputBuffer = Input;
        Irp->UserBuffer = Output;
        return TRUE;
    default:
        return IopAttachSystemBuffer(Irp, InputLength, Input, InputLength, NULL, 0) &&
               IopAttachMdl(Irp, Output, OutputLength,
                            METHOD_FROM_CTL_CODE(Code) == METHOD_IN_DIRECT
                                ? IoReadAccess
                                : IoWriteAccess);
    }
}

/*
 * Builds a device control request; lengths in bytes, buffers may be NULL when theirs is
 * 0. InternalDeviceIoControl chooses the major function. The caller waits on Event; the
 * I/O manager frees the IRP. NULL when pool is short. PASSIVE_LEVEL. Source: manual,
 * IoBuildDeviceIoControlRequest.
 */
PIRP NTAPI
IoBuildDeviceIoControlRequest(ULONG IoControlCode, PDEVICE_OBJECT DeviceObject,
                              PVOID InputBuffer, ULONG InputBufferLength,
                              PVOID OutputBuffer, ULONG OutputBufferLength,
                              BOOLEAN InternalDeviceIoControl, PKEVENT Event,
                              PIO_STATUS_BLOCK IoStatusBlock)
{
    PIRP Irp = IopBuildIrp(DeviceObject, IoStatusBlock, Event);
    PIO_STACK_LOCATION Stack;

    if (Irp == NULL) {
        return NULL;
    }
    Stack = IoGetNextIrpStackLocation(Irp);
    Stack->MajorFunction =
        InternalDeviceIoControl ? IRP_MJ_INTERNAL_DEVICE_CONTROL : IRP_MJ_DEVICE_CONTROL;
    Stack->Parameters.DeviceIoControl.IoControlCode = IoControlCode;
    Stack->Parameters.DeviceIoControl.InputBufferLength = InputBufferLength;
    Stack->Parameters.DeviceIoControl.OutputBufferLength = OutputBufferLength;
    if (!IopAttachControl(Irp, Stack, InputBuffer, OutputBuffer)) {
        if (Irp->AssociatedIrp.SystemBuffer != NULL) {
            ExFreePoolWithTag(Irp->AssociatedIrp.SystemBuffer, IOP_TAG_BUFFER);
        }
        IoFreeIrp(Irp);
        return NULL;
    }
    return Irp;
}
EXPORT(IoBuildDeviceIoControlRequest);
