/*
 * One PCI function: its PDO, and its base address registers.
 */
#include "iop.h"
#include "iopnp.h"

#define PCI_VENDOR_ID     0x00
#define PCI_DEVICE_ID     0x02
#define PCI_COMMAND       0x04
#define PCI_REVISION      0x08
#define PCI_PROG_IF       0x09
#define PCI_SUB_CLASS     0x0A
#define PCI_BASE_CLASS    0x0B
#define PCI_HEADER_TYPE   0x0E
#define PCI_BASE_ADDRESS  0x10
#define PCI_SECONDARY_BUS 0x19
#define PCI_SUB_VENDOR_ID 0x2C
#define PCI_SUB_SYSTEM_ID 0x2E
#define PCI_INTERRUPT_PIN 0x3D

/* Reads the identity of the function into its PDO. */
static VOID
IopReadIdentity(PIOP_PDO Pdo, HAL_PCI_ADDRESS Address)
{
    Pdo->Address = Address;
    Pdo->VendorId = (USHORT)HalReadPci(Address, PCI_VENDOR_ID, 2);
    Pdo->DeviceId = (USHORT)HalReadPci(Address, PCI_DEVICE_ID, 2);
    Pdo->Revision = (UCHAR)HalReadPci(Address, PCI_REVISION, 1);
    Pdo->Class[0] = (UCHAR)HalReadPci(Address, PCI_BASE_CLASS, 1);
    Pdo->Class[1] = (UCHAR)HalReadPci(Address, PCI_SUB_CLASS, 1);
    Pdo->Class[2] = (UCHAR)HalReadPci(Address, PCI_PROG_IF, 1);
    Pdo->Command = (USHORT)HalReadPci(Address, PCI_COMMAND, 2);
    Pdo->InterruptPin = (UCHAR)HalReadPci(Address, PCI_INTERRUPT_PIN, 1);
    Pdo->HeaderType =
        (UCHAR)HalReadPci(Address, PCI_HEADER_TYPE, 1) & (UCHAR)~PCI_MULTIFUNCTION;
    if (Pdo->HeaderType == PCI_BRIDGE_TYPE) {
        Pdo->SecondaryBus = (UCHAR)HalReadPci(Address, PCI_SECONDARY_BUS, 1);
    }
    if (Pdo->HeaderType == PCI_DEVICE_TYPE) {
        Pdo->SubVendorId = (USHORT)HalReadPci(Address, PCI_SUB_VENDOR_ID, 2);
        Pdo->SubSystemId = (USHORT)HalReadPci(Address, PCI_SUB_SYSTEM_ID, 2);
    }
}

/* Writes all ones to a register, reads what stuck, and puts the old value back. */
static ULONG
IopProbeRegister(HAL_PCI_ADDRESS Address, ULONG Offset)
{
    ULONG Old = HalReadPci(Address, Offset, 4);
    ULONG Mask;

    HalWritePci(Address, Offset, 4, MAXULONG);
    Mask = HalReadPci(Address, Offset, 4);
    HalWritePci(Address, Offset, 4, Old);
    return Mask;
}

/* Writes the place of a region into its registers. */
static VOID
IopWriteBar(PIOP_PDO Pdo, const IOP_BAR *Bar)
{
    ULONG Offset = PCI_BASE_ADDRESS + Bar->Register * 4;

    HalWritePci(Pdo->Address, Offset, 4, (ULONG)Bar->Base);
    if (Bar->Wide) {
        HalWritePci(Pdo->Address, Offset + 4, 4, (ULONG)(Bar->Base >> 32));
    }
}

/* The first range for Bar that no other register has, or NULL: the driver has filtered
   out what this one would need. Used: a bit for each range that one has. */
static const IOP_BAR *
IopRangeOfBar(const IOP_BAR *Bar, const IOP_ALLOCATION *Allocation, PULONG Used)
{
    for (ULONG Index = 0; Index < Allocation->Count; Index++) {
        const IOP_BAR *Range = &Allocation->Ranges[Index];

        if ((*Used >> Index & 1) == 0 && Range->Type == Bar->Type &&
            Range->Length == Bar->Length) {
            *Used |= 1U << Index;
            return Range;
        }
    }
    return NULL;
}

VOID
IopSetBars(PIOP_PDO Pdo, const IOP_ALLOCATION *Allocation)
{
    ULONG Used = 0;

    for (ULONG Index = 0; Index < Pdo->BarCount; Index++) {
        PIOP_BAR Bar = &Pdo->Bars[Index];
        const IOP_BAR *Range = IopRangeOfBar(Bar, Allocation, &Used);

        if (Range != NULL && Range->Base != Bar->Base) {
            HalWritePci(Pdo->Address, PCI_COMMAND, 2,
                        HalReadPci(Pdo->Address, PCI_COMMAND, 2) &
                            ~(ULONG)(PCI_ENABLE_IO_SPACE | PCI_ENABLE_MEMORY_SPACE));
            Bar->Base = Range->Base;
            IopWriteBar(Pdo, Bar);
        }
    }
}

/* Adds one region to the PDO. One the firmware gave no address is without a place until
   the device is started. */
static VOID
IopAddBar(PIOP_PDO Pdo, const IOP_BAR *Bar)
{
    PIOP_BAR Added = &Pdo->Bars[Pdo->BarCount];

    if (Bar->Length == 0) {
        return;
    }
    *Added = *Bar;
    if (Added->Base + (Added->Length - 1) < Added->Base) {
        Added->Base = 0;
    }
    Pdo->BarCount++;
}

