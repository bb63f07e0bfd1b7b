/* As it is right: release_not_held. */
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
    BOOLEAN Locked = Extension->Count != 0;

    if (Locked) {
        KeAcquireSpinLock(&Extension->Lock, &OldIrql);
        Extension->Count--;
    }
    if (Locked) {
        KeReleaseSpinLock(&Extension->Lock, OldIrql);
    }
    UNREFERENCED_PARAMETER(DeviceObject);
}
