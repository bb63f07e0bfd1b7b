/*
 * Requests that completion routines send. The driver tells the device of all that the
 * routines of one DPC have sent with one write: a write for each would be what such a
 * client costs most.
 *
 * So that one DPC finds several completions, this processor stays at DISPATCH_LEVEL for a
 * while after it has sent: its interrupts are taken, their DPC waits.
 */
#include "disk.h"

#include "../../../drivers/nvme/nvmeioctl.h"

#define WIDTH    8
#define TRIES    20
#define STALL_US 20000

static REQUEST Requests[WIDTH];
static volatile LONG Left, Right;
static KEVENT AllDone;
static IO_COMPLETION_ROUTINE ReadAgain;

static VOID
SendRead(PREQUEST Request)
{
    PIO_STACK_LOCATION Stack;

    IoReuseIrp(Request->Irp, STATUS_SUCCESS);
    Stack = IoGetNextIrpStackLocation(Request->Irp);
    Stack->MajorFunction = IRP_MJ_READ;
    Stack->Parameters.Read.Length = TRANSFER;
    Stack->Parameters.Read.ByteOffset.QuadPart = (Request - Requests) * TRANSFER;
    Request->Irp->MdlAddress = Request->Mdl;
    RtlZeroMemory(Request->Buffer, TRANSFER);
    IoSetCompletionRoutine(Request->Irp, ReadAgain, Request, TRUE, TRUE, TRUE);
    IoCallDriver(Disk, Request->Irp);
}

/* The first time it comes back it is sent again, from here. IRQL <= DISPATCH_LEVEL. */
static NTSTATUS NTAPI
ReadAgain(PDEVICE_OBJECT DeviceObject, PIRP Irp, PVOID Context)
{
    PREQUEST Request = Context;
    ULONG Sector = (ULONG)(Request - Requests) * (TRANSFER / SECTOR);

    UNREFERENCED_PARAMETER(DeviceObject);

    if (NT_SUCCESS(Irp->IoStatus.Status) &&
        HoldsSectors(Request, Sector, TRANSFER / SECTOR)) {
        InterlockedIncrement(&Right);
    }
    if (Request->Completed++ == 0) {
        SendRead(Request);
    }
    if (InterlockedDecrement(&Left) == 0) {
        KeSetEvent(&AllDone, IO_NO_INCREMENT, FALSE);
    }
    return STATUS_MORE_PROCESSING_REQUIRED;
}

/* What all queues have counted. */
static ULONG
CountBells(VOID)
{
    NVME_QUEUE_STATISTICS Counts[MAXIMUM_CPUS];
    ULONG_PTR Information = 0;
    ULONG Sum = 0;

    ControlDisk(IOCTL_NVME_QUERY_QUEUES, Counts, sizeof(Counts), &Information);
    for (ULONG Index = 0; Index < Information / sizeof(Counts[0]); Index++) {
        Sum += (ULONG)Counts[Index].Bells;
    }
    return Sum;
}

/* Twice WIDTH reads, the second half of them from completion routines. How often the device
   was told; MAXULONG: they have not all come back. */
static ULONG
RunChain(VOID)
{
    LARGE_INTEGER Limit = KtapMilliseconds(20000);
    ULONG Before = CountBells();
    KIRQL OldIrql;

    Left = 2 * WIDTH;
    KeRaiseIrql(DISPATCH_LEVEL, &OldIrql);
    for (ULONG Index = 0; Index < WIDTH; Index++) {
        Requests[Index].Completed = 0;
        SendRead(&Requests[Index]);
    }
    KeStallExecutionProcessor(STALL_US);
    KeLowerIrql(OldIrql);
    return KeWaitForSingleObject(&AllDone, Executive, KernelMode, FALSE, &Limit) ==
                   STATUS_SUCCESS
               ? CountBells() - Before
               : MAXULONG;
}

/* On a slow host the device may not have finished in time for one DPC to find it all: then
   it is asked again. */
VOID
TestChain(VOID)
{
    ULONG Bells = MAXULONG, Tries;

    KeInitializeEvent(&AllDone, SynchronizationEvent, FALSE);
    for (ULONG Index = 0; Index < WIDTH; Index++) {
        if (!ok(PrepareRequest(&Requests[Index]), "memory for a request")) {
            return;
        }
    }
    for (Tries = 0; Tries < TRIES && Bells > WIDTH + WIDTH / 2; Tries++) {
        Bells = RunChain();
    }
    ok_equal(Right, Tries * 2 * WIDTH,
             "IRP-7 reads sent by completion routines are right");
    ok(Bells <= WIDTH + WIDTH / 2,
       "DPC-8 what the routines of one DPC send is told to the device at once");
    for (ULONG Index = 0; Index < WIDTH; Index++) {
        FreeRequest(&Requests[Index]);
    }
}