/* A port region. Hardware may leave the upper 16 bits of the mask at zero. */
static VOID
IopReadPortBar(PIOP_PDO Pdo, ULONG Index, ULONG Value, ULONG Mask)
{
    ULONG Size = Mask & PCI_ADDRESS_IO_ADDRESS_MASK & 0xFFFF;
    IOP_BAR Bar = {.Type = CmResourceTypePort,
                   .Register = (UCHAR)Index,
                   .Flags = CM_RESOURCE_PORT_IO | CM_RESOURCE_PORT_16_BIT_DECODE |
                            CM_RESOURCE_PORT_POSITIVE_DECODE,
                   .Base = Value & PCI_ADDRESS_IO_ADDRESS_MASK & 0xFFFF,
                   .Length = Size & -Size};

    IopAddBar(Pdo, &Bar);
}

/* A memory region; returns the registers it takes: 2 when it is a 64-bit one. */
static ULONG
IopReadMemoryBar(PIOP_PDO Pdo, ULONG Index, ULONG Limit, ULONG Value, ULONG Mask)
{
    ULONG Offset = PCI_BASE_ADDRESS + Index * 4;
    ULONG64 Size = Mask & PCI_ADDRESS_MEMORY_ADDRESS_MASK;
    IOP_BAR Bar = {.Type = CmResourceTypeMemory,
                   .Register = (UCHAR)Index,
                   .Flags = CM_RESOURCE_MEMORY_READ_WRITE,
                   .Base = Value & PCI_ADDRESS_MEMORY_ADDRESS_MASK};

    if ((Value & PCI_ADDRESS_MEMORY_TYPE_MASK) == PCI_TYPE_64BIT && Index + 1 < Limit) {
        Bar.Wide = TRUE;
        Bar.Base |= (ULONG64)HalReadPci(Pdo->Address, Offset + 4, 4) << 32;
        Size |= (ULONG64)IopProbeRegister(Pdo->Address, Offset + 4) << 32;
    } else if (Size != 0) {
        Size |= 0xFFFFFFFF00000000ULL;
    }
    if ((Value & PCI_ADDRESS_MEMORY_PREFETCHABLE) != 0) {
        Bar.Flags |= CM_RESOURCE_MEMORY_PREFETCHABLE;
    }
    Bar.Length = Size & -Size; /* the lowest bit that can be set */
    IopAddBar(Pdo, &Bar);
    return Bar.Wide ? 2 : 1;
}

/*
 * Finds the regions of the function, once, when it is found. Decoding is off meanwhile, so
 * that the all-ones of the probe claims no address; nobody uses the device yet.
 */
static VOID
IopQueryBars(PIOP_PDO Pdo)
{
    ULONG Limit = Pdo->HeaderType == PCI_DEVICE_TYPE   ? PCI_TYPE0_ADDRESSES
                  : Pdo->HeaderType == PCI_BRIDGE_TYPE ? PCI_TYPE1_ADDRESSES
                                                       : 0;
    ULONG Command = HalReadPci(Pdo->Address, PCI_COMMAND, 2);
    ULONG Index = 0;

    Pdo->BarCount = 0;
    HalWritePci(Pdo->Address, PCI_COMMAND, 2,
                Command & ~(ULONG)(PCI_ENABLE_IO_SPACE | PCI_ENABLE_MEMORY_SPACE));
    while (Index < Limit) {
        ULONG Offset = PCI_BASE_ADDRESS + Index * 4;
        ULONG Value = HalReadPci(Pdo->Address, Offset, 4);
        ULONG Mask = IopProbeRegister(Pdo->Address, Offset);

        if ((Value & PCI_ADDRESS_IO_SPACE) != 0) {
            IopReadPortBar(Pdo, Index, Value, Mask);
            Index++;
        } else {
            Index += IopReadMemoryBar(Pdo, Index, Limit, Value, Mask);
        }
    }
    HalWritePci(Pdo->Address, PCI_COMMAND, 2, Command);
}

/* Makes the PDO of one function. STATUS_INSUFFICIENT_RESOURCES. PASSIVE_LEVEL. */
NTSTATUS
IopCreatePdo(HAL_PCI_ADDRESS Address)
{
    PDEVICE_OBJECT Device;
    PIOP_PDO Pdo;
    NTSTATUS Status =
        IoCreateDevice(IopPciDriver, sizeof(IOP_PDO), NULL, FILE_DEVICE_UNKNOWN,
                       FILE_AUTOGENERATED_DEVICE_NAME, FALSE, &Device);

    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    Pdo = Device->DeviceExtension;
    Pdo->DeviceObject = Device;
    Device->DeviceObjectExtension->Node = Pdo;
    IopReadIdentity(Pdo, Address);
    IopQueryBars(Pdo);
    RtlFormat(Device->DeviceObjectExtension->Description,
              sizeof(Device->DeviceObjectExtension->Description), "PCI %02x:%02x.%u",
              Address.Bus, Address.Device, Address.Function);
    Device->Flags |= DO_BUS_ENUMERATED_DEVICE;
    Device->Flags &= ~(ULONG)DO_DEVICE_INITIALIZING;
    InsertTailList(&IopPdos, &Pdo->Link);
    return STATUS_SUCCESS;
}

/* Ends the PDO of a function that is not there any more; no driver stands on it. */
VOID
IopDeletePdo(PIOP_PDO Pdo)
{
    ULONG Bus = Pdo->Address.Bus;

    IopForgetInterfaces(Pdo->DeviceObject);
    RemoveEntryList(&Pdo->Link);
    if (Pdo->Parent != NULL) {
        IopReleaseChild(Pdo);
        return;
    }
    IoDeleteDevice(Pdo->DeviceObject);
    IopQueueSlot(Bus); /* whatever is in its slot now had to wait for this */
}
