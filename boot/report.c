/*
 * The report a person reads at the end of a run: three tables, the accounts, one sum.
 */
#include "bootp.h"

#include <internal/ex.h>
#include <internal/io.h>

#define READINGS      10     /* of the accounts, until they balance */
#define READING_PAUSE 100000 /* between two, in 100 ns */
#define BUS_DRIVER    "pci"  /* io/ serves the PCI functions' own device objects itself */

/* The rows of the device table that stand for one device each, in the order printed. */
typedef enum _BOOT_DEVICE_KIND {
    BootNamedDevice,
    BootUnnamedDevice,
    BootBusDevice
} BOOT_DEVICE_KIND;

typedef struct _BOOT_DEVICE_TABLE {
    BOOT_DEVICE_KIND Kind; /* which rows to print now */
    ULONG Functions;       /* bus devices, which share one row */
    IO_DEVICE_STATISTICS Bus;
} BOOT_DEVICE_TABLE, *PBOOT_DEVICE_TABLE;

static ULONG64
BootDifference(ULONG64 Began, ULONG64 Ended)
{
    return (Began > Ended) ? Began - Ended : Ended - Began;
}

/* Collects the accounts. What did not end, or is still pending, is lost. */
static VOID
BootReadAccounts(PBOOT_REPORT Report)
{
    PKE_ACCOUNT Kernel = &Report->Kernel;
    IO_IRP_ACCOUNT Irps;

    KeQueryAccount(Kernel);
    IoQueryIrpAccount(&Irps);
    Report->IrpsIssued = Irps.Issued;
    Report->IrpsCompleted = Irps.Completed;
    Report->IrpsOutstanding = Irps.Outstanding;
    Report->LinesPending = HalCountPendingLines();
    Report->InterruptsLost =
        BootDifference(Kernel->InterruptsEntered, Kernel->InterruptsEnded) +
        Kernel->VectorsPending + Report->LinesPending;
    Report->DpcsLost = BootDifference(
        Kernel->DpcsInserted, Kernel->DpcsRun + Kernel->DpcsRemoved + Kernel->DpcsQueued);
    Report->Lost = Report->InterruptsLost + Report->DpcsLost + Report->IrpsOutstanding;
}

/*
 * The accounts once devices are idle. The other processors go on while their counts are
 * read, so that one reading may catch a DPC between its start and its end: what is lost
 * is lost in every reading. PASSIVE_LEVEL.
 */
VOID
BootGatherReport(PBOOT_REPORT Report)
{
    LARGE_INTEGER Pause = {.QuadPart = -READING_PAUSE};

    BootReadAccounts(Report);
    for (ULONG Reading = 1; Report->Lost != 0 && Reading < READINGS; Reading++) {
        KeDelayExecutionThread(KernelMode, FALSE, &Pause);
        BootReadAccounts(Report);
    }
}

/* What was lost, for the verdict; NULL: nothing. */
const CHAR *
BootDescribeLoss(const BOOT_REPORT *Report)
{
    static CHAR Text[80];

    if (Report->Lost == 0) {
        return NULL;
    }
    RtlFormat(Text, sizeof(Text), "lost: %I64u interrupts, %I64u DPCs, %I64u IRPs",
              Report->InterruptsLost, Report->DpcsLost, Report->IrpsOutstanding);
    return Text;
}

static VOID
BootPrintProcessors(VOID)
{
    KePrint("\nprocessor  interrupts        DPCs        IPIs       ticks  deepest DPC "
            "queue\n");
    for (ULONG Number = 0; Number < HAL_MAXIMUM_PROCESSORS; Number++) {
        PKPRCB Prcb = KiProcessorBlock[Number];

        if (Prcb != NULL) {
            KePrint("%9u  %10I64u  %10I64u  %10I64u  %10I64u  %17d\n", Number,
                    Prcb->InterruptCount, Prcb->DpcRunCount, Prcb->IpiCount,
                    Prcb->ClockTicks, Prcb->DpcHighestDepth);
        }
    }
}

