/*
 * StartIo: the queue of packets in front of it, its nesting, and what a packet loses on the way.
 */
#include "irp.h"

static LONG Started, StartIrql, StartKeys[3];
static PIRP Current;

/* Whether StartIo starts the next packet itself, how deep it stands in itself, and has. */
static BOOLEAN StartsNext;
static LONG Depth, Deepest;

VOID NTAPI
StartIo(PDEVICE_OBJECT DeviceObject, PIRP Irp)
{
    Depth++;
    Deepest = max(Deepest, Depth);
    StartIrql = KeGetCurrentIrql();
    if (DeviceObject->CurrentIrp == Irp) {
        Current = Irp;
        StartKeys[Started % 3] = (LONG)Irp->IoStatus.Information;
    }
    Started++;
    if (StartsNext) {
        IoStartNextPacket(DeviceObject, FALSE);
    }
    Depth--;
}

/* An idle device starts a packet at once; a busy one queues, by key when there is one. */
VOID
TestStartIo(VOID)
{
    static const ULONG Keys[3] = {50, 90, 20};
    PIRP Irps[3];
    KIRQL Old;

    for (ULONG Index = 0; Index < 3; Index++) {
        ULONG Key = Keys[Index];

        Irps[Index] = IoAllocateIrp(1, FALSE);
        IoSetNextIrpStackLocation(Irps[Index]);
        Irps[Index]->IoStatus.Information = Key;
        IoStartPacket(Lower, Irps[Index], &Key, NULL);
    }
    ok_equal(Started, 1, "IRP-1 the first packet is started, the others queue");
    ok(Current == Irps[0] && StartIrql == DISPATCH_LEVEL,
       "IRP-3 StartIo at DISPATCH_LEVEL");
    ok_irql(PASSIVE_LEVEL, "IRP-1 IoStartPacket restores the level");
    KeRaiseIrql(DISPATCH_LEVEL, &Old);
    IoStartNextPacket(Lower, FALSE);
    IoStartNextPacket(Lower, FALSE);
    IoStartNextPacket(Lower, FALSE);
    KeLowerIrql(Old);
    ok_equal(Started, 3, "IRP-2 IoStartNextPacket starts one each, and none when empty");
    ok(StartKeys[0] == 50 && StartKeys[1] == 20 && StartKeys[2] == 90,
       "IRP-1 the queue is in the order of the keys");
    ok(Lower->CurrentIrp == NULL, "IRP-2 an idle device has no current IRP");
    for (ULONG Index = 0; Index < 3; Index++) {
        IoFreeIrp(Irps[Index]);
    }
}

/* Starts packet after packet from inside StartIo; how deep the calls nested. */
static LONG
NestPackets(BOOLEAN Deferred)
{
    PIRP Irps[4];

    IoSetStartIoAttributes(Lower, Deferred, FALSE);
    StartsNext = FALSE;
    Started = Deepest = 0;
    for (ULONG Index = 0; Index < RTL_NUMBER_OF(Irps); Index++) {
        KIRQL Old;

        Irps[Index] = IoAllocateIrp(1, FALSE);
        IoSetNextIrpStackLocation(Irps[Index]);
        IoStartPacket(Lower, Irps[Index], NULL, NULL);
        if (Index == RTL_NUMBER_OF(Irps) - 1) {
            StartsNext = TRUE; /* the first one is done: the others start each other */
            KeRaiseIrql(DISPATCH_LEVEL, &Old);
            IoStartNextPacket(Lower, FALSE);
            KeLowerIrql(Old);
        }
    }
    ok_equal(Started, RTL_NUMBER_OF(Irps), "IRP-4 every packet is started once");
    ok(Lower->CurrentIrp == NULL, "IRP-4 and the device is idle then");
    for (ULONG Index = 0; Index < RTL_NUMBER_OF(Irps); Index++) {
        IoFreeIrp(Irps[Index]);
    }
    StartsNext = FALSE;
    return Deepest;
}

static VOID NTAPI
NoteCancel(PDEVICE_OBJECT DeviceObject, PIRP Irp)
{
    UNREFERENCED_PARAMETER(DeviceObject);
    IoReleaseCancelSpinLock(Irp->CancelIrql);
}

/* Two packets with a cancel routine; which of them, current and waiting, still have it? */
static VOID
TestCancelable(BOOLEAN NonCancelable)
{
    PIRP Irps[2];
    KIRQL Old;

    IoSetStartIoAttributes(Lower, FALSE, NonCancelable);
    for (ULONG Index = 0; Index < 2; Index++) {
        Irps[Index] = IoAllocateIrp(1, FALSE);
        IoSetNextIrpStackLocation(Irps[Index]);
        IoStartPacket(Lower, Irps[Index], NULL, NoteCancel);
    }
    ok((Irps[0]->CancelRoutine == NULL) == NonCancelable,
       NonCancelable
           ? "IRP-4 NonCancelable: a packet that starts at once loses its routine"
           : "IRP-4 by default a packet that starts keeps its cancel routine");
    ok(Irps[1]->CancelRoutine == NoteCancel,
       "IRP-4 one that waits has it in either case");
    KeRaiseIrql(DISPATCH_LEVEL, &Old);
    IoStartNextPacket(Lower, TRUE);
    KeLowerIrql(Old);
    ok((Irps[1]->CancelRoutine == NULL) == NonCancelable, "IRP-4 until it is dequeued");
    ok_equal(IoCancelIrp(Irps[1]), !NonCancelable,
             "IRP-4 IoCancelIrp finds a routine or does not, accordingly");
    KeRaiseIrql(DISPATCH_LEVEL, &Old);
    IoStartNextPacket(Lower, TRUE);
    KeLowerIrql(Old);
    for (ULONG Index = 0; Index < 2; Index++) {
        IoSetCancelRoutine(Irps[Index], NULL);
        IoFreeIrp(Irps[Index]);
    }
}

VOID
TestStartAttributes(VOID)
{
    ok_equal(NestPackets(FALSE), 3,
             "IRP-4 by default StartIo is called from inside itself");
    ok_equal(NestPackets(TRUE), 1, "IRP-4 DeferredStartIo: only when it has returned");
    TestCancelable(FALSE);
    TestCancelable(TRUE);
    IoSetStartIoAttributes(Lower, FALSE, FALSE);
}
