/*
 * zwfile: a client in kernel mode that opens, reads, writes, controls and closes devices by
 * handle, and everything that can be wrong about it.
 */
#include "zwfile.h"

DRIVER_INITIALIZE DriverEntry;
static DRIVER_UNLOAD Unload;

static BOOLEAN Ready;

static VOID
FileTests(VOID)
{
    if (!ok(Ready, "three devices and a link")) {
        return;
    }
    TestOpen();
    TestNames();
    TestBadOpen();
    TestAttach();
    TestTransfers();
    TestPosition();
    TestBadTransfers();
    TestControls();
    TestEvents();
    TestApcs();
    TestFailures();
    TestOverlap();
    TestCancel();
    TestWaiting();
    TestAlert();
    TestInformation();
    TestShares();
    TestRights();
    TestMemory();
    ok_equal(Seen.Closes, Seen.Cleanups, "as many closes as cleanups at the end");
}

static VOID NTAPI
Unload(PDRIVER_OBJECT DriverObject)
{
    UNREFERENCED_PARAMETER(DriverObject);
    DeleteDevices();
}

NTSTATUS
NTAPI
DriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath)
{
    DriverObject->DriverUnload = Unload;
    Ready = CreateDevices(DriverObject);
    return KtapStart(DriverObject, RegistryPath, FileTests);
}
