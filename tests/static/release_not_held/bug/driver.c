/* A release on a path that did not acquire. */
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
    KIRQL OldIrql = PASSIVE_LEVEL;

    if (Extension->Count != 0) {
        KeAcquireSpinLock(&Extension->Lock, &OldIrql);
        Extension->Count--;
    }
    /* expect: LCK-2 */
    KeReleaseSpinLock(&Extension->Lock, OldIrql);
    UNREFERENCED_PARAMETER(DeviceObject);
}
