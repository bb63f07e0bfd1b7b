/*
 * Plug and Play and the PCI bus: the record of a function, and what the files that find,
 * start and remove devices lend each other.
 *
 * The lock of pnp.c guards IopPdos, the drivers' list and every PDO's State and Gone: one
 * device at a time starts or goes. It is taken before any other lock, at PASSIVE_LEVEL.
 */
#pragma once

#include "iop.h"

/* An address that no PCI function has. */
#define IOP_NOWHERE                                                                      \
    {                                                                                    \
        0xFF, 0x1F, 0x07                                                                 \
    }

#define IOP_MAXIMUM_BARS     6
#define IOP_MAXIMUM_RANGES   16 /* of one device */
#define IOP_MAXIMUM_MESSAGES 32

/* A range of ports or memory: what a function decodes, or what a device was given. */
typedef struct _IOP_BAR {
    UCHAR Type;     /* CmResourceTypePort or CmResourceTypeMemory */
    UCHAR Share;    /* two that are CmResourceShareShared may meet */
    UCHAR Register; /* its number among the base address registers */
    BOOLEAN Wide;   /* takes two of them: an address of 64 bits */
    USHORT Flags;
    ULONG64 Base; /* 0: it has no place */
    ULONG64 Length;
} IOP_BAR, *PIOP_BAR;

/* policy.c: the interrupts a device's requirements ask for, as its driver filtered them.
   Processors 0: whoever's turn it is, until IopCompleteInterruptRequest. */
typedef struct _IOP_INTERRUPT_REQUEST {
    ULONG Messages; /* 0: the line */
    KAFFINITY MessageProcessors[IOP_MAXIMUM_MESSAGES];
    KAFFINITY LineProcessors;
} IOP_INTERRUPT_REQUEST, *PIOP_INTERRUPT_REQUEST;

/* One descriptor of a requirements list, in whichever form it came. Type
   CmResourceTypeNull: to do without. */
typedef struct _IOP_DEMAND {
    IOP_BAR Range; /* without its place */
    ULONG64 Alignment;
    ULONG64 Minimum;
    ULONG64 Maximum; /* the last address it may have */
} IOP_DEMAND, *PIOP_DEMAND;

/* Descriptors of which one has to be met. */
typedef struct _IOP_GROUP {
    const IO_RESOURCE_DESCRIPTOR *Members;
    ULONG Count;
    ULONG64 Longest;
} IOP_GROUP, *PIOP_GROUP;

/* What a device is given, in the order of its requirements. */
typedef struct _IOP_ALLOCATION {
    ULONG Count;
    IOP_BAR Ranges[IOP_MAXIMUM_RANGES]; /* Length 0: it does without */
    IOP_INTERRUPT_REQUEST Interrupts;
    IOP_DEMAND Refused;      /* when there is no place: for what, */
    struct _IOP_PDO *Holder; /* and who was in the way last; NULL: nobody */
} IOP_ALLOCATION, *PIOP_ALLOCATION;

typedef enum _IOP_PDO_STATE {
    IopPdoEnumerated, /* no driver, or its driver gone again */
    IopPdoAdded,      /* AddDevice succeeded */
    IopPdoStarted,
    IopPdoSurpriseRemoved /* IRP_MN_REMOVE_DEVICE follows when the last open is closed */
} IOP_PDO_STATE;

/* A device that a bus has: a PCI function or a device of the root, as the extension of its
   PDO, or what is known of one that a bus driver reports. */
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
    struct _IOP_PDO *Parent;  /* of a device that a bus driver reported; else NULL */
    BOOLEAN NotDisableable;   /* its driver says so: it is not taken from it by hand */
    BOOLEAN Unfiltered;       /* removed because one of its filters was unloaded */
    BOOLEAN Reported;         /* by the last answer of the bus driver */
    ULONG Problem;            /* why it is not started: CM_PROB_, or 0 */
    PIOP_ALLOCATION Held;     /* of a device with resources */
    PIOP_ALLOCATION Proposed; /* while a place is looked for */
    BOOLEAN Moving;           /* meanwhile: what it holds may be given to others */
    ULONG BarCount;
    IOP_BAR Bars[IOP_MAXIMUM_BARS];
    ULONG InterruptCount;      /* assignments the device holds */
    BOOLEAN PassiveInterrupts; /* its driver's module says passive=1: level 0 (CON-25) */
    HAL_INTERRUPT_ASSIGNMENT Interrupts[IOP_MAXIMUM_MESSAGES];
    PCM_RESOURCE_LIST RawResources;
    PCM_RESOURCE_LIST TranslatedResources;
    ULONG ResourceLength; /* bytes of each of the two lists */
} IOP_PDO, *PIOP_PDO;

