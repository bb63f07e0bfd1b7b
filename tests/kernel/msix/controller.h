/*
 * controller.h: as much of NVM Express 1.4 as reading sectors takes: the admin queues, and
 * I/O queue pairs whose completions are sent as a message of one's choice.
 */
#pragma once

#include "messages.h"

#define QUEUES      10 /* the admin pair is number 0 */
#define QUEUE_DEPTH 16
#define PAGE        0x1000
#define SECTOR      512

typedef struct _NVME_COMMAND {
    ULONG Operation; /* opcode, and an identifier of ours in the high half */
    ULONG Namespace;
    ULONG64 Reserved;
    ULONG64 Metadata;
    ULONG64 Data[2];
    ULONG Arguments[6]; /* command dwords 10 to 15 */
} NVME_COMMAND, *PNVME_COMMAND;

typedef struct _NVME_COMPLETION {
    ULONG Result;
    ULONG Reserved;
    ULONG Queue;
    ULONG Status; /* identifier, phase (bit 16), and above it the status */
} NVME_COMPLETION;

C_ASSERT(sizeof(NVME_COMMAND) == 64);
C_ASSERT(sizeof(NVME_COMPLETION) == 16);

/* A pair. Each has one command under way at a time in these tests, or one a message. */
typedef struct _QUEUE {
    BOOLEAN Exists;
    ULONG Message; /* its completions go to the DPC of this one */
    volatile NVME_COMMAND *Commands;
    volatile NVME_COMPLETION *Completions;
    PUCHAR Data; /* a page */
    ULONG64 CommandsAddress, CompletionsAddress, DataAddress;
    USHORT Tail, Head;
    USHORT Phase;
    ULONG Status, Result; /* of the last completion; constant until the next command */
    volatile LONG Completed;
} QUEUE, *PQUEUE;

extern QUEUE Queues[QUEUES];

/* Gets memory and enables the controller; message 0 has to be connected for all that
   follows. FALSE: no memory, or not ready within the time that CAP says. */
BOOLEAN StartController(VOID);
/* Disables it, so that it forgets its queues, and frees the memory. */
BOOLEAN StopController(VOID);
/* Asks for Pairs I/O queue pairs, and learns the first namespace. */
BOOLEAN PrepareQueues(ULONG Pairs);
/* Vector: what the device sends; Message: the message that this is. */
BOOLEAN CreateQueue(ULONG Number, ULONG Vector, ULONG Message);

/* Hands a command to a queue; returns at once. Any IRQL. */
VOID SubmitCommand(ULONG Number, const NVME_COMMAND *Command);
/* Has a sector read through a queue; returns at once. Any IRQL. */
VOID StartRead(ULONG Number, ULONG Sector);
/* Waits until the queue has completed so many commands since it exists. */
BOOLEAN AwaitCompleted(ULONG Number, LONG Completed);
/* Whether the last read succeeded, and brought what the image has there. */
BOOLEAN IsSector(ULONG Number, ULONG Sector);
/* Whether the device has written a completion that the DPC has not seen. */
BOOLEAN HasCompletion(ULONG Number);

/* Takes the completions of the message's queues; what the DPC of a message does. */
MESSAGE_WORK DrainQueues;
