/*
 * isrdpc.c: the way of an interrupt through this driver (WDF-35, WDF-36).
 */
#include "pcidrv.h"

static EVT_WDF_INTERRUPT_SYNCHRONIZE PcidrvUnmask;

/* DIRQL. Claims the interrupt if the chip is enabled and has a cause; saves the causes, which
   the acknowledgement clears, and keeps the chip quiet until the DPC has run. */
BOOLEAN
NTAPI
PcidrvIsr(WDFINTERRUPT Interrupt, ULONG MessageID)
{
    PPCIDRV_INTERRUPT Context = PcidrvInterrupt(Interrupt);
    PUCHAR Registers = Context->Device->Registers;
    UCHAR Causes;

    UNREFERENCED_PARAMETER(MessageID);
    if (!Context->Enabled) {
        return FALSE;
    }
    Causes = READ_REGISTER_UCHAR(Registers + HW_SCB_ACK);
    if ((Causes & HW_CAUSE_ALL) == 0 || Causes == HW_GONE) {
        return FALSE;
    }
    WRITE_REGISTER_UCHAR(Registers + HW_SCB_MASK, HW_MASK_ALL);
    WRITE_REGISTER_UCHAR(Registers + HW_SCB_ACK, Causes);
    Context->Causes |= Causes;
    WdfInterruptQueueDpcForIsr(Interrupt);
    return TRUE;
}

/* DIRQL, with the interrupt's lock: not after EvtInterruptDisable. */
static BOOLEAN NTAPI
PcidrvUnmask(WDFINTERRUPT Interrupt, WDFCONTEXT Unused)
{
    PPCIDRV_INTERRUPT Context = PcidrvInterrupt(Interrupt);

    UNREFERENCED_PARAMETER(Unused);
    if (Context->Enabled) {
        WRITE_REGISTER_UCHAR(Context->Device->Registers + HW_SCB_MASK, 0);
    }
    return Context->Enabled;
}

/* DISPATCH_LEVEL. Handles all since its last run (WDF-12), then lets the chip speak again. */
VOID NTAPI
PcidrvDpc(WDFINTERRUPT Interrupt, WDFOBJECT AssociatedObject)
{
    PPCIDRV_INTERRUPT Context = PcidrvInterrupt(Interrupt);
    PPCIDRV_DEVICE Device = Context->Device;
    UCHAR Causes;

    UNREFERENCED_PARAMETER(AssociatedObject);
    WdfInterruptAcquireLock(Interrupt);
    Causes = Context->Causes;
    Context->Causes = 0;
    WdfInterruptReleaseLock(Interrupt);
    PcidrvReceive(Device);
    PcidrvReclaim(Device);
    if ((Causes & HW_CAUSE_RNR) != 0) {
        PcidrvRestartReceive(Device);
    }
    WdfInterruptSynchronize(Interrupt, PcidrvUnmask, NULL);
}

NTSTATUS
NTAPI
PcidrvEnable(WDFINTERRUPT Interrupt, WDFDEVICE AssociatedDevice)
{
    UNREFERENCED_PARAMETER(AssociatedDevice);
    PcidrvInterrupt(Interrupt)->Enabled = TRUE;
    PcidrvUnmask(Interrupt, NULL);
    return STATUS_SUCCESS;
}

NTSTATUS
NTAPI
PcidrvDisable(WDFINTERRUPT Interrupt, WDFDEVICE AssociatedDevice)
{
    PPCIDRV_INTERRUPT Context = PcidrvInterrupt(Interrupt);

    UNREFERENCED_PARAMETER(AssociatedDevice);
    Context->Enabled = FALSE;
    WRITE_REGISTER_UCHAR(Context->Device->Registers + HW_SCB_MASK, HW_MASK_ALL);
    return STATUS_SUCCESS;
}
