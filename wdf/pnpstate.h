/*
 * pnpstate.h: what the framework answers about a device.
 */
#pragma once

#include "device.h"

/* IRP_MN_QUERY_PNP_DEVICE_STATE: adds what the driver has said. */
VOID WdfpReportState(PWDFP_DEVICE Device, PIRP Irp);
/* IRP_MN_QUERY_CAPABILITIES, which the drivers below answered with Status. */
NTSTATUS WdfpReportCapabilities(PWDFP_DEVICE Device, PIO_STACK_LOCATION Stack,
                                NTSTATUS Status);
/* Whether the driver lets the device be stopped or removed: EvtDeviceQueryStop or
   EvtDeviceQueryRemove, which may be NULL. PASSIVE_LEVEL. */
NTSTATUS WdfpAskDriver(PWDFP_DEVICE Device, PFN_WDF_DEVICE_QUERY_REMOVE Callback);
