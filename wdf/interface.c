/*
 * Device interfaces and symbolic links: the names a device is found by.
 *
 * An interface exists while its device is in D0 and the driver wants it: the framework
 * enables it at the end of the start.
 */
#include "wdfp.h"
#include "device.h"
#include "unistring.h"

static VOID
WdfpEnableInterface(PWDFP_INTERFACE Interface, BOOLEAN Enable)
{
    if (Interface->Enabled != Enable &&
        NT_SUCCESS(IoSetDeviceInterfaceState(&Interface->Name, Enable))) {
        Interface->Enabled = Enable;
    }
}

VOID
WdfpSetInterfaces(PWDFP_DEVICE Device, BOOLEAN Enable)
{
    for (PLIST_ENTRY Link = Device->Interfaces.Flink; Link != &Device->Interfaces;
         Link = Link->Flink) {
        PWDFP_INTERFACE Interface = CONTAINING_RECORD(Link, WDFP_INTERFACE, Link);

        WdfpEnableInterface(Interface, Enable && Interface->Wanted);
    }
}

static VOID
WdfpFreeInterface(PWDFP_INTERFACE Interface)
{
    if (Interface->Reference.Buffer != NULL) {
        ExFreePoolWithTag(Interface->Reference.Buffer, WDFP_TAG);
    }
    if (Interface->Name.Buffer != NULL) {
        RtlFreeUnicodeString(&Interface->Name);
    }
    ExFreePoolWithTag(Interface, WDFP_TAG);
}

VOID
WdfpFreeInterfaces(PWDFP_DEVICE Device)
{
    WdfpSetInterfaces(Device, FALSE);
    while (!IsListEmpty(&Device->Interfaces)) {
        WdfpFreeInterface(
            CONTAINING_RECORD(RemoveHeadList(&Device->Interfaces), WDFP_INTERFACE, Link));
    }
}

/* A copy of Source (NULL: empty) in pool. */
static NTSTATUS
WdfpCopyString(PUNICODE_STRING Copy, PCUNICODE_STRING Source)
{
    USHORT Length = Source == NULL ? 0 : Source->Length;

    Copy->Buffer = ExAllocatePoolZero(NonPagedPoolNx, Length + sizeof(WCHAR), WDFP_TAG);
    if (Copy->Buffer == NULL) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    Copy->MaximumLength = Length + sizeof(WCHAR);
    if (Source != NULL) {
        RtlCopyUnicodeString(Copy, Source);
    }
    return STATUS_SUCCESS;
}

/* The device's interface of that class and reference (NULL: none), or NULL. */
static PWDFP_INTERFACE
WdfpFindInterface(PWDFP_DEVICE Device, const GUID *Class, PCUNICODE_STRING Reference)
{
    static const UNICODE_STRING Nothing = RTL_CONSTANT_STRING(L"");

    Reference = Reference == NULL ? &Nothing : Reference;
    for (PLIST_ENTRY Link = Device->Interfaces.Flink; Link != &Device->Interfaces;
         Link = Link->Flink) {
        PWDFP_INTERFACE Interface = CONTAINING_RECORD(Link, WDFP_INTERFACE, Link);

        if (IsEqualGUID(&Interface->Class, Class) &&
            RtlEqualUnicodeString(&Interface->Reference, Reference, FALSE)) {
            return Interface;
        }
    }
    return NULL;
}

/* Creates an interface, to be enabled with the device. What IoRegisterDeviceInterface
   returns; STATUS_INSUFFICIENT_RESOURCES. PASSIVE_LEVEL. Source: manual,
   WdfDeviceCreateDeviceInterface. */
