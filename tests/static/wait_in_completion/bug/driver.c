/* A completion routine, which may run at DISPATCH_LEVEL, waits. */
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

IO_COMPLETION_ROUTINE Completed;

NTSTATUS
NTAPI
Completed(PDEVICE_OBJECT DeviceObject, PIRP Irp, PVOID Context)
{
    PEXTENSION Extension = Context;

    UNREFERENCED_PARAMETER(DeviceObject);
    UNREFERENCED_PARAMETER(Irp);
    /* expect: IRQL-22 */
    KeWaitForSingleObject(&Extension->Event, Executive, KernelMode, FALSE, NULL);
    return STATUS_MORE_PROCESSING_REQUIRED;
}
