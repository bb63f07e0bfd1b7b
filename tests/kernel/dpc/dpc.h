/*
 * dpc.h: a DPC that writes down how it was called, and the parts of the suite.
 */
#pragma once

#include "../ktap.h"

#define DPC_OBJECTS 8

/* What the last call of a recording DPC saw; Runs is written last. */
typedef struct _DPC_RECORD {
    KDPC Dpc;
    PVOID Context, Argument1, Argument2;
    ULONG_PTR StackPointer;
    LONG Irql;
    LONG Processor;
    LONG InterruptsEnabled;
    LONG Executing;
    LONG Order; /* 1 for the first of a round, 2 for the next, ... */
    volatile LONG Runs;
} DPC_RECORD, *PDPC_RECORD;

extern DPC_RECORD Records[DPC_OBJECTS];
extern volatile LONG Round;

KDEFERRED_ROUTINE RecordingDpc;

/* Poisons and initialises every record's KDPC and begins a round. */
VOID InitializeRecords(VOID);

/* placement.c */
KTAP_SUITE TestImportance, TestRemove;
/* processors.c */
KTAP_SUITE TestTargets, TestFlush, TestConcurrent;
