/*
 * iospace: what mappings of device memory look like to the processor: QEMU has no caches, so
 * the page table entries and the PAT are read.
 */
#include "../ktap.h"

DRIVER_INITIALIZE DriverEntry;

#define MSR_PAT     0x277
#define PTE_PRESENT 0x01
#define PTE_WRITE   0x02
#define PTE_PWT     0x08
#define PTE_PCD     0x10
#define PTE_PAT     0x80
#define PTE_NX      (1ULL << 63)
#define PTE_ADDRESS 0x000FFFFFFFFFF000ULL

enum { UNCACHED = 0, WRITE_COMBINING = 1, WRITE_BACK = 6 };

static PUCHAR Page;
static PHYSICAL_ADDRESS Physical;

static ULONG64
ReadEntry(ULONG64 Table, ULONG Index)
{
    PHYSICAL_ADDRESS Address = {.QuadPart = (LONGLONG)(Table + 8ULL * Index)};
    PULONG64 Entry = MmMapIoSpace(Address, sizeof(ULONG64), MmCached);
    ULONG64 Value = *Entry;

    MmUnmapIoSpace(Entry, sizeof(ULONG64));
    return Value;
}

/* The entry of a 4 KiB page. */
static ULONG64
EntryOf(PVOID Address)
{
    ULONG64 Entry;

    __asm__ __volatile__("movq %%cr3, %0" : "=r"(Entry));
    for (LONG Level = 3; Level >= 0; Level--) {
        Entry = ReadEntry(Entry & PTE_ADDRESS,
                          (ULONG)((ULONG_PTR)Address >> (12 + 9 * Level)) & 0x1FF);
        if ((Entry & PTE_PRESENT) == 0) {
            return 0;
        }
    }
    return Entry;
}

static ULONG64
ReadPat(VOID)
{
    ULONG Low, High;

    __asm__ __volatile__("rdmsr" : "=a"(Low), "=d"(High) : "c"(MSR_PAT));
    return (ULONG64)High << 32 | Low;
}

/* The memory type the processor makes of an entry. */
static ULONG
TypeOf(ULONG64 Entry)
{
    ULONG Index = 0;

    Index |= (Entry & PTE_PWT) != 0 ? 1 : 0;
    Index |= (Entry & PTE_PCD) != 0 ? 2 : 0;
    Index |= (Entry & PTE_PAT) != 0 ? 4 : 0;
    return (ULONG)(ReadPat() >> (8 * Index)) & 7;
}

static VOID
TestTypes(VOID)
{
    static const struct {
        MEMORY_CACHING_TYPE Caching;
        ULONG Type;
        PCSTR Name;
    } Cases[] = {
        {MmNonCached, UNCACHED, "MmMapIoSpace: MmNonCached is uncached"},
        {MmCached, WRITE_BACK, "MmMapIoSpace: MmCached is write-back"},
        {MmWriteCombined, WRITE_COMBINING, "MmMapIoSpace: MmWriteCombined is that"},
    };

    for (ULONG Index = 0; Index < RTL_NUMBER_OF(Cases); Index++) {
        PUCHAR View = MmMapIoSpace(Physical, PAGE_SIZE, Cases[Index].Caching);
        ULONG64 Entry = EntryOf(View);

        ok_equal(TypeOf(Entry), Cases[Index].Type, Cases[Index].Name);
        ok((Entry & PTE_ADDRESS) == (ULONG64)Physical.QuadPart &&
               (Entry & PTE_WRITE) != 0 && (Entry & PTE_NX) != 0,
           "MmMapIoSpace: of that page, to be written and never executed");
        View[Index] = (UCHAR)(0x50 + Index);
        ok_equal(Page[Index], 0x50 + Index,
                 "MmMapIoSpace: what is written there is there");
        MmUnmapIoSpace(View, PAGE_SIZE);
    }
}

/* A mapping with Protect: its entry, or 0 when it is refused. */
static ULONG64
MapEx(ULONG Protect)
{
    PVOID View = MmMapIoSpaceEx(Physical, PAGE_SIZE, Protect);
    ULONG64 Entry = 0;

    if (View != NULL) {
        Entry = EntryOf(View);
        MmUnmapIoSpace(View, PAGE_SIZE);
    }
    return Entry;
}

static VOID
TestProtections(VOID)
{
    ULONG64 Entry = MapEx(PAGE_READWRITE | PAGE_WRITECOMBINE);

    ok(TypeOf(Entry) == WRITE_COMBINING && (Entry & PTE_WRITE) != 0,
       "MmMapIoSpaceEx: PAGE_READWRITE | PAGE_WRITECOMBINE");
    Entry = MapEx(PAGE_READONLY | PAGE_NOCACHE);
    ok(TypeOf(Entry) == UNCACHED && (Entry & PTE_WRITE) == 0 && (Entry & PTE_NX) != 0,
       "MmMapIoSpaceEx: PAGE_READONLY | PAGE_NOCACHE");
    Entry = MapEx(PAGE_EXECUTE_READ);
    ok(TypeOf(Entry) == WRITE_BACK && (Entry & (PTE_WRITE | PTE_NX)) == 0,
       "MmMapIoSpaceEx: PAGE_EXECUTE_READ");
    ok_equal(MapEx(PAGE_READWRITE | PAGE_NOCACHE | PAGE_WRITECOMBINE), 0,
             "MmMapIoSpaceEx: not both uncached and write-combined");
    ok_equal(MapEx(PAGE_EXECUTE_READWRITE), 0,
             "MmMapIoSpaceEx: not to be written and executed");
    ok_equal(MapEx(0), 0, "MmMapIoSpaceEx: no protection");
}

static VOID
TestRefusals(VOID)
{
    PHYSICAL_ADDRESS Beyond = {.QuadPart = 0x7FFFFFFFFFFFF000LL};
    PHYSICAL_ADDRESS Last = {.QuadPart = -1};

    ok(MmMapIoSpace(Physical, 0, MmNonCached) == NULL, "MmMapIoSpace: no bytes");
    ok(MmMapIoSpace(Beyond, PAGE_SIZE, MmNonCached) == NULL,
       "MmMapIoSpace: more address bits than the processor has");
    ok(MmMapIoSpace(Last, 2, MmNonCached) == NULL, "MmMapIoSpace: around the end");
    ok(MmMapIoSpace(Physical, PAGE_SIZE, (MEMORY_CACHING_TYPE)77) == NULL,
       "MmMapIoSpace: a caching that is none");
}

static VOID
SpaceTests(VOID)
{
    ULONG Processors = KeQueryActiveProcessorCount(NULL), Wrong = 0;
    PHYSICAL_ADDRESS Highest = {.QuadPart = MAXLONGLONG};

    Page = MmAllocateContiguousMemory(PAGE_SIZE, Highest);
    Physical = MmGetPhysicalAddress(Page);
    for (ULONG Number = 0; Number < Processors; Number++) {
        KeSetSystemAffinityThread((KAFFINITY)1 << Number);
        Wrong += (ReadPat() & 0xFFFFFFFF) != 0x00070106;
    }
    KeRevertToUserAffinityThread();
    ok_equal(Wrong, 0, "every processor has the same PAT: WB, WC, UC-, UC");
    TestTypes();
    TestProtections();
    TestRefusals();
    MmFreeContiguousMemory(Page);
}

NTSTATUS
NTAPI
DriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath)
{
    return KtapStart(DriverObject, RegistryPath, SpaceTests);
}
