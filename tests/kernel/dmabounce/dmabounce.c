/*
 * dmabounce: map registers. A device is given what it can reach, and moves the data of
 * memory that it cannot; every byte is compared.
 */
#include "dmabounce.h"

#include <dirqltest.h>

DRIVER_INITIALIZE DriverEntry;

#define EDU_SOURCE      0x80
#define EDU_DESTINATION 0x88
#define EDU_COUNT       0x90
#define EDU_COMMAND     0x98
#define EDU_RUN         1
#define EDU_FROM_DEVICE 2

volatile LONG Order;

BOOLEAN
Move(LONGLONG Address, ULONG Length, ULONG Place, BOOLEAN FromDevice)
{
    ULONG Own = DMA_BUFFER + Place;

    /* QEMU ends itself when a transfer reaches the last byte of edu's memory. */
    if (Address < 0 || Address + Length > EDU_LIMIT || Place + Length >= PAGE_SIZE) {
        return FALSE;
    }
    DeviceWrite(EDU_SOURCE, FromDevice ? Own : (ULONG)Address);
    DeviceWrite(EDU_DESTINATION, FromDevice ? (ULONG)Address : Own);
    DeviceWrite(EDU_COUNT, Length);
    DeviceWrite(EDU_COMMAND, EDU_RUN | (FromDevice ? EDU_FROM_DEVICE : 0));
    for (ULONG Turn = 0; Turn < 500; Turn++) {
        if ((DeviceRead(EDU_COMMAND) & EDU_RUN) == 0) {
            return TRUE;
        }
        KtapSleep(10);
    }
    return FALSE;
}

PDMA_ADAPTER
MakeAdapter(ULONG Bits, ULONG MaximumLength, PULONG Registers)
{
    DEVICE_DESCRIPTION Description;

    RtlZeroMemory(&Description, sizeof(Description));
    Description.Version = DEVICE_DESCRIPTION_VERSION3;
    Description.Master = TRUE;
    Description.ScatterGather = TRUE;
    Description.InterfaceType = PCIBus;
    Description.MaximumLength = MaximumLength;
    Description.DmaAddressWidth = Bits;
    *Registers = 0;
    return IoGetDmaAdapter(Device.Physical, &Description, Registers);
}

BOOLEAN
MakeBuffer(PBUFFER Buffer, ULONG Offset, ULONG Length, BOOLEAN Near)
{
    /* The highest there is: above 4 GiB, when the machine has such memory. */
    static const LONGLONG Floors[] = {0x100000000LL, EDU_LIMIT};
    PHYSICAL_ADDRESS Lowest = {.QuadPart = 0}, Highest = {.QuadPart = EDU_LIMIT - 1};
    PHYSICAL_ADDRESS None = {.QuadPart = 0};

    RtlZeroMemory(Buffer, sizeof(*Buffer));
    for (ULONG Index = 0; Index < 2 && Buffer->Bytes == NULL; Index++) {
        if (!Near) {
            Lowest.QuadPart = Floors[Index];
            Highest.QuadPart = MAXLONGLONG;
        }
        Buffer->Bytes = MmAllocateContiguousMemorySpecifyCache(Offset + Length, Lowest,
                                                               Highest, None, MmCached);
    }
    if (Buffer->Bytes == NULL) {
        return FALSE;
    }
    Buffer->Bytes += Offset;
    Buffer->Physical = MmGetPhysicalAddress(Buffer->Bytes).QuadPart;
    Buffer->Mdl = IoAllocateMdl(Buffer->Bytes, Length, FALSE, FALSE, NULL);
    MmBuildMdlForNonPagedPool(Buffer->Mdl);
    return TRUE;
}

VOID
FreeBuffer(PBUFFER Buffer, ULONG Offset)
{
    IoFreeMdl(Buffer->Mdl);
    MmFreeContiguousMemory(Buffer->Bytes - Offset);
}

VOID NTAPI
Given(PDEVICE_OBJECT DeviceObject, PIRP Irp, PSCATTER_GATHER_LIST ScatterGather,
      PVOID Context)
{
    PLIST List = Context;

    UNREFERENCED_PARAMETER(DeviceObject);
    UNREFERENCED_PARAMETER(Irp);
    List->Given = ScatterGather;
    List->Irql = KeGetCurrentIrql();
    List->Order = InterlockedIncrement(&Order);
    KeSetEvent(&List->Came, IO_NO_INCREMENT, FALSE);
}

NTSTATUS
GetList(PDMA_ADAPTER Adapter, PBUFFER Buffer, ULONG Length, BOOLEAN Write, PLIST List)
{
    NTSTATUS Status;
    KIRQL OldIrql;

    RtlZeroMemory(List, sizeof(*List));
    KeInitializeEvent(&List->Came, NotificationEvent, FALSE);
    KeRaiseIrql(DISPATCH_LEVEL, &OldIrql);
    Status = Adapter->DmaOperations->GetScatterGatherList(
        Adapter, Device.Function, Buffer->Mdl, Buffer->Bytes, Length, Given, List, Write);
    KeLowerIrql(OldIrql);
    return Status;
}

VOID
PutList(PDMA_ADAPTER Adapter, PLIST List, BOOLEAN Write)
{
    KIRQL OldIrql;

    KeRaiseIrql(DISPATCH_LEVEL, &OldIrql);
    Adapter->DmaOperations->PutScatterGatherList(Adapter, List->Given, Write);
    KeLowerIrql(OldIrql);
}

static VOID
BounceTests(VOID)
{
    static DIRQL_USAGE Before, After;

    DirqlQueryUsage(&Before);
    TestLists();
    TestReach();
    TestWaits();
    TestMdl();
    TestChannels();
    TestChannelWaits();
    TestThreads();
    for (ULONG Turn = 0; Turn < 100; Turn++) {
        KtapSleep(50); /* threads that have ended go */
        DirqlQueryUsage(&After);
        if (After.PoolBlocks <= Before.PoolBlocks) {
            break;
        }
    }
    for (ULONG Tag = 0; Tag < After.TagCount; Tag++) {
        if (After.Tags[Tag].Blocks > Before.Tags[Tag].Blocks) {
            DbgPrint("# %.4s: %I64u blocks, before %I64u\n", (PCSTR)&After.Tags[Tag].Tag,
                     After.Tags[Tag].Blocks, Before.Tags[Tag].Blocks);
        }
    }
    ok(After.PoolBlocks <= Before.PoolBlocks, "no block of pool is left behind");
    ok(After.Frames <= Before.Frames + 8, "nor the pages of map registers");
}

NTSTATUS
NTAPI
DriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath)
{
    return StartSuite(DriverObject, RegistryPath, BounceTests);
}
