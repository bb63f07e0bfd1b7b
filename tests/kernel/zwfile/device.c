/*
 * The driver's side.
 */
#include "zwfile.h"

SEEN Seen;
UCHAR Store[STORE_SIZE];
PDEVICE_OBJECT Devices[DEVICES];
volatile LONG HoldReads;
PIRP volatile Held;

static const PCWSTR Names[DEVICES] = {
    L"\\Device\\ZwFileBuffered", L"\\Device\\ZwFileDirect", L"\\Device\\ZwFileNeither"};
static const ULONG Flags[DEVICES] = {DO_BUFFERED_IO, DO_DIRECT_IO, 0};

static DRIVER_DISPATCH Dispatch;

static NTSTATUS
Complete(PIRP Irp, NTSTATUS Status, ULONG_PTR Information)
{
    Irp->IoStatus.Status = Status;
    Irp->IoStatus.Information = Information;
    IoCompleteRequest(Irp, IO_NO_INCREMENT);
    return Status;
}

static VOID NTAPI
CancelHeld(PDEVICE_OBJECT DeviceObject, PIRP Irp)
{
    UNREFERENCED_PARAMETER(DeviceObject);
    Held = NULL;
    IoReleaseCancelSpinLock(Irp->CancelIrql);
    Seen.Cancels++;
    Complete(Irp, STATUS_CANCELLED, 0);
}

static NTSTATUS
Hold(PIRP Irp)
{
    IoMarkIrpPending(Irp);
    IoSetCancelRoutine(Irp, CancelHeld);
    Held = Irp;
    return STATUS_PENDING;
}

VOID
Release(NTSTATUS Status)
{
    KIRQL OldIrql;
    PIRP Irp;

    IoAcquireCancelSpinLock(&OldIrql);
    Irp = Held;
    Held = NULL;
    if (Irp != NULL) {
        IoSetCancelRoutine(Irp, NULL);
    }
    IoReleaseCancelSpinLock(OldIrql);
    if (Irp == NULL) {
        return; /* it has been cancelled */
    }
    KeRaiseIrql(DISPATCH_LEVEL, &OldIrql);
    Complete(Irp, Status, 0);
    KeLowerIrql(OldIrql);
}

static PVOID
TransferBuffer(PDEVICE_OBJECT DeviceObject, PIRP Irp)
{
    if ((DeviceObject->Flags & DO_BUFFERED_IO) != 0) {
        return Irp->AssociatedIrp.SystemBuffer;
    }
    if ((DeviceObject->Flags & DO_DIRECT_IO) != 0) {
        return Irp->MdlAddress == NULL
                   ? NULL
                   : MmGetSystemAddressForMdlSafe(Irp->MdlAddress, NormalPagePriority);
    }
    return Irp->UserBuffer;
}

static NTSTATUS
Transfer(PDEVICE_OBJECT DeviceObject, PIRP Irp, PIO_STACK_LOCATION Stack)
{
    LONGLONG Offset = Stack->Parameters.Read.ByteOffset.QuadPart;
    ULONG Length = Stack->Parameters.Read.Length;
    PVOID Buffer = TransferBuffer(DeviceObject, Irp);

    Seen.Offset = Offset;
    Seen.Length = Length;
    Seen.Key = Stack->Parameters.Read.Key;
    Seen.Flags = Stack->Flags;
    if (Stack->MajorFunction == IRP_MJ_READ && HoldReads) {
        return Hold(Irp);
    }
    if (Offset < 0) {
        return Complete(Irp, STATUS_SUCCESS, Length); /* appended, as it were */
    }
    if (Offset > STORE_SIZE || Length > STORE_SIZE - Offset) {
        return Complete(Irp, STATUS_END_OF_FILE, 0);
    }
    if (Stack->MajorFunction == IRP_MJ_READ) {
        RtlCopyMemory(Buffer, Store + Offset, Length);
    } else {
        RtlCopyMemory(Store + Offset, Buffer, Length);
    }
    return Complete(Irp, STATUS_SUCCESS, Length);
}

