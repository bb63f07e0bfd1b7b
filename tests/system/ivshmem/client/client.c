/*
 * The client of the shared memory: finds the device by its interface, maps the memory, rings
 * another machine and waits for its answer, on each vector. The other machine is the test's
 * server, which answers a ring with one on the same vector.
 */
#include "../interface.h"

#define ROUNDS 16
#define ASK    0x2154734B43415544ULL /* at 0: what we wrote */
#define PLACE  4096                  /* where the server writes its count of rings */

DRIVER_INITIALIZE DriverEntry;

static KSTART_ROUTINE ClientThread;

static HANDLE File; /* the driver's mapping lives as long as it is open */

/* One control; the status it ended with. */
static NTSTATUS
Control(ULONG Code, PVOID Input, ULONG InputLength, PVOID Output, ULONG OutputLength)
{
    IO_STATUS_BLOCK IoStatus;

    return ZwDeviceIoControlFile(File, NULL, NULL, NULL, &IoStatus, Code, Input,
                                 InputLength, Output, OutputLength);
}

/* Opens the one device of the interface class. */
static NTSTATUS
Open(VOID)
{
    OBJECT_ATTRIBUTES Attributes;
    IO_STATUS_BLOCK IoStatus;
    UNICODE_STRING Name;
    NTSTATUS Status;
    PWSTR Names;

    Status = IoGetDeviceInterfaces(&IvshmemInterface, NULL, 0, &Names);
    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    RtlInitUnicodeString(&Name, Names);
    InitializeObjectAttributes(&Attributes, &Name, OBJ_KERNEL_HANDLE, NULL, NULL);
    Status = Name.Length == 0
                 ? STATUS_NO_SUCH_DEVICE
                 : ZwOpenFile(&File, FILE_READ_DATA | FILE_WRITE_DATA | SYNCHRONIZE,
                              &Attributes, &IoStatus, 0, FILE_SYNCHRONOUS_IO_NONALERT);
    ExFreePool(Names);
    return Status;
}

/* Rings the server's vector and waits for its ring. */
static NTSTATUS
RingAndWait(USHORT Vector, PKEVENT Event)
{
    LARGE_INTEGER Limit = {.QuadPart = -10 * 10000000LL};
    IVSHMEM_RING Ring = {.Peer = 1, .Vector = Vector};
    NTSTATUS Status = Control(IOCTL_IVSHMEM_RING, &Ring, sizeof(Ring), NULL, 0);

    if (NT_SUCCESS(Status)) {
        Status = KeWaitForSingleObject(Event, Executive, KernelMode, FALSE, &Limit);
    }
    return Status;
}

/* ROUNDS rings on one vector. */
static NTSTATUS
UseVector(USHORT Vector)
{
    IVSHMEM_EVENT Register = {.Vector = Vector};
    NTSTATUS Status;
    PVOID Event;

    Status = ZwCreateEvent(&Register.Event, EVENT_ALL_ACCESS, NULL, SynchronizationEvent,
                           FALSE);
    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    Status = ObReferenceObjectByHandle(Register.Event, SYNCHRONIZE, *ExEventObjectType,
                                       KernelMode, &Event, NULL);
    if (NT_SUCCESS(Status)) {
        Status = Control(IOCTL_IVSHMEM_EVENT, &Register, sizeof(Register), NULL, 0);
        for (ULONG Round = 0; Round < ROUNDS && Status == STATUS_SUCCESS; Round++) {
            Status = RingAndWait(Vector, Event);
        }
        ObDereferenceObject(Event);
    }
    ZwClose(Register.Event);
    return Status;
}

/* What must be refused. */
static BOOLEAN
RefusesNonsense(VOID)
{
    IVSHMEM_EVENT Event = {.Vector = 1000};
    IVSHMEM_MAPPING Mapping;
    ULONG Small;

    return Control(IOCTL_IVSHMEM_EVENT, &Event, sizeof(Event), NULL, 0) ==
               STATUS_INVALID_PARAMETER &&
           Control(IOCTL_IVSHMEM_SIZE, NULL, 0, &Small, sizeof(Small)) ==
               STATUS_BUFFER_TOO_SMALL &&
           Control(IOCTL_IVSHMEM_MAP, NULL, 0, &Mapping, sizeof(Mapping)) ==
               STATUS_INVALID_DEVICE_REQUEST &&
           Control(IVSHMEM_CODE(99), NULL, 0, NULL, 0) == STATUS_INVALID_DEVICE_REQUEST;
}

static NTSTATUS
Run(VOID)
{
    IVSHMEM_MAPPING Mapping = {0};
    volatile ULONG64 *Shared;
    NTSTATUS Status = Open();
    ULONG64 Size = 0;
    USHORT Peer = 0;

    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    Control(IOCTL_IVSHMEM_PEER, NULL, 0, &Peer, sizeof(Peer));
    Control(IOCTL_IVSHMEM_SIZE, NULL, 0, &Size, sizeof(Size));
    Status = Control(IOCTL_IVSHMEM_MAP, NULL, 0, &Mapping, sizeof(Mapping));
    DbgPrint("ivclient: peer %u, 0x%I64X bytes, %u vectors, map 0x%X\n", Peer, Size,
             Mapping.Vectors, (ULONG)Status);
    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    Shared = Mapping.Address;
    Shared[0] = ASK;
    for (USHORT Vector = 0; Vector < Mapping.Vectors && Status == STATUS_SUCCESS;
         Vector++) {
        Status = UseVector(Vector);
    }
    DbgPrint("ivclient: status 0x%X, server answered %u rings, nonsense %s\n",
             (ULONG)Status, (ULONG)Shared[PLACE / sizeof(ULONG64)],
             RefusesNonsense() ? "refused" : "accepted");
    ZwClose(File); /* and with it goes the mapping */
    return Status;
}

static VOID NTAPI
ClientThread(PVOID Context)
{
    UNREFERENCED_PARAMETER(Context);
    PsTerminateSystemThread(Run());
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
                                  ClientThread, NULL);
    if (NT_SUCCESS(Status)) {
        ZwClose(Thread);
    }
    return Status;
}
