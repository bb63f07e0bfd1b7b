/*
 * kmdftarget: I/O targets and the requests that are sent to them.
 */
#include "kmdftarget.h"

DRIVER_INITIALIZE DriverEntry;

UNIT Unit;

static UNICODE_STRING Service;
static WCHAR CaseText[32]; /* the word case= of the module line; empty: none */
static UNICODE_STRING Case = {0, sizeof(CaseText) - sizeof(WCHAR), CaseText};
static WCHAR IoText[16]; /* io=direct or io=neither; else buffered */
static UNICODE_STRING Io = {0, sizeof(IoText) - sizeof(WCHAR), IoText};

static VOID
ReadWords(VOID)
{
    RTL_QUERY_REGISTRY_TABLE Table[3];
    WCHAR Path[200] = {0};

    RtlCopyMemory(Path, Service.Buffer, Service.Length);
    wcscpy(Path + Service.Length / sizeof(WCHAR), L"\\Parameters");
    RtlZeroMemory(Table, sizeof(Table));
    Table[0].Flags = RTL_QUERY_REGISTRY_DIRECT;
    Table[0].Name = L"case";
    Table[0].EntryContext = &Case;
    Table[1].Flags = RTL_QUERY_REGISTRY_DIRECT;
    Table[1].Name = L"io";
    Table[1].EntryContext = &Io;
    RtlQueryRegistryValues(RTL_REGISTRY_ABSOLUTE, Path, Table, NULL, NULL);
}

static WDF_DEVICE_IO_TYPE
WantedIoType(VOID)
{
    UNICODE_STRING Direct = RTL_CONSTANT_STRING(L"direct");
    UNICODE_STRING Neither = RTL_CONSTANT_STRING(L"neither");

    if (RtlEqualUnicodeString(&Io, &Direct, FALSE)) {
        return WdfDeviceIoDirect;
    }
    return RtlEqualUnicodeString(&Io, &Neither, FALSE) ? WdfDeviceIoNeither
                                                       : WdfDeviceIoBuffered;
}

static VOID
TargetTests(VOID)
{
    TestOpen();
    if (Misuse(&Case)) {
        return;
    }
    TestTransfers();
    TestControls();
    TestDescriptors();
    TestArguments();
    TestLocal();
    TestCompletion();
    TestReuse();
    TestCancelSent();
    TestTimeouts();
    TestCancelRace();
    TestForward();
    TestForget();
    TestIrpOfTheDriver();
    TestStates();
    TestStopActions();
    TestPurge();
    TestBadSends();
    TestBadMemory();
    TestBadOpens();
}

NTSTATUS
StartTests(VOID)
{
    return KtapStart(WdfDriverWdmGetDriverObject(WdfGetDriver()), &Service, TargetTests);
}

NTSTATUS
NTAPI
DriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath)
{
    static WCHAR Path[128];
    WDF_DRIVER_CONFIG Config;

    RtlInitEmptyUnicodeString(&Service, Path, sizeof(Path));
    RtlCopyUnicodeString(&Service, RegistryPath);
    ReadWords();
    Unit.IoType = WantedIoType();
    WDF_DRIVER_CONFIG_INIT(&Config, AddDevice);
    return WdfDriverCreate(DriverObject, RegistryPath, WDF_NO_OBJECT_ATTRIBUTES, &Config,
                           WDF_NO_HANDLE);
}
