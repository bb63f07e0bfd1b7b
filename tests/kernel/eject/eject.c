/*
 * Devices that are let out of the machine, and what drivers say of the state of theirs.
 */
#include "../arbiter/bus.h"

#define SERVICES L"\\Registry\\Machine\\System\\CurrentControlSet\\Services\\"

static UNICODE_STRING Filter = RTL_CONSTANT_STRING(SERVICES L"upperfilter");

/* ---- ejection
 * ----------------------------------------------------------------------------- */

static VOID
TestRefused(VOID)
{
    PCHILD Fixed = NewChild();
    PCHILD Wanted = NewChild();
    PCHILD Along = NewChild();

    Wanted->Ejectable = TRUE;
    Wanted->Along = Along;
    Along->VetoRemove = TRUE;
    Announce();
    DbgPrint("# expect line ^io: TEST.CHILD00 cannot be ejected\n");
    IoRequestDeviceEject(Fixed->Pdo);
    IoRequestDeviceEject(Bus.Function); /* no PDO: nothing happens */
    DbgPrint("# expect line ^io: TEST.CHILD02 stays: its removal is refused\n");
    IoRequestDeviceEject(Wanted->Pdo);
    ok(KtapAwait(&Along->CancelRemoves, 1), "PNP what has to go along is asked");
    ok(KtapAwait(&Wanted->CancelRemoves, 1), "PNP its refusal is told to who agreed");
    AwaitPnp();
    ok_equal(Fixed->QueryRemoves, 0, "PNP what cannot be ejected is not asked");
    ok_equal(Wanted->Ejects + Wanted->Removes, 0, "PNP all stay");
    ForgetChildren();
}

static VOID
TestEjected(VOID)
{
    PCHILD Wanted = NewChild();
    PCHILD Along = NewChild();
    PCHILD Other = NewChild();

    Wanted->Ejectable = TRUE;
    Wanted->Along = Along;
    Announce();
    IoRequestDeviceEject(Wanted->Pdo);
    ok(KtapAwait(&Wanted->Deleted, 1), "PNP a device is ejected, and gone");
    AwaitPnp();
    ok_equal(Wanted->QueryRemoves, 1, "PNP it was asked");
    ok_equal(Wanted->Removes, 1, "PNP removed");
    ok_equal(Wanted->Ejects, 1, "PNP and let out by its bus");
    ok_equal(Along->Removes, 1, "PNP what goes along is removed");
    ok_equal(Along->Ejects, 0, "PNP not ejected itself");
    ok_equal(ProblemOf(Along), CM_PROB_HELD_FOR_EJECT, "PNP and does not start again");
    ok_equal(Other->QueryRemoves + Other->Removes, 0, "PNP others are left alone");
    ForgetChildren();
}

/* A bus that does not let go. */
static VOID
TestStuck(VOID)
{
    PCHILD Stuck = NewChild();

    Stuck->Ejectable = TRUE;
    Stuck->Stuck = TRUE;
    Announce();
    IoRequestDeviceEject(Stuck->Pdo);
    ok(KtapAwait(&Stuck->Ejects, 1), "PNP one is ejected and stays in its place");
    AwaitPnp();
    Announce();
    ok_equal(Stuck->Starts, 1, "PNP it is not started again");
    ok_equal(ProblemOf(Stuck), CM_PROB_HELD_FOR_EJECT, "PNP its problem says why");
    ForgetChildren();
}

/* ---- states
 * ------------------------------------------------------------------------------- */

/* A device whose driver says State, at its start or later. */
static VOID
TestState(PNP_DEVICE_STATE State, ULONG Problem, BOOLEAN Later)
{
    PCHILD Child = NewChild();

    Child->State = Later ? 0 : State;
    Announce();
    if (Later) {
        Child->State = State;
        AnnounceState(Child->Pdo, &Child->StateAsked);
    }
    ok_equal(Child->Starts, 1, "PNP a device was started");
    ok_equal(Child->Surprises, 1, "PNP its driver says that it is no use");
    ok_equal(Child->Removes, 1, "PNP and is removed");
    ok_equal(ProblemOf(Child), Problem, "PNP the problem is what it said");
    ForgetChildren();
}

