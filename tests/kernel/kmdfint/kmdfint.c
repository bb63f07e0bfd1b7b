/*
 * kmdfint: interrupts of a KMDF driver, and the order in which its device comes and goes.
 * The module line chooses the kind of interrupt (tests.txt).
 */
#include "kmdfint.h"

DRIVER_INITIALIZE DriverEntry;

static EVT_WDF_DRIVER_UNLOAD Unload;

UNIT Unit;

static CHAR Letters[64];
static volatile LONG Written;
static KIRQL HighestIrql;

VOID
Diary(CHAR Letter)
{
    Letters[InterlockedIncrement(&Written) - 1] = Letter;
    /* Enable and disable, in small letters, are at the interrupt's level. */
    if (Letter != 'e' && Letter != 'd') {
        HighestIrql = max(HighestIrql, KeGetCurrentIrql());
    }
}

PCSTR
DiaryText(VOID)
{
    return Letters;
}

KIRQL
DiaryIrql(VOID)
{
    return HighestIrql;
}

/* Whether the module line says Word=Text. */
static BOOLEAN
LineSays(PCWSTR Word, PCWSTR Text)
{
    WCHAR Buffer[32], Path[200];
    UNICODE_STRING Value = {0, sizeof(Buffer), Buffer};
    UNICODE_STRING Wanted;
    RTL_QUERY_REGISTRY_TABLE Table[2];

    RtlCopyMemory(Path, Ktap.RegistryPath.Buffer, Ktap.RegistryPath.Length);
    wcscpy(Path + Ktap.RegistryPath.Length / sizeof(WCHAR), L"\\Parameters");
    RtlZeroMemory(Table, sizeof(Table));
    Table[0].Flags = RTL_QUERY_REGISTRY_DIRECT;
    Table[0].Name = (PWSTR)Word;
    Table[0].EntryContext = &Value;
    RtlQueryRegistryValues(RTL_REGISTRY_ABSOLUTE, Path, Table, NULL, NULL);
    RtlInitUnicodeString(&Wanted, Text);
    return RtlEqualUnicodeString(&Value, &Wanted, FALSE);
}

BOOLEAN
CaseIs(PCWSTR Name)
{
    return LineSays(L"case", Name);
}

/* Whether this profile is of a Windows whose framework knows PassiveHandling: since 8. */
BOOLEAN
PassiveIsKnown(VOID)
{
    return !LineSays(L"profile", L"5.2") && !LineSays(L"profile", L"6.0") &&
           !LineSays(L"profile", L"6.1");
}

static VOID
IntTests(VOID)
{
    ok(strcmp(DiaryText(), "AFGHP0e1I") == 0, "WDF-30 WDF-33 the order of a start: add, "
                                              "filters, prepare, D0, enable, post, init");
    ok_equal(DiaryIrql(), PASSIVE_LEVEL, "WDF-9 all of them at PASSIVE_LEVEL");
    TestCreate();
    TestState();
    TestService();
    TestLocks();
    if (Unit.Serialized) {
        TestSerialized();
    }
    if (CaseIs(L"failed")) {
        TestFailed();
        return;
    }
    DbgPrint("# expect line ^kmdfint: AFGHP0e1ISxdyRLCU, IRQL 0$\n");
}

/* The last word: what the removal called, after the plan was printed. */
static VOID NTAPI
Unload(WDFDRIVER Driver)
{
    UNREFERENCED_PARAMETER(Driver);
    Diary('U');
    DbgPrint("kmdfint: %s, IRQL %u\n", DiaryText(), DiaryIrql());
}

/* Called by EvtDeviceSelfManagedIoInit, the last of a start. */
NTSTATUS
StartTests(VOID)
{
    return KtapStart(WdfDriverWdmGetDriverObject(WdfGetDriver()), &Ktap.RegistryPath,
                     IntTests);
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
    Config.EvtDriverUnload = Unload;
    return WdfDriverCreate(DriverObject, RegistryPath, WDF_NO_OBJECT_ATTRIBUTES, &Config,
                           WDF_NO_HANDLE);
}
