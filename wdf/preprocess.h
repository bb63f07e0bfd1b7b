/*
 * preprocess.h: IRPs that the driver sees before the framework does, or sends to queues itself.
 */
#pragma once

#include "device.h"

/* Whether the driver, which has preprocess callbacks, wants to see the IRP first. */
BOOLEAN WdfpIsPreprocessed(PWDFP_DEVICE Device, PIO_STACK_LOCATION Stack);
/* Hands it to the driver. */
NTSTATUS WdfpPreprocess(PWDFP_DEVICE Device, PIRP Irp);

/* Makes the next stack location the current one again, as sending the IRP would. */
VOID WdfpTakeIrpBack(PWDFP_DEVICE Device, PIRP Irp);

/* Whether the driver chooses the queue of IRPs of a major function. */
static inline BOOLEAN
WdfpIsDispatchedByDriver(PWDFP_DEVICE Device, UCHAR Major)
{
    return Major < RTL_NUMBER_OF(Device->IrpDispatch) &&
           Device->IrpDispatch[Major].Routine != NULL;
}

/* irpdispatch.c: has it choose. */
NTSTATUS WdfpDispatchByDriver(PWDFP_DEVICE Device, PIRP Irp);

/* dispatch.c: what the framework itself does with an IRP. */
NTSTATUS WdfpDispatchIrp(PWDFP_DEVICE Device, PIRP Irp);
