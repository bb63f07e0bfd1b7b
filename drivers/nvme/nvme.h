/*
 * The contexts of the NVMe driver and what its files offer each other.
 *
 * One functional device object per controller (NVME_CONTROLLER), one named device object
 * per namespace (NVME_DISK), and per processor one queue pair (NVME_QUEUE) whose
 * completions interrupt that processor. Reading order: driver.c, pnp.c, requirements.c,
 * interrupt.c, controller.c, admin.c, ring.c, disk.c (how it starts), then io.c, queue.c,
 * slot.c, prp.c (the way of a request down), isrdpc.c (its way back), and timeout.c,
 * recover.c, work.c (when it does not come).
 *
 * Locks: NVME_QUEUE.Lock for a queue pair, NVME_CONTROLLER.AdminLock for the admin pair;
 * never two together. No IRP is completed under either, and no ISR takes one.
 */
#pragma once

#include "hw.h"
#include "nvmeioctl.h"

#include <opens.h>

#define NVME_POOL_TAG 0x656D764E /* "Nvme" */

#define NVME_MAXIMUM_PROCESSORS 64
#define NVME_MAXIMUM_QUEUES     64
#define NVME_MAXIMUM_DISKS      8
#define NVME_ENTRIES            64                 /* of a ring, at most */
#define NVME_SLOTS              (NVME_ENTRIES - 1) /* a full ring has one entry free */
#define NVME_MAXIMUM_TRANSFER   0x40000
#define NVME_MAXIMUM_PAGES      (NVME_MAXIMUM_TRANSFER / NVME_PAGE + 1)
#define NVME_LIST_SIZE          0x200 /* PRP entries behind the first: never across a page */
#define NVME_ATTEMPTS           3
#define NVME_BATCH              16 /* completions taken at once */

C_ASSERT((NVME_MAXIMUM_PAGES - 1) * sizeof(ULONG64) <= NVME_LIST_SIZE);

typedef struct _NVME_CONTROLLER *PNVME_CONTROLLER;

typedef enum _NVME_KIND { NvmeKindController, NvmeKindDisk } NVME_KIND;

/* How every device extension of this driver begins. */
typedef struct _NVME_EXTENSION {
    NVME_KIND Kind;
    IO_REMOVE_LOCK RemoveLock;
} NVME_EXTENSION, *PNVME_EXTENSION;

typedef struct _NVME_DISK {
    NVME_EXTENSION Common; /* one reference of RemoveLock per IRP inside the driver */
    PNVME_CONTROLLER Controller;
    ULONG Namespace;
    ULONG BlockShift;
    ULONGLONG Length; /* in bytes */
    DISK_OPENS Opens;
} NVME_DISK, *PNVME_DISK;

/* A submission queue and its completion queue. Its owner's lock guards the indexes. */
typedef struct _NVME_RING {
    volatile NVME_COMMAND *Commands;
    volatile NVME_COMPLETION *Completions;
    PHYSICAL_ADDRESS CommandsAddress;
    PHYSICAL_ADDRESS CompletionsAddress;
    volatile ULONG *TailBell;
    volatile ULONG *HeadBell;
    ULONG Entries;
    ULONG Tail;
    ULONG Told; /* the tail that the device knows of */
    ULONG Head;
    ULONG Phase; /* NVME_PHASE or 0: what a new completion has */
} NVME_RING, *PNVME_RING;

typedef enum _NVME_SLOT_STATE {
    NvmeSlotFree,
    NvmeSlotMapping, /* claimed; its memory is being mapped */
    NvmeSlotReady,   /* its command is complete, and not given to the device */
    NvmeSlotIssued
} NVME_SLOT_STATE;

/* One command; its number is the command's identifier. Queue->Lock guards State and what
   follows it; the rest belongs to whoever maps or finishes the slot. */
