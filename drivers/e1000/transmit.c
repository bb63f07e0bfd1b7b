/*
 * transmit.c - the transmit ring: from write IRPs to descriptors, and back when sent.
 *
 * The chip owns the descriptors from TDH up to, not including, TDT. One descriptor always
 * stays empty, because TDT == TDH means that there is nothing to send. A frame is copied
 * into its descriptor's own buffer: 1514 bytes cost less than a scatter/gather list, and
 * the caller's memory is free to go when its IRP is cancelled. All functions are called
 * with Context->Lock held.
 */
#include "e1000.h"

/* Starts with an empty ring. */
VOID
E1000PrepareTransmit(PE1000_CONTEXT Context)
{
    ULONG64 Bus = (ULONG64)Context->SharedAddress.QuadPart;
    ULONG64 Ring = Bus + FIELD_OFFSET(E1000_SHARED, Transmit);
    ULONG64 Buffers = Bus + FIELD_OFFSET(E1000_SHARED, TransmitBuffer);
    ULONG Index;

    for (Index = 0; Index < E1000_TX_COUNT; Index++) {
        Context->Shared->Transmit[Index].BufferAddress =
            Buffers + (ULONG64)Index * E1000_BUFFER_SIZE;
        Context->TransmitIrp[Index] = NULL;
    }
    Context->TransmitNext = 0;
    Context->TransmitOldest = 0;
    Context->AsksForSent = FALSE;

    E1000Write(Context, E1000_TDBAL, (ULONG)Ring);
    E1000Write(Context, E1000_TDBAH, (ULONG)(Ring >> 32));
    E1000Write(Context, E1000_TDLEN, sizeof(Context->Shared->Transmit));
    E1000Write(Context, E1000_TDH, 0);
    E1000Write(Context, E1000_TDT, 0);
}

/* Copies a write's frame into a free descriptor. The chip sees it once TDT is written. */
static VOID
E1000FillDescriptor(PE1000_CONTEXT Context, ULONG Index, PIRP Irp)
{
    volatile E1000_TX_DESCRIPTOR *Descriptor = &Context->Shared->Transmit[Index];
    ULONG Length = IoGetCurrentIrpStackLocation(Irp)->Parameters.Write.Length;

    RtlCopyMemory(Context->Shared->TransmitBuffer[Index], E1000_IRP_DATA(Irp), Length);
    Descriptor->Length = (USHORT)Length;
    Descriptor->ChecksumOffset = 0;
    Descriptor->ChecksumStart = 0;
    Descriptor->Special = 0;
    Descriptor->Status = 0;
    Descriptor->Command =
        E1000_TX_COMMAND_EOP | E1000_TX_COMMAND_IFCS | E1000_TX_COMMAND_RS;

    Context->TransmitIrp[Index] = Irp;
    E1000_IRP_SLOT(Irp) = &Context->TransmitIrp[Index];
}

/*
 * Moves waiting writes into the ring while it has room. The IRPs keep their cancel
 * routine, now on the list Sent: with no link the chip may hold a frame for ever. One
 * that is being cancelled at this moment is sent too, which its canceller cannot tell
 * from being late. Returns whether any were moved.
 */
static BOOLEAN
E1000StartWrites(PE1000_CONTEXT Context)
{
    ULONG First = Context->TransmitNext;
    ULONG Next = (First + 1) % E1000_TX_COUNT;
    PLIST_ENTRY Entry;

    while (Next != Context->TransmitOldest && !IsListEmpty(&Context->Writes)) {
        Entry = RemoveHeadList(&Context->Writes);
        InsertTailList(&Context->Sent, Entry);
        E1000FillDescriptor(Context, Context->TransmitNext,
                            CONTAINING_RECORD(Entry, IRP, Tail.Overlay.ListEntry));
        Context->TransmitNext = Next;
        Next = (Next + 1) % E1000_TX_COUNT;
    }
    if (Context->TransmitNext == First) {
        return FALSE;
    }
    E1000Write(Context, E1000_TDT, Context->TransmitNext);
    return TRUE;
}

/* Counts a descriptor that the chip is done with and finishes its IRP, if it still has
 * it. */
static VOID
E1000ReclaimDescriptor(PE1000_CONTEXT Context, ULONG Index, PLIST_ENTRY Done)
{
    volatile E1000_TX_DESCRIPTOR *Descriptor = &Context->Shared->Transmit[Index];
    PIRP Irp = Context->TransmitIrp[Index];
    NTSTATUS Status = STATUS_SUCCESS;
    ULONG Length = 0;

    if (Descriptor->Status & (E1000_TX_STATUS_EC | E1000_TX_STATUS_LC)) {
        Context->Statistics.SendErrors++;
        Status = STATUS_IO_DEVICE_ERROR;
    } else {
        Length = Descriptor->Length;
        Context->Statistics.FramesSent++;
        Context->Statistics.BytesSent += Length;
    }
    Context->TransmitIrp[Index] = NULL;
    if (Irp != NULL) {
        E1000_IRP_SLOT(Irp) = NULL;
        if (E1000ClaimIrp(Irp)) {
            E1000FinishIrp(Irp, Status, Length, Done);
        }
    }
}

/* Takes back what the chip has sent, in order. */
static VOID
E1000ReclaimTransmits(PE1000_CONTEXT Context, PLIST_ENTRY Done)
{
    ULONG Index = Context->TransmitOldest;

    while (Index != Context->TransmitNext &&
           (Context->Shared->Transmit[Index].Status & E1000_TX_STATUS_DD)) {
        E1000ReclaimDescriptor(Context, Index, Done);
        Index = (Index + 1) % E1000_TX_COUNT;
    }
    Context->TransmitOldest = Index;
}

/*
 * Makes room in the ring, fills it, and looks what is sent already: an emulated chip sends
 * while it is told to. Only one that takes its time is asked to interrupt when it has sent,
 * until it is found to be that fast.
 */
VOID
E1000ServeTransmits(PE1000_CONTEXT Context, PLIST_ENTRY Done)
{
    BOOLEAN Started = FALSE;

    E1000ReclaimTransmits(Context, Done);
    if (!IsListEmpty(&Context->Writes)) {
        Started = E1000StartWrites(Context);
        E1000ReclaimTransmits(Context, Done);
    }
    if (Context->TransmitOldest != Context->TransmitNext) {
        if (!Context->AsksForSent) {
            Context->AsksForSent = TRUE;
            E1000AskForSent(Context, TRUE);
        }
    } else if (Context->AsksForSent && Started) {
        Context->AsksForSent = FALSE;
        E1000AskForSent(Context, FALSE);
    }
}
