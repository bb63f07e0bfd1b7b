/*
 * Transactions. No device moves anything here: EvtProgramDma records what it was given, and
 * the suite completes the parts. Real bytes: kmdfio.
 */
#include "kmdfdma.h"

#define LIMIT 0x2000 /* bytes of one part */
#define BYTES 0x5000

static EVT_WDF_PROGRAM_DMA Program;
static EVT_WDF_RESERVE_DMA Reserved;

static WDFDEVICE Device;
static WDFDMAENABLER Scatters, Packets;
static WDFDMATRANSACTION Transaction;
static PUCHAR Buffer;
static PMDL Mdl;
static ULONG Programmed, Reservations;
static ULONG ListLength, Elements;
static BOOLEAN Faithful; /* so far each part was where and what it should be */
static BOOLEAN AtOnce;   /* EvtProgramDma completes the part itself */
static ULONG AtOnceEnded;

/* Whether the list says, byte for byte, where the part lies that begins at Start. */
static BOOLEAN
Describes(PSCATTER_GATHER_LIST List, PUCHAR Start)
{
    for (ULONG Index = 0; Index < List->NumberOfElements; Index++) {
        PSCATTER_GATHER_ELEMENT Element = &List->Elements[Index];

        for (ULONG Byte = 0; Byte < Element->Length; Byte += 0x100) {
            if (MmGetPhysicalAddress(Start + Byte).QuadPart !=
                Element->Address.QuadPart + Byte) {
                return FALSE;
            }
        }
        Start += Element->Length;
    }
    return TRUE;
}

static BOOLEAN NTAPI
Program(WDFDMATRANSACTION Handle, WDFDEVICE Owner, WDFCONTEXT Context,
        WDF_DMA_DIRECTION Direction, PSCATTER_GATHER_LIST List)
{
    PUCHAR Start = (PUCHAR)Context + WdfDmaTransactionGetBytesTransferred(Handle);
    NTSTATUS Status;

    Programmed++;
    Elements = List->NumberOfElements;
    ListLength = 0;
    for (ULONG Index = 0; Index < Elements; Index++) {
        ListLength += List->Elements[Index].Length;
    }
    Faithful = Faithful && Handle == Transaction && Owner == Device &&
               Direction == WdfDmaDirectionWriteToDevice &&
               KeGetCurrentIrql() == DISPATCH_LEVEL && Describes(List, Start) &&
               ListLength == WdfDmaTransactionGetCurrentDmaTransferLength(Handle);
    if (AtOnce && WdfDmaTransactionDmaCompleted(Handle, &Status)) {
        AtOnceEnded++;
    }
    return TRUE;
}

static NTSTATUS
Initialize(SIZE_T Offset, SIZE_T Length)
{
    Programmed = 0;
    Faithful = TRUE;
    return WdfDmaTransactionInitializeUsingOffset(
        Transaction, Program, WdfDmaDirectionWriteToDevice, Mdl, Offset, Length);
}

/* Executes and completes part by part; how many there were. */
static ULONG
RunAll(SIZE_T Offset)
{
    ULONG Parts = 1;
    NTSTATUS Status;

    if (!NT_SUCCESS(WdfDmaTransactionExecute(Transaction, Buffer + Offset))) {
        return 0;
    }
    while (!WdfDmaTransactionDmaCompleted(Transaction, &Status)) {
        if (Status != STATUS_MORE_PROCESSING_REQUIRED) {
            return 0;
        }
        Parts++;
    }
    return NT_SUCCESS(Status) ? Parts : 0;
}

static VOID
TestParts(VOID)
{
    NTSTATUS Status;

    ok_status(Initialize(0, BYTES), STATUS_SUCCESS,
              "WdfDmaTransactionInitializeUsingOffset: more than one transfer");
    ok_equal(RunAll(0), 3, "WdfDmaTransactionExecute: split by the enabler's maximum");
    ok(Faithful && Programmed == 3,
       "EvtProgramDma: at DISPATCH_LEVEL, once a part, with the part's addresses");
    ok_equal(WdfDmaTransactionGetBytesTransferred(Transaction), BYTES,
             "WdfDmaTransactionGetBytesTransferred: all of them");
    ok_equal(WdfDmaTransactionGetCurrentDmaTransferLength(Transaction), BYTES % LIMIT,
             "WdfDmaTransactionGetCurrentDmaTransferLength: of the last part");
    ok(WdfDmaTransactionGetDevice(Transaction) == Device &&
           WdfDmaTransactionGetRequest(Transaction) == NULL,
       "WdfDmaTransactionGetDevice, GetRequest: the device, and no request");
    ok_status(WdfDmaTransactionExecute(Transaction, NULL), STATUS_INVALID_DEVICE_STATE,
              "WdfDmaTransactionExecute: only once");
    ok_status(Initialize(0, BYTES), STATUS_INVALID_DEVICE_STATE,
              "WdfDmaTransactionInitialize: not before it was released");
    ok_status(WdfDmaTransactionRelease(Transaction), STATUS_SUCCESS,
              "WdfDmaTransactionRelease: it can be used again");
    ok_equal(WdfDmaTransactionGetBytesTransferred(Transaction), 0,
             "WdfDmaTransactionRelease: with nothing of the last use");
    Initialize(5, 100);
    WdfDmaTransactionExecute(Transaction, Buffer + 5);
    ok(WdfDmaTransactionDmaCompleted(Transaction, &Status) && NT_SUCCESS(Status) &&
           Faithful && Programmed == 1,
       "WdfDmaTransactionDmaCompleted: one part, off the beginning");
    WdfDmaTransactionRelease(Transaction);
}

