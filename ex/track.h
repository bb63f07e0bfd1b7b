/*
 * The pool while the verifier is on: every block of a driver's has a record that says
 * whose it is, and those of up to a page come from the special pool.
 *
 * Whose a block is, is told by the return address of the routine that allocated it, so
 * that a pointer to the routine (a lookaside list's) serves as well as an import. The
 * kernel's own blocks have no record and stay in the ordinary pool.
 *
 * Locks: ExpTrackLock (track.c) and the special pool's (specialpool.c), both taken alone
 * at IRQL <= DISPATCH_LEVEL.
 */
#pragma once

#include "exp.h"

#define EXP_POOL_PAGED 0x01 /* of a POOL_TYPE */

/* One image, for as long as the machine runs: a driver that is loaded again takes its
   entry over by name. Base and Size are read without a lock. */
typedef struct _EXP_DRIVER {
    CHAR Name[64];
    ULONG_PTR Base;
    SIZE_T Size;       /* written after Base; 0: not loaded */
    LIST_ENTRY Blocks; /* EXP_TRACKED of what it has not freed; ExpTrackLock, as below */
    ULONG64 Allocations;
    ULONG64 SpecialAllocations;
    volatile LONG64 Refused; /* by low-resource simulation */
    ULONG64 BlocksInUse;
    ULONG64 BytesInUse;
    ULONG64 MostBytes;
} EXP_DRIVER, *PEXP_DRIVER;

/* One block. That of a special one stays true after the free, until the slot's next turn. */
typedef struct _EXP_TRACKED {
    LIST_ENTRY Link;           /* EXP_DRIVER.Blocks */
    struct _EXP_TRACKED *Next; /* an ordinary block: the same bucket */
    PEXP_DRIVER Driver;
    PVOID Address;
    SIZE_T Size;
    ULONG Tag;
    POOL_TYPE PoolType;
    ULONG_PTR AllocatedBy; /* return addresses */
    ULONG_PTR FreedBy;
} EXP_TRACKED, *PEXP_TRACKED;

/* ---- track.c */
PEXP_DRIVER ExpFindDriver(ULONG_PTR Caller); /* NULL: the kernel's. Any IRQL. */
/* A block for Request, whose first members up to Address are still to be filled. */
PVOID ExpAllocateTracked(const EXP_TRACKED *Request);
/* Forgets the record of an ordinary block, or frees a special one (TRUE: nothing is left to
   do). */
BOOLEAN ExpReleaseTracked(PVOID Address, ULONG Tag, ULONG_PTR Caller);
/* The record of a live block, or NULL: kernel's, or none. */
PEXP_TRACKED ExpFindTracked(PVOID Address);
VOID ExpForgetBlock(PEXP_TRACKED Block);

/* ---- specialpool.c */
enum {
    ExpSlotUnused, /* never given out, or on its way */
    ExpSlotLive,
    ExpSlotFreed
};

typedef struct _EXP_SLOT {
    EXP_TRACKED Block;
    volatile LONG State; /* ExpSlot... */
    ULONG Next; /* while free: the slot whose turn comes next; the special pool's lock */
} EXP_SLOT, *PEXP_SLOT;

VOID ExpInitializeSpecialPool(BOOLEAN Underrun);
/* The record of a new block, all but its Link filled from Request; NULL: it does not fit, or
   memory is short. */
PEXP_TRACKED ExpAllocateSpecial(const EXP_TRACKED *Request);
VOID ExpFreeSpecial(PVOID Address, ULONG Tag, ULONG_PTR Caller);
BOOLEAN ExpIsSpecialAddress(ULONG64 Address);
/* The slot an address belongs to, or, for a guard page, the neighbour it guards: a live one
   first. NULL outside the special pool. Any IRQL, no lock. */
PEXP_SLOT ExpNearestSlot(ULONG64 Address);

ULONG64 ExpSlotPage(const EXP_SLOT *Slot);
/* Puts a slot without a page at the end of the queue. */
VOID ExpReturnSlot(PEXP_SLOT Slot, LONG State);

/* ---- specialretire.c: takes the page of a freed block away. */
VOID ExpRetireSlot(PEXP_SLOT Slot);

/* ---- specialcheck.c */
#define SPECIAL_NEARBY_BYTES 0x23 /* fourth parameter of a bug check, as NT has it */
#define EXP_SPECIAL_FILL     0xB5 /* around a block and, until it is written, in it */
VOID ExpCheckFill(const EXP_TRACKED *Block);
/* The first byte in [From, To) that is not the fill, or To. */
PUCHAR ExpFindChanged(PUCHAR From, PUCHAR To);

/* ---- unload.c: bug check TIMER_OR_DPC_INVALID when a queued timer or DPC lies in there. */
VOID ExpCheckForQueued(ULONG_PTR Start, SIZE_T Length);
/* The same for a block that is freed, and WORKER_INVALID for a queued work item. */
VOID ExpCheckFreed(ULONG_PTR Start, SIZE_T Length);

/* ---- inject.c */
VOID ExpInitializeLowResources(const CHAR *Options);
/* Whether an allocation of Driver's under Tag (0: it has none) is to fail. */
BOOLEAN ExpRefuseDriver(PEXP_DRIVER Driver, ULONG Tag);
