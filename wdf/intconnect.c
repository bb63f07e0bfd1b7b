/*
 * Connecting and enabling the interrupts of a device, and the way back.
 */
#include "wdfp.h"
#include "interrupt.h"

/* Interrupts that share a driver's spin lock all run at the highest level of them (WDF-18). */
static KIRQL
WdfpSharedIrql(PWDFP_INTERRUPT Interrupt)
{
    KIRQL Irql = Interrupt->Info.Irql;
    PLIST_ENTRY Head = &Interrupt->Device->Interrupts;

    if (Interrupt->SpinLock == NULL) {
        return Irql;
    }
    for (PLIST_ENTRY Link = Head->Flink; Link != Head; Link = Link->Flink) {
        PWDFP_INTERRUPT Other = CONTAINING_RECORD(Link, WDFP_INTERRUPT, Link);

        if (Other->SpinLock == Interrupt->SpinLock) {
            Irql = max(Irql, Other->Info.Irql);
        }
    }
    return Irql;
}

/* Connects what the interrupt was assigned (WDF-22). */
static NTSTATUS
WdfpConnect(PWDFP_INTERRUPT Interrupt)
{
    IO_CONNECT_INTERRUPT_PARAMETERS Connect = {.Version = CONNECT_FULLY_SPECIFIED_GROUP};
    NTSTATUS Status;

    Interrupt->SynchronizeIrql = WdfpSharedIrql(Interrupt);
    Connect.FullySpecified.PhysicalDeviceObject = Interrupt->Device->Physical;
    Connect.FullySpecified.InterruptObject = (PKINTERRUPT *)&Interrupt->Active;
    Connect.FullySpecified.ServiceRoutine =
        Interrupt->Passive ? WdfpPassiveService : WdfpInterruptService;
    Connect.FullySpecified.ServiceContext = Interrupt;
    Connect.FullySpecified.SpinLock =
        Interrupt->SpinLock == NULL ? NULL : &Interrupt->SpinLock->Lock;
    Connect.FullySpecified.SynchronizeIrql = Interrupt->SynchronizeIrql;
    Connect.FullySpecified.FloatingSave = Interrupt->Config.FloatingSave;
    Connect.FullySpecified.ShareVector =
        Interrupt->Config.ShareVector == WdfUseDefault
            ? Interrupt->Info.ShareDisposition == CmResourceShareShared
            : Interrupt->Config.ShareVector == WdfTrue;
    Connect.FullySpecified.Vector = Interrupt->Info.Vector;
    Connect.FullySpecified.Irql = Interrupt->Info.Irql;
    Connect.FullySpecified.InterruptMode = Interrupt->Info.Mode;
    Connect.FullySpecified.ProcessorEnableMask = Interrupt->Info.TargetProcessorSet;
    Connect.FullySpecified.Group = Interrupt->Info.Group;
    Status = IoConnectInterruptEx(&Connect);
    if (NT_SUCCESS(Status)) {
        Interrupt->Connection = Interrupt->Active;
    }
    return Status;
}

static VOID
WdfpDisconnect(PWDFP_INTERRUPT Interrupt)
{
    IO_DISCONNECT_INTERRUPT_PARAMETERS Disconnect = {.Version =
                                                         CONNECT_FULLY_SPECIFIED_GROUP};

    Interrupt->Active = NULL;
    Disconnect.ConnectionContext.InterruptObject = Interrupt->Connection;
    IoDisconnectInterruptEx(&Disconnect);
    Interrupt->Connection = NULL;
}

typedef struct _WDFP_ENABLE {
    PWDFP_INTERRUPT Interrupt;
    PFN_WDF_INTERRUPT_ENABLE Callback; /* EvtInterruptEnable or EvtInterruptDisable */
    NTSTATUS Status;
} WDFP_ENABLE, *PWDFP_ENABLE;

static BOOLEAN NTAPI
WdfpCallEnable(PVOID Context)
{
    PWDFP_ENABLE Enable = Context;
    PWDFP_INTERRUPT Interrupt = Enable->Interrupt;

    Enable->Status = WDFP_CALL(Interrupt->Object.Globals, Enable->Callback,
                               WdfpHandle(Interrupt), WdfpHandle(Interrupt->Device));
    return TRUE;
}

/* Calls Enable or Disable at the interrupt's level under its lock. */
static NTSTATUS
WdfpRunEnable(PWDFP_INTERRUPT Interrupt, PFN_WDF_INTERRUPT_ENABLE Callback)
{
    WDFP_ENABLE Enable = {Interrupt, Callback, STATUS_SUCCESS};

    if (Callback != NULL) {
        WdfpSynchronizeInterrupt(Interrupt, WdfpCallEnable, &Enable);
    }
    return Enable.Status;
}

