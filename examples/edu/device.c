/*
 * device.c - what START and STOP do to the device: map it, see that it lives, connect its
 * interrupt, and have it compute factorials to prove that the interrupt arrives.
 */
#include "edu.h"

#define EDU_LARGEST_FACTORIAL 12                    /* 13! does not fit into 32 bits */
#define EDU_PATIENCE          (-10LL * 1000 * 1000) /* one second, in 100 ns, relative */

/* The first resource of a type in the first full descriptor; a PCI device has only one.
 */
static PCM_PARTIAL_RESOURCE_DESCRIPTOR
EduFindResource(PCM_RESOURCE_LIST Translated, UCHAR Type)
{
    PCM_PARTIAL_RESOURCE_LIST Partial;
    ULONG Index;

    if (Translated == NULL || Translated->Count == 0) {
        return NULL;
    }
    Partial = &Translated->List[0].PartialResourceList;
    for (Index = 0; Index < Partial->Count; Index++) {
        if (Partial->PartialDescriptors[Index].Type == Type) {
            return &Partial->PartialDescriptors[Index];
        }
    }
    return NULL;
}

/* Maps BAR 0 and asks the device whether it is what its PCI id promises. */
static NTSTATUS
EduMapRegisters(PEDU_CONTEXT Context, PCM_RESOURCE_LIST Translated)
{
    PCM_PARTIAL_RESOURCE_DESCRIPTOR Memory;

    Memory = EduFindResource(Translated, CmResourceTypeMemory);
    if (Memory == NULL || Memory->u.Memory.Length < EDU_REGISTER_SPACE) {
        return STATUS_DEVICE_CONFIGURATION_ERROR;
    }
    Context->Registers =
        MmMapIoSpace(Memory->u.Memory.Start, EDU_REGISTER_SPACE, MmNonCached);
    if (Context->Registers == NULL) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    EduWrite(Context, EDU_LIVENESS, 0x12345678);
    if ((EduRead(Context, EDU_IDENTITY) & EDU_IDENTITY_MASK) != EDU_IDENTITY_VALUE ||
        EduRead(Context, EDU_LIVENESS) != (ULONG)~0x12345678) {
        return STATUS_DEVICE_DATA_ERROR;
    }
    return STATUS_SUCCESS;
}

/* The device is silent, but the line may be shared: the ISR can run before this returns.
 */
static NTSTATUS
EduConnectInterrupt(PEDU_CONTEXT Context, PCM_RESOURCE_LIST Translated)
{
    PCM_PARTIAL_RESOURCE_DESCRIPTOR Line;
    IO_CONNECT_INTERRUPT_PARAMETERS Connect;

    Line = EduFindResource(Translated, CmResourceTypeInterrupt);
    if (Line == NULL) {
        return STATUS_DEVICE_CONFIGURATION_ERROR;
    }
    RtlZeroMemory(&Connect, sizeof(Connect));
    Connect.Version = CONNECT_FULLY_SPECIFIED;
    Connect.FullySpecified.PhysicalDeviceObject = Context->PhysicalDevice;
    Connect.FullySpecified.InterruptObject = &Context->Interrupt;
    Connect.FullySpecified.ServiceRoutine = EduIsr;
    Connect.FullySpecified.ServiceContext = Context;
    Connect.FullySpecified.Vector = Line->u.Interrupt.Vector;
    Connect.FullySpecified.Irql = (KIRQL)Line->u.Interrupt.Level;
    Connect.FullySpecified.SynchronizeIrql = (KIRQL)Line->u.Interrupt.Level;
    Connect.FullySpecified.ProcessorEnableMask = Line->u.Interrupt.Affinity;
    Connect.FullySpecified.ShareVector = Line->ShareDisposition == CmResourceShareShared;
    Connect.FullySpecified.InterruptMode =
        (Line->Flags & CM_RESOURCE_INTERRUPT_LATCHED) ? Latched : LevelSensitive;
    return IoConnectInterruptEx(&Connect);
}

