/*
 * The composition root: what runs in which order, and nothing else.
 *
 * Phase 0 is one processor without interrupts: each step makes the next one possible.
 * Phase 1 is a system thread; there the other processors start, devices are found,
 * drivers loaded, programs run, and the machine is left with a verdict.
 */
#include "bootp.h"

#include <internal/ex.h>
#include <internal/io.h>
#include <internal/verifier.h>

/* Clock ticks; options dpclimit= and dpcperiod= (WDG-3: 20 and 120 seconds). */
#define DPC_TIME_LIMIT      0x500
#define DPC_WATCHDOG_PERIOD 0x1E00
/* Option clocklimit=: ten seconds, because a busy host may keep a processor that long. */
#define CLOCK_WATCHDOG_LIMIT 0x280

/* Option applimit=, 0: none; `make run` gives the whole machine 60. */
#define APPLICATION_LIMIT_SECONDS 45
#define DIRECT_MAP_AT_BOOT        0x100000000ULL /* what entry.asm maps */

static BOOT_INFORMATION BootInformation;

/* One clear line and a stop: for what makes starting impossible. */
VOID
BootRefuse(const CHAR *Why)
{
    KePrintUnlocked("dirql: cannot start: %s\n", Why);
    HalLeaveMachine(HAL_VERDICT_BOOT_REFUSED);
}

static VOID
BootRequire(NTSTATUS Status, const CHAR *Why)
{
    if (!NT_SUCCESS(Status)) {
        BootRefuse(Why);
    }
}

static VOID
BootReadLoader(ULONG64 InformationBase, ULONG64 EntryTimeStamp)
{
    const CHAR *Wrong;

    if (InformationBase == 0 || InformationBase >= DIRECT_MAP_AT_BOOT - (1 << 20)) {
        BootRefuse("the boot information is out of reach");
    }
    BootInformation.EntryTimeStamp = EntryTimeStamp;
    BootInformation.InformationBase = InformationBase;
    BootInformation.EntryBase = (ULONG64)(ULONG_PTR)BootImageStart;
    BootInformation.KernelBase = (ULONG64)(ULONG_PTR)KiImageStart - ARCH_KERNEL_BASE;
    BootInformation.EntryLength = BootInformation.KernelBase - BootInformation.EntryBase;
    BootInformation.KernelLength = (ULONG64)(KiImageEnd - KiImageStart);
    Wrong = BootParseInformation(ArchDirectMap(InformationBase), &BootInformation);
    if (Wrong != NULL) {
        BootRefuse(Wrong);
    }
}

/* Adds the options QEMU passes in fw_cfg to those of grub.cfg, which they override. */
static VOID
BootReadOptions(VOID)
{
    CHAR *Options = BootInformation.Options;
    ULONG Length = (ULONG)strlen(Options);

    if (Length < BOOT_MAXIMUM_OPTIONS - 2) {
        Options[Length++] = ' ';
        Length += HalReadFirmwareFile("opt/dirql/cmdline", Options + Length,
                                      BOOT_MAXIMUM_OPTIONS - 1 - Length);
        Options[Length] = '\0';
    }
}

/* Whether the option Name has this value. */
static BOOLEAN
BootIsOption(const CHAR *Name, const CHAR *Value)
{
    ULONG Length;
    const CHAR *Text = RtlQueryOption(BootInformation.Options, Name, &Length);

    return Text != NULL && Length == strlen(Value) && memcmp(Text, Value, Length) == 0;
}

/* console=com2: COM1 is for a driver, and what the kernel prints goes to COM2. */
static VOID
BootChooseConsole(VOID)
{
    if (BootIsOption("console", "com2") && !HalMoveDebugPort()) {
        KePrint("dirql: there is no COM2 for the console\n");
    }
}

