/*
 * The device: it answers reads with a pattern, notes writes, and does with controls what
 * their codes say.
 */
#include "kmdftarget.h"

static EVT_WDF_IO_QUEUE_IO_READ ServeRead;
static EVT_WDF_IO_QUEUE_IO_WRITE ServeWrite;
static EVT_WDF_IO_QUEUE_IO_DEVICE_CONTROL ServeControl, ServeInternal;
static EVT_WDF_DEVICE_SELF_MANAGED_IO_INIT SelfManagedInit;
static EVT_WDF_REQUEST_CANCEL HeldIsCancelled;

/* The buffer of a transfer, however the device gets it. */
static PUCHAR
TransferBuffer(WDFREQUEST Request, BOOLEAN Write)
{
    PVOID Buffer = NULL;

    if (Unit.IoType == WdfDeviceIoNeither) {
        return WdfRequestWdmGetIrp(Request)->UserBuffer;
    }
    if (Write) {
        WdfRequestRetrieveInputBuffer(Request, 1, &Buffer, NULL);
    } else {
        WdfRequestRetrieveOutputBuffer(Request, 1, &Buffer, NULL);
    }
    return Buffer;
}

static LONGLONG
OffsetOf(WDFREQUEST Request)
{
    WDF_REQUEST_PARAMETERS Parameters;

    WDF_REQUEST_PARAMETERS_INIT(&Parameters);
    WdfRequestGetParameters(Request, &Parameters);
    return Parameters.Parameters.Read.DeviceOffset;
}

/* The byte at an offset of the device is the offset. */
static VOID NTAPI
ServeRead(WDFQUEUE Queue, WDFREQUEST Request, SIZE_T Length)
{
    PUCHAR Buffer = TransferBuffer(Request, FALSE);
    LONGLONG Offset = OffsetOf(Request);

    UNREFERENCED_PARAMETER(Queue);
    for (SIZE_T Index = 0; Index < Length && Buffer != NULL; Index++) {
        Buffer[Index] = (UCHAR)(Offset + Index);
    }
    WdfRequestCompleteWithInformation(
        Request, Buffer == NULL ? STATUS_INVALID_PARAMETER : STATUS_SUCCESS, Length);
}

static VOID NTAPI
ServeWrite(WDFQUEUE Queue, WDFREQUEST Request, SIZE_T Length)
{
    PUCHAR Buffer = TransferBuffer(Request, TRUE);

    UNREFERENCED_PARAMETER(Queue);
    Unit.WrittenTo = OffsetOf(Request);
    if (Buffer != NULL) {
        RtlCopyMemory(Unit.Written, Buffer, min(Length, sizeof(Unit.Written)));
    }
    WdfRequestCompleteWithInformation(
        Request, Buffer == NULL ? STATUS_INVALID_PARAMETER : STATUS_SUCCESS, Length);
}

/* One buffer may be both. */
static VOID
Invert(WDFREQUEST Request, SIZE_T OutputLength, SIZE_T InputLength, ULONG Code)
{
    PIO_STACK_LOCATION Stack = IoGetCurrentIrpStackLocation(WdfRequestWdmGetIrp(Request));
    SIZE_T Length = min(OutputLength, InputLength);
    PUCHAR Input = NULL, Output = NULL;

    if ((Code & 3) == METHOD_NEITHER) {
        Input = Stack->Parameters.DeviceIoControl.Type3InputBuffer;
        Output = WdfRequestWdmGetIrp(Request)->UserBuffer;
    } else {
        WdfRequestRetrieveInputBuffer(Request, 1, (PVOID *)&Input, NULL);
        WdfRequestRetrieveOutputBuffer(Request, 1, (PVOID *)&Output, NULL);
    }
    if (Input == NULL || Output == NULL) {
        WdfRequestComplete(Request, STATUS_INVALID_PARAMETER);
        return;
    }
    for (SIZE_T Index = 0; Index < Length; Index++) {
        Output[Index] = (UCHAR)~Input[Index];
    }
    WdfRequestCompleteWithInformation(Request, STATUS_SUCCESS, Length);
}

static VOID NTAPI
HeldIsCancelled(WDFREQUEST Request)
{
    KIRQL OldIrql;

    KeAcquireSpinLock(&Unit.HeldLock, &OldIrql);
    for (ULONG Index = 0; Index < HELD_MAX; Index++) {
        if (Unit.Held[Index] == Request) {
            Unit.Held[Index] = NULL;
        }
    }
    KeReleaseSpinLock(&Unit.HeldLock, OldIrql);
    InterlockedIncrement(&Unit.Cancelled);
    WdfRequestComplete(Request, STATUS_CANCELLED);
}

