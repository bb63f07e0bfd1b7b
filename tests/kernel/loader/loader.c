/*
 * loader: how this very file was loaded: relocated, bound, sealed, and called.
 */
#include "../ktap.h"

DRIVER_INITIALIZE DriverEntry;

#define PREFERRED_BASE 0x140000000ULL

static const CHAR Constant[] = "read only";
static CHAR Variable[] = "read and write";
static ULONG Zeroed[2000];
/* Pointers the linker wrote for the preferred base. */
static const CHAR *volatile ToConstant = Constant;
static CHAR *volatile ToVariable = Variable;

static PVOID
Find(PCWSTR Name)
{
    UNICODE_STRING String;

    RtlInitUnicodeString(&String, Name);
    return MmGetSystemRoutineAddress(&String);
}

static VOID
TestExports(VOID)
{
    ok(Find(L"KeInsertQueueDpc") == (PVOID)KeInsertQueueDpc,
       "MmGetSystemRoutineAddress: the address the import was bound to");
    ok(Find(L"IofCompleteRequest") == (PVOID)IofCompleteRequest,
       "MmGetSystemRoutineAddress: a routine of the I/O manager");
    ok(Find(L"KeNumberProcessors") == (PVOID)KeNumberProcessors,
       "MmGetSystemRoutineAddress: a variable");
    ok(Find(L"KeInsertQueueDp") == NULL && Find(L"KeInsertQueueDpcX") == NULL &&
           Find(L"") == NULL,
       "MmGetSystemRoutineAddress: NULL for names that are almost one");
    ok(Find(L"keinsertqueuedpc") == NULL, "MmGetSystemRoutineAddress: case matters");
    ok(((PULONG_PTR(NTAPI *)(VOID))Find(L"PsGetCurrentThreadId"))() ==
           (PULONG_PTR)PsGetCurrentThreadId(),
       "MmGetSystemRoutineAddress: what it gives can be called");
}

static VOID
TestData(VOID)
{
    ok_equal(*KeNumberProcessors, KeQueryActiveProcessorCount(NULL),
             "a data import is the address of the kernel's variable");
    ok(*PsThreadType != NULL && *ExEventObjectType != NULL &&
           *PsThreadType != *ExEventObjectType,
       "and of its object types");
    ok_equal(KD_DEBUGGER_ENABLED, FALSE, "KdDebuggerEnabled is FALSE without a debugger");
}

static VOID
TestImage(VOID)
{
    PDRIVER_OBJECT Driver = Ktap.DriverObject;
    ULONG_PTR Start = (ULONG_PTR)Driver->DriverStart, Sum = 0;

    ok((ULONG_PTR)DriverEntry - Start < Driver->DriverSize,
       "STR-13 DriverStart and DriverSize enclose the code");
    ok(Start != PREFERRED_BASE && Start >= 0xFFFF800000000000ULL,
       "the image is in the kernel's half, not where it was linked for");
    ok(ToConstant == Constant && ToVariable == Variable,
       "pointers in data are relocated");
    ok(strcmp(ToConstant, "read only") == 0 && strcmp(ToVariable, "read and write") == 0,
       "the sections hold what the file does");
    for (ULONG Index = 0; Index < RTL_NUMBER_OF(Zeroed); Index++) {
        Sum |= Zeroed[Index];
    }
    ok_equal(Sum, 0, "what is not in the file is zero");
    ToVariable[0] = 'R';
    Zeroed[1999] = 1;
    ok(Variable[0] == 'R' && Zeroed[1999] == 1, "data can be written");
    ok(*(volatile USHORT *)Start == 0x5A4D, "the headers are mapped");
}

static VOID
TestDriverObject(VOID)
{
    PDRIVER_OBJECT Driver = Ktap.DriverObject;
    UNICODE_STRING Name, Path;

    ok_equal(Driver->Type, 4, "STR-27 a driver object's type is 4");
    ok_equal(Driver->Size, 0x150, "STR-13 its size is 0x150");
    ok(Driver->DriverInit == DriverEntry, "STR-13 DriverInit is the entry point");
    ok(Driver->DriverExtension->DriverObject == Driver,
       "STR-13 the extension leads back");
    RtlInitUnicodeString(&Name, L"\\Driver\\loader");
    ok(RtlEqualUnicodeString(&Driver->DriverName, &Name, TRUE), "STR-13 DriverName");
    RtlInitUnicodeString(
        &Path, L"\\Registry\\Machine\\System\\CurrentControlSet\\Services\\loader");
    ok(RtlEqualUnicodeString(&Ktap.RegistryPath, &Path, TRUE),
       "RegistryPath is the service's key");
    ok(Driver->MajorFunction[IRP_MJ_READ] != NULL, "every major function has a routine");
}

static VOID
LoaderTests(VOID)
{
    TestExports();
    TestData();
    TestImage();
    TestDriverObject();
}

NTSTATUS
NTAPI
DriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath)
{
    return KtapStart(DriverObject, RegistryPath, LoaderTests);
}