/* Configuration space, base address registers and messages are a PCI function's only. */
FORCEINLINE BOOLEAN
IopIsPci(PIOP_PDO Pdo)
{
    return Pdo->Legacy == NULL && Pdo->Parent == NULL;
}

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

/* NULL when Device is no PDO that Plug and Play knows. Any IRQL. */
PIOP_PDO IopPdoFromDevice(PDEVICE_OBJECT Device);

/* pci.c, pcifunction.c, pciid.c, pciconfig.c, pcipdo.c */
NTSTATUS IopCreatePciDriver(VOID);
NTSTATUS IopCreatePdo(HAL_PCI_ADDRESS Address);
VOID IopDeletePdo(PIOP_PDO Pdo);
/* Writes the places of an allocation into the function's registers; its decoders are left
   off when any of them moved. */
VOID IopSetBars(PIOP_PDO Pdo, const IOP_ALLOCATION *Allocation);
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
/* Addresses a bridge passes on; Limit is the last one. */
#define IOP_BRIDGE_WINDOWS 2
typedef struct _IOP_WINDOW {
    ULONG64 Base;
    ULONG64 Limit;
    BOOLEAN Prefetch; /* for what may be read ahead of its use */
} IOP_WINDOW, *PIOP_WINDOW;

ULONG IopQueryWindows(PIOP_PDO Bridge, UCHAR Type, PIOP_WINDOW Windows);

/* pcinumber.c, pciwindow.c: bridges on Bus, or behind it, that have no bus number, or that
   pass nothing on, get what they need; what is behind them is found. */
VOID IopNumberBus(ULONG Bus);
VOID IopOpenWindowsBehind(ULONG Bus);

/* pcislot.c, pcihotplug.c: PCI Express slots whose devices come and go. */
VOID IopStartSlots(VOID);
VOID IopStopSlots(VOID);
/* Has the slot of that bus looked at again, when there is one. IRQL <= DISPATCH_LEVEL. */
VOID IopQueueSlot(ULONG Bus);
BOOLEAN IopIsInSlot(PIOP_PDO Pdo);
/* Acts as if the button of the slot that Pdo is in, or behind, were pushed; FALSE: there is
   none. */
BOOLEAN IopPushButton(PIOP_PDO Pdo);
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

/* demand.c: the Number-th alternative list, *Count of its descriptors being there; NULL:
   there are fewer. FALSE of IopReadDemand: nothing that is arbitrated. */
const IO_RESOURCE_LIST *
IopFindAlternative(const IO_RESOURCE_REQUIREMENTS_LIST *Requirements, ULONG Number,
                   PULONG Count);
BOOLEAN IopReadDemand(const IO_RESOURCE_DESCRIPTOR *Descriptor, PIOP_DEMAND Demand);
ULONG64 IopLongestDemand(const IO_RESOURCE_REQUIREMENTS_LIST *Requirements);
BOOLEAN IopDemandsReach(const IO_RESOURCE_REQUIREMENTS_LIST *Requirements,
                        const IOP_BAR *Range);
BOOLEAN IopNextGroup(const IO_RESOURCE_LIST *List, ULONG Count, PULONG Next,
                     PIOP_GROUP Group);

/* arbiter.c. Makes Pdo->Proposed from the first alternative there are places for; Anew:
   what is preferred, which is where the device is, comes last. Requirements NULL: none.
   STATUS_CONFLICTING_ADDRESSES; STATUS_INSUFFICIENT_RESOURCES, without a proposal. */
NTSTATUS IopArbitrate(PIOP_PDO Pdo, const IO_RESOURCE_REQUIREMENTS_LIST *Requirements,
                      BOOLEAN Anew);
VOID IopDropProposal(PIOP_PDO Pdo);
/* The first of Count ranges that Range meets, or NULL. */
const IOP_BAR *IopFindMeeting(const IOP_BAR *Ranges, ULONG Count, const IOP_BAR *Range);
VOID IopReportConflict(PIOP_PDO Pdo);

/* rebalance.c. Makes Pdo->Proposed, others being stopped and started elsewhere where that
   makes room and their drivers agree. A started Pdo is stopped and started as well.
   STATUS_CONFLICTING_ADDRESSES, with what Pdo was refused in Pdo->Proposed. */
NTSTATUS IopRebalance(PIOP_PDO Pdo, const IO_RESOURCE_REQUIREMENTS_LIST *Requirements);
/* For a started device whose driver says that its requirements have changed. */
VOID IopReconfigureDevice(PIOP_PDO Pdo);