static VOID
Hold(WDFREQUEST Request)
{
    Unit.Held[Unit.HeldCount % HELD_MAX] = Request;
    if (!NT_SUCCESS(WdfRequestMarkCancelableEx(Request, HeldIsCancelled))) {
        HeldIsCancelled(Request);
    }
    InterlockedIncrement(&Unit.HeldCount);
}

VOID
ReleaseHeld(ULONG Index, NTSTATUS Status)
{
    WDFREQUEST Request;
    KIRQL OldIrql;

    KeAcquireSpinLock(&Unit.HeldLock, &OldIrql);
    Request = Unit.Held[Index];
    if (Request != NULL && !NT_SUCCESS(WdfRequestUnmarkCancelable(Request))) {
        Request = NULL; /* its cancel callback waits for the lock, or will come */
    }
    KeReleaseSpinLock(&Unit.HeldLock, OldIrql);
    if (Request != NULL) {
        WdfRequestCompleteWithInformation(Request, Status, 0);
    }
}

VOID
ExpectHeld(LONG Count, PCSTR Name)
{
    KtapAwait(&Unit.HeldCount, Count);
    ok_equal(Unit.HeldCount, Count, Name);
}

static VOID NTAPI
ServeControl(WDFQUEUE Queue, WDFREQUEST Request, SIZE_T OutputLength, SIZE_T InputLength,
             ULONG Code)
{
    UNREFERENCED_PARAMETER(Queue);
    switch (Code) {
    case CODE_INVERT:
    case CODE_INVERT_IN:
    case CODE_INVERT_OUT:
    case CODE_INVERT_NEITHER:
        Invert(Request, OutputLength, InputLength, Code);
        break;
    case CODE_FAIL:
        WdfRequestCompleteWithInformation(Request, STATUS_DATA_ERROR, OutputLength + 1);
        break;
    case CODE_HOLD:
        Hold(Request);
        break;
    default:
        PassOn(Request, Code);
    }
}

static VOID NTAPI
ServeInternal(WDFQUEUE Queue, WDFREQUEST Request, SIZE_T OutputLength, SIZE_T InputLength,
              ULONG Code)
{
    WDF_REQUEST_PARAMETERS Parameters;

    UNREFERENCED_PARAMETER(Queue);
    if (Code != CODE_ARGUMENTS) {
        Invert(Request, OutputLength, InputLength, Code);
        return;
    }
    WDF_REQUEST_PARAMETERS_INIT(&Parameters);
    WdfRequestGetParameters(Request, &Parameters);
    Unit.Arguments[0] = Parameters.Parameters.Others.Arg1;
    Unit.Arguments[1] = Parameters.Parameters.Others.Arg2;
    Unit.Arguments[2] = Parameters.Parameters.Others.Arg4;
    WdfRequestCompleteWithInformation(Request, STATUS_SUCCESS, 3);
}

static NTSTATUS NTAPI
SelfManagedInit(WDFDEVICE Device)
{
    UNREFERENCED_PARAMETER(Device);
    return StartTests();
}

static NTSTATUS
CreateQueue(VOID)
{
    WDF_IO_QUEUE_CONFIG Config;

    WDF_IO_QUEUE_CONFIG_INIT_DEFAULT_QUEUE(&Config, WdfIoQueueDispatchParallel);
    Config.EvtIoRead = ServeRead;
    Config.EvtIoWrite = ServeWrite;
    Config.EvtIoDeviceControl = ServeControl;
    Config.EvtIoInternalDeviceControl = ServeInternal;
    return WdfIoQueueCreate(Unit.Device, &Config, NULL, &Unit.Queue);
}

NTSTATUS
NTAPI
AddDevice(WDFDRIVER Driver, PWDFDEVICE_INIT Init)
{
    UNICODE_STRING Name = RTL_CONSTANT_STRING(DEVICE_NAME);
    WDF_PNPPOWER_EVENT_CALLBACKS Callbacks;
    NTSTATUS Status;

    UNREFERENCED_PARAMETER(Driver);
    WDF_PNPPOWER_EVENT_CALLBACKS_INIT(&Callbacks);
    Callbacks.EvtDeviceSelfManagedIoInit = SelfManagedInit;
    WdfDeviceInitSetPnpPowerEventCallbacks(Init, &Callbacks);
    WdfDeviceInitSetIoType(Init, Unit.IoType);
    Status = WdfDeviceInitAssignName(Init, &Name);
    if (NT_SUCCESS(Status)) {
        Status = WdfDeviceCreate(&Init, WDF_NO_OBJECT_ATTRIBUTES, &Unit.Device);
    }
    return NT_SUCCESS(Status) ? CreateQueue() : Status;
}
