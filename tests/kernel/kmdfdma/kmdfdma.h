/*
 * kmdfdma.h: what the files of this suite share.
 */
#pragma once

#include "../ktap.h"

#include <wdf.h>

/* transaction.c: transactions of an enabler that scatters; the driver plays the device. */
VOID TransactionTests(WDFDEVICE Device);
