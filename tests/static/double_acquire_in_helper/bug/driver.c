/* Again, but in a helper that is given the structure by another name. */
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

static VOID
Count(PEXTENSION Device)
{
    PKSPIN_LOCK Lock = &Device->Lock;

    /* expect: LCK-4 */
    KeAcquireSpinLockAtDpcLevel(Lock);
    Device->Count++;
    KeReleaseSpinLockFromDpcLevel(Lock);
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
