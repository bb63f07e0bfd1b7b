/*
 * The device: every callback writes its letter.
 */
#include "kmdfint.h"

static EVT_WDF_DEVICE_PREPARE_HARDWARE PrepareHardware;
static EVT_WDF_DEVICE_RELEASE_HARDWARE ReleaseHardware;
static EVT_WDF_DEVICE_D0_ENTRY D0Entry;
static EVT_WDF_DEVICE_D0_ENTRY_POST_INTERRUPTS_ENABLED D0EntryPost;
static EVT_WDF_DEVICE_D0_EXIT D0Exit;
static EVT_WDF_DEVICE_D0_EXIT_PRE_INTERRUPTS_DISABLED D0ExitPre;
static EVT_WDF_DEVICE_SELF_MANAGED_IO_INIT SelfManagedInit;
static EVT_WDF_DEVICE_SELF_MANAGED_IO_SUSPEND SelfManagedSuspend;
static EVT_WDF_DEVICE_SELF_MANAGED_IO_FLUSH SelfManagedFlush;
static EVT_WDF_DEVICE_SELF_MANAGED_IO_CLEANUP SelfManagedCleanup;
static EVT_WDF_DEVICE_SURPRISE_REMOVAL SurpriseRemoval;
static EVT_WDF_DEVICE_FILTER_RESOURCE_REQUIREMENTS FilterRemove, FilterAdd;
static EVT_WDF_DEVICE_REMOVE_ADDED_RESOURCES RemoveAdded;

static NTSTATUS NTAPI
FilterRemove(WDFDEVICE Device, WDFIORESREQLIST List)
{
    UNREFERENCED_PARAMETER(Device);
    Diary('F');
    return WdfIoResourceRequirementsListGetCount(List) == 1 ? STATUS_SUCCESS
                                                            : STATUS_UNSUCCESSFUL;
}

/* Takes the first requirement out and puts it back. */
static NTSTATUS NTAPI
FilterAdd(WDFDEVICE Device, WDFIORESREQLIST List)
{
    WDFIORESLIST First = WdfIoResourceRequirementsListGetIoResList(List, 0);
    IO_RESOURCE_DESCRIPTOR Descriptor = *WdfIoResourceListGetDescriptor(First, 0);

    UNREFERENCED_PARAMETER(Device);
    Diary('G');
    WdfIoResourceListRemove(First, 0);
    return WdfIoResourceListInsertDescriptor(First, &Descriptor, 0);
}

static NTSTATUS NTAPI
RemoveAdded(WDFDEVICE Device, WDFCMRESLIST Raw, WDFCMRESLIST Translated)
{
    UNREFERENCED_PARAMETER(Device);
    Diary('H');
    return WdfCmResourceListGetCount(Raw) == WdfCmResourceListGetCount(Translated)
               ? STATUS_SUCCESS
               : STATUS_UNSUCCESSFUL;
}

static NTSTATUS NTAPI
PrepareHardware(WDFDEVICE Device, WDFCMRESLIST Raw, WDFCMRESLIST Translated)
{
    PCM_PARTIAL_RESOURCE_DESCRIPTOR Descriptor;
    NTSTATUS Status = STATUS_SUCCESS;

    Diary('P');
    for (ULONG Index = 0; Index < WdfCmResourceListGetCount(Translated); Index++) {
        Descriptor = WdfCmResourceListGetDescriptor(Translated, Index);
        if (Descriptor->Type == CmResourceTypeMemory) {
            Unit.Registers = MmMapIoSpace(Descriptor->u.Memory.Start,
                                          Descriptor->u.Memory.Length, MmNonCached);
        } else if (Descriptor->Type == CmResourceTypeInterrupt) {
            TryInPrepare(Device, WdfCmResourceListGetDescriptor(Raw, Index), Descriptor);
            if (Unit.FromPrepare) {
                Status = CreateInterrupt(
                    Device, WdfCmResourceListGetDescriptor(Raw, Index), Descriptor);
            }
        }
    }
    return Unit.Registers == NULL ? STATUS_DEVICE_CONFIGURATION_ERROR : Status;
}

static NTSTATUS NTAPI
ReleaseHardware(WDFDEVICE Device, WDFCMRESLIST Translated)
{
    UNREFERENCED_PARAMETER(Device);
    UNREFERENCED_PARAMETER(Translated);
    Diary('R');
    MmUnmapIoSpace(Unit.Registers, 0);
    Unit.Registers = NULL;
    return STATUS_SUCCESS;
}

static NTSTATUS NTAPI
D0Entry(WDFDEVICE Device, WDF_POWER_DEVICE_STATE PreviousState)
{
    UNREFERENCED_PARAMETER(Device);
    Diary(PreviousState == WdfPowerDeviceD3Final ? '0' : '?');
    return STATUS_SUCCESS;
}

