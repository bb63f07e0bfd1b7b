/*
 * dma.h: a device's way to memory, and the memory it shares with its driver.
 */
#pragma once

#include "device.h"

typedef struct _WDFP_DMA_ENABLER {
    WDFP_OBJECT Object; /* must be first */
    LIST_ENTRY Link;    /* WDFP_DEVICE.DmaEnablers; TreeLock */
    PWDFP_DEVICE Device;
    WDF_DMA_ENABLER_CONFIG Config;
    PDMA_ADAPTER Adapter;
    ULONG MapRegisters; /* most pages of one transfer */
    SIZE_T MaximumElements;
    BOOLEAN Enabled; /* Fill was called, and so has Flush to be */
} WDFP_DMA_ENABLER, *PWDFP_DMA_ENABLER;

static inline PWDFP_DMA_ENABLER
WdfpEnablerFromHandle(PWDF_DRIVER_GLOBALS Globals, WDFDMAENABLER Handle)
{
    return WdfpObject(Globals, Handle, WdfpDmaEnablerType);
}

/* The steps of WDF-30 and WDF-31 between interrupts and queues. PASSIVE_LEVEL. What the
   first failing callback returned. */
NTSTATUS WdfpStartDma(PWDFP_DEVICE Device);
VOID WdfpStopDma(PWDFP_DEVICE Device);
