/*
 * Requests that need not come back at once.
 */
#include "paused.h"

#define PATIENCE 10000 /* milliseconds */

static VOID
Send(PFILTER Filter, PREQUEST Request)
{
    if (Request->Irp == NULL) {
        Request->Returned = STATUS_INSUFFICIENT_RESOURCES;
        return;
    }
    Request->Returned = IoCallDriver(Filter->Lower, Request->Irp);
}

VOID
SendTransferAt(PFILTER Filter, PREQUEST Request, ULONG Major, LONGLONG Offset,
               ULONG Length)
{
    LARGE_INTEGER Place = {.QuadPart = Offset};

    KeInitializeEvent(&Request->Done, NotificationEvent, FALSE);
    Request->Irp =
        IoBuildSynchronousFsdRequest(Major, Filter->Lower, Request->Data, Length, &Place,
                                     &Request->Done, &Request->Result);
    Send(Filter, Request);
}

VOID
SendTransfer(PFILTER Filter, PREQUEST Request, ULONG Major, ULONG Length)
{
    SendTransferAt(Filter, Request, Major, 0, Length);
}

static VOID
BuildControl(PFILTER Filter, PREQUEST Request, ULONG Code, ULONG In, ULONG OutLength)
{
    KeInitializeEvent(&Request->Done, NotificationEvent, FALSE);
    Request->In = In;
    Request->Irp = IoBuildDeviceIoControlRequest(
        Code, Filter->Lower, &Request->In, sizeof(Request->In), Request->Data, OutLength,
        FALSE, &Request->Done, &Request->Result);
}

VOID
SendControl(PFILTER Filter, PREQUEST Request, ULONG Code, ULONG In, ULONG OutLength)
{
    BuildControl(Filter, Request, Code, In, OutLength);
    Send(Filter, Request);
}

VOID
SendControlOf(PFILTER Filter, PREQUEST Request, ULONG Code, ULONG In, PFILE_OBJECT File)
{
    BuildControl(Filter, Request, Code, In, sizeof(ULONG));
    if (Request->Irp != NULL) {
        IoGetNextIrpStackLocation(Request->Irp)->FileObject = File;
    }
    Send(Filter, Request);
}

BOOLEAN
IsWaiting(PREQUEST Request)
{
    return Request->Returned == STATUS_PENDING && KeReadStateEvent(&Request->Done) == 0;
}

NTSTATUS
Outcome(PREQUEST Request)
{
    LARGE_INTEGER Limit = KtapMilliseconds(PATIENCE);

    if (Request->Returned != STATUS_PENDING) {
        return Request->Returned;
    }
    if (KeWaitForSingleObject(&Request->Done, Executive, KernelMode, FALSE, &Limit) !=
        STATUS_SUCCESS) {
        return STATUS_TIMEOUT;
    }
    return Request->Result.Status;
}
