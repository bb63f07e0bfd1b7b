/* As it is right: passive_call_in_helper. */
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
    IoDisconnectInterrupt(Extension->Interrupt);
}

static VOID
Stop(PEXTENSION Extension)
{
    Disconnect(Extension);
}

IO_WORKITEM_ROUTINE Work;

VOID NTAPI
Work(PDEVICE_OBJECT DeviceObject, PVOID Context)
{
    PEXTENSION Extension = Context;

    Stop(Extension);
    UNREFERENCED_PARAMETER(DeviceObject);
}
