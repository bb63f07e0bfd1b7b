/*
 * Device objects: creation and what can be asked of one.
 */
#include "wdfp.h"
#include "control.h"
#include "pdo.h"
#include "queryinterface.h"
#include "relations.h"
#include "request.h"
#include "target.h"

static VOID
WdfpDestroyDevice(PWDFP_OBJECT Object)
{
    PWDFP_DEVICE Device = (PWDFP_DEVICE)Object;

    if (Device->Driver != NULL) {
        ExDeleteNPagedLookasideList(&Device->Requests);
        WdfpFreeOffers(Device);
    }
    if (Device->SymbolicLink.Buffer != NULL) {
        ExFreePoolWithTag(Device->SymbolicLink.Buffer, WDFP_TAG);
    }
    if (Device->Init != NULL) {
        WdfpFreeDeviceInit(Device->Init);
    }
}

static const WDFP_TYPE WdfpDeviceObjectType = {WdfpDeviceType,
                                               "WDFDEVICE",
                                               sizeof(WDFP_DEVICE),
                                               WDFP_TYPE_PASSIVE | WDFP_TYPE_FRAMEWORKS,
                                               NULL,
                                               WdfpDestroyDevice,
                                               NULL};

/* One that the driver deletes itself. */
static const WDFP_TYPE WdfpControlDeviceType = {
    WdfpDeviceType, "WDFDEVICE",       sizeof(WDFP_DEVICE),   WDFP_TYPE_PASSIVE,
    NULL,           WdfpDestroyDevice, WdfpLeaveControlDevice};

/* One that is no child of its bus yet is the driver's to delete, or goes with the driver; any
   other is not: bug check 0x10D, 7. */
static VOID
WdfpLeavePhysicalDevice(PWDFP_OBJECT Object)
{
    PWDFP_DEVICE Device = (PWDFP_DEVICE)Object;

    if (Device->Ending || Device->DeviceObject == NULL) {
        return;
    }
    if (Device->Child != NULL) {
        WdfpViolation(Object->Globals, "a device is deleted that is on its bus",
                      WDF_OBJECT_ERROR, (ULONG_PTR)WdfpHandle(Device), 0, 0);
    }
    IoDeleteDevice(Device->DeviceObject);
}

static const WDFP_TYPE WdfpPhysicalDeviceType = {
    WdfpDeviceType, "WDFDEVICE",       sizeof(WDFP_DEVICE),    WDFP_TYPE_PASSIVE,
    NULL,           WdfpDestroyDevice, WdfpLeavePhysicalDevice};

static const WDFP_TYPE *const WdfpDeviceTypes[] = {
    &WdfpDeviceObjectType, &WdfpControlDeviceType, &WdfpPhysicalDeviceType};

/* The flags a dispatch routine's callers look at. */
static VOID
WdfpSetDeviceFlags(PWDFP_DEVICE Device)
{
    ULONG Flags = 0;

    if (Device->Init->ReadWriteIoType == WdfDeviceIoBuffered) {
        Flags |= DO_BUFFERED_IO;
    } else if (Device->Init->ReadWriteIoType == WdfDeviceIoDirect) {
        Flags |= DO_DIRECT_IO;
    }
    if (Device->Init->PowerPageable) {
        Flags |= DO_POWER_PAGABLE;
    }
    Device->DeviceObject->Flags |= Flags;
}

/* WDM's device object for Device, on top of the stack when there is one. */
static NTSTATUS
WdfpCreateWdmDevice(PWDFP_DEVICE Device)
{
    PWDFDEVICE_INIT Init = Device->Init;
    NTSTATUS Status =
        IoCreateDevice(Device->Driver->DriverObject, sizeof(PWDFP_DEVICE),
                       Init->Name.Length == 0 ? NULL : &Init->Name, Init->DeviceType,
                       Init->Characteristics, Init->Exclusive, &Device->DeviceObject);

    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    *(PWDFP_DEVICE *)Device->DeviceObject->DeviceExtension = Device;
    if (Init->PhysicalDevice != NULL) {
        Device->Lower =
            IoAttachDeviceToDeviceStack(Device->DeviceObject, Init->PhysicalDevice);
        if (Device->Lower == NULL) {
            IoDeleteDevice(Device->DeviceObject);
            Device->DeviceObject = NULL;
            return STATUS_NO_SUCH_DEVICE;
        }
        WdfpOpenLocalTarget(Device);
    }
    if (Init->Kind == WdfpPhysicalDevice) {
        Device->Physical = Device->DeviceObject;
    }
    if (Init->Pdo != NULL && Init->Pdo->Forwards) {
        /* The parent may send on what it is given. */
        Device->DeviceObject->StackSize = Init->Pdo->Parent->DeviceObject->StackSize + 1;
    }
    /* For a preprocess callback that copies its stack location to the next. */
    Device->DeviceObject->StackSize += Init->Preprocess != NULL;
    WdfpSetDeviceFlags(Device);
    Status = WdfpRegisterShutdown(Device);
    if (!NT_SUCCESS(Status)) {
        IoUnregisterShutdownNotification(Device->DeviceObject);
        IoDeleteDevice(Device->DeviceObject);
        Device->DeviceObject = NULL;
    }
    return Status;
}