static VOID
TestLengths(VOID)
{
    NTSTATUS Status;

    Initialize(0, BYTES);
    WdfDmaTransactionExecute(Transaction, Buffer);
    ok(!WdfDmaTransactionDmaCompletedWithLength(Transaction, 0x123, &Status) &&
           Status == STATUS_MORE_PROCESSING_REQUIRED,
       "WdfDmaTransactionDmaCompletedWithLength: fewer bytes, the rest is next");
    ok(WdfDmaTransactionGetBytesTransferred(Transaction) == 0x123 && ListLength == LIMIT,
       "WdfDmaTransactionDmaCompletedWithLength: a whole part behind them");
    ok(WdfDmaTransactionDmaCompletedFinal(Transaction, 0x10, &Status) &&
           NT_SUCCESS(Status),
       "WdfDmaTransactionDmaCompletedFinal: nothing comes after it");
    ok_equal(WdfDmaTransactionGetBytesTransferred(Transaction), 0x133,
             "WdfDmaTransactionDmaCompletedFinal: its bytes count");
    ok(Faithful && Programmed == 2,
       "WdfDmaTransactionDmaCompletedWithLength: the next part begins where it ended");
    WdfDmaTransactionRelease(Transaction);
    WdfDmaTransactionSetMaximumLength(Transaction, 0x800);
    Initialize(0, 0x1800);
    ok_equal(RunAll(0), 3, "WdfDmaTransactionSetMaximumLength: shorter parts");
    WdfDmaTransactionRelease(Transaction);
    WdfDmaTransactionSetMaximumLength(Transaction, 8 * LIMIT);
    Initialize(0, 2 * LIMIT);
    ok_equal(RunAll(0), 2,
             "WdfDmaTransactionSetMaximumLength: never above the enabler's");
    WdfDmaTransactionRelease(Transaction);
    AtOnce = TRUE;
    Initialize(0, BYTES);
    ok_status(WdfDmaTransactionExecute(Transaction, Buffer), STATUS_SUCCESS,
              "WdfDmaTransactionExecute: parts that end in EvtProgramDma");
    AtOnce = FALSE;
    ok(AtOnceEnded == 1 && Programmed == 3 && Faithful,
       "WdfDmaTransactionDmaCompleted: in EvtProgramDma, up to the last part");
    WdfDmaTransactionRelease(Transaction);
}

static VOID
TestBadMemory(VOID)
{
    ok_status(Initialize(0, 0), STATUS_INVALID_PARAMETER,
              "WdfDmaTransactionInitialize: nothing");
    ok_status(Initialize(BYTES, 1), STATUS_INVALID_PARAMETER,
              "WdfDmaTransactionInitialize: behind the MDL");
    ok_status(Initialize(1, BYTES), STATUS_INVALID_PARAMETER,
              "WdfDmaTransactionInitialize: over the MDL's end");
    ok_status(Initialize(1, (SIZE_T)0 - 1), STATUS_INVALID_PARAMETER,
              "WdfDmaTransactionInitialize: a length that wraps");
    ok_status(WdfDmaTransactionInitialize(
                  Transaction, Program, WdfDmaDirectionWriteToDevice, Mdl, Buffer - 1, 1),
              STATUS_INVALID_PARAMETER,
              "WdfDmaTransactionInitialize: an address before the MDL's");
    ok_status(WdfDmaTransactionInitialize(Transaction, Program, (WDF_DMA_DIRECTION)2, Mdl,
                                          Buffer, 1),
              STATUS_INVALID_PARAMETER, "WdfDmaTransactionInitialize: no direction");
    ok_status(WdfDmaTransactionExecute(Transaction, NULL), STATUS_INVALID_DEVICE_STATE,
              "WdfDmaTransactionExecute: of nothing");
    ok(!WdfDmaTransactionCancel(Transaction), "WdfDmaTransactionCancel: none waits");
}

