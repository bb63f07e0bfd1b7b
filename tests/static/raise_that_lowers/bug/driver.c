/* A raise to a level below the present one. */
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

KSERVICE_ROUTINE Isr;

BOOLEAN
NTAPI
Isr(PKINTERRUPT Interrupt, PVOID Context)
{
    PEXTENSION Extension = Context;
    KIRQL OldIrql;

    /* expect: IRQL-12 */
    KeRaiseIrql(DISPATCH_LEVEL, &OldIrql);
    Extension->Count++;
    KeLowerIrql(OldIrql);
    UNREFERENCED_PARAMETER(Interrupt);
    return TRUE;
}
