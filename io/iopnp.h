/*
 * Plug and Play and the PCI bus: the record of a function, and what the files that find,
 * start and remove devices lend each other.
 *
 * The lock of pnp.c guards IopPdos, the drivers' list and every PDO's State and Gone: one
 * device at a time starts or goes. It is taken before any other lock, at PASSIVE_LEVEL.
 */
#pragma once

#include "iop.h"

#define IOP_MAXIMUM_BARS     6
#define IOP_MAXIMUM_MESSAGES 32

typedef struct _IOP_BAR {
    UCHAR Type;     /* CmResourceTypePort or CmResourceTypeMemory */
    UCHAR Register; /* its number among the base address registers */
    BOOLEAN Wide;   /* takes two of them: an address of 64 bits */
    USHORT Flags;
    ULONG64 Base;
    ULONG64 Length;
} IOP_BAR, *PIOP_BAR;

typedef enum _IOP_PDO_STATE {
    IopPdoEnumerated, /* no driver, or its driver gone again */
    IopPdoAdded,      /* AddDevice succeeded */
    IopPdoStarted,
    IopPdoSurpriseRemoved /* IRP_MN_REMOVE_DEVICE follows when the last open is closed */
} IOP_PDO_STATE;

/* A PCI function: the extension of its PDO. */
typedef struct _IOP_PDO {
    LIST_ENTRY Link; /* IopPdos, in the order found */
    PDEVICE_OBJECT DeviceObject;
    IOP_PDO_STATE State;
    BOOLEAN Gone;                /* not there any more: the PDO goes with its REMOVE */
    volatile LONG RemovalQueued; /* Removal waits for its worker */
    WORK_QUEUE_ITEM Removal;
    HAL_PCI_ADDRESS Address;
    USHORT VendorId;
    USHORT DeviceId;
    USHORT SubVendorId;
    USHORT SubSystemId;
    UCHAR Revision;
    UCHAR Class[3]; /* base class, sub class, programming interface */
    UCHAR HeaderType;
    UCHAR SecondaryBus; /* of a bridge; 0: none */
    UCHAR InterruptPin;
    USHORT Command; /* as the firmware left it */
    PDRIVER_OBJECT FunctionDriver;
    const struct _IOP_LEGACY *Legacy; /* legacy.c: not on PCI at all; else NULL */
    ULONG BarCount;
    IOP_BAR Bars[IOP_MAXIMUM_BARS]; /* those that have an address */
    ULONG MissingBars;              /* bit mask of the registers that got none */
    ULONG InterruptCount;           /* assignments the device holds */
    BOOLEAN PassiveInterrupts; /* its driver's module says passive=1: level 0 (CON-25) */
    HAL_INTERRUPT_ASSIGNMENT Interrupts[IOP_MAXIMUM_MESSAGES];
    PCM_RESOURCE_LIST RawResources;
    PCM_RESOURCE_LIST TranslatedResources;
    ULONG ResourceLength; /* bytes of each of the two lists */
} IOP_PDO, *PIOP_PDO;

extern LIST_ENTRY IopPdos; /* the lock of pnp.c */
extern PDRIVER_OBJECT IopPciDriver;
extern PDRIVER_OBJECT IopRootDriver;

/* legacy.c: a device that no bus reports. */
typedef struct _IOP_LEGACY {
    const CHAR *Location;   /* "COM2" */
    const CHAR *HardwareId; /* "ROOT\\COM2", and PNP0501 beside it */
    USHORT Port;
    USHORT PortLength;
    ULONG IsaLine;
} IOP_LEGACY;

NTSTATUS IopCreateRootDriver(VOID);
NTSTATUS IopCreateLegacyDevices(VOID);

/* NULL when Device is no PDO, of the PCI bus or of the root. Any IRQL. */
PIOP_PDO IopPdoFromDevice(PDEVICE_OBJECT Device);

/* pci.c, pcifunction.c, pciid.c, pciconfig.c, pcipdo.c */
NTSTATUS IopCreatePciDriver(VOID);
NTSTATUS IopCreatePdo(HAL_PCI_ADDRESS Address);
VOID IopDeletePdo(PIOP_PDO Pdo);
VOID IopReportMissingBars(PIOP_PDO Pdo);
/* Finds the functions of one bus that have no PDO yet and makes theirs. The lock of pnp.c
   held, but at boot. */
NTSTATUS IopScanBus(ULONG Bus);
/* A multi-string of the ids of one kind, or NULL; the caller frees it with ExFreePool. */
PWSTR IopBuildPciId(PIOP_PDO Pdo, BUS_QUERY_ID_TYPE Type);
/* Bytes of configuration space moved: cut at its end, 0 beyond. */
ULONG IopAccessConfig(PIOP_PDO Pdo, BOOLEAN Write, PUCHAR Buffer, ULONG Offset,
                      ULONG Length);
NTSTATUS IopQueryPciInterface(PIOP_PDO Pdo, PIO_STACK_LOCATION Stack);
NTSTATUS NTAPI IopPciDispatchPnp(PDEVICE_OBJECT DeviceObject, PIRP Irp);

/* pcibridge.c: the bridge whose secondary bus is Bus, or NULL: bus 0, or not known. */
PIOP_PDO IopFindBridge(ULONG Bus);
/* Whether Pdo is on Bus, or on a bus that is reached through it. */
BOOLEAN IopIsBehind(PIOP_PDO Pdo, ULONG Bus);
/* Lets what is behind the bridges above Pdo decode addresses and reach memory. */
VOID IopOpenBridges(PIOP_PDO Pdo);
/* Finds a place for Bar in the windows of the bridge above Pdo; FALSE: there is none. */
BOOLEAN IopPlaceBar(PIOP_PDO Pdo, PIOP_BAR Bar);