/* One without a vector was assigned nothing, which is no error (WDF-22). */
static NTSTATUS
WdfpEnable(PWDFP_INTERRUPT Interrupt)
{
    NTSTATUS Status;

    if (Interrupt->Info.Vector == 0 || Interrupt->Connection != NULL) {
        return STATUS_SUCCESS;
    }
    Status = WdfpConnect(Interrupt);
    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    Status = WdfpRunEnable(Interrupt, Interrupt->Config.EvtInterruptEnable);
    if (NT_SUCCESS(Status)) {
        Interrupt->Enabled = TRUE;
    } else {
        WdfpDisconnect(Interrupt);
    }
    return Status;
}

/* A device that is gone is not touched: EvtInterruptDisable is left out (WDF-31). */
static VOID
WdfpDisable(PWDFP_INTERRUPT Interrupt)
{
    if (Interrupt->Connection == NULL) {
        return;
    }
    if (Interrupt->Enabled && !Interrupt->Device->Gone) {
        WdfpRunEnable(Interrupt, Interrupt->Config.EvtInterruptDisable);
    }
    Interrupt->Enabled = FALSE;
    WdfpDisconnect(Interrupt);
    WdfpDrainInterrupt(Interrupt);
}

/* Waits for the DPC and work items that the last ISR queued. PASSIVE_LEVEL. */
VOID
WdfpDrainInterrupt(PWDFP_INTERRUPT Interrupt)
{
    KeFlushQueuedDpcs();
    WdfpDrainWork(&Interrupt->Work);
}

/* Connects and enables every interrupt, the first created first. What the first failing
   connect or EvtInterruptEnable returned. */
NTSTATUS
WdfpConnectInterrupts(PWDFP_DEVICE Device)
{
    for (PLIST_ENTRY Link = Device->Interrupts.Flink; Link != &Device->Interrupts;
         Link = Link->Flink) {
        NTSTATUS Status = WdfpEnable(CONTAINING_RECORD(Link, WDFP_INTERRUPT, Link));

        if (!NT_SUCCESS(Status)) {
            return Status;
        }
    }
    return STATUS_SUCCESS;
}

VOID
WdfpDisconnectInterrupts(PWDFP_DEVICE Device)
{
    for (PLIST_ENTRY Link = Device->Interrupts.Blink; Link != &Device->Interrupts;
         Link = Link->Blink) {
        WdfpDisable(CONTAINING_RECORD(Link, WDFP_INTERRUPT, Link));
    }
}

/* Connects an interrupt and calls EvtInterruptEnable, as a start does. PASSIVE_LEVEL.
   Source: WDF-19. */
VOID NTAPI
ImpWdfInterruptEnable(PWDF_DRIVER_GLOBALS DriverGlobals, WDFINTERRUPT Handle)
{
    PWDFP_INTERRUPT Interrupt = WdfpInterruptFromHandle(DriverGlobals, Handle);

    WdfpRequireIrql(Interrupt->Object.Globals, PASSIVE_LEVEL, "WdfInterruptEnable");
    if (!NT_SUCCESS(WdfpEnable(Interrupt))) {
        DbgPrint("wdf: %s: WdfInterruptEnable could not connect vector 0x%X\n",
                 DriverGlobals->DriverName, Interrupt->Info.Vector);
    }
}

/* Calls EvtInterruptDisable and disconnects, as a stop does. PASSIVE_LEVEL. Source:
   WDF-19. */
VOID NTAPI
ImpWdfInterruptDisable(PWDF_DRIVER_GLOBALS DriverGlobals, WDFINTERRUPT Handle)
{
    PWDFP_INTERRUPT Interrupt = WdfpInterruptFromHandle(DriverGlobals, Handle);

    WdfpRequireIrql(Interrupt->Object.Globals, PASSIVE_LEVEL, "WdfInterruptDisable");
    WdfpDisable(Interrupt);
}

/* Soft connect and disconnect: the registration stays (CON-30). */
static VOID
WdfpReport(PWDFP_INTERRUPT Interrupt, BOOLEAN Active)
{
    IO_REPORT_INTERRUPT_ACTIVE_STATE_PARAMETERS Report = {
        .Version = CONNECT_FULLY_SPECIFIED_GROUP};

    if (Interrupt->Connection == NULL) {
        return;
    }
    Report.ConnectionContext.InterruptObject = Interrupt->Connection;
    if (Active) {
        IoReportInterruptActive(&Report);
    } else {
        IoReportInterruptInactive(&Report);
    }
}

/* The device interrupts again. At or below DISPATCH_LEVEL. Source: WDF-20. */
VOID NTAPI
ImpWdfInterruptReportActive(PWDF_DRIVER_GLOBALS DriverGlobals, WDFINTERRUPT Handle)
{
    WdfpReport(WdfpInterruptFromHandle(DriverGlobals, Handle), TRUE);
}

/* The device is silent for a while. At or below DISPATCH_LEVEL. Source: WDF-20. */
VOID NTAPI
ImpWdfInterruptReportInactive(PWDF_DRIVER_GLOBALS DriverGlobals, WDFINTERRUPT Handle)
{
    WdfpReport(WdfpInterruptFromHandle(DriverGlobals, Handle), FALSE);
}
