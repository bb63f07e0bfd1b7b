/*
 * terminal.c - the serial port: what is typed comes by read IRPs that end with the first
 * character, what is printed goes by write IRPs that end when the driver has taken it.
 */
#include "monitor.h"

#include <ntddser.h>
#include <ntstrsafe.h>

#define PRINT_CAPACITY 512
#define CONTROL_C      0x03

static CLIENT Terminal;
static CHAR Typed[64]; /* read, and not asked for yet */
static ULONG TypedCount, TypedTaken;
static ULONG TerminalPatience; /* of the driver's reads, in milliseconds */

/* How long reads wait from now on; 0: for ever. */
static NTSTATUS
TerminalSetPatience(ULONG Milliseconds)
{
    SERIAL_TIMEOUTS Timeouts = {.ReadTotalTimeoutConstant = Milliseconds};
    NTSTATUS Status = STATUS_SUCCESS;

    if (Milliseconds != TerminalPatience) {
        Status = ClientControl(&Terminal, IOCTL_SERIAL_SET_TIMEOUTS, &Timeouts,
                               sizeof(Timeouts), NULL, 0);
    }
    if (NT_SUCCESS(Status)) {
        TerminalPatience = Milliseconds;
    }
    return Status;
}

NTSTATUS
TerminalOpen(PUNICODE_STRING PortName)
{
    return IoGetDeviceObjectPointer(PortName, FILE_READ_DATA | FILE_WRITE_DATA,
                                    &Terminal.FileObject, &Terminal.Device);
}

VOID
TerminalClose(VOID)
{
    ClientClose(&Terminal);
}

NTSTATUS
TerminalRead(ULONG Milliseconds, PCHAR Character)
{
    NTSTATUS Status = STATUS_SUCCESS;

    if (TypedTaken == TypedCount) {
        TypedTaken = TypedCount = 0;
        Status = TerminalSetPatience(Milliseconds);
    }
    while (Status == STATUS_SUCCESS && TypedTaken == TypedCount) {
        Status =
            ClientTransfer(&Terminal, IRP_MJ_READ, Typed, sizeof(Typed), 0, &TypedCount);
    }
    if (Status == STATUS_SUCCESS) {
        *Character = Typed[TypedTaken++];
    }
    return Status;
}

BOOLEAN
TerminalInterrupted(ULONG Milliseconds)
{
    CHAR Character;

    if (TerminalRead(Milliseconds, &Character) != STATUS_SUCCESS) {
        return FALSE;
    }
    if (Character == CONTROL_C) {
        return TRUE;
    }
    TypedTaken--;
    return FALSE;
}

/* A port that takes nothing more is found out by the next read. */
VOID
Print(PCSTR Format, ...)
{
    CHAR Text[PRINT_CAPACITY], Sent[2 * PRINT_CAPACITY];
    ULONG Length = 0, Done;
    va_list Arguments;

    va_start(Arguments, Format);
    (VOID) RtlStringCchVPrintfA(Text, sizeof(Text), Format, Arguments);
    va_end(Arguments);
    for (PCSTR Next = Text; *Next != '\0'; Next++) {
        if (*Next == '\n') {
            Sent[Length++] = '\r';
        }
        Sent[Length++] = *Next;
    }
    if (Length != 0) {
        (VOID) ClientTransfer(&Terminal, IRP_MJ_WRITE, Sent, Length, 0, &Done);
    }
}
