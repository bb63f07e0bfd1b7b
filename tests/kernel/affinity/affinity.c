/*
 * affinity: one interrupt, several processors. A WDM driver for edu, whose module line says
 * cpu=all; START hands the assigned interrupt to the suite's thread.
 */
#include "affinity.h"

DRIVER_INITIALIZE DriverEntry;

static VOID
AffinityTests(VOID)
{
    DeviceWrite(EDU_ACKNOWLEDGE, MAXULONG);
    ok_equal(
        Device.Assigned, KeQueryActiveProcessors(),
        "AFF-4 CON-4 the assigned affinity is every active processor, and no other bit");
    TestSeveral();
    TestOneLock();
    TestSubsets();
    TestUnderFire();
}

NTSTATUS
NTAPI
DriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath)
{
    return StartSuite(DriverObject, RegistryPath, AffinityTests);
}
