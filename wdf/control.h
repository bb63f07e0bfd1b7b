/*
 * control.h: what devices without a bus have instead of one.
 */
#pragma once

#include "device.h"

/* Asks for the notifications the driver wants. What IoRegisterShutdownNotification returns.
   PASSIVE_LEVEL. */
NTSTATUS WdfpRegisterShutdown(PWDFP_DEVICE Device);
/* IRP_MJ_SHUTDOWN of a device whose driver wants to be told. PASSIVE_LEVEL. */
NTSTATUS WdfpDispatchShutdown(PWDFP_DEVICE Device, PIRP Irp);
/* Begins the end of a control device: nobody finds it any more, its queues end. */
VOID WdfpLeaveControlDevice(PWDFP_OBJECT Object);
