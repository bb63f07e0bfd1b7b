/*
 * filter.h: resource requirements on their way through the driver.
 */
#pragma once

#include "device.h"

/* IRP_MN_FILTER_RESOURCE_REQUIREMENTS, which the drivers below answered with Status. */
NTSTATUS WdfpFilterRequirements(PWDFP_DEVICE Device, PIRP Irp, NTSTATUS Status);
/* Before a start goes down: EvtDeviceRemoveAddedResources. */
NTSTATUS WdfpRemoveAddedResources(PWDFP_DEVICE Device, PCM_RESOURCE_LIST Raw,
                                  PCM_RESOURCE_LIST Translated);
