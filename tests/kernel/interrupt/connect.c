/*
 * Connecting: the documented statuses, and what a connected object and its gate look
 * like.
 */
#include "interrupt.h"

#define KOBJECT_INTERRUPT 22

VOID
TestConnect(VOID)
{
    PKINTERRUPT Object = (PKINTERRUPT)(ULONG_PTR)KTAP_POISON;
    NTSTATUS Status;

    ok_equal(Device.Irql, Device.Vector >> 4,
             "IRQL-4 CON-4 the assigned level is Vector >> 4");
    ok(Device.Shared && Device.Mode == LevelSensitive,
       "CON-24 a PCI line is shared, by level");
    ok((Device.Assigned & KeQueryActiveProcessors()) != 0,
       "AFF-4 the assigned affinity has an active processor");
    Status = IoConnectInterrupt(&Object, LineIsr, NULL, NULL, Device.Vector, Device.Irql,
                                Device.Irql, Device.Mode, Device.Shared, 0, FALSE);
    ok_status(Status, STATUS_INVALID_PARAMETER, "CON-2 no processor is refused");
    ok(Object == NULL, "CON-9 the object of a failed connect is NULL");
    Status = IoConnectInterrupt(&Object, LineIsr, NULL, NULL, Device.Vector, Device.Irql,
                                Device.Irql, Device.Mode, Device.Shared,
                                (KAFFINITY)1 << 63, FALSE);
    ok_status(Status, STATUS_INVALID_PARAMETER,
              "CON-3 a processor that is not up is no processor");
    Status = IoConnectInterrupt(&Object, LineIsr, NULL, NULL, Device.Vector, Device.Irql,
                                (KIRQL)(Device.Irql - 1), Device.Mode, Device.Shared,
                                Device.Affinity, FALSE);
    ok_status(Status, STATUS_INVALID_PARAMETER,
              "KCI-3 CON-2 SynchronizeIrql below Irql is refused");
}

static VOID
PrepareFully(PIO_CONNECT_INTERRUPT_PARAMETERS Connect, PLINE_ISR Isr)
{
    RtlZeroMemory(Connect, sizeof(*Connect));
    Connect->Version = CONNECT_FULLY_SPECIFIED;
    Connect->FullySpecified.PhysicalDeviceObject = Device.Physical;
    Connect->FullySpecified.InterruptObject = &Isr->Object;
    Connect->FullySpecified.ServiceRoutine = LineIsr;
    Connect->FullySpecified.ServiceContext = Isr;
    Connect->FullySpecified.Vector = Device.Vector;
    Connect->FullySpecified.Irql = Device.Irql;
    Connect->FullySpecified.SynchronizeIrql = Device.Irql;
    Connect->FullySpecified.InterruptMode = Device.Mode;
    Connect->FullySpecified.ShareVector = Device.Shared;
    Connect->FullySpecified.ProcessorEnableMask = Device.Affinity;
}

static VOID
Disconnect(ULONG Version, PKINTERRUPT Object)
{
    IO_DISCONNECT_INTERRUPT_PARAMETERS Disconnect;

    RtlZeroMemory(&Disconnect, sizeof(Disconnect));
    Disconnect.Version = Version;
    Disconnect.ConnectionContext.InterruptObject = Object;
    IoDisconnectInterruptEx(&Disconnect);
}

static VOID
TestErrors(VOID)
{
    IO_CONNECT_INTERRUPT_PARAMETERS Connect;
    LINE_ISR Isr = {.Claims = TRUE};

    PrepareFully(&Connect, &Isr);
    Connect.Version = 0;
    ok_status(IoConnectInterruptEx(&Connect), STATUS_INVALID_PARAMETER_1,
              "CON-12 version 0 is none");
    Connect.Version = 99;
    ok_status(IoConnectInterruptEx(&Connect), STATUS_INVALID_PARAMETER_1,
              "CON-12 version 99 is none");
    PrepareFully(&Connect, &Isr);
    Connect.FullySpecified.PhysicalDeviceObject = NULL;
    ok_status(IoConnectInterruptEx(&Connect), STATUS_INVALID_PARAMETER,
              "CON-12 no device object");
    PrepareFully(&Connect, &Isr);
    Connect.FullySpecified.ProcessorEnableMask = 0;
    ok_status(IoConnectInterruptEx(&Connect), STATUS_INVALID_PARAMETER_10,
              "CON-12 no processor");
    PrepareFully(&Connect, &Isr);
    Connect.FullySpecified.Vector ^= 1;
    ok_status(IoConnectInterruptEx(&Connect), STATUS_NOT_FOUND,
              "CON-12 a vector that is not the device's");
    PrepareFully(&Connect, &Isr);
    Connect.Version = CONNECT_FULLY_SPECIFIED_GROUP;
    Connect.FullySpecified.Group = 1;
    ok(!NT_SUCCESS(IoConnectInterruptEx(&Connect)), "CON-14 version 4 looks at Group");
    PrepareFully(&Connect, &Isr);
    Connect.FullySpecified.Group = 1;
    if (ok_status(IoConnectInterruptEx(&Connect), STATUS_SUCCESS,
                  "CON-14 version 1 ignores Group")) {
        Disconnect(CONNECT_FULLY_SPECIFIED, Isr.Object);
    }
}

