/*
 * e1000.h - one network adapter: its context, and what the driver's files ask of each
 * other. e1000.sys and e1000e.sys share all of it but what is said of E1000_CHIP.
 *
 * The context is the device extension of the function device, so it is nonpaged and lives
 * as long as the device object (IRP-13).
 *
 * Three rules keep the driver free of races:
 *  - The ISR shares one word with the rest, PendingCauses, and touches it with
 *    interlocked operations only. It takes no lock and needs none.
 *  - Lock guards everything else that changes after START. It is a leaf: no other lock is
 *    taken, no IRP is completed and no other driver is called while it is held (LCK-10).
 *    IRPs that are done are moved to a list of the caller's and completed after release.
 *  - An IRP that waits is on exactly one list of the context, with E1000CancelIrp as its
 *    cancel routine. Whoever gets that routine out of the IRP completes it (IRP-12).
 */
#pragma once

#include <ntddk.h>

#include <frameinterface.h>

#include "hw.h"

/*
 * 256 receive buffers absorb a burst while no read is pending: the ring is the backlog.
 * 64 transmit buffers are enough because writes beyond them wait in a list.
 */
#define E1000_RX_COUNT    256
#define E1000_TX_COUNT    64
#define E1000_BUFFER_SIZE 2048

/* Ethernet frames, in bytes, without the frame check sequence. */
#define E1000_HEADER_SIZE  14
#define E1000_SEND_MAX     1514
#define E1000_RECEIVE_MAX  1518 /* one VLAN tag more */
#define E1000_ADDRESS_SIZE 6

/* E1000_CAUSE_TXDW too while E1000_CONTEXT.AsksForSent is set. */
#define E1000_CAUSES_ENABLED (E1000_CAUSE_LSC | E1000_CAUSE_RXO | E1000_CAUSE_RXT0)

/* What every register of a chip that has left the bus reads as. */
#define E1000_GONE 0xFFFFFFFF

#define E1000_TAG 0x30303145 /* "E100", names us in the remove lock */

/* The one piece of memory that the chip reads and writes: a DMA common buffer. */
typedef struct _E1000_SHARED {
    volatile E1000_RX_DESCRIPTOR Receive[E1000_RX_COUNT];
    volatile E1000_TX_DESCRIPTOR Transmit[E1000_TX_COUNT];
    /* At first the buffers of the descriptors in turn; answers make them change places. */
    UCHAR ReceiveBuffer[E1000_RX_COUNT][E1000_BUFFER_SIZE];
    UCHAR TransmitBuffer[E1000_TX_COUNT][E1000_BUFFER_SIZE];
} E1000_SHARED, *PE1000_SHARED;

C_ASSERT(FIELD_OFFSET(E1000_SHARED, Transmit) % 128 == 0);
C_ASSERT(sizeof(E1000_RX_DESCRIPTOR) * E1000_RX_COUNT % 128 == 0);
C_ASSERT(sizeof(E1000_TX_DESCRIPTOR) * E1000_TX_COUNT % 128 == 0);

/* Where the chips differ by no more than a number; chip.c of each driver has them. */
typedef struct _E1000_CHIP {
    PCWSTR NamePrefix;               /* of the device objects; a number follows */
    ULONG ContextSize;               /* of an E1000_CONTEXT and what the driver adds */
    ULONG EepromDone;                /* EERD: the word is there */
    ULONG EepromAddressShift;        /* EERD: place of the word's number */
    ULONG Control;                   /* CTRL: what brings the link up */
    ULONG TransmitDescriptorControl; /* TXDCTL */
    ULONG TransmitGap;               /* TIPG for copper: IPGT, IPGR1, IPGR2 */
} E1000_CHIP, *PE1000_CHIP;

extern const E1000_CHIP E1000Chip;

/* Counters a client can query. All are 64 bits so that one table can name them. */
typedef struct _E1000_STATISTICS {
    ULONG64 FramesReceived;
    ULONG64 BytesReceived;
    ULONG64 ReceiveErrors; /* descriptors that did not hold one whole, sane frame */
    ULONG64 Overruns;      /* times the chip had no buffer left; each lost a frame */
    ULONG64 FramesSent;
    ULONG64 BytesSent;
    ULONG64 SendErrors;
    ULONG64 LinkChanges;
    ULONG64 Interrupts;     /* claimed; the ISR's, under its lock */
    ULONG64 Undersize;      /* with what the chip counted, up to the last query */
    ULONG64 Oversize;       /* the same */
    ULONG64 ChecksumErrors; /* the chip's alone */
} E1000_STATISTICS, *PE1000_STATISTICS;

