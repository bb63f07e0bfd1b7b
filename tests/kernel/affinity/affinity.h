/*
 * affinity.h: QEMU's edu device (PCI 1234:11E8) as an interrupt that goes to several
 * processors, the ISR that counts where it came, and the parts of the suite.
 *
 * Each write to EDU_RAISE sets cause bits: the pin is up while any is set, or a message is
 * sent. EDU_ACKNOWLEDGE clears them.
 */
#pragma once

#include "../ktap.h"

#define EDU_REGISTER_SPACE 0x1000
#define EDU_CAUSES         0x24
#define EDU_RAISE          0x60
#define EDU_ACKNOWLEDGE    0x64

#define PROCESSORS 64

/* Set at START, constant afterwards. */
typedef struct _SOURCE {
    PUCHAR Registers;
    ULONG Vector;
    KIRQL Irql;
    KAFFINITY Affinity;
    KINTERRUPT_MODE Mode;
} SOURCE;

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

extern SOURCE Source;

static inline ULONG
EduRead(ULONG Register)
{
    return READ_REGISTER_ULONG((PULONG)(Source.Registers + Register));
}

static inline VOID
EduWrite(ULONG Register, ULONG Value)
{
    WRITE_REGISTER_ULONG((PULONG)(Source.Registers + Register), Value);
}

/* several.c: connects a zeroed Isr on Processors, with the lock the system supplies. */
NTSTATUS ConnectOn(PCOUNTED_ISR Isr, KAFFINITY Processors);
VOID DisconnectIsr(PCOUNTED_ISR Isr);
/* Raises the interrupt and waits until *Counter has gone up by one. */
BOOLEAN RaiseOnce(volatile LONG *Counter);
KTAP_SUITE TestSeveral, TestOneLock;
/* move.c */
KTAP_SUITE TestSubsets, TestUnderFire;
