/*
 * The I/O APICs: lines of devices to vectors of processors.
 *
 * Registers are reached through an index and a data word, which belong together: each I/O
 * APIC has a lock for that, taken with interrupts off.
 */
#include "halp.h"

#define IOAPIC_WINDOW_LENGTH 0x20
#define IOAPIC_INDEX         0x00 /* offsets of the two words */
#define IOAPIC_DATA          0x10
#define IOAPIC_VERSION       0x01
#define IOAPIC_ENTRY(Pin)    (0x10 + 2 * (Pin))

#define IOAPIC_MAXIMUM_PINS 240
#define IOAPIC_ABSENT       MAXULONG

#define ENTRY_LOWEST_PRIORITY   0x100
#define ENTRY_LOGICAL           0x800
#define ENTRY_PENDING           0x1000
#define ENTRY_ACTIVE_LOW        0x2000
#define ENTRY_REMOTE_IRR        0x4000
#define ENTRY_LEVEL             0x8000
#define ENTRY_MASKED            0x10000
#define ENTRY_DESTINATION_SHIFT 24

#define PENDING_READS 100000

typedef struct _HALP_IOAPIC {
    volatile UCHAR *Registers;
    ULONG GsiBase;
    ULONG Pins;
    HALP_LOCK Lock; /* index and data */
} HALP_IOAPIC, *PHALP_IOAPIC;

/* Written while the boot processor is alone. */
static HALP_IOAPIC HalpIoApics[HALP_MAXIMUM_IOAPICS];
static ULONG HalpIoApicCount;

static ULONG
HalpReadIoApic(PHALP_IOAPIC IoApic, ULONG Register)
{
    *(volatile ULONG *)(IoApic->Registers + IOAPIC_INDEX) = Register;
    return *(volatile ULONG *)(IoApic->Registers + IOAPIC_DATA);
}

static VOID
HalpWriteIoApic(PHALP_IOAPIC IoApic, ULONG Register, ULONG Value)
{
    *(volatile ULONG *)(IoApic->Registers + IOAPIC_INDEX) = Register;
    *(volatile ULONG *)(IoApic->Registers + IOAPIC_DATA) = Value;
}

ULONG
HalQueryIoApicCount(VOID)
{
    return HalpIoApicCount;
}

static PHALP_IOAPIC
HalpFindIoApic(ULONG Gsi, ULONG *Pin)
{
    for (ULONG Index = 0; Index < HalpIoApicCount; Index++) {
        PHALP_IOAPIC IoApic = &HalpIoApics[Index];
        if (Gsi >= IoApic->GsiBase && Gsi - IoApic->GsiBase < IoApic->Pins) {
            *Pin = Gsi - IoApic->GsiBase;
            return IoApic;
        }
    }
    return NULL;
}

BOOLEAN
HalpLineExists(ULONG Gsi)
{
    ULONG Pin;
    return HalpFindIoApic(Gsi, &Pin) != NULL;
}

/* Trigger and polarity of a line before it is used: its override's, or its bus's rule. */
static ULONG
HalpQueryLineMode(ULONG Gsi)
{
    for (ULONG Line = 0; Line < HALP_ISA_LINES; Line++) {
        const HALP_ISA_SOURCE *Source = &HalpPlatform.Madt.Isa[Line];
        if (Source->Overridden && Source->Gsi == Gsi) {
            return (Source->Level ? ENTRY_LEVEL : 0) |
                   (Source->ActiveLow ? ENTRY_ACTIVE_LOW : 0);
        }
    }
    return Gsi < HALP_ISA_LINES ? 0 : ENTRY_LEVEL | ENTRY_ACTIVE_LOW;
}

/*
 * Masks an entry and puts it in its line's mode: an I/O APIC (QEMU's is one) may forget
 * the rise of a level line whose entry says edge. The edge write before clears a
 * remote-IRR bit somebody else left, with which a level line would stay silent for ever.
 */
static VOID
HalpResetEntry(PHALP_IOAPIC IoApic, ULONG Pin)
{
    ULONG Mode = HalpQueryLineMode(IoApic->GsiBase + Pin);
    HalpWriteIoApic(IoApic, IOAPIC_ENTRY(Pin), ENTRY_MASKED);
    HalpWriteIoApic(IoApic, IOAPIC_ENTRY(Pin) + 1, 0);
    HalpWriteIoApic(IoApic, IOAPIC_ENTRY(Pin), ENTRY_MASKED | Mode);
}

/* Maps one I/O APIC and masks its entries; FALSE: nothing answers at that address. */
static BOOLEAN
HalpStartIoApic(PHALP_IOAPIC IoApic, const HALP_IOAPIC_ENTRY *Entry)
{
    IoApic->Registers = HalMapDevice(Entry->Address, IOAPIC_WINDOW_LENGTH);
    if (IoApic->Registers == NULL) {
        return FALSE;
    }
    ULONG Version = HalpReadIoApic(IoApic, IOAPIC_VERSION);
    IoApic->GsiBase = Entry->GsiBase;
    IoApic->Pins = ((Version >> 16) & 0xFF) + 1;
    if (Version == IOAPIC_ABSENT || IoApic->Pins > IOAPIC_MAXIMUM_PINS) {
        return FALSE;
    }
    for (ULONG Pin = 0; Pin < IoApic->Pins; Pin++) {
        HalpResetEntry(IoApic, Pin);
    }
    return TRUE;
}

/*
 * Finds every I/O APIC the MADT lists, masks all lines, and silences the 8259s.
 * STATUS_NOT_FOUND: there is none that works. Boot processor, once, interrupts off.
 */
