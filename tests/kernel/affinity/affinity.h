/*
 * affinity.h: edu's interrupt on several processors, the ISR that counts where it came, and
 * the parts of the suite.
 */
#pragma once

#include <device.h>

#define PROCESSORS 64

/* One registration, and what its ISR saw. The interrupt lock guards all but Total. */
typedef struct _COUNTED_ISR {
    PKINTERRUPT Object;
    BOOLEAN
    Lingers; /* stays inside for a while, and claims what the device did not send */
    volatile LONG Calls;
    volatile LONG Claims; /* written last */
    LONG ByProcessor[PROCESSORS];
    PKINTERRUPT Interrupts[PROCESSORS]; /* the object it was last called with there */
    volatile LONG Inside;               /* interlocked: the lock is what is tested */
    LONG MostInside;
    volatile LONG *Total; /* claims of several registrations, interlocked; or NULL */
} COUNTED_ISR, *PCOUNTED_ISR;

/* several.c: connects a zeroed Isr on Processors, with the lock the system supplies. */
NTSTATUS ConnectOn(PCOUNTED_ISR Isr, KAFFINITY Processors);
VOID DisconnectIsr(PCOUNTED_ISR Isr);
/* Raises the interrupt and waits until *Counter has gone up by one. */
BOOLEAN RaiseOnce(volatile LONG *Counter);
KTAP_SUITE TestSeveral, TestOneLock;
/* move.c */
KTAP_SUITE TestSubsets, TestUnderFire;
