/* A fast mutex is held, so this is APC_LEVEL. */
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

    ExAcquireFastMutex(&Extension->Mutex);
    /* expect: IRQL-20 */
    IoDisconnectInterrupt(Extension->Interrupt);
    ExReleaseFastMutex(&Extension->Mutex);
    UNREFERENCED_PARAMETER(DeviceObject);
}
