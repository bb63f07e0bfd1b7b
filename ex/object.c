/*
 * Objects: a header, then the body that everybody else knows.
 *
 * A body lives while its count of references is not zero; a handle is one reference. The
 * delete routine of its type runs at PASSIVE_LEVEL: when the last reference goes at a
 * higher level, or the caller asks for it, a worker thread runs it.
 */
#include "exp.h"

#define OBP_TAG EXP_TAG('O', 'b', 'j', 'H')

/* In front of each body; its size keeps the body 16-byte aligned. */
typedef struct _OBJECT_HEADER {
    volatile LONG64 PointerCount;
    volatile LONG64 HandleCount;
    POBJECT_TYPE Type;
    PVOID Unused;               /* to a multiple of 16 bytes */
    WORK_QUEUE_ITEM DeleteItem; /* used once, when the count has become zero */
} OBJECT_HEADER, *POBJECT_HEADER;

C_ASSERT(sizeof(OBJECT_HEADER) % 16 == 0);

/* The right to read the state of an event or semaphore; wdm.h has no name for it. */
#define OBP_QUERY_STATE 0x0001

static struct _OBJECT_TYPE ObpEventType = {
    .Name = "Event",
    .Mapping = {STANDARD_RIGHTS_READ | OBP_QUERY_STATE,
                STANDARD_RIGHTS_READ | EVENT_MODIFY_STATE,
                STANDARD_RIGHTS_READ | SYNCHRONIZE, EVENT_ALL_ACCESS}};
static struct _OBJECT_TYPE ObpSemaphoreType = {.Name = "Semaphore"};
POBJECT_TYPE ExEventObjectType = &ObpEventType;
EXPORT(ExEventObjectType);
POBJECT_TYPE ExSemaphoreObjectType = &ObpSemaphoreType;
EXPORT(ExSemaphoreObjectType);

static POBJECT_HEADER
ObpHeader(PVOID Body)
{
    return (POBJECT_HEADER)Body - 1;
}

PVOID
ObCreateObject(POBJECT_TYPE Type, SIZE_T Size)
{
    POBJECT_HEADER Header;

    Header = ExAllocatePoolZero(NonPagedPoolNx, sizeof(*Header) + Size, OBP_TAG);
    if (Header == NULL) {
        return NULL;
    }
    Header->PointerCount = 1;
    Header->Type = Type;
    InterlockedIncrement64((LONG64 volatile *)&Type->Live);
    return Header + 1;
}

POBJECT_TYPE
ObQueryType(PVOID Body)
{
    return ObpHeader(Body)->Type;
}

/* A handle is a reference that is counted once more. IRQL <= DISPATCH_LEVEL. */
VOID
ObpOpenHandle(PVOID Body)
{
    InterlockedIncrement64(&ObpHeader(Body)->HandleCount);
    ObfReferenceObject(Body);
}

/* Tells the type when it was the last handle, then drops its reference. PASSIVE_LEVEL. */
VOID
ObpCloseHandle(PVOID Body)
{
    POBJECT_HEADER Header = ObpHeader(Body);

    if (InterlockedDecrement64(&Header->HandleCount) == 0 &&
        Header->Type->Close != NULL) {
        Header->Type->Close(Body);
    }
    ObfDereferenceObject(Body);
}

ACCESS_MASK
ObMapAccess(POBJECT_TYPE Type, ACCESS_MASK Access)
{
    const GENERIC_MAPPING *Mapping = &Type->Mapping;
    ACCESS_MASK Generic = GENERIC_READ | GENERIC_WRITE | GENERIC_EXECUTE | GENERIC_ALL;
    ACCESS_MASK Mapped = Access & ~(Generic | MAXIMUM_ALLOWED);

    Mapped |= (Access & GENERIC_READ) != 0 ? Mapping->GenericRead : 0;
    Mapped |= (Access & GENERIC_WRITE) != 0 ? Mapping->GenericWrite : 0;
    Mapped |= (Access & GENERIC_EXECUTE) != 0 ? Mapping->GenericExecute : 0;
    Mapped |= (Access & (GENERIC_ALL | MAXIMUM_ALLOWED)) != 0 ? Mapping->GenericAll : 0;
    return Mapped;
}

