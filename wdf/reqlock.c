/*
 * Addresses that a sender gave and nobody has checked, made safe: their pages are locked and
 * mapped until the request is completed. All callers are kernel code here, so that an address
 * is checked for being mapped, and not for whose it is.
 */
#include "wdfp.h"
#include "memory.h"
#include "request.h"

/* Whether every page of a buffer is there. */
static BOOLEAN
WdfpIsBufferMapped(PVOID Buffer, SIZE_T Length)
{
    ULONG_PTR First = (ULONG_PTR)Buffer & ~(ULONG_PTR)(PAGE_SIZE - 1);
    ULONG_PTR End = (ULONG_PTR)Buffer + Length;

    if (End < (ULONG_PTR)Buffer) {
        return FALSE;
    }
    for (ULONG_PTR Page = First; Page < End; Page += PAGE_SIZE) {
        if (!MmIsAddressValid((PVOID)Page)) {
            return FALSE;
        }
    }
    return TRUE;
}

/* The pages, locked; NULL when pool is short. */
static PMDL
WdfpLockBuffer(PVOID Buffer, ULONG Length, LOCK_OPERATION Operation)
{
    PMDL Mdl = IoAllocateMdl(Buffer, Length, FALSE, FALSE, NULL);

    if (Mdl != NULL) {
        MmProbeAndLockPages(Mdl, KernelMode, Operation);
    }
    return Mdl;
}

static VOID
WdfpUnlockMdl(PMDL Mdl)
{
    MmUnlockPages(Mdl);
    IoFreeMdl(Mdl);
}

VOID
WdfpUnlockBuffers(PWDFP_REQUEST Request)
{
    while (Request->Locked != NULL) {
        PWDFP_MEMORY Memory = Request->Locked;

        Request->Locked = Memory->NextLocked;
        WdfpUnlockMdl(Memory->Mdl);
        Memory->Mdl = NULL;
        WdfpDelete(Memory);
    }
}

/* A memory object of the request, of the locked pages at an address of their own. */
static NTSTATUS
WdfpCreateLocked(PWDFP_REQUEST Request, PMDL Mdl, SIZE_T Length, PWDFP_MEMORY *Memory)
{
    PVOID Address =
        MmGetSystemAddressForMdlSafe(Mdl, NormalPagePriority | MdlMappingNoExecute);
    NTSTATUS Status = STATUS_INSUFFICIENT_RESOURCES;

    if (Address != NULL) {
        Status = WdfpCreateMemory(Request->Object.Globals, NULL, Request, Address, Length,
                                  Memory);
    }
    if (NT_SUCCESS(Status)) {
        (*Memory)->Mdl = Mdl;
        (*Memory)->NextLocked = Request->Locked;
        Request->Locked = *Memory;
    }
    return Status;
}

static NTSTATUS
WdfpProbeAndLock(PWDF_DRIVER_GLOBALS DriverGlobals, WDFREQUEST Handle, PVOID Buffer,
                 SIZE_T Length, WDFMEMORY *Result, LOCK_OPERATION Operation)
{
    PWDFP_REQUEST Request = WdfpReceivedRequest(DriverGlobals, Handle);
    PWDFP_MEMORY Memory;
    NTSTATUS Status;
    PMDL Mdl;

    WdfpRequire(Request->Object.Globals, Buffer, "Buffer");
    WdfpRequire(Request->Object.Globals, Result, "MemoryObject");
    WdfpRequireIrql(Request->Object.Globals, APC_LEVEL,
                    "WdfRequestProbeAndLockUserBuffer");
    *Result = NULL;
    if (Length == 0 || Length > MAXULONG) {
        return STATUS_INVALID_USER_BUFFER;
    }
    if (!WdfpIsNeither(Request)) {
        return STATUS_INVALID_DEVICE_REQUEST;
    }
    if (!WdfpIsBufferMapped(Buffer, Length)) {
        return STATUS_ACCESS_VIOLATION;
    }
    Mdl = WdfpLockBuffer(Buffer, (ULONG)Length, Operation);
    if (Mdl == NULL) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    Status = WdfpCreateLocked(Request, Mdl, Length, &Memory);
    if (!NT_SUCCESS(Status)) {
        WdfpUnlockMdl(Mdl);
        return Status;
    }
    *Result = WdfpHandle(Memory);
    return STATUS_SUCCESS;
}

/*
 * Locks a buffer that the driver reads from, and makes a memory object of it that goes with
 * the request. STATUS_INVALID_USER_BUFFER: no bytes, or too many;
 * STATUS_INVALID_DEVICE_REQUEST: the request's method is another than neither;
 * STATUS_ACCESS_VIOLATION: not all of it is there; STATUS_INSUFFICIENT_RESOURCES. In
 * EvtIoInCallerContext, at or below APC_LEVEL. Source: manual,
 * WdfRequestProbeAndLockUserBufferForRead.
 */
NTSTATUS
NTAPI
ImpWdfRequestProbeAndLockUserBufferForRead(PWDF_DRIVER_GLOBALS DriverGlobals,
                                           WDFREQUEST Handle, PVOID Buffer, SIZE_T Length,
                                           WDFMEMORY *MemoryObject)
{
    return WdfpProbeAndLock(DriverGlobals, Handle, Buffer, Length, MemoryObject,
                            IoReadAccess);
}

/* One that it writes to; else as above. Source: manual,
   WdfRequestProbeAndLockUserBufferForWrite. */
NTSTATUS
NTAPI
ImpWdfRequestProbeAndLockUserBufferForWrite(PWDF_DRIVER_GLOBALS DriverGlobals,
                                            WDFREQUEST Handle, PVOID Buffer,
                                            SIZE_T Length, WDFMEMORY *MemoryObject)
{
    return WdfpProbeAndLock(DriverGlobals, Handle, Buffer, Length, MemoryObject,
                            IoWriteAccess);
}
