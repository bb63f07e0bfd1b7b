/*
 * The PCI bus driver's enumeration: every function from bus 0 through its bridges becomes
 * a PDO. Bridges do too, but no driver is needed for what lies behind them: the numbers and
 * addresses that the firmware has given stay as they are, what is without gets some
 * (pcinumber.c, pciwindow.c, requirements.c).
 *
 * Host bridges with bus numbers of their own (QEMU's pxb) are not looked for.
 */
#include "iop.h"
#include "iopnp.h"

#define PCI_VENDOR_ID            0x00
#define PCI_HEADER_TYPE          0x0E
#define PCI_SECONDARY_BUS        0x19
#define PCI_DEVICES_PER_BUS      32
#define PCI_FUNCTIONS_PER_DEVICE 8

LIST_ENTRY IopPdos = {&IopPdos, &IopPdos};
PDRIVER_OBJECT IopPciDriver;

/* Which buses are done, and which wait: a bridge may lie, but a bus is scanned once. */
typedef struct _IOP_BUS_SCAN {
    ULONG64 Found[256 / 64];
    ULONG64 Scanned[256 / 64];
    NTSTATUS Status; /* first failure */
} IOP_BUS_SCAN, *PIOP_BUS_SCAN;

/* The PDO of a function that is there, or NULL. */
static PIOP_PDO
IopFindPdo(HAL_PCI_ADDRESS Address)
{
    for (PLIST_ENTRY Link = IopPdos.Flink; Link != &IopPdos; Link = Link->Flink) {
        PIOP_PDO Pdo = CONTAINING_RECORD(Link, IOP_PDO, Link);

        if (!Pdo->Gone && Pdo->Address.Bus == Address.Bus &&
            Pdo->Address.Device == Address.Device &&
            Pdo->Address.Function == Address.Function) {
            return Pdo;
        }
    }
    return NULL;
}

/* Makes a PDO of a function that exists, unless it has one; notes the bus behind a bridge. */
static VOID
IopScanFunction(PIOP_BUS_SCAN Scan, HAL_PCI_ADDRESS Address)
{
    ULONG Type = HalReadPci(Address, PCI_HEADER_TYPE, 1) & ~(ULONG)PCI_MULTIFUNCTION;
    NTSTATUS Status =
        IopFindPdo(Address) != NULL ? STATUS_SUCCESS : IopCreatePdo(Address);

    if (!NT_SUCCESS(Status) && NT_SUCCESS(Scan->Status)) {
        Scan->Status = Status;
    }
    if (Type == PCI_BRIDGE_TYPE) {
        ULONG Secondary = HalReadPci(Address, PCI_SECONDARY_BUS, 1);

        /* Bus 0 is the root: a bridge the firmware has not numbered says 0. */
        Scan->Found[Secondary / 64] |= Secondary == 0 ? 0 : 1ULL << (Secondary % 64);
    }
}

/* All functions of one device number. */
static VOID
IopScanDevice(PIOP_BUS_SCAN Scan, ULONG Bus, ULONG Device)
{
    ULONG Functions = 1;

    for (ULONG Function = 0; Function < Functions; Function++) {
        HAL_PCI_ADDRESS Address = {(UCHAR)Bus, (UCHAR)Device, (UCHAR)Function};

        if (HalReadPci(Address, PCI_VENDOR_ID, 2) == PCI_INVALID_VENDORID) {
            continue; /* function 0 missing: Functions stays 1, the device is not there */
        }
        if (Function == 0 &&
            (HalReadPci(Address, PCI_HEADER_TYPE, 1) & PCI_MULTIFUNCTION)) {
            Functions = PCI_FUNCTIONS_PER_DEVICE;
        }
        IopScanFunction(Scan, Address);
    }
}

/* The lowest bus found and not yet scanned, now marked scanned; FALSE: none. */
static BOOLEAN
IopNextBus(PIOP_BUS_SCAN Scan, PULONG Bus)
{
    for (ULONG Word = 0; Word < RTL_NUMBER_OF(Scan->Found); Word++) {
        ULONG Bit;

        if (BitScanForward64(&Bit, Scan->Found[Word] & ~Scan->Scanned[Word])) {
            Scan->Scanned[Word] |= 1ULL << Bit;
            *Bus = Word * 64 + Bit;
            return TRUE;
        }
    }
    return FALSE;
}

