/*
 * lock.h: the lock that serializes callbacks of one device or queue, as its scope and
 * level say: a spin lock at dispatch level, or one that waits at passive level. Its owner
 * may take it again, since a callback's call may lead to the next callback.
 */
#pragma once

#include "object.h"

typedef struct _WDFP_LOCK {
    PKTHREAD volatile Owner;
    ULONG Depth;
    BOOLEAN Passive;
    KIRQL OldIrql;
    KSPIN_LOCK Spin;
    KEVENT Wait; /* signalled when free */
} WDFP_LOCK, *PWDFP_LOCK;

VOID WdfpInitializeLock(PWDFP_LOCK Lock, BOOLEAN Passive);
/* Lock NULL: nothing is serialized. A passive one at PASSIVE_LEVEL only. */
VOID WdfpAcquireLock(PWDFP_LOCK Lock);
VOID WdfpReleaseLock(PWDFP_LOCK Lock);
/* The lock of the callbacks of Object, whose scope is set; NULL when there is none. */
PWDFP_LOCK WdfpCallbackLock(PWDFP_OBJECT Object);
