/*
 * IoConnectInterrupt: one KINTERRUPT for each processor, in one allocation, behind one
 * lock (CON-1 to CON-9, KINT-5, KINT-12).
 */
#include "iop.h"

#include <internal/ke.h>
#include <internal/kinterrupt.h>

#define IOP_LOWEST_VECTOR  (HAL_LOWEST_DEVICE_IRQL << 4)
#define IOP_HIGHEST_VECTOR (HAL_HIGHEST_DEVICE_IRQL << 4 | 0xF)

/*
 * One connection. The driver's pointer is Objects[0]. The padding keeps the objects on
 * the 64-byte lines that their code and lock words are laid out for.
 */
/* The object of one processor, and what the kernel keeps beside it. */
typedef struct DECLSPEC_ALIGN(64) _IOP_OBJECT {
    KINTERRUPT Interrupt;
    KE_INTERRUPT_EXTENSION Extension;
    PVOID ServiceThread; /* passive level: the thread object of its ISR */
} IOP_OBJECT, *PIOP_OBJECT;

typedef struct DECLSPEC_ALIGN(64) _IOP_INTERRUPT {
    LIST_ENTRY Link; /* IopConnections; IopConnectionLock */
    KAFFINITY Processors;
    ULONG Count;
    IOP_OBJECT Objects[];
} IOP_INTERRUPT, *PIOP_INTERRUPT;

static LIST_ENTRY IopConnections = {&IopConnections, &IopConnections};
static KSPIN_LOCK IopConnectionLock;

/* The live connection whose first object this is, or NULL; tells a stale pointer from a
   good one without touching it. IopConnectionLock held. */
static PIOP_INTERRUPT
IopFindConnection(PKINTERRUPT InterruptObject)
{
    for (PLIST_ENTRY Link = IopConnections.Flink; Link != &IopConnections;
         Link = Link->Flink) {
        PIOP_INTERRUPT Interrupt = CONTAINING_RECORD(Link, IOP_INTERRUPT, Link);

        if (&Interrupt->Objects[0].Interrupt == InterruptObject) {
            return Interrupt;
        }
    }
    return NULL;
}

KAFFINITY
IopQueryConnection(PKINTERRUPT InterruptObject)
{
    PIOP_INTERRUPT Interrupt;
    KAFFINITY Processors;
    KIRQL OldIrql;

    KeAcquireSpinLock(&IopConnectionLock, &OldIrql);
    Interrupt = IopFindConnection(InterruptObject);
    Processors = Interrupt == NULL ? 0 : Interrupt->Processors;
    KeReleaseSpinLock(&IopConnectionLock, OldIrql);
    return Processors;
}

/* Prepares the object of one processor. All of a connection share the caller's lock, or
   the built-in one of the first. */
static VOID
IopInitializeObject(PIOP_INTERRUPT Interrupt, ULONG Index, ULONG Processor,
                    const IOP_CONNECTION *Connection)
{
    PIOP_OBJECT Object = &Interrupt->Objects[Index];
    PKSPIN_LOCK Lock = Connection->SpinLock;

    if (Lock == NULL && Index != 0) {
        Lock = &Interrupt->Objects[0].Interrupt.SpinLock;
    }
    KeInitializeInterrupt(&Object->Interrupt, Connection->ServiceRoutine,
                          Connection->ServiceContext, Lock, Connection->Vector,
                          Connection->Irql, Connection->SynchronizeIrql, Connection->Mode,
                          Connection->ShareVector, (CHAR)Processor, FALSE);
    memset(&Object->Extension, 0, sizeof(Object->Extension));
    Object->ServiceThread = NULL;
    KeExtendInterrupt(&Object->Interrupt, &Object->Extension);
    if (Connection->MessageServiceRoutine != NULL) {
        KeSetMessageServiceRoutine(&Object->Interrupt, Connection->MessageServiceRoutine,
                                   Connection->MessageIndex);
    }
    if (Connection->Irql == PASSIVE_LEVEL) {
        KeSetPassiveInterrupt(&Object->Interrupt,
                              Index == 0 ? NULL : Interrupt->Objects[0].Extension.Lock);
    }
}

/* Starts the thread in which a passive-level object's ISR runs. */
static BOOLEAN
IopStartService(PIOP_OBJECT Object)
{
    HANDLE Handle;

    if (!NT_SUCCESS(PsCreateSystemThread(&Handle, THREAD_ALL_ACCESS, NULL, NULL, NULL,
                                         KeServicePassive, &Object->Interrupt))) {
        return FALSE;
    }
    ObReferenceObjectByHandle(Handle, THREAD_ALL_ACCESS, PsThreadType, KernelMode,
                              &Object->ServiceThread, NULL);
    ZwClose(Handle);
    return TRUE;
}

