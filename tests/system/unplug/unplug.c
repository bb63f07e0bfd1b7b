/*
 * unplug: a client that keeps a network adapter busy while test_unplug.py takes the
 * adapter away and puts another in, and says what became of every request.
 *
 * Lines for the test: "unplug: busy" once frames go both ways; "unplug: all back" with
 * the number of requests by status when the last one has come back; "unplug: afterwards"
 * with the status of a request sent then; "unplug: closed"; "unplug: in use" with what the
 * kernel has in use a moment later, when the adapter's driver is done with it. Then the
 * next adapter's turn, until there have been three.
 */
#include <dirqltest.h>
#include <ntddk.h>

#define REQUESTS     32 /* half of them reads, half writes */
#define FRAME_LENGTH 60
#define BUFFER_SIZE  2048
#define UNPLUG_TAG   0x6C706E75 /* "unpl" */

DRIVER_INITIALIZE DriverEntry;
static KSTART_ROUTINE UnplugThread;
static IO_COMPLETION_ROUTINE UnplugDone;

/* One request, sent again as long as it succeeds. */
typedef struct _UNPLUG_REQUEST {
    BOOLEAN IsRead;
    volatile LONG Back; /* it succeeded and waits to be sent again */
    PIRP Irp;
    PMDL Mdl;
    UCHAR Buffer[BUFFER_SIZE];
} UNPLUG_REQUEST, *PUNPLUG_REQUEST;

static PDEVICE_OBJECT Device;
static UNPLUG_REQUEST Requests[REQUESTS];
static volatile LONG UnderWay, Reads, Writes, Removed, Gone, Pending, Others;
static KEVENT Wake; /* something came back */

/* An ARP request for 10.0.2.2, which QEMU's user network answers. */
static const UCHAR ArpRequest[FRAME_LENGTH] = {
    0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x52, 0x54, 0x00, 0x12, 0x34, 0x56, 0x08, 0x06,
    0x00, 0x01, 0x08, 0x00, 0x06, 0x04, 0x00, 0x01, 0x52, 0x54, 0x00, 0x12, 0x34, 0x56,
    10,   0,    2,    15,   0,    0,    0,    0,    0,    0,    10,   0,    2,    2};

/* Sends Request; its status comes to UnplugDone. IRQL <= DISPATCH_LEVEL. */
static VOID
UnplugSend(PUNPLUG_REQUEST Request)
{
    PIO_STACK_LOCATION Stack;

    IoReuseIrp(Request->Irp, STATUS_SUCCESS);
    Request->Irp->MdlAddress = Request->Mdl;
    Stack = IoGetNextIrpStackLocation(Request->Irp);
    Stack->MajorFunction = Request->IsRead ? IRP_MJ_READ : IRP_MJ_WRITE;
    Stack->Parameters.Read.Length = Request->IsRead ? BUFFER_SIZE : FRAME_LENGTH;
    IoSetCompletionRoutine(Request->Irp, UnplugDone, Request, TRUE, TRUE, TRUE);
    IoCallDriver(Device, Request->Irp);
}

/* Sending from here would nest without end: what comes is read at once if more has come. */
static NTSTATUS NTAPI
UnplugDone(PDEVICE_OBJECT DeviceObject, PIRP Irp, PVOID Context)
{
    PUNPLUG_REQUEST Request = Context;
    NTSTATUS Status = Irp->IoStatus.Status;

    UNREFERENCED_PARAMETER(DeviceObject);
    if (NT_SUCCESS(Status)) {
        InterlockedIncrement(Request->IsRead ? &Reads : &Writes);
        Request->Back = 1;
    } else {
        InterlockedIncrement(Status == STATUS_DEVICE_REMOVED   ? &Removed
                             : Status == STATUS_NO_SUCH_DEVICE ? &Gone
                             : Status == STATUS_DELETE_PENDING ? &Pending
                                                               : &Others);
        InterlockedDecrement(&UnderWay);
    }
    KeSetEvent(&Wake, IO_NO_INCREMENT, FALSE);
    return STATUS_MORE_PROCESSING_REQUIRED;
}

static VOID
UnplugSleep(VOID)
{
    LARGE_INTEGER Time;

    Time.QuadPart = -100000;
    KeDelayExecutionThread(KernelMode, FALSE, &Time);
}

