/*
 * Scatter/gather lists with map registers in them.
 */
#include "dmabounce.h"

#define OFFSET 0x123
#define LENGTH 4000 /* with the offset: two pages */
#define HALF   (PAGE_SIZE / 2)

static VOID
Fill(PUCHAR Bytes, ULONG Length, UCHAR Seed)
{
    for (ULONG Index = 0; Index < Length; Index++) {
        Bytes[Index] = (UCHAR)(Index * 7 + Index / 251 + Seed);
    }
}

static ULONG
CountWrong(const UCHAR *Bytes, ULONG Length, UCHAR Seed)
{
    ULONG Wrong = 0;

    for (ULONG Index = 0; Index < Length; Index++) {
        Wrong += Bytes[Index] != (UCHAR)(Index * 7 + Index / 251 + Seed);
    }
    return Wrong;
}

/* Lets the device move the elements of a list, one after the other. */
static BOOLEAN
MoveList(PSCATTER_GATHER_LIST List, BOOLEAN FromDevice)
{
    BOOLEAN Moved = TRUE;
    ULONG Place = 0;

    for (ULONG Index = 0; Index < List->NumberOfElements; Index++) {
        PSCATTER_GATHER_ELEMENT Element = &List->Elements[Index];

        Moved =
            Moved && Move(Element->Address.QuadPart, Element->Length, Place, FromDevice);
        Place += Element->Length;
    }
    return Moved;
}

VOID
TestLists(VOID)
{
    ULONG Registers;
    PDMA_ADAPTER Adapter = MakeAdapter(28, 2 * PAGE_SIZE, &Registers);
    BUFFER From, To;
    LIST List;

    ok_equal(Registers, 3, "IoGetDmaAdapter: the map registers of one transfer");
    if (!ok(MakeBuffer(&From, OFFSET, LENGTH, FALSE) &&
                MakeBuffer(&To, OFFSET + 1, LENGTH + 100, FALSE),
            "memory the device does not reach")) {
        return;
    }
    ok(From.Physical >= EDU_LIMIT && To.Physical >= EDU_LIMIT, "by its addresses");
    Fill(From.Bytes, LENGTH, 3);
    RtlFillMemory(To.Bytes, LENGTH + 100, 0xEE);

    ok_status(GetList(Adapter, &From, LENGTH, TRUE, &List), STATUS_SUCCESS,
              "GetScatterGatherList: to the device");
    ok(List.Irql == DISPATCH_LEVEL && List.Given->NumberOfElements == 2,
       "one element a page, at DISPATCH_LEVEL");
    ok((List.Given->Elements[0].Address.QuadPart & (PAGE_SIZE - 1)) == OFFSET,
       "at the place in the page that the data have in theirs");
    ok(MoveList(List.Given, FALSE), "the device reaches the list, and takes the data");
    Fill(From.Bytes, LENGTH, 9);
    PutList(Adapter, &List, TRUE);
    ok_equal(CountWrong(From.Bytes, LENGTH, 9), 0,
             "PutScatterGatherList: what the device read is not copied back");

    ok_status(GetList(Adapter, &To, LENGTH, FALSE, &List), STATUS_SUCCESS,
              "GetScatterGatherList: from the device");
    ok(MoveList(List.Given, TRUE), "which puts the data there");
    ok(To.Bytes[0] == 0xEE && To.Bytes[LENGTH - 1] == 0xEE, "not yet in the buffer");
    PutList(Adapter, &List, FALSE);
    ok_equal(CountWrong(To.Bytes, LENGTH, 3), 0,
             "PutScatterGatherList: every byte the first buffer had is in the second");
    ok(To.Bytes[LENGTH] == 0xEE && To.Bytes[LENGTH + 99] == 0xEE, "and no more");

    RtlFillMemory(To.Bytes, LENGTH, 0x5A);
    GetList(Adapter, &To, LENGTH, FALSE, &List);
    ok(Move(List.Given->Elements[0].Address.QuadPart, 10, 0, TRUE), "a short transfer");
    PutList(Adapter, &List, FALSE);
    ok(CountWrong(To.Bytes, 10, 3) == 0 && To.Bytes[10] == 0x5A &&
           To.Bytes[LENGTH - 1] == 0x5A,
       "what the device left alone comes back as it was");
    FreeBuffer(&From, OFFSET);
    FreeBuffer(&To, OFFSET + 1);
    Adapter->DmaOperations->PutDmaAdapter(Adapter);
}

