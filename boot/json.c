/*
 * The same report for tools: one JSON document on the second serial port.
 */
#include "bootp.h"

#include <internal/ex.h>
#include <internal/io.h>

#define PIECE_SIZE 640

/* Separator state while an array is written. */
typedef struct _BOOT_JSON {
    BOOLEAN First;
} BOOT_JSON;

static VOID
BootWrite(const CHAR *Format, ...)
{
    CHAR Buffer[PIECE_SIZE];
    va_list Arguments;
    ULONG Length;

    va_start(Arguments, Format);
    Length = RtlFormatV(Buffer, sizeof(Buffer), Format, Arguments);
    va_end(Arguments);
    HalWriteReportPort(Buffer, (Length < sizeof(Buffer)) ? Length : sizeof(Buffer) - 1);
}

static VOID
BootSeparate(BOOT_JSON *Json)
{
    BootWrite(Json->First ? "\n  " : ",\n  ");
    Json->First = FALSE;
}

/* A string in quotes; backslashes, quotes and control characters escaped. */
static VOID
BootWriteString(const CHAR *Text)
{
    BootWrite("\"");
    for (; *Text != '\0'; Text++) {
        if (*Text == '\\' || *Text == '"') {
            BootWrite("\\%c", *Text);
        } else if ((UCHAR)*Text < 0x20) {
            BootWrite("\\u%04x", (UCHAR)*Text);
        } else {
            BootWrite("%c", *Text);
        }
    }
    BootWrite("\"");
}

static VOID
BootWriteProcessors(VOID)
{
    BOOT_JSON Json = {TRUE};

    BootWrite("\"processors\": [");
    for (ULONG Number = 0; Number < HAL_MAXIMUM_PROCESSORS; Number++) {
        PKPRCB Prcb = KiProcessorBlock[Number];

        if (Prcb != NULL) {
            BootSeparate(&Json);
            BootWrite("{\"number\": %u, \"apic_id\": %u, \"interrupts\": %I64u, "
                      "\"dpcs\": %I64u, \"ipis\": %I64u, \"clock_ticks\": %I64u, "
                      "\"max_dpc_depth\": %d}",
                      Number, Prcb->ApicId, Prcb->InterruptCount, Prcb->DpcRunCount,
                      Prcb->IpiCount, Prcb->ClockTicks, Prcb->DpcHighestDepth);
        }
    }
    BootWrite("],\n");
}

static VOID
BootWriteInterrupt(PKINTERRUPT Interrupt, PVOID Context)
{
    CHAR Text[96];

    BootSeparate(Context);
    BootWrite(
        "{\"processor\": %u, \"vector\": %u, \"irql\": %u, \"synchronize_irql\": %u, "
        "\"mode\": \"%s\", \"source\": ",
        KeInterruptProcessor(Interrupt), Interrupt->Vector, Interrupt->Irql,
        Interrupt->SynchronizeIrql,
        (Interrupt->Mode == LevelSensitive) ? "level" : "latched");
    BootDescribeSource(Interrupt, Text, sizeof(Text));
    BootWriteString(Text);
    BootWrite(", \"driver\": ");
    BootWriteString(BootDriverOf(Interrupt));
    BootWrite(", \"isr\": ");
    BootDescribeIsr(Interrupt, Text, sizeof(Text));
    BootWriteString(Text);
    BootWrite(", \"address\": \"0x%p\", \"gate_inside\": %s, \"interrupts\": %I64u, "
              "\"claimed\": %u, \"dpcs_queued\": ",
              Interrupt, KeIsGateInside(Interrupt) ? "true" : "false",
              KeQueryIsrCount(Interrupt), Interrupt->ServiceCount);
    if (KE_COUNTS_ISR_DPCS) {
        BootWrite("%I64u}", KeQueryIsrDpcCount(Interrupt));
    } else {
        BootWrite("null}");
    }
}

static VOID
BootWriteDevice(const IO_DEVICE_STATISTICS *Device, PVOID Context)
{
    BootSeparate(Context);
    BootWrite("{\"name\": ");
    BootWriteString(Device->Name);
    BootWrite(", \"driver\": ");
    BootWriteString(Device->Driver);
    BootWrite(", \"issued\": %I64u, \"completed\": %I64u, \"bytes\": %I64u, "
              "\"errors\": %I64u, \"cancelled\": %I64u}",
              Device->Issued, Device->Completed, Device->Bytes, Device->Errors,
              Device->Cancelled);
}

static VOID
BootWriteAccount(const BOOT_REPORT *Report)
{
    const KE_ACCOUNT *Kernel = &Report->Kernel;

    BootWrite(
        "\"accounting\": {\"lost\": %I64u, \"interrupts_entered\": %I64u, "
        "\"interrupts_ended\": %I64u, \"dpcs_inserted\": %I64u, \"dpcs_run\": %I64u, "
        "\"dpcs_removed\": %I64u, \"irps_issued\": %I64u, \"irps_completed\": %I64u, "
        "\"irps_outstanding\": %I64u, ",
        Report->Lost, Kernel->InterruptsEntered, Kernel->InterruptsEnded,
        Kernel->DpcsInserted, Kernel->DpcsRun, Kernel->DpcsRemoved, Report->IrpsIssued,
        Report->IrpsCompleted, Report->IrpsOutstanding);
    BootWrite("\"vectors_pending\": %I64u, \"lines_pending\": %u, \"unexpected\": %I64u, "
              "\"spurious\": %I64u},\n",
              Kernel->VectorsPending, Report->LinesPending, Kernel->Unexpected,
              Kernel->Spurious);
}

/* Writes the whole document; nothing happens on a machine without a second port. */
VOID
BootWriteReport(const BOOT_REPORT *Report, const BOOT_INFORMATION *Boot,
                const CHAR *Verdict)
{
    BOOT_JSON Json = {TRUE};
    ULONG64 First = KeQueryFirstInterruptTime();

    BootWrite("{\"nt\": \"%s\",\n", DIRQL_NT_NAME);
    BootWriteProcessors();
    BootWrite("\"interrupt_objects\": [");
    KeVisitInterrupts(BootWriteInterrupt, &Json);
    BootWrite("],\n\"devices\": [");
    Json.First = TRUE;
    IoVisitDevices(BootWriteDevice, &Json);
    BootWrite("],\n");
    BootWriteAccount(Report);
    BootWrite("\"memory\": {\"total_kib\": %I64u, \"in_use_kib\": %I64u},\n",
              MmQueryTotalFrames() * 4, MmQueryFramesInUse() * 4);
    BootWrite("\"boot\": {\"entry_to_first_interrupt\": %I64u},\n",
              (First != 0) ? First - Boot->EntryTimeStamp : 0);
    BootWrite("\"verdict\": \"%s\"}\n", Verdict);
}