/* Two MDLs, the second a page of its own: at least two elements. */
static VOID
TestFragments(VOID)
{
    PUCHAR Page = ExAllocatePoolWithTag(NonPagedPoolNx, PAGE_SIZE, KTAP_TAG);
    PMDL Second = IoAllocateMdl(Page, PAGE_SIZE, FALSE, FALSE, NULL);
    SIZE_T Registers, Count;

    MmBuildMdlForNonPagedPool(Second);
    Mdl->Next = Second;
    ok_status(Initialize(BYTES - 16, 32), STATUS_SUCCESS,
              "WdfDmaTransactionInitializeUsingOffset: over two MDLs");
    WdfDmaTransactionGetTransferInfo(Transaction, &Registers, &Count);
    ok(Registers >= 2 && Count >= 2,
       "WdfDmaTransactionGetTransferInfo: a page of each at least");
    WdfDmaEnablerSetMaximumScatterGatherElements(Scatters, 1);
    ok_status(WdfDmaTransactionExecute(Transaction, NULL), STATUS_WDF_TOO_FRAGMENTED,
              "WdfDmaTransactionExecute: more elements than the enabler's maximum");
    ok_equal(Programmed, 0, "WdfDmaTransactionExecute: then the device is left alone");
    WdfDmaTransactionRelease(Transaction);
    WdfDmaEnablerSetMaximumScatterGatherElements(Scatters, 2);
    Initialize(BYTES - 16, 32);
    WdfDmaTransactionExecute(Transaction, NULL);
    ok_equal(Elements, 2, "WdfDmaTransactionExecute: two elements for two runs");
    WdfObjectDelete(Transaction);
    ok(TRUE, "WdfObjectDelete: a transaction whose part is under way");
    Mdl->Next = NULL;
    IoFreeMdl(Second);
    ExFreePoolWithTag(Page, KTAP_TAG);
}

static VOID NTAPI
Reserved(WDFDMATRANSACTION Handle, PVOID Context)
{
    Reservations += Handle == Transaction && Context == &Reservations &&
                    KeGetCurrentIrql() == DISPATCH_LEVEL;
}

static NTSTATUS
Reserve(ULONG Registers)
{
    return WdfDmaTransactionAllocateResources(Transaction, WdfDmaDirectionWriteToDevice,
                                              Registers, Reserved, &Reservations);
}

/* A profile that does not scatter: one run a part, whatever the memory's runs are. */
static VOID
TestPackets(VOID)
{
    WdfDmaTransactionCreate(Packets, NULL, &Transaction);
    Initialize(16, BYTES - 16);
    ok(RunAll(16) >= 3, "WdfDmaProfilePacket: as many parts as there are runs");
    ok(Faithful && Elements == 1, "WdfDmaProfilePacket: one element a part");
    WdfDmaTransactionRelease(Transaction);
    ok_status(Reserve(0), STATUS_INVALID_PARAMETER,
              "WdfDmaTransactionAllocateResources: none");
    ok_status(Reserve(100), STATUS_INSUFFICIENT_RESOURCES,
              "WdfDmaTransactionAllocateResources: more than the enabler has");
    ok_status(Reserve(2), STATUS_SUCCESS, "WdfDmaTransactionAllocateResources: two");
    ok_equal(Reservations, 1, "EvtReserveDma: once, at DISPATCH_LEVEL");
    ok_status(Reserve(2), STATUS_INVALID_DEVICE_STATE,
              "WdfDmaTransactionAllocateResources: not twice");
    Initialize(0, 0x800);
    ok_equal(RunAll(0), 1, "WdfDmaTransactionExecute: by the reserved registers");
    WdfDmaTransactionRelease(Transaction);
    Initialize(1, LIMIT);
    ok_status(WdfDmaTransactionExecute(Transaction, Buffer + 1),
              STATUS_WDF_NOT_ENOUGH_MAP_REGISTERS,
              "WdfDmaTransactionExecute: a part of more pages than are reserved");
    WdfDmaTransactionRelease(Transaction);
    WdfDmaTransactionFreeResources(Transaction);
    Initialize(1, LIMIT);
    ok(RunAll(1) != 0,
       "WdfDmaTransactionFreeResources: then they come as they are needed");
    WdfDmaTransactionRelease(Transaction);
    WdfDmaTransactionSetSingleTransferRequirement(Transaction, TRUE);
    ok_status(Initialize(0, LIMIT + 1), STATUS_WDF_TOO_MANY_TRANSFERS,
              "WdfDmaTransactionSetSingleTransferRequirement: more is refused");
    WdfDmaTransactionSetImmediateExecution(Transaction, TRUE);
    Initialize(0, 16);
    ok_equal(RunAll(0), 1, "WdfDmaTransactionSetImmediateExecution: no wait either way");
    WdfObjectDelete(Transaction);
}

