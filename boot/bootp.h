/* Private to boot/: the steps of the phase table and what they pass along. */
#pragma once

#include <internal/boot.h>
#include <internal/ke.h>
#include <internal/mm.h>
#include <internal/rtl.h>

/* linker.ld: the image as it was loaded; trampoline.asm: real-mode code to copy. */
extern const UCHAR BootImageStart[], KiImageStart[], KiImageEnd[];
extern const UCHAR BootTrampoline[], BootTrampolineEnd[];

/* multiboot2.c: fills Boot from the loader's tags. NULL, or what is wrong with them.
   The strings of the information are changed in place. */
const CHAR *BootParseInformation(UCHAR *Information, PBOOT_INFORMATION Boot);
/* processors.c: a processor's stacks and blocks. FALSE: memory is short. */
BOOLEAN BootAllocateProcessor(PKPROCESSOR_MEMORY Memory);
/* Starts every processor the MADT lists, at most Limit in all. */
VOID BootStartProcessors(const BOOT_INFORMATION *Boot, ULONG Limit);
/* modules.c: NULL, or why the modules cannot be what they should be. */
const CHAR *BootCheckModules(const BOOT_INFORMATION *Boot);
/* Loads and starts what the options ask for. NULL, or which failed first and why. */
const CHAR *BootLoadModules(const BOOT_INFORMATION *Boot);
/* main.c */
__attribute__((noreturn)) VOID BootRefuse(const CHAR *Why);
__attribute__((noreturn)) VOID BootMain(ULONG64 InformationBase, ULONG64 EntryTimeStamp);
/* report.c, json.c: what the run came to. TRUE when nothing was lost. */
typedef struct _BOOT_REPORT {
    KE_ACCOUNT Kernel;
    ULONG64 IrpsIssued;
    ULONG64 IrpsCompleted;
    ULONG64 IrpsOutstanding;
    ULONG LinesPending;
    ULONG64 InterruptsLost; /* those still pending among them */
    ULONG64 DpcsLost;
    ULONG64 Lost; /* and IRPs */
} BOOT_REPORT, *PBOOT_REPORT;
VOID BootGatherReport(PBOOT_REPORT Report);
const CHAR *BootDescribeLoss(const BOOT_REPORT *Report);
VOID BootPrintReport(const BOOT_REPORT *Report);
VOID BootDescribeSource(PKINTERRUPT Interrupt, CHAR *Text, SIZE_T Size);
VOID BootDescribeIsr(PKINTERRUPT Interrupt, CHAR *Text, SIZE_T Size);
const CHAR *BootDriverOf(PKINTERRUPT Interrupt); /* base name of the ISR's image */
VOID BootWriteReport(const BOOT_REPORT *Report, const BOOT_INFORMATION *Boot,
                     const CHAR *Verdict);
/* trace.c: starts what trace= asks for; Boot is read again by BootWriteTrace. */
VOID BootStartTrace(const BOOT_INFORMATION *Boot);
/* Ends the trace and writes it to the second serial port, behind the report. */
VOID BootWriteTrace(VOID);
