/*
 * The platform: ACPI tables, interrupt controllers, vectors, PCI configuration, timers,
 * the ports that leave the machine. The HAL uses no Ke lock (it runs before Ke exists,
 * and under it): where two processors can meet, it disables interrupts and takes a raw
 * lock of its own.
 *
 * Nothing a table or a device contains is trusted: lengths, checksums and counts are
 * tested before use, and what is wrong is a status and one line on the console.
 */
#pragma once

#include <ntdef.h>
#include <ntstatus.h>
#include <internal/arch.h>

#define HAL_MAXIMUM_PROCESSORS 64

#if !defined(STATUS_ACPI_INVALID_TABLE)
#define STATUS_ACPI_INVALID_TABLE ((NTSTATUS)0xC0140019)
#endif

/* ---- fixed vectors (IRQL = vector >> 4) ---------------------------------------------
 */
#define APC_VECTOR          0x1F
#define DISPATCH_VECTOR     0x2F
#define PRIMARY_VECTOR_BASE 0x30
#define CLOCK_VECTOR        0xD1
#define SPURIOUS_VECTOR     0xDF
#define IPI_VECTOR          0xE1
#define APIC_ERROR_VECTOR   0xE2
/* Vectors 0x37 and 0x3F are given to no device: ghosts of the masked 8259s arrive there.
 */
#define HAL_LOWEST_DEVICE_IRQL  3
#define HAL_HIGHEST_DEVICE_IRQL 11

/* ---- debugport.c: COM1 for text, COM2 for the machine-readable report ----------------
 */
VOID HalInitializeDebugPort(VOID);
/* Text goes to COM2 from now on, and there is no report. FALSE: there is no COM2, and all
   stays as it is. Boot processor, before others run. */
BOOLEAN HalMoveDebugPort(VOID);
/* Polled output; any IRQL, also with interrupts off. '\n' becomes "\r\n" on COM1. */
VOID HalWriteDebugPort(const CHAR *Text, SIZE_T Length);
/* Whether the UART of COM1 (0) or COM2 (1) is there. Any IRQL. */
BOOLEAN HalSerialPortPresent(ULONG Number);
/* Raw bytes to COM2; FALSE when there is no second port, or text has it. */
BOOLEAN HalWriteReportPort(const CHAR *Text, SIZE_T Length);

/* ---- firmware.c: QEMU fw_cfg ----------------------------------------------------------
 */
/* Reads the named fw_cfg file; returns bytes copied (0: no fw_cfg, or no such file). */
ULONG HalReadFirmwareFile(const CHAR *Name, PVOID Buffer, ULONG Length);

/* ---- acpi.c, madt.c -------------------------------------------------------------------
 */
typedef struct _HAL_PROCESSOR {
    ULONG ApicId;
    ULONG AcpiId;
} HAL_PROCESSOR, *PHAL_PROCESSOR;

/* Finds RSDT/XSDT from the root pointer, parses MADT, FADT, MCFG, HPET. STATUS_NOT_FOUND:
   no root pointer; STATUS_ACPI_INVALID_TABLE: damaged; the line that says which is
   printed. */
NTSTATUS HalInitializeAcpi(const UCHAR *Rsdp, ULONG RsdpLength);
ULONG
HalQueryProcessors(const HAL_PROCESSOR **Processors); /* enabled ones, boot CPU first */

/* ---- apic.c, ipi.c: the local APIC of the processor that runs this
 * --------------------------- */
BOOLEAN HalLocalApicPresent(VOID);
VOID HalInitializeLocalApic(VOID);
ULONG HalQueryLocalApicId(VOID);
/* Fixed, edge interrupt to one processor (by APIC id); waits for the ICR to be idle
   first. Any IRQL; disables interrupts around the two ICR writes. */