static NTSTATUS
Control(PIRP Irp, PIO_STACK_LOCATION Stack)
{
    ULONG Length = Stack->Parameters.DeviceIoControl.OutputBufferLength;
    PUCHAR Bytes = Irp->AssociatedIrp.SystemBuffer;

    switch (Stack->Parameters.DeviceIoControl.IoControlCode) {
    case CODE_WAIT:
        return Hold(Irp);
    case CODE_TOO_MUCH:
        return Complete(Irp, STATUS_SUCCESS, 1000 * Length);
    case CODE_ADD_BUFFERED:
        break;
    case CODE_ADD_DIRECT:
        Bytes = MmGetSystemAddressForMdlSafe(Irp->MdlAddress, NormalPagePriority);
        break;
    case CODE_ADD_NEITHER:
        Bytes = Irp->UserBuffer;
        break;
    default:
        return Complete(Irp, STATUS_INVALID_DEVICE_REQUEST, 0);
    }
    for (ULONG Index = 0; Index < Length; Index++) {
        Bytes[Index]++;
    }
    return Complete(Irp, STATUS_SUCCESS, Length);
}

static NTSTATUS
Create(PIRP Irp, PIO_STACK_LOCATION Stack)
{
    UNICODE_STRING Refused = RTL_CONSTANT_STRING(L"\\refused");
    UNICODE_STRING Undone = RTL_CONSTANT_STRING(L"\\undone");

    Seen.Creates++;
    Seen.File = Stack->FileObject;
    Seen.Related = Stack->FileObject->RelatedFileObject;
    Seen.Options = Stack->Parameters.Create.Options;
    Seen.ShareAccess = Stack->Parameters.Create.ShareAccess;
    Seen.Attributes = Stack->Parameters.Create.FileAttributes;
    Seen.Access = Stack->Parameters.Create.SecurityContext->DesiredAccess;
    if (RtlEqualUnicodeString(&Stack->FileObject->FileName, &Refused, TRUE)) {
        return Complete(Irp, STATUS_DEVICE_NOT_READY, 0);
    }
    if (RtlEqualUnicodeString(&Stack->FileObject->FileName, &Undone, TRUE)) {
        IoCancelFileOpen(Stack->DeviceObject, Stack->FileObject);
        return Complete(Irp, STATUS_DEVICE_NOT_CONNECTED, 0);
    }
    return Complete(Irp, STATUS_SUCCESS, FILE_OPENED);
}

/* One file, as long as the store; its end cannot be moved beyond that. */
static NTSTATUS
Information(PIRP Irp, PIO_STACK_LOCATION Stack)
{
    PFILE_STANDARD_INFORMATION Standard = Irp->AssociatedIrp.SystemBuffer;
    PFILE_END_OF_FILE_INFORMATION End = Irp->AssociatedIrp.SystemBuffer;

    if (Stack->MajorFunction == IRP_MJ_SET_INFORMATION &&
        Stack->Parameters.SetFile.FileInformationClass == FileEndOfFileInformation) {
        Seen.Offset = End->EndOfFile.QuadPart;
        return Complete(
            Irp, End->EndOfFile.QuadPart > STORE_SIZE ? STATUS_DISK_FULL : STATUS_SUCCESS,
            0);
    }
    if (Stack->MajorFunction == IRP_MJ_QUERY_INFORMATION &&
        Stack->Parameters.QueryFile.FileInformationClass == FileStandardInformation) {
        Standard->EndOfFile.QuadPart = STORE_SIZE;
        return Complete(Irp, STATUS_SUCCESS, sizeof(*Standard));
    }
    return Complete(Irp, STATUS_INVALID_PARAMETER, 0);
}

