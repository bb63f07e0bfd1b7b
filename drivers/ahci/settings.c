/*
 * What can be set under the service's Parameters key.
 *
 *   CommandSeconds  REG_DWORD  how long a command may take, 1 to 3600; default 30
 */
#include "ahci.h"

#define AHCI_DEFAULT_SECONDS 30
#define AHCI_MAXIMUM_SECONDS 3600

static ULONG AhciSeconds = AHCI_DEFAULT_SECONDS; /* constant after DriverEntry */

/* How long a command may take, in seconds. Any IRQL. */
ULONG
AhciCommandSeconds(VOID)
{
    return AhciSeconds;
}

/*
 * Reads the settings; what is missing or makes no sense leaves the default. The path need
 * not end in a zero, and the query wants one, so it is copied. Returns
 * STATUS_INSUFFICIENT_RESOURCES or STATUS_SUCCESS. IRQL: PASSIVE_LEVEL.
 */
NTSTATUS
AhciReadSettings(PUNICODE_STRING RegistryPath)
{
    static const WCHAR Subkey[] = L"\\Parameters";
    RTL_QUERY_REGISTRY_TABLE Table[2];
    ULONG Seconds = AHCI_DEFAULT_SECONDS;
    PUCHAR Path;

    Path = ExAllocatePoolWithTag(NonPagedPool, RegistryPath->Length + sizeof(Subkey),
                                 AHCI_POOL_TAG);
    if (Path == NULL) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    RtlCopyMemory(Path, RegistryPath->Buffer, RegistryPath->Length);
    RtlCopyMemory(Path + RegistryPath->Length, Subkey, sizeof(Subkey));

    RtlZeroMemory(Table, sizeof(Table));
    Table[0].Flags = RTL_QUERY_REGISTRY_DIRECT;
    Table[0].Name = L"CommandSeconds";
    Table[0].EntryContext = &Seconds;
    (VOID) RtlQueryRegistryValues(RTL_REGISTRY_ABSOLUTE, (PCWSTR)Path, Table, NULL, NULL);
    ExFreePoolWithTag(Path, AHCI_POOL_TAG);

    if (Seconds != 0 && Seconds <= AHCI_MAXIMUM_SECONDS) {
        AhciSeconds = Seconds;
    }
    return STATUS_SUCCESS;
}
