/*
 * Connecting, counting and describing the calls of a message service routine.
 */
#include "messages.h"

MESSAGE Messages[MAXIMUM_MESSAGES];
PIO_INTERRUPT_MESSAGE_INFO Table;
static MESSAGE_WORK *Work;

static BOOLEAN NTAPI
MessageIsr(PKINTERRUPT Interrupt, PVOID Context, ULONG Number)
{
    PMESSAGE Message = &Messages[Number % MAXIMUM_MESSAGES];

    Message->Interrupt = Interrupt;
    Message->Irql = KeGetCurrentIrql();
    Message->Processor = (LONG)KeGetCurrentProcessorNumberEx(NULL);
    Message->Strays += Context != Messages || Number >= MAXIMUM_MESSAGES;
    Message->Calls++;
    KeInsertQueueDpc(&Message->Dpc, NULL, NULL);
    return TRUE;
}

/* Messages need no fallback here: its mere presence is what a driver would have. */
static BOOLEAN NTAPI
FallbackIsr(PKINTERRUPT Interrupt, PVOID Context)
{
    UNREFERENCED_PARAMETER(Interrupt);
    UNREFERENCED_PARAMETER(Context);
    return FALSE;
}

static VOID NTAPI
MessageDpc(PKDPC Dpc, PVOID Context, PVOID Argument1, PVOID Argument2)
{
    PMESSAGE Message = Context;

    UNREFERENCED_PARAMETER(Dpc);
    UNREFERENCED_PARAMETER(Argument1);
    UNREFERENCED_PARAMETER(Argument2);
    if (Work != NULL) {
        Work((ULONG)(Message - Messages));
    }
    Message->Dpcs++;
}

NTSTATUS
ConnectMessages(PKSPIN_LOCK Lock, MESSAGE_WORK *WorkRoutine, PULONG Version)
{
    IO_CONNECT_INTERRUPT_PARAMETERS Connect;
    NTSTATUS Status;

    Work = WorkRoutine;
    for (ULONG Number = 0; Number < MAXIMUM_MESSAGES; Number++) {
        KeInitializeDpc(&Messages[Number].Dpc, MessageDpc, &Messages[Number]);
    }
    ForgetCalls();
    RtlZeroMemory(&Connect, sizeof(Connect));
    Connect.Version = CONNECT_MESSAGE_BASED;
    Connect.MessageBased.PhysicalDeviceObject = Pci.Physical;
    Connect.MessageBased.ConnectionContext.InterruptMessageTable = &Table;
    Connect.MessageBased.MessageServiceRoutine = MessageIsr;
    Connect.MessageBased.ServiceContext = Messages;
    Connect.MessageBased.SpinLock = Lock;
    Connect.MessageBased.FallBackServiceRoutine = FallbackIsr;
    Status = IoConnectInterruptEx(&Connect);
    *Version = Connect.Version;
    return Status;
}

VOID
DisconnectMessages(VOID)
{
    IO_DISCONNECT_INTERRUPT_PARAMETERS Disconnect;

    RtlZeroMemory(&Disconnect, sizeof(Disconnect));
    Disconnect.Version = CONNECT_MESSAGE_BASED;
    Disconnect.ConnectionContext.InterruptMessageTable = Table;
    IoDisconnectInterruptEx(&Disconnect);
    KeFlushQueuedDpcs();
    Table = NULL;
}

VOID
ReportMessages(BOOLEAN Active)
{
    IO_REPORT_INTERRUPT_ACTIVE_STATE_PARAMETERS Report;

    RtlZeroMemory(&Report, sizeof(Report));
    Report.Version = CONNECT_MESSAGE_BASED;
    Report.ConnectionContext.InterruptMessageTable = Table;
    if (Active) {
        IoReportInterruptActive(&Report);
    } else {
        IoReportInterruptInactive(&Report);
    }
}

VOID
ForgetCalls(VOID)
{
    for (ULONG Number = 0; Number < MAXIMUM_MESSAGES; Number++) {
        Messages[Number].Calls = 0;
        Messages[Number].Dpcs = 0;
        Messages[Number].Strays = 0;
    }
}

LONG
CountCalls(VOID)
{
    LONG Calls = 0;

    for (ULONG Number = 0; Number < MAXIMUM_MESSAGES; Number++) {
        Calls += Messages[Number].Calls;
    }
    return Calls;
}

/* Whether the last call was with the object, at the level and where the table says. */
static BOOLEAN
WasAsTableSays(ULONG Number)
{
    PIO_INTERRUPT_MESSAGE_INFO_ENTRY Entry = &Table->MessageInfo[Number];
    PMESSAGE Message = &Messages[Number];

    return Message->Strays == 0 && Message->Interrupt == Entry->InterruptObject &&
           Message->Irql == Table->UnifiedIrql &&
           (Entry->TargetProcessorSet >> Message->Processor & 1) != 0;
}

BOOLEAN
WereCalled(ULONG First, ULONG Last, LONG Times)
{
    BOOLEAN Right = TRUE;

    for (ULONG Number = 0; Number < MAXIMUM_MESSAGES; Number++) {
        LONG Expected = Number >= First && Number <= Last ? Times : 0;
        PMESSAGE Message = &Messages[Number];

        if (Message->Calls != Expected || (Expected != 0 && !WasAsTableSays(Number))) {
            DbgPrint("# message %u: %d calls for %d, %d strays, IRQL %d, processor %d\n",
                     Number, Message->Calls, Expected, Message->Strays, Message->Irql,
                     Message->Processor);
            Right = FALSE;
        }
    }
    return Right;
}
