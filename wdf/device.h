/*
 * device.h: the device object, and the steps of its life.
 *
 * PnP requests come one at a time (the PnP manager sends them so), at PASSIVE_LEVEL; what
 * only they change needs no lock.
 */
#pragma once

#include "deviceinit.h"
#include "lock.h"

struct _WDFP_CHILD;
struct _WDFP_CHILD_LIST;
struct _WDFP_QUEUE;
struct _WDFP_RESOURCES;
struct _WDFP_TARGET;

/* How far up a device is; each includes those before. (WDF-30) */
typedef enum _WDFP_DEVICE_STEP {
    WdfpDeviceAdded,
    WdfpDevicePrepared,  /* EvtDevicePrepareHardware was called */
    WdfpDeviceInD0,      /* EvtDeviceD0Entry succeeded */
    WdfpDeviceConnected, /* interrupts are enabled */
    WdfpDeviceStarted    /* queues and self-managed I/O too */
} WDFP_DEVICE_STEP;

/* An interface that was created, in the order of creation. */
typedef struct _WDFP_INTERFACE {
    LIST_ENTRY Link;
    GUID Class;
    UNICODE_STRING Reference; /* zero-terminated, empty for none; pool */
    UNICODE_STRING Name;      /* IoRegisterDeviceInterface's */
    BOOLEAN Wanted;           /* enabled while the device is in D0 */
    BOOLEAN Enabled;
} WDFP_INTERFACE, *PWDFP_INTERFACE;

typedef struct _WDFP_DEVICE {
    WDFP_OBJECT Object; /* must be first */
    PWDFP_DRIVER Driver;
    PDEVICE_OBJECT DeviceObject;
    PDEVICE_OBJECT Lower;    /* NULL for a control device */
    PDEVICE_OBJECT Physical; /* NULL for a control device */
    PWDFDEVICE_INIT Init;    /* what it was created with, callbacks among it */
    WDFP_LOCK CallbackLock;

    WDFP_DEVICE_STEP Step;
    BOOLEAN Begun;          /* started once: EvtDriverDeviceAdd is over */
    BOOLEAN Preparing;      /* in EvtDevicePrepareHardware */
    BOOLEAN SelfManaged;    /* EvtDeviceSelfManagedIoInit has been called */
    BOOLEAN Gone;           /* surprise-removed: its interrupts are not disabled */
    BOOLEAN Removed;        /* a physical device: IRP_MN_REMOVE_DEVICE was the last */
    BOOLEAN Ending;         /* the framework deletes it */
    BOOLEAN Finished;       /* a control device that can be opened */
    IO_REMOVE_LOCK Rundown; /* a control device's; held while an IRP is dispatched */
    WDF_POWER_DEVICE_STATE PowerState;
    volatile LONG PowerReferences; /* WdfDeviceStopIdle; interlocked */
    volatile LONG Fixed; /* times that it was said not to be stoppable; interlocked */
    struct _WDFP_RESOURCES *Raw; /* while Prepared */
    struct _WDFP_RESOURCES *Translated;
    LIST_ENTRY Interrupts; /* WDFP_INTERRUPT.Link, in the order of creation */
    LIST_ENTRY Interfaces;
    LIST_ENTRY Offers; /* query interfaces; TreeLock, as the next two */
    LIST_ENTRY Ejections;
    LIST_ENTRY Removals;
    LIST_ENTRY DmaEnablers;                      /* WDFP_DMA_ENABLER.Link; TreeLock */
    WDF_DEVICE_STATE State;                      /* what the driver told of it */
    WDF_DEVICE_PNP_CAPABILITIES PnpCapabilities; /* Size 0: not set */
    WDF_DEVICE_POWER_CAPABILITIES PowerCapabilities;
    UNICODE_STRING SymbolicLink; /* pool; empty for none */

    /* Who dispatches reads, writes and controls before a queue is chosen; or NULL. */
    struct {
        PFN_WDFDEVICE_WDM_IRP_DISPATCH Routine;
        WDFCONTEXT Context;
    } IrpDispatch[IRP_MJ_INTERNAL_DEVICE_CONTROL + 1];
    NPAGED_LOOKASIDE_LIST Requests; /* the memory of WDFP_REQUESTs */
    LIST_ENTRY Queues;              /* WDFP_QUEUE.Link; TreeLock */
    struct _WDFP_QUEUE *DefaultQueue;
    struct _WDFP_QUEUE
        *Dispatch[IRP_MJ_MAXIMUM_FUNCTION + 1]; /* where a major function goes */
    LIST_ENTRY ChildLists;                      /* WDFP_CHILD_LIST.Link; TreeLock */
    struct _WDFP_CHILD_LIST *DefaultChildList;  /* NULL: none */
    struct _WDFP_CHILD_LIST *StaticChildren;    /* NULL: none yet */
    volatile LONG Forwarded;          /* requests that its parent has; interlocked */
    struct _WDFP_CHILD *Child;        /* a physical device's, while its bus has it */
    LIST_ENTRY Files;                 /* WDFP_FILE.Link; TreeLock */
    LIST_ENTRY Targets;               /* WDFP_TARGET.Link; TreeLock */
    struct _WDFP_TARGET *LocalTarget; /* NULL: nothing is below */
} WDFP_DEVICE, *PWDFP_DEVICE;

static inline PWDFP_DEVICE
WdfpDeviceFromHandle(PWDF_DRIVER_GLOBALS Globals, WDFDEVICE Handle)
{
    return WdfpObject(Globals, Handle, WdfpDeviceType);
}

/* The framework's device of a device object it made. */
static inline PWDFP_DEVICE
WdfpDeviceFromWdm(PDEVICE_OBJECT DeviceObject)
{
    return *(PWDFP_DEVICE *)DeviceObject->DeviceExtension;
}

/* device.c: ends a device whose object is not in use any more. PASSIVE_LEVEL. */
VOID WdfpDeleteDevice(PWDFP_DEVICE Device);

/* pnp.c */
NTSTATUS WdfpDispatchPnp(PWDFP_DEVICE Device, PIRP Irp);
NTSTATUS WdfpForward(PWDFP_DEVICE Device, PIRP Irp);
NTSTATUS WdfpCompleteIrp(PIRP Irp, NTSTATUS Status);

/* powerup.c, powerdown.c */
NTSTATUS WdfpPowerUp(PWDFP_DEVICE Device, PCM_RESOURCE_LIST Raw,
                     PCM_RESOURCE_LIST Translated);
VOID WdfpPowerDown(PWDFP_DEVICE Device, WDF_POWER_DEVICE_STATE Target);

/* interface.c: enables or disables those the driver wants. */
VOID WdfpSetInterfaces(PWDFP_DEVICE Device, BOOLEAN Enable);
VOID WdfpFreeInterfaces(PWDFP_DEVICE Device);
