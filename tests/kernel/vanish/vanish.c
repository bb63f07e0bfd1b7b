/*
 * vanish: a disk controller that is pulled out in the middle of its start. Whoever waits
 * for it then holds up all of Plug and Play, the removal itself included.
 *
 * The suite stands between nvme.sys and its device as a lower filter: it takes the
 * controller off memory first, so that it answers nothing and the start waits, and off the
 * bus a little later, so that its registers read as those of a device that is not there.
 */
#include "../ktap.h"

#include <cfg.h>
#include <dirqltest.h>

#define SERVICE     L"\\Registry\\Machine\\System\\CurrentControlSet\\Services\\nvme"
#define PCI_COMMAND 4
#define LATER       200  /* milliseconds */
#define SOON        2500 /* milliseconds; the wait for an answer is twice as long */

DRIVER_INITIALIZE DriverEntry;
static DRIVER_ADD_DEVICE AddDevice;
static DRIVER_UNLOAD Unload;
static DRIVER_DISPATCH Pass, Pnp;

static UNICODE_STRING Service = RTL_CONSTANT_STRING(SERVICE);
static PDEVICE_OBJECT Lower, Pdo; /* the filter's, of which there is one at a time */
static volatile LONG Vanishing, Deaf, Starts;

/* Writes the function's command register, by the bus driver. */
static VOID
SetCommand(USHORT Command)
{
    IO_STATUS_BLOCK Result;
    PIO_STACK_LOCATION Stack;
    KEVENT Done;
    PIRP Irp;

    KeInitializeEvent(&Done, NotificationEvent, FALSE);
    Irp = IoBuildSynchronousFsdRequest(IRP_MJ_PNP, Lower, NULL, 0, NULL, &Done, &Result);
    if (Irp == NULL) {
        return;
    }
    Irp->IoStatus.Status = STATUS_NOT_SUPPORTED;
    Stack = IoGetNextIrpStackLocation(Irp);
    Stack->MinorFunction = IRP_MN_WRITE_CONFIG;
    Stack->Parameters.ReadWriteConfig.WhichSpace = PCI_WHICHSPACE_CONFIG;
    Stack->Parameters.ReadWriteConfig.Buffer = &Command;
    Stack->Parameters.ReadWriteConfig.Offset = PCI_COMMAND;
    Stack->Parameters.ReadWriteConfig.Length = sizeof(Command);
    if (IoCallDriver(Lower, Irp) == STATUS_PENDING) {
        KeWaitForSingleObject(&Done, Executive, KernelMode, FALSE, NULL);
    }
}

static NTSTATUS NTAPI
AddDevice(PDRIVER_OBJECT DriverObject, PDEVICE_OBJECT PhysicalDevice)
{
    PDEVICE_OBJECT Device;
    NTSTATUS Status;

    Status =
        IoCreateDevice(DriverObject, 0, NULL, FILE_DEVICE_UNKNOWN, 0, FALSE, &Device);
    if (NT_SUCCESS(Status)) {
        Pdo = PhysicalDevice;
        Lower = IoAttachDeviceToDeviceStack(Device, PhysicalDevice);
        Device->Flags &= ~(ULONG)DO_DEVICE_INITIALIZING;
    }
    return Status;
}

static NTSTATUS NTAPI
Pass(PDEVICE_OBJECT DeviceObject, PIRP Irp)
{
    UNREFERENCED_PARAMETER(DeviceObject);
    IoSkipCurrentIrpStackLocation(Irp);
    return IoCallDriver(Lower, Irp);
}

/* The bus driver has switched the device on; the driver above comes next. */
static NTSTATUS
Start(PIRP Irp)
{
    NTSTATUS Status = STATUS_UNSUCCESSFUL;

    if (IoForwardIrpSynchronously(Lower, Irp)) {
        Status = Irp->IoStatus.Status;
    }
    InterlockedIncrement(&Starts);
    if (Vanishing) {
        SetCommand(PCI_ENABLE_MEMORY_SPACE);
        Deaf = 1;
    }
    IoCompleteRequest(Irp, IO_NO_INCREMENT);
    return Status;
}

