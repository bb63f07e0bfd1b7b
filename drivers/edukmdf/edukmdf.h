/*
 * edukmdf.h - the edu device by the framework: what drivers/edu does with packets and
 * StartIo, with queues.
 *
 * The device does two things at a time, a factorial and a transfer, so there are two
 * sequential queues, each with a DPC object of its own (SEED-003): the ISR saves the causes
 * and queues the DPC of each queue that one of them concerns. A queue gives out its next
 * request when the last is completed, so that the request a DPC completes is the one the
 * queue gave out.
 */
#pragma once

#include <wdf.h>

#include "edukmdfioctl.h"
#include "hw.h"

/* Of the device. */
typedef struct _EDU_DEVICE {
    PUCHAR Registers;
    WDFINTERRUPT Interrupt;
    WDFQUEUE Controls;
    WDFQUEUE Transfers;
    WDFDMAENABLER DmaEnabler;
    WDFDMATRANSACTION Transaction; /* the transfer queue's, one at a time */
} EDU_DEVICE, *PEDU_DEVICE;

/* Of a queue: its DPC, and the request that the device works on. */
typedef struct _EDU_QUEUE {
    WDFDPC Dpc;
    WDFREQUEST Request; /* NULL: none; the queue's handler and DPC alone change it */
} EDU_QUEUE, *PEDU_QUEUE;

WDF_DECLARE_CONTEXT_TYPE_WITH_NAME(EDU_DEVICE, EduDeviceContext);
WDF_DECLARE_CONTEXT_TYPE_WITH_NAME(EDU_QUEUE, EduQueueContext);

static inline ULONG
EduRead(PEDU_DEVICE Edu, ULONG Register)
{
    return READ_REGISTER_ULONG((PULONG)(Edu->Registers + Register));
}

static inline VOID
EduWrite(PEDU_DEVICE Edu, ULONG Register, ULONG Value)
{
    WRITE_REGISTER_ULONG((PULONG)(Edu->Registers + Register), Value);
}

/* device.c */
EVT_WDF_DRIVER_DEVICE_ADD EduEvtDeviceAdd;

/* hardware.c */
EVT_WDF_DEVICE_PREPARE_HARDWARE EduEvtPrepareHardware;
EVT_WDF_DEVICE_RELEASE_HARDWARE EduEvtReleaseHardware;

/* interrupt.c */
EVT_WDF_INTERRUPT_ISR EduEvtIsr;
EVT_WDF_INTERRUPT_ENABLE EduEvtEnable;
EVT_WDF_INTERRUPT_DISABLE EduEvtDisable;

/* queue.c: the handlers of the two queues, and their DPCs. */
EVT_WDF_IO_QUEUE_IO_DEVICE_CONTROL EduEvtIoDeviceControl;
EVT_WDF_IO_QUEUE_IO_READ EduEvtIoRead;
EVT_WDF_IO_QUEUE_IO_WRITE EduEvtIoWrite;
EVT_WDF_DPC EduEvtControlDpc;
EVT_WDF_DPC EduEvtTransferDpc;
