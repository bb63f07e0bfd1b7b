/*
 * IoConnectInterruptEx: the four ways to name an interrupt (CON-10 to CON-24), and its
 * counterparts. The system finds the vectors of LINE_BASED and MESSAGE_BASED itself, from
 * what resources.c assigned to the device.
 */
#include "iop.h"
#include "iopnp.h"

/* The PCI function behind a physical device object; NULL with *Status set. */
static PIOP_PDO
IopInterruptingDevice(PDEVICE_OBJECT PhysicalDeviceObject, PNTSTATUS Status)
{
    PIOP_PDO Pdo;

    if (PhysicalDeviceObject == NULL) {
        *Status = STATUS_INVALID_PARAMETER;
        return NULL;
    }
    Pdo = IopPdoFromDevice(PhysicalDeviceObject);
    if (Pdo == NULL || Pdo->InterruptCount == 0) {
        *Status = STATUS_NOT_FOUND;
        return NULL;
    }
    return Pdo;
}

/* Whether the device was assigned Vector. */
static BOOLEAN
IopOwnsVector(PIOP_PDO Pdo, ULONG Vector)
{
    for (ULONG Index = 0; Index < Pdo->InterruptCount; Index++) {
        if (Pdo->Interrupts[Index].Vector == Vector) {
            return TRUE;
        }
    }
    return FALSE;
}

/* CONNECT_FULLY_SPECIFIED, and with Group looked at, CONNECT_FULLY_SPECIFIED_GROUP. */
static NTSTATUS
IopConnectFullySpecified(PIO_CONNECT_INTERRUPT_FULLY_SPECIFIED_PARAMETERS Parameters,
                         BOOLEAN UseGroup)
{
    IOP_CONNECTION Connection = {
        .ServiceRoutine = Parameters->ServiceRoutine,
        .ServiceContext = Parameters->ServiceContext,
        .SpinLock = Parameters->SpinLock,
        .Vector = Parameters->Vector,
        .Irql = Parameters->Irql,
        .SynchronizeIrql = Parameters->SynchronizeIrql,
        .Mode = Parameters->InterruptMode,
        .ShareVector = Parameters->ShareVector,
        .Processors = Parameters->ProcessorEnableMask,
    };
    NTSTATUS Status = STATUS_INVALID_PARAMETER;
    PIOP_PDO Pdo;

    if (Parameters->InterruptObject == NULL || Parameters->FloatingSave ||
        (UseGroup && Parameters->Group != 0)) {
        return STATUS_INVALID_PARAMETER;
    }
    if ((Connection.Processors & KeQueryActiveProcessors()) == 0) {
        return STATUS_INVALID_PARAMETER_10;
    }
    Pdo = IopInterruptingDevice(Parameters->PhysicalDeviceObject, &Status);
    if (Pdo == NULL) {
        return Status;
    }
    if (!IopOwnsVector(Pdo, Parameters->Vector)) {
        return STATUS_NOT_FOUND;
    }
    return IopConnect(&Connection, Parameters->InterruptObject);
}

/* Completes Connection with what was assigned: the vector, its level and processors. The
   caller's SynchronizeIrql is a minimum (CON-17). Passive: the ISR runs in a thread. */
static VOID
IopUseAssignment(PIOP_CONNECTION Connection, const HAL_INTERRUPT_ASSIGNMENT *Assignment,
                 BOOLEAN Passive)
{
    Connection->Vector = Assignment->Vector;
    Connection->Irql = Passive ? PASSIVE_LEVEL : Assignment->Irql;
    Connection->SynchronizeIrql = max(Connection->SynchronizeIrql, Connection->Irql);
    Connection->Mode = Assignment->Latched ? Latched : LevelSensitive;
    Connection->ShareVector = TRUE; /* CON-24 */
    Connection->Processors = Assignment->Affinity;
}

