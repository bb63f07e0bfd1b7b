/*
 * pci.h: the PCI function a suite is bound to, with everything the system said about it:
 * what it could use, what it was given, raw and translated, and its configuration space.
 * Shared by the suites whose sources.txt names pci.c.
 */
#pragma once

#include "../ktap.h"

#define PCI_COMMAND_OFFSET  0x04
#define PCI_COMMAND_NO_INTX 0x0400
#define PCI_CAPABILITY_MSI  0x05
#define PCI_CAPABILITY_MSIX 0x11

#define MAXIMUM_DESCRIPTORS 48

/* Interrupt descriptors, in the order of their list. */
typedef struct _INTERRUPT_LIST {
    ULONG Count;
    CM_PARTIAL_RESOURCE_DESCRIPTOR Entries[MAXIMUM_DESCRIPTORS];
} INTERRUPT_LIST;

/* Changes a list of requirements on its way up, or replaces it and frees the old one. */
typedef PIO_RESOURCE_REQUIREMENTS_LIST PCI_FILTER(PIO_RESOURCE_REQUIREMENTS_LIST List);

/* Set before START is completed, constant afterwards. */
typedef struct _PCI_DEVICE {
    PCI_FILTER *Filter; /* set before StartSuite, or NULL */
    PDEVICE_OBJECT Physical, Lower;
    PUCHAR Registers; /* its first memory region */
    ULONG Length;
    ULONG RequiredCount; /* interrupt descriptors of its requirements */
    IO_RESOURCE_DESCRIPTOR Required[MAXIMUM_DESCRIPTORS];
    INTERRUPT_LIST Raw, Translated;
    BUS_INTERFACE_STANDARD Bus;
} PCI_DEVICE;

extern PCI_DEVICE Pci;

/* What DriverEntry returns: Suite runs when the device has been started. */
NTSTATUS StartSuite(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath,
                    KTAP_SUITE *Suite);
/* Whether the module line says case=Name. case=beyond has the driver ask, when it filters
   its requirements, for BEYOND messages more than it is offered. PASSIVE_LEVEL. */
BOOLEAN IsCase(PCWSTR Name);
#define BEYOND 16

/* config.c: gets Pci.Bus from the bus driver; before the two below. PASSIVE_LEVEL. */
NTSTATUS QueryBusInterface(VOID);
/* Length (at most 4) bytes of configuration space. */
ULONG ReadConfiguration(ULONG Offset, ULONG Length);
/* Where a capability stands; 0: nowhere. */
ULONG FindCapability(UCHAR Id);

static inline ULONG
DeviceRead(ULONG Register)
{
    return READ_REGISTER_ULONG((PULONG)(Pci.Registers + Register));
}

static inline VOID
DeviceWrite(ULONG Register, ULONG Value)
{
    WRITE_REGISTER_ULONG((PULONG)(Pci.Registers + Register), Value);
}

/* memory.c: Size bytes of zeroed memory that the device reaches, page by page. */
typedef struct _SHARED_MEMORY {
    PDMA_ADAPTER Adapter;
    ULONG Size;
    PUCHAR Virtual;
    PHYSICAL_ADDRESS Physical;
} SHARED_MEMORY, *PSHARED_MEMORY;

BOOLEAN AllocateShared(PSHARED_MEMORY Memory, ULONG Size);
VOID FreeShared(PSHARED_MEMORY Memory);
