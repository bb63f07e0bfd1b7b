/* As it is right: one_variable_two_locks. */
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
    Extension->Count++;
    KeReleaseSpinLock(&Extension->Other, Inner);
    KeReleaseSpinLock(&Extension->Lock, OldIrql);
    UNREFERENCED_PARAMETER(DeviceObject);
}
