/*
 * receive.c - the receive ring: from descriptors that the chip has filled to read IRPs.
 *
 * The chip owns the descriptors from RDH up to, not including, RDT; the driver owns the
 * rest. A frame stays in its descriptor until a read wants it, so the ring itself is the
 * backlog: nothing is copied twice, and a client that does not read makes the chip, not
 * us, drop frames (RXO). Functions are called with Context->Lock held if they do not say
 * otherwise.
 */
#include "e1000.h"

/* Hands all buffers but one to the chip: RDT == RDH would mean that it has none. */
VOID
E1000PrepareReceive(PE1000_CONTEXT Context)
{
    ULONG64 Bus = (ULONG64)Context->SharedAddress.QuadPart;
    ULONG64 Ring = Bus + FIELD_OFFSET(E1000_SHARED, Receive);
    ULONG64 Buffers = Bus + FIELD_OFFSET(E1000_SHARED, ReceiveBuffer);
    ULONG Index;

    for (Index = 0; Index < E1000_RX_COUNT; Index++) {
        Context->Shared->Receive[Index].BufferAddress =
            Buffers + (ULONG64)Index * E1000_BUFFER_SIZE;
        Context->Shared->Receive[Index].Status = 0;
        Context->ReceiveBuffer[Index] = Context->Shared->ReceiveBuffer[Index];
    }
    Context->ReceiveNext = 0;
    Context->DiscardToEnd = FALSE;

    E1000Write(Context, E1000_RDBAL, (ULONG)Ring);
    E1000Write(Context, E1000_RDBAH, (ULONG)(Ring >> 32));
    E1000Write(Context, E1000_RDLEN, sizeof(Context->Shared->Receive));
    E1000Write(Context, E1000_RDH, 0);
    E1000Write(Context, E1000_RDT, E1000_RX_COUNT - 1);
}

/*
 * The length of the frame in a completed descriptor, or 0 if it holds none that is fit to
 * deliver. A frame never needs two descriptors, since a buffer is larger than any frame;
 * if the chip says otherwise, everything up to the frame's end is dropped. To look twice
 * at a good frame, because no read was there the first time, changes nothing.
 */
FORCEINLINE ULONG
E1000FrameLength(PE1000_CONTEXT Context, volatile E1000_RX_DESCRIPTOR *Descriptor)
{
    BOOLEAN Ends = (Descriptor->Status & E1000_RX_STATUS_EOP) != 0;
    BOOLEAN Whole = Ends && !Context->DiscardToEnd;
    ULONG Length = Descriptor->Length;

    Context->DiscardToEnd = !Ends;
    if (!Whole || (Descriptor->Errors & E1000_RX_ERROR_FRAME) ||
        Length < E1000_HEADER_SIZE || Length > E1000_RECEIVE_MAX) {
        Context->Statistics.Undersize += Whole && Length < E1000_HEADER_SIZE;
        Context->Statistics.Oversize += Whole && Length > E1000_RECEIVE_MAX;
        return 0;
    }
    return Length;
}

/* Whether the ring has something that a read could have. */
BOOLEAN
E1000FrameWaits(PE1000_CONTEXT Context)
{
    return (Context->Shared->Receive[Context->ReceiveNext].Status & E1000_RX_STATUS_DD) !=
           0;
}

/*
 * Copies a frame to its reader. A buffer that is too short gets the part that fits and
 * STATUS_BUFFER_OVERFLOW; the rest is gone, for half a frame is no use to the next
 * reader.
 */
static VOID
E1000DeliverFrame(PE1000_CONTEXT Context, PIRP Irp, ULONG Length, PLIST_ENTRY Done)
{
    ULONG Room = IoGetCurrentIrpStackLocation(Irp)->Parameters.Read.Length;
    ULONG Copied = Length <= Room ? Length : Room;

    RtlCopyMemory(E1000_IRP_DATA(Irp), Context->ReceiveBuffer[Context->ReceiveNext],
                  Copied);
    Context->Statistics.FramesReceived++;
    Context->Statistics.BytesReceived += Length;
    E1000FinishIrp(Irp, Length <= Room ? STATUS_SUCCESS : STATUS_BUFFER_OVERFLOW, Copied,
                   Done);
}

/*
 * Gives each received frame to the read that has waited longest; stops when frames or
 * reads run out. The descriptors go back to the chip at the end, all at once, so one call
 * handles at most a ring's worth however fast frames come in.
 */
VOID
E1000ReceiveFrames(PE1000_CONTEXT Context, PLIST_ENTRY Done)
{
    volatile E1000_RX_DESCRIPTOR *Descriptor;
    ULONG First = Context->ReceiveNext;
    ULONG Length;
    PIRP Irp;

    for (;;) {
        Descriptor = &Context->Shared->Receive[Context->ReceiveNext];
        if ((Descriptor->Status & E1000_RX_STATUS_DD) == 0) {
            break;
        }
        Length = E1000FrameLength(Context, Descriptor);
        if (Length == 0) {
            Context->Statistics.ReceiveErrors++;
        } else {
            Irp = E1000ClaimFirstIrp(&Context->Reads);
            if (Irp == NULL) {
                break;
            }
            E1000DeliverFrame(Context, Irp, Length, Done);
        }
        Descriptor->Status = 0;
        Context->ReceiveNext = (Context->ReceiveNext + 1) % E1000_RX_COUNT;
    }
    if (Context->ReceiveNext != First) {
        E1000Write(Context, E1000_RDT,
                   (Context->ReceiveNext + E1000_RX_COUNT - 1) % E1000_RX_COUNT);
    }
}

/*
 * Gives the frames that are in the ring to the receiver, and tells the chip first of the
 * answers, then of the buffers that are its own again. By the server, with no lock held:
 * the memory stays, since STOP waits for the server. At most a ring's worth, so that
 * others come to run. Done gets what sending the answers completed.
 */
VOID
E1000IndicateFrames(PE1000_CONTEXT Context, PFRAME_RECEIVE_ROUTINE Receiver,
                    PLIST_ENTRY Done)
{
    PVOID ReceiverContext = Context->ReceiverContext;
    volatile E1000_RX_DESCRIPTOR *Ring = Context->Shared->Receive;
    ULONG Next = Context->ReceiveNext;
    ULONG Count, Length, Answer;

    for (Count = 0; Count < E1000_RX_COUNT; Count++) {
        if ((Ring[Next].Status & E1000_RX_STATUS_DD) == 0) {
            break;
        }
        Length = E1000FrameLength(Context, &Ring[Next]);
        if (Length == 0) {
            Context->Statistics.ReceiveErrors++;
        } else {
            Context->Statistics.FramesReceived++;
            Context->Statistics.BytesReceived += Length;
            Answer = Receiver(ReceiverContext, Context->ReceiveBuffer[Next], Length);
            if (Answer != 0) {
                E1000SendAnswer(Context, Next, Answer, Done);
            }
        }
        Ring[Next].Status = 0;
        Next = (Next + 1) % E1000_RX_COUNT;
    }
    if (Count != 0) {
        E1000PushTransmits(Context);
        Context->ReceiveNext = Next;
        E1000Write(Context, E1000_RDT, (Next + E1000_RX_COUNT - 1) % E1000_RX_COUNT);
    }
}
