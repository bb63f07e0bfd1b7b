/*
 * irp: requests on their way down and up again.
 */
#include "irp.h"

DRIVER_INITIALIZE DriverEntry;
static DRIVER_UNLOAD Unload;

PDEVICE_OBJECT Lower, Upper;
PIRP Pended;

PIRP
BuildRequest(PDEVICE_OBJECT Device, ULONG Code, PREQUEST Request)
{
    KtapPoison(Request);
    KeInitializeEvent(&Request->Event, NotificationEvent, FALSE);
    for (ULONG Index = 0; Index < sizeof(Request->Buffer); Index++) {
        Request->Buffer[Index] = (UCHAR)Index;
    }
    return IoBuildDeviceIoControlRequest(
        Code, Device, Request->Buffer, sizeof(Request->Buffer), Request->Buffer,
        sizeof(Request->Buffer), FALSE, &Request->Event, &Request->Iosb);
}

VOID
CompletePended(NTSTATUS Status)
{
    PIRP Irp = InterlockedExchangePointer((PVOID *)&Pended, NULL);
    KIRQL Old;

    Irp->IoStatus.Status = Status;
    Irp->IoStatus.Information = 0;
    KeRaiseIrql(DISPATCH_LEVEL, &Old);
    IoCompleteRequest(Irp, IO_NO_INCREMENT);
    KeLowerIrql(Old);
}

static NTSTATUS
CompleteNow(PIRP Irp, NTSTATUS Status, ULONG_PTR Information)
{
    Irp->IoStatus.Status = Status;
    Irp->IoStatus.Information = Information;
    IoCompleteRequest(Irp, IO_NO_INCREMENT);
    return Status;
}

static NTSTATUS
Increment(PIRP Irp, PUCHAR Bytes, ULONG Length)
{
    for (ULONG Index = 0; Bytes != NULL && Index < Length; Index++) {
        Bytes[Index]++;
    }
    return CompleteNow(Irp, STATUS_SUCCESS, Length);
}

NTSTATUS NTAPI
DispatchControl(PDEVICE_OBJECT DeviceObject, PIRP Irp)
{
    PIO_STACK_LOCATION Stack = IoGetCurrentIrpStackLocation(Irp);
    ULONG Length = Stack->Parameters.DeviceIoControl.OutputBufferLength;

    if (DeviceObject == Upper) {
        return DispatchTransfer(DeviceObject, Irp);
    }
    switch (Stack->Parameters.DeviceIoControl.IoControlCode) {
    case CODE_SUCCEED:
        return Increment(Irp, Irp->AssociatedIrp.SystemBuffer, Length);
    case CODE_DIRECT:
        return Increment(
            Irp, MmGetSystemAddressForMdlSafe(Irp->MdlAddress, NormalPagePriority),
            MmGetMdlByteCount(Irp->MdlAddress));
    case CODE_NEITHER:
        return Increment(Irp, Irp->UserBuffer, Length);
    case CODE_PEND:
        IoMarkIrpPending(Irp);
        Pended = Irp;
        return STATUS_PENDING;
    case CODE_COMPLETE:
        IoMarkIrpPending(Irp);
        CompleteNow(Irp, STATUS_SUCCESS, 0);
        return STATUS_PENDING;
    default:
        return CompleteNow(Irp, STATUS_DEVICE_DATA_ERROR, 0);
    }
}

static VOID
IrpTests(VOID)
{
    if (!ok(Lower != NULL && Upper != NULL, "two devices in a stack")) {
        return;
    }
    ok_equal(Upper->StackSize, Lower->StackSize + 1, "attaching adds a stack location");
    TestImmediate();
    TestPending();
    TestOrder();
    TestTaking();
    TestGates();
    TestAssociated();
    TestMethods();
    TestTransfers();
    TestStatuses();
    TestCancel();
    TestCancelRace();
    TestRemoveLock();
    TestStartIo();
    TestStartAttributes();
}

static VOID NTAPI
Unload(PDRIVER_OBJECT DriverObject)
{
    UNREFERENCED_PARAMETER(DriverObject);
    IoDetachDevice(Lower);
    IoDeleteDevice(Upper);
    IoDeleteDevice(Lower);
}

NTSTATUS
NTAPI
DriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath)
{
    DriverObject->DriverUnload = Unload;
    DriverObject->DriverStartIo = StartIo;
    DriverObject->MajorFunction[IRP_MJ_DEVICE_CONTROL] = DispatchControl;
    DriverObject->MajorFunction[IRP_MJ_READ] = DispatchTransfer;
    DriverObject->MajorFunction[IRP_MJ_WRITE] = DispatchTransfer;
    if (NT_SUCCESS(IoCreateDevice(DriverObject, 0, NULL, FILE_DEVICE_UNKNOWN, 0, FALSE,
                                  &Lower)) &&
        NT_SUCCESS(IoCreateDevice(DriverObject, 0, NULL, FILE_DEVICE_UNKNOWN, 0, FALSE,
                                  &Upper))) {
        Lower->Flags |= DO_DIRECT_IO;
        Upper->Flags |= DO_DIRECT_IO;
        Lower->Flags &= ~(ULONG)DO_DEVICE_INITIALIZING;
        IoAttachDeviceToDeviceStack(Upper, Lower);
    }
    return KtapStart(DriverObject, RegistryPath, IrpTests);
}
