/*
 * unplug: a client that keeps a device busy while test_unplug.py or test_unplugdisk.py takes
 * it away and puts another in, and says what became of every request. What the requests
 * are: adapter.c, disk.c.
 *
 * Lines for the tests: "unplug: busy" once requests go both ways; "unplug: all back" with
 * the number of requests by status when the last one has come back; "unplug: afterwards"
 * with the status of a request sent then; "unplug: closed"; "unplug: in use" with what the
 * kernel has in use a moment later, when the device's driver is done with it. Then the
 * next device's turn, until there have been three.
 *
 * Parameters:
 *   Device   REG_SZ   the names of the devices, without the last digit, which counts them
 */
#include "unplug.h"

#define NAME_LENGTH 64
#define UNPLUG_TAG  0x6C706E75 /* "unpl" */

DRIVER_INITIALIZE DriverEntry;
static KSTART_ROUTINE UnplugThread;
static IO_COMPLETION_ROUTINE UnplugDone;

static WCHAR NameBuffer[NAME_LENGTH];
static UNICODE_STRING Name = {0, sizeof(NameBuffer) - 2 * sizeof(WCHAR), NameBuffer};
static PDEVICE_OBJECT Device;
static UNPLUG_REQUEST Requests[UNPLUG_REQUESTS];
static volatile LONG UnderWay, Reads, Writes, Removed, Gone, Pending, Others;
static ULONG Wrong;
static KEVENT Wake; /* something came back */

/* Sends Request; its status comes to UnplugDone. IRQL <= DISPATCH_LEVEL. */
static VOID
UnplugSend(PUNPLUG_REQUEST Request)
{
    PIO_STACK_LOCATION Stack;

    IoReuseIrp(Request->Irp, STATUS_SUCCESS);
    Request->Irp->MdlAddress = Request->Mdl;
    Stack = IoGetNextIrpStackLocation(Request->Irp);
    Stack->MajorFunction = Request->IsRead ? IRP_MJ_READ : IRP_MJ_WRITE;
    UnplugKind.Aim(Request, Stack);
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
UnplugPrepareOne(PUNPLUG_REQUEST Request)
{
    Request->Irp = IoAllocateIrp(Device->StackSize, FALSE);
    Request->Buffer =
        ExAllocatePoolWithTag(NonPagedPool, UnplugKind.BufferSize, UNPLUG_TAG);
    if (Request->Irp == NULL || Request->Buffer == NULL) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    Request->Mdl =
        IoAllocateMdl(Request->Buffer, UnplugKind.BufferSize, FALSE, FALSE, NULL);
    if (Request->Mdl == NULL) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    MmBuildMdlForNonPagedPool(Request->Mdl);
    UnplugKind.Prepare(Request);
    return STATUS_SUCCESS;
}

static NTSTATUS
UnplugPrepare(VOID)
{
    NTSTATUS Status = STATUS_SUCCESS;

    for (ULONG Index = 0; Index < UNPLUG_REQUESTS && NT_SUCCESS(Status); Index++) {
        Requests[Index].Number = Index;
        Status = UnplugPrepareOne(&Requests[Index]);
    }
    return Status;
}

static VOID
UnplugRelease(VOID)
{
    for (ULONG Index = 0; Index < UNPLUG_REQUESTS; Index++) {
        IoFreeMdl(Requests[Index].Mdl);
        IoFreeIrp(Requests[Index].Irp);
        ExFreePoolWithTag(Requests[Index].Buffer, UNPLUG_TAG);
    }
}

/* Sends again what came back well. */
static VOID
UnplugTurn(VOID)
{
    KeWaitForSingleObject(&Wake, Executive, KernelMode, FALSE, NULL);
    for (ULONG Index = 0; Index < UNPLUG_REQUESTS; Index++) {
        if (InterlockedExchange(&Requests[Index].Back, 0) != 0) {
            Wrong += !UnplugKind.Check(&Requests[Index]);
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
    Wrong = 0;
    UnderWay = UNPLUG_REQUESTS;
    KeInitializeEvent(&Wake, SynchronizationEvent, FALSE);
    for (ULONG Index = 0; Index < UNPLUG_REQUESTS; Index++) {
        UnplugSend(&Requests[Index]);
    }
    while (UnderWay != 0) {
        UnplugTurn();
        if (!Busy && Reads >= 100 && Writes >= 100) {
            DbgPrint("unplug: busy\n");
            Busy = TRUE;
        }
    }
    DbgPrint("unplug: all back: removed %d, gone %d, pending %d, others %d, wrong %u\n",
             Removed, Gone, Pending, Others, Wrong);
    UnplugSend(&Requests[1]);
    DbgPrint("unplug: afterwards: 0x%08X\n", Requests[1].Irp->IoStatus.Status);
}

/* With no device there, and its removal over: the same every time, if nothing leaks. */
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

/* One device, from its opening to its end. Number: of its name. */
static NTSTATUS
UnplugRound(ULONG Number)
{
    PFILE_OBJECT File;
    NTSTATUS Status = STATUS_UNSUCCESSFUL;

    Name.Buffer[Name.Length / sizeof(WCHAR) - 1] = (WCHAR)(L'0' + Number);
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

/* The registry's path need not end in a zero, and the query wants one. Adds the digit. */
static NTSTATUS
UnplugReadName(PUNICODE_STRING RegistryPath)
{
    static const WCHAR Subkey[] = L"\\Parameters";
    RTL_QUERY_REGISTRY_TABLE Table[2];
    NTSTATUS Status;
    PUCHAR Path = ExAllocatePoolWithTag(
        NonPagedPool, RegistryPath->Length + sizeof(Subkey), UNPLUG_TAG);

    if (Path == NULL) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    RtlCopyMemory(Path, RegistryPath->Buffer, RegistryPath->Length);
    RtlCopyMemory(Path + RegistryPath->Length, Subkey, sizeof(Subkey));
    RtlZeroMemory(Table, sizeof(Table));
    Table[0].Flags = RTL_QUERY_REGISTRY_DIRECT | RTL_QUERY_REGISTRY_REQUIRED;
    Table[0].Name = L"Device";
    Table[0].EntryContext = &Name;
    Status =
        RtlQueryRegistryValues(RTL_REGISTRY_ABSOLUTE, (PCWSTR)Path, Table, NULL, NULL);
    ExFreePoolWithTag(Path, UNPLUG_TAG);
    Name.Length += sizeof(WCHAR);
    Name.MaximumLength = sizeof(NameBuffer);
    return Status;
}

NTSTATUS
NTAPI
DriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath)
{
    HANDLE Handle;
    NTSTATUS Status;

    UNREFERENCED_PARAMETER(DriverObject);
    Status = UnplugReadName(RegistryPath);
    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    Status = PsCreateSystemThread(&Handle, THREAD_ALL_ACCESS, NULL, NULL, NULL,
                                  UnplugThread, NULL);
    if (NT_SUCCESS(Status)) {
        ZwClose(Handle);
    }
    return Status;
}
