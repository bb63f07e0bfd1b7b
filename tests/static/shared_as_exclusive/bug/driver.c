/* Taken by a reader, released as by a writer. */
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
    KIRQL OldIrql = ExAcquireSpinLockShared(&Extension->Shared);

    /* expect: LCK-9 */
    ExReleaseSpinLockExclusive(&Extension->Shared, OldIrql);
    UNREFERENCED_PARAMETER(DeviceObject);
}