static NTSTATUS NTAPI
Pnp(PDEVICE_OBJECT DeviceObject, PIRP Irp)
{
    UCHAR Minor = IoGetCurrentIrpStackLocation(Irp)->MinorFunction;
    NTSTATUS Status;

    if (Minor == IRP_MN_START_DEVICE) {
        return Start(Irp);
    }
    Status = Pass(DeviceObject, Irp);
    if (Minor == IRP_MN_REMOVE_DEVICE) {
        IoDetachDevice(Lower);
        IoDeleteDevice(DeviceObject);
    }
    return Status;
}

static VOID NTAPI
TakeAway(PVOID Context)
{
    UNREFERENCED_PARAMETER(Context);
    if (KtapAwait(&Deaf, 1)) {
        KtapSleep(LATER);
        SetCommand(0);
    }
    PsTerminateSystemThread(STATUS_SUCCESS);
}

static ULONG
ProblemOfDevice(VOID)
{
    ULONG Problem = MAXULONG;

    DirqlQueryProblem(Pdo, &Problem);
    return Problem;
}

/* Loads the driver, whose device is started meanwhile; the milliseconds that takes. */
static ULONG64
Load(VOID)
{
    LARGE_INTEGER Frequency;
    LARGE_INTEGER Before = KeQueryPerformanceCounter(&Frequency);
    LARGE_INTEGER After;

    ok_status(ZwLoadDriver(&Service), STATUS_SUCCESS, "the driver comes");
    ProblemOfDevice(); /* returns when Plug and Play is done */
    After = KeQueryPerformanceCounter(NULL);
    return (ULONG64)(After.QuadPart - Before.QuadPart) * 1000 /
           (ULONG64)Frequency.QuadPart;
}

static VOID
RunTests(VOID)
{
    DIRQL_USAGE Before, After;
    PKTHREAD Thread;
    ULONG64 Taken;

    ok_status(ZwUnloadDriver(&Service), STATUS_SUCCESS, "the driver leaves its device");
    Load();
    ok_equal(Starts, 1, "and comes back above the filter");
    ok_equal(ProblemOfDevice(), 0, "with a device that runs");
    ok_status(ZwUnloadDriver(&Service), STATUS_SUCCESS, "it leaves again");
    DirqlQueryUsage(&Before);
    for (ULONG Turn = 0; Turn < 2; Turn++) {
        Vanishing = 1;
        Deaf = 0;
        Thread = KtapCreateThread(TakeAway, NULL);
        DbgPrint("# expect line ^nvme: the controller does not start, status "
                 "0xc000000e\n");
        Taken = Load();
        KtapJoinThread(Thread);
        ok(Taken >= LATER, "PNP a controller that does not answer is waited for,");
        ok(Taken < SOON, "PNP one that vanishes meanwhile is not");
        ok_equal(ProblemOfDevice(), CM_PROB_FAILED_START, "PNP its start fails");
        ok_status(ZwUnloadDriver(&Service), STATUS_SUCCESS, "PNP its driver can go,");
    }
    KtapSleep(50); /* a worker may still hold the last reference to something */
    DirqlQueryUsage(&After);
    ok_equal(After.PoolBlocks, Before.PoolBlocks, "PNP leaves nothing behind");
    ok_equal(After.Sources, Before.Sources, "PNP no interrupt either,");
    Vanishing = 0;
    Load();
    ok_equal(ProblemOfDevice(), 0, "PNP and come back when the device is there again");
}

static VOID NTAPI
Unload(PDRIVER_OBJECT DriverObject)
{
    UNREFERENCED_PARAMETER(DriverObject);
}

NTSTATUS
NTAPI
DriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath)
{
    for (ULONG Major = 0; Major <= IRP_MJ_MAXIMUM_FUNCTION; Major++) {
        DriverObject->MajorFunction[Major] = Pass;
    }
    DriverObject->MajorFunction[IRP_MJ_PNP] = Pnp;
    DriverObject->DriverExtension->AddDevice = AddDevice;
    DriverObject->DriverUnload = Unload;
    return KtapStart(DriverObject, RegistryPath, RunTests);
}
