/*
 * What the files of hal/ share: the raw lock, the platform as the tables describe it, and
 * the routines one object offers to another.
 *
 * Lock order: the assignment lock (record.c) or the routing lock (route.c), then one I/O
 * APIC's lock, the port lock of pci.c or the window lock of map.c. Nothing is called
 * upward with one of them held, but the allocation of a page-table frame by ArchMapPage.
 */
#pragma once

#include <internal/hal.h>
#include "tables.h"

/*
 * Raw lock: interrupts off, then test and set. Not a KSPIN_LOCK, because the HAL runs
 * before Ke exists and under its locks. Held for a few register accesses only, which is
 * why the wait has no other bound.
 */
typedef struct _HALP_LOCK {
    ULONG Taken;
} HALP_LOCK, *PHALP_LOCK;

/* Returns whether interrupts were enabled, for HalpReleaseLock. */
FORCEINLINE BOOLEAN
HalpAcquireLock(PHALP_LOCK Lock)
{
    BOOLEAN Enabled = ArchDisableInterrupts();
    while (__atomic_exchange_n(&Lock->Taken, 1, __ATOMIC_ACQUIRE) != 0) {
        while (__atomic_load_n(&Lock->Taken, __ATOMIC_RELAXED) != 0) {
            ArchPause();
        }
    }
    return Enabled;
}

FORCEINLINE VOID
HalpReleaseLock(PHALP_LOCK Lock, BOOLEAN Enabled)
{
    __atomic_store_n(&Lock->Taken, 0, __ATOMIC_RELEASE);
    ArchRestoreInterrupts(Enabled);
}

/* What the ACPI tables said; written once by acpi.c before the other processors run. */
typedef struct _HALP_PLATFORM {
    HALP_MADT Madt;
    HALP_MCFG Mcfg;
    HALP_FADT Fadt;
    ULONG64 HpetAddress; /* 0: none */
    BOOLEAN CanSleep;    /* SleepTypes is valid */
    HALP_SLEEP_TYPES SleepTypes;
} HALP_PLATFORM, *PHALP_PLATFORM;

extern HALP_PLATFORM HalpPlatform;

/* print.c: one line of the HAL on the console, with "hal: " before it and '\n' after. */
__attribute__((format(printf, 1, 2))) VOID HalpPrint(const CHAR *Format, ...);

/* target.c: processors as the destination of an interrupt. */
#define HALP_FLAT_PROCESSORS 8 /* bits of a flat logical destination */
typedef struct _HALP_TARGET {
    UCHAR Destination; /* an APIC id, or Logical: a bit for each processor */
    BOOLEAN Logical;   /* and delivered to one of them, by lowest priority */
} HALP_TARGET, *PHALP_TARGET;
/* Affinity, or its first processor when the hardware cannot name all; 0: there is none in
   it, or one that does not exist. */
ULONG64 HalpReachableAffinity(ULONG64 Affinity);
/* Those of Affinity, which is reachable, that are in Enabled. With none of them enabled all
   are meant: what will be written. */
HALP_TARGET HalpQueryTarget(ULONG64 Affinity, ULONG64 Enabled);

/* ioapic.c */
typedef struct _HALP_LINE {
    ULONG Gsi;
    HALP_TARGET Target;
    UCHAR Vector;
    BOOLEAN ActiveLow;
    BOOLEAN Level;
} HALP_LINE, *PHALP_LINE;
BOOLEAN HalpLineExists(ULONG Gsi);
/* Before a masked line that nobody serves is used: what is left of its last use. */
VOID HalpClearLine(ULONG Gsi);
VOID HalpEnableLine(const HALP_LINE *Line);
VOID HalpDisableLine(ULONG Gsi);
ULONG64 HalpReadLine(ULONG Gsi);

/* pic.c */
VOID HalpDisablePics(VOID);

/* route.c: the line a function's pin ends at; fills Gsi, ActiveLow, Level. */
BOOLEAN HalpQueryRoute(HAL_PCI_ADDRESS Address, PHALP_LINE Line);

/* hpet.c, pit.c: a counter of known rate. Reads count up and wrap at Mask. */
typedef struct _HALP_REFERENCE {
    ULONG (*Read)(VOID);
    ULONG Mask;
    ULONG FemtosecondsPerTick;
    const CHAR *Name;
} HALP_REFERENCE, *PHALP_REFERENCE;
BOOLEAN HalpStartHpet(PHALP_REFERENCE Reference);
VOID HalpStartPit(PHALP_REFERENCE Reference);
