/*
 * apc.h: an APC that writes down when, where and in which thread its routines ran.
 */
#pragma once

#include "../ktap.h"

/* What one routine saw. Order counts all routines of the test, from 1; 0: it did not run. */
typedef struct _SEEN {
    volatile LONG Order;
    KIRQL Irql;
    PKTHREAD Thread;
    PVOID Argument1;
    PVOID Argument2;
} SEEN;

typedef struct _PROBE {
    KAPC Apc; /* first: a kernel routine gets its address */
    SEEN Kernel;
    SEEN Normal;
    SEEN Rundown;
} PROBE, *PPROBE;

/* The number of the routine that ran last; a test that looks at orders sets it to 0. */
extern volatile LONG Order;

KKERNEL_ROUTINE RecordKernel;
KNORMAL_ROUTINE RecordNormal;
KRUNDOWN_ROUTINE RecordRundown;

VOID MakeSpecial(PPROBE Probe, PKTHREAD Thread);
VOID MakeNormal(PPROBE Probe, PKTHREAD Thread);
#define Queue(Probe) KeInsertQueueApc(&(Probe)->Apc, (PVOID)0x11, (PVOID)0x22, 0)

/* Waits up to ten seconds until a routine has run. */
BOOLEAN AwaitRun(SEEN *Seen);

/* The files' parts of the suite. */
KTAP_SUITE TestLevels, TestRegions, TestLocks, TestWaits, TestThreads, TestCalls,
    TestStorm;
