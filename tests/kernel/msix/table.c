/*
 * IO_INTERRUPT_MESSAGE_INFO against what was assigned and what stands in the device.
 */
#include "messages.h"

/* The assigned descriptor of a message: its own, or the one of the whole block. */
static PCM_PARTIAL_RESOURCE_DESCRIPTOR
DescriptorOf(ULONG Number)
{
    return &Pci.Translated.Entries[min(Number, Pci.Translated.Count - 1)];
}

static BOOLEAN
IsAsAssigned(ULONG Number)
{
    PIO_INTERRUPT_MESSAGE_INFO_ENTRY Entry = &Table->MessageInfo[Number];
    PCM_PARTIAL_RESOURCE_DESCRIPTOR Assigned = DescriptorOf(Number);
    ULONG Place = Pci.Translated.Count == 1 ? Number : 0; /* in the block */

    return Entry->Vector == Assigned->u.MessageInterrupt.Translated.Vector + Place &&
           Entry->Irql == Assigned->u.MessageInterrupt.Translated.Level &&
           Entry->TargetProcessorSet ==
               Assigned->u.MessageInterrupt.Translated.Affinity &&
           Entry->Irql == Entry->Vector >> 4 && Entry->Mode == Latched &&
           Entry->InterruptObject != NULL;
}

/* Whether the message's registers hold what the table says, on each of its processors. */
static BOOLEAN
IsAsProgrammed(ULONG Number)
{
    PIO_INTERRUPT_MESSAGE_INFO_ENTRY Entry = &Table->MessageInfo[Number];

    for (ULONG Processor = 0; Entry->TargetProcessorSet >> Processor != 0; Processor++) {
        DIRQL_INTERRUPT_SOURCE Source = {0};

        if ((Entry->TargetProcessorSet >> Processor & 1) == 0) {
            continue;
        }
        if (!DirqlQuerySource(Processor, Entry->Vector, &Source) || !Source.Message ||
            Source.Masked ||
            Source.MessageAddress != (ULONG64)Entry->MessageAddress.QuadPart ||
            Source.MessageData != Entry->MessageData) {
            DbgPrint("# message %u: address 0x%I64X data 0x%X masked %u in the device\n",
                     Number, Source.MessageAddress, Source.MessageData, Source.Masked);
            return FALSE;
        }
    }
    return TRUE;
}

/* Whether no earlier message has this one's vector or object. */
static BOOLEAN
IsOfItsOwn(ULONG Number)
{
    PIO_INTERRUPT_MESSAGE_INFO_ENTRY Entries = Table->MessageInfo;

    for (ULONG Other = 0; Other < Number; Other++) {
        if (Entries[Other].Vector == Entries[Number].Vector ||
            Entries[Other].InterruptObject == Entries[Number].InterruptObject) {
            return FALSE;
        }
    }
    return TRUE;
}

BOOLEAN
TestTable(ULONG Count, MESSAGE_WORK *Work)
{
    ULONG Assigned = 0, Programmed = 0, Distinct = 0;
    KIRQL Highest = 0;
    ULONG Version = 0;

    if (!ok_status(ConnectMessages(NULL, Work, &Version), STATUS_SUCCESS,
                   "CON-16 MESSAGE_BASED connects all messages") ||
        !ok_equal(Table->MessageCount, Count, "CON-22 MSI-3 the table has them all")) {
        return FALSE;
    }
    ok_equal(Version, CONNECT_MESSAGE_BASED, "CON-18 Version stays");
    for (ULONG Number = 0; Number < Count; Number++) {
        Highest = max(Highest, Table->MessageInfo[Number].Irql);
        Assigned += IsAsAssigned(Number);
        Programmed += IsAsProgrammed(Number);
        Distinct += IsOfItsOwn(Number);
    }
    ok_equal(Table->UnifiedIrql, Highest, "CON-17 CON-21 UnifiedIrql is the highest");
    ok_equal(Assigned, Count,
             "CON-22 CON-23 vector, level, processors and mode are those assigned");
    ok_equal(Programmed, Count,
             "CON-22 CON-16 address and data are what the device has, not masked");
    ok_equal(Distinct, Count, "MSI-7 CON-22 each has a vector and an object of its own");
    return TRUE;
}
