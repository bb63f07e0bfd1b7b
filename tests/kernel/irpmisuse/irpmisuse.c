/*
 * irpmisuse: one misuse of an IRP, an MDL or a work item a boot, seen by the verifier. The driver sends IRPs to a
 * device of its own.
 */
#include "../cases.h"

#define VERIFIER_CALL_INTERRUPTS_OFF     0xC0 /* VER-15 */
#define VERIFIER_DISPATCH_INTERRUPTS_OFF 0xC1
#define VERIFIER_ITEM_PAGEABLE           0x131
#define VERIFIER_COMPLETION_IRQL         0xFA /* VER-16 */

#define ADDRESS(Pointer) ((ULONG64)(ULONG_PTR)(Pointer))

DRIVER_INITIALIZE DriverEntry;
static DRIVER_DISPATCH Dispatch;
static IO_COMPLETION_ROUTINE RaisingCompletion, KeepingCompletion;

static PDEVICE_OBJECT Device;
static KTAP_SUITE *InDispatch; /* what the dispatch routine does wrong */
static PIRP Held;

static NTSTATUS NTAPI
Dispatch(PDEVICE_OBJECT DeviceObject, PIRP Irp)
{
    UNREFERENCED_PARAMETER(DeviceObject);
    if (InDispatch == NULL) {
        IoMarkIrpPending(Irp);
        Held = Irp;
        return STATUS_PENDING;
    }
    Irp->IoStatus.Status = STATUS_SUCCESS;
    IoCompleteRequest(Irp, IO_NO_INCREMENT);
    InDispatch();
    return STATUS_SUCCESS;
}

static NTSTATUS NTAPI
KeepingCompletion(PDEVICE_OBJECT DeviceObject, PIRP Irp, PVOID Context)
{
    UNREFERENCED_PARAMETER(DeviceObject);
    UNREFERENCED_PARAMETER(Irp);
    UNREFERENCED_PARAMETER(Context);
    return STATUS_MORE_PROCESSING_REQUIRED;
}

static NTSTATUS NTAPI
RaisingCompletion(PDEVICE_OBJECT DeviceObject, PIRP Irp, PVOID Context)
{
    KfRaiseIrql(DISPATCH_LEVEL);
    return KeepingCompletion(DeviceObject, Irp, Context);
}

/* An IRP for Device, which comes back to Completion. */
static PIRP
MakeIrp(PIO_COMPLETION_ROUTINE Completion)
{
    PIRP Irp = IoAllocateIrp(1, FALSE);

    IoGetNextIrpStackLocation(Irp)->MajorFunction = IRP_MJ_WRITE;
    IoSetCompletionRoutine(Irp, Completion, NULL, TRUE, TRUE, TRUE);
    return Irp;
}

static VOID
DisableInterrupts(VOID)
{
    __asm__ __volatile__("cli");
}

static VOID
RaiseLevel(VOID)
{
    KfRaiseIrql(DISPATCH_LEVEL);
}

static VOID
CallWithInterruptsOff(VOID)
{
    PIRP Irp = MakeIrp(KeepingCompletion);

    KtapExpectStop(DRIVER_VERIFIER_DETECTED_VIOLATION, VERIFIER_CALL_INTERRUPTS_OFF,
                   ADDRESS(Irp), 0, 0);
    DisableInterrupts();
    IoCallDriver(Device, Irp);
}

static VOID
ReturnWithInterruptsOff(VOID)
{
    InDispatch = DisableInterrupts;
    KtapExpectStop(DRIVER_VERIFIER_DETECTED_VIOLATION, VERIFIER_DISPATCH_INTERRUPTS_OFF,
                   ADDRESS(Dispatch), 0, 0);
    IoCallDriver(Device, MakeIrp(KeepingCompletion));
}

static VOID
ReturnRaised(VOID)
{
    InDispatch = RaiseLevel;
    KtapExpectStop(DRIVER_VERIFIER_IOMANAGER_VIOLATION, 5, ADDRESS(Device), PASSIVE_LEVEL,
                   DISPATCH_LEVEL);
    IoCallDriver(Device, MakeIrp(KeepingCompletion));
}

static VOID
CompleteRaised(VOID)
{
    InDispatch = RaiseLevel;
    KtapExpectStop(DRIVER_VERIFIER_DETECTED_VIOLATION, VERIFIER_COMPLETION_IRQL,
                   ADDRESS(RaisingCompletion), PASSIVE_LEVEL, DISPATCH_LEVEL);
    IoCallDriver(Device, MakeIrp(RaisingCompletion));
}

static VOID
CallWithoutIrp(VOID)
{
    PIRP Irp = MakeIrp(KeepingCompletion);

    Irp->Type = 0;
    KtapExpectStop(DRIVER_VERIFIER_IOMANAGER_VIOLATION, 3, ADDRESS(Irp), 0, 0);
    IoCallDriver(Device, Irp);
}