static NTSTATUS
UnplugPrepare(VOID)
{
    for (ULONG Index = 0; Index < REQUESTS; Index++) {
        PUNPLUG_REQUEST Request = &Requests[Index];

        Request->IsRead = Index % 2 == 0;
        Request->Irp = IoAllocateIrp(Device->StackSize, FALSE);
        Request->Mdl =
            IoAllocateMdl(Request->Buffer, Request->IsRead ? BUFFER_SIZE : FRAME_LENGTH,
                          FALSE, FALSE, NULL);
        if (Request->Irp == NULL || Request->Mdl == NULL) {
            return STATUS_INSUFFICIENT_RESOURCES;
        }
        MmBuildMdlForNonPagedPool(Request->Mdl);
        RtlCopyMemory(Request->Buffer, ArpRequest, sizeof(ArpRequest));
    }
    return STATUS_SUCCESS;
}

static VOID
UnplugRelease(VOID)
{
    for (ULONG Index = 0; Index < REQUESTS; Index++) {
        IoFreeMdl(Requests[Index].Mdl);
        IoFreeIrp(Requests[Index].Irp);
    }
}

/* Sends again what came back well. */
static VOID
UnplugTurn(VOID)
{
    KeWaitForSingleObject(&Wake, Executive, KernelMode, FALSE, NULL);
    for (ULONG Index = 0; Index < REQUESTS; Index++) {
        if (InterlockedExchange(&Requests[Index].Back, 0) != 0) {
            UnplugSend(&Requests[Index]);
        }
    }
}

/* Keeps all requests under way until each has failed. */
static VOID
UnplugLoad(VOID)
{
    BOOLEAN Busy = FALSE;

    Reads = Writes = Removed = Gone = Pending = Others = 0;
    UnderWay = REQUESTS;
    KeInitializeEvent(&Wake, SynchronizationEvent, FALSE);
    for (ULONG Index = 0; Index < REQUESTS; Index++) {
        UnplugSend(&Requests[Index]);
    }
    while (UnderWay != 0) {
        UnplugTurn();
        if (!Busy && Reads >= 100 && Writes >= 100) {
            DbgPrint("unplug: busy\n");
            Busy = TRUE;
        }
    }
    DbgPrint("unplug: all back: removed %d, gone %d, pending %d, others %d\n", Removed,
             Gone, Pending, Others);
    UnplugSend(&Requests[1]);
    DbgPrint("unplug: afterwards: 0x%08X\n", Requests[1].Irp->IoStatus.Status);
}

/* With no adapter there, and its removal over: the same every time, if nothing leaks. */
static VOID
UnplugReport(VOID)
{
    static DIRQL_USAGE Usage;

    for (ULONG Turn = 0; Turn < 50; Turn++) {
        UnplugSleep();
    }
    DirqlQueryUsage(&Usage);
    DbgPrint("unplug: in use: %I64u blocks, %I64u bytes, %I64u sources\n",
             Usage.PoolBlocks, Usage.PoolBytes, Usage.Sources);
}

/* One adapter, from its opening to its end. Number: of its name. */
static NTSTATUS
UnplugRound(ULONG Number)
{
    WCHAR Text[] = L"\\Device\\E1000_0";
    UNICODE_STRING Name;
    PFILE_OBJECT File;
    NTSTATUS Status = STATUS_UNSUCCESSFUL;

    Text[RTL_NUMBER_OF(Text) - 2] = (WCHAR)(L'0' + Number);
    RtlInitUnicodeString(&Name, Text);
    for (ULONG Turn = 0; Turn < 3000 && !NT_SUCCESS(Status); Turn++) {
        Status =
            IoGetDeviceObjectPointer(&Name, GENERIC_READ | GENERIC_WRITE, &File, &Device);
        UnplugSleep();
    }
    if (NT_SUCCESS(Status)) {
        Status = UnplugPrepare();
        if (NT_SUCCESS(Status)) {
            UnplugLoad();
            UnplugRelease();
        }
        ObDereferenceObject(File);
        DbgPrint("unplug: closed\n");
        UnplugReport();
    }
    return Status;
}

static VOID NTAPI
UnplugThread(PVOID Context)
{
    NTSTATUS Status = STATUS_SUCCESS;

    UNREFERENCED_PARAMETER(Context);
    for (ULONG Number = 0; Number < 3 && NT_SUCCESS(Status); Number++) {
        Status = UnplugRound(Number);
    }
    PsTerminateSystemThread(Status);
}

NTSTATUS
NTAPI
DriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath)
{
    HANDLE Handle;
    NTSTATUS Status;

    UNREFERENCED_PARAMETER(DriverObject);
    UNREFERENCED_PARAMETER(RegistryPath);
    Status = PsCreateSystemThread(&Handle, THREAD_ALL_ACCESS, NULL, NULL, NULL,
                                  UnplugThread, NULL);
    if (NT_SUCCESS(Status)) {
        ZwClose(Handle);
    }
    return Status;
}
