/*
 * Cancelling, and the lock that keeps a device from being removed.
 */
#include "irp.h"

static LONG CancelIrql, CancelLockHeld;
static volatile LONG CancelRuns;

static VOID NTAPI
CancelRoutine(PDEVICE_OBJECT DeviceObject, PIRP Irp)
{
    UNREFERENCED_PARAMETER(DeviceObject);
    CancelIrql = KeGetCurrentIrql();
    CancelLockHeld = Irp->CancelRoutine == NULL && Irp->Cancel;
    CancelRuns++;
    Pended = NULL;
    IoReleaseCancelSpinLock(Irp->CancelIrql);
    Irp->IoStatus.Status = STATUS_CANCELLED;
    Irp->IoStatus.Information = 0;
    IoCompleteRequest(Irp, IO_NO_INCREMENT);
}

VOID
TestCancel(VOID)
{
    REQUEST Request;
    KIRQL Old;
    PIRP Irp;

    Irp = BuildRequest(Lower, CODE_PEND, &Request);
    IoCallDriver(Lower, Irp);
    ok_equal(IoCancelIrp(Irp), FALSE,
             "IRP-10 without a cancel routine IoCancelIrp is FALSE");
    ok_equal(Irp->Cancel, TRUE, "IRP-10 but sets Cancel");
    CompletePended(STATUS_SUCCESS);
    ok_status(Request.Iosb.Status, STATUS_SUCCESS, "IRP-10 and the request goes its way");

    Irp = BuildRequest(Lower, CODE_PEND, &Request);
    IoCallDriver(Lower, Irp);
    ok(IoSetCancelRoutine(Irp, CancelRoutine) == NULL,
       "IRP-12 there was no cancel routine");
    ok_equal(IoCancelIrp(Irp), TRUE, "IRP-10 with one IoCancelIrp is TRUE");
    ok_irql(PASSIVE_LEVEL, "IRP-11 CancelIrql restored the level");
    ok_equal(CancelRuns, 1, "IRP-10 and calls it");
    ok_equal(CancelIrql, DISPATCH_LEVEL, "IRP-11 at DISPATCH_LEVEL");
    ok_equal(CancelLockHeld, 1,
             "IRP-12 already taken out of the IRP, which has Cancel set");
    ok_status(Request.Iosb.Status, STATUS_CANCELLED, "IRP-11 the request is cancelled");

    Irp = BuildRequest(Lower, CODE_PEND, &Request);
    IoCallDriver(Lower, Irp);
    IoSetCancelRoutine(Irp, CancelRoutine);
    ok(IoSetCancelRoutine(Irp, NULL) == CancelRoutine,
       "IRP-12 the exchange returns the old");
    ok_equal(IoCancelIrp(Irp), FALSE, "IRP-12 taken back it is not called");
    CompletePended(STATUS_SUCCESS);
    IoAcquireCancelSpinLock(&Old);
    ok_irql(DISPATCH_LEVEL, "LCK-2 the cancel spin lock is held at DISPATCH_LEVEL");
    IoReleaseCancelSpinLock(Old);
    ok_irql(PASSIVE_LEVEL, "LCK-2 and restores the level");
}

static PIRP volatile Victim;
static volatile LONG Cancellations;

static VOID NTAPI
CancellingThread(PVOID Context)
{
    UNREFERENCED_PARAMETER(Context);
    for (ULONG Turn = 0; Turn < 200; Turn++) {
        while (Victim == NULL) {
            YieldProcessor();
        }
        if (IoCancelIrp(Victim)) {
            InterlockedIncrement(&Cancellations);
        }
        Victim = NULL;
    }
    PsTerminateSystemThread(STATUS_SUCCESS);
}

/* Taking the cancel routine back races with cancelling: exactly one of them wins. */
VOID
TestCancelRace(VOID)
{
    static DECLSPEC_ALIGN(16) UCHAR Memory[sizeof(IRP) + sizeof(IO_STACK_LOCATION)];
    PIRP Irp = (PIRP)Memory;
    PKTHREAD Thread;
    ULONG Taken = 0, Wrong = 0;

    if (KeQueryActiveProcessorCount(NULL) == 1) {
        return;
    }
    CancelRuns = 0;
    Thread = KtapCreateThread(CancellingThread, NULL);
    for (ULONG Turn = 0; Turn < 200; Turn++) {
        IoInitializeIrp(Irp, IoSizeOfIrp(1), 1);
        IoSetNextIrpStackLocation(Irp);
        IoSetCancelRoutine(Irp, CancelRoutine);
        Victim = Irp;
        KeStallExecutionProcessor(Turn % 10);
        if (IoSetCancelRoutine(Irp, NULL) != NULL) {
            Taken++;
        }
        while (Victim != NULL) {
            YieldProcessor();
        }
        Wrong += !Irp->Cancel;
    }
    KtapJoinThread(Thread);
    ok_equal(Wrong, 0, "IRP-10 every one of 200 IRPs has Cancel set");
    ok_equal(Taken + CancelRuns, 200,
             "IRP-12 each is taken back or cancelled, never both");
    ok_equal(Cancellations, CancelRuns, "IRP-10 IoCancelIrp tells which");
}

static volatile LONG Removed;

static VOID NTAPI
RemovingThread(PVOID Context)
{
    PIO_REMOVE_LOCK Lock = Context;

    IoAcquireRemoveLock(Lock, NULL);
    IoReleaseRemoveLockAndWait(Lock, NULL);
    Removed = 1;
    PsTerminateSystemThread(STATUS_SUCCESS);
}

VOID
TestRemoveLock(VOID)
{
    static IO_REMOVE_LOCK Lock;
    PKTHREAD Thread;

    KtapPoison(&Lock);
    IoInitializeRemoveLock(&Lock, KTAP_TAG, 0, 0);
    ok_status(IoAcquireRemoveLock(&Lock, NULL), STATUS_SUCCESS,
              "IoAcquireRemoveLock: before removal");
    Thread = KtapCreateThread(RemovingThread, &Lock);
    KtapSleep(30);
    ok_equal(Removed, 0, "IoReleaseRemoveLockAndWait waits for who is inside");
    ok_status(IoAcquireRemoveLock(&Lock, NULL), STATUS_DELETE_PENDING,
              "IoAcquireRemoveLock: refused from then on");
    IoReleaseRemoveLock(&Lock, NULL);
    KtapJoinThread(Thread);
    ok_equal(Removed, 1, "IoReleaseRemoveLockAndWait returns when the last one leaves");
}
