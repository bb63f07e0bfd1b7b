/* As it is right: wait_in_synchronize. */
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

    Extension->Count = 0;
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