typedef struct _NVME_SLOT {
    struct _NVME_QUEUE *Queue;
    ULONG Number;
    PIRP Irp;
    ULONG Processor;           /* that asked */
    PSCATTER_GATHER_LIST List; /* in Memory; NULL: a flush */
    NVME_COMMAND Command;
    NVME_SLOT_STATE State;
    ULONG Attempts;
    ULONG Deadline; /* in Controller->Ticks */
    BOOLEAN Late;   /* its abort is wanted or under way */
    UCHAR DECLSPEC_ALIGN(8) Memory[sizeof(SCATTER_GATHER_LIST) +
                                   NVME_MAXIMUM_PAGES * sizeof(SCATTER_GATHER_ELEMENT)];
} NVME_SLOT, *PNVME_SLOT;

typedef enum _NVME_QUEUE_STATE {
    NvmeQueueRunning,
    NvmeQueueFrozen, /* the controller is being reset: nothing is issued */
    NvmeQueueDead    /* it is gone, or could not be reset */
} NVME_QUEUE_STATE;

/* An I/O queue pair; number 0 is the admin pair, which is none of these. */
typedef struct _NVME_QUEUE {
    PNVME_CONTROLLER Controller;
    ULONG Number;
    ULONG Message;
    PVOID Memory; /* commands, completions, PRP lists */
    PHYSICAL_ADDRESS MemoryAddress;
    PUCHAR Lists;
    LONG PumpRequests; /* interlocked */
    LONG BellHolds;    /* interlocked; not 0: who holds it rings the tail's bell */
    KEVENT Idle;       /* set when closed and empty */

    KSPIN_LOCK Lock; /* guards all that follows */
    NVME_RING Ring;
    LIST_ENTRY Waiting;
    BOOLEAN Open;
    NVME_QUEUE_STATE State;
    ULONG FreeCount;
    UCHAR Free[NVME_SLOTS]; /* a stack of numbers */
    ULONG SlotCount;
    NVME_QUEUE_STATISTICS Statistics;
    NVME_SLOT Slots[NVME_SLOTS];
} NVME_QUEUE, *PNVME_QUEUE;

/* A message, or the line: the DPC that its ISR queues. */
typedef struct _NVME_MESSAGE {
    PNVME_CONTROLLER Controller;
    ULONG Number;
    ULONGLONG Interrupts; /* counted by the ISR, which runs on one processor at a time */
    KDPC Dpc;
} NVME_MESSAGE, *PNVME_MESSAGE;

/* What the worker has to do; Controller->Work. */
#define NVME_WORK_QUEUED 0x01
#define NVME_WORK_ABORT  0x02
#define NVME_WORK_RESET  0x04
#define NVME_WORK_EVENT  0x08
#define NVME_WORK_GONE   0x10

typedef struct _NVME_CONTROLLER {
    NVME_EXTENSION Common;
    PDEVICE_OBJECT Device;
    PDEVICE_OBJECT PhysicalDevice;
    PDEVICE_OBJECT LowerDevice;

    PUCHAR Registers; /* NULL while not started */
    ULONG RegistersLength;
    ULONG Capabilities; /* CAP, low half */
    ULONG BellStride;
    ULONG MaximumTransfer;
    BOOLEAN HasCache;
    CHAR Model[NVME_ID_MODEL_LENGTH + 1];
    PDMA_ADAPTER DmaAdapter;

    ULONG ConnectVersion; /* as IoConnectInterruptEx returned it, 0: not connected */
    union {
        PVOID Generic;
        PKINTERRUPT InterruptObject;
        PIO_INTERRUPT_MESSAGE_INFO MessageTable;
    } Connection;
    ULONG MessageCount; /* 1 for a line */
    NVME_MESSAGE Messages[NVME_MAXIMUM_QUEUES + 1];

    ULONG QueueCount;
    PNVME_QUEUE Queues[NVME_MAXIMUM_QUEUES];      /* I/O queue n is element n - 1 */
    PNVME_QUEUE QueueOf[NVME_MAXIMUM_PROCESSORS]; /* each processor's */
    ULONG DiskCount;
    PDEVICE_OBJECT Disks[NVME_MAXIMUM_DISKS];

    PVOID AdminMemory; /* commands, completions, and a page for data */
    PHYSICAL_ADDRESS AdminMemoryAddress;
    PUCHAR AdminData;
    KEVENT AdminDone;
    KSPIN_LOCK AdminLock; /* guards all to the next empty line */
    NVME_RING Admin;
    ULONG AdminAwaited; /* identifier of the command that is waited for */
    ULONG AdminNext;
    NVME_COMPLETION AdminAnswer;
    ULONG EventIdentifier; /* of the outstanding event request */
    ULONG EventResult;

    PIO_WORKITEM WorkItem;
    volatile LONG Work;  /* NVME_WORK_ */
    volatile LONG Ticks; /* seconds, counted by the timer */
    volatile LONG Closing;
    BOOLEAN Gone;  /* pulled out; the worker or the stop sets it */
    BOOLEAN Stuck; /* it did not stop: its memory may never be given away */
    ULONG Resets;
    ULONG Events;
} NVME_CONTROLLER;

