/*
 * Opening, stopping, starting, purging and closing targets.
 */
#include "kmdftarget.h"

#include <initguid.h>
#include <wdmguid.h>

VOID
TestOpen(VOID)
{
    UNICODE_STRING Name = RTL_CONSTANT_STRING(DEVICE_NAME);
    PDEVICE_OBJECT Own = WdfDeviceWdmGetDeviceObject(Unit.Device);
    WDF_IO_TARGET_OPEN_PARAMS Params;
    WDFIOTARGET Other;

    ok_status(WdfIoTargetCreate(Unit.Device, NULL, &Unit.Self), STATUS_SUCCESS,
              "WdfIoTargetCreate: a target of the device");
    ok(WdfIoTargetGetState(Unit.Self) == WdfIoTargetClosed &&
           WdfIoTargetWdmGetTargetDeviceObject(Unit.Self) == NULL,
       "WdfIoTargetGetState: closed, with nothing behind it");
    WDF_IO_TARGET_OPEN_PARAMS_INIT_OPEN_BY_NAME(&Params, &Name, GENERIC_READ);
    ok_status(WdfIoTargetOpen(Unit.Self, &Params), STATUS_SUCCESS,
              "WdfIoTargetOpen: by name");
    ok(WdfIoTargetGetState(Unit.Self) == WdfIoTargetStarted, "WdfIoTargetOpen: started");
    ok(WdfIoTargetWdmGetTargetDeviceObject(Unit.Self) == Own &&
           WdfIoTargetWdmGetTargetPhysicalDevice(Unit.Self) ==
               WdfDeviceWdmGetPhysicalDevice(Unit.Device) &&
           WdfIoTargetWdmGetTargetFileObject(Unit.Self) != NULL &&
           WdfIoTargetWdmGetTargetFileHandle(Unit.Self) != NULL &&
           WdfIoTargetGetDevice(Unit.Self) == Unit.Device,
       "WdfIoTargetWdmGet...: the device, its bottom, the open");
    ok_status(WdfIoTargetOpen(Unit.Self, &Params), STATUS_INVALID_DEVICE_STATE,
              "WdfIoTargetOpen: it is open");
    WdfIoTargetCreate(Unit.Device, NULL, &Other);
    WDF_IO_TARGET_OPEN_PARAMS_INIT_EXISTING_DEVICE(&Params, Own);
    ok_status(WdfIoTargetOpen(Other, &Params), STATUS_SUCCESS,
              "WdfIoTargetOpen: a device object");
    ok(WdfIoTargetWdmGetTargetDeviceObject(Other) == Own &&
           WdfIoTargetWdmGetTargetFileObject(Other) == NULL &&
           WdfIoTargetWdmGetTargetFileHandle(Other) == NULL,
       "WdfIoTargetWdmGet...: without an open");
    WdfObjectDelete(Other);
}

/* A property in a buffer and in a memory object, and no interface. */
static VOID
CheckQueries(WDFIOTARGET Target)
{
    static const GUID Nobodys = {0x6b1f8a11, 0x55aa, 0x4c1d, {1, 2, 3, 4, 5, 6, 7, 8}};
    INTERFACE Interface;
    WDFMEMORY Memory;
    ULONG Address = 0, Length = 0;
    SIZE_T Size = 0;

    ok_status(WdfIoTargetQueryTargetProperty(Target, DevicePropertyAddress,
                                             sizeof(Address), &Address, &Length),
              STATUS_SUCCESS, "WdfIoTargetQueryTargetProperty: a number");
    ok_equal(Length, sizeof(Address), "WdfIoTargetQueryTargetProperty: its length");
    ok_status(WdfIoTargetQueryTargetProperty(Target, DevicePropertyHardwareID, 2,
                                             &Address, &Length),
              STATUS_BUFFER_TOO_SMALL, "WdfIoTargetQueryTargetProperty: too small");
    ok_status(WdfIoTargetAllocAndQueryTargetProperty(Target, DevicePropertyHardwareID,
                                                     NonPagedPoolNx, NULL, &Memory),
              STATUS_SUCCESS, "WdfIoTargetAllocAndQueryTargetProperty: a text");
    ok(*(PWCHAR)WdfMemoryGetBuffer(Memory, &Size) == L'P' && Size == Length,
       "WdfIoTargetAllocAndQueryTargetProperty: all of it");
    WdfObjectDelete(Memory);
    ok_status(WdfIoTargetQueryForInterface(Target, &Nobodys, &Interface,
                                           sizeof(Interface), 1, NULL),
              STATUS_NOT_SUPPORTED, "WdfIoTargetQueryForInterface: nobody has it");
}