VOID HalSendInterrupt(ULONG ApicId, UCHAR Vector);
VOID HalSendNmi(ULONG ApicId);
/* Self-interrupt at Irql's software vector, 0x1F or 0x2F (IRQL-5). */
VOID HalRequestSoftwareInterrupt(UCHAR Irql);
/* TRUE when Vector stands in this local APIC's in-service / request register. */
BOOLEAN HalVectorInService(UCHAR Vector);
BOOLEAN HalVectorRequested(UCHAR Vector);
/* INIT, SIPI, SIPI to start a processor at physical StartPage (below 1 MiB). */
VOID HalStartProcessor(ULONG ApicId, ULONG64 StartPage);

/* ---- vector.c, ioapic.c, msi.c, intx.c: from a device's interrupt to a vector
 * ---------- */
typedef struct _HAL_PCI_ADDRESS {
    UCHAR Bus;
    UCHAR Device;
    UCHAR Function;
} HAL_PCI_ADDRESS, *PHAL_PCI_ADDRESS;

typedef struct _HAL_INTERRUPT_ASSIGNMENT {
    ULONG Vector;
    UCHAR Irql;             /* == Vector >> 4 */
    BOOLEAN Latched;        /* FALSE: level-sensitive */
    BOOLEAN ActiveLow;      /* as programmed into the redirection entry */
    BOOLEAN Message;        /* MSI or MSI-X rather than a line */
    ULONG64 Affinity;       /* processors it is routed to; bit = processor number */
    ULONG Gsi;              /* line: the global system interrupt */
    ULONG MessageIndex;     /* message: its number in the device */
    ULONG64 MessageAddress; /* message: what stands (or will stand) in the device */
    ULONG MessageData;
} HAL_INTERRUPT_ASSIGNMENT, *PHAL_INTERRUPT_ASSIGNMENT;

/* Finds and masks every I/O APIC of the MADT; masks the 8259s. */
NTSTATUS HalInitializeIoApics(VOID);
ULONG HalQueryIoApicCount(VOID);

/*
 * Affinity is a mask of processor numbers. With one bit the interrupt is delivered to
 * that processor (fixed, physical destination). With several, one vector is claimed on
 * all of them, and each interrupt goes to one of those where it is enabled (flat logical
 * destination, lowest priority). Assignment->Affinity says which they are: the first of
 * the mask alone, where the hardware cannot name them all.
 *
 * HalAssignLine gives the PCI function's INTx line a vector (the line's present one, with
 * its processors, when it is shared). Not delivered until HalEnableSystemInterrupt.
 * STATUS_NOT_FOUND: the function has no pin, or the chipset routes it nowhere;
 * STATUS_INVALID_PARAMETER: no processor, or one that does not exist;
 * STATUS_INSUFFICIENT_RESOURCES.
 */
NTSTATUS HalAssignLine(HAL_PCI_ADDRESS Address, ULONG64 Affinity,
                       PHAL_INTERRUPT_ASSIGNMENT Assignment);

/* The same for an ISA line (0 to 15) of a device that is not on PCI. */
NTSTATUS HalAssignIsaLine(ULONG IsaLine, ULONG64 Affinity,
                          PHAL_INTERRUPT_ASSIGNMENT Assignment);

/*
 * Gives the PCI function Count messages: MSI-X when it has it, message i to Affinities[i];
 * else MSI (then one aligned block of vectors; Count is 1, 2, 4, 8 or 16; Affinities[0] is
 * that of all of them, and more than one go to its first processor).
 * STATUS_NOT_SUPPORTED: no capability, or not that many messages. STATUS_DEVICE_BUSY: it
 * has messages already.
 */
NTSTATUS HalAssignMessages(HAL_PCI_ADDRESS Address, const ULONG64 *Affinities,
                           ULONG Count, PHAL_INTERRUPT_ASSIGNMENT Assignments);
ULONG HalQueryMessageCount(HAL_PCI_ADDRESS Address); /* 0: no MSI and no MSI-X */
/* One call an assignment; the last user of a line, the last message, restores the source.
 */
VOID HalReleaseAssignment(const HAL_INTERRUPT_ASSIGNMENT *Assignment);

/* The first KINTERRUPT of Vector on Processor was connected: let it through to there.
   FALSE when no assignment has that vector on that processor. HIGH_LEVEL or interrupts
   off. */
