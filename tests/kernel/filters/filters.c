/*
 * Filter drivers: where they stand in a stack, what they take over from the device below,
 * and how stacks are built and torn down when one of them fails, comes late or leaves.
 */
#include "../arbiter/bus.h"

#define SERVICES L"\\Registry\\Machine\\System\\CurrentControlSet\\Services\\"

static UNICODE_STRING Lower = RTL_CONSTANT_STRING(SERVICES L"lowerfilter");
static UNICODE_STRING Upper = RTL_CONSTANT_STRING(SERVICES L"upperfilter");

/* Whether the stack consists of the drivers of these names from below, the PDO's driver
   not counted. */
static BOOLEAN
IsStack(PCHILD Child, ULONG Count, const PCWSTR *Names)
{
    PDEVICE_OBJECT Device = Child->Pdo->AttachedDevice;

    for (ULONG Index = 0; Index < Count; Index++) {
        UNICODE_STRING Name;

        RtlInitUnicodeString(&Name, Names[Index]);
        if (Device == NULL || Device->StackSize != (CCHAR)(Index + 2) ||
            !RtlEqualUnicodeString(&Device->DriverObject->DriverName, &Name, TRUE)) {
            return FALSE;
        }
        Device = Device->AttachedDevice;
    }
    return Device == NULL;
}

static PDEVICE_OBJECT
TopOf(PCHILD Child)
{
    PDEVICE_OBJECT Top = IoGetAttachedDeviceReference(Child->Pdo);

    ObDereferenceObject(Top);
    return Top;
}

/* A filter joins the stacks that are built after it was loaded. */
static VOID
TestLate(VOID)
{
    PCHILD Child = NewChild();

    Announce();
    ok(IsStack(Child, 1, (PCWSTR[]){L"\\Driver\\filters"}),
       "PNP without filters there are none");
    ok_status(ZwLoadDriver(&Lower), STATUS_SUCCESS, "PNP a filter is loaded");
    ok_status(ZwLoadDriver(&Upper), STATUS_SUCCESS, "PNP and another one");
    ok(IsStack(Child, 1, (PCWSTR[]){L"\\Driver\\filters"}),
       "PNP a stack that stands stays as it is");
    ForgetChildren();
}

static VOID
TestOrder(PCHILD Child)
{
    static const PCWSTR All[] = {L"\\Driver\\lowerfilter", L"\\Driver\\filters",
                                 L"\\Driver\\upperfilter"};

    ok(IsStack(Child, 3, All),
       "PNP the lower filter, the function driver, the upper filter");
    ok_equal(Child->Starts, 1, "PNP the function driver is started through them");
    ok_equal(TopOf(Child)->Flags & (DO_DIRECT_IO | DO_BUFFERED_IO), DO_DIRECT_IO,
             "PNP the top says how buffers come, as the function device does");
    ok_equal(TopOf(Child)->AlignmentRequirement, Child->Function->AlignmentRequirement,
             "PNP and which alignment they need");
    ok_equal(TopOf(Child)->Flags & DO_DEVICE_INITIALIZING, 0, "PNP it is ready");
}

/* One of three AddDevice fails: the others are undone. */
static VOID
TestRefusal(VOID)
{
    PCHILD Child = NewChild();

    Child->Type = FILE_DEVICE_NULL;
    DbgPrint("# expect line ^io: lowerfilter.sys: AddDevice for TEST.CHILD.. failed with "
             "status 0xC000009A\n");
    Announce();
    ok_equal(Child->Added, 0, "PNP a lower filter that fails is the first, and the last");
    ok_equal(ProblemOf(Child), CM_PROB_FAILED_ADD, "PNP the problem is AddDevice");
    ok(Child->Pdo->AttachedDevice == NULL, "PNP there is no stack");
    Child->Present = FALSE;
    Announce();

    ok_status(ZwUnloadDriver(&Lower), STATUS_SUCCESS, "PNP the lower filter is unloaded");
    Child = NewChild();
    Child->Type = FILE_DEVICE_NULL;
    Announce();
    ok_equal(Child->Added, 1, "PNP before an upper filter the function driver is asked");
    ok_equal(Child->Removes, 1, "PNP which is removed when the filter fails");
    ok_equal(Child->Starts, 0, "PNP and was never started");
    ok(Child->Pdo->AttachedDevice == NULL, "PNP there is no stack");
    Child->Present = FALSE;
    Announce();
}

/* A filter that is unloaded takes its device away for a moment; one that is open stays. */
static VOID
TestUnloading(PCHILD Child)
{
    static const PCWSTR WithoutUpper[] = {L"\\Driver\\lowerfilter", L"\\Driver\\filters"};

    Child->VetoRemove = TRUE;
    ok_status(ZwUnloadDriver(&Upper), STATUS_DEVICE_BUSY,
              "PNP a filter cannot go when a driver of its stack refuses");
    ok_equal(Child->CancelRemoves, 1, "PNP who is told that it stays");
    Child->VetoRemove = FALSE;
    ok_status(ZwUnloadDriver(&Upper), STATUS_SUCCESS, "PNP then it goes");
    ok_equal(Child->Removes, 1, "PNP and its stack with it");
    ok_equal(Child->Starts, 2, "PNP which is built again and started");
    ok(IsStack(Child, 2, WithoutUpper), "PNP without it");
    ok_status(ZwLoadDriver(&Upper), STATUS_SUCCESS, "PNP it can be loaded again");
}

VOID
RunSuite(VOID)
{
    DIRQL_USAGE Before, After;
    PCHILD Child;

    if (!AwaitBus()) {
        return;
    }
    TestLate();
    DirqlQueryUsage(&Before);
    Child = NewChild();
    Announce();
    TestOrder(Child);
    TestUnloading(Child);
    ForgetChildren();
    TestRefusal();
    ok_status(ZwLoadDriver(&Lower), STATUS_SUCCESS, "PNP and loaded again");
    KtapSleep(100); /* a worker may still hold the last reference to something */
    DirqlQueryUsage(&After);
    ok_equal(After.PoolBlocks, Before.PoolBlocks, "PNP nothing is left of any of it");
}
