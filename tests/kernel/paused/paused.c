/*
 * paused: edu, whose driver has its requests one by one (StartIo), and the runs of the
 * suite.
 */
#include "paused.h"

DRIVER_INITIALIZE DriverEntry;
static DRIVER_UNLOAD Unload;

#define SERVICES L"\\Registry\\Machine\\System\\CurrentControlSet\\Services\\"
#define BYTES    64

static REQUEST Active, Write, Read, Factorial, Another, OfFile, Query;
static HANDLE Handle;
static PFILE_OBJECT File;

static VOID
OpenEdu(VOID)
{
    UNICODE_STRING Name = RTL_CONSTANT_STRING(L"\\Device\\Edu0");
    OBJECT_ATTRIBUTES Attributes;
    IO_STATUS_BLOCK Result;

    InitializeObjectAttributes(&Attributes, &Name, OBJ_KERNEL_HANDLE, NULL, NULL);
    ok_status(ZwCreateFile(&Handle, GENERIC_READ, &Attributes, &Result, NULL, 0, 0,
                           FILE_OPEN, 0, NULL, 0),
              STATUS_SUCCESS, "the device is opened");
    ok_status(ObReferenceObjectByHandle(Handle, 0, *IoFileObjectType, KernelMode,
                                        (PVOID *)&File, NULL),
              STATUS_SUCCESS, "for requests of this file");
}

/* Everything that can come while the device is stopped. */
static VOID
WhileStopped(PFILTER Filter)
{
    SendControl(Filter, &Another, IOCTL_EDU_FACTORIAL, 4, sizeof(ULONG));
    SendControlOf(Filter, &OfFile, IOCTL_EDU_FACTORIAL, 6, File);
    RtlFillMemory(Write.Data, BYTES, 0x5A);
    SendTransfer(Filter, &Write, IRP_MJ_WRITE, BYTES);
    SendTransfer(Filter, &Read, IRP_MJ_READ, BYTES);
    SendControl(Filter, &Factorial, IOCTL_EDU_FACTORIAL, 5, sizeof(ULONG));
    SendControl(Filter, &Query, IOCTL_EDU_QUERY, 0, sizeof(EDU_STATISTICS));
    KtapSleep(20);
    ok(IsWaiting(&Another) && IsWaiting(&OfFile) && IsWaiting(&Write) &&
           IsWaiting(&Read) && IsWaiting(&Factorial),
       "PNP requests wait while the device is stopped");
    ok_status(Outcome(&Query), STATUS_SUCCESS, "PNP what needs no device is answered");
    ok(IoCancelIrp(Another.Irp), "IRP-11 the one whose turn it is can be cancelled");
    ok_status(Outcome(&Another), STATUS_CANCELLED, "IRP-11 and is");
    ZwClose(Handle);
    ok_status(Outcome(&OfFile), STATUS_CANCELLED,
              "IRP-11 the end of a file ends what waits of it");
    ok(IsWaiting(&Write) && IsWaiting(&Read) && IsWaiting(&Factorial),
       "PNP the others go on waiting");
}

static VOID
TestHeld(VOID)
{
    OpenEdu();
    SendTransfer(&Edu, &Active, IRP_MJ_WRITE, BYTES);
    Restart(&Edu, WhileStopped);
    ok_equal(Edu.Stops, 1, "PNP the device was stopped");
    ok_equal(Edu.Starts, 2, "PNP and started");
    ok_status(Outcome(&Active), STATUS_SUCCESS, "PNP what was under way then is done");
    ok_status(Outcome(&Write), STATUS_SUCCESS, "PNP what came meanwhile goes on");
    ok_status(Outcome(&Read), STATUS_SUCCESS, "PNP in its order:");
    ok_equal(Read.Data[0] + Read.Data[BYTES - 1], 2 * 0x5A,
             "PNP the read finds what was written before it");
    ok_status(Outcome(&Factorial), STATUS_SUCCESS, "PNP and to its end");
    ok_equal(*(PULONG)Factorial.Data, 120, "PNP with its result");
    ObDereferenceObject(File);
}

static NTSTATUS
Transfer(ULONG Major, LONGLONG Offset, ULONG Length)
{
    SendTransferAt(&Edu, &Read, Major, Offset, Length);
    return Outcome(&Read);
}

/* The last byte of the device's buffer is out of reach: QEMU 7.2 ends when a transfer ends
   there. */
