/*
 * object.h: the head of every framework object, handles, contexts.
 *
 * A handle is the complement of the object's address: no pointer a driver may hold by
 * mistake is one. Its check is one comparison of the signature, which holds the type, so
 * that it can stand on the interrupt path.
 *
 * Life: References counts the creation (until deletion), each child, and whoever asked.
 * Deletion begins with the type's Leave, disposes of the children, newest first, then of the
 * object: its type's Dispose ends what can still call the driver, then the cleanup callbacks
 * run. The last reference runs the destroy callbacks and frees the memory.
 */
#pragma once

#include <wdf.h>

struct _WDFP_GLOBALS;
struct _WDFP_OBJECT;

#define WDFP_SIGNATURE 0x00666457 /* "Wdf", and the type on top */
#define WDFP_FREED     0xDEADF00D

typedef enum _WDFP_TYPE_NUMBER {
    WdfpDriverType = 1,
    WdfpDeviceType,
    WdfpObjectType,
    WdfpFileObjectType,
    WdfpInterruptType,
    WdfpDpcType,
    WdfpTimerType,
    WdfpWorkItemType,
    WdfpSpinLockType,
    WdfpWaitLockType,
    WdfpMemoryType,
    WdfpLookasideType,
    WdfpCollectionType,
    WdfpStringType,
    WdfpKeyType,
    WdfpCmResourceListType,
    WdfpRequirementsListType,
    WdfpIoResourceListType,
    WdfpQueueType,
    WdfpRequestType,
    WdfpIoTargetType,
    WdfpDmaEnablerType,
    WdfpDmaTransactionType,
    WdfpCommonBufferType,
    WdfpChildListType
} WDFP_TYPE_NUMBER;

/* What the kinds of objects differ in. */
typedef struct _WDFP_TYPE {
    WDFP_TYPE_NUMBER Number;
    const CHAR *Name; /* WDFINTERRUPT, for messages */
    ULONG Size;
    ULONG Flags; /* WDFP_TYPE_ */
    /* Ends the object's use; PASSIVE_LEVEL with WDFP_TYPE_PASSIVE. May be NULL. */
    VOID (*Dispose)(struct _WDFP_OBJECT *Object);
    /* Frees what the object holds beside its own memory. May be NULL. */
    VOID (*Destroy)(struct _WDFP_OBJECT *Object);
    /* Comes before the children go: ends what could still use them. May be NULL. */
    VOID (*Leave)(struct _WDFP_OBJECT *Object);
} WDFP_TYPE;

#define WDFP_TYPE_PASSIVE    0x1 /* Dispose waits: deletion is deferred to PASSIVE_LEVEL */
#define WDFP_TYPE_FRAMEWORKS 0x2 /* WdfObjectDelete refuses: the framework deletes it */

/* One context; the driver's bytes follow, aligned to 16. */
typedef struct _WDFP_CONTEXT {
    PCWDF_OBJECT_CONTEXT_TYPE_INFO Type; /* NULL: callbacks alone */
    struct _WDFP_CONTEXT *Next;
    struct _WDFP_OBJECT *Object;
    PFN_WDF_OBJECT_CONTEXT_CLEANUP Cleanup;
    PFN_WDF_OBJECT_CONTEXT_DESTROY Destroy;
    ULONG_PTR Padding;
} WDFP_CONTEXT, *PWDFP_CONTEXT;

typedef enum _WDFP_STATE { WdfpAlive, WdfpDeleting, WdfpDisposed } WDFP_STATE;

typedef struct DECLSPEC_ALIGN(16) _WDFP_OBJECT {
    ULONG Signature;
    volatile LONG References; /* interlocked */
    struct _WDFP_GLOBALS *Globals;
    PWDFP_CONTEXT Contexts; /* the first in the object's memory; grows at the end */
    const WDFP_TYPE *Type;
    PNPAGED_LOOKASIDE_LIST Lookaside; /* where its memory goes back; NULL: to the pool */
    struct _WDFP_OBJECT *Parent;      /* referenced */
    LIST_ENTRY Children;              /* TreeLock, newest first, as the next two */
    LIST_ENTRY Sibling;
    WDFP_STATE State;
    WDF_EXECUTION_LEVEL ExecutionLevel; /* inherited already */
    WDF_SYNCHRONIZATION_SCOPE SynchronizationScope;
    WORK_QUEUE_ITEM Deletion; /* where Dispose has to wait */
} WDFP_OBJECT, *PWDFP_OBJECT;

