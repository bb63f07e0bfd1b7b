/*
 * The job: read everything, then write and verify the scratch area.
 *
 * The CRC is taken before anything is written, so it is the CRC of the disk as it was
 * found.
 */
#include "diskcheck.h"

#include "crc32c.h"
#include "disk.h"
#include "pattern.h"

#define DISKCHECK_MIB            0x100000u
#define DISKCHECK_PROGRESS_BYTES (8 * DISKCHECK_MIB)

_Static_assert(PATTERN_SECTOR_SIZE == DISK_SECTOR_SIZE, "one pattern a sector");

typedef struct _DISKCHECK_CRC {
    ULONG Crc;
    ULONGLONG Summed; /* bytes: less than Total when chunks could not be read */
    ULONGLONG Total;
} DISKCHECK_CRC, *PDISKCHECK_CRC;

static DISK_CHUNK_ROUTINE DiskcheckAddToCrc;
static DISK_CHUNK_ROUTINE DiskcheckFill;
static DISK_CHUNK_ROUTINE DiskcheckCompare;

/* Chunks come in the order of the disk. */
static NTSTATUS
DiskcheckAddToCrc(PVOID Context, ULONGLONG Offset, PUCHAR Buffer, ULONG Length)
{
    PDISKCHECK_CRC State = Context;
    ULONGLONG End = Offset + Length;

    State->Crc = Crc32cUpdate(State->Crc, Buffer, Length);
    State->Summed += Length;
    if (End / DISKCHECK_PROGRESS_BYTES != Offset / DISKCHECK_PROGRESS_BYTES) {
        DbgPrint("diskcheck: %I64u of %I64u MiB\n", End / DISKCHECK_MIB,
                 State->Total / DISKCHECK_MIB);
    }
    return STATUS_SUCCESS;
}

static NTSTATUS
DiskcheckReadAll(PDISK Disk)
{
    DISKCHECK_CRC State = {.Total = Disk->Length};
    NTSTATUS Status;

    Crc32cInitialize();
    Status = DiskStream(Disk, IRP_MJ_READ, 0, Disk->Length, DiskcheckAddToCrc, &State);
    if (NT_SUCCESS(Status)) {
        DbgPrint("diskcheck: crc32c 0x%08x over %I64u bytes\n", (unsigned)State.Crc,
                 State.Summed);
    }
    return Status;
}

static NTSTATUS
DiskcheckFill(PVOID Context, ULONGLONG Offset, PUCHAR Buffer, ULONG Length)
{
    ULONG Position;

    UNREFERENCED_PARAMETER(Context);

    for (Position = 0; Position < Length; Position += PATTERN_SECTOR_SIZE) {
        PatternFill(Buffer + Position, (Offset + Position) / PATTERN_SECTOR_SIZE);
    }
    return STATUS_SUCCESS;
}

static NTSTATUS
DiskcheckCompare(PVOID Context, ULONGLONG Offset, PUCHAR Buffer, ULONG Length)
{
    ULONG Position;

    UNREFERENCED_PARAMETER(Context);

    for (Position = 0; Position < Length; Position += PATTERN_SECTOR_SIZE) {
        if (!PatternMatches(Buffer + Position,
                            (Offset + Position) / PATTERN_SECTOR_SIZE)) {
            DbgPrint("diskcheck: the sector at offset %I64u is not what was written\n",
                     Offset + Position);
            return STATUS_DATA_ERROR;
        }
    }
    return STATUS_SUCCESS;
}

/* Where the scratch area is; it has to be whole sectors inside the disk. */
static NTSTATUS
DiskcheckPlaceScratch(PDISK Disk, ULONG Wanted, PULONGLONG Offset)
{
    if (Disk->Length < DISKCHECK_SCRATCH_SIZE ||
        Wanted > Disk->Length - DISKCHECK_SCRATCH_SIZE ||
        Wanted % DISK_SECTOR_SIZE != 0) {
        DbgPrint("diskcheck: no scratch MiB at offset %u of this disk\n",
                 (unsigned)Wanted);
        return STATUS_INVALID_PARAMETER;
    }
    *Offset = Wanted != 0 ? Wanted : Disk->Length - DISKCHECK_SCRATCH_SIZE;
    return STATUS_SUCCESS;
}

static NTSTATUS
DiskcheckScratch(PDISK Disk, ULONG Wanted)
{
    ULONGLONG Offset;
    NTSTATUS Status = DiskcheckPlaceScratch(Disk, Wanted, &Offset);

    if (NT_SUCCESS(Status)) {
        Status = DiskStream(Disk, IRP_MJ_WRITE, Offset, DISKCHECK_SCRATCH_SIZE,
                            DiskcheckFill, NULL);
    }
    if (NT_SUCCESS(Status)) {
        Status = DiskFlush(Disk);
    }
    if (NT_SUCCESS(Status)) {
        Status = DiskStream(Disk, IRP_MJ_READ, Offset, DISKCHECK_SCRATCH_SIZE,
                            DiskcheckCompare, NULL);
    }
    if (NT_SUCCESS(Status)) {
        DbgPrint("diskcheck: scratch 1 MiB at offset %I64u written and verified\n",
                 Offset);
    }
    return Status;
}

/* Everything, on an open disk; the disk is closed on every way out by the caller. */
static NTSTATUS
DiskcheckRun(PDISK Disk, PDISKCHECK_PARAMETERS Parameters)
{
    NTSTATUS Status = DiskOpen(Disk, &Parameters->Device, Parameters->Depth);

    if (!NT_SUCCESS(Status)) {
        DbgPrint("diskcheck: %wZ does not open, status 0x%08x\n", &Parameters->Device,
                 (unsigned)Status);
        return Status;
    }
    Disk->KeepGoing = Parameters->KeepGoing != 0;
    Status = DiskcheckReadAll(Disk);
    if (NT_SUCCESS(Status)) {
        Status = DiskcheckScratch(Disk, Parameters->ScratchOffset);
    }
    if (Disk->Failed != 0) {
        DbgPrint("diskcheck: %u requests failed\n", (unsigned)Disk->Failed);
        Status = NT_SUCCESS(Status) ? STATUS_IO_DEVICE_ERROR : Status;
    }
    return Status;
}

/* The thread. Ends with the status of the check. IRQL: PASSIVE_LEVEL. */
VOID
DiskcheckThread(PVOID StartContext)
{
    static DISK Disk; /* too large for a kernel stack */
    PDISKCHECK_PARAMETERS Parameters = StartContext;
    NTSTATUS Status = STATUS_INVALID_PARAMETER;

    if (Parameters->Depth == 0 || Parameters->Depth > DISK_MAXIMUM_DEPTH) {
        DbgPrint("diskcheck: Depth has to be 1 to %u\n", DISK_MAXIMUM_DEPTH);
    } else {
        Status = DiskcheckRun(&Disk, Parameters);
        DiskClose(&Disk);
    }
    if (!NT_SUCCESS(Status)) {
        DbgPrint("diskcheck: failed, status 0x%08x\n", (unsigned)Status);
    }
    PsTerminateSystemThread(Status);
}
