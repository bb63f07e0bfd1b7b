/*
 * interface.c - a client with a routine for frames (frameinterface.h), instead of a read
 * request for each.
 *
 * The routine is called without a lock. What keeps others off the rings meanwhile is
 * Serving: only the server moves ReceiveNext and fills the transmit ring, and STOP waits
 * for it before it takes the memory away.
 */
#include <initguid.h>

#include "e1000.h"

#define E1000_WHILE (-10000LL) /* 1 ms */

static FRAME_SET_RECEIVER E1000SetReceiver;

/* Until nobody serves who began before this call. No lock held. PASSIVE_LEVEL. */
VOID
E1000WaitForServer(PE1000_CONTEXT Context)
{
    LARGE_INTEGER While = {.QuadPart = E1000_WHILE};
    LONG Serving;
    KIRQL OldIrql;

    do {
        KeAcquireSpinLock(&Context->Lock, &OldIrql);
        Serving = Context->Serving;
        KeReleaseSpinLock(&Context->Lock, OldIrql);
        if (Serving != 0) {
            KeDelayExecutionThread(KernelMode, FALSE, &While);
        }
    } while (Serving != 0);
}

/* Frames that the one before left in the ring are served at once. */
static NTSTATUS NTAPI
E1000SetReceiver(PVOID InterfaceContext, PFRAME_RECEIVE_ROUTINE Routine,
                 PVOID ReceiveContext)
{
    PE1000_CONTEXT Context = InterfaceContext;
    BOOLEAN Busy;
    KIRQL OldIrql;

    KeAcquireSpinLock(&Context->Lock, &OldIrql);
    Busy = Routine != NULL && Context->Receiver != NULL;
    if (!Busy) {
        /* The server reads both without the lock, in the other order: what it calls gets its
           own context, also when it is just being taken away. */
        if (Routine != NULL) {
            Context->ReceiverContext = ReceiveContext;
        }
        Context->Receiver = Routine;
    }
    KeReleaseSpinLock(&Context->Lock, OldIrql);
    if (Busy) {
        return STATUS_DEVICE_BUSY;
    }
    E1000WaitForServer(Context);
    E1000ServeHere(Context);
    return STATUS_SUCCESS;
}

/* The client's file keeps the device, and the interface with it. */
static VOID NTAPI
E1000InterfaceReferenced(PVOID Context)
{
    UNREFERENCED_PARAMETER(Context);
}

/*
 * IRP_MN_QUERY_INTERFACE. Returns the status with which it goes on down: STATUS_SUCCESS,
 * STATUS_BUFFER_TOO_SMALL, or what it came with if it is for somebody else.
 */
NTSTATUS
E1000QueryInterface(PE1000_CONTEXT Context, PIRP Irp)
{
    PIO_STACK_LOCATION Stack = IoGetCurrentIrpStackLocation(Irp);
    PFRAME_INTERFACE Interface =
        (PFRAME_INTERFACE)Stack->Parameters.QueryInterface.Interface;

    if (!IsEqualGUID(Stack->Parameters.QueryInterface.InterfaceType,
                     &GUID_FRAME_INTERFACE) ||
        Stack->Parameters.QueryInterface.Version != FRAME_INTERFACE_VERSION) {
        return Irp->IoStatus.Status;
    }
    if (Stack->Parameters.QueryInterface.Size < sizeof(*Interface)) {
        return STATUS_BUFFER_TOO_SMALL;
    }
    Interface->Size = sizeof(*Interface);
    Interface->Version = FRAME_INTERFACE_VERSION;
    Interface->Context = Context;
    Interface->InterfaceReference = E1000InterfaceReferenced;
    Interface->InterfaceDereference = E1000InterfaceReferenced;
    Interface->SetReceiver = E1000SetReceiver;
    return STATUS_SUCCESS;
}
