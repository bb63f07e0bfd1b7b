/*
 * The driver of the children.
 */
#include "kmdfbus.h"

#include <ntstrsafe.h>

static EVT_WDF_DEVICE_D0_ENTRY D0Entry;
static EVT_WDF_DEVICE_SURPRISE_REMOVAL SurpriseRemoval;
static EVT_WDF_DEVICE_QUERY_REMOVE QueryRemove;
static EVT_WDF_OBJECT_CONTEXT_CLEANUP Cleanup;

/* Whether the first hardware id of the device that was found is a child's. */
BOOLEAN
IsChild(PWDFDEVICE_INIT Init)
{
    UNICODE_STRING Child = RTL_CONSTANT_STRING(CHILD_ID);
    UNICODE_STRING Found;
    WCHAR Ids[256] = {0};
    ULONG Length;

    WdfFdoInitQueryProperty(Init, DevicePropertyHardwareID,
                            sizeof(Ids) - 2 * sizeof(WCHAR), Ids, &Length);
    RtlInitUnicodeString(&Found, Ids);
    return RtlEqualUnicodeString(&Found, &Child, TRUE);
}

static NTSTATUS NTAPI
D0Entry(WDFDEVICE Device, WDF_POWER_DEVICE_STATE PreviousState)
{
    UNREFERENCED_PARAMETER(Device);
    UNREFERENCED_PARAMETER(PreviousState);
    InterlockedIncrement(&Bus.Started);
    return STATUS_SUCCESS;
}

static NTSTATUS NTAPI
QueryRemove(WDFDEVICE Device)
{
    UNREFERENCED_PARAMETER(Device);
    return Bus.Veto ? STATUS_DEVICE_BUSY : STATUS_SUCCESS;
}

static VOID NTAPI
SurpriseRemoval(WDFDEVICE Device)
{
    UNREFERENCED_PARAMETER(Device);
    InterlockedIncrement(&Bus.Surprised);
}

static VOID NTAPI
Cleanup(WDFOBJECT Object)
{
    UNREFERENCED_PARAMETER(Object);
    InterlockedIncrement(&Bus.Removed);
}

/* FUNCTION_NAME and how many there were before. */
static NTSTATUS
NameFunction(PWDFDEVICE_INIT Init)
{
    UNICODE_STRING Name;
    WCHAR Text[32];

    RtlStringCbPrintfW(Text, sizeof(Text), FUNCTION_NAME, Bus.Functions++);
    RtlInitUnicodeString(&Name, Text);
    return WdfDeviceInitAssignName(Init, &Name);
}

NTSTATUS
AddFunction(PWDFDEVICE_INIT Init)
{
    WDF_PNPPOWER_EVENT_CALLBACKS Callbacks;
    WDF_OBJECT_ATTRIBUTES Attributes;
    WDFDEVICE Device;
    NTSTATUS Status = NameFunction(Init);

    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    Bus.RightId = TRUE;
    WDF_PNPPOWER_EVENT_CALLBACKS_INIT(&Callbacks);
    Callbacks.EvtDeviceD0Entry = D0Entry;
    Callbacks.EvtDeviceSurpriseRemoval = SurpriseRemoval;
    Callbacks.EvtDeviceQueryRemove = QueryRemove;
    WdfDeviceInitSetPnpPowerEventCallbacks(Init, &Callbacks);
    WDF_OBJECT_ATTRIBUTES_INIT(&Attributes);
    Attributes.EvtCleanupCallback = Cleanup;
    Status = WdfDeviceCreate(&Init, &Attributes, &Device);
    if (NT_SUCCESS(Status) && Bus.Function == NULL) {
        Bus.Function = Device; /* the first child that was reported comes first */
    }
    return Status;
}