NTSTATUS
HalInitializeIoApics(VOID)
{
    HalpDisablePics();
    for (ULONG Index = 0; Index < HalpPlatform.Madt.IoApicCount; Index++) {
        const HALP_IOAPIC_ENTRY *Entry = &HalpPlatform.Madt.IoApics[Index];
        if (HalpStartIoApic(&HalpIoApics[HalpIoApicCount], Entry)) {
            HalpIoApicCount++;
        } else {
            HalpPrint("I/O APIC %u at %llx does not answer", Entry->Id, Entry->Address);
        }
    }
    return HalpIoApicCount != 0 ? STATUS_SUCCESS : STATUS_NOT_FOUND;
}

/* Masks an entry, otherwise Low, and waits until nothing of it is left to send. */
static VOID
HalpMaskPin(PHALP_IOAPIC IoApic, ULONG Pin, ULONG Low)
{
    ULONG Reads = PENDING_READS;
    HalpWriteIoApic(IoApic, IOAPIC_ENTRY(Pin), Low | ENTRY_MASKED);
    while ((HalpReadIoApic(IoApic, IOAPIC_ENTRY(Pin)) & ENTRY_PENDING) != 0 &&
           --Reads != 0) {
        ArchPause();
    }
}

/*
 * Forgets what is left of a masked line's last use: a remote-IRR bit that is still set has
 * no handler any more that would end it.
 */
VOID
HalpClearLine(ULONG Gsi)
{
    ULONG Pin;
    PHALP_IOAPIC IoApic = HalpFindIoApic(Gsi, &Pin);
    if (IoApic == NULL) {
        return;
    }
    BOOLEAN Enabled = HalpAcquireLock(&IoApic->Lock);
    if ((HalpReadIoApic(IoApic, IOAPIC_ENTRY(Pin)) & ENTRY_REMOTE_IRR) != 0) {
        HalpResetEntry(IoApic, Pin);
    }
    HalpReleaseLock(&IoApic->Lock, Enabled);
}

/*
 * Writes the entry and opens it; also the entry of an open line whose target changes.
 * Masked before, because the destination stands in the other half; the half that opens is
 * written last. The trigger mode stays as it is meanwhile, and with it the remote-IRR bit
 * of a line that another processor is serving: its end of interrupt clears that.
 */
VOID
HalpEnableLine(const HALP_LINE *Line)
{
    ULONG Pin;
    PHALP_IOAPIC IoApic = HalpFindIoApic(Line->Gsi, &Pin);
    if (IoApic == NULL) {
        return;
    }
    ULONG Low = Line->Vector | (Line->ActiveLow ? ENTRY_ACTIVE_LOW : 0) |
                (Line->Level ? ENTRY_LEVEL : 0) |
                (Line->Target.Logical ? ENTRY_LOGICAL | ENTRY_LOWEST_PRIORITY : 0);
    BOOLEAN Enabled = HalpAcquireLock(&IoApic->Lock);
    HalpMaskPin(IoApic, Pin, Low);
    HalpWriteIoApic(IoApic, IOAPIC_ENTRY(Pin) + 1,
                    (ULONG)Line->Target.Destination << ENTRY_DESTINATION_SHIFT);
    HalpWriteIoApic(IoApic, IOAPIC_ENTRY(Pin), Low);
    HalpReleaseLock(&IoApic->Lock, Enabled);
}

/* The redirection entry as it stands; 0 when no I/O APIC has the line. */
ULONG64
HalpReadLine(ULONG Gsi)
{
    ULONG Pin;
    PHALP_IOAPIC IoApic = HalpFindIoApic(Gsi, &Pin);
    if (IoApic == NULL) {
        return 0;
    }
    BOOLEAN Enabled = HalpAcquireLock(&IoApic->Lock);
    ULONG64 Entry = HalpReadIoApic(IoApic, IOAPIC_ENTRY(Pin)) |
                    (ULONG64)HalpReadIoApic(IoApic, IOAPIC_ENTRY(Pin) + 1) << 32;
    HalpReleaseLock(&IoApic->Lock, Enabled);
    return Entry;
}

/*
 * Masks the line. A level line that is in service then still has remote-IRR set: the end of
 * interrupt clears it, masked or not, so vector and trigger mode stay as they are until the
 * line is enabled again.
 */
VOID
HalpDisableLine(ULONG Gsi)
{
    ULONG Pin;
    PHALP_IOAPIC IoApic = HalpFindIoApic(Gsi, &Pin);
    if (IoApic == NULL) {
        return;
    }
    BOOLEAN Enabled = HalpAcquireLock(&IoApic->Lock);
    HalpMaskPin(IoApic, Pin, HalpReadIoApic(IoApic, IOAPIC_ENTRY(Pin)));
    HalpReleaseLock(&IoApic->Lock, Enabled);
}

/*
 * Lines that are accepted but not ended, or raised but not accepted. 0 on a machine at
 * rest: the accounting of a run asserts it. Any IRQL.
 */
ULONG
HalCountPendingLines(VOID)
{
    ULONG Count = 0;
    for (ULONG Index = 0; Index < HalpIoApicCount; Index++) {
        PHALP_IOAPIC IoApic = &HalpIoApics[Index];
        BOOLEAN Enabled = HalpAcquireLock(&IoApic->Lock);
        for (ULONG Pin = 0; Pin < IoApic->Pins; Pin++) {
            ULONG Low = HalpReadIoApic(IoApic, IOAPIC_ENTRY(Pin));
            Count += (Low & (ENTRY_REMOTE_IRR | ENTRY_PENDING)) != 0;
        }
        HalpReleaseLock(&IoApic->Lock, Enabled);
    }
    return Count;
}