NTSTATUS
NTAPI
ImpWdfDeviceCreateDeviceInterface(PWDF_DRIVER_GLOBALS DriverGlobals, WDFDEVICE Handle,
                                  const GUID *Class, PCUNICODE_STRING Reference)
{
    PWDFP_DEVICE Device = WdfpDeviceFromHandle(DriverGlobals, Handle);
    PWDFP_INTERFACE Interface =
        ExAllocatePoolZero(NonPagedPoolNx, sizeof(*Interface), WDFP_TAG);
    NTSTATUS Status;

    if (Interface == NULL) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    Interface->Class = *Class;
    Interface->Wanted = TRUE;
    Status = WdfpCopyString(&Interface->Reference, Reference);
    if (NT_SUCCESS(Status)) {
        Status = IoRegisterDeviceInterface(
            Device->Physical, Class, Reference == NULL ? NULL : &Interface->Reference,
            &Interface->Name);
    }
    if (!NT_SUCCESS(Status)) {
        WdfpFreeInterface(Interface);
        return Status;
    }
    InsertTailList(&Device->Interfaces, &Interface->Link);
    WdfpEnableInterface(Interface, Device->Step == WdfpDeviceStarted);
    return STATUS_SUCCESS;
}

/* Says whether the interface is to exist; with the device down, from its next start on. One
   that was not created is ignored. PASSIVE_LEVEL. Source: manual,
   WdfDeviceSetDeviceInterfaceState. */
VOID NTAPI
ImpWdfDeviceSetDeviceInterfaceState(PWDF_DRIVER_GLOBALS DriverGlobals, WDFDEVICE Handle,
                                    const GUID *Class, PCUNICODE_STRING Reference,
                                    BOOLEAN Enable)
{
    PWDFP_DEVICE Device = WdfpDeviceFromHandle(DriverGlobals, Handle);
    PWDFP_INTERFACE Interface = WdfpFindInterface(Device, Class, Reference);

    if (Interface != NULL) {
        Interface->Wanted = Enable;
        WdfpEnableInterface(Interface, Enable && Device->Step == WdfpDeviceStarted);
    }
}

/* The name of an interface in a string object. STATUS_OBJECT_NAME_NOT_FOUND: it was not
   created; STATUS_INSUFFICIENT_RESOURCES. PASSIVE_LEVEL. Source: manual,
   WdfDeviceRetrieveDeviceInterfaceString. */
NTSTATUS
NTAPI
ImpWdfDeviceRetrieveDeviceInterfaceString(PWDF_DRIVER_GLOBALS DriverGlobals,
                                          WDFDEVICE Handle, const GUID *Class,
                                          PCUNICODE_STRING Reference, WDFSTRING String)
{
    PWDFP_DEVICE Device = WdfpDeviceFromHandle(DriverGlobals, Handle);
    PWDFP_INTERFACE Interface = WdfpFindInterface(Device, Class, Reference);

    return Interface == NULL
               ? STATUS_OBJECT_NAME_NOT_FOUND
               : WdfpAssignString(WdfpObject(DriverGlobals, String, WdfpStringType),
                                  &Interface->Name);
}

/* Gives the device one more name. What IoCreateSymbolicLink returns;
   STATUS_INVALID_DEVICE_STATE: the device has no name, or a link already;
   STATUS_INSUFFICIENT_RESOURCES. PASSIVE_LEVEL. Source: manual,
   WdfDeviceCreateSymbolicLink. */
NTSTATUS
NTAPI
ImpWdfDeviceCreateSymbolicLink(PWDF_DRIVER_GLOBALS DriverGlobals, WDFDEVICE Handle,
                               PCUNICODE_STRING Name)
{
    PWDFP_DEVICE Device = WdfpDeviceFromHandle(DriverGlobals, Handle);
    UNICODE_STRING Copy = {0, 0, NULL};
    NTSTATUS Status;

    if (Device->Init->Name.Length == 0 || Device->SymbolicLink.Buffer != NULL) {
        return STATUS_INVALID_DEVICE_STATE;
    }
    Status = WdfpCopyString(&Copy, Name);
    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    Status = IoCreateSymbolicLink(&Copy, &Device->Init->Name);
    if (!NT_SUCCESS(Status)) {
        ExFreePoolWithTag(Copy.Buffer, WDFP_TAG);
        return Status;
    }
    Device->SymbolicLink = Copy;
    return STATUS_SUCCESS;
}
