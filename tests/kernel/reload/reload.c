/*
 * reload: ZwLoadDriver and ZwUnloadDriver, what they refuse, and a thousand rounds of
 * loading and unloading after which memory, vectors and gates are as before.
 */
#include "../cases.h"

#include <dirqltest.h>

#define WARM_UP        5 /* caches, stacks and tables that stay once made */
#define ROUNDS         1000
#define ROUNDS_SEVERAL 250 /* each asks all processors several times over */
#define VECTORS        256
#define LARGE_PAGE     512 /* frames */

DRIVER_INITIALIZE DriverEntry;

#define SERVICES L"\\Registry\\Machine\\System\\CurrentControlSet\\Services\\"

static UNICODE_STRING Reloaded = RTL_CONSTANT_STRING(SERVICES L"reloaded");
static UNICODE_STRING E1000 = RTL_CONSTANT_STRING(SERVICES L"e1000");

/* What must not grow. */
typedef struct _STATE {
    DIRQL_USAGE Usage;
    ULONG64 Gates[64][VECTORS];
} STATE;

static STATE Before, After;

/* Frees come late: a worker may still hold the last reference for a moment. */
static VOID
ReadState(STATE *State)
{
    KtapSleep(100);
    DirqlQueryUsage(&State->Usage);
    for (ULONG Processor = 0; Processor < 64; Processor++) {
        for (ULONG Vector = 0; Vector < VECTORS; Vector++) {
            State->Gates[Processor][Vector] = 0;
            DirqlQueryGate(Processor, Vector, &State->Gates[Processor][Vector]);
        }
    }
}

/* Loads and unloads so often; how often something did not succeed. */
static ULONG
Reload(PUNICODE_STRING Service, ULONG Rounds)
{
    ULONG Failures = 0;

    for (ULONG Round = 0; Round < Rounds && Failures == 0; Round++) {
        Failures += !NT_SUCCESS(ZwLoadDriver(Service));
        Failures += !NT_SUCCESS(ZwUnloadDriver(Service));
    }
    return Failures;
}

/* The tags that have grown, for whoever looks for a leak. */
static VOID
NameGrowth(VOID)
{
    for (ULONG Index = 0; Index < After.Usage.TagCount; Index++) {
        if (After.Usage.Tags[Index].Blocks != Before.Usage.Tags[Index].Blocks) {
            DbgPrint("# tag %.4s: %I64u blocks, before %I64u\n",
                     &After.Usage.Tags[Index].Tag, After.Usage.Tags[Index].Blocks,
                     Before.Usage.Tags[Index].Blocks);
        }
    }
}

/* The first time an image lies in some large page of the direct map, sealing it there costs
   a page table, which stays; so does the first use of each large page of special pool, which
   has half as many addresses at most. Together they are fewer than the rounds. */
static VOID
TestRounds(PUNICODE_STRING Service)
{
    ULONG Rounds = KeQueryActiveProcessorCount(NULL) == 1 ? ROUNDS : ROUNDS_SEVERAL;

    ok_equal(Reload(Service, WARM_UP), 0, "the driver loads and unloads a few times");
    ReadState(&Before);
    ok_equal(Reload(Service, Rounds), 0, "the driver loads and unloads many times");
    ReadState(&After);
    NameGrowth();
    DbgPrint("# frames in use: %I64u, before %I64u\n", After.Usage.Frames,
             Before.Usage.Frames);
    ok_equal(After.Usage.PoolBlocks, Before.Usage.PoolBlocks, "no block of pool is lost");
    ok_equal(After.Usage.PoolBytes, Before.Usage.PoolBytes, "no byte of pool is lost");
    ok(After.Usage.Frames <=
           Before.Usage.Frames + After.Usage.TotalFrames * 3 / 2 / LARGE_PAGE,
       "no frame is lost but for page tables of the direct map and of special pool");
    ok_equal(After.Usage.Sources, Before.Usage.Sources,
             "no interrupt source keeps its vector");
    ok(RtlEqualMemory(After.Gates, Before.Gates, sizeof(After.Gates)),
       "CON-28 every IDT gate leads where it led");
}

static NTSTATUS
LoadNamed(PCWSTR Path)
{
    UNICODE_STRING Name;

    RtlInitUnicodeString(&Name, Path);
    return ZwLoadDriver(&Name);
}

static VOID
TestRefusals(VOID)
{
    UNICODE_STRING Self = RTL_CONSTANT_STRING(SERVICES L"reload");
    UNICODE_STRING Empty = {0, 0, NULL};

    ok_status(ZwLoadDriver(NULL), STATUS_OBJECT_NAME_INVALID, "no path");
    ok_status(ZwLoadDriver(&Empty), STATUS_OBJECT_NAME_INVALID, "an empty path");
    ok_status(LoadNamed(L"reloaded"), STATUS_OBJECT_NAME_INVALID, "a bare name");
    ok_status(LoadNamed(SERVICES), STATUS_OBJECT_NAME_INVALID, "no name");
    ok_status(LoadNamed(SERVICES L"a\\b"), STATUS_OBJECT_NAME_INVALID, "a path below");
    ok_status(LoadNamed(SERVICES L"nobody"), STATUS_OBJECT_NAME_NOT_FOUND, "no module");
    ok_status(LoadNamed(SERVICES L"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
                                 L"aaaaaaaaaaaaaaaaaaaaaaaa"),
              STATUS_OBJECT_NAME_INVALID, "a name too long");
    ok_status(ZwUnloadDriver(&Reloaded), STATUS_OBJECT_NAME_NOT_FOUND, "not loaded");
    ok_status(ZwUnloadDriver(&Self), STATUS_INVALID_DEVICE_REQUEST, "no DriverUnload");
    ok_status(ZwUnloadDriver(NULL), STATUS_OBJECT_NAME_INVALID, "no path to unload");
}

static VOID
TestTwice(VOID)
{
    UNICODE_STRING Name = RTL_CONSTANT_STRING(L"\\Device\\Reloaded");
    PDEVICE_OBJECT Device;
    PFILE_OBJECT File;

    ok_status(ZwLoadDriver(&Reloaded), STATUS_SUCCESS, "loads");
    ok_status(ZwLoadDriver(&Reloaded), STATUS_IMAGE_ALREADY_LOADED, "twice");
    ok_status(IoGetDeviceObjectPointer(&Name, GENERIC_READ, &File, &Device),
              STATUS_SUCCESS, "its device opens");
    ok_status(ZwUnloadDriver(&Reloaded), STATUS_DEVICE_BUSY, "it is open, so it stays");
    ok_equal(Device->DriverObject->DeviceObject, Device, "and still has its device");
    ObDereferenceObject(File);
    ok_status(ZwUnloadDriver(&Reloaded), STATUS_SUCCESS, "it is closed, so it goes");
    ok_status(ZwUnloadDriver(&Reloaded), STATUS_OBJECT_NAME_NOT_FOUND, "once");
}

static VOID
TestEdu(VOID)
{
    TestRefusals();
    TestTwice();
    TestRounds(&Reloaded);
}

static VOID
TestE1000(VOID)
{
    TestRounds(&E1000);
}

static const KTAP_CASE Cases[] = {{L"edu", TestEdu}, {L"e1000", TestE1000}};

static VOID
ReloadTests(VOID)
{
    KtapRunCase(Cases, RTL_NUMBER_OF(Cases));
}

NTSTATUS
NTAPI
DriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath)
{
    return KtapStart(DriverObject, RegistryPath, ReloadTests);
}
