/*
 * comport: COM2 in its loop, where what is sent is received: ISR, rings, DPC and IRPs in
 * both directions, time-outs, cancelled reads, and a ring that nobody empties. COM2 is
 * nobody else's until the kernel's report at the end.
 */
#include "../ktap.h"

#include <ntddser.h>

#define LOOP     0x13 /* DTR, RTS, loop */
#define NO_LOOP  0x03
#define LARGE    3000
#define TOO_MUCH 5000
#define RING     4096

DRIVER_INITIALIZE DriverEntry;

static PDEVICE_OBJECT Port;
static PFILE_OBJECT File;
static UCHAR Output[TOO_MUCH], Input[TOO_MUCH];

static NTSTATUS
ControlPort(ULONG Code, PVOID In, ULONG InLength, PVOID Out, ULONG OutLength)
{
    IO_STATUS_BLOCK Block = {0};
    KEVENT Event;
    PIRP Irp;

    KeInitializeEvent(&Event, NotificationEvent, FALSE);
    Irp = IoBuildDeviceIoControlRequest(Code, Port, In, InLength, Out, OutLength, FALSE,
                                        &Event, &Block);
    return Irp == NULL ? STATUS_INSUFFICIENT_RESOURCES : IoCallDriver(Port, Irp);
}

/* Starts a read or write; the IRP goes by itself. */
static PIRP
StartTransfer(ULONG MajorFunction, PVOID Data, ULONG Length, PKEVENT Event,
              PIO_STATUS_BLOCK Block)
{
    LARGE_INTEGER Nowhere = {.QuadPart = 0};
    PIRP Irp;

    KeInitializeEvent(Event, NotificationEvent, FALSE);
    Irp = IoBuildSynchronousFsdRequest(MajorFunction, Port, Data, Length, &Nowhere, Event,
                                       Block);
    if (Irp != NULL) {
        (VOID) IoCallDriver(Port, Irp);
    }
    return Irp;
}

/* The bytes moved, once it has ended; *Status: with what. */
static ULONG
Transfer(ULONG MajorFunction, PVOID Data, ULONG Length, PNTSTATUS Status)
{
    LARGE_INTEGER Limit = KtapMilliseconds(10000);
    IO_STATUS_BLOCK Block = {0};
    KEVENT Event;

    *Status = STATUS_INSUFFICIENT_RESOURCES;
    if (StartTransfer(MajorFunction, Data, Length, &Event, &Block) != NULL) {
        KeWaitForSingleObject(&Event, Executive, KernelMode, FALSE, &Limit);
        *Status = Block.Status;
    }
    return (ULONG)Block.Information;
}

/* Reads until Length bytes have come or nothing more does. */
static ULONG
ReadAll(ULONG Length)
{
    NTSTATUS Status = STATUS_SUCCESS;
    ULONG Done = 0;

    while (Done < Length && Status == STATUS_SUCCESS) {
        Done += Transfer(IRP_MJ_READ, Input + Done, Length - Done, &Status);
    }
    return Done;
}

static VOID
SetTimeout(ULONG Milliseconds)
{
    SERIAL_TIMEOUTS Timeouts = {.ReadTotalTimeoutConstant = Milliseconds};

    ok_status(
        ControlPort(IOCTL_SERIAL_SET_TIMEOUTS, &Timeouts, sizeof(Timeouts), NULL, 0),
        STATUS_SUCCESS, "a time-out for reads is taken");
}

static VOID
SetModem(ULONG Control)
{
    ok_status(
        ControlPort(IOCTL_SERIAL_SET_MODEM_CONTROL, &Control, sizeof(Control), NULL, 0),
        STATUS_SUCCESS, "the loop is set or opened");
}

static VOID
TestBytes(VOID)
{
    NTSTATUS Status;

    ok_equal(Transfer(IRP_MJ_WRITE, Output, 11, &Status), 11, "eleven bytes are written");
    ok_status(Status, STATUS_SUCCESS, "IRP-7 with success");
    ok_equal(ReadAll(11), 11, "ISR-8 DPC-26 and come back");
    ok(RtlEqualMemory(Input, Output, 11), "as they were");
    ok_equal(Transfer(IRP_MJ_WRITE, Output, LARGE, &Status), LARGE, "many more too");
    ok_equal(ReadAll(LARGE), LARGE, "ISR-13 none is lost");
    ok(RtlEqualMemory(Input, Output, LARGE), "and the order is kept");
}

