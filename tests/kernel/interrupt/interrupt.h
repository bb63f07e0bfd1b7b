/*
 * interrupt.h: QEMU's edu device (PCI 1234:11E8) as a line that can be raised at will, an
 * ISR that writes down how it was called, and the parts of the suite.
 *
 * edu keeps its pin up while any cause bit is set: writing EDU_RAISE sets bits, writing
 * EDU_ACKNOWLEDGE clears them.
 */
#pragma once

#include "../ktap.h"

#define EDU_REGISTER_SPACE 0x1000
#define EDU_IDENTITY       0x00
#define EDU_LIVENESS       0x04
#define EDU_CAUSES         0x24
#define EDU_RAISE          0x60
#define EDU_ACKNOWLEDGE    0x64

/* Set at START, constant afterwards. */
typedef struct _LINE {
    PDEVICE_OBJECT PhysicalDevice;
    PUCHAR Registers;
    ULONG Vector;
    KIRQL Irql;
    KAFFINITY Assigned; /* all processors it may be connected on */
    KAFFINITY Affinity; /* the one of them where it is: the tests say who masks it */
    KINTERRUPT_MODE Mode;
    BOOLEAN Shared;
} LINE;

/* How an ISR behaves, and what its last call saw. Calls is written last. */
typedef struct _LINE_ISR {
    PKINTERRUPT Object; /* what connecting gave */
    KSPIN_LOCK Lock;
    BOOLEAN Claims;          /* acknowledges and returns TRUE; else returns FALSE */
    BOOLEAN Disowns;         /* acknowledges, but returns FALSE */
    BOOLEAN Clobbers;        /* XMM0-5 and MXCSR */
    BOOLEAN WaitsClock;      /* stays inside until the clock has ticked */
    LONG IgnoredCalls;       /* so many calls leave the line up first */
    PDEVICE_OBJECT Requests; /* for which to request the DpcForIsr, if any */

    PKINTERRUPT Interrupt;
    LONG Irql;
    LONG Processor;
    LONG InterruptsEnabled;
    LONG LockHeld;
    LONG ClockTicked;
    LONG Depth, MostDepth;
    volatile LONG Calls;
} LINE_ISR, *PLINE_ISR;

extern LINE Line;
extern PDEVICE_OBJECT FunctionDevice;

KSERVICE_ROUTINE LineIsr;

static inline ULONG
EduRead(ULONG Register)
{
    return READ_REGISTER_ULONG((PULONG)(Line.Registers + Register));
}

static inline VOID
EduWrite(ULONG Register, ULONG Value)
{
    WRITE_REGISTER_ULONG((PULONG)(Line.Registers + Register), Value);
}

/* interrupt.c: a claiming ISR with its own lock, connected at SynchronizeIrql. */
NTSTATUS ConnectLine(PLINE_ISR Isr, KIRQL SynchronizeIrql);
VOID DisconnectLine(PLINE_ISR Isr);
/* Moves the thread to the processor that gets the line's interrupts. */
VOID MoveToLine(VOID);
/* Sets the pin and waits for the ISR's next call. */
BOOLEAN RaiseLine(PLINE_ISR Isr);

/* connect.c */
KTAP_SUITE TestConnect, TestConnectEx, TestGate;
/* service.c */
KTAP_SUITE TestService, TestSynchronize, TestMasked, TestAnswers, TestExtendedState;
KTAP_SUITE TestInterrupted, TestDpcForIsr, TestDisconnect;
/* chain.c */
KTAP_SUITE TestChain, TestChainRules;
