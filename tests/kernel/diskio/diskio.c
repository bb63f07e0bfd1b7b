/*
 * A disk of ahci.sys and requests that make no sense, a trim, and what it counts.
 */
#include "diskio.h"

#include "../../../drivers/ahci/ahciioctl.h"
#include <ntdddisk.h>
#include <ntddstor.h>

#define ROOM 0x101000 /* more than one command moves */

DRIVER_INITIALIZE DriverEntry;

PDEVICE_OBJECT DiskDevice;
static PFILE_OBJECT DiskFile;
static PUCHAR DiskBuffer;
static LONGLONG DiskLength;

/* A trim request with two ranges behind its head. */
typedef struct _TRIM_REQUEST {
    DEVICE_MANAGE_DATA_SET_ATTRIBUTES Head;
    ULONG Unused; /* the ranges are aligned */
    DEVICE_DATA_SET_RANGE Ranges[2];
} TRIM_REQUEST;

C_ASSERT(FIELD_OFFSET(TRIM_REQUEST, Ranges) % sizeof(LONGLONG) == 0);

/* Sends an IRP that has this event and status block, and waits for its end. */
static NTSTATUS
SendAndWait(PIRP Irp, PKEVENT Done, PIO_STATUS_BLOCK IoStatus)
{
    NTSTATUS Status;

    if (Irp == NULL) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    Status = IoCallDriver(DiskDevice, Irp);
    if (Status == STATUS_PENDING) {
        KeWaitForSingleObject(Done, Executive, KernelMode, FALSE, NULL);
        Status = IoStatus->Status;
    }
    return Status;
}

static NTSTATUS
Transfer(UCHAR MajorFunction, LONGLONG Offset, ULONG Length)
{
    LARGE_INTEGER Start = {.QuadPart = Offset};
    IO_STATUS_BLOCK IoStatus;
    KEVENT Done;

    KeInitializeEvent(&Done, NotificationEvent, FALSE);
    return SendAndWait(IoBuildSynchronousFsdRequest(MajorFunction, DiskDevice, DiskBuffer,
                                                    Length, &Start, &Done, &IoStatus),
                       &Done, &IoStatus);
}

NTSTATUS
Control(ULONG Code, PVOID Input, ULONG InputLength, PVOID Output, ULONG OutputLength)
{
    IO_STATUS_BLOCK IoStatus;
    KEVENT Done;

    KeInitializeEvent(&Done, NotificationEvent, FALSE);
    return SendAndWait(IoBuildDeviceIoControlRequest(Code, DiskDevice, Input, InputLength,
                                                     Output, OutputLength, FALSE, &Done,
                                                     &IoStatus),
                       &Done, &IoStatus);
}

/* A trim of two ranges; the length of the input is the caller's to spoil. */
static NTSTATUS
Trim(TRIM_REQUEST *Request, ULONG InputLength)
{
    return Control(IOCTL_STORAGE_MANAGE_DATA_SET_ATTRIBUTES, Request, InputLength, NULL,
                   0);
}

static VOID
PrepareTrim(TRIM_REQUEST *Request)
{
    RtlZeroMemory(Request, sizeof(*Request));
    Request->Head.Size = sizeof(Request->Head);
    Request->Head.Action = DeviceDsmAction_Trim;
    Request->Head.DataSetRangesOffset = FIELD_OFFSET(TRIM_REQUEST, Ranges);
    Request->Head.DataSetRangesLength = sizeof(Request->Ranges);
    Request->Ranges[0].StartingOffset = DiskLength - 64 * SECTOR;
    Request->Ranges[0].LengthInBytes = 32 * SECTOR;
    Request->Ranges[1].StartingOffset = DiskLength - SECTOR;
    Request->Ranges[1].LengthInBytes = SECTOR;
}

static VOID
TestLimits(VOID)
{
    NTSTATUS Bad = STATUS_INVALID_PARAMETER;

    ok_status(Transfer(IRP_MJ_READ, DiskLength - SECTOR, SECTOR), STATUS_SUCCESS,
              "IRP-7 the last sector is read");
    ok_status(Transfer(IRP_MJ_READ, DiskLength, SECTOR), Bad,
              "IRP-7 the sector past the end is refused");
    ok_status(Transfer(IRP_MJ_WRITE, DiskLength - SECTOR, 2 * SECTOR), Bad,
              "IRP-7 a write that reaches past the end is refused");
    ok_status(Transfer(IRP_MJ_READ, MAXLONGLONG - SECTOR + 1, SECTOR), Bad,
              "IRP-7 nor does an offset wrap around");
    ok_status(Transfer(IRP_MJ_READ, -SECTOR, SECTOR), Bad,
              "IRP-7 a negative offset is refused");
    ok_status(Transfer(IRP_MJ_READ, 1, SECTOR), Bad,
              "IRP-7 an offset inside a sector is refused");
    ok_status(Transfer(IRP_MJ_READ, 0, SECTOR - 1), Bad,
              "IRP-7 part of a sector is refused");
    ok_status(Transfer(IRP_MJ_READ, 0, ROOM), Bad,
              "IRP-7 more than one command moves is refused");
    ok_status(Transfer(IRP_MJ_READ, 0, ROOM - PAGE_SIZE), STATUS_SUCCESS,
              "IRP-7 as much as one command moves is read");
}

