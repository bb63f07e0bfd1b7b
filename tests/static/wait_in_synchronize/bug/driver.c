/* A routine of KeSynchronizeExecution waits; nothing declares its role. */
#include <wdm.h>

typedef struct _EXTENSION {
    KSPIN_LOCK Lock;
    KSPIN_LOCK Other;
    EX_SPIN_LOCK Shared;
    FAST_MUTEX Mutex;
    KEVENT Event;
    KDPC Dpc;
    PKINTERRUPT Interrupt;
    PIRP Irp;
    ULONG Count;
} EXTENSION, *PEXTENSION;

static BOOLEAN NTAPI
Change(PVOID Context)
{
    PEXTENSION Extension = Context;

    /* expect: IRQL-22 */
    KeWaitForSingleObject(&Extension->Event, Executive, KernelMode, FALSE, NULL);
    return TRUE;
}

IO_WORKITEM_ROUTINE Work;

VOID NTAPI
Work(PDEVICE_OBJECT DeviceObject, PVOID Context)
{
    PEXTENSION Extension = Context;

    KeSynchronizeExecution(Extension->Interrupt, Change, Extension);
    UNREFERENCED_PARAMETER(DeviceObject);
}
