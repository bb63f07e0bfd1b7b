/*
 * The disks: one named device object for each namespace with blocks of 512 to 4096 bytes
 * and no metadata, \Device\NvmeDisk<n>, numbered over all controllers.
 *
 * Its device extension holds the remove lock, and not the queues: the lock may still be
 * asked by a late request when they are gone.
 */
#include "nvme.h"

#define NVME_SMALLEST_SHIFT 9
#define NVME_LARGEST_SHIFT  12

static LONG NvmeDisksNamed; /* interlocked; a number is never used twice */

static ULONGLONG
NvmeReadLong(const UCHAR *Data)
{
    ULONGLONG Value;

    RtlCopyMemory(&Value, Data, sizeof(Value));
    return Value;
}

/* Keeps what the controller's page says: the model, the largest transfer, the cache. */
static NTSTATUS
NvmeExamineController(PNVME_CONTROLLER Controller)
{
    NTSTATUS Status = NvmeIdentify(Controller, NVME_IDENTIFY_CONTROLLER, 0);
    const UCHAR *Data = Controller->AdminData;
    ULONG Length = NVME_ID_MODEL_LENGTH;

    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    RtlCopyMemory(Controller->Model, Data + NVME_ID_MODEL, NVME_ID_MODEL_LENGTH);
    while (Length != 0 && Controller->Model[Length - 1] == ' ') {
        Length--;
    }
    Controller->Model[Length] = '\0';
    for (ULONG Index = 0; Index < Length; Index++) {
        if (Controller->Model[Index] < ' ' || Controller->Model[Index] > '~') {
            Controller->Model[Index] = '?';
        }
    }
    Controller->MaximumTransfer = NVME_MAXIMUM_TRANSFER;
    if (Data[NVME_ID_TRANSFER] != 0 && Data[NVME_ID_TRANSFER] < 16) {
        Controller->MaximumTransfer =
            min(NVME_MAXIMUM_TRANSFER, (ULONG)NVME_PAGE << Data[NVME_ID_TRANSFER]);
    }
    Controller->HasCache = (Data[NVME_ID_CACHE] & NVME_ID_CACHE_BIT) != 0;
    return STATUS_SUCCESS;
}

/* The size of a namespace, from its page. FALSE: nothing we can serve. */
static BOOLEAN
NvmeExamineNamespace(PNVME_CONTROLLER Controller, ULONG Namespace, PULONG BlockShift,
                     PULONGLONG Length)
{
    const UCHAR *Data = Controller->AdminData;
    ULONG Format;

    if (!NT_SUCCESS(NvmeIdentify(Controller, NVME_IDENTIFY_NAMESPACE, Namespace))) {
        return FALSE;
    }
    RtlCopyMemory(&Format,
                  Data + NVME_NS_FORMATS +
                      (Data[NVME_NS_FORMAT] & NVME_NS_FORMAT_MASK) * sizeof(Format),
                  sizeof(Format));
    *BlockShift = NVME_FORMAT_SHIFT(Format);
    *Length = NvmeReadLong(Data + NVME_NS_SIZE);
    if ((Format & NVME_FORMAT_METADATA) != 0 || *BlockShift < NVME_SMALLEST_SHIFT ||
        *BlockShift > NVME_LARGEST_SHIFT || *Length == 0 ||
        *Length > (ULONGLONG)MAXLONGLONG >> *BlockShift) {
        return FALSE;
    }
    *Length <<= *BlockShift;
    return TRUE;
}

