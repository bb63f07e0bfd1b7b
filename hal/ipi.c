/*
 * Interrupts one processor sends: to itself for software levels, to others, and the ones
 * that start a processor.
 *
 * The command register is one per processor and takes two writes, the destination first.
 * Interrupts are off between them, or a handler that sends would change the destination.
 */
#include "halp.h"
#include "apicreg.h"

#define IDLE_READS 100000 /* far beyond what any delivery takes */

#define INIT_SETTLE_MICROSECONDS    200
#define STARTUP_SETTLE_MICROSECONDS 200

/* The common case is one read. A command that never leaves is overwritten, not waited
 * for. */
FORCEINLINE VOID
HalpWaitCommandIdle(VOID)
{
    ULONG Reads = IDLE_READS;
    while (__builtin_expect(HalpReadApic(APIC_COMMAND_LOW) & APIC_COMMAND_PENDING, 0)) {
        if (--Reads == 0) {
            return;
        }
        ArchPause();
    }
}

FORCEINLINE VOID
HalpWriteCommand(ULONG ApicId, ULONG Command)
{
    HalpWaitCommandIdle();
    HalpWriteApic(APIC_COMMAND_HIGH, ApicId << APIC_ID_SHIFT);
    HalpWriteApic(APIC_COMMAND_LOW, Command | APIC_COMMAND_ASSERT);
}

static VOID
HalpSendCommand(ULONG ApicId, ULONG Command)
{
    BOOLEAN Enabled = ArchDisableInterrupts();

    HalpWriteCommand(ApicId, Command);
    ArchRestoreInterrupts(Enabled);
}

/* Fixed, edge interrupt Vector to the processor with ApicId. Any IRQL, interrupts off. */
VOID
HalSendInterrupt(ULONG ApicId, UCHAR Vector)
{
    HalpWriteCommand(ApicId, APIC_COMMAND_FIXED | Vector);
}

/* Non-maskable interrupt to one processor. Any IRQL. */
VOID
HalSendNmi(ULONG ApicId)
{
    HalpSendCommand(ApicId, APIC_COMMAND_NMI);
}

/*
 * Self-interrupt at Irql's software vector (IRQL-5): one write, by the "self" shorthand,
 * which needs no destination and so no two writes to keep together. Any IRQL.
 */
VOID
HalRequestSoftwareInterrupt(UCHAR Irql)
{
    HalpWaitCommandIdle();
    HalpWriteApic(APIC_COMMAND_LOW, APIC_COMMAND_SELF | APIC_COMMAND_ASSERT |
                                        APIC_COMMAND_FIXED | ((ULONG)Irql << 4) | 0xF);
}

/*
 * Starts the processor with ApicId in real mode at StartPage, which is below 1 MiB. The
 * caller waits for the flag that its code sets. The second start message is for
 * processors that miss the first; one that runs already ignores it.
 */
VOID
HalStartProcessor(ULONG ApicId, ULONG64 StartPage)
{
    ULONG Startup = APIC_COMMAND_STARTUP | (ULONG)(StartPage >> PAGE_SHIFT);
    HalpSendCommand(ApicId, APIC_COMMAND_INIT);
    HalStallExecution(INIT_SETTLE_MICROSECONDS);
    HalpSendCommand(ApicId, Startup);
    HalStallExecution(STARTUP_SETTLE_MICROSECONDS);
    HalpSendCommand(ApicId, Startup);
}