static inline ULONG
NvmeRead(PNVME_CONTROLLER Controller, ULONG Offset)
{
    return READ_REGISTER_ULONG((volatile ULONG *)(Controller->Registers + Offset));
}

static inline VOID
NvmeWrite(PNVME_CONTROLLER Controller, ULONG Offset, ULONG Value)
{
    WRITE_REGISTER_ULONG((volatile ULONG *)(Controller->Registers + Offset), Value);
}

extern ULONG NvmeTimeoutSeconds; /* driver.c: TimeoutSeconds of the registry */

/* pnp.c */
DRIVER_DISPATCH NvmePnp;

/* leave.c */
NTSTATUS NvmeQueryLeave(PNVME_CONTROLLER Controller);
VOID NvmeCancelLeave(PNVME_CONTROLLER Controller);

/* requirements.c */
NTSTATUS NvmeFilterRequirements(PNVME_CONTROLLER Controller, PIRP Irp);

/* controller.c */
NTSTATUS NvmeStartController(PNVME_CONTROLLER Controller, PCM_RESOURCE_LIST Translated);
VOID NvmeStopController(PNVME_CONTROLLER Controller);

/* enable.c */
BOOLEAN NvmeDisable(PNVME_CONTROLLER Controller);
BOOLEAN NvmeEnable(PNVME_CONTROLLER Controller);
BOOLEAN NvmeIsGone(PNVME_CONTROLLER Controller);
VOID NvmeShutDown(PNVME_CONTROLLER Controller);

/* interrupt.c */
NTSTATUS NvmeConnectInterrupts(PNVME_CONTROLLER Controller);
VOID NvmeDisconnectInterrupts(PNVME_CONTROLLER Controller);

/* ring.c */
VOID NvmePlaceRing(PNVME_CONTROLLER Controller, PNVME_RING Ring, ULONG Number,
                   ULONG Entries, PVOID Memory, PHYSICAL_ADDRESS Address);
VOID NvmeResetRing(PNVME_RING Ring);
VOID NvmePutCommand(PNVME_RING Ring, const NVME_COMMAND *Command, ULONG Identifier);
BOOLEAN NvmeHasCompletion(const NVME_RING *Ring);

/* The rings as their owners serve them, who hold their locks. In line: each request needs
   all of these. */

/* Tells the device how far the commands reach. */
static inline VOID
NvmeRingTail(PNVME_RING Ring)
{
    Ring->Told = Ring->Tail;
    WRITE_REGISTER_ULONG(Ring->TailBell, Ring->Tail);
}

/* Copies the oldest new completion; FALSE: there is none. */
static inline BOOLEAN
NvmeTakeCompletion(PNVME_RING Ring, PNVME_COMPLETION Completion)
{
    ULONG Status = Ring->Completions[Ring->Head].Status;

    if ((Status & NVME_PHASE) != Ring->Phase) {
        return FALSE;
    }
    Completion->Result = Ring->Completions[Ring->Head].Result;
    Completion->Status = Status;
    Ring->Head++;
    if (Ring->Head == Ring->Entries) {
        Ring->Head = 0;
        Ring->Phase ^= NVME_PHASE;
    }
    return TRUE;
}

