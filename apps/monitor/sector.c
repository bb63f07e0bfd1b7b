/*
 * sector.c - one sector of a disk, read by an IRP and shown as bytes and letters.
 */
#include "monitor.h"

#include <ntdddisk.h>

#define SECTOR_SIZE  512 /* of every disk the drivers here make */
#define SECTOR_ROW   16
#define HIGHEST_DISK 63

static VOID
SectorPrintRow(const UCHAR *Bytes, ULONG64 Offset)
{
    CHAR Letters[SECTOR_ROW + 1];

    for (ULONG Index = 0; Index < SECTOR_ROW; Index++) {
        Letters[Index] =
            (CHAR)((Bytes[Index] >= ' ' && Bytes[Index] <= '~') ? Bytes[Index] : '.');
    }
    Letters[SECTOR_ROW] = '\0';
    Print("%010I64x  %02x %02x %02x %02x %02x %02x %02x %02x  %02x %02x %02x %02x %02x "
          "%02x "
          "%02x %02x  %s\n",
          Offset, Bytes[0], Bytes[1], Bytes[2], Bytes[3], Bytes[4], Bytes[5], Bytes[6],
          Bytes[7], Bytes[8], Bytes[9], Bytes[10], Bytes[11], Bytes[12], Bytes[13],
          Bytes[14], Bytes[15], Letters);
}

static VOID
SectorRead(PCLIENT Disk, ULONG64 Number)
{
    PUCHAR Buffer = ExAllocatePoolWithTag(NonPagedPoolNx, SECTOR_SIZE, MONITOR_TAG);
    NTSTATUS Status = STATUS_INSUFFICIENT_RESOURCES;
    ULONG Done = 0;

    if (Buffer != NULL) {
        Status = ClientTransfer(Disk, IRP_MJ_READ, Buffer, SECTOR_SIZE,
                                Number * SECTOR_SIZE, &Done);
    }
    if (!NT_SUCCESS(Status) || Done != SECTOR_SIZE) {
        PrintFailure("the read", Status);
    } else {
        for (ULONG Row = 0; Row < SECTOR_SIZE; Row += SECTOR_ROW) {
            SectorPrintRow(Buffer + Row, Number * SECTOR_SIZE + Row);
        }
    }
    if (Buffer != NULL) {
        ExFreePoolWithTag(Buffer, MONITOR_TAG);
    }
}

/* The number is held against the disk's own word of its length. */
static VOID
SectorShow(PCLIENT Disk, PCSTR Name, ULONG64 Number)
{
    GET_LENGTH_INFORMATION Length;
    ULONG64 Count;
    NTSTATUS Status =
        ClientControl(Disk, IOCTL_DISK_GET_LENGTH_INFO, NULL, 0, &Length, sizeof(Length));

    if (!NT_SUCCESS(Status)) {
        PrintFailure(Name, Status);
        return;
    }
    Count = (ULONG64)Length.Length.QuadPart / SECTOR_SIZE;
    if (Number >= Count) {
        Print("%s has %I64u sectors, 0 to %I64u\n", Name, Count, Count - 1);
        return;
    }
    SectorRead(Disk, Number);
}

VOID
CommandSector(const COMMAND_LINE *Line)
{
    CHAR Name[DIRQL_NAME_LENGTH];
    ULONG64 Number, Index = 0;
    NTSTATUS Status;
    CLIENT Disk;

    if (!CommandParseNumber(Line->Word[1], MAXLONGLONG / SECTOR_SIZE, &Number) ||
        (Line->Count > 2 && !CommandParseNumber(Line->Word[2], HIGHEST_DISK, &Index))) {
        return;
    }
    if (!FindDevice(FILE_DEVICE_DISK, NULL, (ULONG)Index, Name)) {
        Print("there is no disk %I64u\n", Index);
        return;
    }
    Status = ClientOpen(Name, &Disk);
    if (!NT_SUCCESS(Status)) {
        PrintFailure(Name, Status);
        return;
    }
    SectorShow(&Disk, Name, Number);
    ClientClose(&Disk);
}
