/*
 * Who is running. There is one process, the system's; it exists to have an address.
 */
#include "exp.h"

struct _EPROCESS {
    HANDLE UniqueProcessId;
};

static struct _EPROCESS PspSystemProcess = {.UniqueProcessId = (HANDLE)4};

/* Any IRQL. Source: IoGetCurrentProcess, PsGetCurrentProcess. */
PEPROCESS
NTAPI
IoGetCurrentProcess(VOID)
{
    return &PspSystemProcess;
}
EXPORT(IoGetCurrentProcess);

/* The system process' number. Any IRQL. Source: PsGetCurrentProcessId. */
HANDLE
NTAPI
PsGetCurrentProcessId(VOID)
{
    return PspSystemProcess.UniqueProcessId;
}
EXPORT(PsGetCurrentProcessId);

/*
 * The running thread's number; 0 on a thread that has none (boot, idle). Any IRQL.
 * Source: PsGetCurrentThreadId.
 */
HANDLE
NTAPI
PsGetCurrentThreadId(VOID)
{
    PETHREAD Thread = PspCurrentThread();

    return Thread == NULL ? NULL : Thread->Cid.UniqueThread;
}
EXPORT(PsGetCurrentThreadId);
