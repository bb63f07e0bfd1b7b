/*
 * Buffers of the three methods, reads and writes, and the other ways to make an IRP.
 */
#include "irp.h"

static volatile LONG Transfers;
static LONGLONG SeenOffset;
static ULONG SeenLength;

static NTSTATUS NTAPI
UpperDone(PDEVICE_OBJECT DeviceObject, PIRP Irp, PVOID Context)
{
    UNREFERENCED_PARAMETER(DeviceObject);
    UNREFERENCED_PARAMETER(Context);
    UpperRuns++;
    UpperPending = Irp->PendingReturned;
    UpperStatus = Irp->IoStatus.Status;
    if (UpperTakes) {
        return STATUS_MORE_PROCESSING_REQUIRED;
    }
    if (Irp->PendingReturned) {
        IoMarkIrpPending(Irp);
    }
    return STATUS_SUCCESS;
}

/* Reads fill with the low byte of the offset; the upper device passes everything down. */
NTSTATUS NTAPI
DispatchTransfer(PDEVICE_OBJECT DeviceObject, PIRP Irp)
{
    PIO_STACK_LOCATION Stack = IoGetCurrentIrpStackLocation(Irp);
    PVOID Address;

    if (DeviceObject == Upper) {
        IoCopyCurrentIrpStackLocationToNext(Irp);
        IoSetCompletionRoutine(Irp, UpperDone, NULL, TRUE, TRUE, TRUE);
        return IoCallDriver(Lower, Irp);
    }
    SeenOffset = Stack->Parameters.Read.ByteOffset.QuadPart;
    SeenLength = Stack->Parameters.Read.Length;
    Address = MmGetSystemAddressForMdlSafe(Irp->MdlAddress, NormalPagePriority);
    if (Stack->MajorFunction == IRP_MJ_READ) {
        RtlFillMemory(Address, SeenLength, (UCHAR)SeenOffset);
    }
    Transfers++;
    Irp->IoStatus.Status = STATUS_SUCCESS;
    Irp->IoStatus.Information = SeenLength;
    IoCompleteRequest(Irp, IO_NO_INCREMENT);
    return STATUS_SUCCESS;
}

static VOID
TestMethod(ULONG Code, PCSTR Name)
{
    REQUEST Request;
    PIRP Irp = BuildRequest(Lower, Code, &Request);

    IoCallDriver(Lower, Irp);
    ok(Request.Iosb.Information == 8 && Request.Buffer[0] == 1 && Request.Buffer[7] == 8,
       Name);
}

VOID
TestMethods(VOID)
{
    TestMethod(CODE_SUCCEED, "IoBuildDeviceIoControlRequest: METHOD_BUFFERED");
    TestMethod(CODE_DIRECT, "IoBuildDeviceIoControlRequest: METHOD_OUT_DIRECT");
    TestMethod(CODE_NEITHER, "IoBuildDeviceIoControlRequest: METHOD_NEITHER");
}

static NTSTATUS NTAPI
TakeBack(PDEVICE_OBJECT DeviceObject, PIRP Irp, PVOID Context)
{
    UNREFERENCED_PARAMETER(DeviceObject);
    UNREFERENCED_PARAMETER(Irp);
    KeSetEvent(Context, 0, FALSE);
    return STATUS_MORE_PROCESSING_REQUIRED;
}

/* The originator of an asynchronous request frees what was made for it. */
static VOID
TestAsynchronous(PUCHAR Buffer, ULONG Length)
{
    LARGE_INTEGER Offset = {.QuadPart = 0x33};
    KEVENT Event;
    PIRP Irp;

    KeInitializeEvent(&Event, NotificationEvent, FALSE);
    Irp =
        IoBuildAsynchronousFsdRequest(IRP_MJ_READ, Upper, Buffer, Length, &Offset, NULL);
    IoSetCompletionRoutine(Irp, TakeBack, &Event, TRUE, TRUE, TRUE);
    IoCallDriver(Upper, Irp);
    ok(KeReadStateEvent(&Event) != 0 && Irp->IoStatus.Information == Length &&
           Buffer[0] == 0x33 && Buffer[Length - 1] == 0x33,
       "IoBuildAsynchronousFsdRequest: a read that its maker takes back");
    ok(Irp->MdlAddress != NULL && MmGetMdlByteCount(Irp->MdlAddress) == Length,
       "IoBuildAsynchronousFsdRequest: with an MDL, since the device does direct I/O");
    MmUnlockPages(Irp->MdlAddress);
    IoFreeMdl(Irp->MdlAddress);
    IoFreeIrp(Irp);
}

VOID
TestTransfers(VOID)
{
    ULONG Length = 3 * PAGE_SIZE + 100;
    PUCHAR Buffer = ExAllocatePoolWithTag(NonPagedPool, Length, KTAP_TAG);
    LARGE_INTEGER Offset = {.QuadPart = 0x123456789A5ALL};
    IO_STATUS_BLOCK Iosb;
    KEVENT Event;
    PIRP Irp;

    KeInitializeEvent(&Event, NotificationEvent, FALSE);
    RtlZeroMemory(Buffer, Length);
    Irp = IoBuildSynchronousFsdRequest(IRP_MJ_READ, Upper, Buffer, Length, &Offset,
                                       &Event, &Iosb);
    ok_status(IoCallDriver(Upper, Irp), STATUS_SUCCESS,
              "IoBuildSynchronousFsdRequest: read");
    ok(SeenOffset == Offset.QuadPart && SeenLength == Length,
       "IoBuildSynchronousFsdRequest: offset and length reach the driver");
    ok(Iosb.Information == Length && Buffer[0] == 0x5A && Buffer[Length - 1] == 0x5A,
       "IoBuildSynchronousFsdRequest: the data come back");
    ok_equal(KeReadStateEvent(&Event), 1,
             "IoBuildSynchronousFsdRequest: the event is set");
    TestAsynchronous(Buffer, Length);
    ExFreePoolWithTag(Buffer, KTAP_TAG);
}

/* A major function the driver leaves out. */
VOID
TestStatuses(VOID)
{
    IO_STATUS_BLOCK Iosb;
    KEVENT Event;
    PIRP Irp;

    KeInitializeEvent(&Event, NotificationEvent, FALSE);
    Irp = IoBuildSynchronousFsdRequest(IRP_MJ_FLUSH_BUFFERS, Lower, NULL, 0, NULL, &Event,
                                       &Iosb);
    ok_status(IoCallDriver(Lower, Irp), STATUS_INVALID_DEVICE_REQUEST,
              "a major function without a routine is STATUS_INVALID_DEVICE_REQUEST");
    ok_status(Iosb.Status, STATUS_INVALID_DEVICE_REQUEST, "in the status block too");
}
