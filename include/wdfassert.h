/*
 * Assertions and the driver's own fatal errors.
 */
#pragma once

#include <wdfroutine.h>

#if !defined(WDF_FRAMEWORK)
#if DBG
#define WDFVERIFY(Expression) NT_ASSERT(Expression)
#else
#define WDFVERIFY(Expression) ((VOID)(Expression))
#endif
#define VERIFY_IS_IRQL_PASSIVE_LEVEL() WDFVERIFY(KeGetCurrentIrql() == PASSIVE_LEVEL)
#endif

/* Any IRQL; does not return. */
WDF_ROUTINE(VOID, WdfVerifierKeBugCheck,
            (_In_ ULONG BugCheckCode, _In_ ULONG_PTR BugCheckParameter1,
             _In_ ULONG_PTR BugCheckParameter2, _In_ ULONG_PTR BugCheckParameter3,
             _In_ ULONG_PTR BugCheckParameter4),
            (BugCheckCode, BugCheckParameter1, BugCheckParameter2, BugCheckParameter3,
             BugCheckParameter4));