/* Gives the taken entries back to the device. */
static inline VOID
NvmeRingHead(PNVME_RING Ring)
{
    WRITE_REGISTER_ULONG(Ring->HeadBell, Ring->Head);
}

/* Tells the device of the commands that it does not know of. Queue->Lock is held; a queue
   that does not run is told nothing. */
static inline VOID
NvmeTellCommands(PNVME_QUEUE Queue)
{
    if (Queue->Ring.Told != Queue->Ring.Tail && Queue->State == NvmeQueueRunning) {
        NvmeRingTail(&Queue->Ring);
        Queue->Statistics.Bells++;
    }
}

/* admin.c */
NTSTATUS NvmeAllocateAdmin(PNVME_CONTROLLER Controller);
VOID NvmeFreeAdmin(PNVME_CONTROLLER Controller);
NTSTATUS NvmeAdmin(PNVME_CONTROLLER Controller, const NVME_COMMAND *Command,
                   PULONG Result);
NTSTATUS NvmeIdentify(PNVME_CONTROLLER Controller, ULONG What, ULONG Namespace);
VOID NvmeServiceAdmin(PNVME_CONTROLLER Controller);
NTSTATUS NvmeRequestEvents(PNVME_CONTROLLER Controller);
VOID NvmeArmEvent(PNVME_CONTROLLER Controller);

/* queues.c */
NTSTATUS NvmeAllocateQueues(PNVME_CONTROLLER Controller);
NTSTATUS NvmeCreateQueues(PNVME_CONTROLLER Controller);
VOID NvmeOpenQueues(PNVME_CONTROLLER Controller);
VOID NvmeDrainQueues(PNVME_CONTROLLER Controller);
VOID NvmeFreeQueues(PNVME_CONTROLLER Controller);

/* disk.c */
NTSTATUS NvmeCreateDisks(PNVME_CONTROLLER Controller);
VOID NvmePublishDisks(PNVME_CONTROLLER Controller);
VOID NvmeDeleteDisks(PNVME_CONTROLLER Controller);

/* io.c */
DRIVER_DISPATCH NvmeCreateClose;
DRIVER_DISPATCH NvmeReadWriteFlush;
VOID NvmeCompleteIrp(PIRP Irp, NTSTATUS Status, ULONG_PTR Information);
VOID NvmeCompleteDiskIrp(PIRP Irp, NTSTATUS Status);

/* ioctl.c */
DRIVER_DISPATCH NvmeDeviceControl;
VOID NvmeReportQueues(PNVME_CONTROLLER Controller);

/* queue.c */
VOID NvmeEnqueueIrp(PNVME_QUEUE Queue, PIRP Irp, ULONG Processor);
PIRP NvmeClaimIrp(PNVME_QUEUE Queue);
VOID NvmeFailWaiting(PNVME_QUEUE Queue, NTSTATUS Status);

/* slot.c */
VOID NvmePump(PNVME_QUEUE Queue);
VOID NvmeFinishSlots(PNVME_QUEUE Queue, const UCHAR *Numbers, const NTSTATUS *Statuses,
                     ULONG Count);
VOID NvmeIssueLocked(PNVME_SLOT Slot);

/* prp.c */
NTSTATUS NvmeFillCommand(PNVME_SLOT Slot);

/* status.c */
NTSTATUS NvmeTranslateStatus(ULONG Status);

/* isrdpc.c */
KSERVICE_ROUTINE NvmeLineIsr;
KMESSAGE_SERVICE_ROUTINE NvmeMessageIsr;
KDEFERRED_ROUTINE NvmeDpc;
VOID NvmeServiceQueue(PNVME_QUEUE Queue);

/* timeout.c */
IO_TIMER_ROUTINE NvmeTimer;
VOID NvmeAbortLate(PNVME_CONTROLLER Controller);

/* work.c */
VOID NvmeRequestWork(PNVME_CONTROLLER Controller, LONG Work);

/* recover.c */
VOID NvmeReset(PNVME_CONTROLLER Controller);
VOID NvmeGiveUp(PNVME_CONTROLLER Controller);
