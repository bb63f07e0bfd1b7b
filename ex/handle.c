/*
 * Kernel handles: one table, since there is one process.
 *
 * A handle is 0xFFFFFFFF80000000 plus four times its index plus one: like NT's kernel
 * handles it cannot be taken for a pointer or for -1 and -2, the handles of the current
 * process and thread. Entries come in chunks that are never freed; free ones form a list.
 */
#include "exp.h"

#define OBP_TAG           EXP_TAG('O', 'b', 't', 'b')
#define OBP_HANDLE_BASE   0xFFFFFFFF80000000ULL
#define OBP_CHUNK_ENTRIES 256
#define OBP_CHUNK_COUNT   64
#define OBP_NO_ENTRY      MAXULONG

#define OBP_CURRENT_PROCESS ((HANDLE)(LONG_PTR)-1)
#define OBP_CURRENT_THREAD  ((HANDLE)(LONG_PTR)-2)

typedef struct _OBP_HANDLE_ENTRY {
    PVOID Body; /* NULL: free */
    union {
        ULONG NextFree;     /* index */
        ACCESS_MASK Access; /* the rights it gives */
    };
} OBP_HANDLE_ENTRY, *POBP_HANDLE_ENTRY;

static KSPIN_LOCK ObpHandleLock; /* guards everything below */
static POBP_HANDLE_ENTRY ObpChunks[OBP_CHUNK_COUNT];
static ULONG ObpChunksUsed;
static ULONG ObpFirstFree;

VOID
ObpInitializeHandles(VOID)
{
    KeInitializeSpinLock(&ObpHandleLock);
    ObpChunksUsed = 0;
    ObpFirstFree = OBP_NO_ENTRY;
}

static POBP_HANDLE_ENTRY
ObpEntryAt(ULONG Index)
{
    return &ObpChunks[Index / OBP_CHUNK_ENTRIES][Index % OBP_CHUNK_ENTRIES];
}

/* The live entry of a handle, NULL when there is none. Under the lock. */
static POBP_HANDLE_ENTRY
ObpLookUp(HANDLE Handle, ULONG *Index)
{
    ULONG64 Offset = (ULONG64)(ULONG_PTR)Handle - OBP_HANDLE_BASE;

    if (Offset == 0 || Offset % 4 != 0 ||
        Offset / 4 > (ULONG64)ObpChunksUsed * OBP_CHUNK_ENTRIES) {
        return NULL;
    }
    *Index = (ULONG)(Offset / 4 - 1);
    return ObpEntryAt(*Index)->Body != NULL ? ObpEntryAt(*Index) : NULL;
}

/* Adds a chunk of free entries; FALSE when the table or the pool is at its end. */
static BOOLEAN
ObpGrowTable(VOID)
{
    POBP_HANDLE_ENTRY Chunk;

    if (ObpChunksUsed == OBP_CHUNK_COUNT) {
        return FALSE;
    }
    Chunk =
        ExAllocatePoolZero(NonPagedPoolNx, OBP_CHUNK_ENTRIES * sizeof(*Chunk), OBP_TAG);
    if (Chunk == NULL) {
        return FALSE;
    }
    for (ULONG Entry = OBP_CHUNK_ENTRIES; Entry-- > 0;) {
        Chunk[Entry].NextFree = ObpFirstFree;
        ObpFirstFree = ObpChunksUsed * OBP_CHUNK_ENTRIES + Entry;
    }
    ObpChunks[ObpChunksUsed++] = Chunk;
    return TRUE;
}

/*
 * Makes a handle, which is one more reference. STATUS_SUCCESS or
 * STATUS_INSUFFICIENT_RESOURCES. IRQL <= DISPATCH_LEVEL.
 */
