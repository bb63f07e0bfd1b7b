/*
 * exhaust: five functions that each ask for 32 messages, on one processor, which has nine
 * classes of sixteen vectors for all its devices, less the two 8259 ghosts. Four get what
 * they ask; the last gets what the system falls back to. Everything that was given can be
 * connected at the same time, and leaves nothing behind.
 */
#include "devices.h"

#include <dirqltest.h>

DRIVER_INITIALIZE DriverEntry;

#define LOWEST_VECTOR  0x30
#define HIGHEST_VECTOR 0xBF
#define GHOST_1        0x37
#define GHOST_2        0x3F
#define VECTORS        0x100

static BOOLEAN NTAPI
CountLine(PKINTERRUPT Interrupt, PVOID Context)
{
    PMESSAGE_DEVICE Device = Context;

    UNREFERENCED_PARAMETER(Interrupt);
    InterlockedIncrement(&Device->Calls);
    return FALSE;
}

static BOOLEAN NTAPI
CountMessage(PKINTERRUPT Interrupt, PVOID Context, ULONG MessageId)
{
    UNREFERENCED_PARAMETER(MessageId);
    return CountLine(Interrupt, Context);
}

/* How many of the given vectors were given twice, or are no device's to have. */
static ULONG
CountBadVectors(VOID)
{
    static BOOLEAN Given[VECTORS];
    ULONG Bad = 0;

    for (ULONG Number = 0; Number < DEVICES; Number++) {
        for (ULONG Index = 0; Index < Devices[Number]->Count; Index++) {
            ULONG Vector = Devices[Number]->Vectors[Index];

            Bad += Vector < LOWEST_VECTOR || Vector > HIGHEST_VECTOR ||
                   Vector == GHOST_1 || Vector == GHOST_2 || Given[Vector % VECTORS];
            Given[Vector % VECTORS] = TRUE;
        }
    }
    return Bad;
}

static VOID
TestGrants(VOID)
{
    for (ULONG Number = 0; Number + 1 < DEVICES; Number++) {
        ok_equal(Devices[Number]->Count, ASKED_MESSAGES,
                 "MSI-2 while vectors last a device gets the messages it asks for");
    }
    ok_equal(Devices[DEVICES - 1]->Count, 1,
             "MSI-2 MSI-4 when they do not, it gets one instead of many");
    ok(Devices[DEVICES - 1]->Message, "MSI-4 which is a message still");
    ok_equal(CountBadVectors(), 0, "IRQL-4 no vector is given twice, no ghost's at all");
}

static NTSTATUS
ConnectDevice(PMESSAGE_DEVICE Device)
{
    IO_CONNECT_INTERRUPT_PARAMETERS Connect;
    NTSTATUS Status;

    RtlZeroMemory(&Connect, sizeof(Connect));
    Connect.Version = CONNECT_MESSAGE_BASED;
    Connect.MessageBased.PhysicalDeviceObject = Device->Physical;
    Connect.MessageBased.ConnectionContext.Generic = &Device->Connection.Context;
    Connect.MessageBased.MessageServiceRoutine = CountMessage;
    Connect.MessageBased.ServiceContext = Device;
    Connect.MessageBased.FallBackServiceRoutine = CountLine;
    Status = IoConnectInterruptEx(&Connect);
    Device->Version = Connect.Version;
    return Status;
}

static VOID
DisconnectDevice(PMESSAGE_DEVICE Device)
{
    IO_DISCONNECT_INTERRUPT_PARAMETERS Disconnect;

    RtlZeroMemory(&Disconnect, sizeof(Disconnect));
    Disconnect.Version = Device->Version;
    Disconnect.ConnectionContext.Generic = Device->Connection.Context;
    IoDisconnectInterruptEx(&Disconnect);
}

/* Gates of processor 0 that differ from those in Before, which is written if Remember. */
static ULONG
CountChangedGates(BOOLEAN Remember)
{
    static ULONG64 Before[VECTORS];
    ULONG Changed = 0;

    for (ULONG Vector = 0; Vector < VECTORS; Vector++) {
        ULONG64 Target = 0;

        DirqlQueryGate(0, Vector, &Target);
        if (Remember) {
            Before[Vector] = Target;
        }
        Changed += Before[Vector] != Target;
    }
    return Changed;
}

static VOID
TestAllAtOnce(VOID)
{
    ULONG Failed = 0, Given = 0;

    CountChangedGates(TRUE);
    for (ULONG Number = 0; Number < DEVICES; Number++) {
        Failed += !NT_SUCCESS(ConnectDevice(Devices[Number]));
        Given += Devices[Number]->Count;
    }
    ok_equal(Failed, 0, "CON-16 every message there is can be connected at once");
    ok_equal(CountChangedGates(FALSE), Given, "KINT-4 each has a gate of its own");
    for (ULONG Number = 0; Number < DEVICES; Number++) {
        DisconnectDevice(Devices[Number]);
    }
    ok_equal(CountChangedGates(FALSE), 0, "CON-28 disconnected, the gates are as before");
}

static VOID
ExhaustTests(VOID)
{
    if (ok(KtapAwait(&DevicesStarted, DEVICES), "MSI-4 all five devices start")) {
        TestGrants();
        TestAllAtOnce();
    }
}

NTSTATUS
NTAPI
DriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath)
{
    ServeDevices(DriverObject);
    return KtapStart(DriverObject, RegistryPath, ExhaustTests);
}
