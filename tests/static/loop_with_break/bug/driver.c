/* A loop is left with the lock, on the way out of a switch. */
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

    for (ULONG Index = 0; Index < 8; Index++) {
        KeAcquireSpinLock(&Extension->Lock, &OldIrql);
        switch (Extension->Count) {
        case 0:
            goto Out;
        default:
            Extension->Count--;
            break;
        }
        KeReleaseSpinLock(&Extension->Lock, OldIrql);
    }
Out:
    UNREFERENCED_PARAMETER(DeviceObject);
    /* expect: LCK-2 */
    return;
    UNREFERENCED_PARAMETER(DeviceObject);
}
