/*
 * bench.sys: counts the instructions of the interrupt path from inside.
 *
 * Under QEMU's -icount shift=0 with one processor the TSC advances by one for each guest
 * instruction, so a difference of two stamps is a number of instructions. The probes are
 * assembly: every instruction between two stamps is written down, measured once without an
 * interrupt, and taken off. The interrupt is a real one: QEMU's edu device raises its line
 * in the very instruction that asks it to.
 */
#pragma once

#include <ntddk.h>

#define EDU_RAISE       0x60
#define EDU_ACKNOWLEDGE 0x64

typedef struct _BENCH_DEVICE {
    PDEVICE_OBJECT Self;
    PDEVICE_OBJECT Lower;
    PUCHAR Registers;
    PDEVICE_OBJECT PhysicalDevice;
    CM_PARTIAL_RESOURCE_DESCRIPTOR Source; /* its line, or its message */
} BENCH_DEVICE, *PBENCH_DEVICE;

/* connect.c. PASSIVE_LEVEL; NULL, or FALSE, after a failure. */
PKINTERRUPT BenchConnect(PBENCH_DEVICE Device, PKSERVICE_ROUTINE Isr, BOOLEAN Passive);
BOOLEAN BenchConnectMessages(PBENCH_DEVICE Device, PIO_INTERRUPT_MESSAGE_INFO *Table);
VOID BenchDisconnectMessages(PIO_INTERRUPT_MESSAGE_INFO Table);
BOOLEAN BenchIsMessage(PBENCH_DEVICE Device);

/* probes.c: TSC at each point, written by the probes. */
typedef struct _BENCH_STAMPS {
    ULONG64 Raised;   /* before the instruction that raises the line */
    ULONG64 Entered;  /* the ISR's first instruction */
    ULONG64 Returned; /* the ISR's end */
    ULONG64 DpcEntered;
    ULONG64 Resumed; /* the instruction after the one that raised */
} BENCH_STAMPS;

extern volatile BENCH_STAMPS BenchStamps;
extern PUCHAR BenchRegisters;
extern volatile ULONG BenchQueueDpc; /* non-zero: the ISR queues BenchDpc */
extern KDPC BenchDpc;

KSERVICE_ROUTINE BenchIsr;
/* The same code, called as a message's ISR. */
KMESSAGE_SERVICE_ROUTINE BenchMessageIsr;
KDEFERRED_ROUTINE BenchDpcRoutine;
/* Stamps, stores Value at Register, stamps. */
VOID NTAPI BenchRaise(volatile ULONG *Register, ULONG Value);
/* Runs the ISR's last instructions as a call, and stamps: what to take off. */
VOID NTAPI BenchReturn(VOID);
/* Stamps, inserts BenchDpc at PASSIVE_LEVEL, stamps. */
VOID NTAPI BenchInsert(VOID);
/* Count lock pairs / nothing, in a loop; returns the TSC it took. */
ULONG64 NTAPI BenchSpinPairs(PKSPIN_LOCK Lock, ULONG Count);
ULONG64 NTAPI BenchEmptyLoop(PKSPIN_LOCK Lock, ULONG Count);

FORCEINLINE ULONG64
BenchStamp(VOID)
{
    return __builtin_ia32_rdtsc();
}

/* figures.c: measures and prints. PASSIVE_LEVEL. */
NTSTATUS BenchMeasure(PBENCH_DEVICE Device);
/* Runs one try of a figure; returns its instructions. */
typedef ULONG64 BENCH_TRY(VOID);
ULONG64 BenchSmallest(BENCH_TRY *Try);
/* Prints the smallest: a line for tools/bench.py. */
VOID BenchFigure(PCSTR Name, BENCH_TRY *Try);
VOID BenchStartThread(PKSTART_ROUTINE Routine, PVOID Context);
VOID BenchSleep(ULONG Milliseconds);

/* dpcs.c, timers.c, threads.c, locks.c: on processor 0. */
VOID BenchMeasureDpcs(VOID);
BOOLEAN BenchMeasureTimers(VOID);
VOID BenchMeasureThreads(PBENCH_DEVICE Device);
VOID BenchMeasureLocks(VOID);
