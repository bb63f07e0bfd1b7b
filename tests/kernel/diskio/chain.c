/*
 * Requests that completion routines send. The driver tells the controller of all that the
 * routines of one DPC have sent with one write: a write for each would be what such a
 * client costs most.
 *
 * So that one DPC finds several completions, this processor stays at DISPATCH_LEVEL for a
 * while after it has sent: its interrupts are taken, their DPC waits.
 */
#include "diskio.h"

#include "../../../drivers/ahci/ahciioctl.h"

#define WIDTH    32
#define TRANSFER (8 * SECTOR)
#define TRIES    20
#define STALL_US 20000

typedef struct _REQUEST {
    PIRP Irp;
    PMDL Mdl;
    PUCHAR Buffer; /* TRANSFER bytes */
    LONG Completed;
} REQUEST, *PREQUEST;

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
    IoCallDriver(DiskDevice, Request->Irp);
}

/* The first time it comes back it is sent again, from here. IRQL <= DISPATCH_LEVEL. */
static NTSTATUS NTAPI
ReadAgain(PDEVICE_OBJECT DeviceObject, PIRP Irp, PVOID Context)
{
    PREQUEST Request = Context;
    UNREFERENCED_PARAMETER(DeviceObject);

    if (NT_SUCCESS(Irp->IoStatus.Status) && Irp->IoStatus.Information == TRANSFER) {
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

static ULONG
CountWrites(VOID)
{
    AHCI_STATISTICS Counts = {0};

    Control(IOCTL_AHCI_QUERY_STATISTICS, NULL, 0, &Counts, sizeof(Counts));
    return Counts.IssueWrites;
}

static BOOLEAN
PrepareRequest(PREQUEST Request)
{
    Request->Irp = IoAllocateIrp(DiskDevice->StackSize, FALSE);
    Request->Buffer = ExAllocatePoolWithTag(NonPagedPool, TRANSFER, KTAP_TAG);
    if (Request->Irp == NULL || Request->Buffer == NULL) {
        return FALSE;
    }
    Request->Mdl = IoAllocateMdl(Request->Buffer, TRANSFER, FALSE, FALSE, NULL);
    if (Request->Mdl == NULL) {
        return FALSE;
    }
    MmBuildMdlForNonPagedPool(Request->Mdl);
    return TRUE;
}

static VOID
FreeRequest(PREQUEST Request)
{
    IoFreeMdl(Request->Mdl);
    ExFreePoolWithTag(Request->Buffer, KTAP_TAG);
    IoFreeIrp(Request->Irp);
}

/* Twice WIDTH reads, the second half of them from completion routines. How often the controller
   was told; MAXULONG: they have not all come back. */
static ULONG
RunChain(VOID)
{
    LARGE_INTEGER Limit = KtapMilliseconds(20000);
    ULONG Before = CountWrites();
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
               ? CountWrites() - Before
               : MAXULONG;
}

/* On a slow host the device may not have finished in time for one DPC to find it all: then
   it is asked again. */
VOID
TestChain(VOID)
{
    ULONG Writes = MAXULONG, Tries;

    KeInitializeEvent(&AllDone, SynchronizationEvent, FALSE);
    for (ULONG Index = 0; Index < WIDTH; Index++) {
        if (!ok(PrepareRequest(&Requests[Index]), "memory for a request")) {
            return;
        }
    }
    for (Tries = 0; Tries < TRIES && Writes > WIDTH + WIDTH / 2; Tries++) {
        Writes = RunChain();
    }
    ok_equal(Right, Tries * 2 * WIDTH,
             "IRP-7 reads sent by completion routines are right");
    ok(Writes <= WIDTH + WIDTH / 2,
       "DPC-8 what the routines of one DPC send is told to the controller at once");
    for (ULONG Index = 0; Index < WIDTH; Index++) {
        FreeRequest(&Requests[Index]);
    }
}
