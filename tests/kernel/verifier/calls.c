/*
 * ISRs and DPCs that do not leave things as they were; the interrupt lock.
 */
#include "verifier.h"

static KDEFERRED_ROUTINE HoldingDpc, LoweringDpc;
static KSPIN_LOCK Lock;
static PKINTERRUPT Interrupt;
static volatile LONG Called;

/* Connects Isr and has the device interrupt. */
static VOID
Provoke(PKSERVICE_ROUTINE Isr)
{
    if (!ok_status(IoConnectInterrupt(&Interrupt, Isr, NULL, NULL, Device.Vector,
                                      Device.Irql, Device.Irql, Device.Mode, TRUE,
                                      Device.Affinity, FALSE),
                   STATUS_SUCCESS, "CON-7 the ISR is connected")) {
        return;
    }
    DeviceWrite(EDU_RAISE, 1);
    KtapAwait(&Called, 1);
}

static BOOLEAN
Quiet(VOID)
{
    BOOLEAN Mine = DeviceRead(EDU_CAUSES) != 0;

    DeviceWrite(EDU_ACKNOWLEDGE, MAXULONG);
    Called = 1;
    return Mine;
}

static BOOLEAN NTAPI
LoweringIsr(PKINTERRUPT Object, PVOID Context)
{
    UNREFERENCED_PARAMETER(Object);
    UNREFERENCED_PARAMETER(Context);
    KeLowerIrql(Device.Irql - 1);
    return Quiet();
}

/* VER-12, IRQL-23 */
VOID
LowerInIsr(VOID)
{
    Expect(0x111, (ULONG_PTR)LoweringIsr, Device.Irql, Device.Irql - 1, "LoweringIsr");
    Provoke(LoweringIsr);
}

static BOOLEAN NTAPI
MathIsr(PKINTERRUPT Object, PVOID Context)
{
    UNREFERENCED_PARAMETER(Object);
    UNREFERENCED_PARAMETER(Context);
    __asm__ volatile("fldpi");
    return Quiet();
}

/* VER-12, FLT-5 */
VOID
ClobberMath(VOID)
{
    Expect(0x110, (ULONG_PTR)MathIsr, ANY, ANY, "MathIsr");
    Provoke(MathIsr);
}

static BOOLEAN NTAPI
VectorIsr(PKINTERRUPT Object, PVOID Context)
{
    UNREFERENCED_PARAMETER(Object);
    UNREFERENCED_PARAMETER(Context);
    __asm__ volatile("pcmpeqd %xmm9, %xmm9");
    return Quiet();
}

/* VER-12, FLT-5 */
VOID
ClobberVector(VOID)
{
    Expect(0x110, (ULONG_PTR)VectorIsr, ANY, ANY, "VectorIsr");
    Provoke(VectorIsr);
}

static BOOLEAN NTAPI
HoldingIsr(PKINTERRUPT Object, PVOID Context)
{
    UNREFERENCED_PARAMETER(Object);
    UNREFERENCED_PARAMETER(Context);
    KeAcquireSpinLockAtDpcLevel(&Lock);
    return Quiet();
}

/* VER-19 */
VOID
HoldInIsr(VOID)
{
    Expect(0x40009, ANY, 0, 0, "HoldingIsr");
    ExpectLine("returns with spin lock \\w+ held, taken at vf-isrlock.sys!HoldingIsr");
    Provoke(HoldingIsr);
}

static VOID NTAPI
HoldingDpc(PKDPC Dpc, PVOID Context, PVOID Argument1, PVOID Argument2)
{
    UNREFERENCED_PARAMETER(Dpc);
    UNREFERENCED_PARAMETER(Context);
    UNREFERENCED_PARAMETER(Argument1);
    UNREFERENCED_PARAMETER(Argument2);
    KeAcquireSpinLockAtDpcLevel(&Lock);
    StillHere();
}

