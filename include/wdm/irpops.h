/*
 * What a driver does with an IRP: step its stack, pass it on, queue it, complete it.
 *
 * Up to DISPATCH_LEVEL, holding no spin lock across IoCallDriver and IoCompleteRequest.
 * The inlines here stand in driver binaries, so CurrentLocation counts down, the stack
 * location pointer moves with it, and neither may be changed elsewhere.
 */
#pragma once

#include <wdm/interlocked.h>
#include <wdm/irp.h>

/* Priority increments for the thread that waits for the request. (IRP-8) */
#define IO_NO_INCREMENT         0
#define IO_CD_ROM_INCREMENT     1
#define IO_DISK_INCREMENT       1
#define IO_PARALLEL_INCREMENT   1
#define IO_VIDEO_INCREMENT      1
#define IO_MAILSLOT_INCREMENT   2
#define IO_NAMED_PIPE_INCREMENT 2
#define IO_NETWORK_INCREMENT    2
#define IO_SERIAL_INCREMENT     2
#define IO_KEYBOARD_INCREMENT   6
#define IO_MOUSE_INCREMENT      6
#define IO_SOUND_INCREMENT      8

#define IoSizeOfIrp(StackSize)                                                           \
    ((USHORT)(sizeof(IRP) + (StackSize) * sizeof(IO_STACK_LOCATION)))

FORCEINLINE PIO_STACK_LOCATION
IoGetCurrentIrpStackLocation(_In_ PIRP Irp)
{
    return Irp->Tail.Overlay.CurrentStackLocation;
}

FORCEINLINE PIO_STACK_LOCATION
IoGetNextIrpStackLocation(_In_ PIRP Irp)
{
    return Irp->Tail.Overlay.CurrentStackLocation - 1;
}

/* The next driver gets the location of this one: no completion routine in between. */
FORCEINLINE VOID
IoSkipCurrentIrpStackLocation(_Inout_ PIRP Irp)
{
    Irp->CurrentLocation++;
    Irp->Tail.Overlay.CurrentStackLocation++;
}

FORCEINLINE VOID
IoSetNextIrpStackLocation(_Inout_ PIRP Irp)
{
    Irp->CurrentLocation--;
    Irp->Tail.Overlay.CurrentStackLocation--;
}

/* Everything but the completion routine and its context. */
FORCEINLINE VOID
IoCopyCurrentIrpStackLocationToNext(_Inout_ PIRP Irp)
{
    PIO_STACK_LOCATION Current = IoGetCurrentIrpStackLocation(Irp);
    PIO_STACK_LOCATION Next = IoGetNextIrpStackLocation(Irp);

    __builtin_memcpy(Next, Current,
                     __builtin_offsetof(IO_STACK_LOCATION, CompletionRoutine));
    Next->Control = 0;
}

FORCEINLINE VOID
IoSetCompletionRoutine(_In_ PIRP Irp, _In_opt_ PIO_COMPLETION_ROUTINE CompletionRoutine,
                       _In_opt_ PVOID Context, _In_ BOOLEAN InvokeOnSuccess,
                       _In_ BOOLEAN InvokeOnError, _In_ BOOLEAN InvokeOnCancel)
{
    PIO_STACK_LOCATION Next = IoGetNextIrpStackLocation(Irp);

    Next->CompletionRoutine = CompletionRoutine;
    Next->Context = Context;
    Next->Control = (UCHAR)((InvokeOnSuccess ? SL_INVOKE_ON_SUCCESS : 0) |
                            (InvokeOnError ? SL_INVOKE_ON_ERROR : 0) |
                            (InvokeOnCancel ? SL_INVOKE_ON_CANCEL : 0));
}

_IRQL_requires_max_(DISPATCH_LEVEL) NTKERNELAPI NTSTATUS NTAPI
    IoSetCompletionRoutineEx(_In_ PDEVICE_OBJECT DeviceObject, _In_ PIRP Irp,
                             _In_ PIO_COMPLETION_ROUTINE CompletionRoutine,
                             _In_opt_ PVOID Context, _In_ BOOLEAN InvokeOnSuccess,
                             _In_ BOOLEAN InvokeOnError, _In_ BOOLEAN InvokeOnCancel);

