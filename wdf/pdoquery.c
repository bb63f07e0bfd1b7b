/*
 * What the PnP manager asks of a physical device: ids, texts, capabilities, resources.
 *
 * A question that the driver has no answer to keeps the status it came with.
 */
#include "wdfp.h"
#include "pdo.h"
#include "pnpstate.h"
#include "queryinterface.h"
#include "relations.h"
#include "requirements.h"
#include "resources.h"

/* Answers with a copy of Strings, which the asker frees. */
static NTSTATUS
WdfpAnswerStrings(PIRP Irp, const WDFP_STRINGS *Strings)
{
    PVOID Copy;

    if (Strings->Text == NULL) {
        return Irp->IoStatus.Status;
    }
    Copy = ExAllocatePoolZero(PagedPool, Strings->Bytes, WDFP_TAG);
    if (Copy == NULL) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    RtlCopyMemory(Copy, Strings->Text, Strings->Bytes);
    Irp->IoStatus.Information = (ULONG_PTR)Copy;
    return STATUS_SUCCESS;
}

static NTSTATUS
WdfpAnswerId(PWDFP_PDO_INIT Pdo, PIRP Irp, PIO_STACK_LOCATION Stack)
{
    BUS_QUERY_ID_TYPE Type = Stack->Parameters.QueryId.IdType;

    return (ULONG)Type < RTL_NUMBER_OF(Pdo->Ids) ? WdfpAnswerStrings(Irp, &Pdo->Ids[Type])
                                                 : Irp->IoStatus.Status;
}

/* The texts of the language asked for, or else of the default one. */
static NTSTATUS
WdfpAnswerText(PWDFP_PDO_INIT Pdo, PIRP Irp, PIO_STACK_LOCATION Stack)
{
    PWDFP_DEVICE_TEXT Found = NULL;

    for (PWDFP_DEVICE_TEXT Text = Pdo->Texts; Text != NULL; Text = Text->Next) {
        if (Text->Locale == Stack->Parameters.QueryDeviceText.LocaleId) {
            Found = Text;
            break;
        }
        if (Text->Locale == Pdo->DefaultLocale) {
            Found = Text;
        }
    }
    if (Found == NULL) {
        return Irp->IoStatus.Status;
    }
    return WdfpAnswerStrings(Irp, Stack->Parameters.QueryDeviceText.DeviceTextType ==
                                          DeviceTextDescription
                                      ? &Found->Description
                                      : &Found->Location);
}

/* The device is always on, in a system that is. */
static NTSTATUS
WdfpAnswerCapabilities(PWDFP_DEVICE Device, PIO_STACK_LOCATION Stack)
{
    PDEVICE_CAPABILITIES Capabilities = Stack->Parameters.DeviceCapabilities.Capabilities;

    if (Capabilities->Version != 1 || Capabilities->Size < sizeof(*Capabilities)) {
        return STATUS_INVALID_PARAMETER;
    }
    Capabilities->RawDeviceOK = Device->Init->Pdo->Raw;
    Capabilities->DeviceState[PowerSystemWorking] = PowerDeviceD0;
    for (ULONG State = PowerSystemSleeping1; State < POWER_SYSTEM_MAXIMUM; State++) {
        Capabilities->DeviceState[State] = PowerDeviceD3;
    }
    return WdfpReportCapabilities(Device, Stack, STATUS_SUCCESS);
}

/* TargetDeviceRelation: the device itself, referenced; others: what has to go with it. */
static NTSTATUS
WdfpAnswerRelations(PWDFP_DEVICE Device, PIRP Irp, PIO_STACK_LOCATION Stack)
{
    DEVICE_RELATION_TYPE Type = Stack->Parameters.QueryDeviceRelations.Type;
    PDEVICE_RELATIONS Relations;

    if (Type == EjectionRelations || Type == RemovalRelations) {
        return WdfpAnswerWithRelations(Device, Irp, Type);
    }
    if (Type != TargetDeviceRelation) {
        return Irp->IoStatus.Status;
    }
    Relations = ExAllocatePoolZero(PagedPool, sizeof(*Relations), WDFP_TAG);
    if (Relations == NULL) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    Relations->Count = 1;
    Relations->Objects[0] = Device->DeviceObject;
    ObReferenceObject(Device->DeviceObject);
    Irp->IoStatus.Information = (ULONG_PTR)Relations;
    return STATUS_SUCCESS;
}

