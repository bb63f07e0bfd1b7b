/*
 * resources.c - registers and interrupt: had, checked, and given back.
 *
 * Acquiring stops at the first failure and leaves what it has in the context; releasing
 * takes back whatever is there.
 */
#include "edu.h"

#define EDU_LIVENESS_PROBE 0x12345678

/* The first range of memory in the first full descriptor; a PCI device has only one. */
static PCM_PARTIAL_RESOURCE_DESCRIPTOR
EduFindMemory(PCM_RESOURCE_LIST Translated)
{
    PCM_PARTIAL_RESOURCE_LIST Partial;
    ULONG Index;

    if (Translated == NULL || Translated->Count == 0) {
        return NULL;
    }
    Partial = &Translated->List[0].PartialResourceList;
    for (Index = 0; Index < Partial->Count; Index++) {
        if (Partial->PartialDescriptors[Index].Type == CmResourceTypeMemory) {
            return &Partial->PartialDescriptors[Index];
        }
    }
    return NULL;
}

/* Maps BAR 0, asks the device whether it is what its PCI id promises, and silences it. */
static NTSTATUS
EduMapRegisters(PEDU_CONTEXT Context, PCM_RESOURCE_LIST Translated)
{
    PCM_PARTIAL_RESOURCE_DESCRIPTOR Memory = EduFindMemory(Translated);

    if (Memory == NULL || Memory->u.Memory.Length < EDU_REGISTER_SPACE) {
        return STATUS_DEVICE_CONFIGURATION_ERROR;
    }
    Context->Registers =
        MmMapIoSpace(Memory->u.Memory.Start, EDU_REGISTER_SPACE, MmNonCached);
    if (Context->Registers == NULL) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    EduWrite(Context, EDU_LIVENESS, EDU_LIVENESS_PROBE);
    if ((EduRead(Context, EDU_IDENTITY) & EDU_IDENTITY_MASK) != EDU_IDENTITY_VALUE ||
        EduRead(Context, EDU_LIVENESS) != (ULONG)~EDU_LIVENESS_PROBE) {
        return STATUS_DEVICE_DATA_ERROR;
    }
    EduWrite(Context, EDU_STATUS, 0);
    EduWrite(Context, EDU_ACKNOWLEDGE, EduRead(Context, EDU_CAUSES));
    return STATUS_SUCCESS;
}

/* The message if the device was assigned one, else the line (CON-16, CON-20). */
static NTSTATUS
EduConnectInterrupt(PEDU_CONTEXT Context)
{
    IO_CONNECT_INTERRUPT_PARAMETERS Connect;
    NTSTATUS Status;

    RtlZeroMemory(&Connect, sizeof(Connect));
    Connect.Version = CONNECT_MESSAGE_BASED;
    Connect.MessageBased.PhysicalDeviceObject = Context->PhysicalDevice;
    Connect.MessageBased.ConnectionContext.Generic = &Context->Connection.Generic;
    Connect.MessageBased.MessageServiceRoutine = EduMessageIsr;
    Connect.MessageBased.FallBackServiceRoutine = EduIsr;
    Connect.MessageBased.ServiceContext = Context;
    Connect.MessageBased.SynchronizeIrql = PASSIVE_LEVEL;
    Status = IoConnectInterruptEx(&Connect);
    if (NT_SUCCESS(Status)) {
        Context->ConnectVersion = Connect.Version;
    }
    return Status;
}

/*
 * Maps the registers, allocates the buffer for DMA and connects the interrupt, of a
 * device that is silent.
 *
 * Translated   the START request's translated resources; may be NULL
 *
 * Returns STATUS_DEVICE_CONFIGURATION_ERROR without memory, STATUS_DEVICE_DATA_ERROR when
 * the device answers wrong, STATUS_INSUFFICIENT_RESOURCES, or what IoConnectInterruptEx
 * returns (CON-12). PASSIVE_LEVEL.
 */
NTSTATUS
EduAcquireResources(PEDU_CONTEXT Context, PCM_RESOURCE_LIST Translated)
{
    NTSTATUS Status = EduMapRegisters(Context, Translated);

    if (NT_SUCCESS(Status)) {
        Status = EduAcquireBuffer(Context);
    }
    if (NT_SUCCESS(Status)) {
        Status = EduConnectInterrupt(Context);
    }
    return Status;
}

/* Takes it all back. PASSIVE_LEVEL, device silent, timer stopped (CON-28, CON-31). */
VOID
EduReleaseResources(PEDU_CONTEXT Context)
{
    IO_DISCONNECT_INTERRUPT_PARAMETERS Disconnect;

    if (Context->ConnectVersion != 0) {
        RtlZeroMemory(&Disconnect, sizeof(Disconnect));
        Disconnect.Version = Context->ConnectVersion;
        Disconnect.ConnectionContext.Generic = Context->Connection.Generic;
        IoDisconnectInterruptEx(&Disconnect);
        Context->ConnectVersion = 0;
    }
    /* After this neither DpcForIsr nor the timer's routine runs any more. */
    KeFlushQueuedDpcs();
    EduReleaseBuffer(Context);
    if (Context->Registers != NULL) {
        MmUnmapIoSpace(Context->Registers, EDU_REGISTER_SPACE);
        Context->Registers = NULL;
    }
}
