/*
 * DriverEntry starts the thread that obeys. There is no unload routine: the code has to
 * stay while the thread runs.
 */
#include "perf.h"

DRIVER_INITIALIZE DriverEntry;
static KSTART_ROUTINE PerfThread;

/* The NIC's interrupts, the disk's and the thread share processor 0, as in the peer. */
static NTSTATUS
PerfRun(VOID)
{
    NTSTATUS Status;

    KeSetSystemAffinityThread(1);
    Status = NicOpen();
    if (NT_SUCCESS(Status)) {
        Status = ConsoleOpen();
        if (NT_SUCCESS(Status)) {
            Status = CommandServe();
            ConsoleClose();
        }
        NicClose();
    }
    return Status;
}

static VOID NTAPI
PerfThread(PVOID Context)
{
    UNREFERENCED_PARAMETER(Context);

    PsTerminateSystemThread(PerfRun());
}

/* Returns the status of the thread's creation. IRQL: PASSIVE_LEVEL. */
NTSTATUS
NTAPI
DriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath)
{
    OBJECT_ATTRIBUTES Attributes;
    HANDLE Thread;
    NTSTATUS Status;

    UNREFERENCED_PARAMETER(RegistryPath);

    DriverObject->DriverExtension->AddDevice = VectorAddDevice;
    InitializeObjectAttributes(&Attributes, NULL, OBJ_KERNEL_HANDLE, NULL, NULL);
    Status = PsCreateSystemThread(&Thread, THREAD_ALL_ACCESS, &Attributes, NULL, NULL,
                                  PerfThread, NULL);
    if (NT_SUCCESS(Status)) {
        ZwClose(Thread);
    }
    return Status;
}
