/*
 * AllocateAdapterChannel and MapTransfer, and many threads at once.
 */
#include "dmabounce.h"

#define LENGTH (PAGE_SIZE + 200)

typedef struct _CHANNEL {
    volatile LONG Granted;
    PVOID Base;
    KIRQL Irql;
    IO_ALLOCATION_ACTION Action;
} CHANNEL, *PCHANNEL;

static IO_ALLOCATION_ACTION NTAPI
Grant(PDEVICE_OBJECT DeviceObject, PIRP Irp, PVOID MapRegisterBase, PVOID Context)
{
    PCHANNEL Channel = Context;

    UNREFERENCED_PARAMETER(DeviceObject);
    UNREFERENCED_PARAMETER(Irp);
    Channel->Base = MapRegisterBase;
    Channel->Irql = KeGetCurrentIrql();
    Channel->Granted = 1;
    return Channel->Action;
}

static NTSTATUS
Allocate(PDMA_ADAPTER Adapter, ULONG Registers, IO_ALLOCATION_ACTION Action,
         PCHANNEL Channel)
{
    NTSTATUS Status;
    KIRQL OldIrql;

    RtlZeroMemory(Channel, sizeof(*Channel));
    Channel->Action = Action;
    KeRaiseIrql(DISPATCH_LEVEL, &OldIrql);
    Status = Adapter->DmaOperations->AllocateAdapterChannel(Adapter, Device.Function,
                                                            Registers, Grant, Channel);
    KeLowerIrql(OldIrql);
    return Status;
}

static VOID
Free(PDMA_ADAPTER Adapter, PCHANNEL Channel, ULONG Registers)
{
    KIRQL OldIrql;

    KeRaiseIrql(DISPATCH_LEVEL, &OldIrql);
    Adapter->DmaOperations->FreeMapRegisters(Adapter, Channel->Base, Registers);
    KeLowerIrql(OldIrql);
}

/* Maps all of a buffer and lets the device move it, a page at a time. */
static BOOLEAN
Transfer(PDMA_ADAPTER Adapter, PCHANNEL Channel, PBUFFER Buffer, BOOLEAN Write)
{
    PDMA_OPERATIONS Operations = Adapter->DmaOperations;
    ULONG Done = 0;

    while (Done < LENGTH) {
        ULONG Run = min(LENGTH - Done, PAGE_SIZE / 2);
        PHYSICAL_ADDRESS Address = Operations->MapTransfer(
            Adapter, Buffer->Mdl, Channel->Base, Buffer->Bytes + Done, &Run, Write);

        /* edu's own memory is a page: what does not fit is moved to its start. */
        if (Run == 0 || !Move(Address.QuadPart, Run, Done % (PAGE_SIZE / 2), !Write)) {
            return FALSE;
        }
        Done += Run;
    }
    return Operations->FlushAdapterBuffers(Adapter, Buffer->Mdl, Channel->Base,
                                           Buffer->Bytes, LENGTH, Write);
}

VOID
TestChannels(VOID)
{
    ULONG Registers;
    PDMA_ADAPTER Adapter = MakeAdapter(28, 2 * PAGE_SIZE, &Registers);
    BUFFER From, To;
    CHANNEL Channel;
    ULONG Length;

    MakeBuffer(&From, 0x800, LENGTH, FALSE);
    MakeBuffer(&To, 0x800, LENGTH, FALSE);
    RtlFillMemory(From.Bytes, LENGTH, 0x77);
    RtlFillMemory(To.Bytes, LENGTH, 0xEE);
    ok_status(Allocate(Adapter, 3, DeallocateObjectKeepRegisters, &Channel),
              STATUS_SUCCESS, "AllocateAdapterChannel");
    ok(Channel.Granted == 1 && Channel.Irql == DISPATCH_LEVEL && Channel.Base != NULL,
       "the registers are there, at DISPATCH_LEVEL");
    ok(Transfer(Adapter, &Channel, &From, TRUE), "MapTransfer: to the device");
    ok(Transfer(Adapter, &Channel, &To, FALSE),
       "MapTransfer: from the device, with the same registers again");
    ok(To.Bytes[0] == 0x77 && To.Bytes[LENGTH - 1] == 0x77 && From.Bytes[0] == 0x77,
       "FlushAdapterBuffers: the data have come");
    Length = LENGTH;
    Adapter->DmaOperations->MapTransfer(Adapter, To.Mdl, Channel.Base, To.Bytes, &Length,
                                        FALSE);
    ok_equal(Length, LENGTH, "what one transfer covers is mapped as one run");
    Length = LENGTH;
    Adapter->DmaOperations->MapTransfer(Adapter, To.Mdl, Channel.Base, To.Bytes, &Length,
                                        FALSE);
    ok(Length != 0 && Length < LENGTH, "a second one gets the register that is left");
    Length = LENGTH;
    Adapter->DmaOperations->MapTransfer(Adapter, To.Mdl, Channel.Base, To.Bytes, &Length,
                                        FALSE);
    ok_equal(Length, 0, "and a third nothing");
    Free(Adapter, &Channel, 3);
    ok_status(Allocate(Adapter, 4, DeallocateObject, &Channel),
              STATUS_INSUFFICIENT_RESOURCES, "more registers than were granted");
    ok_equal(Channel.Granted, 0, "the routine is not called then");
    FreeBuffer(&From, 0x800);
    FreeBuffer(&To, 0x800);
    Adapter->DmaOperations->PutDmaAdapter(Adapter);
}

