/*
 * serve.c - emptying the rings, by one processor at a time.
 *
 * What a completion routine does is its client's affair, and what most do is send the next
 * request. Were that request served where it comes in, a frame that waits would complete
 * it at once, its completion routine would send another one, and a flood of frames would
 * end at the bottom of the stack. So whoever serves says so (Serving), a request that
 * comes meanwhile is queued only, and the server looks again when it has completed what
 * was done. That also gathers the answers a client sends to a burst of frames: they go
 * into the transmit ring together, and the chip is told once.
 */
#include "e1000.h"

#define E1000_PASSES 16 /* of one server, each over a ring at most; then others may run */

/*
 * Takes what is done from both rings to Done, or the frames to their receiver. Returns
 * whether to look again: something was done, which may lead to more, or has come since.
 * The server is no longer one when this returns FALSE.
 */
static BOOLEAN
E1000ServePass(PE1000_CONTEXT Context, PLIST_ENTRY Done)
{
    LONG Asked = Context->Serving;
    PFRAME_RECEIVE_ROUTINE Receiver = Context->Started ? Context->Receiver : NULL;
    BOOLEAN More = FALSE;

    InitializeListHead(Done);
    if (Receiver != NULL) {
        E1000IndicateFrames(Context, Receiver, Done);
    }
    KeAcquireSpinLockAtDpcLevel(&Context->Lock);
    if (Context->Started) {
        if (Receiver == NULL) {
            E1000ReceiveFrames(Context, Done);
        } else {
            More = E1000FrameWaits(Context);
        }
        E1000ServeTransmits(Context, Done);
    }
    /* Who asked since this pass began has gone, and may have seen what it has not. */
    More = More || !IsListEmpty(Done) ||
           InterlockedCompareExchange(&Context->Serving, 0, Asked) != Asked;
    KeReleaseSpinLockFromDpcLevel(&Context->Lock);
    return More;
}

/* The server has served long enough: a DPC goes on, after those that wait already. */
static VOID
E1000ServeLater(PE1000_CONTEXT Context)
{
    KeAcquireSpinLockAtDpcLevel(&Context->Lock);
    Context->Serving = 0;
    if (Context->Started) {
        E1000RequestService(Context);
    }
    KeReleaseSpinLockFromDpcLevel(&Context->Lock);
}

/*
 * Empties the rings and completes what is done, unless another processor, or a caller
 * further up on this stack, is at it: that one looks again. DISPATCH_LEVEL, no lock held;
 * the caller keeps the context alive.
 */
VOID
E1000Serve(PE1000_CONTEXT Context)
{
    BOOLEAN More = TRUE;
    LIST_ENTRY Done;
    ULONG Pass;

    if (InterlockedIncrement(&Context->Serving) != 1) {
        return;
    }
    for (Pass = 0; More && Pass < E1000_PASSES; Pass++) {
        More = E1000ServePass(Context, &Done);
        E1000CompleteList(Context, &Done);
    }
    if (More) {
        E1000ServeLater(Context);
    }
}

/* The same at <= DISPATCH_LEVEL. */
VOID
E1000ServeHere(PE1000_CONTEXT Context)
{
    KIRQL OldIrql;

    KeRaiseIrql(DISPATCH_LEVEL, &OldIrql);
    E1000Serve(Context);
    KeLowerIrql(OldIrql);
}