/* CONNECT_LINE_BASED: the device's line, or its only message. */
static NTSTATUS
IopConnectLine(PIO_CONNECT_INTERRUPT_LINE_BASED_PARAMETERS Parameters, BOOLEAN Passive)
{
    IOP_CONNECTION Connection = {
        .ServiceRoutine = Parameters->ServiceRoutine,
        .ServiceContext = Parameters->ServiceContext,
        .SpinLock = Parameters->SpinLock,
        .SynchronizeIrql = Parameters->SynchronizeIrql,
    };
    NTSTATUS Status = STATUS_INVALID_PARAMETER;
    PIOP_PDO Pdo;

    if (Parameters->InterruptObject == NULL || Parameters->FloatingSave) {
        return STATUS_INVALID_PARAMETER;
    }
    Pdo = IopInterruptingDevice(Parameters->PhysicalDeviceObject, &Status);
    if (Pdo == NULL) {
        return Status;
    }
    if (Pdo->InterruptCount != 1) {
        return STATUS_INVALID_DEVICE_REQUEST;
    }
    IopUseAssignment(&Connection, &Pdo->Interrupts[0], Passive || Pdo->PassiveInterrupts);
    return IopConnect(&Connection, Parameters->InterruptObject);
}

/* What IO_INTERRUPT_MESSAGE_INFO says of one message (CON-22). */
static VOID
IopDescribeMessage(PIO_INTERRUPT_MESSAGE_INFO_ENTRY Entry,
                   const HAL_INTERRUPT_ASSIGNMENT *Assignment)
{
    Entry->MessageAddress.QuadPart = (LONGLONG)Assignment->MessageAddress;
    Entry->TargetProcessorSet = Assignment->Affinity;
    Entry->MessageData = Assignment->MessageData;
    Entry->Vector = Assignment->Vector;
    Entry->Irql = Assignment->Irql;
    Entry->Mode = Latched;
    Entry->Polarity = InterruptActiveHigh;
}

/* A table of the device's messages, none connected. UnifiedIrql: the level all of their
   ISRs run at (CON-17, CON-21). */
static PIO_INTERRUPT_MESSAGE_INFO
IopCreateMessageTable(PIOP_PDO Pdo, KIRQL SynchronizeIrql, BOOLEAN Passive)
{
    PIO_INTERRUPT_MESSAGE_INFO Table =
        IopAllocate(FIELD_OFFSET(IO_INTERRUPT_MESSAGE_INFO, MessageInfo) +
                        Pdo->InterruptCount * sizeof(IO_INTERRUPT_MESSAGE_INFO_ENTRY),
                    IOP_TAG_INTERRUPT);

    if (Table == NULL) {
        return NULL;
    }
    Table->UnifiedIrql = SynchronizeIrql;
    Table->MessageCount = Pdo->InterruptCount;
    for (ULONG Index = 0; Index < Pdo->InterruptCount; Index++) {
        IopDescribeMessage(&Table->MessageInfo[Index], &Pdo->Interrupts[Index]);
        if (!Passive) {
            Table->UnifiedIrql = max(Table->UnifiedIrql, Pdo->Interrupts[Index].Irql);
        }
    }
    return Table;
}

/* Disconnects the first Count messages of a table and frees it. */
static VOID
IopDeleteMessageTable(PIO_INTERRUPT_MESSAGE_INFO Table, ULONG Count)
{
    while (Count != 0) {
        IoDisconnectInterrupt(Table->MessageInfo[--Count].InterruptObject);
    }
    ExFreePoolWithTag(Table, IOP_TAG_INTERRUPT);
}

/* Connects every message of the table, or none. Without the driver's lock each message
   has one of its own (CON-21). */