/* policy.c */
VOID IopReadInterruptRequest(const IO_RESOURCE_LIST *List, ULONG Count,
                             PIOP_INTERRUPT_REQUEST Request);
VOID IopCompleteInterruptRequest(PIOP_INTERRUPT_REQUEST Request, KAFFINITY Processors);

/* resources.c */
/* Gives the device what is proposed for it. */
NTSTATUS IopAssignResources(PIOP_PDO Pdo);
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
VOID IopRetryConflicts(VOID);
/* What the stack requires, filtered, for ExFreePool; NULL: nothing. */
NTSTATUS IopQueryRequirements(PIOP_PDO Pdo, PIO_RESOURCE_REQUIREMENTS_LIST *List);
/* IRP_MN_START_DEVICE to a stack whose resources are assigned. */
NTSTATUS IopSendStart(PIOP_PDO Pdo);
/* The multi-string of a kind of ids, for ExFreePool, or NULL. */
PWSTR IopQueryIds(PIOP_PDO Pdo, BUS_QUERY_ID_TYPE Type);

VOID IopRestartUnfiltered(VOID); /* takes the lock itself */

/* pnpstate.c: asks a device that was just started whether it is all right; FALSE: it is
   not, and has been removed. */
BOOLEAN IopCheckStarted(PIOP_PDO Pdo);

/* relations.c: the answer to a question for TargetDeviceRelation: the PDO, referenced. */
NTSTATUS IopAnswerTarget(PIOP_PDO Pdo, PIRP Irp);

/* match.c: whether one of the device's ids is in the set. */
BOOLEAN IopMatches(PIOP_PDO Pdo, const IOP_ID_SET *Set);

/* stack.c: AddDevice of all drivers; after a failure what stands is the caller's to
   remove. */
NTSTATUS IopBuildStack(PIOP_PDO Pdo, PDRIVER_OBJECT Function);
/* Whether Driver serves or filters the device. */
BOOLEAN IopIsInStack(PIOP_PDO Pdo, PDRIVER_OBJECT Driver);

/* tree.c: the device whose bus Pdo is on, or NULL: the root. */
PIOP_PDO IopParentOf(PIOP_PDO Pdo);
/* Whether Pdo is on Above's bus, or on a bus behind that. */
BOOLEAN IopIsAbove(PIOP_PDO Above, PIOP_PDO Pdo);

/* children.c: devices that a bus driver reports. The lock is held. */
/* Asks a started device what is on its bus: what is new is started, what is missing goes. */
VOID IopEnumerateChildren(PIOP_PDO Pdo);
BOOLEAN IopHasChildren(PIOP_PDO Pdo);
/* Lets go of a device that is off the list; its record goes with the device object. */
VOID IopReleaseChild(PIOP_PDO Child);
/* As IopQueryRemoval, for all that Pdo's bus driver has reported. */
NTSTATUS IopQueryChildrenRemoval(PIOP_PDO Pdo);
VOID IopCancelChildrenRemoval(PIOP_PDO Pdo);
/* They go; what is open stays until it is closed, when the bus itself has vanished. */
VOID IopRemoveChildren(PIOP_PDO Pdo, BOOLEAN Vanished);

/* service.c: the loaded driver of a service, or NULL. The lock of pnp.c is held. */
PDRIVER_OBJECT IopFindDriver(const CHAR *ServiceName);
/* The name of the Index-th service whose module can be loaded; NULL: there are fewer. */
const CHAR *IopServiceName(ULONG Index);

/* remove.c. PASSIVE_LEVEL, the lock of pnp.c held where nothing else is said. */
/* Asks the stack whether it can go, and says so when it stays after all. A stack that is
   open is refused. What has no driver may go. */
NTSTATUS IopQueryRemoval(PIOP_PDO Pdo);
/* Takes a question back: it stays. */
VOID IopCancelRemoval(PIOP_PDO Pdo);
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

/* interfacenotify.c. The lock is held around a change of an interface's state and the note
   of it, which drivers are told of. */
VOID IopLockInterfaceChanges(VOID);
VOID IopUnlockInterfaceChanges(VOID);
VOID IopNoteInterfaceChange(PCUNICODE_STRING Name, const GUID *Class, BOOLEAN Arrival);

/* targetnotify.c: tells who has registered for a device of an event. */
NTSTATUS IopAskTarget(PDEVICE_OBJECT Device); /* of the removal; some may refuse */
VOID IopTellTarget(PDEVICE_OBJECT Device, const GUID *Event);
