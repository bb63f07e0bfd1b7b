/* As it is right: annotated_level. */
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

_IRQL_requires_max_(DISPATCH_LEVEL) static VOID Reset(PEXTENSION Extension)
{
    Extension->Count = 0;
}

KDEFERRED_ROUTINE Dpc;

VOID NTAPI
Dpc(PKDPC Object, PVOID Context, PVOID Argument1, PVOID Argument2)
{
    PEXTENSION Extension = Context;

    Reset(Extension);
    UNREFERENCED_PARAMETER(Object);
    UNREFERENCED_PARAMETER(Argument1);
    UNREFERENCED_PARAMETER(Argument2);
}
