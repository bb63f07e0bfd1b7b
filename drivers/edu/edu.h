/*
 * edu.h - the context of one edu device, and what the driver's files ask of each other.
 *
 * The classic shape of a driver for a device that does one thing at a time: requests are
 * packets in the I/O manager's device queue, StartIo puts the first into the device, ISR
 * and DpcForIsr bring it back and start the next. Three parties may want to end the
 * request that the device works on: the DPC, the timer when the device is silent, and
 * STOP. Whoever takes it out of Active, under Lock, completes it.
 *
 * The cancel spin lock guards the device queue and every cancel routine (IRP-2). It is
 * never taken with Lock held. A packet can be cancelled only while it waits:
 * NonCancelable of IoSetStartIoAttributes takes its routine when its turn has come
 * (IRP-4).
 */
#pragma once

#include <ntddk.h>
#include "eduioctl.h"
#include "hw.h"

#define EDU_TAG 0x20756465 /* "edu ", names us in the remove lock */

typedef struct _EDU_CONTEXT {
    /* What the ISR uses. */
    PUCHAR Registers;
    volatile LONG PendingCauses; /* interlocked: ISR sets bits, the DPC takes them */
    volatile LONG IsrCalls;      /* interlocked */
    volatile LONG LooksAway;  /* interlocked: IOCTL_EDU_STORM; the ISR claims nothing */
    volatile LONG Interrupts; /* interlocked */
    PDEVICE_OBJECT FunctionDevice;

    /* Set in AddDevice, constant afterwards. */
    PDEVICE_OBJECT PhysicalDevice;
    PDEVICE_OBJECT LowerDevice;
    IO_REMOVE_LOCK RemoveLock; /* one reference for each IRP inside the driver */

    /* Resources, changed by PnP requests only, which the PnP manager sends one by one. */
    ULONG ConnectVersion; /* says what Connection is (CON-18); 0: not connected */
    union {
        PVOID Generic;
        PKINTERRUPT InterruptObject;
        PIO_INTERRUPT_MESSAGE_INFO MessageTable;
    } Connection;
    PDMA_ADAPTER DmaAdapter;
    PUCHAR Buffer;                  /* what the device copies from and to */
    PHYSICAL_ADDRESS BufferAddress; /* the same memory, as the device addresses it */

    KSPIN_LOCK Lock;     /* a leaf; guards all that follows and the device's registers */
    NTSTATUS Refusal;    /* what new requests get; STATUS_SUCCESS: they are served */
    BOOLEAN Paused;      /* not started, but to be: requests wait for it */
    PIRP Held;           /* the one of them whose turn it is, or NULL */
    PIRP Active;         /* the request that the device works on, or NULL */
    ULONG AwaitedCauses; /* of Active, not seen yet */
    ULONG SecondsLeft;   /* before Active has taken too long */
    ULONG DpcRuns;
    ULONG Completed;
    ULONG TimedOut;
} EDU_CONTEXT, *PEDU_CONTEXT;

static inline ULONG
EduRead(PEDU_CONTEXT Context, ULONG Register)
{
    return READ_REGISTER_ULONG((PULONG)(Context->Registers + Register));
}

static inline VOID
EduWrite(PEDU_CONTEXT Context, ULONG Register, ULONG Value)
{
    WRITE_REGISTER_ULONG((PULONG)(Context->Registers + Register), Value);
}

/* pnp.c */
DRIVER_DISPATCH EduDispatchPnp;

/* resources.c */
NTSTATUS EduAcquireResources(PEDU_CONTEXT Context, PCM_RESOURCE_LIST Translated);
VOID EduReleaseResources(PEDU_CONTEXT Context);

/* dma.c */
NTSTATUS EduAcquireBuffer(PEDU_CONTEXT Context);
VOID EduReleaseBuffer(PEDU_CONTEXT Context);
VOID EduStartTransfer(PEDU_CONTEXT Context, PIRP Irp);

/* isrdpc.c */
KSERVICE_ROUTINE EduIsr;
KMESSAGE_SERVICE_ROUTINE EduMessageIsr;
IO_DPC_ROUTINE EduDpcForIsr;

/* request.c */
DRIVER_STARTIO EduStartIo;
IO_TIMER_ROUTINE EduTimer;
PIRP EduTakeActive(PEDU_CONTEXT Context, NTSTATUS Status);
VOID EduEndRequest(PEDU_CONTEXT Context, PIRP Irp);
VOID EduFailRequest(PEDU_CONTEXT Context, PIRP Irp, NTSTATUS Status);
VOID EduAbortActive(PEDU_CONTEXT Context, NTSTATUS Reason);

/* pause.c */
BOOLEAN EduHoldPacket(PEDU_CONTEXT Context, PIRP Irp);
VOID EduHoldActive(PEDU_CONTEXT Context);
VOID EduAbortHeld(PEDU_CONTEXT Context, PFILE_OBJECT FileObject, NTSTATUS Reason);
VOID EduResume(PEDU_CONTEXT Context);

/* queue.c */
DRIVER_DISPATCH EduDispatchCleanup;
NTSTATUS EduEnterIrp(PEDU_CONTEXT Context, PIRP Irp);
NTSTATUS EduQueueRequest(PEDU_CONTEXT Context, PIRP Irp);
NTSTATUS EduCompleteIrp(PEDU_CONTEXT Context, PIRP Irp, NTSTATUS Status,
                        ULONG_PTR Information);

/* io.c */
DRIVER_DISPATCH EduDispatchCreateClose;
DRIVER_DISPATCH EduDispatchReadWrite;
DRIVER_DISPATCH EduDispatchDeviceControl;
