/*
 * kmdfint.h: a KMDF driver of QEMU's edu device under test: its interrupt, and a diary of
 * every callback.
 */
#pragma once

#include "../ktap.h"

#include <wdf.h>

#define EDU_CAUSES      0x24
#define EDU_RAISE       0x60
#define EDU_ACKNOWLEDGE 0x64

typedef struct _UNIT {
    WDFDEVICE Device;
    WDFINTERRUPT Interrupt;
    WDFSPINLOCK SpinLock; /* the interrupt's */
    WDFINTERRUPT Spare;   /* beyond what the device has: never connected */
    PUCHAR Registers;
    BOOLEAN Passive;      /* case=passive: an ISR at PASSIVE_LEVEL */
    BOOLEAN UsesWorkItem; /* case=item, case=passive: a work item, no DPC */
    BOOLEAN FromPrepare;  /* case=prepare: created in EvtDevicePrepareHardware */
    BOOLEAN Serialized;   /* case=serial: AutomaticSerialization, scope device */
    WDF_INTERRUPT_INFO Info;

    volatile LONG Isrs, Dpcs, Items;
    LONG IsrIrql, DpcIrql, ItemIrql, EnableIrql, SynchronizeIrql;
    LONG IsrMessage;
    LONG DpcProcessor, IsrProcessor;
    BOOLEAN Queued, QueuedAgain;  /* what the first and second queueing said */
    BOOLEAN DpcObject;            /* the DPC got the device as its object */
    volatile LONG IgnoreCauses;   /* the ISR acknowledges and says no */
    volatile LONG InDpc, Overlap; /* serialization: two at once */
    volatile LONG StayInDpc;
} UNIT, *PUNIT;

typedef struct _INTERRUPT_NOTE {
    ULONG Magic;
} INTERRUPT_NOTE, *PINTERRUPT_NOTE;

WDF_DECLARE_CONTEXT_TYPE_WITH_NAME(INTERRUPT_NOTE, GetInterruptNote);

extern UNIT Unit;

static inline VOID
EduWrite(ULONG Register, ULONG Value)
{
    WRITE_REGISTER_ULONG((PULONG)(Unit.Registers + Register), Value);
}

static inline ULONG
EduRead(ULONG Register)
{
    return READ_REGISTER_ULONG((PULONG)(Unit.Registers + Register));
}

/* diary.c: a letter for each callback, and the highest level of those at PASSIVE_LEVEL. */
VOID Diary(CHAR Letter);
PCSTR DiaryText(VOID);
KIRQL DiaryIrql(VOID);
BOOLEAN CaseIs(PCWSTR Name);
BOOLEAN PassiveIsKnown(VOID);

/* device.c */
EVT_WDF_DRIVER_DEVICE_ADD AddDevice;

/* create.c: what WdfInterruptCreate refuses, tried where it has to be and checked later. */
VOID TryInDeviceAdd(WDFDEVICE Device);
VOID TryInPrepare(WDFDEVICE Device, PCM_PARTIAL_RESOURCE_DESCRIPTOR Raw,
                  PCM_PARTIAL_RESOURCE_DESCRIPTOR Translated);
VOID TestCreate(VOID);
NTSTATUS CreateInterrupt(WDFDEVICE Device, PCM_PARTIAL_RESOURCE_DESCRIPTOR Raw,
                         PCM_PARTIAL_RESOURCE_DESCRIPTOR Translated);

/* service.c */
EVT_WDF_INTERRUPT_ISR Isr;
EVT_WDF_INTERRUPT_DPC Dpc;
EVT_WDF_INTERRUPT_WORKITEM Item;
EVT_WDF_INTERRUPT_ENABLE Enable;
EVT_WDF_INTERRUPT_DISABLE Disable;
/* kmdfint.c: starts the thread that runs the suite. */
NTSTATUS StartTests(VOID);

KTAP_SUITE TestService, TestLocks, TestState, TestSerialized, TestFailed;
