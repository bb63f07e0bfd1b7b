/*
 * lowresources: allocations that fail because the boot options say so. case= says what
 * they are.
 */
#include "../cases.h"

DRIVER_INITIALIZE DriverEntry;

#define OTHER_TAG 0x72656874 /* "ther" */
#define TRIES     200

/* Every routine that can be refused, in turn; TRUE when this one was not. */
static BOOLEAN
Allocate(ULONG Kind, ULONG Tag)
{
    const PHYSICAL_ADDRESS Highest = {.QuadPart = -1};
    const PHYSICAL_ADDRESS LocalApic = {.QuadPart = 0xFEE00000};
    PVOID Made = NULL;

    switch (Kind % 6) {
    case 0:
        Made = ExAllocatePoolWithTag(NonPagedPoolNx, 64, Tag);
        if (Made != NULL) {
            ExFreePoolWithTag(Made, Tag);
        }
        break;
    case 1:
        Made = IoAllocateIrp(2, FALSE);
        if (Made != NULL) {
            IoFreeIrp(Made);
        }
        break;
    case 2:
        Made = IoAllocateMdl(&Ktap, sizeof(Ktap), FALSE, FALSE, NULL);
        if (Made != NULL) {
            IoFreeMdl(Made);
        }
        break;
    case 3:
        Made = IoAllocateWorkItem((PDEVICE_OBJECT)Ktap.DriverObject);
        if (Made != NULL) {
            IoFreeWorkItem(Made);
        }
        break;
    case 4:
        Made = MmAllocateContiguousMemory(PAGE_SIZE, Highest);
        if (Made != NULL) {
            MmFreeContiguousMemory(Made);
        }
        break;
    case 5:
        Made = MmMapIoSpace(LocalApic, PAGE_SIZE, MmNonCached);
        if (Made != NULL) {
            MmUnmapIoSpace(Made, PAGE_SIZE);
        }
        break;
    }
    return Made != NULL;
}

/* lowresources=5: each kind, every fifth. */
static VOID
EveryFifth(VOID)
{
    ULONG Refused = 0, Longest = 0, Run = 0;

    for (ULONG Try = 0; Try < TRIES; Try++) {
        BOOLEAN Made = Allocate(Try, KTAP_TAG);

        Run = Made ? Run + 1 : 0;
        Longest = max(Longest, Run);
        Refused += !Made;
    }
    ok_equal(Refused, TRIES / 5, "low resources: every fifth allocation fails");
    ok_equal(Longest, 4, "low resources: and no other");
}

/* lowresources=5 lowseed=7: one in five, about; and with lowtags=ktap of these only. */
static VOID
ByChance(VOID)
{
    ULONG Refused = 0, Others = 0;

    for (ULONG Try = 0; Try < TRIES * 5; Try++) {
        Refused += !Allocate(0, KTAP_TAG);
        Others += !Allocate(0, OTHER_TAG);
    }
    ok(Refused > TRIES / 2 && Refused < TRIES * 2,
       "low resources: one in five, by chance");
    ok_equal(Others, 0, "low resources: not under a tag that is not named");
}

/* lowdrivers= names somebody else, or lowafter= a time not yet come. */
static VOID
Spared(VOID)
{
    ULONG Refused = 0;

    for (ULONG Try = 0; Try < TRIES; Try++) {
        Refused += !Allocate(Try, KTAP_TAG);
    }
    ok_equal(Refused, 0, "low resources: nothing fails that is not meant");
}

static const KTAP_CASE Cases[] = {
    {L"every", EveryFifth},
    {L"chance", ByChance},
    {L"spared", Spared},
};

static VOID
LowResourceTests(VOID)
{
    KtapRunCase(Cases, RTL_NUMBER_OF(Cases));
}

NTSTATUS
NTAPI
DriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath)
{
    return KtapStart(DriverObject, RegistryPath, LowResourceTests);
}