typedef struct _E1000_CONTEXT {
    /* Read by the ISR, in this order: kept together on the first cache line. */
    PUCHAR Registers;
    volatile ULONG EnabledCauses; /* ICR shows the others too; written under Lock */
    volatile LONG PendingCauses;  /* interlocked: ISR sets bits, the DPC takes them */
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
    PE1000_SHARED Shared;
    PHYSICAL_ADDRESS SharedAddress; /* the same memory, as the chip addresses it */
    UCHAR Address[E1000_ADDRESS_SIZE];

    /* Interlocked; not 0: somebody empties the rings, and looks again when it has grown.
       Becomes 0 with Lock held. */
    volatile LONG Serving;

    KSPIN_LOCK Lock; /* guards all that follows */
    BOOLEAN Started;
    BOOLEAN Gone;         /* taken out without notice; only ever set */
    BOOLEAN Paused;       /* not started, but to be: requests wait for it */
    BOOLEAN LinkUp;       /* as last told */
    BOOLEAN DiscardToEnd; /* dropping the rest of a frame that spans descriptors */
    BOOLEAN AsksForSent;  /* the chip interrupts when it has sent */
    ULONG ReceiveNext;    /* descriptor that the chip completes next */
    ULONG TransmitNext;   /* descriptor that the next frame goes into */
    ULONG TransmitTold;   /* as TDT was written last */
    ULONG TransmitOldest; /* oldest descriptor not reclaimed; == TransmitNext: none */
    PUCHAR ReceiveBuffer[E1000_RX_COUNT];  /* of each descriptor; its BufferAddress is */
    PUCHAR TransmitBuffer[E1000_TX_COUNT]; /* the same, as the chip addresses it */
    PIRP TransmitIrp[E1000_TX_COUNT];      /* NULL if its IRP was cancelled meanwhile */
    PFRAME_RECEIVE_ROUTINE volatile Receiver; /* NULL: frames go to read requests */
    PVOID volatile ReceiverContext;           /* set before Receiver */
    LIST_ENTRY Reads;                         /* IRPs that wait for a frame */
    LIST_ENTRY Writes;  /* IRPs that wait for a transmit descriptor */
    LIST_ENTRY Sent;    /* IRPs whose frame is in a transmit descriptor */
    LIST_ENTRY Queries; /* IRPs that ask something, while Paused */
    E1000_STATISTICS Statistics;
} E1000_CONTEXT, *PE1000_CONTEXT;

/* What we keep in an IRP while it is ours: IRP.Tail.Overlay.DriverContext. */
#define E1000_IRP_DATA(Irp) ((Irp)->Tail.Overlay.DriverContext[0]) /* caller's bytes */
#define E1000_IRP_SLOT(Irp) ((Irp)->Tail.Overlay.DriverContext[1]) /* &TransmitIrp[n] */

static inline ULONG
E1000Read(PE1000_CONTEXT Context, ULONG Register)
{
    return READ_REGISTER_ULONG((PULONG)(Context->Registers + Register));
}

static inline VOID
E1000Write(PE1000_CONTEXT Context, ULONG Register, ULONG Value)
{
    WRITE_REGISTER_ULONG((PULONG)(Context->Registers + Register), Value);
}

/* Tells the chip of what has been filled since it was told last. */
static inline VOID
E1000PushTransmits(PE1000_CONTEXT Context)
{
    if (Context->TransmitTold != Context->TransmitNext) {
        Context->TransmitTold = Context->TransmitNext;
        E1000Write(Context, E1000_TDT, Context->TransmitNext);
    }
}

/* pnp.c */
DRIVER_DISPATCH E1000DispatchPnp;

/* resources.c */
PCM_PARTIAL_RESOURCE_DESCRIPTOR E1000FindResource(PCM_RESOURCE_LIST Translated,
                                                  UCHAR Type);
NTSTATUS E1000AcquireMemory(PE1000_CONTEXT Context, PCM_RESOURCE_LIST Translated);
VOID E1000ReleaseResources(PE1000_CONTEXT Context);

/* adapter.c */
NTSTATUS E1000ResetAdapter(PE1000_CONTEXT Context);
VOID E1000EnableAdapter(PE1000_CONTEXT Context);
VOID E1000SilenceAdapter(PE1000_CONTEXT Context);