static VOID
CallWithoutDevice(VOID)
{
    KtapExpectStop(DRIVER_VERIFIER_IOMANAGER_VIOLATION, 4, ADDRESS(Ktap.DriverObject), 0,
                   0);
    IoCallDriver((PDEVICE_OBJECT)Ktap.DriverObject, MakeIrp(KeepingCompletion));
}

static VOID
CompletePending(VOID)
{
    PIRP Irp = MakeIrp(KeepingCompletion);

    IoCallDriver(Device, Irp);
    Irp->IoStatus.Status = STATUS_PENDING;
    KtapExpectStop(DRIVER_VERIFIER_IOMANAGER_VIOLATION, 6, STATUS_PENDING, ADDRESS(Irp),
                   0);
    IoCompleteRequest(Irp, IO_NO_INCREMENT);
}

static VOID
CompleteAtDevice(VOID)
{
    PIRP Irp = MakeIrp(KeepingCompletion);

    IoCallDriver(Device, Irp);
    Irp->IoStatus.Status = STATUS_SUCCESS;
    KtapExpectStop(DRIVER_VERIFIER_IOMANAGER_VIOLATION, 0xE, CMCI_LEVEL, ADDRESS(Irp), 0);
    KfRaiseIrql(CMCI_LEVEL);
    IoCompleteRequest(Irp, IO_NO_INCREMENT);
}

static VOID
FreeUnderWay(VOID)
{
    PIRP Irp = MakeIrp(KeepingCompletion);

    IoCallDriver(Device, Irp);
    KtapExpectStop(DRIVER_VERIFIER_IOMANAGER_VIOLATION, 2, ADDRESS(Irp), 0, 0);
    IoFreeIrp(Irp);
}

static VOID
FreeNoIrp(VOID)
{
    PIRP Irp = MakeIrp(KeepingCompletion);

    Irp->Type = 0;
    KtapExpectStop(DRIVER_VERIFIER_IOMANAGER_VIOLATION, 1, ADDRESS(Irp), 0, 0);
    IoFreeIrp(Irp);
}

/* LCK-10: whoever gets the IRP back may want the same lock. */
static VOID
CompleteWithLock(VOID)
{
    static KSPIN_LOCK Lock;
    PIRP Irp = MakeIrp(KeepingCompletion);
    KIRQL OldIrql;

    KeInitializeSpinLock(&Lock);
    IoCallDriver(Device, Irp);
    Irp->IoStatus.Status = STATUS_SUCCESS;
    KtapExpectStop(DRIVER_VERIFIER_DETECTED_VIOLATION, 0x40009, KTAP_ANY, 0, 0);
    KeAcquireSpinLock(&Lock, &OldIrql);
    IoCompleteRequest(Irp, IO_NO_INCREMENT); /* lint: on purpose */
    KeReleaseSpinLock(&Lock, OldIrql);
}

/* VER-18: IrqlIoDispatch */
static VOID
CallAtDevice(VOID)
{
    PIRP Irp = MakeIrp(KeepingCompletion);

    KtapExpectStop(DRIVER_VERIFIER_DETECTED_VIOLATION, 0x20022, KTAP_ANY, 0, 0);
    KfRaiseIrql(CMCI_LEVEL);
    IoCallDriver(Device, Irp); /* lint: on purpose */
}

static VOID
FreeAtDevice(VOID)
{
    PIRP Irp = MakeIrp(KeepingCompletion);

    KtapExpectStop(DRIVER_VERIFIER_DETECTED_VIOLATION, 0x20022, KTAP_ANY, 0, 0);
    KfRaiseIrql(CMCI_LEVEL);
    IoFreeIrp(Irp); /* lint: on purpose */
}

static VOID
UnlockTwice(VOID)
{
    PMDL Mdl = IoAllocateMdl(&Held, sizeof(Held), FALSE, FALSE, NULL);

    MmProbeAndLockPages(Mdl, KernelMode, IoWriteAccess);
    MmUnlockPages(Mdl);
    KtapExpectStop(DRIVER_VERIFIER_DETECTED_VIOLATION, 0xD1A00011, ADDRESS(Mdl), KTAP_ANY,
                   0);
    MmUnlockPages(Mdl);
}

static VOID
FreeLocked(VOID)
{
    PMDL Mdl = IoAllocateMdl(&Held, sizeof(Held), FALSE, FALSE, NULL);

    MmProbeAndLockPages(Mdl, KernelMode, IoWriteAccess);
    KtapExpectStop(DRIVER_VERIFIER_DETECTED_VIOLATION, 0xD1A00012, ADDRESS(Mdl), KTAP_ANY,
                   0);
    IoFreeMdl(Mdl);
}

/* WRK-1, on one processor: at DISPATCH_LEVEL no worker can take the item. */
static IO_WORKITEM_ROUTINE IdleItem;
static WORKER_THREAD_ROUTINE IdleWorker;

static VOID NTAPI
IdleItem(PDEVICE_OBJECT DeviceObject, PVOID Context)
{
    UNREFERENCED_PARAMETER(DeviceObject);
    UNREFERENCED_PARAMETER(Context);
}

