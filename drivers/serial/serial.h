/*
 * The device extension of the serial driver and what its files offer each other.
 *
 * Received bytes go UART, ISR, ring, DPC, read IRP; sent ones write IRP, ring, ISR, UART.
 * Each ring has one writer and one reader of its own, so its two indexes need no lock
 * between ISR and DPC: each side stores one of them. Locks: SERIAL_QUEUE.Lock for a list
 * of IRPs, SERIAL_PORT.Lock for the DPC's sides of the rings, and the interrupt lock for
 * the UART's ports and IerCopy; taken in the order Port->Lock, then one of the others.
 */
#pragma once

#include "hw.h"

#include <ntddser.h>

#define SERIAL_POOL_TAG  0x6C726553 /* "Serl" */
#define SERIAL_RING_SIZE 4096       /* a power of 2 */

typedef struct _SERIAL_RING {
    volatile ULONG Head; /* bytes ever written; the writer's */
    volatile ULONG Tail; /* bytes ever read; the reader's */
    UCHAR Data[SERIAL_RING_SIZE];
} SERIAL_RING, *PSERIAL_RING;

/* IRPs that wait, each of which can be cancelled. */
typedef struct _SERIAL_QUEUE {
    KSPIN_LOCK Lock;
    LIST_ENTRY List;
    struct _SERIAL_PORT *Port;
} SERIAL_QUEUE, *PSERIAL_QUEUE;

typedef struct _SERIAL_PORT {
    PDEVICE_OBJECT Device;
    PDEVICE_OBJECT PhysicalDevice;
    PDEVICE_OBJECT LowerDevice;
    IO_REMOVE_LOCK RemoveLock; /* a reference per read or write inside the driver */
    PUCHAR Base;               /* an I/O port */
    PKINTERRUPT Interrupt;

    SERIAL_QUEUE Reads;
    SERIAL_QUEUE Writes;
    KTIMER Timer; /* the next read's end of patience */
    KDPC TimerDpc;
    volatile LONG ReadTimeout; /* milliseconds; 0: for ever */

    KSPIN_LOCK Lock; /* guards all to the rings, and the DPC's sides of them */
    BOOLEAN Open;    /* started, and the interrupt connected */
    PIRP Writing;    /* partly in the ring */
    ULONG Written;   /* how much of it */
    SERIAL_RING Received;
    SERIAL_RING Sent;

    UCHAR IerCopy; /* interrupt lock, as the next */
    SERIALPERF_STATS Statistics;
} SERIAL_PORT, *PSERIAL_PORT;

static inline UCHAR
SerialRead(PSERIAL_PORT Port, ULONG Register)
{
    return READ_PORT_UCHAR(Port->Base + Register);
}

static inline VOID
SerialWrite(PSERIAL_PORT Port, ULONG Register, UCHAR Value)
{
    WRITE_PORT_UCHAR(Port->Base + Register, Value);
}

/* ring.c */
ULONG SerialRingUsed(const SERIAL_RING *Ring);
ULONG SerialPut(PSERIAL_RING Ring, const UCHAR *Data, ULONG Length);
ULONG SerialTake(PSERIAL_RING Ring, PUCHAR Data, ULONG Length);

/* queue.c */
VOID SerialInitializeQueue(PSERIAL_QUEUE Queue, PSERIAL_PORT Port);
VOID SerialQueueIrp(PSERIAL_QUEUE Queue, PIRP Irp, ULONG64 Deadline);
PIRP SerialNextIrp(PSERIAL_QUEUE Queue);
PIRP SerialNextExpired(PSERIAL_QUEUE Queue);
VOID SerialCompleteIrp(PSERIAL_PORT Port, PIRP Irp, NTSTATUS Status,
                       ULONG_PTR Information);

/* io.c */
DRIVER_DISPATCH SerialCreateClose;
DRIVER_DISPATCH SerialReadWrite;
DRIVER_DISPATCH SerialControl;
VOID SerialServiceReads(PSERIAL_PORT Port);
VOID SerialServiceWrites(PSERIAL_PORT Port);
KDEFERRED_ROUTINE SerialTimerDpc;

/* isrdpc.c */
KSERVICE_ROUTINE SerialIsr;
IO_DPC_ROUTINE SerialDpcForIsr;
VOID SerialStartSending(PSERIAL_PORT Port);

/* pnp.c */
DRIVER_DISPATCH SerialPnp;

/* port.c */
NTSTATUS SerialStartPort(PSERIAL_PORT Port, PCM_RESOURCE_LIST Translated);
VOID SerialStopPort(PSERIAL_PORT Port);
