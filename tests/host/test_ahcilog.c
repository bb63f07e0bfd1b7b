/*
 * Host test of what drivers/ahci does after an error among queued commands of a disk that
 * has a log of it (log 10h), which QEMU's has not: exactly the request at fault fails, all
 * others go out again, none twice and none never; and of logs that are wrong.
 *
 * The port and the disk's answers are the test's; recover.c and errorlog.c are the driver's.
 */
#include <string.h>

#include <ntdef.h>
/* Driver code: its routines have the convention of the compiler, as under mingw-w64. */
#undef NTAPI
#define NTAPI

#include "check.h"

#include "../../drivers/ahci/errorlog.c"
#include "../../drivers/ahci/recover.c"

#define ALL   MAXULONG
#define TAG   7
#define READY 0x50 /* the status of a disk that has nothing to do */

static AHCI_HBA Hba;
static AHCI_DISK Disk;
static DEVICE_OBJECT DiskObject;
static AHCI_PORT Port;
static AHCI_PORT_MEMORY Memory;
static UCHAR Registers[AHCI_PORT_STRIDE];

/* What the disk answers when it is asked for the log, */
static NTSTATUS LogStatus;
static UCHAR Log[512];
/* and what became of the requests. */
static ULONG Failed, Reads, PlainStarts, Resets, Pumps;
static NTSTATUS FailedWith;

KIRQL
KeAcquireSpinLockRaiseToDpc(PKSPIN_LOCK SpinLock)
{
    (void)SpinLock;
    return PASSIVE_LEVEL;
}

VOID
KeReleaseSpinLock(PKSPIN_LOCK SpinLock, KIRQL NewIrql)
{
    (void)SpinLock;
    (void)NewIrql;
}

VOID
KeFlushQueuedDpcs(VOID)
{
}

ULONG
DbgPrint(PCSTR Format, ...)
{
    (void)Format;
    return 0;
}

NTSTATUS
IoAcquireRemoveLockEx(PIO_REMOVE_LOCK RemoveLock, PVOID Tag, PCSTR File, ULONG Line,
                      ULONG Size)
{
    (void)RemoveLock, (void)Tag, (void)File, (void)Line, (void)Size;
    return STATUS_SUCCESS;
}

VOID
IoReleaseRemoveLockEx(PIO_REMOVE_LOCK RemoveLock, PVOID Tag, ULONG Size)
{
    (void)RemoveLock, (void)Tag, (void)Size;
}

VOID
IoQueueWorkItem(PIO_WORKITEM Item, PIO_WORKITEM_ROUTINE Routine, WORK_QUEUE_TYPE Queue,
                PVOID Context)
{
    (void)Item, (void)Queue;
    Routine(&DiskObject, Context);
}

BOOLEAN
AhciIsPresent(PAHCI_HBA Controller)
{
    return Controller == &Hba;
}

NTSTATUS
AhciGoneStatus(PAHCI_HBA Controller)
{
    (void)Controller;
    return STATUS_NO_SUCH_DEVICE;
}

BOOLEAN
AhciLinkIsUp(PAHCI_PORT Which)
{
    return Which == &Port;
}

BOOLEAN
AhciStopPort(PAHCI_PORT Which)
{
    return Which == &Port;
}

BOOLEAN
AhciStartPort(PAHCI_PORT Which, BOOLEAN ResetLink)
{
    Resets += ResetLink != FALSE;
    PlainStarts += ResetLink == FALSE;
    return Which == &Port;
}

NTSTATUS
AhciReadPage(PAHCI_PORT Which, ULONG Command, ULONGLONG Address, ULONG Count)
{
    Reads += Command == ATA_READ_LOG_EXT && Address == ATA_LOG_NCQ_ERROR && Count == 1;
    memcpy((void *)Which->Memory->Page, Log, sizeof(Log));
    return LogStatus;
}

VOID
AhciFinishSlots(PAHCI_PORT Which, ULONG Slots, NTSTATUS Status)
{
    (void)Which;
    Failed |= Slots;
    FailedWith = Status;
}

VOID
AhciPump(PAHCI_PORT Which)
{
    (void)Which;
    Pumps++;
}

VOID
AhciFailWaiting(PAHCI_PORT Which, NTSTATUS Status)
{
    (void)Which, (void)Status;
}

VOID
AhciSignalIfIdle(PAHCI_PORT Which)
{
    (void)Which;
}

/* A log that blames a tag, as ATA has it: byte 3 is the error, byte 511 makes the sum 0. */
static void
WriteLog(UCHAR First, UCHAR Error)
{
    UCHAR Sum = 0;

    memset(Log, 0, sizeof(Log));
    Log[0] = First;
    Log[2] = READY | AHCI_TFD_ERR;
    Log[ATA_LOG_NCQ_ERROR_BYTE] = Error;
    for (unsigned Byte = 0; Byte < sizeof(Log) - 1; Byte++) {
        Sum = (UCHAR)(Sum + Log[Byte]);
    }
    Log[sizeof(Log) - 1] = (UCHAR)-Sum;
}