/* chip.c, which each of the two drivers has its own of, like E1000Chip. */
VOID E1000InitializeDpcs(PE1000_CONTEXT Context);
NTSTATUS E1000ConnectInterrupt(PE1000_CONTEXT Context, PCM_RESOURCE_LIST Translated);
VOID E1000EnableInterrupts(PE1000_CONTEXT Context);
/* Whether the chip is to interrupt when it has sent. Lock is held, adapter started. */
VOID E1000AskForSent(PE1000_CONTEXT Context, BOOLEAN Ask);
/* Has E1000Serve called by a DPC. Lock is held, adapter started. */
VOID E1000RequestService(PE1000_CONTEXT Context);

/* isrdpc.c, in e1000.sys only */
KSERVICE_ROUTINE E1000Isr;
IO_DPC_ROUTINE E1000DpcForIsr;

/* serve.c */
VOID E1000Serve(PE1000_CONTEXT Context);
VOID E1000ServeHere(PE1000_CONTEXT Context);

/* interface.c */
VOID E1000WaitForServer(PE1000_CONTEXT Context);
NTSTATUS E1000QueryInterface(PE1000_CONTEXT Context, PIRP Irp);

/* receive.c and transmit.c; the caller holds Context->Lock, or is the server. */
VOID E1000PrepareReceive(PE1000_CONTEXT Context);
BOOLEAN E1000FrameWaits(PE1000_CONTEXT Context);
VOID E1000ReceiveFrames(PE1000_CONTEXT Context, PLIST_ENTRY Done);
VOID E1000IndicateFrames(PE1000_CONTEXT Context, PFRAME_RECEIVE_ROUTINE Receiver,
                         PLIST_ENTRY Done);
VOID E1000SendAnswer(PE1000_CONTEXT Context, ULONG Received, ULONG Length,
                     PLIST_ENTRY Done);
VOID E1000ReclaimTransmits(PE1000_CONTEXT Context, PLIST_ENTRY Done);
VOID E1000PrepareTransmit(PE1000_CONTEXT Context);
VOID E1000ServeTransmits(PE1000_CONTEXT Context, PLIST_ENTRY Done);

/* settings.c */
NTSTATUS E1000ReadSettings(PUNICODE_STRING RegistryPath);
ULONG E1000InterruptInterval(VOID); /* as ITR counts */

/* statistics.c; the caller holds Context->Lock. */
VOID E1000CollectStatistics(PE1000_CONTEXT Context);

/* link.c */
BOOLEAN E1000LinkChanged(PE1000_CONTEXT Context);
VOID E1000TellLink(PE1000_CONTEXT Context);

/* pause.c */
VOID E1000PauseTransmits(PE1000_CONTEXT Context);
NTSTATUS E1000QueueForStart(PE1000_CONTEXT Context, PLIST_ENTRY List, PIRP Irp);
NTSTATUS E1000HoldQuery(PE1000_CONTEXT Context, PIRP Irp);
VOID E1000ResumeIrps(PE1000_CONTEXT Context);

/* queue.c */
DRIVER_CANCEL E1000CancelIrp;
BOOLEAN E1000QueueIrp(PLIST_ENTRY List, PIRP Irp);
BOOLEAN E1000ClaimIrp(PIRP Irp);
PIRP E1000ClaimFirstIrp(PLIST_ENTRY List);
VOID E1000FinishIrp(PIRP Irp, NTSTATUS Status, ULONG Information, PLIST_ENTRY Done);
VOID E1000AbortIrps(PE1000_CONTEXT Context, PFILE_OBJECT FileObject, NTSTATUS Status);
NTSTATUS E1000CompleteIrp(PE1000_CONTEXT Context, PIRP Irp, NTSTATUS Status,
                          ULONG_PTR Information, CCHAR Boost);
VOID E1000CompleteList(PE1000_CONTEXT Context, PLIST_ENTRY Done);

/* io.c and query.c */
DRIVER_DISPATCH E1000DispatchCreateClose;
DRIVER_DISPATCH E1000DispatchCleanup;
DRIVER_DISPATCH E1000DispatchReadWrite;
DRIVER_DISPATCH E1000DispatchDeviceControl;
NTSTATUS E1000AnswerQuery(PE1000_CONTEXT Context, PIRP Irp);
NTSTATUS E1000Query(PE1000_CONTEXT Context, ULONG Oid, PVOID Buffer, ULONG Length,
                    PULONG_PTR Written);
