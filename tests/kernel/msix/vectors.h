/*
 * vectors.h: the table of an MSI-X function, read by a driver that has only its registers.
 */
#pragma once

#include "messages.h"

/* Finds table and pending bits; FALSE: none, or not in the mapped region. */
BOOLEAN FindVectors(VOID);
ULONG CountVectors(VOID);
/* Whether an entry holds this message's address and data. */
BOOLEAN HoldsMessage(ULONG Entry, ULONG Message);
BOOLEAN IsVectorMasked(ULONG Entry);
BOOLEAN IsVectorPending(ULONG Entry);
/* How many of First to Last are masked. */
ULONG CountMasked(ULONG First, ULONG Last);
ULONG CountPending(ULONG First, ULONG Last);
