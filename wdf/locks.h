/*
 * locks.h: the driver's own locks, which an interrupt object may take over.
 */
#pragma once

#include "object.h"

typedef struct _WDFP_SPINLOCK {
    WDFP_OBJECT Object; /* must be first */
    KSPIN_LOCK Lock;
    KIRQL OldIrql;
    PKTHREAD volatile Owner;
    volatile LONG Interrupts; /* interlocked: interrupt objects it serves */
} WDFP_SPINLOCK, *PWDFP_SPINLOCK;

/* A lock that waits: no APC suspends its owner. */
typedef struct _WDFP_WAIT {
    KEVENT Free;
    PKTHREAD volatile Owner;
} WDFP_WAIT, *PWDFP_WAIT;

typedef struct _WDFP_WAITLOCK {
    WDFP_OBJECT Object; /* must be first */
    WDFP_WAIT Wait;
} WDFP_WAITLOCK, *PWDFP_WAITLOCK;

/* waitlock.c */
VOID WdfpInitializeWait(PWDFP_WAIT Wait);
/* Timeout NULL: without end. FALSE: it was not free in time. Handle: for the stop when its
   owner takes it again (0x10D, 2). */
BOOLEAN WdfpEnterWait(struct _WDFP_GLOBALS *Globals, PWDFP_WAIT Wait, PVOID Handle,
                      PLARGE_INTEGER Timeout);
/* By another thread than its owner: a stop (0x10D, 0xB, the handle, 1). */
VOID WdfpLeaveWait(struct _WDFP_GLOBALS *Globals, PWDFP_WAIT Wait, PVOID Handle);
