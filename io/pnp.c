/*
 * Plug and Play: matching drivers and devices, and starting them (remove.c lets them go).
 *
 * The order is NT's: AddDevice builds the stack, the requirements are filtered from the
 * top, resources are assigned, IRP_MN_START_DEVICE goes down the stack.
 */
#include "iop.h"
#include "iopnp.h"

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

/* ---- matching
 * ---------------------------------------------------------------------------- */

/* Whether Text (ASCII) is the string at Id, without case. */
static BOOLEAN
IopEqualId(const WCHAR *Id, const CHAR *Text)
{
    while (*Id != L'\0' &&
           RtlUpcaseUnicodeChar(*Id) == RtlUpcaseUnicodeChar((UCHAR)*Text)) {
        Id++;
        Text++;
    }
    return *Id == L'\0' && *Text == '\0';
}

/* Whether one of the device's ids of Type is one that the module names. */
static BOOLEAN
IopMatchesIds(PIOP_PDO Pdo, const IOP_MODULE *Module, BUS_QUERY_ID_TYPE Type)
{
    IO_STACK_LOCATION Location = {0};
    ULONG_PTR Information = 0;
    BOOLEAN Matches = FALSE;

    Location.Parameters.QueryId.IdType = Type;
    if (!NT_SUCCESS(IopSendPnp(Pdo, IRP_MN_QUERY_ID, &Location, &Information))) {
        return FALSE;
    }
    for (const WCHAR *Id = (const WCHAR *)Information; *Id != L'\0';) {
        for (ULONG Index = 0; Index < Module->HardwareIdCount; Index++) {
            Matches |= IopEqualId(Id, Module->HardwareIds[Index]);
        }
        while (*Id++ != L'\0') {
        }
    }
    ExFreePool((PVOID)Information);
    return Matches;
}

/* ---- starting
 * ---------------------------------------------------------------------------- */

/* Lets the stack filter the requirements; *Request is what it settled on. */
static VOID
IopFilterRequirements(PIOP_PDO Pdo, PIOP_INTERRUPT_REQUEST Request)
{
    IO_STACK_LOCATION Location = {0};
    ULONG_PTR Information = 0;

    RtlZeroMemory(Request, sizeof(*Request));
    if (!NT_SUCCESS(IopSendPnp(Pdo, IRP_MN_QUERY_RESOURCE_REQUIREMENTS, &Location,
                               &Information)) ||
        Information == 0) {
        return;
    }
    Location.Parameters.FilterResourceRequirements.IoResourceRequirementList =
        (PIO_RESOURCE_REQUIREMENTS_LIST)Information;
    /* Whoever replaces the list frees the one it got: Information is what is left. */
    IopSendPnp(Pdo, IRP_MN_FILTER_RESOURCE_REQUIREMENTS, &Location, &Information);
    if (Information != 0) {
        IopReadInterruptRequest((PIO_RESOURCE_REQUIREMENTS_LIST)Information, Request);
        ExFreePool((PVOID)Information);
    }
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

/* Resources and IRP_MN_START_DEVICE, for a device whose stack stands. */
static NTSTATUS
IopStartStack(PIOP_PDO Pdo, const IOP_MODULE *Module)
{
    IO_STACK_LOCATION Location = {0};
    IOP_INTERRUPT_REQUEST Request;
    NTSTATUS Status;

    IopReportMissingBars(Pdo);
    IopFilterRequirements(Pdo, &Request);
    IopCompleteInterruptRequest(&Request, IopChooseProcessors(Module));
    Pdo->PassiveInterrupts = Module->Passive != 0;
    Status = IopAssignResources(Pdo, &Request);
    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    Location.Parameters.StartDevice.AllocatedResources = Pdo->RawResources;
    Location.Parameters.StartDevice.AllocatedResourcesTranslated =
        Pdo->TranslatedResources;
    return IopSendPnp(Pdo, IRP_MN_START_DEVICE, &Location, NULL);
}

/* Gives the device to the driver. IopPnpLock held. */
static NTSTATUS
IopStartDevice(PIOP_PDO Pdo, PDRIVER_OBJECT Driver)
{
    const IOP_MODULE *Module = &IopDriverExtension(Driver)->Module;
    PDRIVER_ADD_DEVICE AddDevice = Driver->DriverExtension->AddDevice;
    NTSTATUS Status = STATUS_INVALID_DEVICE_REQUEST;

    Pdo->FunctionDriver = Driver; /* AddDevice may ask for what belongs to the driver */
    if (AddDevice != NULL) {
        Status = AddDevice(Driver, Pdo->DeviceObject);
    }
    if (!NT_SUCCESS(Status)) {
        Pdo->FunctionDriver = NULL;
        DbgPrint("io: %s: AddDevice for %s failed with status 0x%08X\n", Module->BaseName,
                 IopPdoName(Pdo), Status);
        return Status;
    }
    Pdo->State = IopPdoAdded;
    Status = IopStartStack(Pdo, Module);
    if (!NT_SUCCESS(Status)) {
        DbgPrint("io: %s: IRP_MN_START_DEVICE for %s failed with status 0x%08X\n",
                 Module->BaseName, IopPdoName(Pdo), Status);
        IopRemoveDevice(Pdo);
        return Status;
    }
    Pdo->State = IopPdoStarted;
    IopReportStart(Pdo, Module);
    return STATUS_SUCCESS;
}

static BOOLEAN
IopMatches(PIOP_PDO Pdo, const IOP_MODULE *Module)
{
    return IopMatchesIds(Pdo, Module, BusQueryHardwareIDs) ||
           IopMatchesIds(Pdo, Module, BusQueryCompatibleIDs);
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

        if (Pdo->State != IopPdoEnumerated || !IopMatches(Pdo, Module)) {
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
                 Module->HardwareIds[0]);
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

        if (!Driver->Unloading && Driver->Module.HardwareIdCount != 0 &&
            IopMatches(Pdo, &Driver->Module)) {
            IopStartDevice(Pdo, Driver->Public.DriverObject);
            return;
        }
    }
}
