/*
 * Private to io/query*.c: one query while it is answered.
 */
#pragma once

#include "iop.h"
#include "iopnp.h"

#include <dirqlquery.h>
#include <internal/ke.h>
#include <internal/mm.h>

typedef struct _IOP_QUERY {
    PUCHAR Next; /* where the next entry goes */
    ULONG Left;  /* bytes there */
    ULONG Size;  /* of an entry */
    ULONG Count; /* of entries, also of those that found no room */
} IOP_QUERY, *PIOP_QUERY;

/* The next entry, zeroed; NULL: it is counted, and there is no room for it. Any IRQL. */
PVOID IopAddEntry(PIOP_QUERY Query);
/* "e1000.sys!E1000Isr" for a routine: as a stop report names it, but without an offset of
   0, which says nothing here. IRQL <= DISPATCH_LEVEL. */
VOID IopDescribeRoutine(ULONG64 Routine, CHAR *Text, SIZE_T Size);

/* Each answers one class. PASSIVE_LEVEL. */
typedef VOID IOP_QUERY_ROUTINE(PIOP_QUERY Query);
IOP_QUERY_ROUTINE IopQueryProcessors, IopQueryInterrupts, IopQueryLocks; /* queryint.c */
IOP_QUERY_ROUTINE IopQueryMemory, IopQueryPoolTags, IopQueryThreads;     /* querymem.c */
IOP_QUERY_ROUTINE IopQueryDrivers, IopQueryDevices;                      /* querydev.c */