static VOID
TestTrim(VOID)
{
    TRIM_REQUEST Request;

    PrepareTrim(&Request);
    ok_status(Trim(&Request, sizeof(Request)), STATUS_SUCCESS, "IRP-7 a trim is done");
    ok_status(Trim(&Request, sizeof(Request) - 1), STATUS_INVALID_PARAMETER,
              "IRP-7 ranges beyond the input are refused");
    ok_status(Trim(&Request, sizeof(Request.Head) - 1), STATUS_INVALID_PARAMETER,
              "IRP-7 so is half a head");
    Request.Ranges[1].LengthInBytes = 2 * SECTOR;
    ok_status(Trim(&Request, sizeof(Request)), STATUS_INVALID_PARAMETER,
              "IRP-7 a range past the end is refused");
    Request.Ranges[1].LengthInBytes = MAXULONGLONG - SECTOR + 1;
    ok_status(Trim(&Request, sizeof(Request)), STATUS_INVALID_PARAMETER,
              "IRP-7 nor does a length wrap around");
    PrepareTrim(&Request);
    Request.Head.DataSetRangesOffset = MAXULONG - 7;
    ok_status(Trim(&Request, sizeof(Request)), STATUS_INVALID_PARAMETER,
              "IRP-7 ranges at the end of the world are refused");
    PrepareTrim(&Request);
    Request.Head.DataSetRangesLength = 0;
    ok_status(Trim(&Request, sizeof(Request)), STATUS_INVALID_PARAMETER,
              "IRP-7 a trim of nothing is refused");
    PrepareTrim(&Request);
    Request.Head.Action = 4;
    ok_status(Trim(&Request, sizeof(Request)), STATUS_NOT_SUPPORTED,
              "IRP-7 another action is not supported");
}

static VOID
TestStatistics(VOID)
{
    AHCI_STATISTICS Before, After;

    ok_status(Control(IOCTL_AHCI_QUERY_STATISTICS, NULL, 0, &Before, sizeof(Before)),
              STATUS_SUCCESS, "IRP-7 the statistics are told");
    ok_status(Transfer(IRP_MJ_READ, 0, 4 * SECTOR), STATUS_SUCCESS, "IRP-7 a read");
    ok_status(Control(IOCTL_AHCI_QUERY_STATISTICS, NULL, 0, &After, sizeof(After)),
              STATUS_SUCCESS, "IRP-7 the statistics are told again");
    ok_equal(After.Reads - Before.Reads, 1, "IRP-7 one read is counted");
    ok_equal(After.BytesRead - Before.BytesRead, 4 * SECTOR, "IRP-7 and its bytes");
    ok_equal(After.Trims, 1, "IRP-7 the one trim that was done is counted");
    ok_equal(After.Failed + After.Errors + After.Timeouts + After.Late, 0,
             "IRP-7 what was refused went to no disk, so that nothing failed");
    ok(After.Queued == 1 && After.Depth == 32, "IRP-7 32 commands may be out at once");
    ok_status(Control(IOCTL_AHCI_QUERY_STATISTICS, NULL, 0, &After, sizeof(After) - 1),
              STATUS_BUFFER_TOO_SMALL, "IRP-7 a buffer too small gets no statistics");
}

static VOID
TestDisk(VOID)
{
    UNICODE_STRING Name = RTL_CONSTANT_STRING(L"\\Device\\Harddisk0");
    GET_LENGTH_INFORMATION Length = {0};
    NTSTATUS Status =
        IoGetDeviceObjectPointer(&Name, FILE_READ_DATA, &DiskFile, &DiskDevice);

    DiskBuffer = ExAllocatePoolWithTag(NonPagedPool, ROOM, KTAP_TAG);
    if (!ok_status(Status, STATUS_SUCCESS, "IRP-7 the disk opens") ||
        !ok(DiskBuffer != NULL, "IRP-7 there is a buffer")) {
        return;
    }
    Status = Control(IOCTL_DISK_GET_LENGTH_INFO, NULL, 0, &Length, (ULONG)sizeof(Length));
    DiskLength = Length.Length.QuadPart;
    ok_status(Status, STATUS_SUCCESS, "IRP-7 the disk tells its length");
    TestLimits();
    TestTrim();
    TestStatistics();
    TestChain();
    ExFreePoolWithTag(DiskBuffer, KTAP_TAG);
    ObDereferenceObject(DiskFile);
}

/* Starts the suite. */
NTSTATUS
NTAPI
DriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath)
{
    return KtapStart(DriverObject, RegistryPath, TestDisk);
}