/* bugcheck: a stop before any module is loaded; bugcheck=early: before there is memory. */
static VOID
BootProvoke(BOOLEAN Early)
{
    const CHAR *Options = BootInformation.Options;
    ULONG Length;

    if (RtlQueryOption(Options, "bugcheck", &Length) != NULL &&
        RtlIsOption(Options, "bugcheck", "early") == Early) {
        KeBugCheckEx(MANUALLY_INITIATED_CRASH, Early ? 0x65 : 0x64, 0x69, 0x72, 0x71);
    }
}

static KPROCESSOR_MEMORY BootProcessorMemory;

static VOID
BootInitializeMemory(VOID)
{
    BootRequire(MmInitializeSystem(&BootInformation),
                "less than 32 MiB of memory, or none that can be used");
    BootRequire(ExInitializePool(), "no memory for the pool");
    KeSetSymbols(&BootInformation);
    if (!BootAllocateProcessor(&BootProcessorMemory)) {
        BootRefuse("no memory for the boot processor's stacks");
    }
}

static VOID
BootInitializePlatform(VOID)
{
    const HAL_PROCESSOR *Processors;

    if (!HalLocalApicPresent()) {
        BootRefuse("the processor has no local APIC");
    }
    if (BootInformation.RsdpLength == 0) {
        BootRefuse("the loader gave no ACPI root pointer (RSDP)");
    }
    BootRequire(HalInitializeAcpi(BootInformation.Rsdp, BootInformation.RsdpLength),
                "the ACPI tables are not usable");
    HalInitializeLocalApic();
    BootRequire(HalInitializeIoApics(), "no I/O APIC is usable");
    BootRequire(HalCalibrateTimers(), "no timer to calibrate by");
    HalInitializePci();
    KeCompleteBootProcessor(&BootProcessorMemory);
    KePrint("dirql: MADT: %u processors, %u I/O APIC; PCI by %s; TSC %I64u MHz\n",
            HalQueryProcessors(&Processors), HalQueryIoApicCount(),
            HalPciUsesEcam() ? "ECAM" : "ports", HalQueryTimeStampFrequency() / 1000000);
}

static VOID
BootFinish(const CHAR *Failure, ULONG Verdict)
{
    if (Failure == NULL) {
        KePrint("dirql: verdict: passed\n");
    } else {
        KePrint("dirql: verdict: failed: %s\n", Failure);
    }
    HalLeaveMachine(Verdict);
}

/*
 * Loads the drivers and runs the programs: NULL, or what went wrong first. Programs are
 * waited for even when a driver failed: they run, and must not lose what they stand on.
 */
static const CHAR *
BootRunMachine(BOOLEAN *Ended)
{
    static CHAR Reason[80];
    const CHAR *Failure = BootLoadModules(&BootInformation);
    ULONG Limit =
        RtlQueryNumber(BootInformation.Options, "applimit", APPLICATION_LIMIT_SECONDS);
    NTSTATUS Status = IoWaitForApplications((Limit == 0) ? MAXULONG : Limit);

    *Ended = Status != STATUS_IO_TIMEOUT;
    if (Failure == NULL && !NT_SUCCESS(Status)) {
        RtlFormat(Reason, sizeof(Reason), "a program ended with status 0x%08X", Status);
        Failure = Reason;
    }
    return Failure;
}

/* storm=bugcheck: an interrupt storm ends the run (0xF2); else its line is masked. */
static VOID
BootSetStormPolicy(VOID)
{
    KeSetStormPolicy(RtlIsOption(BootInformation.Options, "storm", "bugcheck"));
}

/* A thread on each processor for its threaded DPCs (DPC-24). */
static VOID
BootStartThreadedDpcs(VOID)
{
    HANDLE Handle;

    for (ULONG_PTR Number = 0; Number < KeQueryActiveProcessorCount(NULL); Number++) {
        BootRequire(PsCreateSystemThread(&Handle, THREAD_ALL_ACCESS, NULL, NULL, NULL,
                                         KeServiceThreadedDpcs, (PVOID)Number),
                    "no memory for the DPC threads");
        ZwClose(Handle);
    }
}

