/*
 * __C_specific_handler: what images with __try name as their language handler.
 *
 * This kernel raises no structured exceptions: a trap in a driver is a bug check at once
 * (docs/deviations.md). So the handler is imported but reached only by a driver that
 * calls it itself, and answers with the bug check that an unhandled exception is.
 */
#include "ldrp.h"
#include "crt.h"

/*
 * Never returns: KMODE_EXCEPTION_NOT_HANDLED with code, address and the first two words
 * of information. Any IRQL.
 */
LONG NTAPI
LdrpExceptionHandler(PEXCEPTION_RECORD ExceptionRecord, PVOID EstablisherFrame,
                     PVOID ContextRecord, PVOID DispatcherContext)
{
    UNREFERENCED_PARAMETER(EstablisherFrame);
    UNREFERENCED_PARAMETER(ContextRecord);
    UNREFERENCED_PARAMETER(DispatcherContext);
    KeBugCheckEx(KMODE_EXCEPTION_NOT_HANDLED,
                 (ULONG_PTR)(LONG_PTR)ExceptionRecord->ExceptionCode,
                 (ULONG_PTR)ExceptionRecord->ExceptionAddress,
                 ExceptionRecord->ExceptionInformation[0],
                 ExceptionRecord->ExceptionInformation[1]);
}
EXPORT_AS(__C_specific_handler, LdrpExceptionHandler);
