/*
 * query.h: what the files of the suite share: fetching a whole list, and finding an entry.
 */
#pragma once

#include <recorder.h>

#include <dirqlquery.h>

#define QUERY_TAG 0x79726551 /* "Qery" */

/* A whole list, to be freed with FreeList; a check fails, and NULL, when there is none. */
PDIRQL_QUERY_HEADER FetchList(DIRQL_QUERY_CLASS Class);
VOID FreeList(PDIRQL_QUERY_HEADER List);
/* The Index-th entry of a list, or NULL. */
PVOID ListEntry(PDIRQL_QUERY_HEADER List, ULONG Index);

/* contents.c, interrupts.c */
VOID TestContents(VOID);
VOID TestInterrupts(VOID);
VOID TestLocks(VOID);
