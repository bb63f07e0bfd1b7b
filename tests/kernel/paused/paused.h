/*
 * The suite paused: drivers of devices that are stopped for a while hold what they are asked
 * for meanwhile. It stands above drivers/edu and drivers/e1000 as an upper filter, has
 * their devices stopped and started by saying that their requirements have changed, and
 * calls on them while they are stopped, which nobody else can be sure to do.
 */
#pragma once

#include "../ktap.h"

#include <dirqltest.h>

#include "../../../drivers/edu/eduioctl.h"

typedef struct _FILTER FILTER, *PFILTER;
typedef VOID STOPPED_ROUTINE(PFILTER Filter);

struct _FILTER {
    PDEVICE_OBJECT Pdo;
    PDEVICE_OBJECT Lower; /* the driver under test */
    volatile LONG Starts, Stops, StateAsked;
    BOOLEAN Change;    /* says that its requirements have changed, once */
    BOOLEAN VetoStop;  /* refuses, after the driver below has agreed */
    BOOLEAN FailStart; /* which the driver below does not see then */
    STOPPED_ROUTINE
    *Stopped; /* called when the driver below has been stopped, or asked */
};

/* A request, and what became of it. */
typedef struct _REQUEST {
    PIRP Irp;
    KEVENT Done;
    IO_STATUS_BLOCK Result;
    NTSTATUS Returned; /* by the driver's dispatch routine */
    ULONG In;
    UCHAR Data[2048];
} REQUEST, *PREQUEST;

/* filter.c; Pdo of a device that has not come is NULL. */
extern FILTER Edu, Adapter;
DRIVER_ADD_DEVICE AddFilter;
DRIVER_DISPATCH FilterPass, FilterPnp;
/* A stack that stands stays as it is, so the driver has to come anew. */
BOOLEAN JoinStack(PFILTER Filter, PCWSTR Service);
/* Has the device stopped and started, or what its flags say. */
VOID Restart(PFILTER Filter, STOPPED_ROUTINE *Stopped);

/* request.c; all go to Filter->Lower. */
VOID SendTransfer(PFILTER Filter, PREQUEST Request, ULONG Major, ULONG Length);
VOID SendTransferAt(PFILTER Filter, PREQUEST Request, ULONG Major, LONGLONG Offset,
                    ULONG Length);
VOID SendControl(PFILTER Filter, PREQUEST Request, ULONG Code, ULONG In, ULONG OutLength);
/* The same with a file of one's own. */
VOID SendControlOf(PFILTER Filter, PREQUEST Request, ULONG Code, ULONG In,
                   PFILE_OBJECT File);
BOOLEAN IsWaiting(PREQUEST Request);
/* Its status, once it has ended; STATUS_TIMEOUT when it does not. */
NTSTATUS Outcome(PREQUEST Request);

/* adapter.c */
VOID TestAdapter(VOID);
VOID TestReceiver(VOID);
VOID TestAdapterLost(VOID);
