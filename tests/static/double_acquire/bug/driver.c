/* The lock is taken again by who holds it. */
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
    KIRQL OldIrql;

    KeAcquireSpinLock(&Extension->Lock, &OldIrql);
    /* expect: LCK-4 */
    KeAcquireSpinLockAtDpcLevel(&Extension->Lock);
    KeReleaseSpinLockFromDpcLevel(&Extension->Lock);
    KeReleaseSpinLock(&Extension->Lock, OldIrql);
    UNREFERENCED_PARAMETER(DeviceObject);
}