VOID
TestLocal(VOID)
{
    WDFIOTARGET Local = WdfDeviceGetIoTarget(Unit.Device);
    WDF_MEMORY_DESCRIPTOR Descriptor;
    BUS_INTERFACE_STANDARD Bus;
    UCHAR Data[4];

    ok(WdfIoTargetGetState(Local) == WdfIoTargetStarted &&
           WdfIoTargetWdmGetTargetDeviceObject(Local) ==
               WdfDeviceWdmGetAttachedDevice(Unit.Device) &&
           WdfIoTargetGetDevice(Local) == Unit.Device,
       "WdfDeviceGetIoTarget: what is below, started");
    CheckQueries(Local);
    CheckQueries(Unit.Self);
    ok_status(WdfIoTargetQueryForInterface(Local, &GUID_BUS_INTERFACE_STANDARD,
                                           (PINTERFACE)&Bus, sizeof(Bus), 1, NULL),
              STATUS_SUCCESS, "WdfIoTargetQueryForInterface: the bus driver's");
    ok_equal(Bus.GetBusData(Bus.Context, 0, Data, 0, 4), 4,
             "WdfIoTargetQueryForInterface: and it works");
    Bus.InterfaceDereference(Bus.Context);
    WDF_MEMORY_DESCRIPTOR_INIT_BUFFER(&Descriptor, Data, sizeof(Data));
    ok_status(
        WdfIoTargetSendReadSynchronously(Local, NULL, &Descriptor, NULL, NULL, NULL),
        STATUS_INVALID_DEVICE_REQUEST,
        "WdfIoTargetSendReadSynchronously: the bus driver reads nothing");
}

VOID
TestStates(VOID)
{
    static SEEN First, Second;
    WDFREQUEST Requests[2] = {MakeHold(&First), MakeHold(&Second)};
    WDF_REQUEST_SEND_OPTIONS Options;

    Unit.HeldCount = 0;
    WdfIoTargetStop(Unit.Self, WdfIoTargetCancelSentIo);
    ok(WdfIoTargetGetState(Unit.Self) == WdfIoTargetStopped, "WdfIoTargetStop: stopped");
    ok(WdfRequestSend(Requests[0], Unit.Self, WDF_NO_SEND_OPTIONS) &&
           WdfRequestSend(Requests[1], Unit.Self, WDF_NO_SEND_OPTIONS),
       "WdfIoTargetStop: requests can be sent");
    ok(Unit.HeldCount == 0 && WdfRequestGetStatus(Requests[0]) == STATUS_PENDING,
       "WdfIoTargetStop: and wait");
    ok(WdfRequestCancelSentRequest(Requests[1]),
       "WdfRequestCancelSentRequest: one that waits");
    ok(Second.Done == 1 && Second.Params.IoStatus.Status == STATUS_CANCELLED,
       "WdfRequestCancelSentRequest: comes back at once");
    ok_status(WdfIoTargetStart(Unit.Self), STATUS_SUCCESS, "WdfIoTargetStart: starts");
    ExpectHeld(1, "WdfIoTargetStart: sends what waits");
    ReleaseHeld(0, STATUS_SUCCESS);
    ok(First.Done == 1 && First.Params.IoStatus.Status == STATUS_SUCCESS,
       "WdfIoTargetStart: it comes back as any other");
    WdfIoTargetStop(Unit.Self, WdfIoTargetLeaveSentIoPending);
    WDF_REQUEST_SEND_OPTIONS_INIT(&Options, WDF_REQUEST_SEND_OPTION_TIMEOUT);
    Options.Timeout = WDF_REL_TIMEOUT_IN_MS(10);
    ok_status(
        WdfIoTargetSendReadSynchronously(Unit.Self, NULL, NULL, NULL, &Options, NULL),
        STATUS_IO_TIMEOUT, "WdfIoTargetStop: waiting is part of the time");
    Options.Flags = WDF_REQUEST_SEND_OPTION_IGNORE_TARGET_STATE;
    ok_status(
        WdfIoTargetSendReadSynchronously(Unit.Self, NULL, NULL, NULL, &Options, NULL),
        STATUS_SUCCESS, "WDF_REQUEST_SEND_OPTION_IGNORE_TARGET_STATE: is sent");
    WdfIoTargetStart(Unit.Self);
    WdfObjectDelete(Requests[0]);
    WdfObjectDelete(Requests[1]);
}

/* The device goes while a request waits at one of its targets. That one is no open of the
   device, which would have to be closed first. */
VOID
TestRemoved(VOID)
{
    WDF_IO_TARGET_OPEN_PARAMS Params;
    static SEEN Seen;

    WdfIoTargetClose(Unit.Self);
    WDF_IO_TARGET_OPEN_PARAMS_INIT_EXISTING_DEVICE(
        &Params, WdfDeviceWdmGetDeviceObject(Unit.Device));
    WdfIoTargetOpen(Unit.Self, &Params);
    WdfIoTargetStop(Unit.Self, WdfIoTargetLeaveSentIoPending);
    WdfRequestSend(MakeHold(&Seen), Unit.Self, WDF_NO_SEND_OPTIONS);
    WdfDeviceSetFailed(Unit.Device, WdfDeviceFailedNoRestart);
    ok(KtapAwait(&Seen.Done, 1), "WdfIoTargetClose: by the removal of the device");
    ok_status(Seen.Params.IoStatus.Status, STATUS_CANCELLED,
              "WdfIoTargetClose: what waits is cancelled");
}

