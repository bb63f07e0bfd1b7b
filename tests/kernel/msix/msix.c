/*
 * msix: a device with many messages. QEMU's NVM Express controller has 65 vectors of MSI-X
 * and sends the one that a completion queue names; it was given nine messages (msi=9), the
 * first for the admin queue, the others for one I/O queue each.
 */
#include "msix.h"

DRIVER_INITIALIZE DriverEntry;

/* What entry 0 is to those behind the last message (MSI-7). */
static VOID
TestTableEntries(VOID)
{
    ULONG Own = 0, Beyond = 0;

    for (ULONG Entry = 0; Entry < CountVectors(); Entry++) {
        if (Entry < MESSAGES) {
            Own += HoldsMessage(Entry, Entry);
        } else {
            Beyond += HoldsMessage(Entry, 0);
        }
    }
    ok_equal(Own, MESSAGES, "MSI-7 CON-22 entry i of the device's table has message i");
    ok_equal(Beyond, CountVectors() - MESSAGES, "MSI-7 those beyond have message 0");
    ok_equal(CountMasked(0, CountVectors() - 1), 0,
             "MSI-7 connected, no entry is masked, nor one beyond");
}

static BOOLEAN
BringUp(VOID)
{
    BOOLEAN Created = TRUE;
    LONG Commands;

    if (!ok(StartController(), "the controller gets ready") ||
        !ok(PrepareQueues(IO_QUEUES + 1), "MSI-8 message 0 brings admin completions")) {
        return FALSE;
    }
    for (ULONG Number = 1; Number <= IO_QUEUES; Number++) {
        Created = Created && CreateQueue(Number, Number, Number);
    }
    if (!ok(Created, "a queue pair for each message behind it")) {
        return FALSE;
    }
    Commands = Queues[0].Completed;
    ok(WereCalled(0, 0, Commands), "ISR-15 message 0 once for each, and no other");
    ok_equal(Messages[0].Dpcs, Commands, "ISR-8 its DPC each time");
    return TRUE;
}

static VOID
NvmeTests(VOID)
{
    TestDescriptors(TRUE, MESSAGES);
    if (!ok(FindVectors() && CountVectors() > MESSAGES,
            "MSI-5 the device has more vectors than it was given messages")) {
        return;
    }
    ok_equal(CountMasked(0, CountVectors() - 1), CountVectors(),
             "MSI-7 all entries are masked until they are connected");
    if (!TestTable(MESSAGES, DrainQueues)) {
        return;
    }
    TestTableEntries();
    if (BringUp()) {
        TestOneByOne();
        TestAllAtOnce();
        TestBeyond();
        TestLocks();
        TestInactive();
        TestDisconnected(); /* and connects again */
    }
    ok(StopController(), "the controller stops");
    if (Table != NULL) {
        DisconnectMessages();
    }
    ok_equal(CountMasked(0, CountVectors() - 1), CountVectors(),
             "CON-29 disconnected, all entries are masked");
}

NTSTATUS
NTAPI
DriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath)
{
    return StartSuite(DriverObject, RegistryPath, NvmeTests);
}