/* Writes Number in decimal behind the prefix. Buffer: room for the prefix and 11 more. */
static VOID
NvmeFormatName(PWCHAR Buffer, ULONG Number)
{
    static const WCHAR Prefix[] = L"\\Device\\NvmeDisk";
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

/* Creates the device object of one namespace, still marked as initializing. */
static NTSTATUS
NvmeCreateDisk(PNVME_CONTROLLER Controller, ULONG Namespace, ULONG BlockShift,
               ULONGLONG Length)
{
    PDEVICE_OBJECT *Device = &Controller->Disks[Controller->DiskCount];
    UNICODE_STRING Name;
    WCHAR Buffer[32];
    PNVME_DISK Disk;
    NTSTATUS Status;

    NvmeFormatName(Buffer, (ULONG)InterlockedIncrement(&NvmeDisksNamed) - 1);
    RtlInitUnicodeString(&Name, Buffer);
    Status = IoCreateDevice(Controller->Device->DriverObject, sizeof(NVME_DISK), &Name,
                            FILE_DEVICE_DISK, FILE_DEVICE_SECURE_OPEN, FALSE, Device);
    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    Disk = (*Device)->DeviceExtension;
    RtlZeroMemory(Disk, sizeof(*Disk));
    Disk->Common.Kind = NvmeKindDisk;
    IoInitializeRemoveLock(&Disk->Common.RemoveLock, NVME_POOL_TAG, 0, 0);
    Disk->Controller = Controller;
    Disk->Namespace = Namespace;
    Disk->BlockShift = BlockShift;
    Disk->Length = Length;
    (*Device)->Flags |= DO_DIRECT_IO;
    (*Device)->AlignmentRequirement = FILE_LONG_ALIGNMENT;
    Controller->DiskCount++;
    DbgPrint("nvme: %s, namespace %u, %I64u blocks of %u, %u queue pairs, %s: %wZ\n",
             Controller->Model, (unsigned)Namespace, Length >> BlockShift,
             1u << BlockShift, (unsigned)Controller->QueueCount,
             Controller->ConnectVersion == CONNECT_MESSAGE_BASED ? "messages" : "line",
             &Name);
    return STATUS_SUCCESS;
}

/*
 * Finds the namespaces and makes a disk of each that can be served, up to
 * NVME_MAXIMUM_DISKS. STATUS_NO_SUCH_DEVICE: there is none. IRQL: PASSIVE_LEVEL.
 */
NTSTATUS
NvmeCreateDisks(PNVME_CONTROLLER Controller)
{
    ULONG Namespaces[NVME_MAXIMUM_DISKS];
    NTSTATUS Status = NvmeExamineController(Controller);
    ULONGLONG Length;
    ULONG BlockShift;

    if (NT_SUCCESS(Status)) {
        Status = NvmeIdentify(Controller, NVME_IDENTIFY_ACTIVE, 0);
    }
    /* The list ends with a zero; the page is used again for each of them. */
    RtlCopyMemory(Namespaces, Controller->AdminData, sizeof(Namespaces));
    for (ULONG Index = 0;
         NT_SUCCESS(Status) && Index < NVME_MAXIMUM_DISKS && Namespaces[Index] != 0;
         Index++) {
        if (NvmeExamineNamespace(Controller, Namespaces[Index], &BlockShift, &Length)) {
            Status = NvmeCreateDisk(Controller, Namespaces[Index], BlockShift, Length);
        } else {
            DbgPrint("nvme: namespace %u is not served\n", (unsigned)Namespaces[Index]);
        }
    }
    if (NT_SUCCESS(Status) && Controller->DiskCount == 0) {
        Status = STATUS_NO_SUCH_DEVICE;
    }
    return Status;
}

/* The queues are open: requests may come. */
VOID
NvmePublishDisks(PNVME_CONTROLLER Controller)
{
    for (ULONG Index = 0; Index < Controller->DiskCount; Index++) {
        Controller->Disks[Index]->Flags &= ~DO_DEVICE_INITIALIZING;
    }
}

/* Deletes the disks; a dispatch routine on its way out is waited for. No request is left.
   IRQL: PASSIVE_LEVEL. */
VOID
NvmeDeleteDisks(PNVME_CONTROLLER Controller)
{
    for (ULONG Index = 0; Index < Controller->DiskCount; Index++) {
        PNVME_DISK Disk = Controller->Disks[Index]->DeviceExtension;

        if (NT_SUCCESS(IoAcquireRemoveLock(&Disk->Common.RemoveLock, Controller))) {
            IoReleaseRemoveLockAndWait(&Disk->Common.RemoveLock, Controller);
        }
        IoDeleteDevice(Controller->Disks[Index]);
    }
    Controller->DiskCount = 0;
}
