/*
 * IRPs on their way between drivers. (VER-15; bug check 0xC9 as NT documents it)
 *
 * What the I/O manager notices by itself stays its own: an IRP completed twice (0x44), with
 * its cancel routine still set (0x48), sent on without a stack location (0x35).
 */
#include "vf.h"

#include <internal/io.h>

#define VF_CALL_INTERRUPTS_OFF     0xC0
#define VF_DISPATCH_INTERRUPTS_OFF 0xC1
#define VF_RULE_IO_DISPATCH        0x20022

/* First parameters of bug check DRIVER_VERIFIER_IOMANAGER_VIOLATION. */
#define VF_FREED_NO_IRP       0x1
#define VF_FREED_UNDER_WAY    0x2
#define VF_CALLED_WITH_NO_IRP 0x3
#define VF_CALLED_NO_DEVICE   0x4
#define VF_DISPATCH_IRQL      0x5
#define VF_COMPLETED_PENDING  0x6
#define VF_COMPLETED_AT_IRQL  0xE

static VOID
VfStopForIrp(ULONG_PTR Guilty, const CHAR *Text, ULONG Kind, ULONG_PTR Parameter2,
             ULONG_PTR Parameter3, ULONG_PTR Parameter4)
{
    ArchDisableInterrupts();
    KeExplainStop(Guilty, Text);
    KeBugCheckEx(DRIVER_VERIFIER_IOMANAGER_VIOLATION, Kind, Parameter2, Parameter3,
                 Parameter4);
}

/* What a driver passes to IofCallDriver. */
static VOID
VfCheckCall(PDEVICE_OBJECT DeviceObject, PIRP Irp)
{
    if (!ArchInterruptsEnabled()) {
        VfStop(VF_CALL_INTERRUPTS_OFF, (ULONG_PTR)Irp, 0, 0,
               "IoCallDriver called with interrupts disabled");
    }
    if (KeGetCurrentIrql() > DISPATCH_LEVEL) {
        VfStopRule(VF_RULE_IO_DISPATCH, "IrqlIoDispatch: IoCallDriver called at IRQL %u",
                   KeGetCurrentIrql());
    }
    if (Irp->Type != IO_TYPE_IRP) {
        VfStopForIrp(0, "IoCallDriver was given no IRP", VF_CALLED_WITH_NO_IRP,
                     (ULONG_PTR)Irp, 0, 0);
    }
    if (DeviceObject == NULL || DeviceObject->Type != IO_TYPE_DEVICE) {
        VfStopForIrp(0, "IoCallDriver was given no device object", VF_CALLED_NO_DEVICE,
                     (ULONG_PTR)DeviceObject, 0, 0);
    }
}

/* IRQL <= DISPATCH_LEVEL; the dispatch routine returns at the level it was called at. */
static NTSTATUS FASTCALL
VfIofCallDriver(PDEVICE_OBJECT DeviceObject, PIRP Irp)
{
    KIRQL Before = KeGetCurrentIrql();
    ULONG_PTR Dispatch;
    NTSTATUS Status;

    VfCheckCall(DeviceObject, Irp);
    /* Read before: the IRP, and with it which routine it was, may be gone afterwards. */
    Dispatch = (ULONG_PTR)DeviceObject->DriverObject->MajorFunction[min(
        IoGetNextIrpStackLocation(Irp)->MajorFunction, IRP_MJ_MAXIMUM_FUNCTION)];
    Status = IofCallDriver(DeviceObject, Irp);
    if (!ArchInterruptsEnabled()) {
        VfStopBlaming(Dispatch, VF_DISPATCH_INTERRUPTS_OFF, Dispatch, 0, 0,
                      "a dispatch routine returned with interrupts disabled");
    }
    if (KeGetCurrentIrql() != Before) {
        VfStopForIrp(Dispatch, "a dispatch routine returned at another IRQL",
                     VF_DISPATCH_IRQL, (ULONG_PTR)DeviceObject, Before,
                     KeGetCurrentIrql());
    }
    return Status;
}
VERIFY(IofCallDriver);

/* IRQL <= DISPATCH_LEVEL, no spin lock held, and a status that says how it ended. */
static VOID FASTCALL
VfIofCompleteRequest(PIRP Irp, CCHAR PriorityBoost)
{
    NTSTATUS Status = Irp->IoStatus.Status;

    if (KeGetCurrentIrql() > DISPATCH_LEVEL) {
        VfStopForIrp(0, "IoCompleteRequest called above DISPATCH_LEVEL",
                     VF_COMPLETED_AT_IRQL, KeGetCurrentIrql(), (ULONG_PTR)Irp, 0);
    }
    if (KeGetCurrentIrql() == DISPATCH_LEVEL) {
        VfRefuseHeld(
            "IoCompleteRequest"); /* completion routines may want the lock: LCK-10 */
    }
    if (Irp->Type == IO_TYPE_IRP && (Status == STATUS_PENDING || Status == -1)) {
        VfStopForIrp(0, "an IRP was completed whose status says that it is pending",
                     VF_COMPLETED_PENDING, (ULONG)Status, (ULONG_PTR)Irp, 0);
    }
    IofCompleteRequest(Irp, PriorityBoost);
}
VERIFY(IofCompleteRequest);

/* IRQL <= DISPATCH_LEVEL; the IRP is nobody's any more. */
static VOID NTAPI
VfIoFreeIrp(PIRP Irp)
{
    if (KeGetCurrentIrql() > DISPATCH_LEVEL) {
        VfStopRule(VF_RULE_IO_DISPATCH, "IrqlIoDispatch: IoFreeIrp called at IRQL %u",
                   KeGetCurrentIrql());
    }
    if (Irp->Type != IO_TYPE_IRP) {
        VfStopForIrp(0, "IoFreeIrp was given no IRP, or a freed one", VF_FREED_NO_IRP,
                     (ULONG_PTR)Irp, 0, 0);
    }
    if (IoIsIrpUnderWay(Irp)) {
        VfStopForIrp(0, "an IRP was freed that has not come back", VF_FREED_UNDER_WAY,
                     (ULONG_PTR)Irp, 0, 0);
    }
    IoFreeIrp(Irp);
}
VERIFY(IoFreeIrp);
