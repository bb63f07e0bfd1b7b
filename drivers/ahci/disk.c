/*
 * The life of a port with a disk: found, named, drained, freed.
 *
 * A disk is a named device object of its own, \Device\Harddisk<n>, numbered in port order
 * over all controllers. Its device extension holds the remove lock, and not the port: the
 * lock may still be asked by a late request when the port is gone.
 */
#include "ahci.h"

#define AHCI_DRAIN_SECONDS 30

static LONG AhciDisksNamed; /* interlocked; a number is never used twice */

/* Allocates what the controller shares with us; the port's engines stand still. */
static NTSTATUS
AhciAllocateMemory(PAHCI_PORT Port)
{
    PDMA_ADAPTER Adapter = Port->Hba->DmaAdapter;
    PVOID Memory;

    Memory = Adapter->DmaOperations->AllocateCommonBuffer(
        Adapter, sizeof(AHCI_PORT_MEMORY), &Port->MemoryAddress, TRUE);
    if (Memory == NULL) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    RtlZeroMemory(Memory, sizeof(AHCI_PORT_MEMORY));
    Port->Memory = Memory;
    return STATUS_SUCCESS;
}

/* Starts the port and says what is behind it; only a disk is a success, and of a port with
   nothing on it nothing is said. */
static NTSTATUS
AhciExamine(PAHCI_PORT Port)
{
    NTSTATUS Status;
    ULONG Signature;

    if (!AhciStopPort(Port)) {
        DbgPrint("ahci: port %u: does not stop\n", (unsigned)Port->Number);
        return STATUS_IO_TIMEOUT;
    }
    if (!AhciLinkIsUp(Port)) {
        return STATUS_NO_SUCH_DEVICE;
    }
    Status = AhciAllocateMemory(Port);
    if (!NT_SUCCESS(Status)) {
        DbgPrint("ahci: port %u: no memory\n", (unsigned)Port->Number);
        return Status;
    }
    if (!AhciStartPort(Port, FALSE)) {
        DbgPrint("ahci: port %u: not ready\n", (unsigned)Port->Number);
        return STATUS_IO_TIMEOUT;
    }
    Signature = AhciRead(Port->Registers, AHCI_PX_SIG);
    if (Signature != AHCI_SIGNATURE_DISK) {
        DbgPrint("ahci: port %u: %s, not served\n", (unsigned)Port->Number,
                 Signature == AHCI_SIGNATURE_ATAPI        ? "a CD drive"
                 : Signature == AHCI_SIGNATURE_MULTIPLIER ? "a port multiplier"
                                                          : "an unknown device");
        return STATUS_NOT_SUPPORTED;
    }
    Status = AhciIdentify(Port);
    if (!NT_SUCCESS(Status)) {
        DbgPrint("ahci: port %u: the disk is not served, status 0x%08x\n",
                 (unsigned)Port->Number, (unsigned)Status);
    }
    return Status;
}

static VOID
AhciInitializePort(PAHCI_PORT Port, PAHCI_HBA Hba, ULONG Number)
{
    ULONG Slot;

    RtlZeroMemory(Port, sizeof(*Port));
    Port->Hba = Hba;
    Port->Number = Number;
    Port->Registers = Hba->Registers + AHCI_PORT_BASE + Number * AHCI_PORT_STRIDE;
    KeInitializeSpinLock(&Port->Lock);
    KeInitializeEvent(&Port->Idle, NotificationEvent, FALSE);
    InitializeListHead(&Port->Waiting);
    for (Slot = 0; Slot < AHCI_MAXIMUM_SLOTS; Slot++) {
        Port->Slots[Slot].Port = Port;
        Port->Slots[Slot].Number = Slot;
    }
}

/*
 * Looks for a disk behind a port; Hba->Ports[Number] stays NULL if there is none to
 * serve, and the log says why. IRQL: PASSIVE_LEVEL.
 */
VOID
AhciOpenPort(PAHCI_HBA Hba, ULONG Number)
{
    PAHCI_PORT Port =
        ExAllocatePoolWithTag(NonPagedPool, sizeof(AHCI_PORT), AHCI_POOL_TAG);

    if (Port == NULL) {
        DbgPrint("ahci: port %u: no memory\n", (unsigned)Number);
        return;
    }
    AhciInitializePort(Port, Hba, Number);
    Hba->Ports[Number] = Port;
    if (!NT_SUCCESS(AhciExamine(Port))) {
        AhciFreePort(Port);
    }
}

/* Writes Number in decimal behind the prefix. Buffer: room for the prefix and 11 more. */
static VOID
AhciFormatName(PWCHAR Buffer, ULONG Number)
{
    static const WCHAR Prefix[] = L"\\Device\\Harddisk";
    ULONG Length = sizeof(Prefix) / sizeof(WCHAR) - 1;
    ULONG Divisor = 1;

    RtlCopyMemory(Buffer, Prefix, sizeof(Prefix));
    while (Number / Divisor >= 10) {
        Divisor *= 10;
    }
    for (; Divisor != 0; Divisor /= 10) {
        Buffer[Length++] = (WCHAR)(L'0' + Number / Divisor % 10);
    }
    Buffer[Length] = L'\0';
}

/*
 * Creates the disk's device object, still marked as initializing, and enables the port's
 * causes; none gets through before GHC.IE is set. On failure the caller frees the port.
 * IRQL: PASSIVE_LEVEL.
 */
