/*
 * The end: bug check DRIVER_VERIFIER_DETECTED_VIOLATION (BUG-17), with one more line in the
 * report that says in words what the parameters say in numbers.
 */
#include "vf.h"

#include <stdarg.h>

#define VF_TEXT_SIZE 640

/* Static, not on a stack: a rule's text is a parameter that a dump's reader follows. One stop
   is reported; whoever comes second does not get that far. */
static CHAR VfText[VF_TEXT_SIZE];
static volatile LONG VfStopping;

/* Only one processor goes on: the others wait here for the NMI that freezes them. */
static VOID
VfBeginStop(const CHAR *Format, va_list Arguments)
{
    ArchDisableInterrupts();
    while (InterlockedExchange(&VfStopping, 1) != 0) {
        ArchPause();
    }
    RtlFormatV(VfText, sizeof(VfText), Format, Arguments);
}

VOID
VfStop(ULONG Subcode, ULONG_PTR Parameter2, ULONG_PTR Parameter3, ULONG_PTR Parameter4,
       const CHAR *Format, ...)
{
    va_list Arguments;

    va_start(Arguments, Format);
    VfBeginStop(Format, Arguments);
    va_end(Arguments);
    KeExplainStop(0, VfText);
    KeBugCheckEx(DRIVER_VERIFIER_DETECTED_VIOLATION, Subcode, Parameter2, Parameter3,
                 Parameter4);
}

VOID
VfStopBlaming(ULONG_PTR Guilty, ULONG Subcode, ULONG_PTR Parameter2, ULONG_PTR Parameter3,
              ULONG_PTR Parameter4, const CHAR *Format, ...)
{
    va_list Arguments;

    va_start(Arguments, Format);
    VfBeginStop(Format, Arguments);
    va_end(Arguments);
    KeExplainStop(Guilty, VfText);
    KeBugCheckEx(DRIVER_VERIFIER_DETECTED_VIOLATION, Subcode, Parameter2, Parameter3,
                 Parameter4);
}

VOID
VfStopRule(ULONG Subcode, const CHAR *Format, ...)
{
    va_list Arguments;

    va_start(Arguments, Format);
    VfBeginStop(Format, Arguments);
    va_end(Arguments);
    KeExplainStop(0, VfText);
    KeBugCheckEx(DRIVER_VERIFIER_DETECTED_VIOLATION, Subcode, (ULONG_PTR)VfText, 0, 0);
}

VOID
VfStopRuleBlaming(ULONG_PTR Guilty, ULONG Subcode, const CHAR *Format, ...)
{
    va_list Arguments;

    va_start(Arguments, Format);
    VfBeginStop(Format, Arguments);
    va_end(Arguments);
    KeExplainStop(Guilty, VfText);
    KeBugCheckEx(DRIVER_VERIFIER_DETECTED_VIOLATION, Subcode, (ULONG_PTR)VfText, 0, 0);
}
