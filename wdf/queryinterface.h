/*
 * queryinterface.h: interfaces that a device offers.
 */
#pragma once

#include "device.h"

/* IRP_MN_QUERY_INTERFACE. STATUS_NOT_SUPPORTED: the device does not offer it. PASSIVE_LEVEL. */
NTSTATUS WdfpAnswerInterface(PWDFP_DEVICE Device, PIO_STACK_LOCATION Stack);
VOID WdfpFreeOffers(PWDFP_DEVICE Device);