/* A port with Issued queued commands out, at its first error. */
static void
Prepare(ULONG Issued)
{
    memset(&Port, 0, sizeof(Port));
    memset(Registers, 0, sizeof(Registers));
    Registers[AHCI_PX_TFD] = READY | AHCI_TFD_ERR;
    Registers[AHCI_PX_TFD + 1] = 0x04; /* aborted: all that the register says */
    DiskObject.DeviceExtension = &Disk;
    Port.Hba = &Hba;
    Port.Disk = &DiskObject;
    Port.Registers = Registers;
    Port.Memory = &Memory;
    Port.Queued = TRUE;
    Port.LogSupported = TRUE;
    Port.Open = TRUE;
    Port.Busy = Issued;
    Port.Issued = Issued;
    LogStatus = STATUS_SUCCESS;
}

/* The interrupt that says so, and the recovery it leads to. */
static void
Fail(void)
{
    Port.State = AhciPortRecovering;
    Port.Fatal = AHCI_PX_IS_TFES;
    Port.Overdue = 0;
    Failed = Reads = PlainStarts = Resets = Pumps = 0;
    FailedWith = STATUS_SUCCESS;
    AhciQueueRecovery(&Port);
}

/* What AhciPump would do with what is to be issued again: all beside each other. */
static void
IssueAgain(void)
{
    Port.Issued |= Port.Retry;
    Port.Retry = 0;
    Port.Beside = 0;
}

static void
TestOneGuilty(void)
{
    Prepare(ALL);
    WriteLog(TAG, ATA_ERROR_UNCORRECTABLE);
    Fail();
    Check(Reads == 1 && PlainStarts == 1 && Resets == 0,
          "AHCI the log is read once, from a port that is not reset");
    Check(Failed == 0 && Port.Retry == ALL && Port.Issued == 0,
          "AHCI at the first error of 32 commands all 32 go out again");
    Check(Port.Beside == ALL && Port.State == AhciPortRunning && Pumps == 1,
          "AHCI beside each other, since it is known who it was");
    IssueAgain();
    Fail();
    Check(Failed == 1UL << TAG && FailedWith == STATUS_DEVICE_DATA_ERROR,
          "AHCI at its second the one that the log names fails, with its own status");
    Check(Port.Retry == (ALL & ~(1UL << TAG)) && Port.Issued == 0,
          "AHCI the other 31 go out again, none lost and none failed");
}

/* Some were done before the error, and their tags are free. */
static void
TestFewer(void)
{
    Prepare(0x0F);
    WriteLog(2, ATA_ERROR_ID_NOT_FOUND);
    Fail();
    IssueAgain();
    Port.Issued &= ~0x03UL;
    Fail();
    Check(Failed == 0x04 && FailedWith == STATUS_NONEXISTENT_SECTOR && Port.Retry == 0x08,
          "AHCI what has ended meanwhile is neither failed nor issued again");
    Prepare(0x0F);
    WriteLog(TAG, ATA_ERROR_UNCORRECTABLE);
    Fail();
    Check(Failed == 0 && Port.Retry == 0x0F && Port.Beside == 0,
          "AHCI a log that names a command that is not out blames none of the others");
}

/* An error of the cable may pass: a third attempt, and not for the others. */
static void
TestThatMayPass(void)
{
    Prepare(0x03);
    WriteLog(1, ATA_ERROR_INTERFACE_CRC);
    Fail();
    IssueAgain();
    Fail();
    Check(Failed == 0 && Port.Retry == 0x03,
          "AHCI a checksum error is tried three times");
    IssueAgain();
    Fail();
    Check(Failed == 0x02 && FailedWith == STATUS_CRC_ERROR && Port.Retry == 0x01,
          "AHCI and then is the client's");
}

/* Where the log is no help the link is reset, and the commands come one by one. */
static void
TestBadLogs(void)
{
    Prepare(ALL);
    WriteLog(TAG, ATA_ERROR_UNCORRECTABLE);
    Log[100] ^= 1;
    Fail();
    Check(Resets == 1 && Failed == 0 && Port.Retry == ALL && Port.Beside == 0,
          "AHCI a log with a wrong sum is not believed");
    Prepare(ALL);
    WriteLog(TAG | ATA_LOG_NCQ_UNQUEUED, ATA_ERROR_UNCORRECTABLE);
    Fail();
    Check(Resets == 1 && Failed == 0 && Port.Retry == ALL && Port.Beside == 0,
          "AHCI nor is one of a command that was not queued");
    Prepare(ALL);
    LogStatus = STATUS_IO_TIMEOUT;
    Fail();
    Check(Reads == 1 && Resets == 1 && Failed == 0 && Port.Retry == ALL,
          "AHCI a log that does not come is not waited for twice");
    Prepare(ALL);
    Registers[AHCI_PX_TFD] |= AHCI_TFD_BSY;
    Fail();
    Check(Reads == 0 && Resets == 1 && Failed == 0 && Port.Retry == ALL,
          "AHCI a disk that is stuck is not asked");
    Prepare(1);
    Port.Exclusive = TRUE;
    Fail();
    Check(Reads == 0 && Failed == 0 && Port.Retry == 1,
          "AHCI nor one that failed a command which was out alone");
    Port.Issued = 1;
    Port.Retry = 0;
    Port.Exclusive = TRUE;
    Fail();
    Check(Failed == 1 && FailedWith == STATUS_IO_DEVICE_ERROR,
          "AHCI which fails the second time");
}

int
main(void)
{
    TestOneGuilty();
    TestFewer();
    TestThatMayPass();
    TestBadLogs();
    return CheckVerdict();
}
