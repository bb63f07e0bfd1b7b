/* The outer lock goes first and takes the level with it. */
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
    KIRQL Inner;

    KeAcquireSpinLock(&Extension->Lock, &OldIrql);
    KeAcquireSpinLock(&Extension->Other, &Inner);
    /* expect: LCK-3 */
    KeReleaseSpinLock(&Extension->Lock, OldIrql);
    KeReleaseSpinLock(&Extension->Other, Inner);
    UNREFERENCED_PARAMETER(DeviceObject);
}
