/*
 * kmdfcontrol.h: what the files of this suite share.
 */
#pragma once

#include "../ktap.h"

#include <wdf.h>

#define CONTROL_NAME L"\\Device\\KmdfControl"
#define CONTROL_CODE                                                                     \
    CTL_CODE(FILE_DEVICE_UNKNOWN, 0x820, METHOD_BUFFERED, FILE_ANY_ACCESS)

/* How often what was called. */
typedef struct _CONTROL_COUNTS {
    volatile LONG Handled;      /* handlers of the default queue */
    volatile LONG Other;        /* of the other queue */
    volatile LONG Preprocessed; /* callbacks before the framework */
    volatile LONG Unwound;      /* completion routines of those */
    volatile LONG Dispatched;   /* EvtDeviceWdmIrpDispatch */
    volatile LONG InCaller;     /* EvtIoInCallerContext */
    volatile LONG Created, Closed, Canceled;
} CONTROL_COUNTS;

extern CONTROL_COUNTS Counts;
extern WDFDEVICE Control;
extern WDFQUEUE Other;

/* device.c: the control device, not finished yet. */
NTSTATUS CreateControl(VOID);
/* client.c: who uses it. */
VOID TestUnfinished(VOID);
VOID TestRequests(VOID);
VOID TestEnd(VOID);