BOOLEAN HalEnableSystemInterrupt(ULONG Vector, ULONG Processor);
/* The last one there went: the source sends there no more, and after its last processor
   it is masked at its controller. What it sent before may still be in the local APIC. */
VOID HalDisableSystemInterrupt(ULONG Vector, ULONG Processor);
/*
 * Silences the source of Vector on every processor, and lets it through again: for a
 * storm, or until a passive-level ISR has run. A flag, not a count: repeating either does
 * nothing. Disabling the source on its last processor clears it. FALSE: no source has
 * Vector on Processor. What a message that has no mask bit sends meanwhile is lost. Any
 * IRQL.
 */
BOOLEAN HalMaskInterrupt(ULONG Vector, ULONG Processor);
VOID HalUnmaskInterrupt(ULONG Vector, ULONG Processor);
/* Describes the assignment of a vector on a processor, for reports and CON-22. */
BOOLEAN HalQueryAssignment(ULONG Vector, ULONG Processor,
                           PHAL_INTERRUPT_ASSIGNMENT Assignment);
/* state.c: what stands at the controller, read from it and not from our records. */
typedef struct _HAL_INTERRUPT_STATE {
    BOOLEAN Message;
    BOOLEAN Masked;
    ULONG Gsi;
    ULONG64 Redirection; /* a line's entry in its I/O APIC */
    ULONG64 MessageAddress;
    ULONG MessageData;
} HAL_INTERRUPT_STATE, *PHAL_INTERRUPT_STATE;
BOOLEAN HalQueryInterruptState(ULONG Vector, ULONG Processor, PHAL_INTERRUPT_STATE State);
/* Lines and messages that have a vector. */
ULONG HalCountSources(VOID);
/* I/O APIC pins whose remote-IRR or delivery-pending bit is set: for the accounting. */
ULONG HalCountPendingLines(VOID);

/* ---- pci.c: configuration space by ECAM (MCFG) or by ports
 * ------------------------------ */
VOID HalInitializePci(VOID);
BOOLEAN HalPciUsesEcam(VOID);
/* Reads Width (1, 2, 4) bytes at Offset; all ones when the function or offset is absent.
 */
ULONG HalReadPci(HAL_PCI_ADDRESS Address, ULONG Offset, ULONG Width);
VOID HalWritePci(HAL_PCI_ADDRESS Address, ULONG Offset, ULONG Width, ULONG Value);
/* Offset of a capability (id) in configuration space, or 0. Bounded walk. */
ULONG HalFindPciCapability(HAL_PCI_ADDRESS Address, UCHAR CapabilityId);

/* ---- timer.c, hpet.c, pit.c, cmos.c
 * --------------------------------------------------------- */
/* Calibrates TSC and local APIC timer against HPET, else PIT. Boot processor, once. */
NTSTATUS HalCalibrateTimers(VOID);
ULONG64 HalQueryTimeStampFrequency(VOID); /* Hz */
/* Starts this processor's periodic clock at CLOCK_VECTOR; Period in 100 ns units. */
VOID HalStartClock(ULONG Period);
VOID HalStallExecution(ULONG Microseconds); /* by TSC, with pause */
LONG64 HalQueryRealTimeClock(VOID);         /* CMOS date, 100 ns since 1601, UTC */

/* ---- power.c
 * ---------------------------------------------------------------------------------- */
#define HAL_VERDICT_PASSED       0x10 /* isa-debug-exit value; QEMU's status is value*2+1 */
#define HAL_VERDICT_BUGCHECK     0x11
#define HAL_VERDICT_FAILED       0x12
#define HAL_VERDICT_BOOT_REFUSED 0x13
/* Leaves the machine: isa-debug-exit with the verdict, else ACPI S5, else halt. */
__attribute__((noreturn)) VOID HalLeaveMachine(ULONG Verdict);

/* ---- map.c: device registers and tables, before mm/ exists and after
 * --------------------- */
/* Maps physical device registers uncached at a HAL address; NULL when the window is full.
   Takes a raw lock with interrupts off around ArchMapPage. Needs ArchFeatures. */
PVOID HalMapDevice(ULONG64 PhysicalAddress, SIZE_T Length);
