/*
 * hardware.c: the device's resources, and the way into D0 and out of it.
 */
#include "pcidrv.h"

NTSTATUS
NTAPI
PcidrvPrepare(WDFDEVICE Handle, WDFCMRESLIST Raw, WDFCMRESLIST Translated)
{
    PPCIDRV_DEVICE Device = PcidrvDevice(Handle);
    NTSTATUS Status;

    UNREFERENCED_PARAMETER(Raw);
    for (ULONG Index = 0;
         Index < WdfCmResourceListGetCount(Translated) && Device->Registers == NULL;
         Index++) {
        PCM_PARTIAL_RESOURCE_DESCRIPTOR Descriptor =
            WdfCmResourceListGetDescriptor(Translated, Index);

        /* BAR 0 is the first; the other memory is a boot ROM's. */
        if (Descriptor->Type == CmResourceTypeMemory &&
            Descriptor->u.Memory.Length >= HW_CSR_SIZE) {
            Device->Registers = MmMapIoSpace(Descriptor->u.Memory.Start,
                                             Descriptor->u.Memory.Length, MmNonCached);
        }
    }
    if (Device->Registers == NULL) {
        return STATUS_DEVICE_CONFIGURATION_ERROR;
    }
    Status = WdfCommonBufferCreate(Device->DmaEnabler, sizeof(PCIDRV_SHARED), NULL,
                                   &Device->Buffer);
    if (NT_SUCCESS(Status)) {
        Device->Shared = WdfCommonBufferGetAlignedVirtualAddress(Device->Buffer);
        Device->SharedAddress =
            WdfCommonBufferGetAlignedLogicalAddress(Device->Buffer).LowPart;
    }
    return Status;
}

/* Also after a failed prepare, with whatever that has made (WDF-32). */
NTSTATUS
NTAPI
PcidrvRelease(WDFDEVICE Handle, WDFCMRESLIST Translated)
{
    PPCIDRV_DEVICE Device = PcidrvDevice(Handle);

    UNREFERENCED_PARAMETER(Translated);
    if (Device->Buffer != NULL) {
        WdfObjectDelete(Device->Buffer);
        Device->Buffer = NULL;
    }
    if (Device->Registers != NULL) {
        MmUnmapIoSpace(Device->Registers, HW_CSR_SIZE);
        Device->Registers = NULL;
    }
    return STATUS_SUCCESS;
}

/* The interrupt is not connected yet: the chip stays masked until EvtInterruptEnable. */
NTSTATUS
NTAPI
PcidrvD0Entry(WDFDEVICE Handle, WDF_POWER_DEVICE_STATE PreviousState)
{
    PPCIDRV_DEVICE Device = PcidrvDevice(Handle);

    UNREFERENCED_PARAMETER(PreviousState);
    PcidrvReset(Device);
    PcidrvReadAddress(Device);
    PcidrvStartCommands(Device);
    PcidrvStartReceive(Device);
    Device->Link = PcidrvReadLink(Device);
    return STATUS_SUCCESS;
}

/* The watch may disable and enable the interrupt: it runs while that is connected. */
NTSTATUS
NTAPI
PcidrvD0EntryConnected(WDFDEVICE Handle, WDF_POWER_DEVICE_STATE PreviousState)
{
    UNREFERENCED_PARAMETER(PreviousState);
    WdfTimerStart(PcidrvDevice(Handle)->Watch, WDF_REL_TIMEOUT_IN_SEC(1));
    return STATUS_SUCCESS;
}

/* Queues are stopped: no write waits for a chip that hangs. */
NTSTATUS
NTAPI
PcidrvD0ExitConnected(WDFDEVICE Handle, WDF_POWER_DEVICE_STATE TargetState)
{
    PPCIDRV_DEVICE Device = PcidrvDevice(Handle);

    UNREFERENCED_PARAMETER(TargetState);
    WdfTimerStop(Device->Watch, TRUE);
    WdfWorkItemFlush(Device->Work);
    return STATUS_SUCCESS;
}

/* Queues are stopped, the watch has ended and the interrupt is gone. */
NTSTATUS
NTAPI
PcidrvD0Exit(WDFDEVICE Handle, WDF_POWER_DEVICE_STATE TargetState)
{
    PPCIDRV_DEVICE Device = PcidrvDevice(Handle);

    UNREFERENCED_PARAMETER(TargetState);
    PcidrvStopCommands(Device, STATUS_IO_DEVICE_ERROR);
    PcidrvReset(Device);
    DbgPrint("pcidrv: %I64u frames received, %I64u sent, %I64u overruns\n",
             Device->Received, Device->Sent, Device->Overruns);
    return STATUS_SUCCESS;
}

/* The adapter was pulled out: what it had in hand does not come back from it. */
VOID NTAPI
PcidrvSurpriseRemoval(WDFDEVICE Handle)
{
    PcidrvStopCommands(PcidrvDevice(Handle), STATUS_DEVICE_REMOVED);
}
