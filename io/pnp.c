/*
 * Plug and Play: starting devices (match.c finds their drivers, remove.c lets them go).
 *
 * The order is NT's: AddDevice of each driver builds the stack (stack.c), the requirements are filtered from the
 * top, resources are assigned, IRP_MN_START_DEVICE goes down the stack.
 */
#include "iop.h"
#include "iopnp.h"

#include <cfg.h>
#include <internal/ke.h>

static KEVENT IopPnpLock = KE_EVENT_LOCK(IopPnpLock);

VOID
IopAcquirePnpLock(VOID)
{
    KeEnterEventLock(&IopPnpLock);
}

VOID
IopReleasePnpLock(VOID)
{
    KeLeaveEventLock(&IopPnpLock);
}

NTSTATUS
IopSendPnp(PIOP_PDO Pdo, UCHAR MinorFunction, PIO_STACK_LOCATION Location,
           PULONG_PTR Information)
{
    Location->MajorFunction = IRP_MJ_PNP;
    Location->MinorFunction = MinorFunction;
    return IopSendIrp(Pdo->DeviceObject, Location, STATUS_NOT_SUPPORTED, Information);
}

const CHAR *
IopPdoName(PIOP_PDO Pdo)
{
    return Pdo->DeviceObject->DeviceObjectExtension->Description;
}

/* ---- starting
 * ---------------------------------------------------------------------------- */

NTSTATUS
IopQueryRequirements(PIOP_PDO Pdo, PIO_RESOURCE_REQUIREMENTS_LIST *List)
{
    IO_STACK_LOCATION Location = {0};
    ULONG_PTR Information = 0;
    NTSTATUS Status =
        IopSendPnp(Pdo, IRP_MN_QUERY_RESOURCE_REQUIREMENTS, &Location, &Information);

    *List = NULL;
    if (!NT_SUCCESS(Status)) {
        return Status == STATUS_NOT_SUPPORTED ? STATUS_SUCCESS : Status;
    }
    Location.Parameters.FilterResourceRequirements.IoResourceRequirementList =
        (PIO_RESOURCE_REQUIREMENTS_LIST)Information;
    /* Whoever replaces the list frees the one it got: Information is what is left. */
    IopSendPnp(Pdo, IRP_MN_FILTER_RESOURCE_REQUIREMENTS, &Location, &Information);
    *List = (PIO_RESOURCE_REQUIREMENTS_LIST)Information;
    return STATUS_SUCCESS;
}

/* One line for a device that runs. */
static VOID
IopReportStart(PIOP_PDO Pdo, const IOP_MODULE *Module)
{
    const HAL_INTERRUPT_ASSIGNMENT *Interrupt = &Pdo->Interrupts[0];
    CHAR Processors[32];

    if (Pdo->InterruptCount == 0) {
        DbgPrint("io: %s started on %s, without interrupt\n", Module->BaseName,
                 IopPdoName(Pdo));
        return;
    }
    IopFormatProcessors(Interrupt->Affinity, Processors, sizeof(Processors));
    DbgPrint("io: %s started on %s, %u %s interrupt%s vector 0x%02X, IRQL %u, %s\n",
             Module->BaseName, IopPdoName(Pdo), Pdo->InterruptCount,
             Interrupt->Message ? "message" : "line",
             Pdo->InterruptCount == 1 ? ":" : "s, the first:", Interrupt->Vector,
             Interrupt->Irql, Processors);
}

/* Finds places for what the device requires, others making room if they have to. */
static NTSTATUS
IopReserveResources(PIOP_PDO Pdo)
{
    PIO_RESOURCE_REQUIREMENTS_LIST List;
    NTSTATUS Status = IopQueryRequirements(Pdo, &List);

    if (NT_SUCCESS(Status)) {
        Status = IopArbitrate(Pdo, List, FALSE);
    }
    if (Status == STATUS_CONFLICTING_ADDRESSES) {
        Status = IopRebalance(Pdo, List);
    }
    if (Status == STATUS_CONFLICTING_ADDRESSES) {
        IopReportConflict(Pdo);
        Pdo->Problem = CM_PROB_NORMAL_CONFLICT;
    }
    if (!NT_SUCCESS(Status)) {
        IopDropProposal(Pdo);
    }
    if (List != NULL) {
        ExFreePool(List);
    }
    return Status;
}

NTSTATUS
IopSendStart(PIOP_PDO Pdo)
{
    IO_STACK_LOCATION Location = {0};

    Location.Parameters.StartDevice.AllocatedResources = Pdo->RawResources;
    Location.Parameters.StartDevice.AllocatedResourcesTranslated =
        Pdo->TranslatedResources;
    return IopSendPnp(Pdo, IRP_MN_START_DEVICE, &Location, NULL);
}