/* VER-19 */
VOID
HoldInDpc(VOID)
{
    Expect(0x40009, ANY, 0, 0, "HoldingDpc");
    ExpectLine("returns with spin lock \\w+ held, taken at vf-dpclock.sys!HoldingDpc");
    RunDpc(HoldingDpc);
}

static BOOLEAN NTAPI
TakingIsr(PKINTERRUPT Object, PVOID Context)
{
    UNREFERENCED_PARAMETER(Object);
    UNREFERENCED_PARAMETER(Context);
    KeAcquireSpinLockAtDpcLevel(&Lock);
    KeReleaseSpinLockFromDpcLevel(&Lock);
    return Quiet();
}

/* The interrupt lock is one of the graph: taken around the ISR, and by the driver. */
VOID
InterruptDeadlock(VOID)
{
    KIRQL OldIrql;

    Provoke(TakingIsr);
    Expect(0x1001, ANY, (ULONG_PTR)&Lock, 0, "InterruptDeadlock");
    ExpectLine("was taken at vf-intlock.sys!TakingIsr");
    KeAcquireSpinLock(&Lock, &OldIrql);
    KeAcquireInterruptSpinLock(Interrupt);
    StillHere();
}

static BOOLEAN NTAPI
Synchronized(PVOID Context)
{
    KeAcquireInterruptSpinLock(Context);
    StillHere();
    return TRUE;
}

/* LCK-4 */
VOID
SynchronizeTwice(VOID)
{
    Provoke(TakingIsr);
    Expect(0x1000, ANY, ANY, ANY, "Synchronized");
    KeSynchronizeExecution(Interrupt, Synchronized, Interrupt);
    StillHere();
}

typedef KIRQL NTAPI RAISE_IRQL(KIRQL);
typedef VOID NTAPI LOWER_IRQL(KIRQL);

static PVOID
Ask(PCWSTR Text)
{
    UNICODE_STRING Name;

    RtlInitUnicodeString(&Name, Text);
    return MmGetSystemRoutineAddress(&Name);
}

/* VER-3; called, and not an instruction of the driver's. */
VOID
RaiseDown(VOID)
{
    RAISE_IRQL *RaiseIrql = (RAISE_IRQL *)Ask(L"KfRaiseIrql");
    KIRQL OldIrql = RaiseIrql(DISPATCH_LEVEL);

    ok_irql(DISPATCH_LEVEL, "IRQL-20 the imported KfRaiseIrql raises");
    ok_equal(OldIrql, PASSIVE_LEVEL, "IRQL-20 and returns the level before");
    Expect(0x30, DISPATCH_LEVEL, APC_LEVEL, 0, "RaiseDown");
    RaiseIrql(APC_LEVEL);
    StillHere();
}

/* VER-4 */
VOID
LowerUp(VOID)
{
    LOWER_IRQL *LowerIrql = (LOWER_IRQL *)Ask(L"KeLowerIrql");

    Expect(0x31, PASSIVE_LEVEL, DISPATCH_LEVEL, 0, "LowerUp");
    LowerIrql(DISPATCH_LEVEL);
    StillHere();
}

static LOWER_IRQL *Lower;

static VOID NTAPI
LoweringDpc(PKDPC Dpc, PVOID Context, PVOID Argument1, PVOID Argument2)
{
    UNREFERENCED_PARAMETER(Dpc);
    UNREFERENCED_PARAMETER(Context);
    UNREFERENCED_PARAMETER(Argument1);
    UNREFERENCED_PARAMETER(Argument2);
    Lower(PASSIVE_LEVEL);
    StillHere();
}

/* VER-4 */
VOID
LowerInDpc(VOID)
{
    Lower = (LOWER_IRQL *)Ask(L"KeLowerIrql");
    Expect(0x31, DISPATCH_LEVEL, PASSIVE_LEVEL, 1, "LoweringDpc");
    RunDpc(LoweringDpc);
}
