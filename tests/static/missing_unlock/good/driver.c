/* As it is right: missing_unlock. */
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
    if (Extension->Count == 0) {
        KeReleaseSpinLock(&Extension->Lock, OldIrql);
        return;
    }
    Extension->Count--;
    KeReleaseSpinLock(&Extension->Lock, OldIrql);
    UNREFERENCED_PARAMETER(DeviceObject);
}
