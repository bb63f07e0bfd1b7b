/*
 * policy: interrupts go where the driver asked for them in its resource requirements,
 * each message of MSI-X to processors of its own (AFF-1, AFF-2, AFF-4, MSI-2, MSI-3).
 */
#include "policy.h"

DRIVER_INITIALIZE DriverEntry;

/* Descriptors whose processors are those asked for. */
static ULONG
CountAssigned(const POLICY_CASE *Case)
{
    ULONG Right = 0;

    for (ULONG Index = 0; Index < Pci.Translated.Count; Index++) {
        Right +=
            Pci.Translated.Entries[Index].u.Interrupt.Affinity == Case->Expect(Index) &&
            Pci.Raw.Entries[Index].u.Interrupt.Affinity == Case->Expect(Index);
    }
    return Right;
}

static ULONG
CountTargets(const POLICY_CASE *Case)
{
    ULONG Right = 0;

    for (ULONG Index = 0; Index < Table->MessageCount; Index++) {
        Right += Table->MessageInfo[Index].TargetProcessorSet == Case->Expect(Index);
    }
    return Right;
}

static VOID
TestMessages(const POLICY_CASE *Case)
{
    ULONG Version = 0;

    if (!ok_status(ConnectMessages(NULL, DrainQueues, &Version), STATUS_SUCCESS,
                   "CON-16 MESSAGE_BASED connects them, each to its processors")) {
        return;
    }
    ok_equal(Version, CONNECT_MESSAGE_BASED, "CON-18 as messages");
    ok_equal(CountTargets(Case), Case->Messages,
             "CON-22 AFF-2 TargetProcessorSet of each is what was asked for");
    if (Case->Messages > 1) {
        TestArrival(Case);
    }
    DisconnectMessages();
}

static VOID
PolicyTests(VOID)
{
    const POLICY_CASE *Case = CurrentCase();
    ULONG Descriptors = max(Case->Messages, 1);

    ok_equal(Pci.Translated.Count, Descriptors,
             "MSI-2 MSI-3 as many interrupt descriptors as were asked for");
    ok_equal(CountAssigned(Case), Descriptors,
             "AFF-1 AFF-2 AFF-4 each with the processors that its own policy says");
    if (Case->Messages != 0) {
        TestMessages(Case);
    }
}

NTSTATUS
NTAPI
DriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath)
{
    Pci.Filter = AskByPolicy;
    return StartSuite(DriverObject, RegistryPath, PolicyTests);
}
