/* The same, two calls down: the helper has no annotation. */
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
Disconnect(PEXTENSION Extension)
{
    /* expect: IRQL-20 */
    IoDisconnectInterrupt(Extension->Interrupt);
}

static VOID
Stop(PEXTENSION Extension)
{
    Disconnect(Extension);
}

KDEFERRED_ROUTINE Dpc;

VOID NTAPI
Dpc(PKDPC Object, PVOID Context, PVOID Argument1, PVOID Argument2)
{
    PEXTENSION Extension = Context;

    Stop(Extension);
    UNREFERENCED_PARAMETER(Object);
    UNREFERENCED_PARAMETER(Argument1);
    UNREFERENCED_PARAMETER(Argument2);
}
