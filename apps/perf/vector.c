/*
 * An interrupt of our own. perf.sys takes COM2, which the kernel writes by polling and
 * which never interrupts, for the vector that comes with it: the interrupts are those the
 * processor sends itself.
 */
#include "perf.h"

#define VECTOR_APIC         0xFEE00000 /* registers of the local APIC, physical */
#define VECTOR_APIC_SIZE    0x1000
#define VECTOR_APIC_COMMAND 0x300
#define VECTOR_COMMAND_SELF 0x44000 /* to this processor, fixed delivery, assert */

typedef struct _VECTOR_DEVICE {
    PDEVICE_OBJECT Lower;
    PDEVICE_OBJECT Self;
} VECTOR_DEVICE, *PVECTOR_DEVICE;

static CM_PARTIAL_RESOURCE_DESCRIPTOR VectorLine; /* once it is started */
static BOOLEAN VectorStarted;
static PUCHAR VectorApic;

static DRIVER_DISPATCH VectorPnp;

/* Keeps what START assigned. */
static VOID
VectorStart(PCM_RESOURCE_LIST Translated)
{
    PCM_PARTIAL_RESOURCE_LIST List;

    if (Translated == NULL || Translated->Count == 0) {
        return;
    }
    List = &Translated->List[0].PartialResourceList;
    for (ULONG Index = 0; Index < List->Count; Index++) {
        if (List->PartialDescriptors[Index].Type == CmResourceTypeInterrupt) {
            VectorLine = List->PartialDescriptors[Index];
            VectorStarted = TRUE;
        }
    }
}

static NTSTATUS NTAPI
VectorPnp(PDEVICE_OBJECT DeviceObject, PIRP Irp)
{
    PVECTOR_DEVICE Device = DeviceObject->DeviceExtension;
    PIO_STACK_LOCATION Stack = IoGetCurrentIrpStackLocation(Irp);
    PDEVICE_OBJECT Lower = Device->Lower;
    NTSTATUS Status;

    switch (Stack->MinorFunction) {
    case IRP_MN_START_DEVICE:
        VectorStart(Stack->Parameters.StartDevice.AllocatedResourcesTranslated);
        break;
    case IRP_MN_REMOVE_DEVICE:
        IoSkipCurrentIrpStackLocation(Irp);
        Status = IoCallDriver(Lower, Irp);
        IoDetachDevice(Lower);
        IoDeleteDevice(DeviceObject);
        return Status;
    default:
        break;
    }
    IoSkipCurrentIrpStackLocation(Irp);
    return IoCallDriver(Lower, Irp);
}

NTSTATUS
NTAPI
VectorAddDevice(PDRIVER_OBJECT DriverObject, PDEVICE_OBJECT PhysicalDeviceObject)
{
    PDEVICE_OBJECT Self;
    PVECTOR_DEVICE Device;
    NTSTATUS Status = IoCreateDevice(DriverObject, sizeof(VECTOR_DEVICE), NULL,
                                     FILE_DEVICE_UNKNOWN, 0, FALSE, &Self);

    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    Device = Self->DeviceExtension;
    Device->Lower = IoAttachDeviceToDeviceStack(Self, PhysicalDeviceObject);
    if (Device->Lower == NULL) {
        IoDeleteDevice(Self);
        return STATUS_NO_SUCH_DEVICE;
    }
    DriverObject->MajorFunction[IRP_MJ_PNP] = VectorPnp;
    Self->Flags &= ~DO_DEVICE_INITIALIZING;
    return STATUS_SUCCESS;
}

/* Connects Isr to our vector. NULL: there is none. IRQL: PASSIVE_LEVEL. */
PKINTERRUPT
VectorConnect(PKSERVICE_ROUTINE Isr)
{
    PHYSICAL_ADDRESS Address = {.QuadPart = VECTOR_APIC};
    PKINTERRUPT Interrupt = NULL;

    if (VectorApic == NULL) {
        VectorApic = MmMapIoSpace(Address, VECTOR_APIC_SIZE, MmNonCached);
    }
    if (!VectorStarted || VectorApic == NULL) {
        return NULL;
    }
    (VOID) IoConnectInterrupt(&Interrupt, Isr, NULL, NULL, VectorLine.u.Interrupt.Vector,
                              (KIRQL)VectorLine.u.Interrupt.Level,
                              (KIRQL)VectorLine.u.Interrupt.Level, Latched, FALSE,
                              VectorLine.u.Interrupt.Affinity, FALSE);
    return Interrupt;
}

ULONG
VectorNumber(VOID)
{
    return VectorLine.u.Interrupt.Vector;
}

/* An interrupt at Vector of this processor, at once if the level allows. After a
   VectorConnect that succeeded. Any IRQL. */
VOID
VectorRaise(ULONG Vector)
{
    WRITE_REGISTER_ULONG((PULONG)(VectorApic + VECTOR_APIC_COMMAND),
                         VECTOR_COMMAND_SELF | Vector);
}
