/*
 * Which interrupt object gets which line or message.
 *
 * Objects of EvtDriverDeviceAdd take the interrupts of the resource list in the order of
 * their creation: one a line, one for each message of a descriptor. Objects beyond the
 * last resource get nothing and are never connected. Objects of EvtDevicePrepareHardware
 * name their descriptor.
 */
#include "wdfp.h"
#include "interrupt.h"
#include "resources.h"

/* A place in the list of interrupts: which descriptor, which of its messages, and how many
   messages there were before. */
typedef struct _WDFP_PLACE {
    ULONG Index;
    ULONG Message;
    ULONG MessageNumber;
} WDFP_PLACE, *PWDFP_PLACE;

static BOOLEAN
WdfpIsMessage(const CM_PARTIAL_RESOURCE_DESCRIPTOR *Descriptor)
{
    return (Descriptor->Flags & CM_RESOURCE_INTERRUPT_MESSAGE) != 0;
}

/* Interrupts that a raw descriptor stands for; 0 when it is another resource. */
static ULONG
WdfpCountInterrupts(const CM_PARTIAL_RESOURCE_DESCRIPTOR *Raw)
{
    if (Raw->Type != CmResourceTypeInterrupt) {
        return 0;
    }
    return WdfpIsMessage(Raw) ? Raw->u.MessageInterrupt.Raw.MessageCount : 1;
}

/* Writes what Translated says of the interrupt into its description. Messages of one
   descriptor have consecutive vectors; Message is the one of them. */
static VOID
WdfpDescribeInterrupt(PWDFP_INTERRUPT Interrupt,
                      const CM_PARTIAL_RESOURCE_DESCRIPTOR *Translated, ULONG Message,
                      ULONG MessageNumber)
{
    PWDF_INTERRUPT_INFO Info = &Interrupt->Info;
    BOOLEAN IsLatched = (Translated->Flags & CM_RESOURCE_INTERRUPT_LATCHED) != 0;

    WDF_INTERRUPT_INFO_INIT(Info);
    Info->MessageSignaled = WdfpIsMessage(Translated);
    Info->Mode = IsLatched ? Latched : LevelSensitive;
    Info->Polarity = InterruptPolarityUnknown;
    Info->ShareDisposition = Translated->ShareDisposition;
    if (Info->MessageSignaled) {
        Info->MessageNumber = MessageNumber;
        Info->Vector = Translated->u.MessageInterrupt.Translated.Vector + Message;
        Info->Irql = (KIRQL)Translated->u.MessageInterrupt.Translated.Level;
        Info->TargetProcessorSet = Translated->u.MessageInterrupt.Translated.Affinity;
    } else {
        Info->Vector = Translated->u.Interrupt.Vector;
        Info->Irql = (KIRQL)Translated->u.Interrupt.Level;
        Info->TargetProcessorSet = Translated->u.Interrupt.Affinity;
    }
    if (Interrupt->Passive) {
        Info->Irql = PASSIVE_LEVEL;
    }
    Interrupt->MessageNumber = Info->MessageNumber;
}

/* Moves to the next interrupt of the list, the first from a zeroed place; FALSE: none. */
static BOOLEAN
WdfpFindPlace(PWDFP_DEVICE Device, PWDFP_PLACE Place)
{
    while (Place->Index < Device->Raw->Count) {
        if (Place->Message <
            WdfpCountInterrupts(&Device->Raw->Descriptors[Place->Index])) {
            return TRUE;
        }
        Place->Index++;
        Place->Message = 0;
    }
    return FALSE;
}

static VOID
WdfpPassPlace(PWDFP_DEVICE Device, PWDFP_PLACE Place)
{
    if (WdfpIsMessage(&Device->Raw->Descriptors[Place->Index])) {
        Place->MessageNumber++;
    }
    Place->Message++;
}