/* `hold`: everything stays as it is, for an observer from outside. */
static VOID
BootHold(VOID)
{
    LARGE_INTEGER Second = {.QuadPart = -10000000};
    ULONG Length;

    if (RtlQueryOption(BootInformation.Options, "hold", &Length) != NULL) {
        KePrint("dirql: holding\n");
        for (;;) {
            KeDelayExecutionThread(KernelMode, FALSE, &Second);
        }
    }
}

/* The first system thread. PASSIVE_LEVEL. */
static VOID NTAPI
BootPhaseOne(PVOID Context)
{
    static BOOT_REPORT Report;
    const CHAR *Failure;
    BOOLEAN Ended;

    UNREFERENCED_PARAMETER(Context);
    KeSetClockWatchdog(
        RtlQueryNumber(BootInformation.Options, "clocklimit", CLOCK_WATCHDOG_LIMIT));
    BootStartProcessors(&BootInformation, RtlQueryNumber(BootInformation.Options, "cpus",
                                                         HAL_MAXIMUM_PROCESSORS));
    KeWatchSpinLocks();
    VfInitialize(BootInformation.Options);
    BootStartTrace(&BootInformation);
    BootRequire(IoInitializeSystem(BootInformation.Options),
                "no memory for the I/O manager");
    BootSetStormPolicy();
    KeSetDpcWatchdog(
        RtlQueryNumber(BootInformation.Options, "dpclimit", DPC_TIME_LIMIT),
        RtlQueryNumber(BootInformation.Options, "dpcperiod", DPC_WATCHDOG_PERIOD));
    BootStartThreadedDpcs();
    IoEnumerateDevices();
    BootProvoke(FALSE);

    Failure = BootRunMachine(&Ended);
    BootGatherReport(&Report);
    BootPrintReport(&Report);
    VfPrintReport();
    if (Failure == NULL) {
        Failure = BootDescribeLoss(&Report);
    }
    BootWriteReport(&Report, &BootInformation, (Failure == NULL) ? "passed" : "failed");
    BootWriteTrace();
    BootHold();
    if (Ended) { /* else a program's thread would lose the code it runs */
        IoShutdownSystem();
    }
    BootFinish(Failure, (Failure == NULL) ? HAL_VERDICT_PASSED : HAL_VERDICT_FAILED);
}

static VOID
BootStartPhaseOne(VOID)
{
    HANDLE Handle;

    BootRequire(PsCreateSystemThread(&Handle, THREAD_ALL_ACCESS, NULL, NULL, NULL,
                                     BootPhaseOne, NULL),
                "no memory for the first thread");
}

/* Phase 0 from where there are guarded stacks; the boot thread ends as the idle thread.
 */
static VOID
BootContinue(VOID)
{
    BootInitializePlatform();
    KeInitializeTime(HalQueryRealTimeClock());
    if (!LdrInitializeExports()) {
        BootRefuse("the export table is not sorted");
    }
    KeStartClock();
    ArchEnableInterrupts();
    BootRequire(ExInitializeSystem(), "no memory for the executive");
    BootStartPhaseOne();
    KeEnterIdleLoop();
}

/* From boot/entry.asm, at -2 GiB on the boot stack: physical address of the loader's
   information, TSC at the kernel's first instructions. */
VOID
BootMain(ULONG64 InformationBase, ULONG64 EntryTimeStamp)
{
    const CHAR *Wrong;

    HalInitializeDebugPort();
    ArchQueryFeatures();
    ArchEnableFeatures();
    KeInitializeBootProcessor();
    KePrint("dirql: NT %s interrupt profile on %s\n", DIRQL_NT_NAME, ArchFeatures.Brand);
    BootReadLoader(InformationBase, EntryTimeStamp);
    BootReadOptions();
    BootChooseConsole();
    BootProvoke(TRUE);
    Wrong = BootCheckModules(&BootInformation);
    if (Wrong != NULL) {
        BootRefuse(Wrong);
    }
    BootInitializeMemory();
    ArchCallOnStack(BootProcessorMemory.IdleStack, BootContinue);
}