static NTSTATUS
IopConnectMessages(PIOP_PDO Pdo,
                   PIO_CONNECT_INTERRUPT_MESSAGE_BASED_PARAMETERS Parameters,
                   BOOLEAN Passive)
{
    PIO_INTERRUPT_MESSAGE_INFO Table =
        IopCreateMessageTable(Pdo, Parameters->SynchronizeIrql, Passive);

    if (Table == NULL) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    /* Before the first message is connected: an ISR may look into the table (CON-7). */
    *Parameters->ConnectionContext.InterruptMessageTable = Table;
    for (ULONG Index = 0; Index < Table->MessageCount; Index++) {
        IOP_CONNECTION Connection = {
            .MessageServiceRoutine = Parameters->MessageServiceRoutine,
            .ServiceContext = Parameters->ServiceContext,
            .SpinLock = Parameters->SpinLock,
            .SynchronizeIrql = Table->UnifiedIrql,
            .MessageIndex = Index,
        };
        NTSTATUS Status;

        IopUseAssignment(&Connection, &Pdo->Interrupts[Index], Passive);
        Status = IopConnect(&Connection, &Table->MessageInfo[Index].InterruptObject);
        if (!NT_SUCCESS(Status)) {
            *Parameters->ConnectionContext.InterruptMessageTable = NULL;
            IopDeleteMessageTable(Table, Index);
            return Status;
        }
    }
    return STATUS_SUCCESS;
}

/* CONNECT_MESSAGE_BASED, and Passive, CONNECT_MESSAGE_BASED_PASSIVE (CON-27). A device with
   a line and no messages gets the fallback ISR, and Version says so (CON-18, CON-20). */
static NTSTATUS
IopConnectMessageBased(PIO_CONNECT_INTERRUPT_PARAMETERS All, BOOLEAN Passive)
{
    PIO_CONNECT_INTERRUPT_MESSAGE_BASED_PARAMETERS Parameters = &All->MessageBased;
    NTSTATUS Status = STATUS_INVALID_PARAMETER;
    IO_CONNECT_INTERRUPT_LINE_BASED_PARAMETERS Line = {
        .PhysicalDeviceObject = Parameters->PhysicalDeviceObject,
        .InterruptObject = Parameters->ConnectionContext.InterruptObject,
        .ServiceRoutine = Parameters->FallBackServiceRoutine,
        .ServiceContext = Parameters->ServiceContext,
        .SpinLock = Parameters->SpinLock,
        .SynchronizeIrql = Parameters->SynchronizeIrql,
    };
    PIOP_PDO Pdo;

    if (Parameters->ConnectionContext.Generic == NULL || Parameters->FloatingSave ||
        Parameters->MessageServiceRoutine == NULL) {
        return STATUS_INVALID_PARAMETER;
    }
    Pdo = IopInterruptingDevice(Parameters->PhysicalDeviceObject, &Status);
    if (Pdo == NULL) {
        return Status;
    }
    if (Pdo->Interrupts[0].Message) {
        return IopConnectMessages(Pdo, Parameters, Passive || Pdo->PassiveInterrupts);
    }
    if (Parameters->FallBackServiceRoutine == NULL) {
        return STATUS_NOT_FOUND;
    }
    Status = IopConnectLine(&Line, Passive);
    if (NT_SUCCESS(Status)) {
        All->Version = CONNECT_LINE_BASED;
    }
    return Status;
}

/*
 * Registers an ISR in the way Parameters->Version says; on success Version is what
 * IoDisconnectInterruptEx wants. STATUS_SUCCESS; STATUS_INVALID_PARAMETER_1 (Version);
 * STATUS_INVALID_PARAMETER; STATUS_INVALID_PARAMETER_10 (no active processor);
 * STATUS_INVALID_DEVICE_REQUEST (line based, several messages); STATUS_NOT_FOUND (the
 * device has no such interrupt); STATUS_INSUFFICIENT_RESOURCES. PASSIVE_LEVEL. Source:
 * CON-10 to CON-21.
 */