NTSTATUS
ObCreateHandle(PVOID Body, ACCESS_MASK Access, PHANDLE Handle)
{
    KIRQL OldIrql = KeAcquireSpinLockRaiseToDpc(&ObpHandleLock);
    ULONG Index;

    if (ObpFirstFree == OBP_NO_ENTRY && !ObpGrowTable()) {
        KeReleaseSpinLock(&ObpHandleLock, OldIrql);
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    Index = ObpFirstFree;
    ObpFirstFree = ObpEntryAt(Index)->NextFree;
    ObpEntryAt(Index)->Body = Body;
    ObpEntryAt(Index)->Access = Access;
    ObpOpenHandle(Body);
    KeReleaseSpinLock(&ObpHandleLock, OldIrql);
    *Handle = (HANDLE)(ULONG_PTR)(OBP_HANDLE_BASE + 4 * ((ULONG64)Index + 1));
    return STATUS_SUCCESS;
}

/* The object of a handle with one more reference, and the handle's rights; NULL when the
   handle is none. */
static PVOID
ObpReferenceHandle(HANDLE Handle, ACCESS_MASK *Access)
{
    POBP_HANDLE_ENTRY Entry;
    PVOID Body = NULL;
    KIRQL OldIrql;
    ULONG Index;

    *Access = MAXULONG;
    if (Handle == OBP_CURRENT_PROCESS || Handle == OBP_CURRENT_THREAD) {
        Body = Handle == OBP_CURRENT_THREAD ? PspCurrentThread() : NULL;
        if (Body != NULL) {
            ObfReferenceObject(Body);
        }
        return Body;
    }
    OldIrql = KeAcquireSpinLockRaiseToDpc(&ObpHandleLock);
    Entry = ObpLookUp(Handle, &Index);
    if (Entry != NULL) {
        Body = Entry->Body;
        *Access = Entry->Access;
        ObfReferenceObject(
            Body); /* before the lock goes: a close could be waiting for it */
    }
    KeReleaseSpinLock(&ObpHandleLock, OldIrql);
    return Body;
}

/*
 * The object behind a handle, with a reference that is the caller's to drop. From kernel
 * mode the handle's rights are not looked at, and ObjectType NULL stands for any type.
 * STATUS_SUCCESS, STATUS_INVALID_HANDLE, STATUS_OBJECT_TYPE_MISMATCH, or
 * STATUS_ACCESS_DENIED: AccessMode is UserMode, and the handle does not give all of
 * DesiredAccess. PASSIVE_LEVEL. Source: ObReferenceObjectByHandle.
 */
NTSTATUS
NTAPI
ObReferenceObjectByHandle(HANDLE Handle, ACCESS_MASK DesiredAccess,
                          POBJECT_TYPE ObjectType, KPROCESSOR_MODE AccessMode,
                          PVOID *Object, POBJECT_HANDLE_INFORMATION HandleInformation)
{
    ACCESS_MASK Granted;
    PVOID Body = ObpReferenceHandle(Handle, &Granted);
    NTSTATUS Status;

    *Object = NULL;
    if (Body == NULL) {
        return STATUS_INVALID_HANDLE;
    }
    /* This takes the caller's reference; the look-up's own goes below in either case. */
    Status = ObReferenceObjectByPointer(Body, DesiredAccess, ObjectType, AccessMode);
    if (NT_SUCCESS(Status) && AccessMode != KernelMode &&
        (ObMapAccess(ObQueryType(Body), DesiredAccess) & ~Granted) != 0) {
        ObfDereferenceObject(Body);
        Status = STATUS_ACCESS_DENIED;
    }
    if (NT_SUCCESS(Status)) {
        *Object = Body;
        if (HandleInformation != NULL) {
            HandleInformation->HandleAttributes = OBJ_KERNEL_HANDLE;
            HandleInformation->GrantedAccess = Granted;
        }
    }
    ObfDereferenceObject(Body);
    return Status;
}
EXPORT(ObReferenceObjectByHandle);

/*
 * Makes a handle to an object the caller has referenced.
 *   HandleAttributes   OBJ_KERNEL_HANDLE: every handle here is one
 *   PassedAccessState  ignored: there are no users
 *   DesiredAccess      the rights the handle gives; generic ones are mapped
 *   ObjectType         NULL, or what the object has to be; not NULL from user mode
 * STATUS_SUCCESS, STATUS_OBJECT_TYPE_MISMATCH, STATUS_INSUFFICIENT_RESOURCES.
 * PASSIVE_LEVEL. Source: manual, ObOpenObjectByPointer.
 */
NTSTATUS
NTAPI
ObOpenObjectByPointer(PVOID Object, ULONG HandleAttributes, PVOID PassedAccessState,
                      ACCESS_MASK DesiredAccess, POBJECT_TYPE ObjectType,
                      KPROCESSOR_MODE AccessMode, PHANDLE Handle)
{
    NTSTATUS Status;

    UNREFERENCED_PARAMETER(HandleAttributes);
    UNREFERENCED_PARAMETER(PassedAccessState);
    Status = ObReferenceObjectByPointer(Object, DesiredAccess, ObjectType, AccessMode);
    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    Status =
        ObCreateHandle(Object, ObMapAccess(ObQueryType(Object), DesiredAccess), Handle);
    ObfDereferenceObject(Object);
    return Status;
}
EXPORT(ObOpenObjectByPointer);

/*
 * Closes a handle and drops its reference; the last handle of a file cleans it up.
 * STATUS_SUCCESS or STATUS_INVALID_HANDLE. PASSIVE_LEVEL. Source: ZwClose.
 */
NTSTATUS
NTAPI
ZwClose(HANDLE Handle)
{
    KIRQL OldIrql = KeAcquireSpinLockRaiseToDpc(&ObpHandleLock);
    ULONG Index;
    POBP_HANDLE_ENTRY Entry = ObpLookUp(Handle, &Index);
    PVOID Body = NULL;

    if (Entry != NULL) {
        Body = Entry->Body;
        Entry->Body = NULL;
        Entry->NextFree = ObpFirstFree;
        ObpFirstFree = Index;
    }
    KeReleaseSpinLock(&ObpHandleLock, OldIrql);
    if (Body == NULL) {
        return STATUS_INVALID_HANDLE;
    }
    ObpCloseHandle(Body);
    return STATUS_SUCCESS;
}
EXPORT(ZwClose);
