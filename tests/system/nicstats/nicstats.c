/*
 * nicstats: asks an e1000 for its counters, by handle as a program would, until two frames
 * that are too long have come; test_nic.py sends them. Bad questions first.
 */
#include <ntddk.h>
#include <ntddndis.h>

#define TRIES 100 /* of 100 ms */

DRIVER_INITIALIZE DriverEntry;
static KSTART_ROUTINE StatisticsThread;

/* One question; a counter is 8 bytes when they fit. */
static NTSTATUS
Ask(HANDLE Nic, ULONG Oid, PVOID Answer, ULONG Length)
{
    IO_STATUS_BLOCK Iosb;

    return ZwDeviceIoControlFile(Nic, NULL, NULL, NULL, &Iosb,
                                 IOCTL_NDIS_QUERY_GLOBAL_STATS, &Oid, sizeof(Oid), Answer,
                                 Length);
}

static ULONG64
Counter(HANDLE Nic, ULONG Oid)
{
    ULONG64 Value = 0;

    return NT_SUCCESS(Ask(Nic, Oid, &Value, sizeof(Value))) ? Value : MAXULONGLONG;
}

static NTSTATUS
OpenNic(PHANDLE Nic)
{
    UNICODE_STRING Name = RTL_CONSTANT_STRING(L"\\Device\\E1000_0");
    OBJECT_ATTRIBUTES Attributes;
    IO_STATUS_BLOCK Iosb;

    InitializeObjectAttributes(&Attributes, &Name, OBJ_KERNEL_HANDLE, NULL, NULL);
    return ZwOpenFile(Nic, FILE_READ_DATA | SYNCHRONIZE, &Attributes, &Iosb,
                      FILE_SHARE_READ | FILE_SHARE_WRITE, FILE_SYNCHRONOUS_IO_NONALERT);
}

static VOID NTAPI
StatisticsThread(PVOID Context)
{
    LARGE_INTEGER Time = {.QuadPart = -1000000};
    ULONG64 Undersize = 0, Oversize = 0, Value;
    NTSTATUS Status;
    HANDLE Nic;

    UNREFERENCED_PARAMETER(Context);
    Status = OpenNic(&Nic);
    if (!NT_SUCCESS(Status)) {
        PsTerminateSystemThread(Status);
    }
    DbgPrint("nicstats: unknown 0x%08X short 0x%08X\n", Ask(Nic, 0x12345, &Value, 8),
             Ask(Nic, OID_GEN_RCV_OK, &Value, 2));
    for (ULONG Try = 0; Try < TRIES && Oversize < 2; Try++) {
        KeDelayExecutionThread(KernelMode, FALSE, &Time);
        Undersize = Counter(Nic, OID_DIRQL_UNDERSIZE);
        Oversize = Counter(Nic, OID_DIRQL_OVERSIZE);
    }
    DbgPrint("nicstats: undersize %I64u oversize %I64u\n", Undersize, Oversize);
    ZwClose(Nic);
    PsTerminateSystemThread(STATUS_SUCCESS);
}

NTSTATUS
NTAPI
DriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath)
{
    OBJECT_ATTRIBUTES Attributes;
    NTSTATUS Status;
    HANDLE Thread;

    UNREFERENCED_PARAMETER(DriverObject);
    UNREFERENCED_PARAMETER(RegistryPath);
    InitializeObjectAttributes(&Attributes, NULL, OBJ_KERNEL_HANDLE, NULL, NULL);
    Status = PsCreateSystemThread(&Thread, THREAD_ALL_ACCESS, &Attributes, NULL, NULL,
                                  StatisticsThread, NULL);
    if (NT_SUCCESS(Status)) {
        ZwClose(Thread);
    }
    return Status;
}
