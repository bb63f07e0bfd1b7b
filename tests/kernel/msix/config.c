/*
 * Configuration space, through the bus driver's interface: the device's own word on its
 * capabilities, not the HAL's.
 */
#include "pci.h"

#include <initguid.h>
#include <wdmguid.h>

#define PCI_CAPABILITIES_OFFSET 0x34
#define PCI_CAPABILITY_ID       0
#define PCI_CAPABILITY_NEXT     1
#define PCI_HEADER_LENGTH       0x40
#define PCI_CONFIG_LENGTH       0x100

ULONG
ReadConfiguration(ULONG Offset, ULONG Length)
{
    ULONG Value = 0;

    Pci.Bus.GetBusData(Pci.Bus.Context, PCI_WHICHSPACE_CONFIG, &Value, Offset, Length);
    return Value;
}

ULONG
FindCapability(UCHAR Id)
{
    ULONG Offset = ReadConfiguration(PCI_CAPABILITIES_OFFSET, 1) & ~3u;

    for (ULONG Turn = 0; Turn < PCI_CONFIG_LENGTH / 4 && Offset >= PCI_HEADER_LENGTH;
         Turn++) {
        if (ReadConfiguration(Offset + PCI_CAPABILITY_ID, 1) == Id) {
            return Offset;
        }
        Offset = ReadConfiguration(Offset + PCI_CAPABILITY_NEXT, 1) & ~3u;
    }
    return 0;
}

NTSTATUS
QueryBusInterface(VOID)
{
    KEVENT Event;
    IO_STATUS_BLOCK Block;
    PIO_STACK_LOCATION Stack;
    NTSTATUS Status;
    PIRP Irp;

    KeInitializeEvent(&Event, NotificationEvent, FALSE);
    Irp = IoBuildSynchronousFsdRequest(IRP_MJ_PNP, Pci.Lower, NULL, 0, NULL, &Event,
                                       &Block);
    if (Irp == NULL) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    Irp->IoStatus.Status = STATUS_NOT_SUPPORTED;
    Stack = IoGetNextIrpStackLocation(Irp);
    Stack->MinorFunction = IRP_MN_QUERY_INTERFACE;
    Stack->Parameters.QueryInterface.InterfaceType = &GUID_BUS_INTERFACE_STANDARD;
    Stack->Parameters.QueryInterface.Size = sizeof(Pci.Bus);
    Stack->Parameters.QueryInterface.Version = 1;
    Stack->Parameters.QueryInterface.Interface = (PINTERFACE)&Pci.Bus;
    Status = IoCallDriver(Pci.Lower, Irp);
    if (Status == STATUS_PENDING) {
        KeWaitForSingleObject(&Event, Executive, KernelMode, FALSE, NULL);
        Status = Block.Status;
    }
    return Status;
}