/* pcislot.c, pcihotplug.c: PCI Express slots whose devices come and go. */
typedef struct _IOP_SLOT IOP_SLOT, *PIOP_SLOT;
VOID IopStartSlots(VOID);
VOID IopStopSlots(VOID);
/* Has the slot of that bus looked at again, when there is one. IRQL <= DISPATCH_LEVEL. */
VOID IopQueueSlot(ULONG Bus);
BOOLEAN IopIsInSlot(PIOP_PDO Pdo);
/* What a slot needs of Plug and Play; the lock of pnp.c is held. IopBusVanished:
   whatever does not answer on Bus, and behind it, is gone. IopEjectBus: all of it, if
   everybody agrees. IopBusArrived: new functions get their drivers; FALSE: what was here
   before is not removed yet, and IopQueueSlot is called when it is. */
BOOLEAN IopBusPopulated(ULONG Bus);
VOID IopBusVanished(ULONG Bus);
BOOLEAN IopEjectBus(ULONG Bus);
BOOLEAN IopBusArrived(ULONG Bus);

/* The answer to IRP_MN_QUERY_BUS_INFORMATION. */
typedef struct _PNP_BUS_INFORMATION {
    GUID BusTypeGuid;
    INTERFACE_TYPE LegacyBusType;
    ULONG BusNumber;
} PNP_BUS_INFORMATION, *PPNP_BUS_INFORMATION;

/* requirements.c */
PIO_RESOURCE_REQUIREMENTS_LIST IopBuildRequirements(PIOP_PDO Pdo);

/* policy.c: the interrupts a device's requirements ask for, as its driver filtered them.
   Processors 0: whoever's turn it is, until IopCompleteInterruptRequest. */
typedef struct _IOP_INTERRUPT_REQUEST {
    ULONG Messages; /* 0: the line */
    KAFFINITY MessageProcessors[IOP_MAXIMUM_MESSAGES];
    KAFFINITY LineProcessors;
} IOP_INTERRUPT_REQUEST, *PIOP_INTERRUPT_REQUEST;

VOID IopReadInterruptRequest(const IO_RESOURCE_REQUIREMENTS_LIST *List,
                             PIOP_INTERRUPT_REQUEST Request);
VOID IopCompleteInterruptRequest(PIOP_INTERRUPT_REQUEST Request, KAFFINITY Processors);

/* resources.c */
NTSTATUS IopAssignResources(PIOP_PDO Pdo, const IOP_INTERRUPT_REQUEST *Request);
VOID IopReleaseResources(PIOP_PDO Pdo);

/* processors.c: "2", "0,2" or "all" as a mask, a mask as text, and a device's choice. */
BOOLEAN IopParseProcessors(const CHAR *Text, SIZE_T Length, KAFFINITY *Processors);
VOID IopFormatProcessors(KAFFINITY Processors, CHAR *Buffer, SIZE_T Size);
KAFFINITY IopChooseProcessors(const IOP_MODULE *Module);

/* pnp.c. The lock lets one start or removal happen at a time. PASSIVE_LEVEL. */
VOID IopAcquirePnpLock(VOID);
VOID IopReleasePnpLock(VOID);
NTSTATUS IopStartMatchingDevices(PDRIVER_OBJECT Driver);
const CHAR *IopPdoName(PIOP_PDO Pdo); /* for console lines */
/* Sends a Plug and Play IRP whose parameters Location holds. */
NTSTATUS IopSendPnp(PIOP_PDO Pdo, UCHAR MinorFunction, PIO_STACK_LOCATION Location,
                    PULONG_PTR Information);
VOID IopStartNewDevice(PIOP_PDO Pdo); /* the lock is held */

/* service.c: the loaded driver of a service, or NULL. The lock of pnp.c is held. */
PDRIVER_OBJECT IopFindDriver(const CHAR *ServiceName);
/* The name of the Index-th service whose module can be loaded; NULL: there are fewer. */
const CHAR *IopServiceName(ULONG Index);

/* remove.c. PASSIVE_LEVEL, the lock of pnp.c held where nothing else is said. */
/* Asks the stack whether it can go, and says so when it stays after all. A stack that is
   open is refused. What has no driver may go. */
NTSTATUS IopQueryRemoval(PIOP_PDO Pdo);
/* Sends IRP_MN_REMOVE_DEVICE and takes the resources back; a PDO that is Gone is freed. */
VOID IopRemoveDevice(PIOP_PDO Pdo);
/* For a device that is not there, or of no use, any more: IRP_MN_SURPRISE_REMOVAL now,
   IRP_MN_REMOVE_DEVICE as soon as nobody has the stack open. The PDO may be freed. */
VOID IopSurpriseRemoveDevice(PIOP_PDO Pdo);
/* An open of Device, whose IopDatabaseLock is held, was the last one. */
VOID IopNoteLastClose(PDEVICE_OBJECT Device);
/* Asks every device of a driver, as IopQueryRemoval does; on a refusal all go on. */
NTSTATUS IopQueryDriverRemoval(PDRIVER_OBJECT Driver);
/* The last one started first. Takes the lock itself. */
VOID IopRemoveDriverDevices(PDRIVER_OBJECT Driver);
/* interface.c: the interfaces of a PDO that goes for good. */
VOID IopForgetInterfaces(PDEVICE_OBJECT Device);
