/*
 * xhci: a device with many messages of MSI. QEMU's NEC controller, told to do without
 * MSI-X, has sixteen. The same driver serves any device that is asked for more messages
 * than it has (case=one, case=beyond).
 */
#include "capability.h"

DRIVER_INITIALIZE DriverEntry;

#define SETTLE   20 /* milliseconds in which a second call would have come */
#define COMMANDS 3

/* The block: what makes it one, beyond what holds for every table. */
static VOID
TestBlock(VOID)
{
    PIO_INTERRUPT_MESSAGE_INFO_ENTRY Entries = Table->MessageInfo;
    ULONG Contiguous = 0, Alike = 0;

    for (ULONG Number = 0; Number < MESSAGES; Number++) {
        Contiguous += Entries[Number].Vector == Entries[0].Vector + Number &&
                      Entries[Number].MessageData == Entries[0].MessageData + Number;
        Alike += Entries[Number].MessageAddress.QuadPart ==
                     Entries[0].MessageAddress.QuadPart &&
                 Entries[Number].TargetProcessorSet == Entries[0].TargetProcessorSet &&
                 Entries[Number].Irql == Entries[0].Irql;
    }
    ok_equal(Contiguous, MESSAGES, "MSI-2 MSI-3 vectors and data follow each other");
    ok_equal(Entries[0].Vector % MESSAGES, 0, "MSI-3 in an aligned block");
    ok_equal(Alike, MESSAGES, "MSI-3 one address, one IRQL, one affinity");
    ok((Entries[0].TargetProcessorSet & (Entries[0].TargetProcessorSet - 1)) == 0,
       "MSI-3 which is one processor");
}

static VOID
TestCapability(VOID)
{
    ok_equal(CountGranted(), MESSAGES,
             "MSI-2 CON-22 configuration space allows them all");
    ok_equal(ReadMessageAddress(), Table->MessageInfo[0].MessageAddress.QuadPart,
             "CON-22 and has the address");
    ok_equal(ReadMessageData(), Table->MessageInfo[0].MessageData,
             "CON-22 and the data of message 0");
    ok(IsMsiEnabled(), "CON-16 MSI is on");
    ok((ReadConfiguration(PCI_COMMAND_OFFSET, 2) & PCI_COMMAND_NO_INTX) != 0,
       "MSI-3 the pin is off");
}

/* Commands, whose events come to the first interrupter. */
static VOID
TestCommands(VOID)
{
    ULONG Right = 0;

    for (ULONG Round = 0; Round < COMMANDS && Right == Round * 2; Round++) {
        ForgetCalls();
        StartNoOperation();
        Right += KtapAwait(&Messages[0].Calls, 1) && HasDoneNothing();
        KtapSleep(SETTLE);
        Right += WereCalled(0, 0, 1) && Messages[0].Dpcs == 1;
    }
    ok_equal(Right, COMMANDS * 2, "ISR-15 MSI-8 a command ends: message 0 alone, once");
}

static VOID
TestInterrupters(VOID)
{
    ULONG Right = 0;

    for (ULONG Number = 1; Number < MESSAGES && Right == Number - 1; Number++) {
        ForgetCalls();
        SendMessage(Number);
        KtapAwait(&Messages[Number].Calls, 1);
        EndMessage(Number);
        KtapSleep(SETTLE);
        Right += WereCalled(Number, Number, 1);
    }
    ok_equal(Right, MESSAGES - 1,
             "ISR-15 MSI-3 CON-22 message i alone, once, there, at UnifiedIrql");
}

static VOID
TestAllInterrupters(VOID)
{
    BOOLEAN Came = TRUE;

    ForgetCalls();
    for (ULONG Number = 1; Number < MESSAGES; Number++) {
        SendMessage(Number);
    }
    for (ULONG Number = 1; Number < MESSAGES; Number++) {
        Came = Came && KtapAwait(&Messages[Number].Calls, 1);
        EndMessage(Number);
    }
    KtapSleep(SETTLE);
    ok(Came && WereCalled(1, MESSAGES - 1, 1),
       "ISR-15 MSI-8 all at once, each arrives once");
}

static VOID
TestDevice(VOID)
{
    if (!ok(StartController(), "the controller runs")) {
        return;
    }
    TestCommands();
    TestInterrupters();
    TestAllInterrupters();
    ok(StopController(), "the controller stops");
}

static VOID
XhciTests(VOID)
{
    if (IsCase(L"one") || IsCase(L"beyond")) {
        TestSingleMessage();
        return;
    }
    TestDescriptors(FALSE, MESSAGES);
    if (!ok(FindMsi() && CountCapable() == MESSAGES,
            "MSI-5 the device has 16 messages")) {
        return;
    }
    ok(!IsMsiEnabled(), "CON-16 MSI is off until a message is connected");
    if (TestTable(MESSAGES, NULL)) {
        TestBlock();
        TestCapability();
        TestDevice();
        DisconnectMessages();
        ok(!IsMsiEnabled(), "CON-29 disconnected, MSI is off");
    }
}

NTSTATUS
NTAPI
DriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath)
{
    return StartSuite(DriverObject, RegistryPath, XhciTests);
}