/* One factorial by interrupt, ISR and DPC. STATUS_IO_TIMEOUT: no interrupt came. */
static NTSTATUS
EduFactorial(PEDU_CONTEXT Context, ULONG Number, PULONG Result)
{
    LARGE_INTEGER Patience;

    Patience.QuadPart = EDU_PATIENCE;
    KeClearEvent(&Context->Done);
    EduWrite(Context, EDU_FACTORIAL, Number);
    if (KeWaitForSingleObject(&Context->Done, Executive, KernelMode, FALSE, &Patience) !=
        STATUS_SUCCESS) {
        return STATUS_IO_TIMEOUT;
    }
    *Result = Context->Result;
    return STATUS_SUCCESS;
}

/* Factorials 1! to 12!, each compared with a product of our own. */
static NTSTATUS
EduProve(PEDU_CONTEXT Context)
{
    ULONG Number, Result;
    ULONG Expected = 1;
    NTSTATUS Status;

    EduWrite(Context, EDU_STATUS, EDU_STATUS_INTERRUPT);
    for (Number = 1; Number <= EDU_LARGEST_FACTORIAL; Number++) {
        Expected *= Number;
        Status = EduFactorial(Context, Number, &Result);
        if (!NT_SUCCESS(Status)) {
            DbgPrint("edu: no interrupt for %lu!\n", Number);
            return Status;
        }
        if (Result != Expected) {
            DbgPrint("edu: %lu! is not %lu\n", Number, Result);
            return STATUS_DEVICE_DATA_ERROR;
        }
    }
    DbgPrint("edu: %d! = %lu; %d factorials, %ld interrupts, %lu DPCs\n",
             EDU_LARGEST_FACTORIAL, Result, EDU_LARGEST_FACTORIAL, Context->Interrupts,
             Context->DpcRuns);
    return STATUS_SUCCESS;
}

/*
 * Brings the device to life and puts it to the test.
 *
 * Translated   the START request's translated resources; may be NULL
 *
 * Returns STATUS_DEVICE_CONFIGURATION_ERROR without memory or interrupt,
 * STATUS_DEVICE_DATA_ERROR when the device answers wrong, STATUS_IO_TIMEOUT when it does
 * not interrupt, or what IoConnectInterruptEx returns. On failure everything is undone.
 * PASSIVE_LEVEL.
 */
NTSTATUS
EduStart(PEDU_CONTEXT Context, PCM_RESOURCE_LIST Translated)
{
    NTSTATUS Status;

    Status = EduMapRegisters(Context, Translated);
    if (NT_SUCCESS(Status)) {
        Status = EduConnectInterrupt(Context, Translated);
    }
    if (NT_SUCCESS(Status)) {
        Status = EduProve(Context);
    }
    if (!NT_SUCCESS(Status)) {
        EduStop(Context);
    }
    return Status;
}

/* Undoes EduStart, however far it came. Does nothing to a stopped device. PASSIVE_LEVEL.
 */
VOID
EduStop(PEDU_CONTEXT Context)
{
    IO_DISCONNECT_INTERRUPT_PARAMETERS Disconnect;

    if (Context->Interrupt != NULL) {
        /* Quiet before its ISR goes, else the line would have no one to silence it. */
        EduWrite(Context, EDU_STATUS, 0);
        RtlZeroMemory(&Disconnect, sizeof(Disconnect));
        Disconnect.Version = CONNECT_FULLY_SPECIFIED;
        Disconnect.ConnectionContext.InterruptObject = Context->Interrupt;
        IoDisconnectInterruptEx(&Disconnect);
        Context->Interrupt = NULL;
        KeFlushQueuedDpcs();
    }
    if (Context->Registers != NULL) {
        MmUnmapIoSpace(Context->Registers, EDU_REGISTER_SPACE);
        Context->Registers = NULL;
    }
}
