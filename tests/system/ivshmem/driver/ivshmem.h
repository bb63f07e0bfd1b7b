/*
 * ivshmem.h: a KMDF driver of QEMU's shared memory device.
 *
 * It is our own, and uses exactly the framework routines, and kernel routines in their
 * order, that a widely used public driver of the device needs: what runs here shows that
 * such a driver has all it asks for.
 */
#pragma once

#include <wdf.h>

#include "../interface.h"

#define IVSHMEM_TAG     0x6D767369 /* "isvm" */
#define IVSHMEM_VECTORS 8

/* BAR 0. */
typedef struct _IVSHMEM_REGISTERS {
    volatile ULONG InterruptMask;
    volatile ULONG InterruptStatus;
    volatile ULONG Position; /* our number at the server; -1: none yet */
    volatile ULONG Doorbell; /* another's number in the high half, a vector below */
} IVSHMEM_REGISTERS, *PIVSHMEM_REGISTERS;

/* An event that waits for an interrupt. */
typedef struct _IVSHMEM_WAITER {
    LIST_ENTRY Link;
    PKEVENT Event;
    WDFFILEOBJECT Owner;
    USHORT Vector;
    BOOLEAN Once;
} IVSHMEM_WAITER, *PIVSHMEM_WAITER;

typedef struct _IVSHMEM_DEVICE {
    PIVSHMEM_REGISTERS Registers;
    PHYSICAL_ADDRESS Memory; /* BAR 2 */
    SIZE_T MemorySize;
    WDFINTERRUPT Interrupts[IVSHMEM_VECTORS];
    USHORT Vectors;
    PMDL Mdl;
    PVOID Mapped; /* PASSIVE_LEVEL, one caller at a time, as the next */
    WDFFILEOBJECT Owner;
    FAST_MUTEX MapLock;
    KSPIN_LOCK WaiterLock;
    LIST_ENTRY Waiters;
} IVSHMEM_DEVICE, *PIVSHMEM_DEVICE;

WDF_DECLARE_CONTEXT_TYPE_WITH_NAME(IVSHMEM_DEVICE, IvshmemDevice)

typedef struct _IVSHMEM_INTERRUPT {
    USHORT Vector;
} IVSHMEM_INTERRUPT, *PIVSHMEM_INTERRUPT;

WDF_DECLARE_CONTEXT_TYPE_WITH_NAME(IVSHMEM_INTERRUPT, IvshmemInterrupt)

/* hardware.c */
EVT_WDF_DEVICE_PREPARE_HARDWARE IvshmemPrepare;
EVT_WDF_DEVICE_RELEASE_HARDWARE IvshmemRelease;

/* waiters.c */
EVT_WDF_INTERRUPT_ISR IvshmemIsr;
EVT_WDF_INTERRUPT_DPC IvshmemDpc;
NTSTATUS IvshmemAddWaiter(PIVSHMEM_DEVICE Device, WDFREQUEST Request,
                          WDFFILEOBJECT Owner);
/* Those of one file, or of all (NULL). */
VOID IvshmemForgetWaiters(PIVSHMEM_DEVICE Device, WDFFILEOBJECT Owner);

/* control.c */
EVT_WDF_IO_QUEUE_IO_DEVICE_CONTROL IvshmemControl;
EVT_WDF_IO_QUEUE_IO_STOP IvshmemStop;
EVT_WDF_FILE_CLEANUP IvshmemCleanup;
