/*
 * The commands: a line is cut into words, looked up, and answered. Whatever comes gets one
 * answer: OK, RESULT and figures, or ERROR and why.
 */
#include "perf.h"

#define COMMAND_LINE 128

/* Obeys; answers itself unless it returns TRUE, which is answered OK. */
typedef BOOLEAN COMMAND_ROUTINE(PPERF_COMMAND Command);

static COMMAND_ROUTINE CommandRx;
static COMMAND_ROUTINE CommandEcho;
static COMMAND_ROUTINE CommandIcmp;
static COMMAND_ROUTINE CommandStat;
static COMMAND_ROUTINE CommandBlk;
static COMMAND_ROUTINE CommandTime;
static COMMAND_ROUTINE CommandBusy;
static COMMAND_ROUTINE CommandMicro;
static COMMAND_ROUTINE CommandIpi;
static COMMAND_ROUTINE CommandNobody;
static COMMAND_ROUTINE CommandArm;
static COMMAND_ROUTINE CommandDisarm;

static const struct {
    PCSTR Name;
    ULONG Numbers; /* that must follow */
    ULONG Words;   /* that may follow these */
    PCSTR Usage;
    COMMAND_ROUTINE *Routine; /* NULL: the end */
} CommandTable[] = {
    {"rx", 0, 1, "rx [irp]", CommandRx},
    {"echo", 0, 1, "echo [irp]", CommandEcho},
    {"icmp", 0, 1, "icmp [irp]", CommandIcmp},
    {"stat", 0, 0, "stat", CommandStat},
    {"blk", 2, 1, "blk QD N [DISK]", CommandBlk},
    {"time", 0, 0, "time", CommandTime},
    {"busy", 2, 0, "busy MS CPU", CommandBusy},
    {"micro", 1, 0, "micro N", CommandMicro},
    {"ipi", 2, 0, "ipi N CPU", CommandIpi},
    {"nobody", 1, 0, "nobody N", CommandNobody},
    {"arm", 0, 0, "arm", CommandArm},
    {"disarm", 0, 0, "disarm", CommandDisarm},
    {"quit", 0, 0, "quit", NULL},
};

/* Of rx, echo and icmp, which differ in the mode alone. */
static BOOLEAN
CommandSetMode(PPERF_COMMAND Command, NIC_MODE Mode)
{
    BOOLEAN ByIrp = Command->Words > 1;

    if (ByIrp && strcmp(Command->Word[1], "irp") != 0) {
        ConsoleAnswer("ERROR usage: %s [irp]", Command->Word[0]);
        return FALSE;
    }
    NicSetMode(Mode, ByIrp);
    return TRUE;
}

static BOOLEAN
CommandRx(PPERF_COMMAND Command)
{
    return CommandSetMode(Command, NicCount);
}

static BOOLEAN
CommandEcho(PPERF_COMMAND Command)
{
    return CommandSetMode(Command, NicEcho);
}

static BOOLEAN
CommandIcmp(PPERF_COMMAND Command)
{
    return CommandSetMode(Command, NicIcmp);
}

static BOOLEAN
CommandStat(PPERF_COMMAND Command)
{
    ULONG Frames, Interrupts;

    UNREFERENCED_PARAMETER(Command);
    NicQueryCounts(&Frames, &Interrupts);
    ConsoleAnswer("RESULT rx=%lu irq=%lu", Frames, Interrupts);
    return FALSE;
}

/* BEGIN, N reads with QD of them outstanding, RESULT. */
static BOOLEAN
CommandBlk(PPERF_COMMAND Command)
{
    PCSTR Name = Command->Words > 3 ? Command->Word[3] : "Harddisk0";
    ULONG Depth = Command->Number[1];
    DISK_RESULT Result;
    NTSTATUS Status;
    PDISK Disk;

    if (Depth == 0 || Depth > DISK_MAXIMUM_DEPTH) {
        ConsoleAnswer("ERROR QD must be 1 to %u", DISK_MAXIMUM_DEPTH);
        return FALSE;
    }
    Status = DiskOpen(Name, Depth, &Disk);
    if (!NT_SUCCESS(Status)) {
        ConsoleAnswer("ERROR disk %.32s: status 0x%08lX", Name, (ULONG)Status);
        return FALSE;
    }
    ConsoleAnswer("BEGIN");
    DiskRead(Disk, Command->Number[2], &Result);
    ConsoleAnswer("RESULT blk n=%lu errs=%lu", Result.Read, Result.Failed);
    DiskClose(Disk);
    return FALSE;
}

/* FALSE, after an answer: there is no such processor. */
static BOOLEAN
CommandHasProcessor(ULONG Processor)
{
    BOOLEAN There = Processor < KeQueryActiveProcessorCount(NULL);

    if (!There) {
        ConsoleAnswer("ERROR there is no processor %lu", Processor);
    }
    return There;
}

/* TRUE: answer OK. */
static BOOLEAN
CommandEnded(NTSTATUS Status)
{
    if (!NT_SUCCESS(Status)) {
        ConsoleAnswer("ERROR status 0x%08lX", (ULONG)Status);
    }
    return NT_SUCCESS(Status);
}