/* Which memory needs registers, for whom; and a chain of both kinds. */
VOID
TestReach(VOID)
{
    ULONG Registers;
    PDMA_ADAPTER Adapter = MakeAdapter(28, 2 * PAGE_SIZE, &Registers);
    PDMA_ADAPTER Wide = MakeAdapter(64, 2 * PAGE_SIZE, &Registers);
    PDMA_ADAPTER Narrow = MakeAdapter(24, 2 * PAGE_SIZE, &Registers);
    BUFFER Near, Far, Large;
    LIST List;

    MakeBuffer(&Near, 0, PAGE_SIZE, TRUE);
    MakeBuffer(&Far, 0, 100, FALSE);
    MakeBuffer(&Large, 0, 5 * PAGE_SIZE, FALSE);
    GetList(Adapter, &Near, PAGE_SIZE, TRUE, &List);
    ok_equal(List.Given->Elements[0].Address.QuadPart, Near.Physical,
             "memory within reach is given as it is");
    PutList(Adapter, &List, TRUE);
    GetList(Wide, &Large, 5 * PAGE_SIZE, TRUE, &List);
    ok(List.Given->NumberOfElements == 1 &&
           List.Given->Elements[0].Address.QuadPart == Large.Physical,
       "and so is all memory to a device of 64 address bits");
    PutList(Wide, &List, TRUE);
    ok_status(GetList(Adapter, &Large, 5 * PAGE_SIZE, TRUE, &List),
              STATUS_INSUFFICIENT_RESOURCES, "more pages than the adapter has registers");
    ok(List.Given == NULL, "the routine is not called then");
    GetList(Narrow, &Far, 100, TRUE, &List);
    ok(List.Given->Elements[0].Address.QuadPart < 0x1000000, "24 address bits");
    PutList(Narrow, &List, TRUE);

    Near.Mdl->Next = Far.Mdl;
    RtlFillMemory(Near.Bytes, PAGE_SIZE, 0x21);
    RtlFillMemory(Far.Bytes, 100, 0x43);
    ok_status(GetList(Adapter, &Near, PAGE_SIZE + 100, TRUE, &List), STATUS_SUCCESS,
              "a chain of two MDLs, one within reach");
    ok(List.Given->NumberOfElements == 2 &&
           List.Given->Elements[0].Address.QuadPart == Near.Physical &&
           List.Given->Elements[1].Address.QuadPart < EDU_LIMIT &&
           List.Given->Elements[1].Length == 100,
       "only the other one goes through a register");
    PutList(Adapter, &List, TRUE);
    ok_status(GetList(Adapter, &Near, PAGE_SIZE + 101, TRUE, &List),
              STATUS_BUFFER_TOO_SMALL, "a chain shorter than the transfer");
    FreeBuffer(&Near, 0);
    FreeBuffer(&Far, 0);
    FreeBuffer(&Large, 0);
    Adapter->DmaOperations->PutDmaAdapter(Adapter);
    Wide->DmaOperations->PutDmaAdapter(Wide);
    Narrow->DmaOperations->PutDmaAdapter(Narrow);
}

