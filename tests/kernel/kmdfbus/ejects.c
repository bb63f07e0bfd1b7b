/*
 * A child is ejected, and another with it; targets have it open meanwhile.
 */
#include "kmdfbus.h"

#include <ntstrsafe.h>

static EVT_WDF_IO_TARGET_QUERY_REMOVE QueryRemove;
static EVT_WDF_IO_TARGET_REMOVE_CANCELED RemoveCanceled;
static EVT_WDF_IO_TARGET_REMOVE_COMPLETE RemoveComplete;

static WDFIOTARGET Told, Plain;
static volatile LONG Asked, Stays, Gone;
static NTSTATUS Reopened;

static NTSTATUS NTAPI
QueryRemove(WDFIOTARGET Target)
{
    WdfIoTargetCloseForQueryRemove(Target);
    InterlockedIncrement(&Asked);
    return STATUS_SUCCESS;
}

static VOID NTAPI
RemoveCanceled(WDFIOTARGET Target)
{
    WDF_IO_TARGET_OPEN_PARAMS Params;

    WDF_IO_TARGET_OPEN_PARAMS_INIT_REOPEN(&Params);
    Reopened = WdfIoTargetOpen(Target, &Params);
    InterlockedIncrement(&Stays);
}

static VOID NTAPI
RemoveComplete(WDFIOTARGET Target)
{
    WdfObjectDelete(Target); /* as drivers do */
    InterlockedIncrement(&Gone);
}

static WDFDEVICE
Pdo(ULONG Number)
{
    CHILD_IDENTIFICATION Id = Identify(Number);
    WDF_CHILD_RETRIEVE_INFO Info;

    WDF_CHILD_RETRIEVE_INFO_INIT(&Info, &Id.Header);
    return WdfChildListRetrievePdo(Bus.List, &Info);
}

/* Opens a target of the bus's for the newest child; with the three callbacks or without. */
static NTSTATUS
OpenChild(BOOLEAN Callbacks, WDFIOTARGET *Target)
{
    WDF_IO_TARGET_OPEN_PARAMS Params;
    UNICODE_STRING Name;
    WCHAR Text[32];
    NTSTATUS Status = WdfIoTargetCreate(Bus.Device, WDF_NO_OBJECT_ATTRIBUTES, Target);

    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    RtlStringCbPrintfW(Text, sizeof(Text), FUNCTION_NAME, Bus.Functions - 1);
    RtlInitUnicodeString(&Name, Text);
    WDF_IO_TARGET_OPEN_PARAMS_INIT_OPEN_BY_NAME(&Params, &Name, FILE_READ_DATA);
    if (Callbacks) {
        Params.EvtIoTargetQueryRemove = QueryRemove;
        Params.EvtIoTargetRemoveCanceled = RemoveCanceled;
        Params.EvtIoTargetRemoveComplete = RemoveComplete;
    }
    return WdfIoTargetOpen(*Target, &Params);
}

/* Until a target is in a state, or too long. */
static BOOLEAN
AwaitState(WDFIOTARGET Target, WDF_IO_TARGET_STATE State)
{
    for (ULONG Nap = 0; Nap < 200 && WdfIoTargetGetState(Target) != State; Nap++) {
        KtapSleep(10);
    }
    return WdfIoTargetGetState(Target) == State;
}

/* The driver of the children objects. */
static VOID
TestRefusal(VOID)
{
    CHILD_IDENTIFICATION Id = Identify(4), Nobody = Identify(9);

    Bus.Veto = TRUE;
    DbgPrint("# expect line ^io: .* stays: its removal is refused\n");
    ok(!WdfChildListRequestChildEject(Bus.List, &Nobody.Header),
       "WdfChildListRequestChildEject: nobody");
    ok(WdfChildListRequestChildEject(Bus.List, &Id.Header),
       "WdfChildListRequestChildEject: a child");
    if (!ok(KtapAwait(&Stays, 1) && Asked == 1,
            "EvtIoTargetQueryRemove, then EvtIoTargetRemoveCanceled: its driver "
            "objects")) {
        return;
    }
    ok_status(Reopened, STATUS_SUCCESS, "WdfIoTargetOpen: reopened in the callback");
    ok(AwaitState(Told, WdfIoTargetStarted) && AwaitState(Plain, WdfIoTargetStarted),
       "a target without callbacks is opened again by the framework");
    ok_equal(Gone + Bus.Ejects, 0, "EvtDeviceEject: not called");
    Bus.Veto = FALSE;
}

static VOID
TestEjection(WDFDEVICE Child)
{
    LONG Removed = Bus.Removed, Pdos = Bus.Gone;

    WdfPdoRequestEject(Child);
    ok(KtapAwait(&Bus.Ejects, 1), "WdfPdoRequestEject: EvtDeviceEject is called");
    ok(KtapAwait(&Bus.Gone, Pdos + 1), "EvtDeviceEject: then the child is missing");
    ok(KtapAwait(&Bus.Removed, Removed + 2),
       "WdfPdoAddEjectionRelationsPhysicalDevice: the other one is removed too");
    ok(KtapAwait(&Gone, 1) && Asked == 2,
       "EvtIoTargetRemoveComplete: the target deletes itself");
    ok(AwaitState(Plain, WdfIoTargetClosed),
       "a target without callbacks is closed by the framework");
    ok_equal(Bus.Ejects, 1, "EvtDeviceEject: once, for the one that was asked for");
    ReportMissing(8);
    ok(KtapAwait(&Bus.Gone, Pdos + 2), "the other one is reported missing");
    WdfObjectDelete(Plain);
}

VOID
TestEjects(VOID)
{
    LONG Started = Bus.Started;
    PDEVICE_OBJECT Second;
    WDFDEVICE Child;

    Report(4, 4);
    if (!ok(KtapAwait(&Bus.Started, Started + 1), "one child more") ||
        !ok_status(OpenChild(TRUE, &Told), STATUS_SUCCESS,
                   "WdfIoTargetOpen: a target for a child") ||
        !ok_status(OpenChild(FALSE, &Plain), STATUS_SUCCESS,
                   "WdfIoTargetOpen: another")) {
        return;
    }
    Report(8, 8);
    ok(KtapAwait(&Bus.Started, Started + 2), "and one that goes with it");
    Child = Pdo(4);
    Second = WdfDeviceWdmGetDeviceObject(Pdo(8));
    WdfPdoAddEjectionRelationsPhysicalDevice(Child, Second);
    WdfPdoRemoveEjectionRelationsPhysicalDevice(Child, Second);
    WdfPdoAddEjectionRelationsPhysicalDevice(Child, Second);
    WdfPdoClearEjectionRelationsDevices(Child);
    ok_status(WdfPdoAddEjectionRelationsPhysicalDevice(Child, Second), STATUS_SUCCESS,
              "WdfPdoAddEjectionRelationsPhysicalDevice: after it was taken back");
    ok_status(WdfPdoAddEjectionRelationsPhysicalDevice(Child, Second), STATUS_SUCCESS,
              "WdfPdoAddEjectionRelationsPhysicalDevice: a second time");
    TestRefusal();
    TestEjection(Child);
}
