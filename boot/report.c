/*
 * The report a person reads at the end of a run.
 */
#include "bootp.h"

#include <internal/ex.h>
#include <internal/io.h>

static ULONG64
BootDifference(ULONG64 Began, ULONG64 Ended)
{
    return (Began > Ended) ? Began - Ended : Ended - Began;
}

/* Collects the accounts; devices are idle. What did not end, or is still pending, is lost. */
VOID
BootGatherReport(PBOOT_REPORT Report)
{
    PKE_ACCOUNT Kernel = &Report->Kernel;
    IO_IRP_ACCOUNT Irps;

    KeQueryAccount(Kernel);
    IoQueryIrpAccount(&Irps);
    Report->IrpsIssued = Irps.Issued;
    Report->IrpsCompleted = Irps.Completed;
    Report->IrpsOutstanding = Irps.Outstanding;
    Report->LinesPending = HalCountPendingLines();
    Report->Lost =
        BootDifference(Kernel->InterruptsEntered, Kernel->InterruptsEnded) +
        BootDifference(Kernel->DpcsInserted,
                       Kernel->DpcsRun + Kernel->DpcsRemoved + Kernel->DpcsQueued) +
        Report->IrpsOutstanding + Kernel->VectorsPending + Report->LinesPending;
}

static VOID
BootPrintProcessors(VOID)
{
    KePrint("\nprocessor  interrupts        dpcs        ipis       ticks  deepest dpc queue\n");
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

    if (!HalQueryAssignment(Interrupt->Vector, Interrupt->Number, &Assignment)) {
        RtlFormat(Text, Size, "none");
    } else if (Assignment.Message) {
        RtlFormat(Text, Size, "msi %u", Assignment.MessageIndex);
    } else {
        RtlFormat(Text, Size, "gsi %u", Assignment.Gsi);
    }
}

/* The driver's own ISR: a message ISR stands behind a kernel one. */
ULONG_PTR
BootIsrOf(PKINTERRUPT Interrupt)
{
#if DIRQL_NT >= 0x600
    if (Interrupt->MessageServiceRoutine != NULL) {
        return (ULONG_PTR)Interrupt->MessageServiceRoutine;
    }
#endif
    return (ULONG_PTR)Interrupt->ServiceRoutine;
}

static VOID
BootPrintInterrupt(PKINTERRUPT Interrupt, PVOID Context)
{
    CHAR Source[16], Isr[80];

    UNREFERENCED_PARAMETER(Context);
    BootDescribeSource(Interrupt, Source, sizeof(Source));
    KeDescribeAddress(BootIsrOf(Interrupt), Isr, sizeof(Isr));
    KePrint("%3u  0x%02x  %4u  %4u  %-7s  %-6s  %-6s  %10I64u  %8u  %8I64u  %p  %s\n",
            (ULONG)Interrupt->Number, Interrupt->Vector, Interrupt->Irql,
            Interrupt->SynchronizeIrql,
            (Interrupt->Mode == LevelSensitive) ? "level" : "latched", Source,
            KeIsGateInside(Interrupt) ? "inside" : "OUTSIDE", KeQueryIsrCount(Interrupt),
            Interrupt->ServiceCount, KeQueryIsrDpcCount(Interrupt), Interrupt, Isr);
}

static VOID
BootPrintDevice(const IO_DEVICE_STATISTICS *Device, PVOID Context)
{
    UNREFERENCED_PARAMETER(Context);
    KePrint("%-20s %-16s %8I64u %10I64u %9I64u %12I64u %7I64u\n", Device->Name,
            Device->Driver, Device->Issued, Device->Completed, Device->Cancelled,
            Device->Bytes, Device->Errors);
}

static VOID
BootPrintAccount(const BOOT_REPORT *Report)
{
    const KE_ACCOUNT *Kernel = &Report->Kernel;

    KePrint("\ninterrupts: %I64u entered, %I64u ended, %I64u pending in a local APIC, "
            "%u in an I/O APIC\n",
            Kernel->InterruptsEntered, Kernel->InterruptsEnded, Kernel->VectorsPending,
            Report->LinesPending);
    KePrint("dpcs: %I64u inserted, %I64u run, %I64u removed, %I64u queued\n",
            Kernel->DpcsInserted, Kernel->DpcsRun, Kernel->DpcsRemoved, Kernel->DpcsQueued);
    KePrint("irps: %I64u issued, %I64u completed, %I64u outstanding\n", Report->IrpsIssued,
            Report->IrpsCompleted, Report->IrpsOutstanding);
    KePrint("unexpected: %I64u, spurious: %I64u\n", Kernel->Unexpected, Kernel->Spurious);
    KePrint("memory: %I64u KiB of %I64u KiB in use\n", MmQueryFramesInUse() * 4,
            MmQueryTotalFrames() * 4);
    KePrint("lost: %I64u\n\n", Report->Lost);
}

VOID
BootPrintReport(const BOOT_REPORT *Report)
{
    BootPrintProcessors();
    KePrint("\ncpu  vec   irql  sync  mode     source  gate    interrupts   claimed      "
            "dpcs  KINTERRUPT        driver and ISR\n");
    KeVisitInterrupts(BootPrintInterrupt, NULL);
    KePrint("\ndevice               driver             issued  completed cancelled        "
            "bytes  errors\n");
    IoVisitDevices(BootPrintDevice, NULL);
    BootPrintAccount(Report);
}
