/*
 * The kernel's log as drivers write it, and the assertions of checked drivers.
 *
 * DbgPrint can be called at any IRQL and takes wide conversions (%wZ, %ws) at any too.
 * The Kd forms and assertions vanish unless the driver is built with DBG=1.
 */
#pragma once

#include <wdm/irql.h>

#if !defined(DBG)
#define DBG 0
#endif

#define DPFLTR_IHVDRIVER_ID  77
#define DPFLTR_DEFAULT_ID    101
#define DPFLTR_ERROR_LEVEL   0
#define DPFLTR_WARNING_LEVEL 1
#define DPFLTR_TRACE_LEVEL   2
#define DPFLTR_INFO_LEVEL    3

NTSYSAPI ULONG NTAPI DbgPrint(_In_z_ _Printf_format_string_ PCSTR Format, ...);
NTSYSAPI ULONG NTAPI DbgPrintEx(_In_ ULONG ComponentId, _In_ ULONG Level,
                                _In_z_ _Printf_format_string_ PCSTR Format, ...);
NTSYSAPI ULONG NTAPI vDbgPrintEx(_In_ ULONG ComponentId, _In_ ULONG Level,
                                 _In_z_ PCSTR Format, _In_ NTVALIST Arguments);
/* Reports the failed expression; a bug check follows, since no debugger can decide. */
NTSYSAPI VOID NTAPI RtlAssert(_In_ PVOID VoidFailedAssertion, _In_ PVOID VoidFileName,
                              _In_ ULONG LineNumber, _In_opt_ PSTR MutableMessage);

/*
 * Whether a debugger was configured, and whether none answers. A driver sees the address
 * of a data export under its name; the kernel, the variable.
 */
extern DECLSPEC_IMPORT BOOLEAN KdDebuggerEnabled;
extern DECLSPEC_IMPORT BOOLEAN KdDebuggerNotPresent;
#if defined(__ELF__)
#define KD_DEBUGGER_ENABLED     KdDebuggerEnabled
#define KD_DEBUGGER_NOT_PRESENT KdDebuggerNotPresent
#else
#define KdDebuggerEnabled       (&KdDebuggerEnabled)
#define KdDebuggerNotPresent    (&KdDebuggerNotPresent)
#define KD_DEBUGGER_ENABLED     (*KdDebuggerEnabled)
#define KD_DEBUGGER_NOT_PRESENT (*KdDebuggerNotPresent)
#endif

#define DbgBreakPoint()            __asm__ __volatile__("int3")
#define DbgRaiseAssertionFailure() __asm__ __volatile__("int $0x2c")

#if DBG
#define KdPrint(Parenthesised)   DbgPrint Parenthesised
#define KdPrintEx(Parenthesised) DbgPrintEx Parenthesised
#define KdBreakPoint()           DbgBreakPoint()
#define ASSERT(Expression)                                                               \
    ((Expression) ? (VOID)0 : RtlAssert(#Expression, __FILE__, __LINE__, NULL))
#define ASSERTMSG(Message, Expression)                                                   \
    ((Expression) ? (VOID)0 : RtlAssert(#Expression, __FILE__, __LINE__, (PSTR)(Message)))
#define PAGED_CODE()                                                                     \
    ((KeGetCurrentIrql() <= APC_LEVEL)                                                   \
         ? (VOID)0                                                                       \
         : RtlAssert("paged code above APC_LEVEL", __FILE__, __LINE__, NULL))
#else
#define KdPrint(Parenthesised)
#define KdPrintEx(Parenthesised)
#define KdBreakPoint()
#define ASSERT(Expression)             ((VOID)0)
#define ASSERTMSG(Message, Expression) ((VOID)0)
#define PAGED_CODE()                   ((VOID)0)
#endif

#define NT_ASSERT(Expression)  ASSERT(Expression)
#define NT_VERIFY(Expression)  ((VOID)(Expression))
#define RTL_VERIFY(Expression) ((VOID)(Expression))
#define PAGED_CODE_LOCKED()    ((VOID)0)
