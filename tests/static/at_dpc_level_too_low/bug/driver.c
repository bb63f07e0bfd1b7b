/* A work item takes a lock as if it were a DPC. */
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

IO_WORKITEM_ROUTINE Work;

VOID NTAPI
Work(PDEVICE_OBJECT DeviceObject, PVOID Context)
{
    PEXTENSION Extension = Context;

    /* expect: LCK-5 */
    KeAcquireSpinLockAtDpcLevel(&Extension->Lock);
    Extension->Count++;
    KeReleaseSpinLockFromDpcLevel(&Extension->Lock);
    UNREFERENCED_PARAMETER(DeviceObject);
}
