/*
 * powerdown.h: the ends of a device: without notice, and that of its self-managed I/O.
 */
#pragma once

#include "device.h"

VOID WdfpVanish(PWDFP_DEVICE Device);
VOID WdfpEndSelfManaged(PWDFP_DEVICE Device);
/* Stops for a status that neither PrepareHardware nor ReleaseHardware may return (WDF-32). */
VOID WdfpRequireSupported(PWDFP_DEVICE Device, NTSTATUS Status, const CHAR *Why);