/* Whoever marks an IRP returns STATUS_PENDING for it. (IRP-6) */
FORCEINLINE VOID
IoMarkIrpPending(_Inout_ PIRP Irp)
{
    IoGetCurrentIrpStackLocation(Irp)->Control |= SL_PENDING_RETURNED;
}

/* --- Passing and completing ------------------------------------------------------- */

_IRQL_requires_max_(DISPATCH_LEVEL) NTKERNELAPI NTSTATUS NTAPI
    IofCallDriver(_In_ PDEVICE_OBJECT DeviceObject, _Inout_ PIRP Irp);
_IRQL_requires_max_(DISPATCH_LEVEL) _Requires_no_locks_held_ NTKERNELAPI VOID NTAPI
    IofCompleteRequest(_In_ PIRP Irp, _In_ CCHAR PriorityBoost);

#define IoCallDriver(DeviceObject, Irp)       IofCallDriver(DeviceObject, Irp)
#define IoCompleteRequest(Irp, PriorityBoost) IofCompleteRequest(Irp, PriorityBoost)

_IRQL_requires_(PASSIVE_LEVEL) NTKERNELAPI BOOLEAN NTAPI
    IoForwardIrpSynchronously(_In_ PDEVICE_OBJECT DeviceObject, _In_ PIRP Irp);

/* --- Making and reusing ----------------------------------------------------------- */

_IRQL_requires_max_(DISPATCH_LEVEL) _Must_inspect_result_ NTKERNELAPI PIRP NTAPI
    IoAllocateIrp(_In_ CCHAR StackSize, _In_ BOOLEAN ChargeQuota);
_IRQL_requires_max_(DISPATCH_LEVEL) NTKERNELAPI PIRP NTAPI
    IoMakeAssociatedIrp(_In_ PIRP Irp, _In_ CCHAR StackSize);
_IRQL_requires_max_(DISPATCH_LEVEL) NTKERNELAPI VOID NTAPI IoFreeIrp(_In_ PIRP Irp);
NTKERNELAPI VOID NTAPI IoInitializeIrp(_Out_ PIRP Irp, _In_ USHORT PacketSize,
                                       _In_ CCHAR StackSize);
NTKERNELAPI VOID NTAPI IoReuseIrp(_Inout_ PIRP Irp, _In_ NTSTATUS Status);
_IRQL_requires_(PASSIVE_LEVEL) _Must_inspect_result_ NTKERNELAPI PIRP NTAPI
    IoBuildSynchronousFsdRequest(_In_ ULONG MajorFunction,
                                 _In_ PDEVICE_OBJECT DeviceObject,
                                 _Inout_opt_ PVOID Buffer, _In_opt_ ULONG Length,
                                 _In_opt_ PLARGE_INTEGER StartingOffset,
                                 _In_ PKEVENT Event,
                                 _Out_ PIO_STATUS_BLOCK IoStatusBlock);
_IRQL_requires_max_(APC_LEVEL) _Must_inspect_result_ NTKERNELAPI PIRP NTAPI
    IoBuildAsynchronousFsdRequest(_In_ ULONG MajorFunction,
                                  _In_ PDEVICE_OBJECT DeviceObject,
                                  _Inout_opt_ PVOID Buffer, _In_opt_ ULONG Length,
                                  _In_opt_ PLARGE_INTEGER StartingOffset,
                                  _In_opt_ PIO_STATUS_BLOCK IoStatusBlock);
_IRQL_requires_(PASSIVE_LEVEL) _Must_inspect_result_ NTKERNELAPI PIRP NTAPI
    IoBuildDeviceIoControlRequest(
        _In_ ULONG IoControlCode, _In_ PDEVICE_OBJECT DeviceObject,
        _In_reads_bytes_opt_(InputBufferLength) PVOID InputBuffer,
        _In_ ULONG InputBufferLength,
        _Out_writes_bytes_opt_(OutputBufferLength) PVOID OutputBuffer,
        _In_ ULONG OutputBufferLength, _In_ BOOLEAN InternalDeviceIoControl,
        _In_opt_ PKEVENT Event, _Out_ PIO_STATUS_BLOCK IoStatusBlock);

