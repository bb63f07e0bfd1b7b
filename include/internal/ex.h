/*
 * The executive: pool, objects and handles, system threads, worker threads.
 *
 * Pool is nonpaged throughout (docs/deviations.md): PagedPool requests are served from it
 * but checked against APC_LEVEL. Every block carries tag and size, so that a leak is
 * named.
 */
#pragma once

#include <wdm.h>
#include <ntddk.h>
#include <internal/kthread.h>

NTSTATUS ExInitializePool(VOID);
/* Needs pool and threads: object types, handle table, worker threads. PASSIVE_LEVEL. */
NTSTATUS ExInitializeSystem(VOID);

typedef struct _EX_POOL_USAGE {
    ULONG64 Allocations; /* made since boot */
    ULONG64 Frees;
    ULONG64 BytesInUse;
    ULONG64 BlocksInUse;
} EX_POOL_USAGE, *PEX_POOL_USAGE;

VOID ExQueryPoolUsage(PEX_POOL_USAGE Usage);
/* Called with each block that is given out, at its caller's level: what is known of that memory
   is void. Set once, by the verifier. */
typedef VOID EX_ALLOCATE_OBSERVER(PVOID Base, SIZE_T Size);
VOID ExSetAllocateObserver(EX_ALLOCATE_OBSERVER *Observer);
/* Blocks and bytes in use under one tag (what a leak test compares). */
VOID ExQueryPoolTagUsage(ULONG Tag, PEX_POOL_USAGE Usage);
/* The same of the Index-th entry of the table of tags, which keep their entries; an entry
   without allocations is free. FALSE: there are no more. */
BOOLEAN ExQueryPoolTag(ULONG Index, PULONG Tag, PEX_POOL_USAGE Usage);
/* FALSE when Address is not the start of a live pool block. */
BOOLEAN ExIsPoolBlock(PVOID Address, SIZE_T *Size, ULONG *Tag);

/* ---- memory for KINTERRUPTs
 * ------------------------------------------------------------- */
/* Zeroed, 64-byte aligned, at most a page; executable as well when the object holds its
   dispatch code (KI_DISPATCH_CODE_IN_OBJECT), and never else. NULL when memory is short.
   IRQL <= DISPATCH_LEVEL. */
PVOID ExAllocateInterruptObject(SIZE_T Size);
VOID ExFreeInterruptObject(PVOID Interrupt);

/* inject.c: whether the allocation that asks is to fail (dirqltest.h). Any IRQL. */
BOOLEAN ExInjectFailure(VOID);

/* ---- what the verifier knows of drivers' pool (track.h)
 * ----------------------------------------------------------------------------------- */
/* Whether drivers' blocks are tracked; set once, before the first driver is loaded. */
extern BOOLEAN ExTracksDrivers;
/* The verifier is on: reads specialpool=, lowresources= and what goes with it. PASSIVE_LEVEL.
 */
VOID ExInitializeTracking(const CHAR *Options);
/* An image to be verified is loaded: its allocations count from now on. PASSIVE_LEVEL. */
VOID ExTrackDriver(const CHAR *Name, PVOID Base, SIZE_T Size);
/* Its DriverUnload has returned (Unloaded; else it never started): what it left behind is
   named and stops the machine (VER). Then forgets the image. PASSIVE_LEVEL. */
VOID ExCheckUnload(PVOID Base, BOOLEAN Unloaded);
/* Something else than pool the driver of the image at Base has left behind: stops the machine
   (detail EX_VIOLATION_LEFT of 0xC4, ours; then driver's name, object, kind). */
#define EX_VIOLATION_LEFT 0xD1A00010
typedef enum _EX_LEFTOVER {
    ExLeftInterrupt = 1,
    ExLeftWorkItem,
    ExLeftDevice
} EX_LEFTOVER;
VOID ExStopForLeftover(PVOID Base, PVOID Object, EX_LEFTOVER Kind);
/* Whether what the routine returning to Caller makes is to fail, as low memory would have
   it. IRQL <= DISPATCH_LEVEL. */
