/*
 * watch.c: once a second a timer looks whether the oldest frame is still the one of the last
 * look; the work item it queues does what takes long: it asks the PHY for the link, and
 * resets a chip that hangs.
 */
#include "pcidrv.h"

static EVT_WDF_TIMER PcidrvTick;
static EVT_WDF_WORKITEM PcidrvWork;

static VOID NTAPI
PcidrvTick(WDFTIMER Timer)
{
    PPCIDRV_DEVICE Device = PcidrvDevice((WDFDEVICE)WdfTimerGetParentObject(Timer));

    WdfWorkItemEnqueue(Device->Work);
}

/* Whether the chip has not moved since the last call. */
static BOOLEAN
PcidrvIsStuck(PPCIDRV_DEVICE Device)
{
    BOOLEAN Busy, Stuck;

    WdfSpinLockAcquire(Device->TransmitLock);
    Busy = Device->CommandOldest != Device->CommandNext;
    Stuck = Busy && Device->Watched == Device->Taken &&
            (Device->Shared->Command[Device->CommandOldest].Head.Status &
             HW_STATUS_COMPLETE) == 0;
    Device->Watched = Busy ? Device->Taken : PCIDRV_IDLE;
    WdfSpinLockRelease(Device->TransmitLock);
    return Stuck;
}

/* PASSIVE_LEVEL. The reset is between EvtInterruptDisable and Enable, so that no ISR or
   DPC finds the chip half-way; writes that come meanwhile wait. */
static VOID NTAPI
PcidrvWork(WDFWORKITEM WorkItem)
{
    PPCIDRV_DEVICE Device = PcidrvDevice((WDFDEVICE)WdfWorkItemGetParentObject(WorkItem));
    BOOLEAN Link = PcidrvReadLink(Device);

    if (Link != Device->Link) {
        DbgPrint("pcidrv: link %s\n", Link ? "up" : "down");
        Device->Link = Link;
    }
    if (PcidrvIsStuck(Device)) {
        DbgPrint("pcidrv: the chip hangs: reset\n");
        WdfInterruptDisable(Device->Interrupt);
        PcidrvStopCommands(Device, STATUS_IO_DEVICE_ERROR);
        PcidrvReset(Device);
        PcidrvStartCommands(Device);
        PcidrvStartReceive(Device);
        WdfInterruptEnable(Device->Interrupt);
        PcidrvReclaim(Device);
    }
}

NTSTATUS
PcidrvCreateWatch(WDFDEVICE Handle)
{
    PPCIDRV_DEVICE Device = PcidrvDevice(Handle);
    WDF_OBJECT_ATTRIBUTES Attributes;
    WDF_WORKITEM_CONFIG Work;
    WDF_TIMER_CONFIG Timer;
    NTSTATUS Status;

    Device->Watched = PCIDRV_IDLE;
    WDF_OBJECT_ATTRIBUTES_INIT(&Attributes);
    Attributes.ParentObject = Handle;
    WDF_WORKITEM_CONFIG_INIT(&Work, PcidrvWork);
    Work.AutomaticSerialization = FALSE;
    Status = WdfWorkItemCreate(&Work, &Attributes, &Device->Work);
    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    WDF_TIMER_CONFIG_INIT_PERIODIC(&Timer, PcidrvTick, 1000);
    Timer.AutomaticSerialization = FALSE;
    return WdfTimerCreate(&Timer, &Attributes, &Device->Watch);
}
