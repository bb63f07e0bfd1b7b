/*
 * Configuration space of a PCI function for its driver: by IRP_MN_READ_CONFIG and
 * WRITE_CONFIG, and by the bus interface that works at DISPATCH_LEVEL too.
 */
#include "iop.h"
#include "iopnp.h"

#include <initguid.h>
#include <wdmguid.h>

/* The widest naturally aligned access of at most Length bytes at Offset. */
static ULONG
IopAccessWidth(ULONG Offset, ULONG Length)
{
    if ((Offset & 3) == 0 && Length >= 4) {
        return 4;
    }
    return (Offset & 1) == 0 && Length >= 2 ? 2 : 1;
}

ULONG
IopAccessConfig(PIOP_PDO Pdo, BOOLEAN Write, PUCHAR Buffer, ULONG Offset, ULONG Length)
{
    ULONG Limit =
        HalPciUsesEcam() ? PCI_EXTENDED_CONFIG_LENGTH : sizeof(PCI_COMMON_CONFIG);
    ULONG Moved = 0;

    if (Offset >= Limit) {
        return 0;
    }
    Length = min(Length, Limit - Offset);
    while (Moved < Length) {
        ULONG Width = IopAccessWidth(Offset + Moved, Length - Moved);
        ULONG Value = 0;

        if (Write) {
            memcpy(&Value, Buffer + Moved, Width);
            HalWritePci(Pdo->Address, Offset + Moved, Width, Value);
        } else {
            Value = HalReadPci(Pdo->Address, Offset + Moved, Width);
            memcpy(Buffer + Moved, &Value, Width);
        }
        Moved += Width;
    }
    return Moved;
}

/* The interface holds a reference to the PDO. */
static VOID NTAPI
IopReferenceBusInterface(PVOID Context)
{
    ObReferenceObject(((PIOP_PDO)Context)->DeviceObject);
}

static VOID NTAPI
IopDereferenceBusInterface(PVOID Context)
{
    ObDereferenceObject(((PIOP_PDO)Context)->DeviceObject);
}

/* Bus addresses are processor addresses. */
static BOOLEAN NTAPI
IopTranslateBusAddress(PVOID Context, PHYSICAL_ADDRESS BusAddress, ULONG Length,
                       PULONG AddressSpace, PPHYSICAL_ADDRESS TranslatedAddress)
{
    UNREFERENCED_PARAMETER(Context);
    UNREFERENCED_PARAMETER(Length);
    UNREFERENCED_PARAMETER(AddressSpace);
    *TranslatedAddress = BusAddress;
    return TRUE;
}

static PDMA_ADAPTER NTAPI
IopGetBusDmaAdapter(PVOID Context, PDEVICE_DESCRIPTION DeviceDescription,
                    PULONG NumberOfMapRegisters)
{
    return IoGetDmaAdapter(((PIOP_PDO)Context)->DeviceObject, DeviceDescription,
                           NumberOfMapRegisters);
}

/* Only configuration space is given, no ROM: 0 bytes for any other DataType. */
static ULONG NTAPI
IopSetBusData(PVOID Context, ULONG DataType, PVOID Buffer, ULONG Offset, ULONG Length)
{
    return DataType == PCI_WHICHSPACE_CONFIG
               ? IopAccessConfig(Context, TRUE, Buffer, Offset, Length)
               : 0;
}

static ULONG NTAPI
IopGetBusData(PVOID Context, ULONG DataType, PVOID Buffer, ULONG Offset, ULONG Length)
{
    return DataType == PCI_WHICHSPACE_CONFIG
               ? IopAccessConfig(Context, FALSE, Buffer, Offset, Length)
               : 0;
}

/* IRP_MN_QUERY_INTERFACE: GUID_BUS_INTERFACE_STANDARD, version 1. STATUS_NOT_SUPPORTED
   for another, STATUS_INVALID_PARAMETER when the caller's structure is too small. */
NTSTATUS
IopQueryPciInterface(PIOP_PDO Pdo, PIO_STACK_LOCATION Stack)
{
    PBUS_INTERFACE_STANDARD Interface;

    if (!IsEqualGUID(Stack->Parameters.QueryInterface.InterfaceType,
                     &GUID_BUS_INTERFACE_STANDARD)) {
        return STATUS_NOT_SUPPORTED;
    }
    if (Stack->Parameters.QueryInterface.Size < sizeof(BUS_INTERFACE_STANDARD)) {
        return STATUS_INVALID_PARAMETER;
    }
    Interface = (PBUS_INTERFACE_STANDARD)Stack->Parameters.QueryInterface.Interface;
    Interface->Size = sizeof(*Interface);
    Interface->Version = 1;
    Interface->Context = Pdo;
    Interface->InterfaceReference = IopReferenceBusInterface;
    Interface->InterfaceDereference = IopDereferenceBusInterface;
    Interface->TranslateBusAddress = IopTranslateBusAddress;
    Interface->GetDmaAdapter = IopGetBusDmaAdapter;
    Interface->SetBusData = IopSetBusData;
    Interface->GetBusData = IopGetBusData;
    IopReferenceBusInterface(Pdo);
    return STATUS_SUCCESS;
}
