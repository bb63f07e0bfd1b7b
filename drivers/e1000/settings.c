/*
 * settings.c - what can be set under the service's Parameters key.
 *
 *   InterruptMicroseconds  REG_DWORD  least time between interrupts, up to 16000; default 0
 *
 * Without it every frame may interrupt at once: latency is what this driver is measured by,
 * and one queued DPC serves all frames that came before it ran. A machine that has more to
 * do than to receive is better off with a limit.
 */
#include "e1000.h"

#define E1000_MAXIMUM_MICROSECONDS  16000
#define E1000_INTERVAL_NANOSECONDS  256 /* the unit of ITR */
#define E1000_NANOSECONDS_PER_MICRO 1000

static ULONG E1000Microseconds; /* constant after DriverEntry */

ULONG
E1000InterruptInterval(VOID)
{
    return E1000Microseconds * E1000_NANOSECONDS_PER_MICRO / E1000_INTERVAL_NANOSECONDS;
}

/*
 * Reads the settings; what is missing or makes no sense leaves the default. The path need
 * not end in a zero, and the query wants one, so it is copied. Returns
 * STATUS_INSUFFICIENT_RESOURCES or STATUS_SUCCESS. PASSIVE_LEVEL.
 */
NTSTATUS
E1000ReadSettings(PUNICODE_STRING RegistryPath)
{
    static const WCHAR Subkey[] = L"\\Parameters";
    RTL_QUERY_REGISTRY_TABLE Table[2];
    ULONG Microseconds = 0;
    PUCHAR Path;

    Path = ExAllocatePoolWithTag(NonPagedPool, RegistryPath->Length + sizeof(Subkey),
                                 E1000_TAG);
    if (Path == NULL) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    RtlCopyMemory(Path, RegistryPath->Buffer, RegistryPath->Length);
    RtlCopyMemory(Path + RegistryPath->Length, Subkey, sizeof(Subkey));

    RtlZeroMemory(Table, sizeof(Table));
    Table[0].Flags = RTL_QUERY_REGISTRY_DIRECT;
    Table[0].Name = L"InterruptMicroseconds";
    Table[0].EntryContext = &Microseconds;
    (VOID) RtlQueryRegistryValues(RTL_REGISTRY_ABSOLUTE, (PCWSTR)Path, Table, NULL, NULL);
    ExFreePoolWithTag(Path, E1000_TAG);

    if (Microseconds <= E1000_MAXIMUM_MICROSECONDS) {
        E1000Microseconds = Microseconds;
    }
    return STATUS_SUCCESS;
}
