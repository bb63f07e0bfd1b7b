/*
 * Which processors a device's interrupts go to: a module line's cpu=, the boot option
 * irqcpu=, or one after the other.
 */
#include "iop.h"
#include "iopnp.h"

/* The length of the item Text begins with: up to the comma, or all of it. */
static SIZE_T
IopItemLength(const CHAR *Text, SIZE_T Length)
{
    SIZE_T Item = 0;

    while (Item < Length && Text[Item] != ',') {
        Item++;
    }
    return Item;
}

/*
 * Parses "2", "0,2" or "all"; all Length characters belong to it. FALSE: it is none of
 * these, or names a processor that no machine has. "all" includes those that are not there.
 */
BOOLEAN
IopParseProcessors(const CHAR *Text, SIZE_T Length, KAFFINITY *Processors)
{
    static const CHAR All[] = "all";
    KAFFINITY Parsed = 0;

    if (Length == sizeof(All) - 1 && strncmp(Text, All, Length) == 0) {
        *Processors = ~(KAFFINITY)0;
        return TRUE;
    }
    while (TRUE) {
        SIZE_T Item = IopItemLength(Text, Length);
        ULONG64 Number;

        if (!RtlParseNumber(Text, Item, &Number) || Number >= HAL_MAXIMUM_PROCESSORS) {
            return FALSE;
        }
        Parsed |= (KAFFINITY)1 << Number;
        if (Item == Length) {
            *Processors = Parsed;
            return TRUE;
        }
        Text += Item + 1;
        Length -= Item + 1;
    }
}

/* What the boot options say, or 0. */
static KAFFINITY
IopQueryProcessorsOption(VOID)
{
    KAFFINITY Processors;
    ULONG Length;
    const CHAR *Text = RtlQueryOption(IopOptions, "irqcpu", &Length);

    return Text != NULL && IopParseProcessors(Text, Length, &Processors) ? Processors : 0;
}

/*
 * The processors for the interrupts of Module's device: those of its cpu= word, or of the
 * option, that are up; or the next of the active ones in turn. Some that are not up are as
 * if not given. IopPnpLock held.
 */
KAFFINITY
IopChooseProcessors(const IOP_MODULE *Module)
{
    static ULONG Turn; /* IopPnpLock */
    KAFFINITY Active = KeQueryActiveProcessors();
    KAFFINITY Wanted = Module->Processors;
    ULONG Processor;

    if (Wanted == 0) {
        Wanted = IopQueryProcessorsOption();
    }
    if ((Wanted & Active) != 0) {
        return Wanted & Active;
    }
    do {
        Processor = Turn++ % HAL_MAXIMUM_PROCESSORS;
    } while ((Active >> Processor & 1) == 0);
    return (KAFFINITY)1 << Processor;
}

/* "processor 1", or "processors 0,2": for console lines. */
VOID
IopFormatProcessors(KAFFINITY Processors, CHAR *Buffer, SIZE_T Size)
{
    BOOLEAN Several = (Processors & (Processors - 1)) != 0;
    SIZE_T Used = RtlFormat(Buffer, Size, Several ? "processors" : "processor");
    CHAR Separator = ' ';

    for (ULONG Number = 0; Number < HAL_MAXIMUM_PROCESSORS && Used < Size; Number++) {
        if ((Processors >> Number & 1) != 0) {
            Used += RtlFormat(Buffer + Used, Size - Used, "%c%u", Separator, Number);
            Separator = ',';
        }
    }
}