VOID
WdfpAssignInterrupts(PWDFP_DEVICE Device)
{
    WDFP_PLACE Place = {0, 0, 0};

    for (PLIST_ENTRY Link = Device->Interrupts.Flink; Link != &Device->Interrupts;
         Link = Link->Flink) {
        PWDFP_INTERRUPT Interrupt = CONTAINING_RECORD(Link, WDFP_INTERRUPT, Link);

        WDF_INTERRUPT_INFO_INIT(&Interrupt->Info);
        if (WdfpFindPlace(Device, &Place)) {
            WdfpDescribeInterrupt(Interrupt,
                                  &Device->Translated->Descriptors[Place.Index],
                                  Place.Message, Place.MessageNumber);
            WdfpPassPlace(Device, &Place);
        }
    }
}

/* How many of the device's interrupts before this one name the same descriptor: that many
   of its messages are taken. */
static ULONG
WdfpCountTaken(PWDFP_INTERRUPT Interrupt)
{
    PLIST_ENTRY Head = &Interrupt->Device->Interrupts;
    ULONG Taken = 0;

    for (PLIST_ENTRY Link = Head->Flink; Link != &Interrupt->Link; Link = Link->Flink) {
        PWDFP_INTERRUPT Other = CONTAINING_RECORD(Link, WDFP_INTERRUPT, Link);

        if (Other->Config.InterruptTranslated == Interrupt->Config.InterruptTranslated) {
            Taken++;
        }
    }
    return Taken;
}

/* Messages of the descriptors before the one that Interrupt names, when it is in the list. */
static ULONG
WdfpCountEarlierMessages(PWDFP_INTERRUPT Interrupt)
{
    PWDFP_DEVICE Device = Interrupt->Device;
    ULONG Messages = 0;

    for (ULONG Index = 0; Index < Device->Translated->Count; Index++) {
        if (&Device->Translated->Descriptors[Index] ==
            Interrupt->Config.InterruptTranslated) {
            return Messages;
        }
        if (WdfpIsMessage(&Device->Raw->Descriptors[Index])) {
            Messages += WdfpCountInterrupts(&Device->Raw->Descriptors[Index]);
        }
    }
    return 0;
}

VOID
WdfpAssignPreparedInterrupt(PWDFP_INTERRUPT Interrupt)
{
    ULONG Taken = WdfpCountTaken(Interrupt);

    WDF_INTERRUPT_INFO_INIT(&Interrupt->Info);
    if (Taken < WdfpCountInterrupts(Interrupt->Config.InterruptRaw)) {
        WdfpDescribeInterrupt(Interrupt, Interrupt->Config.InterruptTranslated, Taken,
                              WdfpCountEarlierMessages(Interrupt) + Taken);
    }
}

VOID
WdfpForgetInterrupts(PWDFP_DEVICE Device)
{
    PLIST_ENTRY Link = Device->Interrupts.Flink;

    while (Link != &Device->Interrupts) {
        PWDFP_INTERRUPT Interrupt = CONTAINING_RECORD(Link, WDFP_INTERRUPT, Link);

        Link = Link->Flink; /* before the interrupt, and its link, go */
        WDF_INTERRUPT_INFO_INIT(&Interrupt->Info);
        if (Interrupt->CreatedInPrepare) {
            WdfpDelete(Interrupt);
        }
    }
}

/* What the interrupt was assigned; Vector 0: nothing. A wrong Size: bug check 0x10D, 3.
   At or below DISPATCH_LEVEL, between EvtDevicePrepareHardware and
   EvtDeviceReleaseHardware. Source: WDF-19. */
VOID NTAPI
ImpWdfInterruptGetInfo(PWDF_DRIVER_GLOBALS DriverGlobals, WDFINTERRUPT Handle,
                       PWDF_INTERRUPT_INFO Info)
{
    PWDFP_INTERRUPT Interrupt = WdfpInterruptFromHandle(DriverGlobals, Handle);
    ULONG Size = Info->Size;

    /* Group came with 1.11. */
    if (Size != sizeof(*Info) && Size != FIELD_OFFSET(WDF_INTERRUPT_INFO, Group)) {
        WdfpViolation(Interrupt->Object.Globals, "WDF_INTERRUPT_INFO has a wrong Size",
                      WDF_VERIFIER_FATAL_ERROR, Size, sizeof(*Info), 0);
    }
    RtlCopyMemory(Info, &Interrupt->Info, Size);
    Info->Size = Size;
}
