/*
 * kmdfpnp.h: a KMDF driver of QEMU's edu device that the suite stops and starts again, with
 * requests in its hands, and whose callbacks fail when they are told to.
 */
#pragma once

#include "../ktap.h"

#include <wdf.h>

#define EDU_CAUSES      0x24
#define EDU_RAISE       0x60
#define EDU_ACKNOWLEDGE 0x64

/* What EvtIoStop does with a request. */
typedef enum _STOP_ANSWER { StopKeep, StopRequeue, StopComplete } STOP_ANSWER;

typedef struct _UNIT {
    WDFDEVICE Device;
    WDFINTERRUPT Interrupt;
    WDFQUEUE Queue;
    PUCHAR Registers;
    PCM_RESOURCE_LIST Raw, Translated; /* of the real start */
    CHAR Fails;                        /* the letter of the callback that is to fail */
    WDF_POWER_DEVICE_STATE ExitState;

    STOP_ANSWER Answer;
    WDFREQUEST Held; /* presented last */
    volatile LONG Presented, Stopped, Resumed;
    ULONG StopFlags;

    BOOLEAN RaiseEarly; /* D0Entry has the device interrupt before it is connected */
    volatile LONG Isrs, Unready;
} UNIT;

extern UNIT Unit;

/* kmdfpnp.c: a letter for each callback; the letters since the last call. */
VOID Diary(CHAR Letter);
BOOLEAN DiaryIs(PCSTR Letters);
/* Sends a PnP IRP to the device, with the resources of the real start. */
NTSTATUS SendPnp(UCHAR Minor);
NTSTATUS StartTests(VOID);

/* device.c */
EVT_WDF_DRIVER_DEVICE_ADD AddDevice;
/* failing.c */
VOID TestFailing(VOID);
VOID TestEarlyInterrupt(VOID);
/* requests.c */
VOID TestRequests(VOID);