/* The driver fills an empty list with what its device needs. */
static NTSTATUS
WdfpAnswerRequirements(PWDFP_DEVICE Device, PIRP Irp)
{
    PFN_WDF_DEVICE_RESOURCE_REQUIREMENTS_QUERY Callback =
        Device->Init->Pdo->Callbacks.EvtDeviceResourceRequirementsQuery;
    IO_RESOURCE_REQUIREMENTS_LIST Nothing = {.InterfaceType = Internal};
    PIO_RESOURCE_REQUIREMENTS_LIST Built = NULL;
    PWDFP_REQUIREMENTS Requirements;
    NTSTATUS Status;

    if (Callback == NULL) {
        return Irp->IoStatus.Status;
    }
    Status = WdfpCreateRequirements(Device, &Nothing, &Requirements);
    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    Status = WDFP_CALL(Device->Object.Globals, Callback, WdfpHandle(Device),
                       WdfpHandle(Requirements));
    if (NT_SUCCESS(Status) && Requirements->Count != 0) {
        Built = WdfpBuildRequirements(Requirements);
        Status = Built == NULL ? STATUS_INSUFFICIENT_RESOURCES : STATUS_SUCCESS;
    }
    WdfpDelete(Requirements);
    Irp->IoStatus.Information = (ULONG_PTR)Built;
    return Status;
}

/* The same with what the firmware gave it. */
static NTSTATUS
WdfpAnswerResources(PWDFP_DEVICE Device, PIRP Irp)
{
    PFN_WDF_DEVICE_RESOURCES_QUERY Callback =
        Device->Init->Pdo->Callbacks.EvtDeviceResourcesQuery;
    PCM_RESOURCE_LIST Built = NULL;
    PWDFP_RESOURCES List;
    NTSTATUS Status;

    if (Callback == NULL) {
        return Irp->IoStatus.Status;
    }
    Status = WdfpCreateResources(Device, NULL, &List);
    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    Status =
        WDFP_CALL(Device->Object.Globals, Callback, WdfpHandle(Device), WdfpHandle(List));
    if (NT_SUCCESS(Status) && List->Count != 0) {
        Built = WdfpBuildResources(List);
        Status = Built == NULL ? STATUS_INSUFFICIENT_RESOURCES : STATUS_SUCCESS;
    }
    WdfpDelete(List);
    Irp->IoStatus.Information = (ULONG_PTR)Built;
    return Status;
}

/* The driver lets the device out of the machine; then it is missing. */
static NTSTATUS
WdfpEjectPdo(PWDFP_DEVICE Device, PIRP Irp)
{
    PFN_WDF_DEVICE_EJECT Callback = Device->Init->Pdo->Callbacks.EvtDeviceEject;
    NTSTATUS Status;

    if (Callback == NULL) {
        return Irp->IoStatus.Status;
    }
    Status = WDFP_CALL(Device->Object.Globals, Callback, WdfpHandle(Device));
    if (NT_SUCCESS(Status)) {
        WdfpMarkMissing(Device);
    }
    return Status;
}

static NTSTATUS
WdfpAnswerPdoInterface(PWDFP_DEVICE Device, PIRP Irp, PIO_STACK_LOCATION Stack)
{
    NTSTATUS Status = WdfpAnswerInterface(Device, Stack);

    return Status == STATUS_NOT_SUPPORTED ? Irp->IoStatus.Status : Status;
}

NTSTATUS
WdfpAnswerPdo(PWDFP_DEVICE Device, PIRP Irp)
{
    PIO_STACK_LOCATION Stack = IoGetCurrentIrpStackLocation(Irp);
    PWDFP_PDO_INIT Pdo = Device->Init->Pdo;

    switch (Stack->MinorFunction) {
    case IRP_MN_QUERY_ID:
        return WdfpAnswerId(Pdo, Irp, Stack);
    case IRP_MN_QUERY_DEVICE_TEXT:
        return WdfpAnswerText(Pdo, Irp, Stack);
    case IRP_MN_QUERY_CAPABILITIES:
        return WdfpAnswerCapabilities(Device, Stack);
    case IRP_MN_QUERY_DEVICE_RELATIONS:
        return WdfpAnswerRelations(Device, Irp, Stack);
    case IRP_MN_QUERY_RESOURCE_REQUIREMENTS:
        return WdfpAnswerRequirements(Device, Irp);
    case IRP_MN_QUERY_RESOURCES:
        return WdfpAnswerResources(Device, Irp);
    case IRP_MN_QUERY_PNP_DEVICE_STATE:
        WdfpReportState(Device, Irp);
        return STATUS_SUCCESS;
    case IRP_MN_QUERY_INTERFACE:
        return WdfpAnswerPdoInterface(Device, Irp, Stack);
    case IRP_MN_EJECT:
        return WdfpEjectPdo(Device, Irp);
    case IRP_MN_SET_LOCK:
        return Pdo->Callbacks.EvtDeviceSetLock == NULL
                   ? Irp->IoStatus.Status
                   : WDFP_CALL(Device->Object.Globals, Pdo->Callbacks.EvtDeviceSetLock,
                               WdfpHandle(Device), Stack->Parameters.SetLock.Lock);
    default:
        return Irp->IoStatus.Status;
    }
}
