/*
 * Which interrupt source has which vector on which processors: one table of records, found
 * by (vector, any of the processors), and by the global system interrupt for lines that are
 * shared.
 *
 * A processor gets the interrupt from the connection of its first KINTERRUPT to the end of
 * the last: only then its gate leads to an ISR. The source is let through to the enabled
 * processors while there is one, unless it is silenced.
 *
 * Everything here is called with HalpAssignmentLock held.
 */
#pragma once

#include "msi.h"

typedef struct _HALP_RECORD {
    HAL_INTERRUPT_ASSIGNMENT Assignment;
    ULONG References;           /* functions that share the line; 0: the record is free */
    ULONG64 Enabled;            /* processors, some of Assignment.Affinity */
    BOOLEAN Silenced;           /* HalMaskInterrupt; only while a processor is enabled */
    HALP_MESSAGE_SOURCE Source; /* messages only */
} HALP_RECORD, *PHALP_RECORD;

extern HALP_LOCK HalpAssignmentLock;

/* Whether the source of the record is let through. */
FORCEINLINE BOOLEAN
HalpIsOpen(const HALP_RECORD *Record)
{
    return Record->Enabled != 0 && !Record->Silenced;
}

PHALP_RECORD HalpFindRecord(ULONG Vector, ULONG Processor);
PHALP_RECORD HalpFindLineRecord(ULONG Gsi);
/* Messages of a function that have a record; *Enabled: a bit for each MSI let through. */
ULONG HalpCountMessages(HAL_PCI_ADDRESS Address, ULONG *Enabled);
ULONG HalpCountFreeRecords(VOID);
/* Count vectors in one aligned block, the same on each processor of Affinity; or 0. */
ULONG HalpClaimVectors(ULONG64 Affinity, ULONG Count);
/* A record for a claimed vector; the caller made sure that one is free. */
PHALP_RECORD HalpCreateRecord(ULONG Vector, ULONG64 Affinity);
/* Gives the record and its vector back. What it says stays readable under the lock. */
VOID HalpFreeRecord(PHALP_RECORD Record);

/* apply.c: what a message to the enabled processors of Record has for an address and for data. */
VOID HalpDescribeTarget(PHALP_RECORD Record);
/* Makes the hardware agree with Record->Enabled and Record->Silenced. */
VOID HalpApplyRecord(PHALP_RECORD Record);
