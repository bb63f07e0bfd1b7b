/* As it is right: release_wrong_lock. */
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

KDEFERRED_ROUTINE Dpc;

VOID NTAPI
Dpc(PKDPC Object, PVOID Context, PVOID Argument1, PVOID Argument2)
{
    PEXTENSION Extension = Context;

    KeAcquireSpinLockAtDpcLevel(&Extension->Other);
    Extension->Count++;
    KeReleaseSpinLockFromDpcLevel(&Extension->Other);
    UNREFERENCED_PARAMETER(Object);
    UNREFERENCED_PARAMETER(Argument1);
    UNREFERENCED_PARAMETER(Argument2);
}
