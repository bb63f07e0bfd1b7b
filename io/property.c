/*
 * IoGetDeviceProperty: what is known of a device.
 */
#include "iop.h"
#include "iopnp.h"

/* Hands Length bytes of Data over, or says how many there are. */
static NTSTATUS
IopReturnProperty(const VOID *Data, ULONG Length, ULONG BufferLength, PVOID Buffer,
                  PULONG ResultLength)
{
    *ResultLength = Length;
    if (BufferLength < Length) {
        return STATUS_BUFFER_TOO_SMALL;
    }
    memcpy(Buffer, Data, Length);
    return STATUS_SUCCESS;
}

/* Bytes of a multi-string, its last zero included. */
static ULONG
IopMultiStringLength(const WCHAR *Text)
{
    ULONG Characters = 1;

    while (Text[Characters - 1] != L'\0' || Text[Characters] != L'\0') {
        Characters++;
    }
    return (ULONG)((Characters + 1) * sizeof(WCHAR));
}

/* The hardware or compatible ids. */
static NTSTATUS
IopReturnIds(PIOP_PDO Pdo, BUS_QUERY_ID_TYPE Type, ULONG BufferLength, PVOID Buffer,
             PULONG ResultLength)
{
    PWSTR Ids = IopIsPci(Pdo) ? IopBuildPciId(Pdo, Type) : IopQueryIds(Pdo, Type);
    NTSTATUS Status;

    if (Ids == NULL) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    Status = IopReturnProperty(Ids, IopMultiStringLength(Ids), BufferLength, Buffer,
                               ResultLength);
    ExFreePool(Ids);
    return Status;
}

/* What a PCI function's place on its bus says. */
static NTSTATUS
IopReturnPlace(PIOP_PDO Pdo, DEVICE_REGISTRY_PROPERTY Property, ULONG BufferLength,
               PVOID Buffer, PULONG ResultLength)
{
    static const WCHAR Enumerator[] = L"PCI";
    ULONG Number;

    switch (Property) {
    case DevicePropertyEnumeratorName:
        return IopReturnProperty(Enumerator, sizeof(Enumerator), BufferLength, Buffer,
                                 ResultLength);
    case DevicePropertyBusNumber:
        Number = Pdo->Address.Bus;
        break;
    case DevicePropertyAddress:
        Number = ((ULONG)Pdo->Address.Device << 16) | Pdo->Address.Function;
        break;
    case DevicePropertyLegacyBusType:
        Number = PCIBus;
        break;
    default:
        return STATUS_OBJECT_NAME_NOT_FOUND;
    }
    return IopReturnProperty(&Number, sizeof(Number), BufferLength, Buffer, ResultLength);
}

/*
 * Tells a property of a device: bus number, address, bus type, hardware and compatible
 * ids, enumerator. *ResultLength: bytes of the answer. STATUS_BUFFER_TOO_SMALL;
 * STATUS_INVALID_DEVICE_REQUEST: not a physical device object;
 * STATUS_OBJECT_NAME_NOT_FOUND: a property this kernel does not keep. PASSIVE_LEVEL.
 * Source: manual, IoGetDeviceProperty.
 */
NTSTATUS
NTAPI
IoGetDeviceProperty(PDEVICE_OBJECT DeviceObject, DEVICE_REGISTRY_PROPERTY DeviceProperty,
                    ULONG BufferLength, PVOID PropertyBuffer, PULONG ResultLength)
{
    PIOP_PDO Pdo = IopPdoFromDevice(DeviceObject);

    *ResultLength = 0;
    if (Pdo == NULL) {
        return STATUS_INVALID_DEVICE_REQUEST;
    }
    switch (DeviceProperty) {
    case DevicePropertyHardwareID:
        return IopReturnIds(Pdo, BusQueryHardwareIDs, BufferLength, PropertyBuffer,
                            ResultLength);
    case DevicePropertyCompatibleIDs:
        return IopReturnIds(Pdo, BusQueryCompatibleIDs, BufferLength, PropertyBuffer,
                            ResultLength);
    default:
        return IopIsPci(Pdo) ? IopReturnPlace(Pdo, DeviceProperty, BufferLength,
                                              PropertyBuffer, ResultLength)
                             : STATUS_OBJECT_NAME_NOT_FOUND;
    }
}
EXPORT(IoGetDeviceProperty);
