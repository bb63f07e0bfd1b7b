/*
 * The network adapter, which has many requests at once. QEMU's user network answers ARP.
 */
#include <initguid.h>

#include "paused.h"

#include <frameinterface.h>
#include <ntddndis.h>

#define FRAME_LENGTH 60
#define FRAME_TYPE   12
#define ARP_REPLY    21 /* the operation's low byte: 2 */

static REQUEST Before, Read, Write, Link, Cancelled;

/* An ARP request of 10.0.2.15 for 10.0.2.2. */
static const UCHAR ArpRequest[FRAME_LENGTH] = {
    0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x52, 0x54, 0x00, 0x12, 0x34, 0x56, 0x08, 0x06,
    0x00, 0x01, 0x08, 0x00, 0x06, 0x04, 0x00, 0x01, 0x52, 0x54, 0x00, 0x12, 0x34, 0x56,
    10,   0,    2,    15,   0,    0,    0,    0,    0,    0,    10,   0,    2,    2};

static VOID
SendAll(PFILTER Filter)
{
    SendTransfer(Filter, &Read, IRP_MJ_READ, sizeof(Read.Data));
    RtlCopyMemory(Write.Data, ArpRequest, sizeof(ArpRequest));
    SendTransfer(Filter, &Write, IRP_MJ_WRITE, FRAME_LENGTH);
    SendControl(Filter, &Link, IOCTL_NDIS_QUERY_GLOBAL_STATS,
                OID_GEN_MEDIA_CONNECT_STATUS, sizeof(ULONG));
}

static BOOLEAN
AllWait(VOID)
{
    return IsWaiting(&Read) && IsWaiting(&Write) && IsWaiting(&Link);
}

static VOID
WhileStopped(PFILTER Filter)
{
    SendTransfer(Filter, &Cancelled, IRP_MJ_READ, sizeof(Cancelled.Data));
    SendAll(Filter);
    KtapSleep(20);
    ok(IsWaiting(&Before) && IsWaiting(&Cancelled) && AllWait(),
       "PNP reads, writes and questions wait while the adapter is stopped");
    ok(IoCancelIrp(Cancelled.Irp), "IRP-11 one that waits can be cancelled");
    ok_status(Outcome(&Cancelled), STATUS_CANCELLED, "IRP-11 and is");
}

static BOOLEAN
IsReply(PREQUEST Request)
{
    return Request->Data[FRAME_TYPE] == 0x08 && Request->Data[FRAME_TYPE + 1] == 0x06 &&
           Request->Data[ARP_REPLY] == 2;
}

VOID
TestAdapter(VOID)
{
    SendTransfer(&Adapter, &Before, IRP_MJ_READ, sizeof(Before.Data));
    Restart(&Adapter, WhileStopped);
    ok_equal(Adapter.Stops, 1, "PNP the adapter was stopped");
    ok_equal(Adapter.Starts, 2, "PNP and started");
    ok_status(Outcome(&Link), STATUS_SUCCESS, "PNP a question is answered then,");
    ok_equal(*(PULONG)Link.Data, NdisMediaStateConnected, "PNP and rightly");
    ok_status(Outcome(&Write), STATUS_SUCCESS, "PNP a frame is sent");
    ok_equal(Write.Result.Information, FRAME_LENGTH, "PNP as a whole");
    ok_status(Outcome(&Before), STATUS_SUCCESS, "PNP its answer is for the first reader");
    ok(IsReply(&Before), "PNP who had waited before the stop");
    ok(IsWaiting(&Read), "PNP while the second still waits,");
    RtlCopyMemory(Write.Data, ArpRequest, sizeof(ArpRequest));
    SendTransfer(&Adapter, &Write, IRP_MJ_WRITE, FRAME_LENGTH);
    ok_status(Outcome(&Read), STATUS_SUCCESS, "PNP for the next");
    ok(IsReply(&Read), "PNP answer");
    Outcome(&Write);
}

static volatile LONG Received; /* ARP replies that Receive was given */

static ULONG NTAPI
Receive(PVOID ReceiveContext, PUCHAR Frame, ULONG Length)
{
    UNREFERENCED_PARAMETER(ReceiveContext);
    if (Length > ARP_REPLY && Frame[FRAME_TYPE + 1] == 0x06 && Frame[ARP_REPLY] == 2) {
        InterlockedIncrement(&Received);
    }
    return 0;
}

static NTSTATUS
QueryInterface(PFRAME_INTERFACE Interface)
{
    PIO_STACK_LOCATION Stack;

    KeInitializeEvent(&Link.Done, NotificationEvent, FALSE);
    Link.Irp = IoBuildSynchronousFsdRequest(IRP_MJ_PNP, Adapter.Lower, NULL, 0, NULL,
                                            &Link.Done, &Link.Result);
    if (Link.Irp == NULL) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    Link.Irp->IoStatus.Status = STATUS_NOT_SUPPORTED;
    Stack = IoGetNextIrpStackLocation(Link.Irp);
    Stack->MinorFunction = IRP_MN_QUERY_INTERFACE;
    Stack->Parameters.QueryInterface.InterfaceType = &GUID_FRAME_INTERFACE;
    Stack->Parameters.QueryInterface.Size = sizeof(*Interface);
    Stack->Parameters.QueryInterface.Version = FRAME_INTERFACE_VERSION;
    Stack->Parameters.QueryInterface.Interface = (PINTERFACE)Interface;
    Link.Returned = IoCallDriver(Adapter.Lower, Link.Irp);
    return Outcome(&Link);
}

/* Who is called with each frame is called again after a stop, without having to ask. */
VOID
TestReceiver(VOID)
{
    FRAME_INTERFACE Interface;

    ok_status(QueryInterface(&Interface), STATUS_SUCCESS, "the adapter's interface");
    ok_status(Interface.SetReceiver(Interface.Context, Receive, NULL), STATUS_SUCCESS,
              "with a receiver");
    Restart(&Adapter, NULL);
    ok_equal(Adapter.Starts, 3, "PNP the adapter is stopped and started");
    RtlCopyMemory(Write.Data, ArpRequest, sizeof(ArpRequest));
    SendTransfer(&Adapter, &Write, IRP_MJ_WRITE, FRAME_LENGTH);
    ok_status(Outcome(&Write), STATUS_SUCCESS, "PNP a frame is sent then,");
    ok(KtapAwait(&Received, 1), "PNP and its answer comes to the receiver");
    ok_status(Interface.SetReceiver(Interface.Context, NULL, NULL), STATUS_SUCCESS,
              "who leaves");
}

static VOID
WhileLost(PFILTER Filter)
{
    SendAll(Filter);
    ok(AllWait(), "PNP requests wait for the start");
}

VOID
TestAdapterLost(VOID)
{
    DbgPrint("# expect line ^io: PCI .* does not start with other resources\n");
    Adapter.FailStart = TRUE;
    Restart(&Adapter, WhileLost);
    ok_status(Outcome(&Read), STATUS_DEVICE_REMOVED, "PNP which fails: the reads end,");
    ok_status(Outcome(&Write), STATUS_DEVICE_REMOVED, "PNP the writes");
    ok_status(Outcome(&Link), STATUS_DEVICE_REMOVED, "PNP and the questions");
}
