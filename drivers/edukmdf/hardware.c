/*
 * hardware.c - the registers, and the memory that the device can reach: it has 28 address
 * bits, so transfers go through one common buffer.
 */
#include "edukmdf.h"

/* A description with neither 32 nor 64 address bits is one of 24, the widest choice below
   28. STATUS_INSUFFICIENT_RESOURCES. */
static NTSTATUS
EduAcquireBuffer(WDFDEVICE Device, PEDU_DEVICE Edu)
{
    DEVICE_DESCRIPTION Description;
    ULONG MapRegisters;

    RtlZeroMemory(&Description, sizeof(Description));
    Description.Version = DEVICE_DESCRIPTION_VERSION;
    Description.Master = TRUE;
    Description.InterfaceType = PCIBus;
    Description.MaximumLength = EDU_BUFFER_SIZE;
    Edu->Adapter = IoGetDmaAdapter(WdfDeviceWdmGetPhysicalDevice(Device), &Description,
                                   &MapRegisters);
    if (Edu->Adapter == NULL) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    Edu->Buffer = Edu->Adapter->DmaOperations->AllocateCommonBuffer(
        Edu->Adapter, EDU_BUFFER_SIZE, &Edu->BufferAddress, TRUE);
    return Edu->Buffer == NULL ? STATUS_INSUFFICIENT_RESOURCES : STATUS_SUCCESS;
}

NTSTATUS
NTAPI
EduEvtPrepareHardware(WDFDEVICE Device, WDFCMRESLIST Raw, WDFCMRESLIST Translated)
{
    PEDU_DEVICE Edu = EduDeviceContext(Device);

    UNREFERENCED_PARAMETER(Raw);
    for (ULONG Index = 0; Index < WdfCmResourceListGetCount(Translated); Index++) {
        PCM_PARTIAL_RESOURCE_DESCRIPTOR Resource =
            WdfCmResourceListGetDescriptor(Translated, Index);

        if (Resource->Type == CmResourceTypeMemory && Edu->Registers == NULL) {
            Edu->Registers = MmMapIoSpace(Resource->u.Memory.Start,
                                          Resource->u.Memory.Length, MmNonCached);
        }
    }
    if (Edu->Registers == NULL) {
        return STATUS_DEVICE_CONFIGURATION_ERROR;
    }
    return EduAcquireBuffer(Device, Edu);
}

/* Called after any outcome of the above: gives back what there is. */
NTSTATUS
NTAPI
EduEvtReleaseHardware(WDFDEVICE Device, WDFCMRESLIST Translated)
{
    PEDU_DEVICE Edu = EduDeviceContext(Device);

    UNREFERENCED_PARAMETER(Translated);
    if (Edu->Buffer != NULL) {
        Edu->Adapter->DmaOperations->FreeCommonBuffer(
            Edu->Adapter, EDU_BUFFER_SIZE, Edu->BufferAddress, Edu->Buffer, TRUE);
        Edu->Buffer = NULL;
    }
    if (Edu->Adapter != NULL) {
        Edu->Adapter->DmaOperations->PutDmaAdapter(Edu->Adapter);
        Edu->Adapter = NULL;
    }
    if (Edu->Registers != NULL) {
        MmUnmapIoSpace(Edu->Registers, 0);
        Edu->Registers = NULL;
    }
    return STATUS_SUCCESS;
}