static VOID
TestWaiting(VOID)
{
    LARGE_INTEGER Limit = KtapMilliseconds(10000);
    IO_STATUS_BLOCK Block = {0};
    NTSTATUS Status;
    KEVENT Event;
    PIRP Irp;

    (VOID) StartTransfer(IRP_MJ_READ, Input, sizeof(Input), &Event, &Block);
    ok_equal(KeReadStateEvent(&Event), 0, "IRP-6 a read waits for the first byte");
    (VOID) Transfer(IRP_MJ_WRITE, Output, 1, &Status);
    KeWaitForSingleObject(&Event, Executive, KernelMode, FALSE, &Limit);
    ok_equal(Block.Information, 1, "and ends with what there is");
    Irp = StartTransfer(IRP_MJ_READ, Input, 1, &Event, &Block);
    ok(Irp != NULL && IoCancelIrp(Irp), "IRP-11 a waiting read can be cancelled");
    KeWaitForSingleObject(&Event, Executive, KernelMode, FALSE, &Limit);
    ok_status(Block.Status, STATUS_CANCELLED, "IRP-12 and ends so");
    SetTimeout(100);
    ok_equal(Transfer(IRP_MJ_READ, Input, 1, &Status), 0, "with a time-out it gives up");
    ok_status(Status, STATUS_TIMEOUT, "and says so");
    SetTimeout(0);
    ok_equal(Transfer(IRP_MJ_READ, Input, 0, &Status), 0, "nothing is read at once");
    ok_status(Status, STATUS_SUCCESS, "with success");
}

static VOID
TestOverrun(VOID)
{
    SERIALPERF_STATS Before = {0}, After = {0};
    NTSTATUS Status;

    ok_status(ControlPort(IOCTL_SERIAL_GET_STATS, NULL, 0, &Before, sizeof(Before)),
              STATUS_SUCCESS, "the port tells what it has counted");
    (VOID) Transfer(IRP_MJ_WRITE, Output, TOO_MUCH, &Status);
    for (ULONG Turn = 0;
         Turn < 1000 && After.ReceivedCount != Before.ReceivedCount + TOO_MUCH; Turn++) {
        KtapSleep(5);
        ControlPort(IOCTL_SERIAL_GET_STATS, NULL, 0, &After, sizeof(After));
    }
    ok_equal(After.TransmittedCount - Before.TransmittedCount, TOO_MUCH, "all were sent");
    ok_equal(After.ReceivedCount - Before.ReceivedCount, TOO_MUCH, "and received");
    ok_equal(After.BufferOverrunErrorCount - Before.BufferOverrunErrorCount,
             TOO_MUCH - RING, "what the ring had no room for is counted");
    ok_equal(After.SerialOverrunErrorCount, 0, "the UART itself lost none");
    ok_equal(ReadAll(RING), RING, "the rest is there");
    ok(RtlEqualMemory(Input, Output, RING), "from the first byte on");
}

static VOID
TestRefusals(VOID)
{
    ULONG Small = 0;

    ok_status(ControlPort(IOCTL_SERIAL_GET_STATS, NULL, 0, &Small, sizeof(Small)),
              STATUS_BUFFER_TOO_SMALL, "no room for the counts");
    ok_status(ControlPort(IOCTL_SERIAL_SET_TIMEOUTS, &Small, sizeof(Small), NULL, 0),
              STATUS_BUFFER_TOO_SMALL, "time-outs cut short");
    ok_status(ControlPort(0, NULL, 0, NULL, 0), STATUS_INVALID_DEVICE_REQUEST,
              "an unknown control code");
}

static VOID
SerialTests(VOID)
{
    UNICODE_STRING Name = RTL_CONSTANT_STRING(L"\\Device\\Serial0");

    for (ULONG Index = 0; Index < sizeof(Output); Index++) {
        Output[Index] = (UCHAR)(Index * 7 + Index / 256);
    }
    if (!ok(NT_SUCCESS(IoGetDeviceObjectPointer(&Name, FILE_READ_DATA, &File, &Port)),
            "CON-22 the port of the legacy list started, and opens")) {
        return;
    }
    SetModem(LOOP);
    TestBytes();
    TestWaiting();
    TestOverrun();
    TestRefusals();
    SetModem(NO_LOOP);
    ObDereferenceObject(File);
}

NTSTATUS
NTAPI
DriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath)
{
    return KtapStart(DriverObject, RegistryPath, SerialTests);
}
