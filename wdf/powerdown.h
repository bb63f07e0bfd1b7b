/*
 * powerdown.h: the end of a device's self-managed I/O.
 */
#pragma once

#include "device.h"

VOID WdfpEndSelfManaged(PWDFP_DEVICE Device);
