/*
 * connectex: IoConnectInterruptEx, each form and each status, on edu's line, on its
 * message (msi=1), and on a device with several messages (case=several).
 */
#include "connectex.h"

DRIVER_INITIALIZE DriverEntry;

static VOID
ConnectTests(VOID)
{
    if (IsCase(L"several")) {
        TestSeveralMessages();
        return;
    }
    TestErrors(); /* first: the redirection entry has never been written */
    TestConstants();
    TestFully();
    TestLine();
    TestMessages();
    TestEarly();
    TestErrors();
}

NTSTATUS
NTAPI
DriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath)
{
    return StartSuite(DriverObject, RegistryPath, ConnectTests);
}
