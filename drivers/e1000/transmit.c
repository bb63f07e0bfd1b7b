/*
 * transmit.c - the transmit ring: from write IRPs to descriptors, and back when sent.
 *
 * The chip owns the descriptors from TDH up to, not including, TDT. One descriptor always
 * stays empty, because TDT == TDH means that there is nothing to send. The frame of a write
 * is copied into its descriptor's own buffer: 1514 bytes cost less than a scatter/gather
 * list, and the caller's memory is free to go when its IRP is cancelled. The answer to a
 * frame is not: it stands in a receive buffer, and buffers change places. Functions are called with
 * Context->Lock held, and fill the ring as its server only.
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
        Context->TransmitBuffer[Index] = Context->Shared->TransmitBuffer[Index];
        Context->TransmitIrp[Index] = NULL;
    }
    Context->TransmitNext = 0;
    Context->TransmitTold = 0;
    Context->TransmitOldest = 0;
    Context->AsksForSent = FALSE;

    E1000Write(Context, E1000_TDBAL, (ULONG)Ring);
    E1000Write(Context, E1000_TDBAH, (ULONG)(Ring >> 32));
    E1000Write(Context, E1000_TDLEN, sizeof(Context->Shared->Transmit));
    E1000Write(Context, E1000_TDH, 0);
    E1000Write(Context, E1000_TDT, 0);
}

static BOOLEAN
E1000HasRoom(PE1000_CONTEXT Context)
{
    return (Context->TransmitNext + 1) % E1000_TX_COUNT != Context->TransmitOldest;
}

/* Makes the next descriptor, which is free and has number Index, send Length bytes of its
 * buffer. The chip sees it with the next E1000PushTransmits. */
FORCEINLINE VOID
E1000FillDescriptor(PE1000_CONTEXT Context, volatile E1000_TX_DESCRIPTOR *Descriptor,
                    ULONG Index, ULONG Length)
{
    Descriptor->Control = E1000_TX_CONTROL(
        Length, E1000_TX_COMMAND_EOP | E1000_TX_COMMAND_IFCS | E1000_TX_COMMAND_RS);
    Context->TransmitNext = (Index + 1) % E1000_TX_COUNT;
}

/* Moves a write that waits into the ring. */
static VOID
E1000StartWrite(PE1000_CONTEXT Context)
{
    PLIST_ENTRY Entry = RemoveHeadList(&Context->Writes);
    PIRP Irp = CONTAINING_RECORD(Entry, IRP, Tail.Overlay.ListEntry);
    ULONG Index = Context->TransmitNext;
    PIRP *Slot = &Context->TransmitIrp[Index];
    ULONG Length = IoGetCurrentIrpStackLocation(Irp)->Parameters.Write.Length;

    InsertTailList(&Context->Sent, Entry);
    *Slot = Irp;
    E1000_IRP_SLOT(Irp) = Slot;
    RtlCopyMemory(Context->TransmitBuffer[Index], E1000_IRP_DATA(Irp), Length);
    E1000FillDescriptor(Context, &Context->Shared->Transmit[Index], Index, Length);
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
    BOOLEAN Started = FALSE;

    while (!IsListEmpty(&Context->Writes) && E1000HasRoom(Context)) {
        E1000StartWrite(Context);
        Started = TRUE;
    }
    E1000PushTransmits(Context);
    return Started;
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
VOID
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

/* Makes room in a full ring, if the chip has sent anything of it. No lock held. */
static BOOLEAN
E1000MakeRoom(PE1000_CONTEXT Context, PLIST_ENTRY Done)
{
    KeAcquireSpinLockAtDpcLevel(&Context->Lock);
    E1000PushTransmits(Context);
    E1000ReclaimTransmits(Context, Done);
    KeReleaseSpinLockFromDpcLevel(&Context->Lock);
    return E1000HasRoom(Context);
}

/* Sends what is in the buffer of a receive descriptor: it and that of the next descriptor to
 * send change places. */
FORCEINLINE VOID
E1000ExchangeAndFill(PE1000_CONTEXT Context, ULONG Received, ULONG Length)
{
    ULONG Sent = Context->TransmitNext;
    volatile E1000_TX_DESCRIPTOR *To = &Context->Shared->Transmit[Sent];
    volatile E1000_RX_DESCRIPTOR *From = &Context->Shared->Receive[Received];
    PUCHAR Buffer = Context->TransmitBuffer[Sent];
    ULONG64 Address = To->BufferAddress;

    Context->TransmitBuffer[Sent] = Context->ReceiveBuffer[Received];
    Context->ReceiveBuffer[Received] = Buffer;
    To->BufferAddress = From->BufferAddress;
    From->BufferAddress = Address;
    E1000FillDescriptor(Context, To, Sent, Length);
}

/* An answer that is no frame, or for which there is no room yet. */
static __attribute__((noinline)) VOID
E1000SendDifficultAnswer(PE1000_CONTEXT Context, ULONG Received, ULONG Length,
                         PLIST_ENTRY Done)
{
    if (Length < E1000_HEADER_SIZE || Length > E1000_SEND_MAX ||
        !E1000MakeRoom(Context, Done)) {
        Context->Statistics.SendErrors++;
        return;
    }
    E1000ExchangeAndFill(Context, Received, Length);
}

/* Puts a receiver's answer, in the buffer of a receive descriptor, into the ring. One that
 * finds no room, or is no frame, is lost: waiting is for requests. By the server, with no
 * lock held. */
VOID
E1000SendAnswer(PE1000_CONTEXT Context, ULONG Received, ULONG Length, PLIST_ENTRY Done)
{
    if (Length < E1000_HEADER_SIZE || Length > E1000_SEND_MAX || !E1000HasRoom(Context)) {
        E1000SendDifficultAnswer(Context, Received, Length, Done);
        return;
    }
    E1000ExchangeAndFill(Context, Received, Length);
}
