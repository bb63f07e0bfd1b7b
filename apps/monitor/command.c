/*
 * command.c - what can be typed: the table of commands, their words, and help.
 */
#include "monitor.h"

typedef struct _COMMAND {
    PCSTR Name;
    PCSTR Words;       /* what follows the name */
    ULONG Least, Most; /* of those words */
    COMMAND_ROUTINE *Routine;
    PCSTR Help;
} COMMAND, *PCOMMAND;

static COMMAND_ROUTINE CommandHelp;

static const COMMAND Commands[] = {
    {"help", "[COMMAND]", 0, 1, CommandHelp, "the commands, or one of them"},
    {"devices", "", 0, 0, CommandDevices, "device objects and the IRPs they took"},
    {"drivers", "", 0, 0, CommandDrivers,
     "drivers that are loaded, and modules that can be"},
    {"interrupts", "", 0, 0, CommandInterrupts,
     "interrupt objects: where from, where to, how often"},
    {"dpcs", "", 0, 0, CommandDpcs, "DPC queues by processor, DPCs by ISR"},
    {"locks", "", 0, 0, CommandLocks, "interrupt locks and resources"},
    {"memory", "", 0, 0, CommandMemory, "frames and pool, the largest tags"},
    {"threads", "", 0, 0, CommandThreads, "system threads"},
    {"top", "", 0, 0, CommandTop,
     "rates by processor and interrupt, each second, until a key is pressed"},
    {"ping", "ADDRESS [COUNT]", 1, 2, CommandPing,
     "ICMP echo requests through the network adapter's driver"},
    {"sector", "NUMBER [DISK]", 1, 2, CommandSector,
     "512 bytes of a disk (0 is the first) by a read IRP"},
    {"start", "DRIVER", 1, 1, CommandStart,
     "loads a driver's module and starts its devices"},
    {"stop", "DRIVER", 1, 1, CommandStop, "removes a driver's devices and unloads it"},
    {"storm", "[on|off]", 0, 1, CommandStorm,
     "edu's line goes up and its ISR looks away; off: it works again"},
    {"unmask", "VECTOR | gsi NUMBER", 1, 2, CommandUnmask,
     "lets an interrupt through that a storm has masked"},
    {"bugcheck", "CODE [P1 P2 P3 P4]", 1, 5, CommandBugCheck, "stops the machine"},
    {"quit", "", 0, 0, NULL, "ends the run: report, power off"},
};

BOOLEAN
IsSameText(PCSTR Left, PCSTR Right)
{
    while (*Left != '\0' && *Left == *Right) {
        Left++;
        Right++;
    }
    return *Left == *Right;
}

static const COMMAND *
CommandFind(PCSTR Name)
{
    for (ULONG Index = 0; Index < RTL_NUMBER_OF(Commands); Index++) {
        if (IsSameText(Commands[Index].Name, Name)) {
            return &Commands[Index];
        }
    }
    Print("%s: no such command; 'help' lists them\n", Name);
    return NULL;
}

static VOID
CommandHelp(const COMMAND_LINE *Line)
{
    const COMMAND *Command;

    if (Line->Count == 2) {
        Command = CommandFind(Line->Word[1]);
        if (Command != NULL) {
            Print("%s %s\n    %s\n", Command->Name, Command->Words, Command->Help);
        }
        return;
    }
    for (ULONG Index = 0; Index < RTL_NUMBER_OF(Commands); Index++) {
        Command = &Commands[Index];
        Print("  %-10s %-20s %s\n", Command->Name, Command->Words, Command->Help);
    }
    Print("Numbers are decimal, or hexadecimal with 0x.\n");
}

/* Cuts the line into words, in place. FALSE: there are too many. */
static BOOLEAN
CommandSplit(PCHAR Text, PCOMMAND_LINE Line)
{
    Line->Count = 0;
    for (;;) {
        while (*Text == ' ') {
            *Text++ = '\0';
        }
        if (*Text == '\0') {
            return TRUE;
        }
        if (Line->Count == COMMAND_WORDS) {
            return FALSE;
        }
        Line->Word[Line->Count++] = Text;
        while (*Text != ' ' && *Text != '\0') {
            Text++;
        }
    }
}

/* The value of a digit; 16 and more: it is none. */
static ULONG
CommandDigit(CHAR Character)
{
    if (Character >= '0' && Character <= '9') {
        return (ULONG)(Character - '0');
    }
    Character |= 0x20; /* a letter, in lower case */
    return (Character >= 'a' && Character <= 'f') ? (ULONG)(Character - 'a' + 10) : 16;
}

BOOLEAN
CommandParseNumber(PCSTR Word, ULONG64 Limit, PULONG64 Number)
{
    BOOLEAN Hexadecimal = Word[0] == '0' && (Word[1] | 0x20) == 'x';
    PCSTR Next = Hexadecimal ? Word + 2 : Word;
    ULONG Base = Hexadecimal ? 16 : 10;
    ULONG64 Value = 0;

    do {
        ULONG Digit = CommandDigit(*Next);

        if (Digit >= Base) {
            Print("%s: not a number\n", Word);
            return FALSE;
        }
        if (Value > (Limit - Digit) / Base || Digit > Limit) {
            Print("%s: more than 0x%I64x\n", Word, Limit);
            return FALSE;
        }
        Value = Value * Base + Digit;
    } while (*++Next != '\0');
    *Number = Value;
    return TRUE;
}

BOOLEAN
CommandRun(PCHAR Text)
{
    COMMAND_LINE Line;
    const COMMAND *Command;

    if (!CommandSplit(Text, &Line)) {
        Print("more than %u words\n", COMMAND_WORDS);
        return TRUE;
    }
    if (Line.Count == 0 || (Command = CommandFind(Line.Word[0])) == NULL) {
        return TRUE;
    }
    if (Line.Count - 1 < Command->Least || Line.Count - 1 > Command->Most) {
        Print("usage: %s %s\n", Command->Name, Command->Words);
        return TRUE;
    }
    if (Command->Routine == NULL) {
        return FALSE;
    }
    Command->Routine(&Line);
    return TRUE;
}
