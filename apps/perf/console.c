/*
 * COM1 as a console: lines in, lines out, through serial.sys. Its reads end with what has
 * come, so bytes are kept here until a line is whole.
 */
#include "perf.h"

#include <ntstrsafe.h>

#define CONSOLE_LINE 256

static struct {
    PFILE_OBJECT FileObject;
    PDEVICE_OBJECT Device;
    ULONG Used; /* bytes of Buffer that have been taken */
    ULONG Held; /* and that have come */
    CHAR Buffer[64];
} Console;

NTSTATUS
ConsoleOpen(VOID)
{
    UNICODE_STRING Name = RTL_CONSTANT_STRING(L"\\Device\\Serial0");

    return IoGetDeviceObjectPointer(&Name, FILE_READ_DATA | FILE_WRITE_DATA,
                                    &Console.FileObject, &Console.Device);
}

VOID
ConsoleClose(VOID)
{
    ObDereferenceObject(Console.FileObject);
}

/* Moves up to Length bytes and waits. *Moved: how many they were. */
static NTSTATUS
ConsoleTransfer(ULONG MajorFunction, PCHAR Data, ULONG Length, PULONG Moved)
{
    LARGE_INTEGER Nowhere = {.QuadPart = 0};
    IO_STATUS_BLOCK IoStatus;
    KEVENT Done;
    NTSTATUS Status;
    PIRP Irp;

    KeInitializeEvent(&Done, NotificationEvent, FALSE);
    Irp = IoBuildSynchronousFsdRequest(MajorFunction, Console.Device, Data, Length,
                                       &Nowhere, &Done, &IoStatus);
    if (Irp == NULL) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    Status = IoCallDriver(Console.Device, Irp);
    if (Status == STATUS_PENDING) {
        KeWaitForSingleObject(&Done, Executive, KernelMode, FALSE, NULL);
        Status = IoStatus.Status;
    }
    *Moved = NT_SUCCESS(Status) ? (ULONG)IoStatus.Information : 0;
    return Status;
}

static NTSTATUS
ConsoleReadByte(PCHAR Byte)
{
    NTSTATUS Status;

    while (Console.Used == Console.Held) {
        Console.Used = 0;
        Status = ConsoleTransfer(IRP_MJ_READ, Console.Buffer, sizeof(Console.Buffer),
                                 &Console.Held);
        if (!NT_SUCCESS(Status)) {
            return Status;
        }
    }
    *Byte = Console.Buffer[Console.Used++];
    return STATUS_SUCCESS;
}

NTSTATUS
ConsoleReadLine(PCHAR Line, ULONG Size)
{
    NTSTATUS Status;
    ULONG Length = 0;
    CHAR Byte;

    while (NT_SUCCESS(Status = ConsoleReadByte(&Byte)) && Byte != '\n') {
        if (Byte != '\r' && Length < Size - 1) {
            Line[Length++] = Byte;
        }
    }
    Line[Length] = '\0';
    return Status;
}

VOID
ConsoleAnswer(PCSTR Format, ...)
{
    CHAR Line[CONSOLE_LINE];
    va_list Arguments;
    ULONG Length, Moved;

    va_start(Arguments, Format);
    (VOID) RtlStringCchVPrintfA(Line, sizeof(Line) - 1, Format, Arguments);
    va_end(Arguments);
    Length = (ULONG)strlen(Line);
    Line[Length] = '\n';
    (VOID) ConsoleTransfer(IRP_MJ_WRITE, Line, Length + 1, &Moved);
}