/* Ends that thread and waits until it has. The object is disconnected. */
static VOID
IopStopService(PIOP_OBJECT Object)
{
    if (Object->ServiceThread != NULL) {
        KeStopPassive(&Object->Interrupt);
        KeWaitForSingleObject(Object->ServiceThread, Executive, KernelMode, FALSE, NULL);
        ObDereferenceObject(Object->ServiceThread);
        Object->ServiceThread = NULL;
    }
}

/* Disconnects the first Count objects. */
static VOID
IopDisconnectObjects(PIOP_INTERRUPT Interrupt, ULONG Count)
{
    while (Count != 0) {
        PIOP_OBJECT Object = &Interrupt->Objects[--Count];

        KeDisconnectInterrupt(&Object->Interrupt);
        IopStopService(Object);
    }
}

/* Connects one object, which for a passive-level ISR needs a thread. */
static NTSTATUS
IopConnectObject(PIOP_OBJECT Object, BOOLEAN Passive)
{
    if (Passive && !IopStartService(Object)) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    if (!KeConnectInterrupt(&Object->Interrupt)) {
        IopStopService(Object);
        return STATUS_INVALID_PARAMETER;
    }
    return STATUS_SUCCESS;
}

/* Connects every object, or none. */
static NTSTATUS
IopConnectObjects(PIOP_INTERRUPT Interrupt, BOOLEAN Passive)
{
    for (ULONG Index = 0; Index < Interrupt->Count; Index++) {
        NTSTATUS Status = IopConnectObject(&Interrupt->Objects[Index], Passive);

        if (!NT_SUCCESS(Status)) {
            IopDisconnectObjects(Interrupt, Index);
            return Status;
        }
    }
    return STATUS_SUCCESS;
}

/* Allocates a connection with one initialized object for each processor of Processors. */
static PIOP_INTERRUPT
IopCreateConnection(const IOP_CONNECTION *Connection, KAFFINITY Processors)
{
    ULONG Count = RtlCountBits(Processors);
    PIOP_INTERRUPT Interrupt =
        ExAllocateInterruptObject(sizeof(IOP_INTERRUPT) + Count * sizeof(IOP_OBJECT));
    ULONG Index = 0;

    if (Interrupt == NULL) {
        return NULL;
    }
    Interrupt->Processors = Processors;
    Interrupt->Count = Count;
    for (ULONG Processor = 0; Processor < HAL_MAXIMUM_PROCESSORS; Processor++) {
        if ((Processors >> Processor & 1) != 0) {
            IopInitializeObject(Interrupt, Index++, Processor, Connection);
        }
    }
    return Interrupt;
}

/* DIRQL: the vector's level, and at least that for the ISR. Passive level: both zero, and
   no spin lock (CON-25). */
static BOOLEAN
IopAreLevelsValid(const IOP_CONNECTION *Connection)
{
    if (Connection->Irql == PASSIVE_LEVEL) {
        return Connection->SynchronizeIrql == PASSIVE_LEVEL &&
               Connection->SpinLock == NULL;
    }
    return Connection->Irql == Connection->Vector >> 4 &&
           Connection->SynchronizeIrql >= Connection->Irql &&
           Connection->SynchronizeIrql <= HIGH_LEVEL;
}

/* The arguments KeConnectInterrupt would refuse, found before anything is allocated. */
static BOOLEAN
IopIsValidConnection(const IOP_CONNECTION *Connection)
{
    return (Connection->ServiceRoutine != NULL ||
            Connection->MessageServiceRoutine != NULL) &&
           Connection->Vector >= IOP_LOWEST_VECTOR &&
           Connection->Vector <= IOP_HIGHEST_VECTOR && IopAreLevelsValid(Connection);
}

/*
 * Connects as Connection says, on those of its processors that are up. *InterruptObject
 * is set before the first interrupt can come (CON-7), and NULL after a failure (CON-9).
 */