/* All devices of one bus. */
static VOID
IopScanDevices(PIOP_BUS_SCAN Scan, ULONG Bus)
{
    for (ULONG Device = 0; Device < PCI_DEVICES_PER_BUS; Device++) {
        IopScanDevice(Scan, Bus, Device);
    }
}

NTSTATUS
IopScanBus(ULONG Bus)
{
    IOP_BUS_SCAN Scan = {.Status = STATUS_SUCCESS};

    IopScanDevices(&Scan, Bus);
    return Scan.Status;
}

/* Bridges that the firmware left without numbers or windows. Bus 0 is the first. */
static VOID
IopNumberAll(PIOP_BUS_SCAN Scan)
{
    for (ULONG Bus = 0; Bus < 64 * RTL_NUMBER_OF(Scan->Scanned); Bus++) {
        if ((Scan->Scanned[Bus / 64] >> Bus % 64 & 1) != 0) {
            IopNumberBus(Bus);
        }
    }
    IopOpenWindowsBehind(0);
}

/*
 * Finds every PCI function and makes a PDO for each, in ascending order of buses; then
 * one for each legacy device.
 * STATUS_SUCCESS or the first failure to make one; the others exist all the same.
 * PASSIVE_LEVEL, once.
 */
NTSTATUS
IoEnumerateDevices(VOID)
{
    IOP_BUS_SCAN Scan = {.Found = {1}, .Status = STATUS_SUCCESS};
    NTSTATUS Status;
    ULONG Bus;

    while (IopNextBus(&Scan, &Bus)) {
        IopScanDevices(&Scan, Bus);
    }
    IopNumberAll(&Scan);
    IopStartSlots();
    Status = IopCreateLegacyDevices();
    return NT_SUCCESS(Scan.Status) ? Status : Scan.Status;
}

PIOP_PDO
IopPdoFromDevice(PDEVICE_OBJECT Device)
{
    return Device->DeviceObjectExtension->Node;
}

/* Power IRPs to a function: it is in D0 and stays there. */
static NTSTATUS NTAPI
IopPciDispatchPower(PDEVICE_OBJECT DeviceObject, PIRP Irp)
{
    UCHAR Minor = IoGetCurrentIrpStackLocation(Irp)->MinorFunction;
    NTSTATUS Status = Irp->IoStatus.Status;

    UNREFERENCED_PARAMETER(DeviceObject);
    PoStartNextPowerIrp(Irp);
    if (Minor == IRP_MN_SET_POWER || Minor == IRP_MN_QUERY_POWER) {
        Status = STATUS_SUCCESS;
    }
    Irp->IoStatus.Status = Status;
    IofCompleteRequest(Irp, IO_NO_INCREMENT);
    return Status;
}

/* WMI requests end at the bottom as they came. */
static NTSTATUS NTAPI
IopPciDispatchSystemControl(PDEVICE_OBJECT DeviceObject, PIRP Irp)
{
    NTSTATUS Status = Irp->IoStatus.Status;

    UNREFERENCED_PARAMETER(DeviceObject);
    IofCompleteRequest(Irp, IO_NO_INCREMENT);
    return Status;
}

/* Makes the driver object of the PCI bus driver, which is part of the kernel. */
NTSTATUS
IopCreatePciDriver(VOID)
{
    static const IOP_MODULE Module = {.BaseName = "pci", .ServiceName = "pci"};
    NTSTATUS Status = IopCreateDriver(&Module, NULL, &IopPciDriver);

    if (NT_SUCCESS(Status)) {
        IopPciDriver->MajorFunction[IRP_MJ_PNP] = IopPciDispatchPnp;
        IopPciDriver->MajorFunction[IRP_MJ_POWER] = IopPciDispatchPower;
        IopPciDriver->MajorFunction[IRP_MJ_SYSTEM_CONTROL] = IopPciDispatchSystemControl;
    }
    return Status;
}
