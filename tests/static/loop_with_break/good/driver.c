/* As it is right: loop_with_break. */
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
    BOOLEAN Empty = FALSE;

    while (!Empty) {
        KeAcquireSpinLock(&Extension->Lock, &OldIrql);
        switch (Extension->Count) {
        case 0:
            Empty = TRUE;
            break;
        default:
            Extension->Count--;
            break;
        }
        KeReleaseSpinLock(&Extension->Lock, OldIrql);
    }
    UNREFERENCED_PARAMETER(DeviceObject);
}