static NTSTATUS NTAPI
Dispatch(PDEVICE_OBJECT DeviceObject, PIRP Irp)
{
    PIO_STACK_LOCATION Stack = IoGetCurrentIrpStackLocation(Irp);
    LONG Order = InterlockedIncrement(&Seen.Order);

    switch (Stack->MajorFunction) {
    case IRP_MJ_CREATE:
        return Create(Irp, Stack);
    case IRP_MJ_CLEANUP:
        Seen.Cleanups++;
        Seen.CleanupOrder = Order;
        return Complete(Irp, STATUS_SUCCESS, 0);
    case IRP_MJ_CLOSE:
        Seen.Closes++;
        Seen.CloseOrder = Order;
        return Complete(Irp, STATUS_SUCCESS, 0);
    case IRP_MJ_READ:
    case IRP_MJ_WRITE:
        return Transfer(DeviceObject, Irp, Stack);
    case IRP_MJ_DEVICE_CONTROL:
        return Control(Irp, Stack);
    case IRP_MJ_FLUSH_BUFFERS:
        Seen.Flushes++;
        return Complete(Irp, STATUS_SUCCESS, 0);
    case IRP_MJ_QUERY_INFORMATION:
    case IRP_MJ_SET_INFORMATION:
        return Information(Irp, Stack);
    default:
        return Complete(Irp, STATUS_INVALID_DEVICE_REQUEST, 0);
    }
}

BOOLEAN
CreateDevices(PDRIVER_OBJECT DriverObject)
{
    UNICODE_STRING Link = RTL_CONSTANT_STRING(L"\\DosDevices\\ZwFileTest");
    UNICODE_STRING Name;

    for (ULONG Major = 0; Major <= IRP_MJ_MAXIMUM_FUNCTION; Major++) {
        DriverObject->MajorFunction[Major] = Dispatch;
    }
    for (ULONG Which = 0; Which < DEVICES; Which++) {
        RtlInitUnicodeString(&Name, Names[Which]);
        if (!NT_SUCCESS(IoCreateDevice(DriverObject, 0, &Name, FILE_DEVICE_DISK, 0, FALSE,
                                       &Devices[Which]))) {
            return FALSE;
        }
        Devices[Which]->Flags |= Flags[Which];
        Devices[Which]->Flags &=
            ~(ULONG)DO_DEVICE_INITIALIZING; /* the test may run now */
        Devices[Which]->AlignmentRequirement = FILE_QUAD_ALIGNMENT;
    }
    RtlInitUnicodeString(&Name, Names[BUFFERED]);
    return NT_SUCCESS(IoCreateSymbolicLink(&Link, &Name));
}

VOID
DeleteDevices(VOID)
{
    UNICODE_STRING Link = RTL_CONSTANT_STRING(L"\\DosDevices\\ZwFileTest");

    IoDeleteSymbolicLink(&Link);
    for (ULONG Which = 0; Which < DEVICES; Which++) {
        if (Devices[Which] != NULL) {
            IoDeleteDevice(Devices[Which]);
        }
    }
}

NTSTATUS
OpenName(PCWSTR Text, HANDLE Root, ULONG Options, PHANDLE File)
{
    OBJECT_ATTRIBUTES Attributes;
    IO_STATUS_BLOCK Iosb;
    UNICODE_STRING Name;

    RtlInitUnicodeString(&Name, Text);
    InitializeObjectAttributes(&Attributes, &Name,
                               OBJ_KERNEL_HANDLE | OBJ_CASE_INSENSITIVE, Root, NULL);
    return ZwCreateFile(File, GENERIC_READ | GENERIC_WRITE | SYNCHRONIZE, &Attributes,
                        &Iosb, NULL, FILE_ATTRIBUTE_NORMAL,
                        FILE_SHARE_READ | FILE_SHARE_WRITE, FILE_OPEN, Options, NULL, 0);
}

HANDLE
Open(ULONG Which, ULONG Options)
{
    HANDLE File;

    return NT_SUCCESS(OpenName(Names[Which], NULL, Options, &File)) ? File : NULL;
}