NTSTATUS
AhciCreateDisk(PAHCI_PORT Port)
{
    ULONG Number = (ULONG)InterlockedIncrement(&AhciDisksNamed) - 1;
    WCHAR Buffer[32];
    UNICODE_STRING Name;
    PAHCI_DISK Disk;
    NTSTATUS Status;

    AhciFormatName(Buffer, Number);
    RtlInitUnicodeString(&Name, Buffer);
    Status =
        IoCreateDevice(Port->Hba->Device->DriverObject, sizeof(AHCI_DISK), &Name,
                       FILE_DEVICE_DISK, FILE_DEVICE_SECURE_OPEN, FALSE, &Port->Disk);
    if (!NT_SUCCESS(Status)) {
        DbgPrint("ahci: %wZ: status 0x%08x\n", &Name, (unsigned)Status);
        return Status;
    }
    Disk = Port->Disk->DeviceExtension;
    RtlZeroMemory(Disk, sizeof(*Disk));
    Disk->Common.Kind = AhciKindDisk;
    IoInitializeRemoveLock(&Disk->Common.RemoveLock, AHCI_POOL_TAG, 0, 0);
    Disk->Port = Port;
    Port->RecoveryItem = IoAllocateWorkItem(Port->Disk);
    if (Port->RecoveryItem == NULL) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    Status = IoInitializeTimer(Port->Disk, AhciTick, Port);
    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    Port->Disk->Flags |= DO_DIRECT_IO;
    Port->Disk->AlignmentRequirement = FILE_WORD_ALIGNMENT;
    Port->Open = TRUE;
    Port->Hba->ActivePorts |= 1UL << Port->Number;
    AhciWrite(Port->Registers, AHCI_PX_IE, AHCI_PX_IE_WANTED);
    DbgPrint("ahci: port %u: %s, %I64u sectors, %s, depth %u: %wZ\n",
             (unsigned)Port->Number, Port->Model, Port->SectorCount,
             Port->Queued ? "NCQ" : "DMA", (unsigned)Port->Depth, &Name);
    return STATUS_SUCCESS;
}

/* Takes everything that is with the controller, which will not do it any more, unless a
   worker is at it: then that does. Port->Lock is held. */
static ULONG
AhciTakeIssued(PAHCI_PORT Port)
{
    ULONG Left = Port->Issued | Port->Retry;

    if (Port->State == AhciPortRecovering) {
        return 0;
    }
    Port->State = AhciPortDead; /* an error from now on starts no recovery */
    Port->Issued = 0;
    Port->Retry = 0;
    return Left;
}

/* Refuses new requests. A controller that is gone finishes none: fails those it has. */
static VOID
AhciClosePort(PAHCI_PORT Port)
{
    NTSTATUS Status = AhciGoneStatus(Port->Hba);
    KIRQL OldIrql;
    ULONG Left;

    KeAcquireSpinLock(&Port->Lock, &OldIrql);
    Port->Open = FALSE;
    Left = Status == STATUS_DEVICE_REMOVED ? AhciTakeIssued(Port) : 0;
    AhciSignalIfIdle(Port);
    KeReleaseSpinLock(&Port->Lock, OldIrql);
    AhciFinishSlots(Port, Left, Status);
    AhciFailWaiting(Port, Status);
}

/*
 * Refuses new requests, fails those that wait, and lets those that are out finish. What
 * the disk does not finish in time is failed after its engine has been stopped. IRQL:
 * PASSIVE_LEVEL; takes Port->Lock.
 */
VOID
AhciDrainPort(PAHCI_PORT Port)
{
    LARGE_INTEGER Limit = {.QuadPart = -10000000LL * AHCI_DRAIN_SECONDS};
    KIRQL OldIrql;
    ULONG Left;

    AhciClosePort(Port);
    KeWaitForSingleObject(&Port->Idle, Executive, KernelMode, FALSE, &Limit);
    if (Port->Disk != NULL) {
        IoStopTimer(Port->Disk); /* a tick on its way ends before the DPCs are flushed */
    }

    KeAcquireSpinLock(&Port->Lock, &OldIrql);
    Port->State = AhciPortDead; /* an error from now on starts no recovery */
    Left = Port->Issued | Port->Retry;
    Port->Issued = 0;
    Port->Retry = 0;
    KeReleaseSpinLock(&Port->Lock, OldIrql);
    AhciStopPort(Port);
    AhciFinishSlots(Port, Left, AhciGoneStatus(Port->Hba));
}

/*
 * Frees the port and deletes its disk. Its interrupts are off, its DPCs have run, no
 * request is left; a dispatch routine on its way out is waited for. IRQL: PASSIVE_LEVEL.
 */
VOID
AhciFreePort(PAHCI_PORT Port)
{
    PAHCI_HBA Hba = Port->Hba;

    if (Port->Disk != NULL) {
        PAHCI_DISK Disk = Port->Disk->DeviceExtension;

        if (NT_SUCCESS(IoAcquireRemoveLock(&Disk->Common.RemoveLock, Port))) {
            IoReleaseRemoveLockAndWait(&Disk->Common.RemoveLock, Port);
        }
        if (Port->RecoveryItem != NULL) {
            IoFreeWorkItem(Port->RecoveryItem);
        }
        IoDeleteDevice(Port->Disk);
    }
    /* An engine that still runs would write to memory that is no longer ours: keep it. */
    if (AhciStopPort(Port) && Port->Memory != NULL) {
        Hba->DmaAdapter->DmaOperations->FreeCommonBuffer(
            Hba->DmaAdapter, sizeof(AHCI_PORT_MEMORY), Port->MemoryAddress,
            (PVOID)Port->Memory, TRUE);
    }
    Hba->ActivePorts &= ~(1UL << Port->Number);
    Hba->Ports[Port->Number] = NULL;
    ExFreePoolWithTag(Port, AHCI_POOL_TAG);
}
