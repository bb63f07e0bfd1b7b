/*
 * nvmedisk: nvme.sys as its clients see it: reads from every processor that come back to
 * it, refusals, cancelled requests.
 */
#include "disk.h"

DRIVER_INITIALIZE DriverEntry;

BOOLEAN FewQueues;

static VOID
DiskTests(VOID)
{
    if (!ok(OpenDisk(), "the disk opens by its name")) {
        return;
    }
    TestHome();
    TestChain();
    if (ok(PrepareMany(), "memory for requests")) {
        TestRefusals();
        TestCancel();
        TestWrite();
        FreeMany();
    }
    CloseDisk();
}

NTSTATUS
NTAPI
DriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath)
{
    static const WCHAR Few[] = L"nvmedisk-few";
    ULONG Length = sizeof(Few) - sizeof(WCHAR);

    FewQueues =
        RegistryPath->Length > Length &&
        RtlCompareMemory((PUCHAR)RegistryPath->Buffer + RegistryPath->Length - Length,
                         Few, Length) == Length;
    return KtapStart(DriverObject, RegistryPath, DiskTests);
}
