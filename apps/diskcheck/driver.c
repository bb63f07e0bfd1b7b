/*
 * diskcheck.sys: DriverEntry reads the parameters and starts the thread that does the
 * job.
 *
 * The work is not done in DriverEntry itself, because whoever loads drivers should not
 * have to wait for a disk. There is no unload routine: the code has to stay while the
 * thread runs.
 */
#include "diskcheck.h"

#define DISKCHECK_POOL_TAG 0x6B636B44 /* "Dkck" */

DRIVER_INITIALIZE DriverEntry;

/* One instance, read-only once the thread runs. */
static DISKCHECK_PARAMETERS DiskcheckParameters;

static VOID
DiskcheckSetDefaults(PDISKCHECK_PARAMETERS Parameters)
{
    static const WCHAR Device[] = L"\\Device\\Harddisk0";

    RtlCopyMemory(Parameters->DeviceBuffer, Device, sizeof(Device));
    Parameters->Device.Buffer = Parameters->DeviceBuffer;
    Parameters->Device.Length = sizeof(Device) - sizeof(WCHAR);
    Parameters->Device.MaximumLength = sizeof(Parameters->DeviceBuffer);
    Parameters->Depth = DISKCHECK_DEFAULT_DEPTH;
    Parameters->ScratchOffset = 0;
    Parameters->KeepGoing = 0;
}

/*
 * Overwrites the defaults with what the key at Path holds. A value, or the whole key,
 * that is not there leaves the default.
 */
static VOID
DiskcheckQueryValues(PDISKCHECK_PARAMETERS Parameters, PCWSTR Path)
{
    RTL_QUERY_REGISTRY_TABLE Table[5];

    RtlZeroMemory(Table, sizeof(Table));
    Table[0].Flags = RTL_QUERY_REGISTRY_DIRECT;
    Table[0].Name = L"Device";
    Table[0].EntryContext = &Parameters->Device;
    Table[1].Flags = RTL_QUERY_REGISTRY_DIRECT;
    Table[1].Name = L"Depth";
    Table[1].EntryContext = &Parameters->Depth;
    Table[2].Flags = RTL_QUERY_REGISTRY_DIRECT;
    Table[2].Name = L"ScratchOffset";
    Table[2].EntryContext = &Parameters->ScratchOffset;
    Table[3].Flags = RTL_QUERY_REGISTRY_DIRECT;
    Table[3].Name = L"KeepGoing";
    Table[3].EntryContext = &Parameters->KeepGoing;

    (VOID) RtlQueryRegistryValues(RTL_REGISTRY_ABSOLUTE, Path, Table, NULL, NULL);
}

/* RegistryPath need not end in a zero, and the query wants one: the path is copied. */
static NTSTATUS
DiskcheckReadParameters(PDISKCHECK_PARAMETERS Parameters, PUNICODE_STRING RegistryPath)
{
    static const WCHAR Subkey[] = L"\\Parameters";
    PUCHAR Path;

    DiskcheckSetDefaults(Parameters);
    Path = ExAllocatePoolWithTag(NonPagedPool, RegistryPath->Length + sizeof(Subkey),
                                 DISKCHECK_POOL_TAG);
    if (Path == NULL) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    RtlCopyMemory(Path, RegistryPath->Buffer, RegistryPath->Length);
    RtlCopyMemory(Path + RegistryPath->Length, Subkey, sizeof(Subkey));
    DiskcheckQueryValues(Parameters, (PCWSTR)Path);
    ExFreePoolWithTag(Path, DISKCHECK_POOL_TAG);
    return STATUS_SUCCESS;
}

/* Starts the check. Returns the status of the thread's creation. IRQL: PASSIVE_LEVEL. */
NTSTATUS
DriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath)
{
    OBJECT_ATTRIBUTES Attributes;
    HANDLE Thread;
    NTSTATUS Status;

    UNREFERENCED_PARAMETER(DriverObject);

    Status = DiskcheckReadParameters(&DiskcheckParameters, RegistryPath);
    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    InitializeObjectAttributes(&Attributes, NULL, OBJ_KERNEL_HANDLE, NULL, NULL);
    Status = PsCreateSystemThread(&Thread, THREAD_ALL_ACCESS, &Attributes, NULL, NULL,
                                  DiskcheckThread, &DiskcheckParameters);
    if (NT_SUCCESS(Status)) {
        ZwClose(Thread);
    }
    return Status;
}
