/*
 * Enabling and disabling the controller, and its queues: ring the bell, take completions.
 */
#include "controller.h"

#define NVME_CAP     0x00
#define NVME_CAP_TOP 0x04
#define NVME_CC      0x14
#define NVME_CSTS    0x1C
#define NVME_AQA     0x24
#define NVME_ASQ     0x28
#define NVME_ACQ     0x30
#define NVME_BELLS   0x1000

#define CAP_TIMEOUT_SHIFT  24 /* of the low half, in units of 500 ms */
#define CAP_STRIDE_MASK    0xF
#define CAP_SMALLEST_SHIFT 16 /* of the high half: smallest page, 4 KiB << n */

#define CC_ENABLE        0x00000001
#define CC_COMMAND_SIZES 0x00460000 /* commands of 64 bytes, completions of 16 */
#define CSTS_READY       0x1
#define CSTS_FATAL       0x2
#define COMPLETION_PHASE 0x00010000
#define STATUS_SHIFT     17
#define PAGES_OF_QUEUE   3 /* commands, completions, data */

QUEUE Queues[QUEUES];
static SHARED_MEMORY Memory;
static ULONG BellStride;
static KSPIN_LOCK DrainLock; /* zero is free; heads and phases */

static VOID
RingBell(ULONG Bell, ULONG Value)
{
    DeviceWrite(NVME_BELLS + Bell * BellStride, Value);
}

static VOID
WriteAddress(ULONG Register, ULONG64 Address)
{
    DeviceWrite(Register, (ULONG)Address);
    DeviceWrite(Register + 4, (ULONG)(Address >> 32));
}

/* Waits for CSTS.RDY to be Ready, as long as CAP.TO allows. */
static BOOLEAN
AwaitReady(ULONG Ready)
{
    ULONG Limit = ((DeviceRead(NVME_CAP) >> CAP_TIMEOUT_SHIFT) + 1) * 500;

    for (ULONG Waited = 0; Waited < Limit; Waited += 5) {
        ULONG State = DeviceRead(NVME_CSTS);

        if ((State & CSTS_FATAL) != 0) {
            return FALSE;
        }
        if ((State & CSTS_READY) == Ready) {
            return TRUE;
        }
        KtapSleep(5);
    }
    return FALSE;
}

static VOID
PlaceQueues(VOID)
{
    RtlZeroMemory(Queues, sizeof(Queues));
    for (ULONG Number = 0; Number < QUEUES; Number++) {
        PQUEUE Queue = &Queues[Number];
        ULONG Offset = Number * PAGES_OF_QUEUE * PAGE;

        Queue->Commands = (PVOID)(Memory.Virtual + Offset);
        Queue->CommandsAddress = (ULONG64)Memory.Physical.QuadPart + Offset;
        Queue->Completions = (PVOID)(Memory.Virtual + Offset + PAGE);
        Queue->CompletionsAddress = Queue->CommandsAddress + PAGE;
        Queue->Data = Memory.Virtual + Offset + 2 * PAGE;
        Queue->DataAddress = Queue->CommandsAddress + 2 * PAGE;
        Queue->Phase = 1;
    }
    Queues[0].Exists = TRUE;
}

BOOLEAN
StartController(VOID)
{
    ULONG Top = DeviceRead(NVME_CAP_TOP);

    BellStride = 4u << (Top & CAP_STRIDE_MASK);
    if ((Top >> CAP_SMALLEST_SHIFT & 0xF) != 0 ||
        Pci.Length < NVME_BELLS + QUEUES * 2 * BellStride) {
        return FALSE;
    }
    DeviceWrite(NVME_CC, 0);
    if (!AwaitReady(0) || !AllocateShared(&Memory, QUEUES * PAGES_OF_QUEUE * PAGE)) {
        return FALSE;
    }
    PlaceQueues();
    DeviceWrite(NVME_AQA, (QUEUE_DEPTH - 1) << 16 | (QUEUE_DEPTH - 1));
    WriteAddress(NVME_ASQ, Queues[0].CommandsAddress);
    WriteAddress(NVME_ACQ, Queues[0].CompletionsAddress);
    DeviceWrite(NVME_CC, CC_COMMAND_SIZES | CC_ENABLE);
    return AwaitReady(CSTS_READY);
}

BOOLEAN
StopController(VOID)
{
    DeviceWrite(NVME_CC, 0);
    if (!AwaitReady(0)) {
        return FALSE; /* it may still write: the memory stays */
    }
    FreeShared(&Memory);
    return TRUE;
}

VOID
SubmitCommand(ULONG Number, const NVME_COMMAND *Command)
{
    PQUEUE Queue = &Queues[Number];

    Queue->Commands[Queue->Tail] = *Command;
    Queue->Tail = (Queue->Tail + 1) % QUEUE_DEPTH;
    RingBell(Number * 2, Queue->Tail);
}

BOOLEAN
HasCompletion(ULONG Number)
{
    PQUEUE Queue = &Queues[Number];
    ULONG Status = Queue->Completions[Queue->Head].Status;

    return ((Status & COMPLETION_PHASE) != 0) == (Queue->Phase != 0);
}

static VOID
TakeCompletion(ULONG Number)
{
    PQUEUE Queue = &Queues[Number];

    Queue->Status = Queue->Completions[Queue->Head].Status >> STATUS_SHIFT;
    Queue->Result = Queue->Completions[Queue->Head].Result;
    Queue->Head = (Queue->Head + 1) % QUEUE_DEPTH;
    Queue->Phase ^= Queue->Head == 0;
    RingBell(Number * 2 + 1, Queue->Head);
    Queue->Completed++;
}

/* A DPC may be running still when the message's next one starts on another processor. */
VOID
DrainQueues(ULONG Message)
{
    KeAcquireSpinLockAtDpcLevel(&DrainLock);
    for (ULONG Number = 0; Number < QUEUES; Number++) {
        while (Queues[Number].Exists && Queues[Number].Message == Message &&
               HasCompletion(Number)) {
            TakeCompletion(Number);
        }
    }
    KeReleaseSpinLockFromDpcLevel(&DrainLock);
}

BOOLEAN
AwaitCompleted(ULONG Number, LONG Completed)
{
    return KtapAwait(&Queues[Number].Completed, Completed);
}
