/*
 * A module's command line, taken apart:
 *
 *     NAME.sys [hwid=ID]... [lower=ID]... [upper=ID]... [kind=app|test] [msi=N]
 *              [passive=1] [cpu=LIST] [KEY=VALUE]...
 *
 * hwid names a device the driver serves, lower and upper one that it filters from below or
 * above the driver that serves it, as an INF would; msi=N opts into
 * message-signalled interrupts and asks for N of them (MSI-6); cpu=0,2 or cpu=all
 * chooses the processors they go to. Every other KEY=VALUE becomes a value of the
 * service's Parameters key.
 *
 * GRUB hands the line on with a backslash before each backslash and quote, and with
 * quotes around a word that contains blanks; both are undone here.
 */
#include "iop.h"
#include "iopnp.h"

#define IOP_MAXIMUM_WORD 256

/*
 * Copies the next word to Word and moves *Text behind it. FALSE when there is none left.
 * A word that does not fit is cut to length IOP_MAXIMUM_WORD, which the caller refuses.
 */
static BOOLEAN
IopNextWord(const CHAR **Text, CHAR *Word, ULONG *Length)
{
    const CHAR *Next = *Text;
    BOOLEAN Quoted = FALSE;

    while (*Next == ' ' || *Next == '\t') {
        Next++;
    }
    for (*Length = 0; *Next != '\0'; Next++) {
        if (*Next == '"') {
            Quoted = !Quoted;
            continue;
        }
        if (!Quoted && (*Next == ' ' || *Next == '\t')) {
            break;
        }
        if (*Next == '\\' && (Next[1] == '\\' || Next[1] == '"' || Next[1] == '\'')) {
            Next++;
        }
        if (*Length < IOP_MAXIMUM_WORD) {
            Word[(*Length)++] = *Next;
        }
    }
    Word[*Length] = '\0';
    *Text = Next;
    return *Length != 0;
}

/* Copies Source when it fits into Size bytes. */
static BOOLEAN
IopCopyText(CHAR *Destination, SIZE_T Size, const CHAR *Source)
{
    SIZE_T Length = strlen(Source);

    if (Length == 0 || Length >= Size) {
        return FALSE;
    }
    memcpy(Destination, Source, Length + 1);
    return TRUE;
}

/* The first word: the file's name, and without its extension the service's. A path before
   the name is dropped. */
static BOOLEAN
IopParseName(PIOP_MODULE Module, const CHAR *Word)
{
    const CHAR *Base = Word;
    SIZE_T Length;

    for (const CHAR *Next = Word; *Next != '\0'; Next++) {
        if (*Next == '/' || *Next == '\\') {
            Base = Next + 1;
        }
    }
    if (!IopCopyText(Module->BaseName, sizeof(Module->BaseName), Base)) {
        return FALSE;
    }
    memcpy(Module->ServiceName, Module->BaseName, sizeof(Module->ServiceName));
    Length = strlen(Module->ServiceName);
    if (Length > 4 &&
        RtlCompareTextNoCase(Module->ServiceName + Length - 4, ".sys", 4) == 0) {
        Module->ServiceName[Length - 4] = '\0';
    }
    return TRUE;
}

/* A number that must lie in [0, Limit]. */
static BOOLEAN
IopParseNumber(const CHAR *Value, ULONG Limit, PULONG Number)
{
    ULONG64 Parsed;

    if (!RtlParseNumber(Value, strlen(Value), &Parsed) || Parsed > Limit) {
        return FALSE;
    }
    *Number = (ULONG)Parsed;
    return TRUE;
}

/* kind=app, kind=test */
static BOOLEAN
IopParseKind(PIOP_MODULE Module, const CHAR *Value)
{
    if (strcmp(Value, "app") == 0) {
        Module->Kind = IopApplicationDriver;
        return TRUE;
    }
    if (strcmp(Value, "test") == 0) {
        Module->Kind = IopTestDriver;
        return TRUE;
    }
    return FALSE;
}

static BOOLEAN
IopAddId(PIOP_ID_SET Set, const CHAR *Id)
{
    return Set->Count < IOP_MAXIMUM_HARDWARE_IDS &&
           IopCopyText(Set->Ids[Set->Count++], IOP_MAXIMUM_ID, Id);
}

/* One KEY=VALUE word, already cut in two. */
static BOOLEAN
IopParseSetting(PIOP_MODULE Module, const CHAR *Key, const CHAR *Value)
{
    if (strcmp(Key, "hwid") == 0) {
        return IopAddId(&Module->Hardware, Value);
    }
    if (strcmp(Key, "lower") == 0) {
        return IopAddId(&Module->Lower, Value);
    }
    if (strcmp(Key, "upper") == 0) {
        return IopAddId(&Module->Upper, Value);
    }
    if (strcmp(Key, "kind") == 0) {
        return IopParseKind(Module, Value);
    }
    if (strcmp(Key, "msi") == 0) {
        return IopParseNumber(Value, IOP_MAXIMUM_MESSAGES, &Module->MessageCount);
    }
    if (strcmp(Key, "passive") == 0) {
        return IopParseNumber(Value, 1, &Module->Passive);
    }
    if (strcmp(Key, "cpu") == 0) {
        return IopParseProcessors(Value, strlen(Value), &Module->Processors);
    }
    return NT_SUCCESS(IopSetRegistryWord(Module->ServiceName, Key, Value));
}

/* Any word but the first. */
static BOOLEAN
IopParseWord(PIOP_MODULE Module, CHAR *Word)
{
    CHAR *Equal = Word;

    while (*Equal != '\0' && *Equal != '=') {
        Equal++;
    }
    if (*Equal == '\0' || Equal == Word) {
        return FALSE;
    }
    *Equal = '\0';
    return IopParseSetting(Module, Word, Equal + 1);
}

BOOLEAN
IopQueryServiceName(const CHAR *CommandLine, CHAR *Name, SIZE_T Size)
{
    CHAR Word[IOP_MAXIMUM_WORD + 1];
    const CHAR *Text = CommandLine == NULL ? "" : CommandLine;
    IOP_MODULE Module;
    ULONG Length;

    return IopNextWord(&Text, Word, &Length) && Length != IOP_MAXIMUM_WORD &&
           IopParseName(&Module, Word) && IopCopyText(Name, Size, Module.ServiceName);
}

NTSTATUS
IopParseModule(const CHAR *CommandLine, PIOP_MODULE Module)
{
    CHAR Word[IOP_MAXIMUM_WORD + 1];
    const CHAR *Text = CommandLine == NULL ? "" : CommandLine;
    ULONG Length;

    memset(Module, 0, sizeof(*Module));
    if (!IopNextWord(&Text, Word, &Length) || Length == IOP_MAXIMUM_WORD ||
        !IopParseName(Module, Word)) {
        DbgPrint("io: module '%.64s': the line must begin with the driver's file name\n",
                 CommandLine == NULL ? "" : CommandLine);
        return STATUS_INVALID_PARAMETER;
    }
    if (!NT_SUCCESS(IopCreateServiceKey(Module->ServiceName))) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    while (IopNextWord(&Text, Word, &Length)) {
        if (Length == IOP_MAXIMUM_WORD || !IopParseWord(Module, Word)) {
            DbgPrint("io: %s: cannot use the word '%.64s' of its module line\n",
                     Module->BaseName, Word);
            return STATUS_INVALID_PARAMETER;
        }
    }
    return STATUS_SUCCESS;
}
