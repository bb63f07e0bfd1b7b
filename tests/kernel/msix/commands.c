/*
 * The commands: admin ones, which are waited for, and reads. The image has in each sector
 * its number, and behind that a mix of it (tools/harness/disk.py, pattern_sector).
 */
#include "controller.h"

#define ADMIN_CREATE_SUBMISSION 0x01
#define ADMIN_CREATE_COMPLETION 0x05
#define ADMIN_IDENTIFY          0x06
#define ADMIN_SET_FEATURES      0x09
#define COMMAND_READ            0x02

#define FEATURE_QUEUES 0x07

#define QUEUE_CONTIGUOUS 0x1
#define QUEUE_INTERRUPTS 0x2
#define NAMESPACE        1

/* Of the namespace's identification. */
#define IDENTIFY_FORMAT     26 /* which of the formats is used, bits 0 to 3 */
#define IDENTIFY_FORMATS    128
#define FORMAT_SIZE_SHIFT   16
#define LOGARITHM_OF_SECTOR 9
#define WORDS_OF_SECTOR     (SECTOR / sizeof(ULONG64))
#define MIX_INCREMENT       0x9E3779B97F4A7C15ULL
#define MIX_FIRST           0xBF58476D1CE4E5B9ULL
#define MIX_SECOND          0x94D049BB133111EBULL

static BOOLEAN
RunAdmin(const NVME_COMMAND *Command)
{
    LONG Next = Queues[0].Completed + 1;

    SubmitCommand(0, Command);
    return AwaitCompleted(0, Next) && Queues[0].Status == 0;
}

/* Reads must be of the sectors that IsSector knows. */
static BOOLEAN
HasSectors(VOID)
{
    NVME_COMMAND Command = {.Operation = ADMIN_IDENTIFY, .Namespace = NAMESPACE};
    ULONG Format;

    Command.Data[0] = Queues[0].DataAddress;
    if (!RunAdmin(&Command)) {
        return FALSE;
    }
    Format = ((PULONG)(Queues[0].Data +
                       IDENTIFY_FORMATS))[Queues[0].Data[IDENTIFY_FORMAT] & 0xF];
    return (Format >> FORMAT_SIZE_SHIFT & 0xFF) == LOGARITHM_OF_SECTOR;
}

BOOLEAN
PrepareQueues(ULONG Pairs)
{
    NVME_COMMAND Command = {.Operation = ADMIN_SET_FEATURES};

    Command.Arguments[0] = FEATURE_QUEUES;
    Command.Arguments[1] = (Pairs - 1) << 16 | (Pairs - 1);
    return RunAdmin(&Command) && (Queues[0].Result & 0xFFFF) >= Pairs - 1 &&
           Queues[0].Result >> 16 >= Pairs - 1 && HasSectors();
}

BOOLEAN
CreateQueue(ULONG Number, ULONG Vector, ULONG Message)
{
    PQUEUE Queue = &Queues[Number];
    NVME_COMMAND Completion = {.Operation = ADMIN_CREATE_COMPLETION};
    NVME_COMMAND Submission = {.Operation = ADMIN_CREATE_SUBMISSION};

    Completion.Data[0] = Queue->CompletionsAddress;
    Completion.Arguments[0] = (QUEUE_DEPTH - 1) << 16 | Number;
    Completion.Arguments[1] = Vector << 16 | QUEUE_INTERRUPTS | QUEUE_CONTIGUOUS;
    Submission.Data[0] = Queue->CommandsAddress;
    Submission.Arguments[0] = (QUEUE_DEPTH - 1) << 16 | Number;
    Submission.Arguments[1] = Number << 16 | QUEUE_CONTIGUOUS;
    Queue->Message = Message;
    Queue->Exists = RunAdmin(&Completion) && RunAdmin(&Submission);
    return Queue->Exists;
}

VOID
StartRead(ULONG Number, ULONG Sector)
{
    NVME_COMMAND Command = {.Operation = COMMAND_READ, .Namespace = NAMESPACE};

    RtlZeroMemory(Queues[Number].Data, SECTOR);
    Command.Data[0] = Queues[Number].DataAddress;
    Command.Arguments[0] = Sector; /* one sector: the count less one is 0 */
    SubmitCommand(Number, &Command);
}

/* SplitMix64. */
static ULONG64
Mix(ULONG64 Value)
{
    Value += MIX_INCREMENT;
    Value = (Value ^ Value >> 30) * MIX_FIRST;
    Value = (Value ^ Value >> 27) * MIX_SECOND;
    return Value ^ Value >> 31;
}

BOOLEAN
IsSector(ULONG Number, ULONG Sector)
{
    const ULONG64 *Words = (const ULONG64 *)Queues[Number].Data;
    BOOLEAN Equal = Queues[Number].Status == 0 && Words[0] == Sector;

    for (ULONG Index = 1; Index < WORDS_OF_SECTOR; Index++) {
        Equal = Equal && Words[Index] == Mix((ULONG64)Sector * WORDS_OF_SECTOR + Index);
    }
    return Equal;
}
