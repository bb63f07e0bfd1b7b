/* As it is right: event_in_isr. */
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

    if (KeReadStateEvent(&Extension->Event) == 0) {
        KeInsertQueueDpc(&Extension->Dpc, NULL, NULL);
    }
    UNREFERENCED_PARAMETER(Interrupt);
    return TRUE;
}
