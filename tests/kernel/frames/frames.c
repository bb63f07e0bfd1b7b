/*
 * frames: the interface through which a network driver calls a client with each frame, and
 * the same adapter's read requests before and after. The other side is QEMU's user network,
 * which answers ARP.
 */
#include <initguid.h>

#include "../ktap.h"

#include <frameinterface.h>

#define FRAME_LENGTH 60
#define FRAME_ROOM   2048
#define FRAME_TYPE   12
#define ARP_REPLY    21 /* the operation's low byte: 2 */
#define MANY         100
#define LIMIT        3000 /* milliseconds */

DRIVER_INITIALIZE DriverEntry;
static FRAME_RECEIVE_ROUTINE Receive;
static FRAME_RECEIVE_ROUTINE ReceiveElsewhere;

static PDEVICE_OBJECT Adapter;
static FRAME_INTERFACE Interface;
static UCHAR Frame[FRAME_ROOM];
static volatile LONG Replies;      /* interlocked; ARP replies that Receive was given */
static volatile LONG OtherReplies; /* ReceiveElsewhere */
static volatile LONG WrongLevel, WrongContext, Inside, Nested;
static volatile ULONG
    Answer; /* bytes that Receive sends back of a reply; the next only */

/* An ARP request of 10.0.2.15 for 10.0.2.2. */
static const UCHAR ArpRequest[FRAME_LENGTH] = {
    0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x52, 0x54, 0x00, 0x12, 0x34, 0x56, 0x08, 0x06,
    0x00, 0x01, 0x08, 0x00, 0x06, 0x04, 0x00, 0x01, 0x52, 0x54, 0x00, 0x12, 0x34, 0x56,
    10,   0,    2,    15,   0,    0,    0,    0,    0,    0,    10,   0,    2,    2};

static BOOLEAN
IsArpReply(const UCHAR *Bytes, ULONG Length)
{
    return Length > ARP_REPLY && Bytes[FRAME_TYPE] == 0x08 &&
           Bytes[FRAME_TYPE + 1] == 0x06 && Bytes[ARP_REPLY] == 2;
}

/* Counts; turns a reply into the next request when asked to. */
static ULONG NTAPI
Receive(PVOID ReceiveContext, PUCHAR Bytes, ULONG Length)
{
    ULONG Result = 0;

    if (InterlockedIncrement(&Inside) != 1) {
        InterlockedIncrement(&Nested);
    }
    WrongLevel += KeGetCurrentIrql() != DISPATCH_LEVEL;
    WrongContext += ReceiveContext != Frame;
    if (IsArpReply(Bytes, Length)) {
        InterlockedIncrement(&Replies);
        if (Answer != 0) {
            RtlCopyMemory(Bytes, ArpRequest, sizeof(ArpRequest));
            Result = Answer;
            Answer = 0;
        }
    }
    InterlockedDecrement(&Inside);
    return Result;
}

static ULONG NTAPI
ReceiveElsewhere(PVOID ReceiveContext, PUCHAR Bytes, ULONG Length)
{
    UNREFERENCED_PARAMETER(ReceiveContext);
    if (IsArpReply(Bytes, Length)) {
        InterlockedIncrement(&OtherReplies);
    }
    return 0;
}

static NTSTATUS
QueryInterface(USHORT Size, USHORT Version, const GUID *Type)
{
    IO_STATUS_BLOCK IoStatus;
    PIO_STACK_LOCATION Stack;
    KEVENT Done;
    NTSTATUS Status;
    PIRP Irp;

    KeInitializeEvent(&Done, NotificationEvent, FALSE);
    Irp = IoBuildSynchronousFsdRequest(IRP_MJ_PNP, Adapter, NULL, 0, NULL, &Done,
                                       &IoStatus);
    if (Irp == NULL) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    Irp->IoStatus.Status = STATUS_NOT_SUPPORTED;
    Stack = IoGetNextIrpStackLocation(Irp);
    Stack->MinorFunction = IRP_MN_QUERY_INTERFACE;
    Stack->Parameters.QueryInterface.InterfaceType = Type;
    Stack->Parameters.QueryInterface.Size = Size;
    Stack->Parameters.QueryInterface.Version = Version;
    Stack->Parameters.QueryInterface.Interface = (PINTERFACE)&Interface;
    Status = IoCallDriver(Adapter, Irp);
    if (Status == STATUS_PENDING) {
        KeWaitForSingleObject(&Done, Executive, KernelMode, FALSE, NULL);
        Status = IoStatus.Status;
    }
    return Status;
}