static inline PVOID
WdfpHandle(const VOID *Object)
{
    return (PVOID) ~(ULONG_PTR)Object;
}

/* handle.c. Stops: 0x10D, 5, the handle, the type expected. */
DECLSPEC_NORETURN VOID NTAPI WdfpInvalidHandle(PWDF_DRIVER_GLOBALS Globals, PVOID Handle,
                                               WDFP_TYPE_NUMBER Type);
/* The object of any type behind a handle, or a stop. */
PWDFP_OBJECT WdfpAnyObject(PWDF_DRIVER_GLOBALS Globals, WDFOBJECT Handle);

/* Whether an object can lie at Address: in the system's half, aligned as pool is. */
static inline BOOLEAN
WdfpIsObjectAddress(ULONG_PTR Address)
{
    return Address - 0xFFFF800000000000ULL < 0x7F0000000000ULL && (Address & 15) == 0;
}

/* The object behind a handle that has to be of Type, or a stop. Any IRQL. */
static inline PVOID
WdfpObject(PWDF_DRIVER_GLOBALS Globals, const VOID *Handle, WDFP_TYPE_NUMBER Type)
{
    PWDFP_OBJECT Object = (PWDFP_OBJECT) ~(ULONG_PTR)Handle;

    if (!WdfpIsObjectAddress((ULONG_PTR)Object) ||
        Object->Signature != (WDFP_SIGNATURE | (ULONG)Type << 24)) {
        WdfpInvalidHandle(Globals, (PVOID)Handle, Type);
    }
    return Object;
}

/* object.c. At or below DISPATCH_LEVEL. */

/*
 * Creates an object with one reference, zeroed behind its head, as Attributes (may be NULL)
 * say. Parent: the one it gets when the attributes name none, and the source of what they
 * inherit. ParentAllowed: whether they may name one. *Object is set on success only.
 */
NTSTATUS WdfpCreateObject(struct _WDFP_GLOBALS *Globals, const WDFP_TYPE *Type,
                          PWDF_OBJECT_ATTRIBUTES Attributes, PVOID Parent,
                          BOOLEAN ParentAllowed, PVOID *Object);
/* The same with memory from a list whose blocks have WdfpObjectSize bytes, and which belongs
   to Parent; NULL: from the pool. */
NTSTATUS WdfpCreateObjectFrom(struct _WDFP_GLOBALS *Globals, const WDFP_TYPE *Type,
                              PWDF_OBJECT_ATTRIBUTES Attributes, PVOID Parent,
                              BOOLEAN ParentAllowed, PNPAGED_LOOKASIDE_LIST Lookaside,
                              PVOID *Object);
SIZE_T WdfpObjectSize(const WDFP_TYPE *Type, PWDF_OBJECT_ATTRIBUTES Attributes);
VOID WdfpReference(PVOID Object);
VOID WdfpDereference(PVOID Object);
/* The first ancestor of Type, or the object itself; NULL when there is none. */
PVOID WdfpAncestor(PVOID Object, WDFP_TYPE_NUMBER Type);

/* The parent that attributes have to name, which has to belong to a device (WDF-24, WDF-25).
   STATUS_WDF_PARENT_NOT_SPECIFIED, STATUS_INVALID_DEVICE_REQUEST, and what
   WdfpCheckAttributes returns. */
NTSTATUS WdfpRequireParent(struct _WDFP_GLOBALS *Globals,
                           PWDF_OBJECT_ATTRIBUTES Attributes, PWDFP_OBJECT *Parent);

/* delete.c. Once for each object; a second call does nothing. At or below DISPATCH_LEVEL. */
VOID WdfpDelete(PVOID Object);
/* The last reference is gone: destroy callbacks, memory. */
VOID WdfpDestroy(PWDFP_OBJECT Object);

/* context.c */
NTSTATUS WdfpCheckAttributes(PWDF_OBJECT_ATTRIBUTES Attributes);
SIZE_T WdfpContextSize(PWDF_OBJECT_ATTRIBUTES Attributes); /* with its head */
VOID WdfpInitializeContext(PWDFP_CONTEXT Context, PWDFP_OBJECT Object,
                           PWDF_OBJECT_ATTRIBUTES Attributes);
