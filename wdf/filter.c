/*
 * Filtering resource requirements: the driver may add to and remove from what the bus
 * driver says the device needs, and the policies of its interrupts are written into it.
 */
#include "wdfp.h"
#include "filter.h"
#include "interrupt.h"
#include "requirements.h"
#include "resources.h"

/* Calls the two callbacks with the list as an object, in the order of WDF-30. */
static NTSTATUS
WdfpCallFilters(PWDFP_DEVICE Device, PWDFP_REQUIREMENTS Requirements)
{
    PWDF_FDO_EVENT_CALLBACKS Callbacks = &Device->Init->Fdo;
    PFN_WDF_DEVICE_FILTER_RESOURCE_REQUIREMENTS Routines[] = {
        Callbacks->EvtDeviceFilterRemoveResourceRequirements,
        Callbacks->EvtDeviceFilterAddResourceRequirements};
    NTSTATUS Status = STATUS_SUCCESS;

    for (ULONG Index = 0; Index < RTL_NUMBER_OF(Routines) && NT_SUCCESS(Status);
         Index++) {
        if (Routines[Index] != NULL) {
            Status = WDFP_CALL(Device->Object.Globals, Routines[Index],
                               WdfpHandle(Device), WdfpHandle(Requirements));
        }
    }
    return Status;
}

/* Has the callbacks change a copy, which takes the place of the list. */
static NTSTATUS
WdfpReplaceRequirements(PWDFP_DEVICE Device, PIO_RESOURCE_REQUIREMENTS_LIST *List)
{
    PIO_RESOURCE_REQUIREMENTS_LIST Changed;
    PWDFP_REQUIREMENTS Requirements;
    NTSTATUS Status = WdfpCreateRequirements(Device, *List, &Requirements);

    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    Status = WdfpCallFilters(Device, Requirements);
    if (NT_SUCCESS(Status)) {
        Changed = WdfpBuildRequirements(Requirements);
        Status = Changed == NULL ? STATUS_INSUFFICIENT_RESOURCES : STATUS_SUCCESS;
    }
    if (NT_SUCCESS(Status)) {
        ExFreePool(*List);
        *List = Changed;
    }
    WdfpDelete(Requirements);
    return Status;
}

NTSTATUS
WdfpFilterRequirements(PWDFP_DEVICE Device, PIRP Irp, NTSTATUS Status)
{
    PIO_STACK_LOCATION Stack = IoGetCurrentIrpStackLocation(Irp);
    PWDF_FDO_EVENT_CALLBACKS Callbacks = &Device->Init->Fdo;
    PIO_RESOURCE_REQUIREMENTS_LIST List;

    /* Nobody below handles it as a rule: then the list is where the sender put it. */
    if (Status == STATUS_NOT_SUPPORTED || Irp->IoStatus.Information == 0) {
        Irp->IoStatus.Information =
            (ULONG_PTR)
                Stack->Parameters.FilterResourceRequirements.IoResourceRequirementList;
        Status = STATUS_SUCCESS;
    }
    List = (PIO_RESOURCE_REQUIREMENTS_LIST)Irp->IoStatus.Information;
    if (!NT_SUCCESS(Status) || List == NULL) {
        return Status;
    }
    if (Callbacks->EvtDeviceFilterAddResourceRequirements != NULL ||
        Callbacks->EvtDeviceFilterRemoveResourceRequirements != NULL) {
        Status = WdfpReplaceRequirements(Device, &List);
        Irp->IoStatus.Information = (ULONG_PTR)List;
    }
    WdfpApplyPolicies(Device, List);
    return Status;
}

/* The callback sees copies: what it removes is not passed down, and here nobody below looks
   at the lists anyway. */
NTSTATUS
WdfpRemoveAddedResources(PWDFP_DEVICE Device, PCM_RESOURCE_LIST Raw,
                         PCM_RESOURCE_LIST Translated)
{
    PFN_WDF_DEVICE_REMOVE_ADDED_RESOURCES Callback =
        Device->Init->Fdo.EvtDeviceRemoveAddedResources;
    NTSTATUS Status;

    if (Callback == NULL) {
        return STATUS_SUCCESS;
    }
    Status = WdfpCreateResourceLists(Device, Raw, Translated);
    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    Status = WDFP_CALL(Device->Object.Globals, Callback, WdfpHandle(Device),
                       WdfpHandle(Device->Raw), WdfpHandle(Device->Translated));
    WdfpDeleteResourceLists(Device);
    return Status;
}
