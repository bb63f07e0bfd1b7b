/*
 * The console: one lock, one line buffer a call, COM1 below.
 *
 * Any IRQL: the lock is taken with interrupts off, so that an ISR that prints cannot meet
 * the thread it interrupted. During a bug check the other processors stand still, one of
 * them perhaps with the lock, and it is not taken.
 */
#include "ki.h"

#define PRINT_BUFFER_SIZE 512

static KSPIN_LOCK KiConsoleLock;

BOOLEAN KdDebuggerEnabled = FALSE;
BOOLEAN KdDebuggerNotPresent = TRUE;
EXPORT(KdDebuggerEnabled);
EXPORT(KdDebuggerNotPresent);

static VOID
KiWriteConsole(const CHAR *Text, ULONG Length)
{
    BOOLEAN Enabled;

    if (KiBugCheckActive) {
        HalWriteDebugPort(Text, Length);
        return;
    }
    Enabled = ArchDisableInterrupts();
    KiAcquireSpinLock(&KiConsoleLock);
    HalWriteDebugPort(Text, Length);
    KiReleaseSpinLock(&KiConsoleLock);
    ArchRestoreInterrupts(Enabled);
}

static ULONG
KiClampLength(ULONG Length)
{
    return (Length < PRINT_BUFFER_SIZE) ? Length : PRINT_BUFFER_SIZE - 1;
}

VOID
KePrint(const CHAR *Format, ...)
{
    CHAR Buffer[PRINT_BUFFER_SIZE];
    va_list Arguments;

    va_start(Arguments, Format);
    KiWriteConsole(Buffer,
                   KiClampLength(RtlFormatV(Buffer, sizeof(Buffer), Format, Arguments)));
    va_end(Arguments);
}

VOID
KePrintUnlocked(const CHAR *Format, ...)
{
    CHAR Buffer[PRINT_BUFFER_SIZE];
    va_list Arguments;

    va_start(Arguments, Format);
    HalWriteDebugPort(
        Buffer, KiClampLength(RtlFormatV(Buffer, sizeof(Buffer), Format, Arguments)));
    va_end(Arguments);
}

static ULONG
KiPrintMs(const CHAR *Format, __builtin_ms_va_list Arguments)
{
    CHAR Buffer[PRINT_BUFFER_SIZE];

    KiWriteConsole(
        Buffer, KiClampLength(RtlFormatMsV(Buffer, sizeof(Buffer), Format, Arguments)));
    return STATUS_SUCCESS;
}

/*
 * Prints to the console; at most 511 characters a call. IRQL: any (NT: <= DIRQL).
 * Returns STATUS_SUCCESS.
 */
ULONG
NTAPI
DbgPrint(PCSTR Format, ...)
{
    __builtin_ms_va_list Arguments;
    ULONG Status;

    __builtin_ms_va_start(Arguments, Format);
    Status = KiPrintMs(Format, Arguments);
    __builtin_ms_va_end(Arguments);
    return Status;
}
EXPORT(DbgPrint);

/* The same; component and level are accepted, and everything is printed. */
ULONG
NTAPI
DbgPrintEx(ULONG ComponentId, ULONG Level, PCSTR Format, ...)
{
    __builtin_ms_va_list Arguments;
    ULONG Status;

    UNREFERENCED_PARAMETER(ComponentId);
    UNREFERENCED_PARAMETER(Level);
    __builtin_ms_va_start(Arguments, Format);
    Status = KiPrintMs(Format, Arguments);
    __builtin_ms_va_end(Arguments);
    return Status;
}
EXPORT(DbgPrintEx);

/* A checked driver's assertion failed: the expression, then bug check 0x1E. */
VOID NTAPI
RtlAssert(PVOID VoidFailedAssertion, PVOID VoidFileName, ULONG LineNumber,
          PSTR MutableMessage)
{
    KePrint("*** Assertion failed: %s%s%s, %s line %u\n",
            (MutableMessage != NULL) ? MutableMessage : "",
            (MutableMessage != NULL) ? ": " : "", (CHAR *)VoidFailedAssertion,
            (CHAR *)VoidFileName, LineNumber);
    KeBugCheckEx(
        KMODE_EXCEPTION_NOT_HANDLED, (ULONG_PTR)(LONG_PTR)STATUS_ASSERTION_FAILURE,
        (ULONG_PTR)__builtin_return_address(0), LineNumber, (ULONG_PTR)VoidFileName);
}
EXPORT(RtlAssert);

VOID
KeAssertFailed(const CHAR *Expression, const CHAR *File, ULONG Line)
{
    KePrint("dirql: assertion failed: %s, %s line %u\n", Expression, File, Line);
    KeBugCheckEx(KMODE_EXCEPTION_NOT_HANDLED,
                 (ULONG_PTR)(LONG_PTR)STATUS_ASSERTION_FAILURE,
                 (ULONG_PTR)__builtin_return_address(0), Line, (ULONG_PTR)File);
}
