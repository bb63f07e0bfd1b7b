/*
 * isrstop: one programming error a boot, made in an ISR of edu or with its lock. The word
 * case=NAME of the module line chooses it.
 */
#include <device.h>

DRIVER_INITIALIZE DriverEntry;

/* The routine at fault stays on the stack. */
#pragma GCC optimize("no-optimize-sibling-calls")

#define NOWHERE 0xFFFFB00012345000ULL

static KSPIN_LOCK IsrLock;
static KSERVICE_ROUTINE BreakingIsr, ReadingIsr, QuietIsr;

static BOOLEAN NTAPI
BreakingIsr(PKINTERRUPT Interrupt, PVOID ServiceContext)
{
    UNREFERENCED_PARAMETER(Interrupt);
    UNREFERENCED_PARAMETER(ServiceContext);
    __asm__ __volatile__("int3");
    return TRUE;
}

static BOOLEAN NTAPI
ReadingIsr(PKINTERRUPT Interrupt, PVOID ServiceContext)
{
    UNREFERENCED_PARAMETER(Interrupt);
    UNREFERENCED_PARAMETER(ServiceContext);
    return *(volatile UCHAR *)NOWHERE != 0;
}

static BOOLEAN NTAPI
QuietIsr(PKINTERRUPT Interrupt, PVOID ServiceContext)
{
    UNREFERENCED_PARAMETER(Interrupt);
    UNREFERENCED_PARAMETER(ServiceContext);
    DeviceWrite(EDU_ACKNOWLEDGE, MAXULONG);
    return TRUE;
}

/* Connects Routine with IsrLock and moves to the processor it will run on. */
static VOID
Connect(PKSERVICE_ROUTINE Routine)
{
    PKINTERRUPT Interrupt;

    KeInitializeSpinLock(&IsrLock);
    KeSetSystemAffinityThread(Device.Affinity);
    ok_status(IoConnectInterrupt(&Interrupt, Routine, NULL, &IsrLock, Device.Vector,
                                 Device.Irql, Device.Irql, Device.Mode, Device.Shared,
                                 Device.Affinity, FALSE),
              STATUS_SUCCESS, "CON-1 the ISR is connected");
}

static VOID
ExpectPlace(PCSTR Guilty, KIRQL Irql)
{
    DbgPrint("# expect guilty %s\n# expect processor %lu\n# expect irql %u\n", Guilty,
             Device.Processor, Irql);
}

/* BUG-9: the records are the kernel's; the report says where. */
static VOID
Break(VOID)
{
    Connect(BreakingIsr);
    DbgPrint("# expect stop 0x0000003D (*, *, 0x0, 0x0)\n");
    ExpectPlace("BreakingIsr", Device.Irql);
    DeviceWrite(EDU_RAISE, 1);
}

/* BUG-21 at a device's level. */
static VOID
Read(VOID)
{
    Connect(ReadingIsr);
    DbgPrint("# expect stop 0x000000D1 (0x%I64X, 0x%X, 0x0, *)\n", NOWHERE, Device.Irql);
    ExpectPlace("ReadingIsr", Device.Irql);
    DeviceWrite(EDU_RAISE, 1);
}

/* BUG-6, SYN-2: the ISR's lock taken as if it were a plain one; the ISR comes on top. */
static __attribute__((noinline)) VOID
TakePlainly(VOID)
{
    KIRQL Old;

    Connect(QuietIsr);
    DbgPrint("# expect stop 0x0000000F (0x%I64X, 0x%X, 0x0, 0x0)\n",
             (ULONG64)(ULONG_PTR)&IsrLock, Device.Irql);
    ExpectPlace("TakePlainly", Device.Irql);
    KeAcquireSpinLock(&IsrLock, &Old);
    DeviceWrite(EDU_RAISE, 1);
    KeStallExecutionProcessor(1000);
    KeReleaseSpinLock(&IsrLock, Old);
}

static VOID
StopTests(VOID)
{
    if (IsCase(L"breakpoint")) {
        Break();
    } else if (IsCase(L"read")) {
        Read();
    } else if (IsCase(L"lock")) {
        TakePlainly();
    }
    KtapSleep(2000);
    ok(FALSE, "the error ends in a stop");
}

NTSTATUS
NTAPI
DriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath)
{
    return StartSuite(DriverObject, RegistryPath, StopTests);
}