/* "gsi 22" or "msi 0": where the vector comes from. */
VOID
BootDescribeSource(PKINTERRUPT Interrupt, CHAR *Text, SIZE_T Size)
{
    HAL_INTERRUPT_ASSIGNMENT Assignment;

    if (!HalQueryAssignment(Interrupt->Vector, KeInterruptProcessor(Interrupt),
                            &Assignment)) {
        RtlFormat(Text, Size, "none");
    } else if (Assignment.Message) {
        RtlFormat(Text, Size, "msi %u", Assignment.MessageIndex);
    } else {
        RtlFormat(Text, Size, "gsi %u", Assignment.Gsi);
    }
}

/* "e1000.sys!E1000Isr". An address is described as name+offset; 0 says nothing here. */
VOID
BootDescribeIsr(PKINTERRUPT Interrupt, CHAR *Text, SIZE_T Size)
{
    KeDescribeAddress(KeQueryServiceRoutine(Interrupt), Text, Size);
    for (CHAR *Next = Text; *Next != '\0'; Next++) {
        if (strncmp(Next, "+0x0", 4) == 0 && (Next[4] == '\0' || Next[4] == ' ')) {
            *Next = '\0';
            break;
        }
    }
}

const CHAR *
BootDriverOf(PKINTERRUPT Interrupt)
{
    PKLDR_DATA_TABLE_ENTRY Image = LdrFindImage(KeQueryServiceRoutine(Interrupt));

    return (Image != NULL) ? Image->BaseName : "kernel";
}

/* Where the IDT gate leads: into the object, or by design to a thunk (KINT-15). */
static const CHAR *
BootDescribeGate(PKINTERRUPT Interrupt)
{
    if (!KeIsGateInside(Interrupt)) {
        return "OUTSIDE";
    }
    return KI_DISPATCH_CODE_IN_OBJECT ? "inside" : "thunk";
}

static VOID
BootPrintInterrupt(PKINTERRUPT Interrupt, PVOID Context)
{
    CHAR Source[16], Isr[80], Dpcs[24] = "-";

    UNREFERENCED_PARAMETER(Context);
    if (KE_COUNTS_ISR_DPCS) {
        RtlFormat(Dpcs, sizeof(Dpcs), "%I64u", KeQueryIsrDpcCount(Interrupt));
    }
    BootDescribeSource(Interrupt, Source, sizeof(Source));
    BootDescribeIsr(Interrupt, Isr, sizeof(Isr));
    KePrint("%3u  0x%02X  %4u  %4u  %-7s  %-6s  %-7s  %10I64u  %8u  %8s  %p  %s\n",
            KeInterruptProcessor(Interrupt), Interrupt->Vector, Interrupt->Irql,
            Interrupt->SynchronizeIrql,
            (Interrupt->Mode == LevelSensitive) ? "level" : "latched", Source,
            BootDescribeGate(Interrupt), KeQueryIsrCount(Interrupt),
            Interrupt->ServiceCount, Dpcs, Interrupt, Isr);
}

static VOID
BootPrintDeviceRow(const CHAR *Name, const IO_DEVICE_STATISTICS *Device)
{
    KePrint("%-24s  %-16s  %9I64u  %9I64u  %9I64u  %12I64u  %6I64u\n", Name,
            Device->Driver, Device->Issued, Device->Completed, Device->Cancelled,
            Device->Bytes, Device->Errors);
}

static BOOT_DEVICE_KIND
BootKindOfDevice(const IO_DEVICE_STATISTICS *Device)
{
    if (strcmp(Device->Driver, BUS_DRIVER) == 0) {
        return BootBusDevice;
    }
    return (Device->Name[0] == '\\') ? BootNamedDevice : BootUnnamedDevice;
}