static VOID
TestNotDisableable(VOID)
{
    PCHILD Child;

    ok_status(ZwLoadDriver(&Filter), STATUS_SUCCESS, "PNP a filter is loaded");
    Child = NewChild();
    Child->State = PNP_DEVICE_NOT_DISABLEABLE;
    Announce();
    ok_status(ZwUnloadDriver(&Filter), STATUS_PLUGPLAY_QUERY_VETOED,
              "PNP what must not be disabled keeps its drivers");
    ok_equal(Child->QueryRemoves, 0, "PNP it is not even asked");
    Child->State = 0;
    AnnounceState(Child->Pdo, &Child->StateAsked);
    ok_status(ZwUnloadDriver(&Filter), STATUS_SUCCESS, "PNP until it says otherwise");
    ForgetChildren();
}

/* ---- relations
 * ---------------------------------------------------------------------------- */

static NTSTATUS
QueryRelations(DEVICE_RELATION_TYPE Type, PDEVICE_RELATIONS *Relations)
{
    IO_STATUS_BLOCK Result = {0};
    KEVENT Event;
    NTSTATUS Status;
    PIRP Irp;

    KeInitializeEvent(&Event, NotificationEvent, FALSE);
    Irp = IoBuildSynchronousFsdRequest(IRP_MJ_PNP, Bus.Lower, NULL, 0, NULL, &Event,
                                       &Result);
    if (Irp == NULL) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    Irp->IoStatus.Status = STATUS_NOT_SUPPORTED;
    IoGetNextIrpStackLocation(Irp)->MinorFunction = IRP_MN_QUERY_DEVICE_RELATIONS;
    IoGetNextIrpStackLocation(Irp)->Parameters.QueryDeviceRelations.Type = Type;
    Status = IoCallDriver(Bus.Lower, Irp);
    if (Status == STATUS_PENDING) {
        KeWaitForSingleObject(&Event, Executive, KernelMode, FALSE, NULL);
        Status = Result.Status;
    }
    *Relations = (PDEVICE_RELATIONS)Result.Information;
    return Status;
}

static VOID
TestRelations(VOID)
{
    PDEVICE_RELATIONS Relations = NULL;

    if (ok_status(QueryRelations(TargetDeviceRelation, &Relations), STATUS_SUCCESS,
                  "PNP a PDO answers for the target of a stack")) {
        ok_equal(Relations->Count, 1, "PNP with one device,");
        ok(Relations->Objects[0] == Bus.Pdo, "PNP itself");
        ObDereferenceObject(Relations->Objects[0]);
        ExFreePool(Relations);
    }
    ok_status(QueryRelations(EjectionRelations, &Relations), STATUS_NOT_SUPPORTED,
              "PNP a function that is in no slot goes alone");
    ok_status(QueryRelations(BusRelations, &Relations), STATUS_NOT_SUPPORTED,
              "PNP and has no bus");
}

VOID
RunSuite(VOID)
{
    if (AwaitBus()) {
        TestRefused();
        TestEjected();
        TestStuck();
        TestState(PNP_DEVICE_FAILED, CM_PROB_FAILED_POST_START, FALSE);
        TestState(PNP_DEVICE_DISABLED, CM_PROB_DISABLED, FALSE);
        TestState(PNP_DEVICE_FAILED, CM_PROB_FAILED_POST_START, TRUE);
        TestState(PNP_DEVICE_REMOVED | PNP_DEVICE_FAILED, CM_PROB_DEVICE_NOT_THERE, TRUE);
        TestNotDisableable();
        TestRelations();
    }
}