/* What a new device is before its driver says more. */
static VOID
WdfpInitializeDevice(PWDFP_DEVICE Device, PWDFDEVICE_INIT Init)
{
    Device->Driver = Init->Driver;
    Device->Physical = Init->PhysicalDevice;
    Device->Init = Init;
    Device->PowerState = WdfPowerDeviceD3Final;
    WdfpInitializeLock(&Device->CallbackLock,
                       Device->Object.ExecutionLevel == WdfExecutionLevelPassive);
    InitializeListHead(&Device->Interrupts);
    InitializeListHead(&Device->Interfaces);
    InitializeListHead(&Device->Offers);
    InitializeListHead(&Device->Ejections);
    InitializeListHead(&Device->Removals);
    InitializeListHead(&Device->DmaEnablers);
    InitializeListHead(&Device->Queues);
    InitializeListHead(&Device->Files);
    InitializeListHead(&Device->ChildLists);
    InitializeListHead(&Device->Targets);
    IoInitializeRemoveLock(&Device->Rundown, WDFP_TAG, 0, 0);
    WDF_DEVICE_STATE_INIT(&Device->State);
    WdfpInitializeRequests(Device);
}

/* The child list that the driver asked for, if any. */
static NTSTATUS
WdfpCreateDefaultChildList(PWDFP_DEVICE Device)
{
    PWDFDEVICE_INIT Init = Device->Init;

    if (Init->ChildList.Size == 0) {
        return STATUS_SUCCESS;
    }
    return WdfpCreateChildList(
        Device, &Init->ChildList,
        Init->ChildListAttributes.Size == 0 ? NULL : &Init->ChildListAttributes,
        &Device->DefaultChildList);
}

/*
 * Creates the device and puts it on its stack. *DeviceInit becomes the framework's, and
 * NULL. What IoCreateDevice returns; STATUS_NO_SUCH_DEVICE; STATUS_INVALID_DEVICE_STATE (a
 * physical device without a device id); STATUS_INFO_LENGTH_MISMATCH,
 * STATUS_INVALID_PARAMETER (attributes); STATUS_WDF_PARENT_ASSIGNMENT_NOT_ALLOWED;
 * STATUS_INSUFFICIENT_RESOURCES. PASSIVE_LEVEL. Source: manual, WdfDeviceCreate.
 */
NTSTATUS
NTAPI
ImpWdfDeviceCreate(PWDF_DRIVER_GLOBALS DriverGlobals, PWDFDEVICE_INIT *DeviceInit,
                   PWDF_OBJECT_ATTRIBUTES Attributes, WDFDEVICE *Handle)
{
    PWDFP_GLOBALS Globals = WdfpGlobals(DriverGlobals);
    PWDFDEVICE_INIT Init;
    PWDFP_DEVICE Device;
    NTSTATUS Status;

    WdfpRequire(Globals, DeviceInit, "DeviceInit");
    WdfpRequire(Globals, *DeviceInit, "*DeviceInit");
    WdfpRequire(Globals, Handle, "Device");
    WdfpRequireIrql(Globals, PASSIVE_LEVEL, "WdfDeviceCreate");
    Init = *DeviceInit;
    if (Init->Created ||
        (Init->Pdo != NULL && Init->Pdo->Ids[BusQueryDeviceID].Text == NULL)) {
        return STATUS_INVALID_DEVICE_STATE;
    }
    Status = WdfpCreateObject(Globals, WdfpDeviceTypes[Init->Kind], Attributes,
                              Init->Driver, FALSE, (PVOID *)&Device);
    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    WdfpInitializeDevice(Device, Init);
    Status = WdfpCreateLocalTarget(Device);
    if (NT_SUCCESS(Status)) {
        Status = WdfpCreateDefaultChildList(Device);
        if (NT_SUCCESS(Status)) {
            Status = WdfpCreateWdmDevice(Device);
        }
    }
    if (!NT_SUCCESS(Status)) {
        Device->Init = NULL;
        WdfpDelete(Device);
        return Status;
    }
    Init->Created = TRUE;
    Init->Device = Device;
    *DeviceInit = NULL;
    *Handle = WdfpHandle(Device);
    return STATUS_SUCCESS;
}