BOOLEAN ExRefuseCaller(ULONG_PTR Caller);
/* One line a driver, for the report at the end. PASSIVE_LEVEL. */
VOID ExPrintTracking(VOID);
/* Whether Address lies in a driver's block of paged pool. IRQL <= DISPATCH_LEVEL. */
BOOLEAN ExIsTrackedPaged(PVOID Address);

/* ---- objects: header before the body, counted references
 * -------------------------------- */
typedef VOID OB_DELETE_ROUTINE(PVOID Body);
typedef VOID OB_CLOSE_ROUTINE(PVOID Body);

struct _OBJECT_TYPE {
    const CHAR *Name;
    OB_DELETE_ROUTINE *Delete; /* called at PASSIVE_LEVEL when the last reference goes */
    ULONG64 Live;              /* objects that exist; for leak accounting */
    OB_CLOSE_ROUTINE *Close;   /* NULL, or called by ZwClose for the last handle */
    GENERIC_MAPPING Mapping;   /* what generic rights to a handle of it stand for */
};

/* Allocates a zeroed body of Size bytes, one reference; NULL when pool is short. */
PVOID ObCreateObject(POBJECT_TYPE Type, SIZE_T Size);
POBJECT_TYPE ObQueryType(PVOID Body);
/* Kernel handles: one table for the system process. Access: the rights the handle gives. */
NTSTATUS ObCreateHandle(PVOID Body, ACCESS_MASK Access, PHANDLE Handle);
/* Access without generic rights, as objects of Type know it. */
ACCESS_MASK ObMapAccess(POBJECT_TYPE Type, ACCESS_MASK Access);

/* ---- system threads
 * ---------------------------------------------------------------------- */
/* Waits until every thread whose start routine lay in [Base, Base+Size) has ended, at
   most TimeoutSeconds; *ExitStatus gets the first failure among their exit statuses, or
   success. STATUS_TIMEOUT when some still run. PASSIVE_LEVEL. */
NTSTATUS PsWaitForImageThreads(PVOID Base, SIZE_T Size, ULONG TimeoutSeconds,
                               NTSTATUS *ExitStatus);

/* Calls Visit for every system thread that has not ended: Tcb is its ETHREAD's first member,
   Id what ClientId says. At DISPATCH_LEVEL, under the list's lock: Visit takes no other. */
typedef VOID PS_VISIT_THREAD(const KTHREAD *Tcb, HANDLE Id, PVOID Context);
VOID PsVisitThreads(PS_VISIT_THREAD *Visit, PVOID Context);

/* ---- resources
 * -------------------------------------------------------------------------- */
/* Calls Visit for every ERESOURCE there is, at DISPATCH_LEVEL under the list's lock: its
   members are as they stand, and may move. */
typedef VOID EX_VISIT_RESOURCE(const ERESOURCE *Resource, BOOLEAN Exclusive,
                               PVOID Context);
VOID ExVisitResources(EX_VISIT_RESOURCE *Visit, PVOID Context);

/* ---- worker threads
 * ---------------------------------------------------------------------- */
/* First parameter of WORKER_INVALID: an item is freed that is queued. */
#define EX_WORKER_ITEM_FREED 0

/* Bug check 0xE1 when not at PASSIVE_LEVEL, 0x1 when APCs are disabled (IRQL-23). */
__attribute__((noreturn)) VOID ExRefuseWorkerReturn(ULONG_PTR Routine, PVOID Parameter,
                                                    PVOID Item);
/* A work item's routine has returned; Routine is the one to blame. */
FORCEINLINE VOID
ExCheckWorkerReturn(ULONG_PTR Routine, PVOID Parameter, PVOID Item)
{
    if (__builtin_expect(KeGetCurrentIrql() != PASSIVE_LEVEL ||
                             KeGetCurrentThread()->CombinedApcDisable != 0,
                         0)) {
        ExRefuseWorkerReturn(Routine, Parameter, Item);
    }
}
