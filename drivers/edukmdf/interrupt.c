/*
 * interrupt.c - the ISR, and what lets the device interrupt. All of it runs at DIRQL under
 * the interrupt's lock.
 */
#include "edukmdf.h"

/* Quiets the device and has each queue's DPC run that a cause concerns. */
BOOLEAN
NTAPI
EduEvtIsr(WDFINTERRUPT Interrupt, ULONG MessageId)
{
    PEDU_DEVICE Edu = EduDeviceContext(WdfInterruptGetDevice(Interrupt));
    ULONG Causes = EduRead(Edu, EDU_CAUSES);

    UNREFERENCED_PARAMETER(MessageId);
    if (Causes == 0 || Causes == EDU_GONE) {
        return FALSE;
    }
    EduWrite(Edu, EDU_ACKNOWLEDGE, Causes);
    if ((Causes & EDU_CAUSE_FACTORIAL) != 0) {
        WdfDpcEnqueue(EduQueueContext(Edu->Controls)->Dpc);
    }
    if ((Causes & EDU_CAUSE_DMA) != 0) {
        WdfDpcEnqueue(EduQueueContext(Edu->Transfers)->Dpc);
    }
    return TRUE;
}

/* Interrupts of a transfer are asked for with its command; those of factorials here. */
NTSTATUS
NTAPI
EduEvtEnable(WDFINTERRUPT Interrupt, WDFDEVICE Device)
{
    UNREFERENCED_PARAMETER(Interrupt);
    EduWrite(EduDeviceContext(Device), EDU_STATUS, EDU_STATUS_INTERRUPT);
    return STATUS_SUCCESS;
}

NTSTATUS
NTAPI
EduEvtDisable(WDFINTERRUPT Interrupt, WDFDEVICE Device)
{
    PEDU_DEVICE Edu = EduDeviceContext(Device);

    UNREFERENCED_PARAMETER(Interrupt);
    EduWrite(Edu, EDU_STATUS, 0);
    EduWrite(Edu, EDU_ACKNOWLEDGE, MAXULONG);
    return STATUS_SUCCESS;
}