/* The end of an object nobody refers to. PASSIVE_LEVEL. */
static VOID
ObpDeleteObject(POBJECT_HEADER Header)
{
    POBJECT_TYPE Type = Header->Type;

    if (Type->Delete != NULL) {
        Type->Delete(Header + 1);
    }
    ExFreePoolWithTag(Header, OBP_TAG);
    InterlockedDecrement64((LONG64 volatile *)&Type->Live);
}

static VOID NTAPI
ObpDeleteWorker(PVOID Parameter)
{
    ObpDeleteObject(Parameter);
}

static VOID
ObpDeferDelete(POBJECT_HEADER Header)
{
    ExInitializeWorkItem(&Header->DeleteItem, ObpDeleteWorker, Header);
    ExQueueWorkItem(&Header->DeleteItem, CriticalWorkQueue);
}

/* Takes one reference away; more than there were is bug check REFERENCE_BY_POINTER. */
static LONG64
ObpReleaseReference(POBJECT_HEADER Header)
{
    LONG64 Count = InterlockedDecrement64(&Header->PointerCount);

    if (Count < 0) {
        KeBugCheckEx(REFERENCE_BY_POINTER, (ULONG_PTR)Header->Type,
                     (ULONG_PTR)(Header + 1), 0, (ULONG_PTR)Count);
    }
    return Count;
}

/*
 * Adds a reference; returns the new count. The caller has one already, or holds the lock
 * under which the object was found. IRQL <= DISPATCH_LEVEL. Source: ObReferenceObject.
 */
LONG_PTR
NTAPI
ObfReferenceObject(PVOID Object)
{
    return InterlockedIncrement64(&ObpHeader(Object)->PointerCount);
}
EXPORT(ObfReferenceObject);

/*
 * Takes a reference away; returns the new count. With the last one the object is deleted:
 * before the return at PASSIVE_LEVEL, else by a worker thread. IRQL <= DISPATCH_LEVEL.
 * Source: ObDereferenceObject.
 */
LONG_PTR
NTAPI
ObfDereferenceObject(PVOID Object)
{
    POBJECT_HEADER Header = ObpHeader(Object);
    LONG64 Count = ObpReleaseReference(Header);

    if (Count == 0) {
        if (KeGetCurrentIrql() == PASSIVE_LEVEL) {
            ObpDeleteObject(Header);
        } else {
            ObpDeferDelete(Header);
        }
    }
    return Count;
}
EXPORT(ObfDereferenceObject);

/*
 * The same, but the deletion is always a worker thread's: for callers that hold a lock
 * the delete routine takes. IRQL <= DISPATCH_LEVEL. Source:
 * ObDereferenceObjectDeferDelete.
 */
VOID NTAPI
ObDereferenceObjectDeferDelete(PVOID Object)
{
    POBJECT_HEADER Header = ObpHeader(Object);

    if (ObpReleaseReference(Header) == 0) {
        ObpDeferDelete(Header);
    }
}
EXPORT(ObDereferenceObjectDeferDelete);

/*
 * Adds a reference when the object is of ObjectType. NULL stands for any type, from
 * kernel mode only. STATUS_SUCCESS or STATUS_OBJECT_TYPE_MISMATCH. IRQL <=
 * DISPATCH_LEVEL. Source: ObReferenceObjectByPointer.
 */
NTSTATUS
NTAPI
ObReferenceObjectByPointer(PVOID Object, ACCESS_MASK DesiredAccess,
                           POBJECT_TYPE ObjectType, KPROCESSOR_MODE AccessMode)
{
    UNREFERENCED_PARAMETER(DesiredAccess);
    if (ObjectType != ObQueryType(Object) &&
        (ObjectType != NULL || AccessMode != KernelMode)) {
        return STATUS_OBJECT_TYPE_MISMATCH;
    }
    ObfReferenceObject(Object);
    return STATUS_SUCCESS;
}
EXPORT(ObReferenceObjectByPointer);