/* Completes what is held after a while. */
static VOID NTAPI
ReleaseThread(PVOID Context)
{
    UNREFERENCED_PARAMETER(Context);
    KtapSleep(30);
    ReleaseHeld(0, STATUS_SUCCESS);
    PsTerminateSystemThread(STATUS_SUCCESS);
}

VOID
TestStopActions(VOID)
{
    static SEEN Seen;
    WDFREQUEST Request = MakeHold(&Seen);
    PKTHREAD Thread;

    Unit.HeldCount = 0;
    WdfRequestSend(Request, Unit.Self, WDF_NO_SEND_OPTIONS);
    WdfIoTargetStop(Unit.Self, WdfIoTargetLeaveSentIoPending);
    ok(Seen.Done == 0 && Unit.HeldCount == 1, "WdfIoTargetLeaveSentIoPending: leaves it");
    Thread = KtapCreateThread(ReleaseThread, NULL);
    WdfIoTargetStop(Unit.Self, WdfIoTargetWaitForSentIoToComplete);
    ok(Seen.Done == 1 && Seen.Params.IoStatus.Status == STATUS_SUCCESS,
       "WdfIoTargetWaitForSentIoToComplete: waits until it is back");
    KtapJoinThread(Thread);
    WdfObjectDelete(Request);
    WdfIoTargetStart(Unit.Self);
    Request = MakeHold(&Seen);
    Unit.HeldCount = 0;
    WdfRequestSend(Request, Unit.Self, WDF_NO_SEND_OPTIONS);
    WdfIoTargetStop(Unit.Self, WdfIoTargetCancelSentIo);
    ok(Seen.Done == 1 && Seen.Params.IoStatus.Status == STATUS_CANCELLED,
       "WdfIoTargetCancelSentIo: cancels it and waits");
    WdfIoTargetStart(Unit.Self);
    WdfObjectDelete(Request);
}

VOID
TestPurge(VOID)
{
    static SEEN Sent, Waiting, Late;
    WDFREQUEST Requests[3] = {MakeHold(&Sent), MakeHold(&Waiting), MakeHold(&Late)};
    WDF_IO_TARGET_OPEN_PARAMS Params;

    Unit.HeldCount = 0;
    WdfRequestSend(Requests[0], Unit.Self, WDF_NO_SEND_OPTIONS);
    WdfIoTargetStop(Unit.Self, WdfIoTargetLeaveSentIoPending);
    WdfRequestSend(Requests[1], Unit.Self, WDF_NO_SEND_OPTIONS);
    WdfIoTargetPurge(Unit.Self, WdfIoTargetPurgeIoAndWait);
    ok(WdfIoTargetGetState(Unit.Self) == WdfIoTargetPurged &&
           Sent.Params.IoStatus.Status == STATUS_CANCELLED &&
           Waiting.Params.IoStatus.Status == STATUS_CANCELLED,
       "WdfIoTargetPurge: cancels what was sent, and what waits");
    ok(!WdfRequestSend(Requests[2], Unit.Self, WDF_NO_SEND_OPTIONS),
       "WdfIoTargetPurge: nothing can be sent");
    ok_status(WdfRequestGetStatus(Requests[2]), STATUS_INVALID_DEVICE_STATE,
              "WdfRequestSend: the status says why");
    WdfIoTargetStart(Unit.Self);
    WdfIoTargetPurge(Unit.Self, WdfIoTargetPurgeIo);
    WdfIoTargetCloseForQueryRemove(Unit.Self);
    ok(WdfIoTargetGetState(Unit.Self) == WdfIoTargetClosedForQueryRemove &&
           WdfIoTargetWdmGetTargetFileObject(Unit.Self) == NULL &&
           WdfIoTargetWdmGetTargetFileHandle(Unit.Self) == NULL,
       "WdfIoTargetCloseForQueryRemove: nothing is open");
    ok_status(WdfIoTargetStart(Unit.Self), STATUS_INVALID_DEVICE_STATE,
              "WdfIoTargetStart: not what is closed");
    WDF_IO_TARGET_OPEN_PARAMS_INIT_REOPEN(&Params);
    ok_status(WdfIoTargetOpen(Unit.Self, &Params), STATUS_SUCCESS,
              "WdfIoTargetOpen: again, by the name of before");
    WdfRequestSend(Requests[2], Unit.Self, WDF_NO_SEND_OPTIONS);
    WdfIoTargetClose(Unit.Self);
    ok(Late.Done == 1 && Late.Params.IoStatus.Status == STATUS_CANCELLED,
       "WdfIoTargetClose: cancels what was sent, and waits");
    ok_status(WdfIoTargetOpen(Unit.Self, &Params), STATUS_INVALID_DEVICE_STATE,
              "WdfIoTargetOpen: closed for good is nothing to reopen");
    for (ULONG Index = 0; Index < RTL_NUMBER_OF(Requests); Index++) {
        WdfObjectDelete(Requests[Index]);
    }
    WDF_IO_TARGET_OPEN_PARAMS_INIT_EXISTING_DEVICE(
        &Params, WdfDeviceWdmGetDeviceObject(Unit.Device));
    ok_status(WdfIoTargetOpen(Unit.Self, &Params), STATUS_SUCCESS,
              "WdfIoTargetOpen: but it can be opened");
}