NTSTATUS
IopConnect(const IOP_CONNECTION *Connection, PKINTERRUPT *InterruptObject)
{
    KAFFINITY Processors = Connection->Processors & KeQueryActiveProcessors();
    PIOP_INTERRUPT Interrupt;
    NTSTATUS Status;
    KIRQL OldIrql;

    *InterruptObject = NULL;
    if (Processors == 0 || !IopIsValidConnection(Connection)) {
        return STATUS_INVALID_PARAMETER;
    }
    Interrupt = IopCreateConnection(Connection, Processors);
    if (Interrupt == NULL) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    *InterruptObject = &Interrupt->Objects[0].Interrupt;
    Status = IopConnectObjects(Interrupt, Connection->Irql == PASSIVE_LEVEL);
    if (!NT_SUCCESS(Status)) {
        *InterruptObject = NULL;
        ExFreeInterruptObject(Interrupt);
        return Status;
    }
    KeAcquireSpinLock(&IopConnectionLock, &OldIrql);
    InsertTailList(&IopConnections, &Interrupt->Link);
    KeReleaseSpinLock(&IopConnectionLock, OldIrql);
    return STATUS_SUCCESS;
}

/*
 * Registers an ISR for an interrupt vector.
 *   InterruptObject      gets the object that stands for the registration
 *   SpinLock             initialized lock shared with other ISRs, or NULL
 *   Vector, Irql         from the translated resource; Irql == Vector >> 4
 *   SynchronizeIrql      level the ISR runs at, >= Irql
 *   ProcessorEnableMask  processors, at least one of them active
 *   FloatingSave         must be FALSE
 * STATUS_SUCCESS; STATUS_INVALID_PARAMETER (no processor, levels that do not fit, the
 * vector is not assigned or not shareable); STATUS_INSUFFICIENT_RESOURCES. PASSIVE_LEVEL.
 * Source: CON-1 to CON-9.
 */
NTSTATUS
NTAPI
IoConnectInterrupt(PKINTERRUPT *InterruptObject, PKSERVICE_ROUTINE ServiceRoutine,
                   PVOID ServiceContext, PKSPIN_LOCK SpinLock, ULONG Vector, KIRQL Irql,
                   KIRQL SynchronizeIrql, KINTERRUPT_MODE InterruptMode,
                   BOOLEAN ShareVector, KAFFINITY ProcessorEnableMask,
                   BOOLEAN FloatingSave)
{
    IOP_CONNECTION Connection = {
        .ServiceRoutine = ServiceRoutine,
        .ServiceContext = ServiceContext,
        .SpinLock = SpinLock,
        .Vector = Vector,
        .Irql = Irql,
        .SynchronizeIrql = SynchronizeIrql,
        .Mode = InterruptMode,
        .ShareVector = ShareVector,
        .Processors = ProcessorEnableMask,
    };

    if (FloatingSave) {
        *InterruptObject = NULL;
        return STATUS_INVALID_PARAMETER;
    }
    return IopConnect(&Connection, InterruptObject);
}
EXPORT(IoConnectInterrupt);

/*
 * Ends a registration: when it returns, no processor is inside the ISR and none will call
 * it. The device has been silenced. What is no live registration is bug check 0xC4.
 * PASSIVE_LEVEL. Source: CON-28.
 */
VOID NTAPI
IoDisconnectInterrupt(PKINTERRUPT InterruptObject)
{
    PIOP_INTERRUPT Interrupt;
    KIRQL OldIrql;

    KeAcquireSpinLock(&IopConnectionLock, &OldIrql);
    Interrupt = IopFindConnection(InterruptObject);
    if (Interrupt != NULL) {
        RemoveEntryList(&Interrupt->Link);
    }
    KeReleaseSpinLock(&IopConnectionLock, OldIrql);
    if (Interrupt == NULL) {
        KeBugCheckEx(DRIVER_VERIFIER_DETECTED_VIOLATION, IOP_VIOLATION_INTERRUPT,
                     (ULONG_PTR)InterruptObject, 0, 0);
    }
    IopDisconnectObjects(Interrupt, Interrupt->Count);
    ExFreeInterruptObject(Interrupt);
}
EXPORT(IoDisconnectInterrupt);

/* Has every object of a connection call its ISR, or not (CON-30). What is no live connection
   is left alone: the routine answers nothing. IRQL: <= DISPATCH_LEVEL. */
VOID
IopReportConnection(PKINTERRUPT InterruptObject, BOOLEAN Active)
{
    PIOP_INTERRUPT Interrupt;
    KIRQL OldIrql;

    KeAcquireSpinLock(&IopConnectionLock, &OldIrql);
    Interrupt = IopFindConnection(InterruptObject);
    if (Interrupt != NULL) {
        for (ULONG Index = 0; Index < Interrupt->Count; Index++) {
            KeReportInterruptState(&Interrupt->Objects[Index].Interrupt, Active);
        }
    }
    KeReleaseSpinLock(&IopConnectionLock, OldIrql);
}
