/* As it is right: annotated_helper. */
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

_IRQL_requires_(DISPATCH_LEVEL) _Requires_lock_held_(Extension->Lock) static VOID
    Count(PEXTENSION Extension)
{
    Extension->Count++;
}

KDEFERRED_ROUTINE Dpc;

VOID NTAPI
Dpc(PKDPC Object, PVOID Context, PVOID Argument1, PVOID Argument2)
{
    PEXTENSION Extension = Context;

    KeAcquireSpinLockAtDpcLevel(&Extension->Lock);
    Count(Extension);
    KeReleaseSpinLockFromDpcLevel(&Extension->Lock);
    UNREFERENCED_PARAMETER(Object);
    UNREFERENCED_PARAMETER(Argument1);
    UNREFERENCED_PARAMETER(Argument2);
}