static VOID
TestReach(VOID)
{
    RtlFillMemory(Read.Data, BYTES, 0x3C);
    ok_status(Transfer(IRP_MJ_WRITE, EDU_BUFFER_REACH - BYTES, BYTES), STATUS_SUCCESS,
              "a write up to the end of what can be reached");
    RtlZeroMemory(Read.Data, BYTES);
    ok_status(Transfer(IRP_MJ_READ, EDU_BUFFER_REACH - BYTES, BYTES), STATUS_SUCCESS,
              "a read up to there");
    ok(Read.Data[0] == 0x3C && Read.Data[BYTES - 1] == 0x3C, "finds what was written");
    ok_status(Transfer(IRP_MJ_WRITE, EDU_BUFFER_REACH + 1 - BYTES, BYTES),
              STATUS_INVALID_PARAMETER, "a write of the last byte is refused");
    ok_status(Transfer(IRP_MJ_READ, EDU_BUFFER_REACH, 1), STATUS_INVALID_PARAMETER,
              "a read of it is");
    ok_status(Transfer(IRP_MJ_READ, 1LL << 40, BYTES), STATUS_INVALID_PARAMETER,
              "one far behind it is");
    ok_status(Transfer(IRP_MJ_READ, -1, BYTES), STATUS_INVALID_PARAMETER,
              "one from before the beginning is");
    ok_status(Transfer(IRP_MJ_READ, 0, 0), STATUS_INVALID_PARAMETER,
              "and one of nothing is");
}

/* The driver agreed to a stop that another one refused. */
static VOID
WhileAsked(PFILTER Filter)
{
    SendControl(Filter, &Factorial, IOCTL_EDU_FACTORIAL, 3, sizeof(ULONG));
}

static VOID
TestCancelStop(VOID)
{
    Edu.VetoStop = TRUE;
    Restart(&Edu, WhileAsked);
    Edu.VetoStop = FALSE;
    ok_equal(Edu.Starts, 2, "PNP a stop that is called off leads to no start");
    ok_status(Outcome(&Factorial), STATUS_SUCCESS,
              "PNP requests are served all the same");
}

/*
 * A request that the device has when it is stopped and never ends: while the ISR looks away,
 * nobody hears that its cause was raised. After the start it is put to the device again.
 */
static VOID
TestUnfinished(VOID)
{
    DbgPrint("# expect line ^dirql: interrupt storm\n");
    SendControl(&Edu, &Query, IOCTL_EDU_STORM, 1, 0);
    ok_status(Outcome(&Query), STATUS_SUCCESS, "the ISR looks away");
    SendControl(&Edu, &Active, IOCTL_EDU_RAISE, 0x10, 0);
    KtapSleep(50);
    ok(IsWaiting(&Active), "a cause that nobody sees is waited for");
    Restart(&Edu, NULL);
    ok_equal(Edu.Starts, 3, "PNP the device is stopped and started");
    ok_status(Outcome(&Active), STATUS_SUCCESS, "PNP and does it then");
}

/* Nobody starts the device again: what waited for that ends. */
static VOID
WhileLost(PFILTER Filter)
{
    SendControl(Filter, &Factorial, IOCTL_EDU_FACTORIAL, 5, sizeof(ULONG));
    SendTransfer(Filter, &Read, IRP_MJ_READ, BYTES);
    ok(IsWaiting(&Factorial) && IsWaiting(&Read), "PNP requests wait for the start");
}

static VOID
TestLost(VOID)
{
    DbgPrint("# expect line ^io: PCI .* does not start with other resources\n");
    Edu.FailStart = TRUE;
    Restart(&Edu, WhileLost);
    ok_status(Outcome(&Factorial), STATUS_DELETE_PENDING,
              "PNP when the start fails they end with the device");
    ok_status(Outcome(&Read), STATUS_DELETE_PENDING, "PNP all of them");
}

static VOID
RunTests(VOID)
{
    if (JoinStack(&Edu, SERVICES L"edu") && JoinStack(&Adapter, SERVICES L"e1000")) {
        TestReach();
        TestHeld();
        TestCancelStop();
        TestAdapter();
        TestReceiver();
        TestUnfinished();
        TestAdapterLost();
        TestLost();
    }
}

static VOID NTAPI
Unload(PDRIVER_OBJECT DriverObject)
{
    UNREFERENCED_PARAMETER(DriverObject);
}

NTSTATUS
NTAPI
DriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath)
{
    for (ULONG Major = 0; Major <= IRP_MJ_MAXIMUM_FUNCTION; Major++) {
        DriverObject->MajorFunction[Major] = FilterPass;
    }
    DriverObject->MajorFunction[IRP_MJ_PNP] = FilterPnp;
    DriverObject->DriverExtension->AddDevice = AddFilter;
    DriverObject->DriverUnload = Unload;
    return KtapStart(DriverObject, RegistryPath, RunTests);
}