static VOID
TestLineBased(VOID)
{
    IO_CONNECT_INTERRUPT_PARAMETERS Connect;
    LINE_ISR Isr = {.Claims = TRUE};

    RtlZeroMemory(&Connect, sizeof(Connect));
    Connect.Version = CONNECT_LINE_BASED;
    Connect.LineBased.PhysicalDeviceObject = Device.Physical;
    Connect.LineBased.InterruptObject = &Isr.Object;
    Connect.LineBased.ServiceRoutine = LineIsr;
    Connect.LineBased.ServiceContext = &Isr;
    if (ok_status(IoConnectInterruptEx(&Connect), STATUS_SUCCESS,
                  "CON-15 LINE_BASED finds the line itself")) {
        ok(RaiseLine(&Isr), "CON-15 its ISR is called");
        ok((Device.Assigned >> Isr.Processor & 1) != 0,
           "CON-15 AFF-4 on a processor of the assigned affinity");
        ok_equal(Isr.Irql, Device.Irql,
                 "CON-17 SynchronizeIrql 0 means the line's level");
        Disconnect(CONNECT_LINE_BASED, Isr.Object);
    }
}

static BOOLEAN NTAPI
MessageIsr(PKINTERRUPT Interrupt, PVOID Context, ULONG Message)
{
    UNREFERENCED_PARAMETER(Interrupt);
    UNREFERENCED_PARAMETER(Context);
    UNREFERENCED_PARAMETER(Message);
    return FALSE;
}

/* The device was given no messages: only the fallback is left. */
static VOID
TestMessageBased(VOID)
{
    IO_CONNECT_INTERRUPT_PARAMETERS Connect;
    LINE_ISR Isr = {.Claims = TRUE};

    RtlZeroMemory(&Connect, sizeof(Connect));
    Connect.Version = CONNECT_MESSAGE_BASED;
    Connect.MessageBased.PhysicalDeviceObject = Device.Physical;
    Connect.MessageBased.ConnectionContext.InterruptObject = &Isr.Object;
    Connect.MessageBased.MessageServiceRoutine = MessageIsr;
    Connect.MessageBased.ServiceContext = &Isr;
    ok_status(IoConnectInterruptEx(&Connect), STATUS_NOT_FOUND,
              "CON-20 messages only, of a device that has none");
    Connect.Version = CONNECT_MESSAGE_BASED;
    Connect.MessageBased.FallBackServiceRoutine = LineIsr;
    if (ok_status(IoConnectInterruptEx(&Connect), STATUS_SUCCESS,
                  "CON-20 the fallback ISR is connected instead")) {
        ok_equal(Connect.Version, CONNECT_LINE_BASED, "CON-18 Version says so");
        ok(RaiseLine(&Isr) && Isr.Interrupt == Isr.Object,
           "CON-18 the context is a KINTERRUPT pointer, and its ISR is called");
        Disconnect(Connect.Version, Isr.Object);
    }
}

VOID
TestConnectEx(VOID)
{
    TestErrors();
    TestLineBased();
    TestMessageBased();
}

#pragma pack(push, 1)
typedef struct _DESCRIPTOR_TABLE {
    USHORT Limit;
    ULONG64 Base;
} DESCRIPTOR_TABLE;

typedef struct _GATE {
    USHORT OffsetLow;
    USHORT Selector;
    USHORT Attributes;
    USHORT OffsetMiddle;
    ULONG OffsetHigh;
    ULONG Reserved;
} GATE;
#pragma pack(pop)

static ULONG64
GateTarget(ULONG Vector)
{
    DESCRIPTOR_TABLE Table;
    GATE *Gate;

    __asm__ __volatile__("sidt %0" : "=m"(Table));
    Gate = (GATE *)Table.Base + Vector;
    return (ULONG64)Gate->OffsetHigh << 32 | (ULONG64)Gate->OffsetMiddle << 16 |
           Gate->OffsetLow;
}

/* Eight bytes that push the vector, and eight further the next one's. */
static BOOLEAN
IsThunk(ULONG64 Target, ULONG Vector)
{
    const UCHAR *Code = (const UCHAR *)(ULONG_PTR)Target;

    return Code[0] == 0x6A && Code[1] == (UCHAR)Vector && Code[8] == 0x6A &&
           Code[9] == (UCHAR)(Vector + 1);
}

/* The object's own code (5.2 to 6.3), or a thunk of eight bytes for each vector (10.0). */
VOID
TestGate(VOID)
{
    LINE_ISR Isr = {.Claims = TRUE};
    USHORT *Header;
    ULONG64 Target, Offset;

    MoveToLine();
    if (ok_status(ConnectLine(&Isr, Device.Irql), STATUS_SUCCESS,
                  "CON-2 a line connects")) {
        Header = (USHORT *)Isr.Object;
        ok_equal(Header[0], KOBJECT_INTERRUPT, "KINT-1 the object's type is 22");
        Offset = (Header[1] == 0x80) ? 0x70 : 0x90;
        Target = GateTarget(Device.Vector);
        ok(Target == (ULONG64)(ULONG_PTR)Isr.Object + Offset ||
               (Header[1] >= 0x100 && IsThunk(Target, Device.Vector)),
           "KINT-8 KINT-9 the gate leads into the object, or to a thunk");
        DisconnectLine(&Isr);
    }
    KeRevertToUserAffinityThread();
}