/* Resources and IRP_MN_START_DEVICE, for a device whose stack stands. */
static NTSTATUS
IopStartStack(PIOP_PDO Pdo)
{
    NTSTATUS Status = IopReserveResources(Pdo);

    if (NT_SUCCESS(Status)) {
        Status = IopAssignResources(Pdo);
    }
    return NT_SUCCESS(Status) ? IopSendStart(Pdo) : Status;
}

/* Gives the device to the driver. IopPnpLock held. */
static NTSTATUS
IopStartDevice(PIOP_PDO Pdo, PDRIVER_OBJECT Driver)
{
    const IOP_MODULE *Module = &IopDriverExtension(Driver)->Module;
    NTSTATUS Status;

    Pdo->FunctionDriver = Driver; /* AddDevice may ask for what belongs to the driver */
    Pdo->Problem = 0;
    Pdo->State = IopPdoAdded;
    Status = IopBuildStack(Pdo, Driver);
    if (!NT_SUCCESS(Status)) {
        Pdo->Problem = CM_PROB_FAILED_ADD;
        IopRemoveDevice(Pdo);
        return Status;
    }
    Status = IopStartStack(Pdo);
    if (!NT_SUCCESS(Status)) {
        Pdo->Problem = Pdo->Problem == 0 ? CM_PROB_FAILED_START : Pdo->Problem;
        DbgPrint("io: %s: the start of %s failed with status 0x%08X, problem %u\n",
                 Module->BaseName, IopPdoName(Pdo), Status, Pdo->Problem);
        IopRemoveDevice(Pdo);
        return Status;
    }
    Pdo->State = IopPdoStarted;
    IopReportStart(Pdo, Module);
    if (IopCheckStarted(Pdo)) {
        IopEnumerateChildren(Pdo);
    }
    return STATUS_SUCCESS;
}

/*
 * Starts Driver on every device without a driver that one of its hardware ids names.
 * Returns the first failure; STATUS_NO_SUCH_DEVICE when there is no such device.
 */
NTSTATUS
IopStartMatchingDevices(PDRIVER_OBJECT Driver)
{
    const IOP_MODULE *Module = &IopDriverExtension(Driver)->Module;
    NTSTATUS Result = STATUS_NO_SUCH_DEVICE;

    IopAcquirePnpLock();
    for (PLIST_ENTRY Link = IopPdos.Flink; Link != &IopPdos; Link = Link->Flink) {
        PIOP_PDO Pdo = CONTAINING_RECORD(Link, IOP_PDO, Link);
        NTSTATUS Status;

        if (Pdo->State != IopPdoEnumerated || !IopMatches(Pdo, &Module->Hardware)) {
            continue;
        }
        Status = IopStartDevice(Pdo, Driver);
        if (Result == STATUS_NO_SUCH_DEVICE || NT_SUCCESS(Result)) {
            Result = Status;
        }
    }
    IopReleasePnpLock();
    if (Result == STATUS_NO_SUCH_DEVICE) {
        DbgPrint("io: %s: no device %s is present\n", Module->BaseName,
                 Module->Hardware.Ids[0]);
    }
    return Result;
}

/* Gives a device that came while the system runs to the first driver that names it. */
VOID
IopStartNewDevice(PIOP_PDO Pdo)
{
    for (PLIST_ENTRY Link = IopDrivers.Flink; Link != &IopDrivers; Link = Link->Flink) {
        PIOP_DRIVER_EXTENSION Driver =
            CONTAINING_RECORD(Link, IOP_DRIVER_EXTENSION, Link);

        if (!Driver->Unloading && IopMatches(Pdo, &Driver->Module.Hardware)) {
            IopStartDevice(Pdo, Driver->Public.DriverObject);
            return;
        }
    }
}

/* A device that found no resources gets another chance when some may have become free. */
VOID
IopRetryConflicts(VOID)
{
    for (PLIST_ENTRY Link = IopPdos.Flink; Link != &IopPdos; Link = Link->Flink) {
        PIOP_PDO Pdo = CONTAINING_RECORD(Link, IOP_PDO, Link);

        if (Pdo->State == IopPdoEnumerated && !Pdo->Gone &&
            Pdo->Problem == CM_PROB_NORMAL_CONFLICT) {
            IopStartNewDevice(Pdo);
        }
    }
}

/* A device that was removed because one of its filters was unloaded starts again without
   that. */
VOID
IopRestartUnfiltered(VOID)
{
    IopAcquirePnpLock();
    for (PLIST_ENTRY Link = IopPdos.Flink; Link != &IopPdos; Link = Link->Flink) {
        PIOP_PDO Pdo = CONTAINING_RECORD(Link, IOP_PDO, Link);

        if (Pdo->Unfiltered && Pdo->State == IopPdoEnumerated) {
            Pdo->Unfiltered = FALSE;
            IopStartNewDevice(Pdo);
        }
    }
    IopReleasePnpLock();
}
