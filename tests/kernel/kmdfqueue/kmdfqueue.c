/*
 * kmdfqueue: queues and requests of a KMDF driver, on a device that nobody else uses.
 */
#include "kmdfqueue.h"

DRIVER_INITIALIZE DriverEntry;

UNIT Unit;

/* The word case= of the module line; empty: none. */
static VOID
ReadCase(PWCHAR Buffer, USHORT Size)
{
    UNICODE_STRING Value = {0, Size, Buffer};
    RTL_QUERY_REGISTRY_TABLE Table[2];
    WCHAR Path[200] = {0};

    RtlCopyMemory(Path, Ktap.RegistryPath.Buffer, Ktap.RegistryPath.Length);
    wcscpy(Path + Ktap.RegistryPath.Length / sizeof(WCHAR), L"\\Parameters");
    RtlZeroMemory(Table, sizeof(Table));
    Table[0].Flags = RTL_QUERY_REGISTRY_DIRECT;
    Table[0].Name = L"case";
    Table[0].EntryContext = &Value;
    RtlQueryRegistryValues(RTL_REGISTRY_ABSOLUTE, Path, Table, NULL, NULL);
}

static VOID
QueueTests(VOID)
{
    WCHAR Case[32] = {0};

    ReadCase(Case, sizeof(Case) - sizeof(WCHAR));
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
}

NTSTATUS
StartTests(VOID)
{
    return KtapStart(WdfDriverWdmGetDriverObject(WdfGetDriver()), &Ktap.RegistryPath,
                     QueueTests);
}

NTSTATUS
NTAPI
DriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath)
{
    static WCHAR Path[128];
    WDF_DRIVER_CONFIG Config;

    RtlInitEmptyUnicodeString(&Ktap.RegistryPath, Path, sizeof(Path));
    RtlCopyUnicodeString(&Ktap.RegistryPath, RegistryPath);
    WDF_DRIVER_CONFIG_INIT(&Config, AddDevice);
    return WdfDriverCreate(DriverObject, RegistryPath, WDF_NO_OBJECT_ATTRIBUTES, &Config,
                           WDF_NO_HANDLE);
}
