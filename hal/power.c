/*
 * The ways out of the machine. A test runner wants a verdict, so QEMU's isa-debug-exit
 * comes first; then soft-off as ACPI describes it; then the processor just stops.
 */
#include "halp.h"
#include "ports.h"

#define DEBUG_EXIT_PORT 0xF4 /* -device isa-debug-exit,iobase=0xf4,iosize=0x04 */

#define PM1_ACPI_MODE        0x0001 /* SCI_EN */
#define PM1_SLEEP_MASK       0x3C00
#define PM1_SLEEP_TYPE_SHIFT 10
#define PM1_SLEEP_ENABLE     0x2000

#define ACPI_MODE_READS 1000000

/* In legacy mode the sleep bits do nothing: the firmware hands the machine over first. */
static VOID
HalpEnterAcpiMode(const HALP_FADT *Fadt)
{
    if (Fadt->SmiCommand == 0 || Fadt->AcpiEnable == 0 ||
        (HalpReadPort16(Fadt->Pm1aControl) & PM1_ACPI_MODE) != 0) {
        return;
    }
    HalpWritePort8(Fadt->SmiCommand, Fadt->AcpiEnable);
    ULONG Reads = ACPI_MODE_READS;
    while ((HalpReadPort16(Fadt->Pm1aControl) & PM1_ACPI_MODE) == 0 && --Reads != 0) {
        ArchPause();
    }
}

static VOID
HalpWriteSleep(USHORT Port, UCHAR SleepType)
{
    if (Port != 0) {
        USHORT Value = HalpReadPort16(Port) & (USHORT)~PM1_SLEEP_MASK;
        Value |= (USHORT)(SleepType << PM1_SLEEP_TYPE_SHIFT);
        HalpWritePort16(Port, Value);
        HalpWritePort16(Port, Value | PM1_SLEEP_ENABLE);
    }
}

/*
 * Does not return. Verdict: one of HAL_VERDICT_*, QEMU's exit status is twice that plus
 * one. Any IRQL, any state; the other processors go with the machine.
 */
VOID
HalLeaveMachine(ULONG Verdict)
{
    const HALP_FADT *Fadt = &HalpPlatform.Fadt;
    HalpWritePort32(DEBUG_EXIT_PORT, Verdict);
    if (HalpPlatform.CanSleep && Fadt->Pm1aControl != 0) {
        HalpEnterAcpiMode(Fadt);
        HalpWriteSleep(Fadt->Pm1aControl, HalpPlatform.SleepTypes.A);
        HalpWriteSleep(Fadt->Pm1bControl, HalpPlatform.SleepTypes.B);
    }
    ArchHaltForever();
}
