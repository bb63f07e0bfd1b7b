/*
 * interrupt.h: edu as a line that can be raised at will, an ISR that writes down how it was
 * called, and the parts of the suite.
 */
#pragma once

#include <device.h>

#define EDU_LIVENESS 0x04 /* answers with the complement of what was written */

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

KSERVICE_ROUTINE LineIsr;

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
