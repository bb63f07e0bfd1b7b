/*
 * powerdown.h: the ends of a device: without notice, and that of its self-managed I/O.
 */
#pragma once

#include "device.h"

VOID WdfpVanish(PWDFP_DEVICE Device);
VOID WdfpEndSelfManaged(PWDFP_DEVICE Device);