static VOID NTAPI
IdleWorker(PVOID Context)
{
    UNREFERENCED_PARAMETER(Context);
}

static VOID
FreeQueuedItem(VOID)
{
    PIO_WORKITEM Item = IoAllocateWorkItem(Device);

    KtapExpectStop(WORKER_INVALID, 0, KTAP_ANY, ADDRESS(Item), KTAP_ANY);
    KfRaiseIrql(DISPATCH_LEVEL);
    IoQueueWorkItem(Item, IdleItem, DelayedWorkQueue, NULL);
    IoFreeWorkItem(Item);
}

static VOID
FreeQueuedWorker(VOID)
{
    PWORK_QUEUE_ITEM Item =
        ExAllocatePoolWithTag(NonPagedPoolNx, sizeof(*Item), KTAP_TAG);

    ExInitializeWorkItem(Item, IdleWorker, NULL);
    KtapExpectStop(WORKER_INVALID, 0, ADDRESS(Item), ADDRESS(Item),
                   ADDRESS(Item) + sizeof(*Item));
    KfRaiseIrql(DISPATCH_LEVEL);
    ExQueueWorkItem(Item, DelayedWorkQueue);
    ExFreePoolWithTag(Item, KTAP_TAG);
}

/* VER-17 */
static VOID
QueuePagedWorker(VOID)
{
    PWORK_QUEUE_ITEM Item = ExAllocatePoolWithTag(PagedPool, sizeof(*Item), KTAP_TAG);

    ExInitializeWorkItem(Item, IdleWorker, NULL);
    KtapExpectStop(DRIVER_VERIFIER_DETECTED_VIOLATION, VERIFIER_ITEM_PAGEABLE,
                   ADDRESS(Item), 0, 0);
    ExQueueWorkItem(Item, DelayedWorkQueue);
}

/* VER-17 */
static VOID
InitializePagedItem(VOID)
{
    PUCHAR Block = ExAllocatePoolWithTag(PagedPool, 64 + IoSizeofWorkItem(), KTAP_TAG);

    KtapExpectStop(DRIVER_VERIFIER_DETECTED_VIOLATION, VERIFIER_ITEM_PAGEABLE,
                   ADDRESS(Block + 64), 0, 0);
    IoInitializeWorkItem(Device, (PIO_WORKITEM)(Block + 64));
}

/* One more location would be needed. */
static VOID
CallTooFar(VOID)
{
    PIRP Irp = MakeIrp(KeepingCompletion);

    IoCallDriver(Device, Irp);
    KtapExpectStop(NO_MORE_IRP_STACK_LOCATIONS, ADDRESS(Irp), 0, 0, 0);
    IoCallDriver(Device, Irp);
}

/* IRP-6: sent, held, completed, freed, as it should be. */
static VOID
BehaveWell(VOID)
{
    PIRP Irp = MakeIrp(KeepingCompletion);

    ok_status(IoCallDriver(Device, Irp), STATUS_PENDING, "IRP-6 a pended IRP");
    ok(Held == Irp, "IRP-6 is the driver's");
    Irp->IoStatus.Status = STATUS_SUCCESS;
    IoCompleteRequest(Irp, IO_NO_INCREMENT);
    IoFreeIrp(Irp);
}

static const KTAP_CASE Cases[] = {
    {L"calloff", CallWithInterruptsOff},
    {L"returnoff", ReturnWithInterruptsOff},
    {L"returnraised", ReturnRaised},
    {L"completeraised", CompleteRaised},
    {L"noirp", CallWithoutIrp},
    {L"nodevice", CallWithoutDevice},
    {L"pending", CompletePending},
    {L"atdevice", CompleteAtDevice},
    {L"freeunderway", FreeUnderWay},
    {L"freenoirp", FreeNoIrp},
    {L"withlock", CompleteWithLock},
    {L"callatdevice", CallAtDevice},
    {L"freeatdevice", FreeAtDevice},
    {L"unlocktwice", UnlockTwice},
    {L"freelocked", FreeLocked},
    {L"freequeued", FreeQueuedItem},
    {L"freeworker", FreeQueuedWorker},
    {L"pagedworker", QueuePagedWorker},
    {L"pageditem", InitializePagedItem},
    {L"toofar", CallTooFar},
    {L"well", BehaveWell},
};

static VOID
IrpTests(VOID)
{
    Ktap.DriverObject->MajorFunction[IRP_MJ_WRITE] = Dispatch;
    ok_status(IoCreateDevice(Ktap.DriverObject, 0, NULL, FILE_DEVICE_UNKNOWN, 0, FALSE,
                             &Device),
              STATUS_SUCCESS, "a device to send IRPs to");
    KtapRunCase(Cases, RTL_NUMBER_OF(Cases));
}

NTSTATUS
NTAPI
DriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath)
{
    return KtapStart(DriverObject, RegistryPath, IrpTests);
}
