/*
 * The HAL's own lines: what is wrong with a table or a device. DbgPrint stands above the
 * HAL, so these go to the debug port directly.
 */
#include "halp.h"

#include <internal/rtl.h>

#define LINE_LENGTH 160

/* Any IRQL. A line that is too long is cut. */
VOID
HalpPrint(const CHAR *Format, ...)
{
    static const CHAR Prefix[] = "hal: ";
    CHAR Line[LINE_LENGTH];
    va_list Arguments;
    SIZE_T Length = sizeof(Prefix) - 1;

    memcpy(Line, Prefix, Length);
    va_start(Arguments, Format);
    RtlFormatV(Line + Length, sizeof(Line) - Length - 1, Format, Arguments);
    va_end(Arguments);
    Length = strlen(Line);
    Line[Length++] = '\n';
    HalWriteDebugPort(Line, Length);
}
