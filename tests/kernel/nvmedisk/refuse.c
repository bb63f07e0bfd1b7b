/*
 * Requests that are refused, requests that are taken back while they wait for room, and a
 * write that is read back.
 */
#include "disk.h"

#include <ntdddisk.h>
#include "../../../drivers/nvme/nvmeioctl.h"

#define MANY  80 /* more than a queue pair has room for */
#define LIMIT 63 /* what it has room for */

static REQUEST Requests[MANY];

/* What a read ends with; Mdl FALSE: without memory. */
static NTSTATUS
TryRead(ULONG64 Offset, ULONG Length, BOOLEAN Mdl)
{
    PMDL Saved = Requests[0].Mdl;
    NTSTATUS Status;

    Requests[0].Mdl = Mdl ? Saved : NULL;
    SendRequest(&Requests[0], IRP_MJ_READ, Offset, Length);
    Requests[0].Mdl = Saved;
    Status = AwaitRequest(&Requests[0]);
    return Status == STATUS_SUCCESS && Requests[0].Irp->IoStatus.Information != Length
               ? STATUS_UNSUCCESSFUL
               : Status;
}

VOID
TestRefusals(VOID)
{
    GET_LENGTH_INFORMATION Length = {{{0}}};
    ULONG_PTR Information;

    ok_status(
        ControlDisk(IOCTL_DISK_GET_LENGTH_INFO, &Length, sizeof(Length), &Information),
        STATUS_SUCCESS, "the disk says how long it is");
    ok_equal(Length.Length.QuadPart, 0x100000, "a MiB");
    ok_status(TryRead(1, SECTOR, TRUE), STATUS_INVALID_PARAMETER, "half a sector: place");
    ok_status(TryRead(0, 100, TRUE), STATUS_INVALID_PARAMETER, "half a sector: length");
    ok_status(TryRead(0x100000, SECTOR, TRUE), STATUS_INVALID_PARAMETER, "past the end");
    ok_status(TryRead(0x100000 - SECTOR, 2 * SECTOR, TRUE), STATUS_INVALID_PARAMETER,
              "across the end");
    ok_status(TryRead(~0ULL << 9, SECTOR, TRUE), STATUS_INVALID_PARAMETER,
              "far beyond: no sum wraps");
    ok_status(TryRead(0, 2 * TRANSFER, TRUE), STATUS_INVALID_PARAMETER,
              "more than the MDL describes");
    ok_status(TryRead(0, SECTOR, FALSE), STATUS_INVALID_PARAMETER, "no MDL");
    ok_status(TryRead(0, 0, FALSE), STATUS_SUCCESS, "nothing at all is done at once");
    ok_status(TryRead(0x100000 - SECTOR, SECTOR, TRUE), STATUS_SUCCESS,
              "the last sector is read");
    ok_status(ControlDisk(IOCTL_NVME_QUERY_QUEUES, &Length, 1, &Information),
              STATUS_BUFFER_TOO_SMALL, "no room for an answer");
    ok_status(ControlDisk(0, NULL, 0, &Information), STATUS_INVALID_DEVICE_REQUEST,
              "an unknown control code");
}

/* At DISPATCH_LEVEL no completion is taken on this processor, so what finds the queue full
   waits for certain. */
static ULONG
FillAndCancel(VOID)
{
    ULONG Taken = 0;
    KIRQL OldIrql;

    KeRaiseIrql(DISPATCH_LEVEL, &OldIrql);
    for (ULONG Index = 0; Index < MANY; Index++) {
        SendRequest(&Requests[Index], IRP_MJ_READ, (ULONG64)Index * SECTOR, SECTOR);
    }
    for (ULONG Index = 0; Index < MANY; Index++) {
        Taken += Index >= LIMIT && Index % 2 == 0 && IoCancelIrp(Requests[Index].Irp);
    }
    KeLowerIrql(OldIrql);
    return Taken;
}

VOID
TestCancel(VOID)
{
    ULONG Cancelled = 0, Read = 0, Pending = 0, Once = 0;
    ULONG Expected = (MANY - LIMIT) / 2;
    LONG Before[MANY];

    KeSetSystemAffinityThread(1);
    for (ULONG Index = 0; Index < MANY; Index++) {
        Before[Index] = Requests[Index].Completed;
    }
    ok_equal(FillAndCancel(), Expected, "IRP-11 what waits for room can be cancelled");
    for (ULONG Index = 0; Index < MANY; Index++) {
        NTSTATUS Status = AwaitRequest(&Requests[Index]);

        Cancelled += Status == STATUS_CANCELLED;
        Read += Status == STATUS_SUCCESS && HoldsSectors(&Requests[Index], Index, 1);
        Pending += Requests[Index].Returned == STATUS_PENDING;
        Once += Requests[Index].Completed == Before[Index] + 1;
    }
    KeRevertToUserAffinityThread();
    ok_equal(Cancelled, Expected, "IRP-12 and ends with STATUS_CANCELLED");
    ok_equal(Read, MANY - Expected, "IRP-7 the others wait and are read");
    ok_equal(Pending, MANY, "IRP-6 all were pending");
    ok_equal(Once, MANY, "IRP-7 each completed once");
}

VOID
TestWrite(VOID)
{
    RtlFillMemory(Requests[0].Buffer, TRANSFER, 0xA5);
    SendRequest(&Requests[0], IRP_MJ_WRITE, 7 * TRANSFER, TRANSFER);
    ok_status(AwaitRequest(&Requests[0]), STATUS_SUCCESS, "a write");
    SendRequest(&Requests[0], IRP_MJ_FLUSH_BUFFERS, 0, 0);
    ok_status(AwaitRequest(&Requests[0]), STATUS_SUCCESS, "a flush");
    RtlZeroMemory(Requests[0].Buffer, TRANSFER);
    SendRequest(&Requests[0], IRP_MJ_READ, 7 * TRANSFER, TRANSFER);
    ok_status(AwaitRequest(&Requests[0]), STATUS_SUCCESS, "and a read of it");
    ok(Requests[0].Buffer[0] == 0xA5 && Requests[0].Buffer[TRANSFER - 1] == 0xA5,
       "which brings what was written");
}

BOOLEAN
PrepareMany(VOID)
{
    BOOLEAN Prepared = TRUE;

    for (ULONG Index = 0; Index < MANY; Index++) {
        Prepared = PrepareRequest(&Requests[Index]) && Prepared;
    }
    return Prepared;
}

VOID
FreeMany(VOID)
{
    for (ULONG Index = 0; Index < MANY; Index++) {
        FreeRequest(&Requests[Index]);
    }
}