VOID
WdfpDeleteDevice(PWDFP_DEVICE Device)
{
    PDEVICE_OBJECT DeviceObject = Device->DeviceObject;

    Device->Ending = TRUE;
    WdfpFreeRelations(Device);
    WdfpFreeInterfaces(Device);
    if (Device->SymbolicLink.Length != 0) {
        IoDeleteSymbolicLink(&Device->SymbolicLink);
    }
    if (Device->Lower != NULL) {
        IoDetachDevice(Device->Lower);
    }
    WdfpDelete(Device);
    IoDeleteDevice(DeviceObject);
}

/* The framework's device of a device object; NULL when it is not this driver's. Any IRQL.
   Source: manual, WdfWdmDeviceGetWdfDeviceHandle. */
WDFDEVICE
NTAPI
ImpWdfWdmDeviceGetWdfDeviceHandle(PWDF_DRIVER_GLOBALS DriverGlobals,
                                  PDEVICE_OBJECT DeviceObject)
{
    if (DeviceObject->DriverObject != WdfpGlobals(DriverGlobals)->DriverObject) {
        return NULL;
    }
    return WdfpHandle(WdfpDeviceFromWdm(DeviceObject));
}

/* WDM's device object. Any IRQL. Source: manual, WdfDeviceWdmGetDeviceObject. */
PDEVICE_OBJECT
NTAPI
ImpWdfDeviceWdmGetDeviceObject(PWDF_DRIVER_GLOBALS DriverGlobals, WDFDEVICE Handle)
{
    return WdfpDeviceFromHandle(DriverGlobals, Handle)->DeviceObject;
}

/* The next lower device object. Any IRQL. Source: manual, WdfDeviceWdmGetAttachedDevice. */
PDEVICE_OBJECT
NTAPI
ImpWdfDeviceWdmGetAttachedDevice(PWDF_DRIVER_GLOBALS DriverGlobals, WDFDEVICE Handle)
{
    return WdfpDeviceFromHandle(DriverGlobals, Handle)->Lower;
}

/* The physical device object. Any IRQL. Source: manual, WdfDeviceWdmGetPhysicalDevice. */
PDEVICE_OBJECT
NTAPI
ImpWdfDeviceWdmGetPhysicalDevice(PWDF_DRIVER_GLOBALS DriverGlobals, WDFDEVICE Handle)
{
    return WdfpDeviceFromHandle(DriverGlobals, Handle)->Physical;
}

/* The driver of a device. Any IRQL. Source: manual, WdfDeviceGetDriver. */
WDFDRIVER
NTAPI
ImpWdfDeviceGetDriver(PWDF_DRIVER_GLOBALS DriverGlobals, WDFDEVICE Handle)
{
    return WdfpHandle(WdfpDeviceFromHandle(DriverGlobals, Handle)->Driver);
}

/* FILE_ characteristics. At or below DISPATCH_LEVEL. Source: manual,
   WdfDeviceGetCharacteristics. */
ULONG
NTAPI
ImpWdfDeviceGetCharacteristics(PWDF_DRIVER_GLOBALS DriverGlobals, WDFDEVICE Handle)
{
    return WdfpDeviceFromHandle(DriverGlobals, Handle)->DeviceObject->Characteristics;
}

/* Source: manual, WdfDeviceSetCharacteristics. */
VOID NTAPI
ImpWdfDeviceSetCharacteristics(PWDF_DRIVER_GLOBALS DriverGlobals, WDFDEVICE Handle,
                               ULONG Characteristics)
{
    WdfpDeviceFromHandle(DriverGlobals, Handle)->DeviceObject->Characteristics =
        Characteristics;
}

/* The mask of addresses a transfer may not start at. Source: manual,
   WdfDeviceGetAlignmentRequirement. */
ULONG
NTAPI
ImpWdfDeviceGetAlignmentRequirement(PWDF_DRIVER_GLOBALS DriverGlobals, WDFDEVICE Handle)
{
    return WdfpDeviceFromHandle(DriverGlobals, Handle)
        ->DeviceObject->AlignmentRequirement;
}

/* Source: manual, WdfDeviceSetAlignmentRequirement. */
VOID NTAPI
ImpWdfDeviceSetAlignmentRequirement(PWDF_DRIVER_GLOBALS DriverGlobals, WDFDEVICE Handle,
                                    ULONG Requirement)
{
    WdfpDeviceFromHandle(DriverGlobals, Handle)->DeviceObject->AlignmentRequirement =
        Requirement;
}
