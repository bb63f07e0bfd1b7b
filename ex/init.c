/*
 * The order in which the executive comes to life, above pool and threads.
 */
#include "exp.h"

/*
 * Object types, the handle table, system threads and worker threads. Runs once, after
 * ExInitializePool and KeInitializeDispatcher. PASSIVE_LEVEL.
 */
NTSTATUS
ExInitializeSystem(VOID)
{
    ObpInitializeHandles();
    PspInitializeThreads();
    return ExpInitializeWorkers();
}
