/*
 * line.c - one line, as it is typed.
 *
 *   Backspace, Delete   erase a character
 *   Ctrl-W, Ctrl-U      erase a word, the line
 *   Ctrl-C              leave the line
 *   Ctrl-P, arrow up    the line before
 *
 * Other control characters and escape sequences do nothing; what finds no room rings the
 * bell.
 */
#include "monitor.h"

#define CONTROL(Letter) ((Letter)&0x1F)
#define ESCAPE          0x1B
#define RUBOUT          0x7F

typedef struct _LINE_STATE {
    PCSTR Prompt;
    PCHAR Text;
    ULONG Length;
    BOOLEAN Done;
} LINE_STATE, *PLINE_STATE;

static CHAR LineBefore[LINE_CAPACITY];
static BOOLEAN LineEndedByReturn; /* a line feed that follows belongs to it */

static VOID
LineErase(PLINE_STATE State, ULONG Count)
{
    while (Count-- != 0 && State->Length != 0) {
        State->Length--;
        Print("\b \b");
    }
}

static VOID
LineEraseWord(PLINE_STATE State)
{
    while (State->Length != 0 && State->Text[State->Length - 1] == ' ') {
        LineErase(State, 1);
    }
    while (State->Length != 0 && State->Text[State->Length - 1] != ' ') {
        LineErase(State, 1);
    }
}

static VOID
LineAppend(PLINE_STATE State, CHAR Character)
{
    if (State->Length == LINE_CAPACITY - 1) {
        Print("\a");
        return;
    }
    State->Text[State->Length++] = Character;
    Print("%c", Character);
}

static VOID
LineRecall(PLINE_STATE State)
{
    LineErase(State, State->Length);
    for (PCSTR Next = LineBefore; *Next != '\0'; Next++) {
        LineAppend(State, *Next);
    }
}

/* What follows an escape: ESC [ parameters letter. Only the arrow up means something. */
static NTSTATUS
LineTakeEscape(PLINE_STATE State)
{
    CHAR Character;
    NTSTATUS Status = TerminalRead(0, &Character);

    if (Status != STATUS_SUCCESS || Character != '[') {
        return Status;
    }
    do {
        Status = TerminalRead(0, &Character);
    } while (Status == STATUS_SUCCESS && (Character < 0x40 || Character > 0x7E));
    if (Status == STATUS_SUCCESS && Character == 'A') {
        LineRecall(State);
    }
    return Status;
}

static VOID
LineEnd(PLINE_STATE State)
{
    Print("\n");
    State->Done = TRUE;
}

/* A character that is not printed as it is. */
static NTSTATUS
LineTakeControl(PLINE_STATE State, CHAR Character)
{
    switch (Character) {
    case '\r':
    case '\n':
        LineEnd(State);
        break;
    case '\b':
    case RUBOUT:
        LineErase(State, 1);
        break;
    case CONTROL('W'):
        LineEraseWord(State);
        break;
    case CONTROL('U'):
        LineErase(State, State->Length);
        break;
    case CONTROL('C'):
        Print("^C\n%s", State->Prompt);
        State->Length = 0;
        break;
    case CONTROL('P'):
        LineRecall(State);
        break;
    case ESCAPE:
        return LineTakeEscape(State);
    default:
        break;
    }
    return STATUS_SUCCESS;
}

static NTSTATUS
LineTake(PLINE_STATE State, CHAR Character)
{
    BOOLEAN Rest = LineEndedByReturn && Character == '\n';

    LineEndedByReturn = Character == '\r';
    if (Rest) {
        return STATUS_SUCCESS;
    }
    if (Character >= ' ' && Character < RUBOUT) {
        LineAppend(State, Character);
        return STATUS_SUCCESS;
    }
    return LineTakeControl(State, Character);
}

/* STATUS_SUCCESS with a line, which may be empty; or why the port gives none any more. */
NTSTATUS
LineRead(PCSTR Prompt, PCHAR Line)
{
    LINE_STATE State = {.Prompt = Prompt, .Text = Line};
    NTSTATUS Status = STATUS_SUCCESS;
    CHAR Character;

    Print("%s", Prompt);
    while (Status == STATUS_SUCCESS && !State.Done) {
        Status = TerminalRead(0, &Character);
        if (Status == STATUS_SUCCESS) {
            Status = LineTake(&State, Character);
        }
    }
    Line[State.Length] = '\0';
    if (State.Length != 0) {
        RtlCopyMemory(LineBefore, Line, State.Length + 1);
    }
    return Status;
}
