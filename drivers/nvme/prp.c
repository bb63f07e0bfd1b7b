/*
 * Writing a command: what, where on the medium, and where in memory.
 *
 * NVMe takes memory as pages (PRP entries): the first may begin inside its page, the last
 * may end inside, and in between there is no gap. Two fit the command; more stand in a
 * list of their own.
 */
#include "nvme.h"

#define NVME_ADDRESS_ALIGNMENT 3

/* Where the pages of one command go while they are counted. */
typedef struct _NVME_PAGES {
    PNVME_COMMAND Command;
    PULONG64 List; /* entries from the second page on */
    ULONG Count;
    BOOLEAN Ended; /* the last page was not used to its end: there may be no more */
} NVME_PAGES, *PNVME_PAGES;

/* Adds Length bytes of contiguous memory. FALSE: it does not continue what was before, or
   is too much. */
static BOOLEAN
NvmeAddRun(PNVME_PAGES Pages, ULONG64 Address, ULONG Length)
{
    while (Length != 0) {
        ULONG Offset = (ULONG)Address & (NVME_PAGE - 1);
        ULONG Part = min(Length, NVME_PAGE - Offset);

        if (Pages->Ended || (Pages->Count != 0 && Offset != 0) ||
            Pages->Count == NVME_MAXIMUM_PAGES) {
            return FALSE;
        }
        if (Pages->Count == 0) {
            Pages->Command->Data[0] = Address;
        } else {
            Pages->List[Pages->Count - 1] = Address;
        }
        Pages->Count++;
        Pages->Ended = Offset + Part != NVME_PAGE;
        Address += Part;
        Length -= Part;
    }
    return TRUE;
}

/* What most requests are: bytes of one page, which need no list. */
FORCEINLINE BOOLEAN
NvmeIsOnePage(const SCATTER_GATHER_ELEMENT *Element)
{
    ULONG Offset = (ULONG)Element->Address.QuadPart & (NVME_PAGE - 1);

    return (Offset & NVME_ADDRESS_ALIGNMENT) == 0 &&
           Element->Length <= NVME_PAGE - Offset;
}

/* Describes the mapped memory of a read or write. */
static NTSTATUS
NvmeFillPages(PNVME_SLOT Slot)
{
    PNVME_QUEUE Queue = Slot->Queue;
    ULONG Offset = Slot->Number * NVME_LIST_SIZE;
    NVME_PAGES Pages = {.Command = &Slot->Command,
                        .List = (PULONG64)(Queue->Lists + Offset)};

    if (Slot->List->NumberOfElements == 1 && NvmeIsOnePage(&Slot->List->Elements[0])) {
        Slot->Command.Data[0] = (ULONG64)Slot->List->Elements[0].Address.QuadPart;
        return STATUS_SUCCESS;
    }
    for (ULONG Index = 0; Index < Slot->List->NumberOfElements; Index++) {
        PSCATTER_GATHER_ELEMENT Element = &Slot->List->Elements[Index];

        if (!NvmeAddRun(&Pages, (ULONG64)Element->Address.QuadPart, Element->Length)) {
            return STATUS_INVALID_PARAMETER;
        }
    }
    if ((Slot->Command.Data[0] & NVME_ADDRESS_ALIGNMENT) != 0) {
        return STATUS_INVALID_PARAMETER;
    }
    if (Pages.Count == 2) {
        Slot->Command.Data[1] = Pages.List[0];
    } else if (Pages.Count > 2) {
        Slot->Command.Data[1] =
            (ULONG64)Queue->MemoryAddress.QuadPart + 2 * NVME_PAGE + Offset;
    }
    return STATUS_SUCCESS;
}

/*
 * Writes the command of a slot. The disk's limits have been checked when the IRP came in.
 * STATUS_INVALID_PARAMETER: memory that NVMe cannot describe. IRQL: DISPATCH_LEVEL.
 */
NTSTATUS
NvmeFillCommand(PNVME_SLOT Slot)
{
    PIO_STACK_LOCATION Stack = IoGetCurrentIrpStackLocation(Slot->Irp);
    PNVME_DISK Disk = Stack->DeviceObject->DeviceExtension;
    PNVME_COMMAND Command = &Slot->Command;
    ULONGLONG Block;

    RtlZeroMemory(Command, sizeof(*Command));
    Command->Namespace = Disk->Namespace;
    if (Stack->MajorFunction == IRP_MJ_FLUSH_BUFFERS) {
        Command->Operation = NVME_FLUSH;
        return STATUS_SUCCESS;
    }
    /* Parameters.Write is laid out like Parameters.Read. */
    Block = (ULONGLONG)Stack->Parameters.Read.ByteOffset.QuadPart >> Disk->BlockShift;
    Command->Operation = Stack->MajorFunction == IRP_MJ_WRITE ? NVME_WRITE : NVME_READ;
    Command->Arguments[0] = (ULONG)Block;
    Command->Arguments[1] = (ULONG)(Block >> 32);
    Command->Arguments[2] = (Stack->Parameters.Read.Length >> Disk->BlockShift) - 1;
    return NvmeFillPages(Slot);
}