static NTSTATUS NTAPI
D0EntryPost(WDFDEVICE Device, WDF_POWER_DEVICE_STATE PreviousState)
{
    UNREFERENCED_PARAMETER(Device);
    UNREFERENCED_PARAMETER(PreviousState);
    Diary('1');
    WDF_INTERRUPT_INFO_INIT(&Unit.Info);
    WdfInterruptGetInfo(Unit.Interrupt, &Unit.Info);
    return STATUS_SUCCESS;
}

static NTSTATUS NTAPI
D0ExitPre(WDFDEVICE Device, WDF_POWER_DEVICE_STATE TargetState)
{
    UNREFERENCED_PARAMETER(Device);
    UNREFERENCED_PARAMETER(TargetState);
    Diary('x');
    return STATUS_SUCCESS;
}

static NTSTATUS NTAPI
D0Exit(WDFDEVICE Device, WDF_POWER_DEVICE_STATE TargetState)
{
    UNREFERENCED_PARAMETER(Device);
    Diary(TargetState == WdfPowerDeviceD3Final ? 'y' : '?');
    return STATUS_SUCCESS;
}

static NTSTATUS NTAPI
SelfManagedInit(WDFDEVICE Device)
{
    UNREFERENCED_PARAMETER(Device);
    Diary('I');
    return StartTests();
}

static NTSTATUS NTAPI
SelfManagedSuspend(WDFDEVICE Device)
{
    UNREFERENCED_PARAMETER(Device);
    Diary('S');
    return STATUS_SUCCESS;
}

static VOID NTAPI
SelfManagedFlush(WDFDEVICE Device)
{
    UNREFERENCED_PARAMETER(Device);
    Diary('L');
}

static VOID NTAPI
SelfManagedCleanup(WDFDEVICE Device)
{
    UNREFERENCED_PARAMETER(Device);
    Diary('C');
}

static VOID NTAPI
SurpriseRemoval(WDFDEVICE Device)
{
    UNREFERENCED_PARAMETER(Device);
    Diary('V');
}

static VOID
SetCallbacks(PWDFDEVICE_INIT Init)
{
    WDF_PNPPOWER_EVENT_CALLBACKS Callbacks;
    WDF_FDO_EVENT_CALLBACKS Fdo;

    WDF_PNPPOWER_EVENT_CALLBACKS_INIT(&Callbacks);
    Callbacks.EvtDevicePrepareHardware = PrepareHardware;
    Callbacks.EvtDeviceReleaseHardware = ReleaseHardware;
    Callbacks.EvtDeviceD0Entry = D0Entry;
    Callbacks.EvtDeviceD0EntryPostInterruptsEnabled = D0EntryPost;
    Callbacks.EvtDeviceD0Exit = D0Exit;
    Callbacks.EvtDeviceD0ExitPreInterruptsDisabled = D0ExitPre;
    Callbacks.EvtDeviceSelfManagedIoInit = SelfManagedInit;
    Callbacks.EvtDeviceSelfManagedIoSuspend = SelfManagedSuspend;
    Callbacks.EvtDeviceSelfManagedIoFlush = SelfManagedFlush;
    Callbacks.EvtDeviceSelfManagedIoCleanup = SelfManagedCleanup;
    Callbacks.EvtDeviceSurpriseRemoval = SurpriseRemoval;
    WdfDeviceInitSetPnpPowerEventCallbacks(Init, &Callbacks);
    WDF_FDO_EVENT_CALLBACKS_INIT(&Fdo);
    Fdo.EvtDeviceFilterRemoveResourceRequirements = FilterRemove;
    Fdo.EvtDeviceFilterAddResourceRequirements = FilterAdd;
    Fdo.EvtDeviceRemoveAddedResources = RemoveAdded;
    WdfFdoInitSetEventCallbacks(Init, &Fdo);
}

NTSTATUS
NTAPI
AddDevice(WDFDRIVER Driver, PWDFDEVICE_INIT Init)
{
    WDF_OBJECT_ATTRIBUTES Attributes;
    NTSTATUS Status;

    UNREFERENCED_PARAMETER(Driver);
    Diary('A');
    Unit.Passive = CaseIs(L"passive");
    Unit.UsesWorkItem = Unit.Passive || CaseIs(L"item");
    Unit.FromPrepare = CaseIs(L"prepare");
    Unit.Serialized = CaseIs(L"serial");
    SetCallbacks(Init);
    WDF_OBJECT_ATTRIBUTES_INIT(&Attributes);
    if (Unit.Serialized) {
        Attributes.SynchronizationScope = WdfSynchronizationScopeDevice;
    }
    Status = WdfDeviceCreate(&Init, &Attributes, &Unit.Device);
    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    TryInDeviceAdd(Unit.Device);
    return Unit.FromPrepare ? STATUS_SUCCESS : CreateInterrupt(Unit.Device, NULL, NULL);
}