/* Prints the row of a device of the wanted kind; those of the bus are summed up. */
static VOID
BootVisitDevice(const IO_DEVICE_STATISTICS *Device, PVOID Context)
{
    PBOOT_DEVICE_TABLE Table = Context;

    if (BootKindOfDevice(Device) != Table->Kind) {
        return;
    }
    if (Table->Kind != BootBusDevice) {
        BootPrintDeviceRow(Device->Name, Device);
        return;
    }
    Table->Functions++;
    Table->Bus.Issued += Device->Issued;
    Table->Bus.Completed += Device->Completed;
    Table->Bus.Cancelled += Device->Cancelled;
    Table->Bus.Bytes += Device->Bytes;
    Table->Bus.Errors += Device->Errors;
}

/* What clients use comes first, then what takes Plug and Play requests only. */
static VOID
BootPrintDevices(VOID)
{
    BOOT_DEVICE_TABLE Table = {.Bus.Driver = BUS_DRIVER};
    CHAR Name[32];

    KePrint("\n%-24s  %-16s  %9s  %9s  %9s  %12s  %6s\n", "device", "driver", "IRPs",
            "completed", "cancelled", "bytes", "errors");
    for (Table.Kind = BootNamedDevice; Table.Kind <= BootBusDevice; Table.Kind++) {
        IoVisitDevices(BootVisitDevice, &Table);
    }
    RtlFormat(Name, sizeof(Name), "%u PCI functions", Table.Functions);
    BootPrintDeviceRow(Name, &Table.Bus);
}

/* Vectors that came without an owner, each with its number. */
static VOID
BootPrintUnexpected(VOID)
{
    for (ULONG Number = 0; Number < HAL_MAXIMUM_PROCESSORS; Number++) {
        PKPRCB Prcb = KiProcessorBlock[Number];

        for (ULONG Vector = 0; Prcb != NULL && Vector < 256; Vector++) {
            if (Prcb->UnexpectedVectors[Vector] != 0) {
                KePrint("unexpected: vector 0x%02X on processor %u, %u times\n", Vector,
                        Number, Prcb->UnexpectedVectors[Vector]);
            }
        }
    }
}

static VOID
BootPrintMasked(PKINTERRUPT Interrupt, PVOID Context)
{
    UNREFERENCED_PARAMETER(Context);
    if (KeIsInterruptMasked(Interrupt)) {
        KePrint("masked after a storm: vector 0x%02X on processor %u, %s\n",
                Interrupt->Vector, KeInterruptProcessor(Interrupt),
                BootDriverOf(Interrupt));
    }
}

static VOID
BootPrintAccount(const BOOT_REPORT *Report)
{
    const KE_ACCOUNT *Kernel = &Report->Kernel;

    KePrint("\ninterrupts: %I64u entered, %I64u ended, %I64u pending in a local APIC, "
            "%u in an I/O APIC\n",
            Kernel->InterruptsEntered, Kernel->InterruptsEnded, Kernel->VectorsPending,
            Report->LinesPending);
    KePrint("DPCs: %I64u inserted, %I64u run, %I64u removed, %I64u queued\n",
            Kernel->DpcsInserted, Kernel->DpcsRun, Kernel->DpcsRemoved,
            Kernel->DpcsQueued);
    KePrint("IRPs: %I64u issued, %I64u completed, %I64u outstanding\n",
            Report->IrpsIssued, Report->IrpsCompleted, Report->IrpsOutstanding);
    KePrint("unexpected: %I64u, spurious: %I64u\n", Kernel->Unexpected, Kernel->Spurious);
    BootPrintUnexpected();
    KeVisitInterrupts(BootPrintMasked, NULL);
    KePrint("memory: %I64u KiB of %I64u KiB in use\n", MmQueryFramesInUse() * 4,
            MmQueryTotalFrames() * 4);
    KePrint("lost: %I64u\n\n", Report->Lost);
}

VOID
BootPrintReport(const BOOT_REPORT *Report)
{
    BootPrintProcessors();
    KePrint(
        "\ncpu   vec  irql  sync  mode     source  gate     interrupts   claimed      "
        "DPCs  KINTERRUPT        ISR\n");
    KeVisitInterrupts(BootPrintInterrupt, NULL);
    BootPrintDevices();
    BootPrintAccount(Report);
}
