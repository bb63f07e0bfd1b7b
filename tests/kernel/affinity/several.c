/*
 * One registration on all processors: what it is made of, that nothing is lost or served
 * twice, and that its objects share one lock.
 *
 * QEMU gives a lowest-priority interrupt to the first of its processors. That the others
 * would serve it too is shown with the vector itself, sent to all of them through the local
 * APIC under the logical ids the device's interrupt is addressed with.
 */
#include "affinity.h"

#define ROUNDS 1000

#define LOCAL_APIC           0xFEE00000
#define LOCAL_APIC_SPACE     0x1000
#define APIC_COMMAND_LOW     0x300
#define APIC_COMMAND_HIGH    0x310
#define APIC_COMMAND_LOGICAL 0x800
#define APIC_COMMAND_ASSERT  0x4000
#define APIC_COMMAND_PENDING 0x1000
#define LOGICAL_ID_SHIFT     24

static BOOLEAN NTAPI
CountingIsr(PKINTERRUPT Interrupt, PVOID ServiceContext)
{
    PCOUNTED_ISR Isr = ServiceContext;
    ULONG Processor = KeGetCurrentProcessorNumber();
    LONG Inside = InterlockedIncrement(&Isr->Inside);
    BOOLEAN Mine = DeviceRead(EDU_CAUSES) != 0;

    Isr->MostInside = max(Isr->MostInside, Inside);
    Isr->ByProcessor[Processor]++;
    Isr->Interrupts[Processor] = Interrupt;
    if (Mine) {
        DeviceWrite(EDU_ACKNOWLEDGE, MAXULONG);
    }
    if (Isr->Lingers) {
        KeStallExecutionProcessor(2000);
    }
    InterlockedDecrement(&Isr->Inside);
    Isr->Calls++;
    if (Mine || Isr->Lingers) {
        Isr->Claims++;
        if (Isr->Total != NULL) {
            InterlockedIncrement(Isr->Total);
        }
    }
    return Mine || Isr->Lingers;
}

NTSTATUS
ConnectOn(PCOUNTED_ISR Isr, KAFFINITY Processors)
{
    KtapPoison(&Isr->Object);
    return IoConnectInterrupt(&Isr->Object, CountingIsr, Isr, NULL, Device.Vector,
                              Device.Irql, Device.Irql, Device.Mode, TRUE, Processors,
                              FALSE);
}

VOID
DisconnectIsr(PCOUNTED_ISR Isr)
{
    IoDisconnectInterrupt(Isr->Object);
    Isr->Object = NULL;
}

BOOLEAN
RaiseOnce(volatile LONG *Counter)
{
    LONG Next = *Counter + 1;

    DeviceWrite(EDU_RAISE, 1);
    return KtapSpinUntil(Counter, Next);
}

#pragma pack(push, 1)
typedef struct _DESCRIPTOR_TABLE {
    USHORT Limit;
    ULONG64 Base;
} DESCRIPTOR_TABLE;

typedef struct _GATE {
    USHORT OffsetLow;
    USHORT Selector;
    USHORT Attributes;
    USHORT OffsetMiddle;
    ULONG OffsetHigh;
    ULONG Reserved;
} GATE;
#pragma pack(pop)

/* Where the source's gate leads, on every processor. */
static VOID
ReadGates(PULONG64 Targets)
{
    for (ULONG Number = 0; Number < KeQueryActiveProcessorCount(NULL); Number++) {
        DESCRIPTOR_TABLE Table;
        GATE *Gate;

        KeSetSystemAffinityThread((KAFFINITY)1 << Number);
        __asm__ __volatile__("sidt %0" : "=m"(Table));
        Gate = (GATE *)Table.Base + Device.Vector;
        Targets[Number] = (ULONG64)Gate->OffsetHigh << 32 |
                          (ULONG64)Gate->OffsetMiddle << 16 | Gate->OffsetLow;
    }
    KeRevertToUserAffinityThread();
}

static ULONG
CountEqual(const ULONG64 *First, const ULONG64 *Second)
{
    ULONG Equal = 0;

    for (ULONG Number = 0; Number < KeQueryActiveProcessorCount(NULL); Number++) {
        Equal += First[Number] == Second[Number];
    }
    return Equal;
}

static VOID
TestRaises(PCOUNTED_ISR Isr)
{
    ULONG Processors = KeQueryActiveProcessorCount(NULL);
    ULONG Lost = 0;

    for (ULONG Round = 0; Round < ROUNDS; Round++) {
        KeSetSystemAffinityThread((KAFFINITY)1 << Round % Processors);
        Lost += !RaiseOnce(&Isr->Claims);
    }
    KeRevertToUserAffinityThread();
    KtapSleep(20);
    ok_equal(Lost, 0, "AFF-4 none of 1000 interrupts to all processors is lost");
    ok_equal(Isr->Claims, ROUNDS, "ISR-2 each is claimed once, on whichever processor");
    ok_equal(Isr->Calls, ROUNDS, "ISR-2 and nobody is asked in vain");
    ok_equal(Isr->MostInside, 1, "ISR-3 never on two processors at once");
}