/* An enabler for a device that reaches Bits bits of addresses; the outcome of a transfer. */
static NTSTATUS
ReachWith(ULONG Bits)
{
    WDF_DMA_ENABLER_CONFIG Config;
    WDFDMAENABLER Enabler;
    NTSTATUS Status;

    WDF_DMA_ENABLER_CONFIG_INIT(&Config, WdfDmaProfileScatterGatherDuplex, LIMIT);
    Config.AddressWidthOverride = Bits;
    Status = WdfDmaEnablerCreate(Device, &Config, NULL, &Enabler);
    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    WdfDmaTransactionCreate(Enabler, NULL, &Transaction);
    Initialize(0, 16);
    Status = WdfDmaTransactionExecute(Transaction, Buffer);
    WdfObjectDelete(Enabler); /* and its child */
    return Status;
}

static VOID
TestReach(VOID)
{
    ok_status(ReachWith(65), STATUS_INVALID_PARAMETER,
              "AddressWidthOverride: more than 64 bits");
    ok_status(ReachWith(64), STATUS_SUCCESS, "AddressWidthOverride: all memory");
    ok_status(ReachWith(24), STATUS_SUCCESS,
              "AddressWidthOverride: memory beyond it goes through map registers");
}

/* Two transactions of an enabler with as many map registers as one of them takes. */
static VOID
TestWaiting(VOID)
{
    WDFDMATRANSACTION First, Second;
    WDF_DMA_ENABLER_CONFIG Config;
    WDFDMAENABLER Enabler;
    NTSTATUS Status;

    WDF_DMA_ENABLER_CONFIG_INIT(&Config, WdfDmaProfileScatterGather, LIMIT);
    Config.AddressWidthOverride = 24;
    WdfDmaEnablerCreate(Device, &Config, NULL, &Enabler);
    WdfDmaTransactionCreate(Enabler, NULL, &First);
    WdfDmaTransactionCreate(Enabler, NULL, &Second);
    Transaction = First;
    Initialize(16, LIMIT);
    WdfDmaTransactionExecute(First, Buffer + 16);
    Transaction = Second;
    Initialize(16, LIMIT);
    ok_status(WdfDmaTransactionExecute(Second, Buffer + 16), STATUS_SUCCESS,
              "WdfDmaTransactionExecute: has to wait for map registers");
    ok_equal(Programmed, 0, "EvtProgramDma: not called before they are there");
    WdfDmaTransactionDmaCompleted(First, &Status);
    ok_equal(Programmed, 1, "EvtProgramDma: called as soon as they are");
    WdfDmaTransactionRelease(First);
    Transaction = First;
    Initialize(16, LIMIT);
    WdfDmaTransactionExecute(First, Buffer + 16);
    WdfObjectDelete(First);
    WdfDmaTransactionDmaCompleted(Second, &Status);
    ok_equal(Programmed, 0, "WdfObjectDelete: one that waits is never programmed");
    WdfDmaTransactionRelease(Second);
    Transaction = Second;
    Initialize(16, LIMIT);
    ok_status(WdfDmaTransactionExecute(Second, Buffer + 16), STATUS_SUCCESS,
              "WdfObjectDelete: and its registers are there for others");
    ok_equal(Programmed, 1, "EvtProgramDma: after the deletion of a waiting one");
    WdfObjectDelete(Enabler);
}

static NTSTATUS
CreateEnabler(WDF_DMA_PROFILE Profile, WDFDMAENABLER *Enabler)
{
    WDF_DMA_ENABLER_CONFIG Config;

    WDF_DMA_ENABLER_CONFIG_INIT(&Config, Profile, LIMIT);
    return WdfDmaEnablerCreate(Device, &Config, NULL, Enabler);
}

VOID
TransactionTests(WDFDEVICE Handle)
{
    Device = Handle;
    Buffer = ExAllocatePoolWithTag(NonPagedPoolNx, BYTES, KTAP_TAG);
    Mdl = IoAllocateMdl(Buffer, BYTES, FALSE, FALSE, NULL);
    MmBuildMdlForNonPagedPool(Mdl);
    CreateEnabler(WdfDmaProfileScatterGather64, &Scatters);
    CreateEnabler(WdfDmaProfilePacket64, &Packets);
    ok_status(WdfDmaTransactionCreate(Scatters, NULL, &Transaction), STATUS_SUCCESS,
              "WdfDmaTransactionCreate: a child of the enabler");
    TestParts();
    TestLengths();
    TestBadMemory();
    TestFragments();
    TestPackets();
    TestReach();
    TestWaiting();
    WdfObjectDelete(Scatters);
    WdfObjectDelete(Packets);
    IoFreeMdl(Mdl);
    ExFreePoolWithTag(Buffer, KTAP_TAG);
}
