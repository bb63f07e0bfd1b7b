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

typedef enum _WDFP_DMA_STATE {
    WdfpDmaIdle,        /* created or released */
    WdfpDmaInitialized, /* knows its memory */
    WdfpDmaWaiting, /* a part is on its way to the device: its registers may be others' */
    WdfpDmaRunning, /* a part is mapped and the device's */
    WdfpDmaEnded    /* all was transferred, or mapping failed */
} WDFP_DMA_STATE;

/* The driver uses a transaction in one place at a time, as its device does; State is
   interlocked, so that a part that is completed twice is found out. */
typedef struct _WDFP_DMA_TRANSACTION {
    WDFP_OBJECT Object;        /* must be first */
    PWDFP_DMA_ENABLER Enabler; /* referenced */
    volatile LONG State;       /* WDFP_DMA_STATE */
    SIZE_T MaximumLength;      /* bytes of one part */
    BOOLEAN SingleTransfer;    /* more than one part is an error */
    ULONG Reserved;            /* map registers that stay; 0: none */
    PVOID ReservedBase;
    ULONG Reserving; /* as many are asked for; 0: none */
    PFN_WDF_RESERVE_DMA ReserveRoutine;
    PVOID ReserveContext;

    struct _WDFP_REQUEST *Request; /* referenced; NULL: initialized with an MDL */
    PFN_WDF_PROGRAM_DMA Program;
    WDFCONTEXT Context;
    WDF_DMA_DIRECTION Direction;
    PMDL Mdl;
    PUCHAR Address; /* of the first byte, in the terms of Mdl */
    SIZE_T Length;
    SIZE_T Transferred;   /* bytes of the parts before */
    SIZE_T CurrentLength; /* of the part under way, or the last one */

    struct _WDFP_STAGING *Staging; /* who stages the part, while it waits; interlocked */
    PSCATTER_GATHER_LIST List;     /* of the part under way, when the profile scatters */
    PVOID MapRegisterBase;         /* else these three */
    ULONG MapRegisters;            /* 0: nothing is mapped */
    /* a list of one element */
    DECLSPEC_ALIGN(8)
    UCHAR One[sizeof(SCATTER_GATHER_LIST) + sizeof(SCATTER_GATHER_ELEMENT)];
} WDFP_DMA_TRANSACTION, *PWDFP_DMA_TRANSACTION;

static inline PWDFP_DMA_TRANSACTION
WdfpTransactionFromHandle(PWDF_DRIVER_GLOBALS Globals, WDFDMATRANSACTION Handle)
{
    return WdfpObject(Globals, Handle, WdfpDmaTransactionType);
}

/* dmaenabler.c: whether transfers of the profile have more than one element. */
BOOLEAN WdfpScatters(WDF_DMA_PROFILE Profile);

/* dmatransfer.c: gives back what is mapped, if anything is. At or below DISPATCH_LEVEL. */
VOID WdfpUnmapTransfer(PWDFP_DMA_TRANSACTION Transaction);
/* dmareserve.c: gives back the reserved map registers, if any. The same. */
VOID WdfpFreeReserved(PWDFP_DMA_TRANSACTION Transaction);

/* The steps of WDF-30 and WDF-31 between interrupts and queues. PASSIVE_LEVEL. What the
   first failing callback returned. */
NTSTATUS WdfpStartDma(PWDFP_DEVICE Device);
VOID WdfpStopDma(PWDFP_DEVICE Device);
