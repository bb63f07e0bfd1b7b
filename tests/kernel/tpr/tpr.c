/*
 * tpr: which interrupts a level lets through. Sixteen levels by every vector: delivered at
 * once when the vector's class is above the level; else once, when the level is lowered.
 *
 * edu raises its line on each processor in turn (cpu=all). For the other vectors there is
 * a device with 32 messages (case=vectors), several in each class that devices can get; its
 * vectors are sent by the local APIC, to the processor that does it.
 */
#include <device.h>

#define MESSAGES 32
#define LEVELS   16
#define PATIENCE 200 /* microseconds in which what should not come has to come */

#define LOCAL_APIC        0xFEE00000
#define LOCAL_APIC_SPACE  0x1000
#define APIC_COMMAND_LOW  0x300
#define APIC_COMMAND_SELF 0x44000 /* to this processor, fixed, asserted */

DRIVER_INITIALIZE DriverEntry;

/* How often the ISR had been called at each point of one raise. */
typedef struct _DELIVERY {
    LONG Raised;  /* the level still up */
    LONG Lowered; /* just after it was lowered */
    LONG Later;
} DELIVERY;

typedef VOID SEND(ULONG Vector);

static PUCHAR LocalApic; /* each processor reaches its own there */
static volatile LONG Calls;

static VOID
SendVector(ULONG Vector)
{
    WRITE_REGISTER_ULONG((PULONG)(LocalApic + APIC_COMMAND_LOW),
                         APIC_COMMAND_SELF | Vector);
}

static VOID
RaiseDevice(ULONG Vector)
{
    UNREFERENCED_PARAMETER(Vector);
    DeviceWrite(EDU_RAISE, 1);
}

static BOOLEAN NTAPI
CountLine(PKINTERRUPT Interrupt, PVOID Context)
{
    UNREFERENCED_PARAMETER(Interrupt);
    UNREFERENCED_PARAMETER(Context);
    DeviceWrite(EDU_ACKNOWLEDGE, MAXULONG);
    Calls++;
    return TRUE;
}

static BOOLEAN NTAPI
CountMessage(PKINTERRUPT Interrupt, PVOID Context, ULONG Message)
{
    UNREFERENCED_PARAMETER(Interrupt);
    UNREFERENCED_PARAMETER(Context);
    UNREFERENCED_PARAMETER(Message);
    Calls++;
    return FALSE; /* a latched chain would ask again */
}

/* One cell of the matrix, on the processor this thread is on. */
static DELIVERY
Deliver(ULONG Vector, KIRQL Level, SEND *Send)
{
    DELIVERY Delivery;
    KIRQL Old;

    Calls = 0;
    KeRaiseIrql(Level, &Old);
    Send(Vector);
    if (Vector >> 4 > Level) {
        KtapSpinUntil(&Calls, 1);
    } else {
        KeStallExecutionProcessor(PATIENCE);
    }
    Delivery.Raised = Calls;
    KeLowerIrql(Old);
    KtapSpinUntil(&Calls, 1);
    Delivery.Lowered = Calls;
    KeStallExecutionProcessor(PATIENCE);
    Delivery.Later = Calls;
    return Delivery;
}

/* All levels for one vector; the four kinds of cells that are not as they should be. */
typedef struct _MATRIX {
    ULONG Early, Held, Missing, Repeated;
} MATRIX;

static VOID
DeliverAtAllLevels(ULONG Vector, SEND *Send, MATRIX *Matrix)
{
    for (KIRQL Level = 0; Level < LEVELS; Level++) {
        BOOLEAN Passes = Vector >> 4 > Level;
        DELIVERY Delivery = Deliver(Vector, Level, Send);

        Matrix->Early += !Passes && Delivery.Raised != 0;
        Matrix->Held += Passes && Delivery.Raised == 0;
        Matrix->Missing += Delivery.Lowered == 0;
        Matrix->Repeated += Delivery.Later > 1;
    }
}

