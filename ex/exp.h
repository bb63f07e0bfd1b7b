/*
 * Private to ex/: what its files know of one another.
 *
 * Locks, all taken at IRQL <= DISPATCH_LEVEL. The handle table's lock is held while a
 * chunk of the table is allocated, so it comes before the pool's; the pool's is held
 * while mm/ gives frames. The others are taken alone.
 */
#pragma once

#include <internal/ex.h>
#include <internal/ke.h>
#include <internal/kthread.h>
#include <internal/ldr.h>
#include <internal/mm.h>
#include <internal/rtl.h>

#define EXP_TAG(A, B, C, D)                                                              \
    ((ULONG)(A) | (ULONG)(B) << 8 | (ULONG)(C) << 16 | (ULONG)(D) << 24)

/* A thread made by PsCreateSystemThread; the idle threads are bare KTHREADs. */
typedef struct _ETHREAD {
    KTHREAD Tcb; /* first: a PKTHREAD is a PETHREAD */
    CLIENT_ID Cid;
    NTSTATUS ExitStatus;
    PVOID StackTop;             /* NULL once the reaper has freed it */
    LIST_ENTRY ThreadListEntry; /* while it runs; PspThreadLock */
    WORK_QUEUE_ITEM ReaperItem;
} ETHREAD;

/* handle.c */
VOID ObpInitializeHandles(VOID);
/* object.c: a handle comes, or has gone and takes its reference with it. */
VOID ObpOpenHandle(PVOID Body);
VOID ObpCloseHandle(PVOID Body);
/* thread.c: makes thread objects possible; before ExpInitializeWorkers. */
VOID PspInitializeThreads(VOID);
/* A referenced system thread of its own, at Priority; no handle. */
NTSTATUS PspCreateThread(PKSTART_ROUTINE StartRoutine, PVOID StartContext,
                         KPRIORITY Priority, PETHREAD *Thread);
/* The running thread, or NULL on a thread that is no object (boot, idle). */
PETHREAD PspCurrentThread(VOID);
/* resource.c: under the resource's lock. */
BOOLEAN ExpIsExclusive(PERESOURCE Resource);
POWNER_ENTRY ExpFindOwner(PERESOURCE Resource, ERESOURCE_THREAD Thread);
/* worker.c */
NTSTATUS ExpInitializeWorkers(VOID);
PVOID ExpFindQueuedItem(ULONG_PTR Start, SIZE_T Length);

#define EXP_CACHE_ALIGN 0x04 /* bit of POOL_TYPE */

/* pool.c: blocks of the ordinary pool, whoever asks. PoolType counts for its alignment only. IRQL <= DISPATCH_LEVEL. */
PVOID ExpAllocateOrdinary(POOL_TYPE PoolType, SIZE_T Size, ULONG Tag);
VOID ExpFreeOrdinary(PVOID Address, ULONG Tag);
/* From now on freed blocks are filled, and the fill is looked at when they are given out. */
VOID ExpPoisonPool(VOID);
