/*
 * How messages stand in the lists of resources (MSI-1 to MSI-5).
 */
#include "messages.h"

#define MESSAGE_FLAGS (CM_RESOURCE_INTERRUPT_LATCHED | CM_RESOURCE_INTERRUPT_MESSAGE)

/* Message descriptors of the requirements that ask for Each messages. */
static ULONG
CountRequired(ULONG Each)
{
    ULONG Count = 0;

    for (ULONG Index = 0; Index < Pci.RequiredCount; Index++) {
        PIO_RESOURCE_DESCRIPTOR Descriptor = &Pci.Required[Index];

        Count += Descriptor->Flags == MESSAGE_FLAGS &&
                 Descriptor->u.Interrupt.MaximumVector ==
                     CM_RESOURCE_INTERRUPT_MESSAGE_TOKEN &&
                 Descriptor->u.Interrupt.MinimumVector ==
                     CM_RESOURCE_INTERRUPT_MESSAGE_TOKEN - Each + 1;
    }
    return Count;
}

/* Assigned descriptors that stand for Each messages, both of their forms. */
static ULONG
CountAssigned(ULONG Each)
{
    ULONG Count = 0;

    for (ULONG Index = 0; Index < Pci.Raw.Count; Index++) {
        PCM_PARTIAL_RESOURCE_DESCRIPTOR Raw = &Pci.Raw.Entries[Index];
        PCM_PARTIAL_RESOURCE_DESCRIPTOR Translated = &Pci.Translated.Entries[Index];

        Count += Raw->Flags == MESSAGE_FLAGS && Translated->Flags == MESSAGE_FLAGS &&
                 Raw->ShareDisposition == CmResourceShareShared &&
                 Raw->u.MessageInterrupt.Raw.MessageCount == Each &&
                 Raw->u.MessageInterrupt.Raw.Vector ==
                     Translated->u.MessageInterrupt.Translated.Vector &&
                 Translated->u.MessageInterrupt.Translated.Level ==
                     Translated->u.MessageInterrupt.Translated.Vector >> 4;
    }
    return Count;
}

VOID
TestDescriptors(BOOLEAN MsiX, ULONG Count)
{
    ULONG Descriptors = MsiX ? Count : 1;
    ULONG Each = MsiX ? 1 : Count;
    KAFFINITY Affinity = Pci.Translated.Entries[0].u.MessageInterrupt.Translated.Affinity;

    ok_equal(CountRequired(Each), Descriptors,
             MsiX
                 ? "MSI-1 MSI-2 required: a descriptor for each message of MSI-X"
                 : "MSI-1 MSI-2 required: one descriptor, its range counts the messages");
    ok_equal(Pci.RequiredCount, Descriptors + 1, "MSI-4 and the line, as a last resort");
    ok_equal(Pci.Raw.Count, Descriptors,
             "MSI-3 assigned: as many interrupt descriptors, and no line");
    ok_equal(CountAssigned(Each), Descriptors,
             "MSI-1 MSI-3 CON-24 each latched, shared, with its MessageCount");
    ok((Affinity & ~KeQueryActiveProcessors()) == 0 && Affinity != 0,
       "AFF-4 CON-23 Translated.Affinity names active processors only");
}

VOID
TestSingleMessage(VOID)
{
    ULONG Version = 0;

    ok_equal(Pci.Raw.Count, 1, "MSI-4 more asked for than there are: one descriptor");
    ok_equal(CountAssigned(1), 1, "MSI-4 of exactly one message");
    ok_status(ConnectMessages(NULL, NULL, &Version), STATUS_SUCCESS,
              "CON-16 which MESSAGE_BASED connects");
    if (Table != NULL) {
        ok_equal(Version, CONNECT_MESSAGE_BASED, "CON-18 without the fallback");
        ok_equal(Table->MessageCount, 1, "CON-22 MSI-4 the table has that one");
        DisconnectMessages();
    }
}
