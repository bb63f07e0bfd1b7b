/* As it is right: wait_with_lock. */
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
    LARGE_INTEGER Limit;
    KIRQL OldIrql;

    Limit.QuadPart = -10000LL * 50;
    KeAcquireSpinLock(&Extension->Lock, &OldIrql);
    Extension->Count++;
    KeReleaseSpinLock(&Extension->Lock, OldIrql);
    KeWaitForSingleObject(&Extension->Event, Executive, KernelMode, FALSE, &Limit);
    UNREFERENCED_PARAMETER(DeviceObject);
}
