/*
 * A device with several messages: e1000e, five vectors of MSI-X of which it was given
 * four. Its test registers send any of them: "other causes" (bit 24 of its cause
 * registers) is directed to one message after the other.
 */
#include "connectex.h"

#define MESSAGES 4

#define CHIP_CAUSE_SET    0x0C8
#define CHIP_CAUSE_READ   0x0C0
#define CHIP_MASK_SET     0x0D0
#define CHIP_MASK_CLEAR   0x0D8
#define CHIP_MESSAGES     0x0E4 /* which cause sends which message */
#define CAUSE_OTHER       0x01000000
#define CAUSE_LINK        0x00000004
#define MESSAGES_OTHER(n) (0x00080000u | (ULONG)(n) << 16)

/* Per message, as its ISR saw it. */
typedef struct _MESSAGE_RECORD {
    volatile LONG Calls;
    PKINTERRUPT Interrupt;
    LONG Irql, Processor;
} MESSAGE_RECORD;

static MESSAGE_RECORD Records[MESSAGES];
static PIO_INTERRUPT_MESSAGE_INFO Table;

static BOOLEAN NTAPI
SeveralIsr(PKINTERRUPT Interrupt, PVOID Context, ULONG Message)
{
    MESSAGE_RECORD *Record = &Records[Message];

    DeviceWrite(CHIP_MASK_CLEAR, MAXULONG);
    Record->Interrupt = Interrupt;
    Record->Irql = KeGetCurrentIrql();
    Record->Processor = (LONG)KeGetCurrentProcessorNumberEx(NULL);
    Record->Calls++;
    return Context == &Table;
}

static BOOLEAN NTAPI
FallbackIsr(PKINTERRUPT Interrupt, PVOID Context)
{
    UNREFERENCED_PARAMETER(Interrupt);
    UNREFERENCED_PARAMETER(Context);
    return FALSE;
}

static NTSTATUS
ConnectSeveral(PIO_CONNECT_INTERRUPT_PARAMETERS Connect)
{
    RtlZeroMemory(Connect, sizeof(*Connect));
    Connect->Version = CONNECT_MESSAGE_BASED;
    Connect->MessageBased.PhysicalDeviceObject = Device.Physical;
    Connect->MessageBased.ConnectionContext.InterruptMessageTable = &Table;
    Connect->MessageBased.MessageServiceRoutine = SeveralIsr;
    Connect->MessageBased.ServiceContext = &Table;
    Connect->MessageBased.FallBackServiceRoutine = FallbackIsr;
    return IoConnectInterruptEx(Connect);
}

static VOID
SendMessage(ULONG Message)
{
    DeviceWrite(CHIP_MASK_CLEAR, MAXULONG);
    DeviceRead(CHIP_CAUSE_READ); /* clears what was pending */
    DeviceWrite(CHIP_MESSAGES, MESSAGES_OTHER(Message));
    DeviceWrite(CHIP_MASK_SET, CAUSE_OTHER);
    DeviceWrite(CHIP_CAUSE_SET, CAUSE_OTHER | CAUSE_LINK);
}

/* One entry of the table: against the device's registers, and against what happens. */
static VOID
CheckMessage(ULONG Message)
{
    PIO_INTERRUPT_MESSAGE_INFO_ENTRY Entry = &Table->MessageInfo[Message];
    MESSAGE_RECORD *Record = &Records[Message];
    DIRQL_INTERRUPT_SOURCE Source = {0};
    LONG Calls = 0;

    ok(DirqlQuerySource(Device.Processor, Entry->Vector, &Source) && Source.Message &&
           !Source.Masked,
       "CON-16 MSI-7 a message is let through");
    ok(Entry->MessageAddress.QuadPart == (LONGLONG)Source.MessageAddress &&
           Entry->MessageData == Source.MessageData,
       "CON-22 address and data are what stands in its MSI-X entry");
    ok(Entry->Irql == Entry->Vector >> 4 && Entry->Mode == Latched,
       "CON-22 CON-24 Irql and Mode");
    RtlZeroMemory(Records, sizeof(Records));
    SendMessage(Message);
    ok(KtapAwait(&Record->Calls, 1),
       "MSI-7 CON-16 the device sends it, the ISR is called");
    for (ULONG Index = 0; Index < MESSAGES; Index++) {
        Calls += Records[Index].Calls;
    }
    ok_equal(Calls, 1, "ISR-15 with its number, and for no other");
    ok(Record->Interrupt == Entry->InterruptObject, "CON-22 with its InterruptObject");
    ok((Entry->TargetProcessorSet >> Record->Processor & 1) != 0,
       "CON-22 on the processor the table names");
    ok_equal(Record->Irql, Table->UnifiedIrql, "CON-21 at UnifiedIrql");
}

VOID
TestSeveralMessages(VOID)
{
    IO_CONNECT_INTERRUPT_PARAMETERS Connect;
    IO_DISCONNECT_INTERRUPT_PARAMETERS Disconnect = {.Version = CONNECT_MESSAGE_BASED};
    RECORDER Recorder = {0};
    KIRQL Highest = 0;
    HARDWARE Before;

    ReadHardware(&Before);
    PrepareConnect(&Connect, CONNECT_LINE_BASED, &Recorder);
    ok_status(IoConnectInterruptEx(&Connect), STATUS_INVALID_DEVICE_REQUEST,
              "CON-12 CON-15 LINE_BASED on a device with several messages");
    ok(IsHardwareAs(&Before), "CON-12 nothing is changed");
    if (!ok_status(ConnectSeveral(&Connect), STATUS_SUCCESS,
                   "CON-16 MESSAGE_BASED connects them all")) {
        return;
    }
    ok_equal(Connect.Version, CONNECT_MESSAGE_BASED, "CON-18 Version stays");
    if (ok_equal(Table->MessageCount, MESSAGES,
                 "CON-22 MSI-3 as many as were assigned")) {
        for (ULONG Message = 0; Message < MESSAGES; Message++) {
            Highest = max(Highest, Table->MessageInfo[Message].Irql);
        }
        ok_equal(Table->UnifiedIrql, Highest, "CON-21 CON-17 UnifiedIrql is the highest");
        for (ULONG Message = 0; Message < MESSAGES; Message++) {
            CheckMessage(Message);
        }
    }
    Disconnect.ConnectionContext.InterruptMessageTable = Table;
    IoDisconnectInterruptEx(&Disconnect);
    ok(IsHardwareAs(&Before), "CON-29 disconnected, gates and entries are as before");
}
