/*
 * msix.h: the parts of the suite.
 */
#pragma once

#include "controller.h"
#include "vectors.h"

#define MESSAGES  9 /* what the module line says */
#define IO_QUEUES (MESSAGES - 1)

/* deliver.c: messages arrive. */
KTAP_SUITE TestOneByOne, TestAllAtOnce, TestBeyond;
/* hold.c: messages wait: for a lock, a mask, a connection. */
KTAP_SUITE TestLocks, TestInactive, TestDisconnected;

/* deliver.c: has each I/O queue read the sector of its number, or awaits that it has. */
VOID StartReads(VOID);
BOOLEAN AwaitReads(const LONG *Before);
/* What the I/O queues have completed. */
VOID CountCompleted(LONG *Completed);