static VOID
CheckMatrix(const MATRIX *Matrix)
{
    ok_equal(Matrix->Early, 0, "IRQL-7 at its class and above nothing is delivered");
    ok_equal(Matrix->Held, 0, "IRQL-7 below its class it is delivered at once");
    ok_equal(Matrix->Missing, 0, "IRQL-7 IRQL-19 what had to wait comes on lowering");
    ok_equal(Matrix->Repeated, 0, "IRQL-7 and comes once");
}

static VOID
TestLine(ULONG Number)
{
    PKINTERRUPT Object;
    MATRIX Matrix = {0};
    NTSTATUS Status;

    Status =
        IoConnectInterrupt(&Object, CountLine, NULL, NULL, Device.Vector, Device.Irql,
                           Device.Irql, Device.Mode, TRUE, (KAFFINITY)1 << Number, FALSE);
    if (ok_status(Status, STATUS_SUCCESS, "CON-1 the line is sent to one processor")) {
        KeSetSystemAffinityThread((KAFFINITY)1 << Number);
        DeliverAtAllLevels(Device.Vector, RaiseDevice, &Matrix);
        KeRevertToUserAffinityThread();
        CheckMatrix(&Matrix);
        IoDisconnectInterrupt(Object);
    }
}

/* Bit n: some message has a vector of class n. */
static ULONG
QueryClasses(PIO_INTERRUPT_MESSAGE_INFO Table)
{
    ULONG Classes = 0;

    for (ULONG Message = 0; Message < Table->MessageCount; Message++) {
        Classes |= 1u << (Table->MessageInfo[Message].Vector >> 4);
    }
    return Classes;
}

static VOID
TestVectors(VOID)
{
    static PIO_INTERRUPT_MESSAGE_INFO Table;
    PHYSICAL_ADDRESS Address = {.QuadPart = LOCAL_APIC};
    IO_CONNECT_INTERRUPT_PARAMETERS Connect = {.Version = CONNECT_MESSAGE_BASED};
    IO_DISCONNECT_INTERRUPT_PARAMETERS Disconnect = {.Version = CONNECT_MESSAGE_BASED};
    MATRIX Matrix = {0};

    Connect.MessageBased.PhysicalDeviceObject = Device.Physical;
    Connect.MessageBased.ConnectionContext.InterruptMessageTable = &Table;
    Connect.MessageBased.MessageServiceRoutine = CountMessage;
    if (!ok_status(IoConnectInterruptEx(&Connect), STATUS_SUCCESS,
                   "CON-16 32 messages are connected")) {
        return;
    }
    ok_equal(Table->MessageCount, MESSAGES, "MSI-3 all of them");
    ok_equal(QueryClasses(Table), 0x0FF8, "IRQL-4 in every class from 3 to 11");
    LocalApic = MmMapIoSpace(Address, LOCAL_APIC_SPACE, MmNonCached);
    KeSetSystemAffinityThread(Device.Affinity);
    for (ULONG Message = 0; Message < Table->MessageCount; Message++) {
        DeliverAtAllLevels(Table->MessageInfo[Message].Vector, SendVector, &Matrix);
    }
    KeRevertToUserAffinityThread();
    CheckMatrix(&Matrix);
    MmUnmapIoSpace(LocalApic, LOCAL_APIC_SPACE);
    Disconnect.ConnectionContext.InterruptMessageTable = Table;
    IoDisconnectInterruptEx(&Disconnect);
}

static VOID
TprTests(VOID)
{
    if (IsCase(L"vectors")) {
        TestVectors();
        return;
    }
    for (ULONG Number = 0; Number < KeQueryActiveProcessorCount(NULL); Number++) {
        TestLine(Number);
    }
}

NTSTATUS
NTAPI
DriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath)
{
    return StartSuite(DriverObject, RegistryPath, TprTests);
}