/* What each answer of the routine keeps. */
VOID
TestChannelWaits(VOID)
{
    ULONG Registers;
    PDMA_ADAPTER Adapter = MakeAdapter(28, 2 * PAGE_SIZE, &Registers);
    CHANNEL First, Second;
    KIRQL OldIrql;

    Allocate(Adapter, 3, DeallocateObject, &First);
    Allocate(Adapter, 3, DeallocateObjectKeepRegisters, &First);
    ok_equal(First.Granted, 1, "DeallocateObject gives the registers back at once");
    ok_status(Allocate(Adapter, 1, KeepObject, &Second), STATUS_SUCCESS,
              "without a register AllocateAdapterChannel succeeds too");
    ok_equal(Second.Granted, 0, "but its routine waits");
    Free(Adapter, &First, 3);
    ok(Second.Granted == 1 && Second.Irql == DISPATCH_LEVEL,
       "until FreeMapRegisters, and is called then");
    Allocate(Adapter, 3, DeallocateObject, &First);
    ok_equal(First.Granted, 0, "KeepObject keeps the registers");
    KeRaiseIrql(DISPATCH_LEVEL, &OldIrql);
    Adapter->DmaOperations->FreeAdapterChannel(Adapter);
    KeLowerIrql(OldIrql);
    ok_equal(First.Granted, 1, "until FreeAdapterChannel");
    Adapter->DmaOperations->PutDmaAdapter(Adapter);
}

#define THREADS 4
#define ROUNDS  60

static PDMA_ADAPTER Shared;
static volatile LONG Wrong;

/* Writes its own bytes through a list, as the device would, and finds them in its buffer. */
static VOID NTAPI
Worker(PVOID Context)
{
    UCHAR Seed = (UCHAR)(ULONG_PTR)Context;
    BUFFER Buffer;
    LIST List;

    MakeBuffer(&Buffer, 0, PAGE_SIZE, FALSE);
    for (ULONG Round = 0; Round < ROUNDS; Round++) {
        PHYSICAL_ADDRESS Address;
        PVOID View;

        GetList(Shared, &Buffer, PAGE_SIZE, FALSE, &List);
        KeWaitForSingleObject(&List.Came, Executive, KernelMode, FALSE, NULL);
        Address = List.Given->Elements[0].Address;
        View = MmMapIoSpace(Address, PAGE_SIZE, MmCached);
        RtlFillMemory(View, PAGE_SIZE, Seed + Round);
        MmUnmapIoSpace(View, PAGE_SIZE);
        PutList(Shared, &List, FALSE);
        if (Buffer.Bytes[0] != (UCHAR)(Seed + Round) ||
            Buffer.Bytes[PAGE_SIZE - 1] != (UCHAR)(Seed + Round)) {
            InterlockedIncrement(&Wrong);
        }
    }
    FreeBuffer(&Buffer, 0);
    PsTerminateSystemThread(STATUS_SUCCESS);
}

VOID
TestThreads(VOID)
{
    PKTHREAD Threads[THREADS];
    ULONG Registers;

    Shared = MakeAdapter(28, PAGE_SIZE, &Registers); /* two: the threads wait in turns */
    for (ULONG Index = 0; Index < THREADS; Index++) {
        Threads[Index] = KtapCreateThread(Worker, (PVOID)(ULONG_PTR)(Index * 37 + 1));
    }
    for (ULONG Index = 0; Index < THREADS; Index++) {
        KtapJoinThread(Threads[Index]);
    }
    ok_equal(Wrong, 0, "four threads and two registers: each gets its own data back");
    Shared->DmaOperations->PutDmaAdapter(Shared);
}
