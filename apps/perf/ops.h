/*
 * What ops.c has for repeat.c. PASSIVE_LEVEL, one thread.
 */
#pragma once

#include "perf.h"

/* One operation, Count times. */
typedef VOID OPS_ROUTINE(ULONG Count);

OPS_ROUTINE OpsEmptyLoop;
OPS_ROUTINE OpsSpinPair;
OPS_ROUTINE OpsSelfIpi;
OPS_ROUTINE OpsSelfIpiDpc;
OPS_ROUTINE OpsDpcTask;
OPS_ROUTINE OpsWakeThread;
OPS_ROUTINE OpsUnowned;
OPS_ROUTINE OpsCall;

/* Around all of them: the vector, and what calls go to Processor. FALSE: no vector. */
BOOLEAN OpsPrepare(ULONG Processor);
VOID OpsFinish(VOID);
/* Around OpsDpcTask and OpsWakeThread: a thread on Processor that answers. */
NTSTATUS OpsStartPartner(ULONG Processor);
VOID OpsStopPartner(VOID);
