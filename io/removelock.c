/*
 * Remove locks: a count of the users of a device, which removal waits out.
 *
 * IoCount starts at 1, the owner's share. Tags, deadlines and the high watermark serve
 * NT's checked builds only; they are accepted and unused.
 */
#include "iop.h"

/* Prepares Lock, RemlockSize bytes in the device extension. PASSIVE_LEVEL.
   Source: manual, IoInitializeRemoveLock. */
VOID NTAPI
IoInitializeRemoveLockEx(PIO_REMOVE_LOCK Lock, ULONG AllocateTag, ULONG MaxLockedMinutes,
                         ULONG HighWatermark, ULONG RemlockSize)
{
    UNREFERENCED_PARAMETER(AllocateTag);
    UNREFERENCED_PARAMETER(MaxLockedMinutes);
    UNREFERENCED_PARAMETER(HighWatermark);
    UNREFERENCED_PARAMETER(RemlockSize);
    Lock->Common.Removed = FALSE;
    Lock->Common.IoCount = 1;
    KeInitializeEvent(&Lock->Common.RemoveEvent, SynchronizationEvent, FALSE);
}
EXPORT(IoInitializeRemoveLockEx);

/* Gives one share back; the last one wakes the remover. IRQL <= DISPATCH_LEVEL.
   Source: manual, IoReleaseRemoveLock. */
VOID NTAPI
IoReleaseRemoveLockEx(PIO_REMOVE_LOCK RemoveLock, PVOID Tag, ULONG RemlockSize)
{
    UNREFERENCED_PARAMETER(Tag);
    UNREFERENCED_PARAMETER(RemlockSize);
    if (InterlockedDecrement(&RemoveLock->Common.IoCount) == 0) {
        KeSetEvent(&RemoveLock->Common.RemoveEvent, IO_NO_INCREMENT, FALSE);
    }
}
EXPORT(IoReleaseRemoveLockEx);

/*
 * Takes a share of the lock. STATUS_DELETE_PENDING: removal has begun, nothing was taken.
 * IRQL <= DISPATCH_LEVEL. Source: manual, IoAcquireRemoveLock.
 */
NTSTATUS
NTAPI
IoAcquireRemoveLockEx(PIO_REMOVE_LOCK RemoveLock, PVOID Tag, PCSTR File, ULONG Line,
                      ULONG RemlockSize)
{
    UNREFERENCED_PARAMETER(File);
    UNREFERENCED_PARAMETER(Line);
    /* Count first, look second: the remover does the reverse, so one of the two sees the
       other. */
    InterlockedIncrement(&RemoveLock->Common.IoCount);
    if (RemoveLock->Common.Removed) {
        IoReleaseRemoveLockEx(RemoveLock, Tag, RemlockSize);
        return STATUS_DELETE_PENDING;
    }
    return STATUS_SUCCESS;
}
EXPORT(IoAcquireRemoveLockEx);

/* Gives back the caller's share and the owner's, and waits until all others are back too;
   later acquires fail. PASSIVE_LEVEL. Source: manual, IoReleaseRemoveLockAndWait. */
VOID NTAPI
IoReleaseRemoveLockAndWaitEx(PIO_REMOVE_LOCK RemoveLock, PVOID Tag, ULONG RemlockSize)
{
    RemoveLock->Common.Removed = TRUE;
    IoReleaseRemoveLockEx(RemoveLock, Tag, RemlockSize);
    if (InterlockedDecrement(&RemoveLock->Common.IoCount) > 0) {
        KeWaitForSingleObject(&RemoveLock->Common.RemoveEvent, Executive, KernelMode,
                              FALSE, NULL);
    }
}
EXPORT(IoReleaseRemoveLockAndWaitEx);
