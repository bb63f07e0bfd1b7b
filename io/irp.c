/*
 * I/O request packets: making, resetting and freeing them, and counting all of them.
 *
 * The account answers one question at the end of a run: did every request that was issued
 * come back? Issue and return are the originator's view. IRP.ApcEnvironment, where NT
 * keeps the state index of its completion APC (we have none), notes the stack location
 * the IRP was issued from; 0 says that it is not on its way.
 */
#include "iop.h"

static volatile LONG64 IopIrpsAllocated;
static volatile LONG64 IopIrpsFreed;
volatile LONG64 IopIrpsIssued;
volatile LONG64 IopIrpsCompleted;

/* What a zeroed IRP needs to be one. */
FORCEINLINE VOID
IopFillIrp(PIRP Irp, USHORT PacketSize, CCHAR StackSize)
{
    Irp->Type = IO_TYPE_IRP;
    Irp->Size = PacketSize;
    Irp->StackCount = StackSize;
    Irp->CurrentLocation = StackSize + 1;
    InitializeListHead(&Irp->ThreadListEntry);
    Irp->Tail.Overlay.CurrentStackLocation = (PIO_STACK_LOCATION)(Irp + 1) + StackSize;
}

/*
 * Prepares an IRP in the caller's memory.
 *   PacketSize  bytes of that memory, at least IoSizeOfIrp(StackSize)
 *   StackSize   stack locations
 * Not for an IRP from IoAllocateIrp: that is IoReuseIrp's work. IRQL <= DISPATCH_LEVEL.
 * Source: manual, IoInitializeIrp.
 */
VOID NTAPI
IoInitializeIrp(PIRP Irp, USHORT PacketSize, CCHAR StackSize)
{
    memset(Irp, 0, PacketSize);
    IopFillIrp(Irp, PacketSize, StackSize);
}
EXPORT(IoInitializeIrp);

/*
 * Returns a zeroed IRP with StackSize stack locations, or NULL when pool is short or
 * StackSize is not positive. ChargeQuota is ignored: there are no quotas.
 * IRQL <= DISPATCH_LEVEL. Source: manual, IoAllocateIrp.
 */
PIRP NTAPI
IoAllocateIrp(CCHAR StackSize, BOOLEAN ChargeQuota)
{
    USHORT Size = IoSizeOfIrp(StackSize);
    PIRP Irp;

    UNREFERENCED_PARAMETER(ChargeQuota);
    if (StackSize <= 0 || ExRefuseCaller(IOP_CALLER())) {
        return NULL;
    }
    Irp = ExAllocatePoolWithTag(NonPagedPool, Size, IOP_TAG_IRP);
    if (Irp == NULL) {
        return NULL;
    }
    IoInitializeIrp(Irp, Size, StackSize);
    Irp->AllocationFlags = IOP_IRP_FROM_POOL;
    InterlockedIncrement64(&IopIrpsAllocated);
    return Irp;
}
EXPORT(IoAllocateIrp);

/*
 * Returns an IRP that does a part of Irp's work, for the same thread, or NULL as for
 * IoAllocateIrp. The caller has set Irp->AssociatedIrp.IrpCount to the number of such
 * parts before it sends the first: the completion of the last one completes Irp, with the
 * status somebody has put there. A part whose completion routine keeps it is not counted
 * until it is completed again. IRQL <= DISPATCH_LEVEL. Source: manual, IoMakeAssociatedIrp.
 */
PIRP NTAPI
IoMakeAssociatedIrp(PIRP Irp, CCHAR StackSize)
{
    PIRP Part = IoAllocateIrp(StackSize, FALSE);

    if (Part != NULL) {
        Part->Flags |= IRP_ASSOCIATED_IRP;
        Part->AssociatedIrp.MasterIrp = Irp;
        Part->Tail.Overlay.Thread = Irp->Tail.Overlay.Thread;
    }
    return Part;
}
EXPORT(IoMakeAssociatedIrp);

/*
 * Frees an IRP of IoAllocateIrp or IoBuild...; its MDLs and buffers stay the caller's.
 * Freeing one twice, or what is no IRP, is bug check 0x44. IRQL <= DISPATCH_LEVEL.
 * Source: manual, IoFreeIrp.
 */
VOID NTAPI
IoFreeIrp(PIRP Irp)
{
    if (Irp->Type != IO_TYPE_IRP) {
        KeBugCheckEx(MULTIPLE_IRP_COMPLETE_REQUESTS, (ULONG_PTR)Irp, 0, 0, 0);
    }
    Irp->Type = 0;
    InterlockedIncrement64(&IopIrpsFreed);
    ExFreePoolWithTag(Irp, IOP_TAG_IRP);
}
EXPORT(IoFreeIrp);

/* Clears an IRP, whose size is that of some stack locations: whole words. In place, because a
   call would cost the caller more than the few instructions. */
FORCEINLINE VOID
IopClearIrp(PIRP Irp, USHORT Size)
{
    ULONG64 Words = Size / sizeof(ULONG64);
    PVOID To = Irp;

    __asm__ volatile("rep stosq" : "+D"(To), "+c"(Words) : "a"(0ULL) : "memory");
}

/*
 * Makes an IRP of IoAllocateIrp as new, with IoStatus.Status = Status. The caller owns
 * the IRP: it has come back through its completion routine. IRQL <= DISPATCH_LEVEL.
 * Source: manual, IoReuseIrp.
 */
VOID NTAPI
IoReuseIrp(PIRP Irp, NTSTATUS Status)
{
    UCHAR AllocationFlags = Irp->AllocationFlags;
    USHORT Size = Irp->Size;
    CCHAR StackSize = Irp->StackCount;

    IopClearIrp(Irp, Size);
    IopFillIrp(Irp, Size, StackSize);
    Irp->AllocationFlags = AllocationFlags;
    Irp->IoStatus.Status = Status;
}
EXPORT(IoReuseIrp);

BOOLEAN
IoIsIrpUnderWay(PIRP Irp)
{
    return Irp->ApcEnvironment != 0;
}

/* The counts so far; Outstanding is never negative, whatever happens meanwhile. Any IRQL.
 */
VOID
IoQueryIrpAccount(PIO_IRP_ACCOUNT Account)
{
    Account->Completed = (ULONG64)InterlockedAdd64(&IopIrpsCompleted, 0);
    Account->Issued = (ULONG64)InterlockedAdd64(&IopIrpsIssued, 0);
    Account->Freed = (ULONG64)InterlockedAdd64(&IopIrpsFreed, 0);
    Account->Allocated = (ULONG64)InterlockedAdd64(&IopIrpsAllocated, 0);
    Account->Outstanding = Account->Issued - Account->Completed;
}