NTSTATUS
NTAPI
IoConnectInterruptEx(PIO_CONNECT_INTERRUPT_PARAMETERS Parameters)
{
    switch (Parameters->Version) {
    case CONNECT_FULLY_SPECIFIED:
        return IopConnectFullySpecified(&Parameters->FullySpecified, FALSE);
    case CONNECT_FULLY_SPECIFIED_GROUP:
        return IopConnectFullySpecified(&Parameters->FullySpecified, TRUE);
    case CONNECT_LINE_BASED:
        return IopConnectLine(&Parameters->LineBased, FALSE);
    case CONNECT_MESSAGE_BASED:
        return IopConnectMessageBased(Parameters, FALSE);
    case CONNECT_MESSAGE_BASED_PASSIVE:
        return IopConnectMessageBased(Parameters, TRUE);
    default:
        return STATUS_INVALID_PARAMETER_1;
    }
}
EXPORT(IoConnectInterruptEx);

/* Whether a connection of Version is known by its message table. */
static BOOLEAN
IopIsMessageVersion(ULONG Version)
{
    return Version == CONNECT_MESSAGE_BASED || Version == CONNECT_MESSAGE_BASED_PASSIVE;
}

/* Ends what IoConnectInterruptEx made; Version as it returned it. A context that is not
   connected is bug check 0xC4. PASSIVE_LEVEL. Source: CON-29. */
VOID NTAPI
IoDisconnectInterruptEx(PIO_DISCONNECT_INTERRUPT_PARAMETERS Parameters)
{
    PIO_INTERRUPT_MESSAGE_INFO Table =
        Parameters->ConnectionContext.InterruptMessageTable;

    if (IopIsMessageVersion(Parameters->Version)) {
        IopDeleteMessageTable(Table, Table->MessageCount);
    } else {
        IoDisconnectInterrupt(Parameters->ConnectionContext.InterruptObject);
    }
}
EXPORT(IoDisconnectInterruptEx);

/* The processors of a registration. STATUS_INVALID_PARAMETER: no live one.
   IRQL <= DISPATCH_LEVEL. Source: CON-32, AFF-5. */
NTSTATUS
NTAPI
IoGetAffinityInterrupt(PKINTERRUPT InterruptObject, PGROUP_AFFINITY GroupAffinity)
{
    KAFFINITY Processors = IopQueryConnection(InterruptObject);

    if (Processors == 0) {
        return STATUS_INVALID_PARAMETER;
    }
    memset(GroupAffinity, 0, sizeof(*GroupAffinity));
    GroupAffinity->Mask = Processors;
    return STATUS_SUCCESS;
}
EXPORT(IoGetAffinityInterrupt);

static VOID
IopReportState(PIO_REPORT_INTERRUPT_ACTIVE_STATE_PARAMETERS Parameters, BOOLEAN Active)
{
    PIO_INTERRUPT_MESSAGE_INFO Table =
        Parameters->ConnectionContext.InterruptMessageTable;

    if (!IopIsMessageVersion(Parameters->Version)) {
        IopReportConnection(Parameters->ConnectionContext.InterruptObject, Active);
        return;
    }
    for (ULONG Index = 0; Index < Table->MessageCount; Index++) {
        IopReportConnection(Table->MessageInfo[Index].InterruptObject, Active);
    }
}

/* The device may interrupt again: its ISR is called (CON-31: first this, then the device).
   What is active already stays so. IRQL: <= DISPATCH_LEVEL. Source: CON-30. */
VOID NTAPI
IoReportInterruptActive(PIO_REPORT_INTERRUPT_ACTIVE_STATE_PARAMETERS Parameters)
{
    IopReportState(Parameters, TRUE);
}
EXPORT(IoReportInterruptActive);

/* The device is silent for a while: its ISR is not called, its registration stays. An ISR
   that runs at this moment ends. IRQL: <= DISPATCH_LEVEL. Source: CON-30. */
VOID NTAPI
IoReportInterruptInactive(PIO_REPORT_INTERRUPT_ACTIVE_STATE_PARAMETERS Parameters)
{
    IopReportState(Parameters, FALSE);
}
EXPORT(IoReportInterruptInactive);