VOID
TestSeveral(VOID)
{
    static ULONG64 Before[PROCESSORS], During[PROCESSORS], After[PROCESSORS];
    static COUNTED_ISR Isr;
    ULONG Processors = KeQueryActiveProcessorCount(NULL);
    GROUP_AFFINITY Affinity;
    PKINTERRUPT Stale;

    ReadGates(Before);
    ok_status(ConnectOn(&Isr, Device.Assigned), STATUS_SUCCESS,
              "CON-1 KINT-5 one registration for all processors");
    ReadGates(During);
    ok_equal(CountEqual(Before, During), 0, "KINT-3 the gate of each processor is set");
    ok_status(IoGetAffinityInterrupt(Isr.Object, &Affinity), STATUS_SUCCESS,
              "CON-32 IoGetAffinityInterrupt knows it");
    ok(Affinity.Group == 0 && Affinity.Mask == Device.Assigned,
       "CON-32 AFF-5 all its processors, in group 0");
    TestRaises(&Isr);

    Stale = Isr.Object;
    DisconnectIsr(&Isr);
    ReadGates(After);
    ok_equal(CountEqual(Before, After), Processors,
             "CHN-7 disconnected, every processor's gate is as before");
    ok_status(IoGetAffinityInterrupt(Stale, &Affinity), STATUS_INVALID_PARAMETER,
              "CON-32 and the object is unknown");
    DeviceWrite(EDU_RAISE, 1);
    KtapSleep(20);
    ok_equal(Isr.Calls, ROUNDS, "CON-28 no processor calls the ISR any more");
    DeviceWrite(EDU_ACKNOWLEDGE, MAXULONG);

    Isr = (COUNTED_ISR){0};
    ok_status(ConnectOn(&Isr, ~(KAFFINITY)0), STATUS_SUCCESS,
              "CON-3 processors that are not there do not count");
    IoGetAffinityInterrupt(Isr.Object, &Affinity);
    ok_equal(Affinity.Mask, Device.Assigned, "CON-3 CON-32 nor are they answered");
    DisconnectIsr(&Isr);
}

static PUCHAR LocalApic; /* each processor reaches its own there */

/* Sends the source's vector to Processors, from here. Any IRQL; at HIGH_LEVEL in between,
   so that both words are written to one local APIC. */
static VOID
SendVector(KAFFINITY Processors)
{
    PULONG Low = (PULONG)(LocalApic + APIC_COMMAND_LOW);
    KIRQL Old;

    KeRaiseIrql(HIGH_LEVEL, &Old);
    WRITE_REGISTER_ULONG((PULONG)(LocalApic + APIC_COMMAND_HIGH),
                         (ULONG)Processors << LOGICAL_ID_SHIFT);
    WRITE_REGISTER_ULONG(Low, APIC_COMMAND_ASSERT | APIC_COMMAND_LOGICAL | Device.Vector);
    while (READ_REGISTER_ULONG(Low) & APIC_COMMAND_PENDING) {
    }
    KeLowerIrql(Old);
}

VOID
TestOneLock(VOID)
{
    static COUNTED_ISR Isr;
    PHYSICAL_ADDRESS Address = {.QuadPart = LOCAL_APIC};
    ULONG Processors = KeQueryActiveProcessorCount(NULL);
    ULONG Once = 0, Distinct = 0;
    LONG Held;
    KIRQL Old;

    LocalApic = MmMapIoSpace(Address, LOCAL_APIC_SPACE, MmNonCached);
    Isr.Lingers = TRUE;
    ConnectOn(&Isr, Device.Assigned);
    SendVector(Device.Assigned);
    KtapAwait(&Isr.Calls, (LONG)Processors);
    for (ULONG Number = 0; Number < Processors; Number++) {
        BOOLEAN Own = Isr.Interrupts[Number] != NULL;

        for (ULONG Other = 0; Other < Number; Other++) {
            Own = Own && Isr.Interrupts[Other] != Isr.Interrupts[Number];
        }
        Once += Isr.ByProcessor[Number] == 1;
        Distinct += Own;
    }
    ok_equal(Once, Processors, "KINT-3 every processor serves the vector");
    ok_equal(Distinct, Processors, "KINT-5 each with an object of its own");
    ok(Isr.Interrupts[0] == Isr.Object, "KINT-5 the first is what the driver was given");
    ok_equal(Isr.MostInside, 1,
             "KINT-12 ISR-3 all at once, one after the other: one lock");

    Old = KeAcquireInterruptSpinLock(Isr.Object);
    SendVector(Device.Assigned & ~((KAFFINITY)1 << KeGetCurrentProcessorNumber()));
    KeStallExecutionProcessor(5000);
    Held = Isr.Calls;
    KeReleaseInterruptSpinLock(Isr.Object, Old);
    ok_equal(Held, Processors, "SYN-2 SYN-4 whoever holds the lock keeps out every ISR");
    KtapAwait(&Isr.Calls, (LONG)(2 * Processors - 1));
    ok_equal(Isr.Calls, 2 * Processors - 1, "SYN-3 and lets them all in afterwards");
    DisconnectIsr(&Isr);
    MmUnmapIoSpace(LocalApic, LOCAL_APIC_SPACE);
}