/* --- StartIo queue ---------------------------------------------------------------- */

_IRQL_requires_max_(DISPATCH_LEVEL) NTKERNELAPI VOID NTAPI
    IoStartPacket(_In_ PDEVICE_OBJECT DeviceObject, _In_ PIRP Irp, _In_opt_ PULONG Key,
                  _In_opt_ PDRIVER_CANCEL CancelFunction);
_IRQL_requires_(DISPATCH_LEVEL) NTKERNELAPI VOID NTAPI
    IoStartNextPacket(_In_ PDEVICE_OBJECT DeviceObject, _In_ BOOLEAN Cancelable);
_IRQL_requires_max_(DISPATCH_LEVEL) NTKERNELAPI VOID NTAPI
    IoStartNextPacketByKey(_In_ PDEVICE_OBJECT DeviceObject, _In_ BOOLEAN Cancelable,
                           _In_ ULONG Key);
_IRQL_requires_max_(DISPATCH_LEVEL) NTKERNELAPI VOID NTAPI
    IoSetStartIoAttributes(_In_ PDEVICE_OBJECT DeviceObject, _In_ BOOLEAN DeferredStartIo,
                           _In_ BOOLEAN NonCancelable);

/* --- Cancelling ------------------------------------------------------------------- */

/* The routine before; NULL when there was none or cancelling has begun. (IRP-12) */
FORCEINLINE PDRIVER_CANCEL
IoSetCancelRoutine(_Inout_ PIRP Irp, _In_opt_ PDRIVER_CANCEL CancelRoutine)
{
    return __atomic_exchange_n(&Irp->CancelRoutine, CancelRoutine, __ATOMIC_SEQ_CST);
}

_IRQL_requires_max_(DISPATCH_LEVEL) NTKERNELAPI BOOLEAN NTAPI IoCancelIrp(_In_ PIRP Irp);
_IRQL_requires_max_(DISPATCH_LEVEL) _IRQL_raises_(DISPATCH_LEVEL)
    _Acquires_lock_(CancelSpinLock) NTKERNELAPI VOID NTAPI
    IoAcquireCancelSpinLock(_Out_ _IRQL_saves_ PKIRQL Irql) _Capability_dispatch_raised_;
_IRQL_requires_(DISPATCH_LEVEL) _Releases_lock_(CancelSpinLock) NTKERNELAPI VOID NTAPI
    IoReleaseCancelSpinLock(_In_ _IRQL_restores_ KIRQL Irql)
        _Capability_dispatch_lowered_;

/* --- DpcForIsr -------------------------------------------------------------------- */

/* Called at DISPATCH_LEVEL on the processor whose ISR called IoRequestDpc. (DPC-6) */
_IRQL_requires_(DISPATCH_LEVEL) _IRQL_requires_same_ typedef VOID NTAPI
    IO_DPC_ROUTINE(_In_ PKDPC Dpc, _In_ PDEVICE_OBJECT DeviceObject, _Inout_ PIRP Irp,
                   _In_opt_ PVOID Context);
typedef IO_DPC_ROUTINE *PIO_DPC_ROUTINE;

FORCEINLINE VOID
IoInitializeDpcRequest(_In_ PDEVICE_OBJECT DeviceObject, _In_ PIO_DPC_ROUTINE DpcRoutine)
{
    KeInitializeDpc(&DeviceObject->Dpc, (PKDEFERRED_ROUTINE)(PVOID)DpcRoutine,
                    DeviceObject);
}

FORCEINLINE VOID
IoInitializeThreadedDpcRequest(_In_ PDEVICE_OBJECT DeviceObject,
                               _In_ PIO_DPC_ROUTINE DpcRoutine)
{
    KeInitializeThreadedDpc(&DeviceObject->Dpc, (PKDEFERRED_ROUTINE)(PVOID)DpcRoutine,
                            DeviceObject);
}

#define IoRequestDpc(DeviceObject, Irp, Context)                                         \
    KeInsertQueueDpc(&(DeviceObject)->Dpc, (Irp), (Context))
