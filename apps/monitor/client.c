/*
 * client.c - a driver's device as a command uses it: opened by name, one request at a time,
 * each waited for.
 */
#include "monitor.h"

#define NAME_CAPACITY 96

BOOLEAN
MakeUnicode(PCSTR Prefix, PCSTR Text, PWCHAR Buffer, ULONG Size, PUNICODE_STRING String)
{
    ULONG Length = 0, Capacity = Size / sizeof(WCHAR);

    for (; *Prefix != '\0' && Length < Capacity; Prefix++) {
        Buffer[Length++] = (UCHAR)*Prefix;
    }
    for (; *Text != '\0' && Length < Capacity; Text++) {
        Buffer[Length++] = (UCHAR)*Text;
    }
    String->Buffer = Buffer;
    String->Length = (USHORT)(Length * sizeof(WCHAR));
    String->MaximumLength = (USHORT)Size;
    return *Prefix == '\0' && *Text == '\0';
}

/* The status of the open; STATUS_OBJECT_NAME_INVALID for a name that is too long. */
NTSTATUS
ClientOpen(PCSTR Name, PCLIENT Client)
{
    WCHAR Buffer[NAME_CAPACITY];
    UNICODE_STRING DeviceName;

    if (!MakeUnicode("", Name, Buffer, sizeof(Buffer), &DeviceName)) {
        return STATUS_OBJECT_NAME_INVALID;
    }
    return IoGetDeviceObjectPointer(&DeviceName, FILE_READ_DATA | FILE_WRITE_DATA,
                                    &Client->FileObject, &Client->Device);
}

VOID
ClientClose(PCLIENT Client)
{
    ObDereferenceObject(Client->FileObject);
}

/* Sends an IRP of the IoBuild... family and waits for its end. */
static NTSTATUS
ClientSend(PCLIENT Client, PIRP Irp, PKEVENT Done, PIO_STATUS_BLOCK Block)
{
    NTSTATUS Status;

    if (Irp == NULL) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    IoGetNextIrpStackLocation(Irp)->FileObject = Client->FileObject;
    Status = IoCallDriver(Client->Device, Irp);
    if (Status == STATUS_PENDING) {
        KeWaitForSingleObject(Done, Executive, KernelMode, FALSE, NULL);
        Status = Block->Status;
    }
    return Status;
}

NTSTATUS
ClientControl(PCLIENT Client, ULONG Code, PVOID Input, ULONG InputLength, PVOID Output,
              ULONG OutputLength)
{
    IO_STATUS_BLOCK Block = {0};
    KEVENT Done;

    KeInitializeEvent(&Done, NotificationEvent, FALSE);
    return ClientSend(Client,
                      IoBuildDeviceIoControlRequest(Code, Client->Device, Input,
                                                    InputLength, Output, OutputLength,
                                                    FALSE, &Done, &Block),
                      &Done, &Block);
}

NTSTATUS
ClientTransfer(PCLIENT Client, ULONG MajorFunction, PVOID Buffer, ULONG Length,
               ULONG64 Offset, PULONG Done)
{
    LARGE_INTEGER Place = {.QuadPart = (LONGLONG)Offset};
    IO_STATUS_BLOCK Block = {0};
    NTSTATUS Status;
    KEVENT Event;

    KeInitializeEvent(&Event, NotificationEvent, FALSE);
    Status =
        ClientSend(Client,
                   IoBuildSynchronousFsdRequest(MajorFunction, Client->Device, Buffer,
                                                Length, &Place, &Event, &Block),
                   &Event, &Block);
    *Done = (ULONG)Block.Information;
    return Status;
}

VOID
Pause(ULONG Milliseconds)
{
    LARGE_INTEGER Interval = {.QuadPart = -(LONGLONG)Milliseconds * 10000};

    KeDelayExecutionThread(KernelMode, FALSE, &Interval);
}

PCSTR
DescribeStatus(NTSTATUS Status)
{
    static const struct {
        NTSTATUS Status;
        PCSTR Text;
    } Known[] = {
        {STATUS_OBJECT_NAME_NOT_FOUND, "there is no such thing"},
        {STATUS_OBJECT_NAME_INVALID, "that is no name"},
        {STATUS_NO_SUCH_DEVICE, "the device is gone"},
        {STATUS_DEVICE_NOT_READY, "the device is not started"},
        {STATUS_DEVICE_BUSY, "it is in use"},
        {STATUS_DELETE_PENDING, "the device is going"},
        {STATUS_IO_TIMEOUT, "it does not answer"},
        {STATUS_IMAGE_ALREADY_LOADED, "it is loaded already"},
        {STATUS_INVALID_DEVICE_REQUEST, "it cannot do that"},
        {STATUS_NOT_SUPPORTED, "it cannot do that"},
        {STATUS_INSUFFICIENT_RESOURCES, "memory is short"},
    };

    for (ULONG Index = 0; Index < RTL_NUMBER_OF(Known); Index++) {
        if (Known[Index].Status == Status) {
            return Known[Index].Text;
        }
    }
    return NULL;
}

VOID
PrintFailure(PCSTR What, NTSTATUS Status)
{
    PCSTR Text = DescribeStatus(Status);

    if (Text != NULL) {
        Print("%s: %s (status 0x%08x)\n", What, Text, (ULONG)Status);
    } else {
        Print("%s: status 0x%08x\n", What, (ULONG)Status);
    }
}