/* Three registers, and lists that want two, two, one: they come in the order of asking. */
VOID
TestWaits(VOID)
{
    ULONG Registers;
    PDMA_ADAPTER Adapter = MakeAdapter(28, 2 * PAGE_SIZE, &Registers);
    static const ULONG Lengths[] = {2 * PAGE_SIZE, 2 * PAGE_SIZE, PAGE_SIZE};
    BUFFER Buffers[3];
    LIST Lists[3];

    Order = 0;
    for (ULONG Index = 0; Index < 3; Index++) {
        MakeBuffer(&Buffers[Index], 0, Lengths[Index], FALSE);
        RtlFillMemory(Buffers[Index].Bytes, Lengths[Index], 0x10 + Index);
        ok_status(GetList(Adapter, &Buffers[Index], Lengths[Index], FALSE, &Lists[Index]),
                  STATUS_SUCCESS, "GetScatterGatherList succeeds, now or later");
    }
    ok(Lists[0].Order == 1 && Lists[1].Order == 0, "the second list waits for registers");
    ok_equal(Lists[2].Order, 0,
             "the third, for which there would be one, waits behind it");
    PutList(Adapter, &Lists[0], FALSE);
    ok(Lists[1].Order == 2 && Lists[2].Order == 3,
       "when the first gives its registers back both come, in their order");
    ok(Lists[1].Irql == DISPATCH_LEVEL && Lists[2].Irql == DISPATCH_LEVEL,
       "at DISPATCH_LEVEL");
    ok(Move(Lists[2].Given->Elements[0].Address.QuadPart, HALF, 0, FALSE),
       "the device takes the third's data");
    PutList(Adapter, &Lists[2], FALSE);
    ok(Move(Lists[1].Given->Elements[1].Address.QuadPart, HALF, 0, TRUE),
       "and puts them into the second");
    PutList(Adapter, &Lists[1], FALSE);
    ok(Buffers[1].Bytes[PAGE_SIZE - 1] == 0x11 && Buffers[1].Bytes[PAGE_SIZE] == 0x12 &&
           Buffers[1].Bytes[PAGE_SIZE + HALF - 1] == 0x12 &&
           Buffers[1].Bytes[PAGE_SIZE + HALF] == 0x11,
       "where they belong");
    for (ULONG Index = 0; Index < 3; Index++) {
        FreeBuffer(&Buffers[Index], 0);
    }
    Adapter->DmaOperations->PutDmaAdapter(Adapter);
}

/* The MDL of what the device sees; and a list in the driver's own memory. */
VOID
TestMdl(VOID)
{
    ULONG Registers, Size;
    PDMA_ADAPTER Adapter = MakeAdapter(28, 2 * PAGE_SIZE, &Registers);
    PDMA_OPERATIONS Operations = Adapter->DmaOperations;
    static ULONG64 Memory[32];
    PMDL Mdl = NULL;
    BUFFER Buffer;
    KIRQL OldIrql;
    PUCHAR View;
    LIST List;

    MakeBuffer(&Buffer, OFFSET, LENGTH, FALSE);
    Fill(Buffer.Bytes, LENGTH, 17);
    Operations->CalculateScatterGatherList(Adapter, Buffer.Mdl, Buffer.Bytes, LENGTH,
                                           &Size, NULL);
    RtlZeroMemory(&List, sizeof(List));
    KeInitializeEvent(&List.Came, NotificationEvent, FALSE);
    KeRaiseIrql(DISPATCH_LEVEL, &OldIrql);
    ok_status(Operations->BuildScatterGatherList(Adapter, Device.Function, Buffer.Mdl,
                                                 Buffer.Bytes, LENGTH, Given, &List, TRUE,
                                                 Memory, Size - 1),
              STATUS_BUFFER_TOO_SMALL, "BuildScatterGatherList: a byte too few");
    ok_status(Operations->BuildScatterGatherList(Adapter, Device.Function, Buffer.Mdl,
                                                 Buffer.Bytes, LENGTH, Given, &List, TRUE,
                                                 Memory, Size),
              STATUS_SUCCESS, "BuildScatterGatherList: with registers");
    KeLowerIrql(OldIrql);
    ok(List.Given == (PVOID)Memory, "the list is in the driver's memory");
    ok_status(
        Operations->BuildMdlFromScatterGatherList(Adapter, List.Given, Buffer.Mdl, &Mdl),
        STATUS_SUCCESS, "BuildMdlFromScatterGatherList");
    View = MmMapLockedPagesSpecifyCache(Mdl, KernelMode, MmCached, NULL, FALSE,
                                        NormalPagePriority);
    ok(Mdl != Buffer.Mdl && View != NULL && CountWrong(View, LENGTH, 17) == 0,
       "an MDL of the registers, which hold the data");
    MmUnmapLockedPages(View, Mdl);
    IoFreeMdl(Mdl);
    PutList(Adapter, &List, TRUE);
    FreeBuffer(&Buffer, OFFSET);
    Operations->PutDmaAdapter(Adapter);
}
