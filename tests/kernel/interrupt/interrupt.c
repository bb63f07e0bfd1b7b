/*
 * interrupt: the way of a real device's interrupt, from IoConnectInterrupt to the last
 * call of an ISR, on edu's line.
 */
#include "interrupt.h"

DRIVER_INITIALIZE DriverEntry;

NTSTATUS
ConnectLine(PLINE_ISR Isr, KIRQL SynchronizeIrql)
{
    KtapPoison(&Isr->Object);
    KeInitializeSpinLock(&Isr->Lock);
    Isr->Calls = 0;
    return IoConnectInterrupt(&Isr->Object, LineIsr, Isr, &Isr->Lock, Device.Vector,
                              Device.Irql, SynchronizeIrql, Device.Mode, Device.Shared,
                              Device.Affinity, FALSE);
}

VOID
DisconnectLine(PLINE_ISR Isr)
{
    IoDisconnectInterrupt(Isr->Object);
    Isr->Object = NULL;
}

VOID
MoveToLine(VOID)
{
    KeSetSystemAffinityThread(Device.Affinity);
}

BOOLEAN
RaiseLine(PLINE_ISR Isr)
{
    LONG Next = Isr->Calls + 1;

    DeviceWrite(EDU_RAISE, 1);
    return KtapAwait(&Isr->Calls, Next);
}

static VOID
InterruptTests(VOID)
{
    DeviceWrite(EDU_LIVENESS, 0x12345678);
    ok_equal(DeviceRead(EDU_LIVENESS), 0xEDCBA987, "the device answers");
    TestConnect();
    TestConnectEx();
    TestGate();
    TestService();
    TestSynchronize();
    TestMasked();
    TestAnswers();
    TestExtendedState();
    TestInterrupted();
    TestDpcForIsr();
    TestDisconnect();
    TestChain();
    TestChainRules();
}

NTSTATUS
NTAPI
DriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath)
{
    return StartSuite(DriverObject, RegistryPath, InterruptTests);
}
