/*
 * kmdfio: drivers/edukmdf under test: requests of a client through queues, the interrupt and
 * a DPC of each queue, and back.
 */
#include "../ktap.h"

#include <edukmdf.h>

DRIVER_INITIALIZE DriverEntry;

static PDEVICE_OBJECT Target;

/* Waits for a request that was sent; its status. */
static NTSTATUS
Await(PIRP Irp, PKEVENT Done, PIO_STATUS_BLOCK Status)
{
    LARGE_INTEGER Limit = KtapMilliseconds(5000);

    if (IoCallDriver(Target, Irp) == STATUS_PENDING &&
        KeWaitForSingleObject(Done, Executive, KernelMode, FALSE, &Limit) ==
            STATUS_TIMEOUT) {
        return STATUS_TIMEOUT;
    }
    return Status->Status;
}

static NTSTATUS
Control(ULONG Code, PVOID Input, ULONG InputLength, PVOID Output, ULONG OutputLength,
        PIO_STATUS_BLOCK Status)
{
    KEVENT Done;
    PIRP Irp;

    KeInitializeEvent(&Done, NotificationEvent, FALSE);
    Irp = IoBuildDeviceIoControlRequest(Code, Target, Input, InputLength, Output,
                                        OutputLength, FALSE, &Done, Status);
    return Irp == NULL ? STATUS_INSUFFICIENT_RESOURCES : Await(Irp, &Done, Status);
}

static NTSTATUS
Transfer(ULONG Major, PVOID Buffer, ULONG Length, LONGLONG Offset,
         PIO_STATUS_BLOCK Status)
{
    LARGE_INTEGER Place = {.QuadPart = Offset};
    KEVENT Done;
    PIRP Irp;

    KeInitializeEvent(&Done, NotificationEvent, FALSE);
    Irp = IoBuildSynchronousFsdRequest(Major, Target, Buffer, Length, &Place, &Done,
                                       Status);
    return Irp == NULL ? STATUS_INSUFFICIENT_RESOURCES : Await(Irp, &Done, Status);
}

static VOID
TestControls(VOID)
{
    IO_STATUS_BLOCK Status;
    ULONG Value = 10, Result = 0, Right = 0;

    ok_status(Control(IOCTL_EDUKMDF_FACTORIAL, &Value, sizeof(Value), &Result,
                      sizeof(Result), &Status),
              STATUS_SUCCESS, "SEED-003 a control through queue, device, ISR and DPC");
    ok_equal(Result, 3628800, "SEED-003 with the device's answer");
    ok_equal(Status.Information, sizeof(Result), "SEED-003 and its length");
    for (Value = 0; Value <= EDUKMDF_FACTORIAL_MAX; Value++) {
        ULONG Expected = 1;

        for (ULONG Factor = 2; Factor <= Value; Factor++) {
            Expected *= Factor;
        }
        Control(IOCTL_EDUKMDF_FACTORIAL, &Value, sizeof(Value), &Result, sizeof(Result),
                &Status);
        Right += Result == Expected;
    }
    ok_equal(Right, EDUKMDF_FACTORIAL_MAX + 1, "WDF-27 one after the other");
    Value = EDUKMDF_FACTORIAL_MAX + 1;
    ok_status(Control(IOCTL_EDUKMDF_FACTORIAL, &Value, sizeof(Value), &Result,
                      sizeof(Result), &Status),
              STATUS_INVALID_PARAMETER, "WDF-27 what the driver refuses");
    ok_status(
        Control(IOCTL_EDUKMDF_FACTORIAL, &Value, 2, &Result, sizeof(Result), &Status),
        STATUS_BUFFER_TOO_SMALL, "WdfRequestRetrieveInputBuffer: too small");
    ok_status(
        Control(IOCTL_EDUKMDF_FACTORIAL, &Value, sizeof(Value), &Result, 3, &Status),
        STATUS_BUFFER_TOO_SMALL, "WdfRequestRetrieveOutputBuffer: too small");
    ok_status(Control(IOCTL_EDUKMDF_FACTORIAL + 4, NULL, 0, NULL, 0, &Status),
              STATUS_INVALID_DEVICE_REQUEST, "WDF-27 an unknown control");
}

static VOID
TestTransfers(VOID)
{
    static UCHAR Written[EDU_BUFFER_REACH], Seen[EDU_BUFFER_REACH];
    IO_STATUS_BLOCK Status;

    for (ULONG Index = 0; Index < sizeof(Written); Index++) {
        Written[Index] = (UCHAR)(Index * 7 + Index / 256);
    }
    ok_status(Transfer(IRP_MJ_WRITE, Written, sizeof(Written), 0, &Status),
              STATUS_SUCCESS, "WDF-27 a write goes to its own queue");
    ok_equal(Status.Information, sizeof(Written), "WdfRequestSetInformation");
    ok_status(Transfer(IRP_MJ_READ, Seen, sizeof(Seen), 0, &Status), STATUS_SUCCESS,
              "WDF-27 a read too");
    ok(RtlCompareMemory(Written, Seen, sizeof(Seen)) == sizeof(Seen),
       "WdfRequestRetrieveOutputBuffer: the bytes that were written");
    ok_status(Transfer(IRP_MJ_READ, Seen, 10, 4000, &Status), STATUS_SUCCESS,
              "WdfRequestGetParameters: an offset");
    ok(RtlCompareMemory(Written + 4000, Seen, 10) == 10,
       "WdfRequestGetParameters: which is where it was read");
    ok_status(Transfer(IRP_MJ_READ, Seen, 100, 4000, &Status), STATUS_INVALID_PARAMETER,
              "WDF-27 what lies outside is refused");
    ok_status(Transfer(IRP_MJ_READ, Seen, 0, 0, &Status), STATUS_SUCCESS,
              "AllowZeroLengthRequests: nothing succeeds without the driver");
}

static VOID
IoTests(VOID)
{
    UNICODE_STRING Name = RTL_CONSTANT_STRING(L"\\Device\\EduKmdf");
    NTSTATUS Status = STATUS_UNSUCCESSFUL;
    PFILE_OBJECT File;

    for (ULONG Turn = 0; Turn < 500 && !NT_SUCCESS(Status); Turn++) {
        Status = IoGetDeviceObjectPointer(&Name, FILE_ANY_ACCESS, &File, &Target);
        KtapSleep(10);
    }
    if (!ok_status(Status, STATUS_SUCCESS, "WdfDeviceInitAssignName: it can be opened")) {
        return;
    }
    TestControls();
    TestTransfers();
    ObDereferenceObject(File);
}

NTSTATUS
NTAPI
DriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath)
{
    WDF_DRIVER_CONFIG Config;
    NTSTATUS Status;

    WDF_DRIVER_CONFIG_INIT(&Config, EduEvtDeviceAdd);
    Status = WdfDriverCreate(DriverObject, RegistryPath, WDF_NO_OBJECT_ATTRIBUTES,
                             &Config, WDF_NO_HANDLE);
    return NT_SUCCESS(Status) ? KtapStart(DriverObject, RegistryPath, IoTests) : Status;
}
