/*
 * interrupt.h: interrupt objects, and what a device's start and stop do with them.
 *
 * What an interrupt's ISR uses is together at the front and constant from before it is
 * connected. Its context is the driver's and lies right behind the object.
 */
#pragma once

#include "device.h"
#include "locks.h"
#include "work.h"

typedef struct _WDFP_INTERRUPT {
    WDFP_OBJECT Object; /* must be first */
    /* The interrupt path. */
    PFN_WDF_INTERRUPT_ISR Isr;
    PFN_WDF_INTERRUPT_DPC DpcRoutine;
    PFN_WDF_INTERRUPT_WORKITEM WorkItemRoutine;
    /* Where connect stores the object before the first interrupt can come; NULL as soon as
       disconnect begins (WDF-23). */
    PKINTERRUPT volatile Active;
    BOOLEAN Passive;
    KIRQL SynchronizeIrql;
    ULONG MessageNumber;
    KDPC Dpc;
    PWDFP_LOCK Serialization; /* of DPC or work item; NULL: none */
    PWDFP_OBJECT Parent;      /* what they get as the associated object */
    PWDFP_DEVICE Device;

    WDFP_WORK Work; /* EvtInterruptWorkItem */

    PKINTERRUPT Connection;  /* NULL: not connected */
    PWDFP_SPINLOCK SpinLock; /* the driver's, referenced; NULL: the kernel's own */
    PWDFP_WAITLOCK WaitLock; /* the driver's, referenced; NULL: OwnWait */
    PWDFP_WAIT Wait;         /* of a passive-level interrupt */
    WDFP_WAIT OwnWait;
    KIRQL LockIrql; /* before WdfInterruptAcquireLock */

    LIST_ENTRY Link; /* WDFP_DEVICE.Interrupts */
    WDF_INTERRUPT_CONFIG Config;
    BOOLEAN CreatedInPrepare; /* it goes when the hardware is released */
    BOOLEAN Enabled;          /* EvtInterruptEnable has succeeded */
    WDF_INTERRUPT_EXTENDED_POLICY Policy;
    WDF_INTERRUPT_INFO Info; /* Vector 0: nothing was assigned */
} WDFP_INTERRUPT, *PWDFP_INTERRUPT;

static inline PWDFP_INTERRUPT
WdfpInterruptFromHandle(PWDF_DRIVER_GLOBALS Globals, WDFINTERRUPT Handle)
{
    return WdfpObject(Globals, Handle, WdfpInterruptType);
}

/* intassign.c: gives the interrupts of EvtDriverDeviceAdd what Device->Translated holds. */
VOID WdfpAssignInterrupts(PWDFP_DEVICE Device);
/* Gives one created in EvtDevicePrepareHardware the descriptor it names. */
VOID WdfpAssignPreparedInterrupt(PWDFP_INTERRUPT Interrupt);
/* After the release of the hardware: those of EvtDevicePrepareHardware go. */
VOID WdfpForgetInterrupts(PWDFP_DEVICE Device);

/* intconnect.c. PASSIVE_LEVEL. */
NTSTATUS WdfpConnectInterrupts(PWDFP_DEVICE Device);
VOID WdfpDisconnectInterrupts(PWDFP_DEVICE Device);
VOID WdfpDrainInterrupt(PWDFP_INTERRUPT Interrupt);

/* intservice.c */
KSERVICE_ROUTINE WdfpInterruptService;
KSERVICE_ROUTINE WdfpPassiveService;
KDEFERRED_ROUTINE WdfpInterruptDpc;
KDEFERRED_ROUTINE WdfpSerializedDpc;
KDEFERRED_ROUTINE WdfpInterruptItemDpc; /* queues the work item (WDF-14) */
WDFP_WORK_ROUTINE WdfpInterruptWorker;

/* intlock.c: runs Routine(Context) at the interrupt's level, holding its lock. */
BOOLEAN WdfpSynchronizeInterrupt(PWDFP_INTERRUPT Interrupt, PKSYNCHRONIZE_ROUTINE Routine,
                                 PVOID Context);

/* intpolicy.c: what the policies of the device's interrupts say to a requirement. */
VOID WdfpApplyPolicies(PWDFP_DEVICE Device, PIO_RESOURCE_REQUIREMENTS_LIST List);