/* A read or a write that is waited for. Returns its bytes, 0 if it failed. */
static ULONG
Transfer(ULONG MajorFunction, PVOID Bytes, ULONG Length)
{
    LARGE_INTEGER Nowhere = {.QuadPart = 0};
    IO_STATUS_BLOCK IoStatus = {0};
    KEVENT Done;
    NTSTATUS Status;
    PIRP Irp;

    KeInitializeEvent(&Done, NotificationEvent, FALSE);
    Irp = IoBuildSynchronousFsdRequest(MajorFunction, Adapter, Bytes, Length, &Nowhere,
                                       &Done, &IoStatus);
    if (Irp == NULL) {
        return 0;
    }
    Status = IoCallDriver(Adapter, Irp);
    if (Status == STATUS_PENDING) {
        KeWaitForSingleObject(&Done, Executive, KernelMode, FALSE, NULL);
        Status = IoStatus.Status;
    }
    return NT_SUCCESS(Status) ? (ULONG)IoStatus.Information : 0;
}

static ULONG
SendRequest(VOID)
{
    UCHAR Bytes[FRAME_LENGTH];

    RtlCopyMemory(Bytes, ArpRequest, sizeof(Bytes));
    return Transfer(IRP_MJ_WRITE, Bytes, sizeof(Bytes));
}

/* Whether *Count gets to Wanted in time. */
static BOOLEAN
Reaches(volatile LONG *Count, LONG Wanted)
{
    LARGE_INTEGER Millisecond = KtapMilliseconds(1);

    for (ULONG Turn = 0; *Count < Wanted && Turn < LIMIT; Turn++) {
        KeDelayExecutionThread(KernelMode, FALSE, &Millisecond);
    }
    return *Count == Wanted;
}

static VOID
TestQuery(VOID)
{
    static const GUID Other = {0};

    ok_status(QueryInterface(sizeof(Interface), FRAME_INTERFACE_VERSION, &Other),
              STATUS_NOT_SUPPORTED, "an interface of another name is not known");
    ok_status(QueryInterface(sizeof(Interface), 99, &GUID_FRAME_INTERFACE),
              STATUS_NOT_SUPPORTED, "nor is another version");
    ok_status(QueryInterface(sizeof(Interface) - 1, FRAME_INTERFACE_VERSION,
                             &GUID_FRAME_INTERFACE),
              STATUS_BUFFER_TOO_SMALL, "no room for the interface");
    ok_status(
        QueryInterface(sizeof(Interface), FRAME_INTERFACE_VERSION, &GUID_FRAME_INTERFACE),
        STATUS_SUCCESS, "the interface is there");
    ok(Interface.Size == sizeof(Interface) && Interface.SetReceiver != NULL,
       "and filled in");
}

static VOID
TestReceiver(VOID)
{
    PVOID Context = Interface.Context;

    ok_status(Interface.SetReceiver(Context, Receive, Frame), STATUS_SUCCESS,
              "a receiver is set");
    ok_status(Interface.SetReceiver(Context, ReceiveElsewhere, NULL), STATUS_DEVICE_BUSY,
              "another one is refused meanwhile");
    for (ULONG Turn = 0; Turn < MANY; Turn++) {
        SendRequest();
    }
    ok(Reaches(&Replies, MANY), "each frame comes to it once");
    Answer = FRAME_LENGTH;
    SendRequest();
    ok(Reaches(&Replies, MANY + 2), "its answer is sent, and answered");
    Answer = 10;
    SendRequest();
    ok(Reaches(&Replies, MANY + 3), "an answer that is no frame is not sent");
    Answer = 1515;
    SendRequest();
    ok(Reaches(&Replies, MANY + 4), "nor is one that is too long");
    ok(OtherReplies == 0, "nothing came to the one that was refused");
    ok(WrongLevel == 0 && WrongContext == 0 && Nested == 0,
       "it is called at DISPATCH_LEVEL, with its context, one frame at a time");
}

static VOID
TestReads(VOID)
{
    ok_status(Interface.SetReceiver(Interface.Context, NULL, NULL), STATUS_SUCCESS,
              "no receiver any more");
    SendRequest();
    ok(IsArpReply(Frame, Transfer(IRP_MJ_READ, Frame, sizeof(Frame))),
       "frames go to read requests again");
    ok(Replies == MANY + 4, "and not to the receiver");
    ok_status(Interface.SetReceiver(Interface.Context, ReceiveElsewhere, NULL),
              STATUS_SUCCESS, "now another one is welcome");
    SendRequest();
    ok(Reaches(&OtherReplies, 1), "and gets what comes");
    ok_status(Interface.SetReceiver(Interface.Context, NULL, NULL), STATUS_SUCCESS,
              "and leaves");
}

static VOID
RunTests(VOID)
{
    UNICODE_STRING Name = RTL_CONSTANT_STRING(L"\\Device\\E1000_0");
    PFILE_OBJECT File;
    NTSTATUS Status = IoGetDeviceObjectPointer(&Name, FILE_READ_DATA | FILE_WRITE_DATA,
                                               &File, &Adapter);

    ok_status(Status, STATUS_SUCCESS, "the adapter is opened");
    if (NT_SUCCESS(Status)) {
        TestQuery();
        TestReceiver();
        TestReads();
        ObDereferenceObject(File);
    }
}

NTSTATUS
NTAPI
DriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath)
{
    return KtapStart(DriverObject, RegistryPath, RunTests);
}
