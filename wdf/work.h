/*
 * work.h: a piece of work for a system thread, part of an object that it references.
 *
 * It can be queued again from the moment it begins to run, and then runs beside itself.
 */
#pragma once

#include "object.h"

typedef VOID WDFP_WORK_ROUTINE(PWDFP_OBJECT Object); /* PASSIVE_LEVEL */

typedef struct _WDFP_WORK {
    WORK_QUEUE_ITEM Item;
    PWDFP_OBJECT Object;
    WDFP_WORK_ROUTINE *Routine;
    volatile LONG Queued;     /* interlocked */
    volatile LONG Count;      /* interlocked: queued or running */
    PKTHREAD volatile Runner; /* the last to begin */
} WDFP_WORK, *PWDFP_WORK;

VOID WdfpInitializeWork(PWDFP_WORK Work, PVOID Object, WDFP_WORK_ROUTINE *Routine);
/* FALSE: it is queued already. At or below DISPATCH_LEVEL. */
BOOLEAN WdfpQueueWork(PWDFP_WORK Work, WORK_QUEUE_TYPE Queue);
/* Waits until it neither waits nor runs, but for the caller's own run. PASSIVE_LEVEL. */
VOID WdfpDrainWork(PWDFP_WORK Work);
