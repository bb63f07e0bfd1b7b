/*
 * The lock of a synchronous file object: Busy is the lock, Waiters counts those who want it,
 * and the event Lock wakes one of them. Members and their use are NT's, since drivers can
 * see them.
 */
#include "iop.h"

static BOOLEAN
IopTryLockFile(PFILE_OBJECT File)
{
    return InterlockedExchange((volatile LONG *)&File->Busy, TRUE) == FALSE;
}

NTSTATUS
IopLockFile(PFILE_OBJECT File, BOOLEAN Alertable)
{
    NTSTATUS Status = STATUS_SUCCESS;

    if (IopTryLockFile(File)) {
        return STATUS_SUCCESS;
    }
    InterlockedIncrement((volatile LONG *)&File->Waiters);
    while (!IopTryLockFile(File)) {
        Status =
            KeWaitForSingleObject(&File->Lock, Executive, KernelMode, Alertable, NULL);
        if (Status != STATUS_SUCCESS) {
            break;
        }
    }
    InterlockedDecrement((volatile LONG *)&File->Waiters);
    if (Status != STATUS_SUCCESS && File->Waiters != 0) {
        /* The lock may have been released for this thread: the next one has to look. */
        KeSetEvent(&File->Lock, IO_NO_INCREMENT, FALSE);
    }
    return Status;
}

VOID
IopUnlockFile(PFILE_OBJECT File)
{
    InterlockedExchange((volatile LONG *)&File->Busy, FALSE);
    if (File->Waiters != 0) {
        KeSetEvent(&File->Lock, IO_NO_INCREMENT, FALSE);
    }
}
