/*
 * capability.h: the MSI capability, read by a driver that has only its own function.
 */
#pragma once

#include "xhci.h"

/* Before the others; FALSE: the function has none. */
BOOLEAN FindMsi(VOID);
/* Messages it could send, and may. */
ULONG CountCapable(VOID);
ULONG CountGranted(VOID);
BOOLEAN IsMsiEnabled(VOID);
ULONG64 ReadMessageAddress(VOID);
ULONG ReadMessageData(VOID);
