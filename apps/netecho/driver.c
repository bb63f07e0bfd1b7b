/*
 * driver.c - DriverEntry reads the parameters and starts the thread that does
 * the work.
 *
 * DriverEntry must return for the boot to go on, and the job waits for a
 * network: hence the thread. There is no DriverUnload, because the thread runs
 * in this image until the end.
 */
#include "netecho.h"

#define PARAMETERS_KEY       L"\\Parameters"
#define DEVICE_NAME_CAPACITY 64
#define ADDRESS_CAPACITY     16 /* "255.255.255.255" and a terminator */

DRIVER_INITIALIZE DriverEntry;
static KSTART_ROUTINE NetechoThread;

/* What the registry can change. Written by DriverEntry, before the thread
 * exists. */
static WCHAR NetechoDevice[DEVICE_NAME_CAPACITY] = L"\\Device\\E1000_0";
static WCHAR NetechoPeer[ADDRESS_CAPACITY] = L"10.0.2.2";
static WCHAR NetechoAddress[ADDRESS_CAPACITY] = L"10.0.2.15";
static NETECHO_PARAMETERS NetechoParameters = {.Count = 100, .Tries = 5};

/* A counted string over a buffer: its text now, room for all that the buffer
 * holds. */
static VOID
NetechoInitString(PUNICODE_STRING String, PWCHAR Buffer, USHORT Capacity)
{
    RtlInitUnicodeString(String, Buffer);
    String->MaximumLength = Capacity * sizeof(WCHAR);
}

/*
 * Fetches the values that exist under <RegistryPath>\Parameters; the others
 * keep what they hold, and so do all of them if there is no such key.
 */
static NTSTATUS
NetechoQueryRegistry(PUNICODE_STRING RegistryPath, PUNICODE_STRING Peer,
                     PUNICODE_STRING Address)
{
    RTL_QUERY_REGISTRY_TABLE Table[7];
    PWCHAR Path;
    ULONG Index;

    Path = ExAllocatePoolWithTag(
        NonPagedPool, RegistryPath->Length + sizeof(PARAMETERS_KEY), NETECHO_TAG);
    if (Path == NULL) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    /* A counted string need not end in a zero; the query wants one that does. */
    RtlCopyMemory(Path, RegistryPath->Buffer, RegistryPath->Length);
    RtlCopyMemory((PUCHAR)Path + RegistryPath->Length, PARAMETERS_KEY,
                  sizeof(PARAMETERS_KEY));

    RtlZeroMemory(Table, sizeof(Table));
    Table[0].Name = L"Device";
    Table[0].EntryContext = &NetechoParameters.Device;
    Table[1].Name = L"Count";
    Table[1].EntryContext = &NetechoParameters.Count;
    Table[2].Name = L"Peer";
    Table[2].EntryContext = Peer;
    Table[3].Name = L"Address";
    Table[3].EntryContext = Address;
    Table[4].Name = L"Serve";
    Table[4].EntryContext = &NetechoParameters.Serve;
    Table[5].Name = L"Tries";
    Table[5].EntryContext = &NetechoParameters.Tries;
    for (Index = 0; Index < 6; Index++) {
        Table[Index].Flags = RTL_QUERY_REGISTRY_DIRECT;
        Table[Index].DefaultType = REG_NONE;
    }
    RtlQueryRegistryValues(RTL_REGISTRY_ABSOLUTE, Path, Table, NULL, NULL);
    ExFreePoolWithTag(Path, NETECHO_TAG);
    return STATUS_SUCCESS;
}

/* Fills NetechoParameters. Says which value is no good, if one is. */
static NTSTATUS
NetechoReadParameters(PUNICODE_STRING RegistryPath)
{
    UNICODE_STRING Peer, Address;
    NTSTATUS Status;

    NetechoInitString(&NetechoParameters.Device, NetechoDevice, DEVICE_NAME_CAPACITY);
    NetechoInitString(&Peer, NetechoPeer, ADDRESS_CAPACITY);
    NetechoInitString(&Address, NetechoAddress, ADDRESS_CAPACITY);
    Status = NetechoQueryRegistry(RegistryPath, &Peer, &Address);
    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    if (!WireParseAddress(Peer.Buffer, Peer.Length / sizeof(WCHAR),
                          &NetechoParameters.Peer)) {
        DbgPrint("netecho: Peer is not an IPv4 address: %wZ\n", &Peer);
        return STATUS_INVALID_PARAMETER;
    }
    if (!WireParseAddress(Address.Buffer, Address.Length / sizeof(WCHAR),
                          &NetechoParameters.Address)) {
        DbgPrint("netecho: Address is not an IPv4 address: %wZ\n", &Address);
        return STATUS_INVALID_PARAMETER;
    }
    if (NetechoParameters.Count == 0 && NetechoParameters.Serve == 0) {
        DbgPrint("netecho: Count is 0, and nobody is to be served\n");
        return STATUS_INVALID_PARAMETER;
    }
    return STATUS_SUCCESS;
}

/* The exit status is the verdict on the job. */
static VOID NTAPI
NetechoThread(PVOID Context)
{
    PsTerminateSystemThread(EchoRun((const NETECHO_PARAMETERS *)Context));
}

/*
 * PASSIVE_LEVEL. Returns STATUS_INVALID_PARAMETER for a parameter that is no
 * good, or why the thread cannot be had.
 */
NTSTATUS
NTAPI
DriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath)
{
    OBJECT_ATTRIBUTES Attributes;
    HANDLE Thread;
    NTSTATUS Status;

    UNREFERENCED_PARAMETER(DriverObject);

    Status = NetechoReadParameters(RegistryPath);
    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    InitializeObjectAttributes(&Attributes, NULL, OBJ_KERNEL_HANDLE, NULL, NULL);
    Status = PsCreateSystemThread(&Thread, THREAD_ALL_ACCESS, &Attributes, NULL, NULL,
                                  NetechoThread, &NetechoParameters);
    if (NT_SUCCESS(Status)) {
        ZwClose(Thread);
    }
    return Status;
}
