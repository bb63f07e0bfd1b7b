/*
 * Which interrupt source has which vector on which processor: one table of records, keyed
 * by (processor, vector), and by the global system interrupt for lines that are shared.
 *
 * Everything here is called with HalpAssignmentLock held.
 */
#pragma once

#include "msi.h"

typedef struct _HALP_RECORD {
    HAL_INTERRUPT_ASSIGNMENT Assignment;
    ULONG Processor;
    ULONG References; /* functions that share the line; 0: the record is free */
    BOOLEAN Enabled;
    HALP_MESSAGE_SOURCE Source; /* messages only */
} HALP_RECORD, *PHALP_RECORD;

extern HALP_LOCK HalpAssignmentLock;

PHALP_RECORD HalpFindRecord(ULONG Vector, ULONG Processor);
PHALP_RECORD HalpFindLineRecord(ULONG Gsi);
/* Messages of a function that have a record; *Enabled: a bit for each MSI let through. */
ULONG HalpCountMessages(HAL_PCI_ADDRESS Address, ULONG *Enabled);
ULONG HalpCountFreeRecords(VOID);
/* Count vectors in one aligned block on Processor, or 0. */
ULONG HalpClaimVectors(ULONG Processor, ULONG Count);
/* A record for a claimed vector; the caller made sure that one is free. */
PHALP_RECORD HalpCreateRecord(ULONG Vector, ULONG Processor);
/* Gives the record and its vector back. What it says stays readable under the lock. */
VOID HalpFreeRecord(PHALP_RECORD Record);
/* Makes the hardware agree with Record->Enabled. */
VOID HalpApplyRecord(PHALP_RECORD Record);
