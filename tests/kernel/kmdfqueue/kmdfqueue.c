/*
 * kmdfqueue: queues and requests of a KMDF driver, on a device that nobody else uses.
 */
#include "kmdfqueue.h"

DRIVER_INITIALIZE DriverEntry;

UNIT Unit;

static UNICODE_STRING Service;
static WCHAR Case[32]; /* the word case= of the module line; empty: none */

static VOID
ReadCase(VOID)
{
    UNICODE_STRING Value = {0, sizeof(Case) - sizeof(WCHAR), Case};
    RTL_QUERY_REGISTRY_TABLE Table[2];
    WCHAR Path[200] = {0};

    RtlCopyMemory(Path, Service.Buffer, Service.Length);
    wcscpy(Path + Service.Length / sizeof(WCHAR), L"\\Parameters");
    RtlZeroMemory(Table, sizeof(Table));
    Table[0].Flags = RTL_QUERY_REGISTRY_DIRECT;
    Table[0].Name = L"case";
    Table[0].EntryContext = &Value;
    RtlQueryRegistryValues(RTL_REGISTRY_ABSOLUTE, Path, Table, NULL, NULL);
}

static VOID
QueueTests(VOID)
{
    if (Misuse(Case)) {
        return;
    }
    TestSequential();
    TestParallel();
    TestManual();
    TestFind();
    TestForward();
    TestConfig();
    TestStop();
    TestDrain();
    TestPurge();
    TestParameters();
    TestBuffers();
    TestUnchecked();
    TestCancelWaiting();
    TestCancelForwarded();
    TestCancelMarked();
    TestCancelRace();
    TestStopAndPurge();
    TestProbeAndLock();
    TestReserve();
    TestReserveAlways();
    TestReserveChosen();
    TestReservePurge();
}

NTSTATUS
StartTests(VOID)
{
    return KtapStart(WdfDriverWdmGetDriverObject(WdfGetDriver()), &Service, QueueTests);
}

NTSTATUS
NTAPI
DriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath)
{
    static WCHAR Path[128];
    WDF_DRIVER_CONFIG Config;

    RtlInitEmptyUnicodeString(&Service, Path, sizeof(Path));
    RtlCopyUnicodeString(&Service, RegistryPath);
    ReadCase();
    WDF_DRIVER_CONFIG_INIT(&Config, AddDevice);
    return WdfDriverCreate(DriverObject, RegistryPath, WDF_NO_OBJECT_ATTRIBUTES, &Config,
                           WDF_NO_HANDLE);
}
