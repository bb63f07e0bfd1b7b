/*
 * The controller's registers and rings.
 */
#include "hw.h"
#include "xhci.h"

#define PAGE         0x1000
#define EVENTS       16    /* in a ring */
#define GROUP_LENGTH 0x240 /* of the longest group of registers used here */
#define RESET_LIMIT  1000
#define COMMAND_PAGE 0 /* pages of the memory */
#define CONTEXT_PAGE 1
#define TABLE_PAGE   2 /* a segment table an interrupter, 64 bytes apart */
#define EVENT_PAGE   3 /* a ring an interrupter, 256 bytes apart */
#define PAGES        4
#define TABLE_STRIDE 64

C_ASSERT(sizeof(BLOCK) * EVENTS * MESSAGES <= PAGE);
C_ASSERT(PAGE / TABLE_STRIDE >= MESSAGES);

static SHARED_MEMORY Memory;
static ULONG Operational, Runtime, Doorbells;
static ULONG Read; /* events taken of the first ring; it never wraps here */

static ULONG64
AddressOf(ULONG Page)
{
    return (ULONG64)Memory.Physical.QuadPart + Page * PAGE;
}

static VOID
WriteAddress(ULONG Register, ULONG64 Address)
{
    DeviceWrite(Register, (ULONG)Address);
    DeviceWrite(Register + 4, (ULONG)(Address >> 32));
}

/* Waits up to a second for the bits of the status register. */
static BOOLEAN
AwaitStatus(ULONG Mask, ULONG Expected)
{
    for (ULONG Waited = 0; Waited < RESET_LIMIT; Waited += 5) {
        if ((DeviceRead(Operational + XHCI_STATUS) & Mask) == Expected) {
            return TRUE;
        }
        KtapSleep(5);
    }
    return FALSE;
}

static ULONG
RegisterOf(ULONG Interrupter, ULONG Register)
{
    return Runtime + XHCI_INTERRUPTERS + Interrupter * INTERRUPTER_STRIDE + Register;
}

static ULONG64
EventAddress(ULONG Interrupter, ULONG Event)
{
    return AddressOf(EVENT_PAGE) + (Interrupter * EVENTS + Event) * sizeof(BLOCK);
}

static BOOLEAN
IsInside(ULONG Place)
{
    return Pci.Length >= GROUP_LENGTH && Place <= Pci.Length - GROUP_LENGTH;
}

/* Finds the register groups; FALSE: not in the region, or too much is asked of us. */
static BOOLEAN
FindRegisters(VOID)
{
    ULONG Interrupters =
        DeviceRead(XHCI_STRUCTURAL_1) >> INTERRUPTERS_SHIFT & INTERRUPTERS_MASK;

    Operational = DeviceRead(XHCI_LENGTH) & 0xFF;
    Runtime = DeviceRead(XHCI_RUNTIME) & PLACE_MASK;
    Doorbells = DeviceRead(XHCI_DOORBELLS) & ~3u;
    return IsInside(Operational) && IsInside(Runtime) && IsInside(Doorbells) &&
           Interrupters >= MESSAGES && (DeviceRead(XHCI_STRUCTURAL_2) & SCRATCHPADS) == 0;
}

static BOOLEAN
ResetController(VOID)
{
    DeviceWrite(Operational + XHCI_COMMAND, 0);
    if (!AwaitStatus(STATUS_HALTED, STATUS_HALTED)) {
        return FALSE;
    }
    DeviceWrite(Operational + XHCI_COMMAND, COMMAND_RESET);
    return AwaitStatus(STATUS_NOT_READY, 0);
}

static VOID
PrepareInterrupter(ULONG Interrupter)
{
    SEGMENT *Table = (PVOID)(Memory.Virtual + TABLE_PAGE * PAGE);
    ULONG Place = Interrupter * TABLE_STRIDE;

    Table[Place / sizeof(SEGMENT)].Address = EventAddress(Interrupter, 0);
    Table[Place / sizeof(SEGMENT)].Blocks = EVENTS;
    DeviceWrite(RegisterOf(Interrupter, INTERRUPTER_SEGMENTS), 1);
    WriteAddress(RegisterOf(Interrupter, INTERRUPTER_DEQUEUE),
                 EventAddress(Interrupter, 0));
    WriteAddress(RegisterOf(Interrupter, INTERRUPTER_TABLE),
                 AddressOf(TABLE_PAGE) + Place);
    DeviceWrite(RegisterOf(Interrupter, INTERRUPTER_MODERATION), 0);
    DeviceWrite(RegisterOf(Interrupter, INTERRUPTER_MANAGEMENT),
                MANAGEMENT_PENDING | MANAGEMENT_ENABLE);
}

BOOLEAN
StartController(VOID)
{
    if (!FindRegisters() || !ResetController() ||
        !AllocateShared(&Memory, PAGES * PAGE)) {
        return FALSE;
    }
    DeviceWrite(Operational + XHCI_CONFIGURE, 1);
    WriteAddress(Operational + XHCI_CONTEXTS, AddressOf(CONTEXT_PAGE));
    WriteAddress(Operational + XHCI_COMMAND_RING, AddressOf(COMMAND_PAGE) | RING_CYCLE);
    for (ULONG Interrupter = 0; Interrupter < MESSAGES; Interrupter++) {
        PrepareInterrupter(Interrupter);
    }
    DeviceWrite(Operational + XHCI_COMMAND, COMMAND_RUN | COMMAND_INTERRUPTS);
    return AwaitStatus(STATUS_HALTED, 0);
}

BOOLEAN
StopController(VOID)
{
    if (!ResetController()) {
        return FALSE; /* it may still write: the memory stays */
    }
    FreeShared(&Memory);
    return TRUE;
}

VOID
StartNoOperation(VOID)
{
    volatile BLOCK *Commands = (PVOID)(Memory.Virtual + COMMAND_PAGE * PAGE);

    Commands[Read].Control = BLOCK_NO_OPERATION << BLOCK_TYPE_SHIFT | BLOCK_CYCLE;
    DeviceWrite(Doorbells, 0);
}

BOOLEAN
HasDoneNothing(VOID)
{
    volatile BLOCK *Event =
        (PVOID)(Memory.Virtual + EVENT_PAGE * PAGE + Read * sizeof(BLOCK));

    if ((Event->Control & BLOCK_CYCLE) == 0 ||
        Event->Control >> BLOCK_TYPE_SHIFT != BLOCK_COMPLETION ||
        Event->Status >> BLOCK_CODE_SHIFT != CODE_SUCCESS ||
        Event->Parameter != AddressOf(COMMAND_PAGE) + Read * sizeof(BLOCK)) {
        return FALSE;
    }
    Read++;
    EndMessage(0);
    return TRUE;
}

/* The ring's end is where it was set up, at its first block: the second is not that. */
VOID
SendMessage(ULONG Interrupter)
{
    WriteAddress(RegisterOf(Interrupter, INTERRUPTER_DEQUEUE),
                 EventAddress(Interrupter, 1));
    DeviceWrite(RegisterOf(Interrupter, INTERRUPTER_DEQUEUE),
                (ULONG)EventAddress(Interrupter, 1) | DEQUEUE_BUSY);
}

VOID
EndMessage(ULONG Interrupter)
{
    ULONG Event = Interrupter == 0 ? Read : 0;

    WriteAddress(RegisterOf(Interrupter, INTERRUPTER_DEQUEUE),
                 EventAddress(Interrupter, Event) | DEQUEUE_BUSY);
}
