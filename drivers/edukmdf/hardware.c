/*
 * hardware.c - the registers: mapped while the device has its resources.
 */
#include "edukmdf.h"

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
    return Edu->Registers == NULL ? STATUS_DEVICE_CONFIGURATION_ERROR : STATUS_SUCCESS;
}

/* Called after any outcome of the above: gives back what there is. */
NTSTATUS
NTAPI
EduEvtReleaseHardware(WDFDEVICE Device, WDFCMRESLIST Translated)
{
    PEDU_DEVICE Edu = EduDeviceContext(Device);

    UNREFERENCED_PARAMETER(Translated);
    if (Edu->Registers != NULL) {
        MmUnmapIoSpace(Edu->Registers, 0);
        Edu->Registers = NULL;
    }
    return STATUS_SUCCESS;
}