static BOOLEAN
CommandTime(PPERF_COMMAND Command)
{
    OPS_TIMES Times;

    UNREFERENCED_PARAMETER(Command);
    if (CommandEnded(OpsTimeAll(&Times))) {
        ConsoleAnswer("RESULT loop=%I64u spinpair=%I64u selfipi=%I64u selfipi_dpc=%I64u "
                      "dpc_task=%I64u unowned=%I64u smpcall=%I64u",
                      Times.Loop, Times.SpinPair, Times.SelfIpi, Times.SelfIpiDpc,
                      Times.DpcTask, Times.Unowned, Times.Call);
    }
    return FALSE;
}

static BOOLEAN
CommandBusy(PPERF_COMMAND Command)
{
    if (!CommandHasProcessor(Command->Number[2])) {
        return FALSE;
    }
    OpsKeepBusy(Command->Number[1], Command->Number[2]);
    return TRUE;
}

static BOOLEAN
CommandMicro(PPERF_COMMAND Command)
{
    return CommandEnded(OpsMicro(Command->Number[1]));
}

static BOOLEAN
CommandIpi(PPERF_COMMAND Command)
{
    return CommandHasProcessor(Command->Number[2]) &&
           CommandEnded(OpsIpi(Command->Number[1], Command->Number[2]));
}

static BOOLEAN
CommandNobody(PPERF_COMMAND Command)
{
    return CommandEnded(OpsNobody(Command->Number[1]));
}

/* The answer that follows, and the command that ends it, are counted too: who counts takes
   the difference of two runs. */
static BOOLEAN
CommandArm(PPERF_COMMAND Command)
{
    UNREFERENCED_PARAMETER(Command);
    PerfArm();
    return TRUE;
}

static BOOLEAN
CommandDisarm(PPERF_COMMAND Command)
{
    UNREFERENCED_PARAMETER(Command);
    PerfDisarm();
    return TRUE;
}

/* Cuts Line at blanks, in place. FALSE: there are too many words. */
static BOOLEAN
CommandSplit(PCHAR Line, PPERF_COMMAND Command)
{
    Command->Words = 0;
    for (;;) {
        while (*Line == ' ' || *Line == '\t') {
            *Line++ = '\0';
        }
        if (*Line == '\0') {
            return TRUE;
        }
        if (Command->Words == PERF_MAXIMUM_WORDS) {
            return FALSE;
        }
        Command->Word[Command->Words++] = Line;
        while (*Line != ' ' && *Line != '\t' && *Line != '\0') {
            Line++;
        }
    }
}

/* A decimal number of at most 32 bits that is all of Word. */
static BOOLEAN
CommandNumber(PCSTR Word, PULONG Number)
{
    ULONG64 Value = 0;

    if (*Word == '\0') {
        return FALSE;
    }
    for (; *Word >= '0' && *Word <= '9' && Value <= MAXULONG; Word++) {
        Value = Value * 10 + (ULONG)(*Word - '0');
    }
    *Number = (ULONG)Value;
    return *Word == '\0' && Value <= MAXULONG;
}

/* The place in the table, or MAXULONG after an answer that says what is wrong. */
static ULONG
CommandFind(PPERF_COMMAND Command)
{
    ULONG Index, Word;

    for (Index = 0; Index < RTL_NUMBER_OF(CommandTable); Index++) {
        ULONG Given = Command->Words - 1, Numbers = CommandTable[Index].Numbers;
        BOOLEAN Fits = Given >= Numbers && Given <= Numbers + CommandTable[Index].Words;

        if (strcmp(CommandTable[Index].Name, Command->Word[0]) != 0) {
            continue;
        }
        for (Word = 1; Fits && Word <= Numbers; Word++) {
            Fits = CommandNumber(Command->Word[Word], &Command->Number[Word]);
        }
        if (Fits) {
            return Index;
        }
        ConsoleAnswer("ERROR usage: %s", CommandTable[Index].Usage);
        return MAXULONG;
    }
    ConsoleAnswer("ERROR no such command: %.32s", Command->Word[0]);
    return MAXULONG;
}

/* FALSE: it was quit. */
static BOOLEAN
CommandObey(PCHAR Line)
{
    PERF_COMMAND Command;
    ULONG Index;

    if (!CommandSplit(Line, &Command)) {
        ConsoleAnswer("ERROR too many words");
        return TRUE;
    }
    if (Command.Words == 0) {
        return TRUE;
    }
    Index = CommandFind(&Command);
    if (Index == MAXULONG) {
        return TRUE;
    }
    if (CommandTable[Index].Routine == NULL) {
        return FALSE;
    }
    if (CommandTable[Index].Routine(&Command)) {
        ConsoleAnswer("OK");
    }
    return TRUE;
}

NTSTATUS
CommandServe(VOID)
{
    CHAR Line[COMMAND_LINE];
    NTSTATUS Status;

    ConsoleAnswer("READY");
    do {
        Status = ConsoleReadLine(Line, sizeof(Line));
    } while (NT_SUCCESS(Status) && CommandObey(Line));
    return Status;
}
