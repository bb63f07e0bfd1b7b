/*
 * Host test of the frame lock: whoever holds it cannot be interrupted, because the HAL may want
 * it with interrupts off.
 */
#include "check.h"

#include "../../mm/bitmap.c"
#include "../../mm/framemap.c"
#include "../../mm/mi.h"

/* The processor's two instructions that a program cannot have. */
#define ArchDisableInterrupts  DisableInterrupts
#define ArchRestoreInterrupts  RestoreInterrupts
#define KeGetCurrentIrql()     PASSIVE_LEVEL
#define ArchDirectMap(Address) ((PVOID)(ULONG_PTR)(Address))

static BOOLEAN InterruptsOn = TRUE;

static BOOLEAN
DisableInterrupts(VOID)
{
    BOOLEAN Before = InterruptsOn;

    InterruptsOn = FALSE;
    return Before;
}

static VOID
RestoreInterrupts(BOOLEAN Enabled)
{
    InterruptsOn = Enabled;
}

#include "../../mm/frames.c"

static ULONG Taken, TakenInterruptible, ReleasedInterruptible;

KIRQL
NTAPI
KeAcquireSpinLockRaiseToDpc(PKSPIN_LOCK SpinLock)
{
    UNREFERENCED_PARAMETER(SpinLock);
    Taken++;
    TakenInterruptible += InterruptsOn;
    return PASSIVE_LEVEL;
}

VOID NTAPI
KeReleaseSpinLock(PKSPIN_LOCK SpinLock, KIRQL NewIrql)
{
    UNREFERENCED_PARAMETER(SpinLock);
    UNREFERENCED_PARAMETER(NewIrql);
    ReleasedInterruptible += InterruptsOn;
}

VOID
KeAssertFailed(const CHAR *Expression, const CHAR *File, ULONG Line)
{
    printf("assertion failed: %s, %s line %u\n", Expression, File, Line);
    __builtin_trap();
}

VOID NTAPI
KeBugCheckEx(ULONG Code, ULONG_PTR P1, ULONG_PTR P2, ULONG_PTR P3, ULONG_PTR P4)
{
    printf("bug check %x (%zx, %zx, %zx, %zx)\n", Code, (size_t)P1, (size_t)P2,
           (size_t)P3, (size_t)P4);
    __builtin_trap();
}

/* Takes and gives back a frame; TRUE: both happened, and interrupts are as they were. */
static BOOLEAN
IsServed(BOOLEAN Interruptible)
{
    ULONG64 Frame;

    InterruptsOn = Interruptible;
    Frame = MmAllocateFrames(1, 1, MAXULONGLONG);
    if (Frame == 0 || InterruptsOn != Interruptible) {
        return FALSE;
    }
    MmFreeFrames(Frame, 1);
    return InterruptsOn == Interruptible;
}

int
main(void)
{
    static ULONG64 Words[1024];
    static const BOOT_INFORMATION Boot = {
        .MemoryRanges = {{0x100000, 0x3F00000, BootMemoryUsable}}, .MemoryRangeCount = 1};

    MiBuildFrameMap(&MiFrames, Words, &Boot);
    Check(IsServed(TRUE) && Taken == 2, "a frame is taken and given back under the lock");
    Check(TakenInterruptible == 0, "interrupts are off before it is asked for");
    Check(ReleasedInterruptible == 0, "and until it is released");
    Check(IsServed(FALSE),
          "who comes with interrupts off, as the HAL does, keeps them off");
    return CheckVerdict();
}
