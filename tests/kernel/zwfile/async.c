/*
 * Asynchronous requests: events, APCs, failures, the end of a file with requests on it.
 */
#include "zwfile.h"

static UCHAR Buffer[64];

static NTSTATUS
Wait(HANDLE File, HANDLE Event, PIO_APC_ROUTINE Routine, PVOID Context,
     PIO_STATUS_BLOCK Iosb)
{
    return ZwDeviceIoControlFile(File, Event, Routine, Context, Iosb, CODE_WAIT, NULL, 0,
                                 NULL, 0);
}

static PKEVENT
EventOf(HANDLE Handle)
{
    PVOID Event = NULL;

    return NT_SUCCESS(ObReferenceObjectByHandle(Handle, SYNCHRONIZE, *ExEventObjectType,
                                                KernelMode, &Event, NULL))
               ? Event
               : NULL;
}

VOID
TestEvents(VOID)
{
    HANDLE File = Open(DIRECT, 0);
    PFILE_OBJECT Object = Seen.File;
    LARGE_INTEGER Offset = {.QuadPart = 0};
    IO_STATUS_BLOCK Iosb;
    HANDLE Handle = NULL;
    PKEVENT Event;

    ZwCreateEvent(&Handle, EVENT_ALL_ACCESS, NULL, NotificationEvent, TRUE);
    Event = EventOf(Handle);
    KtapPoison(&Iosb);
    ok_status(Wait(File, Handle, NULL, NULL, &Iosb), STATUS_PENDING,
              "an asynchronous request returns STATUS_PENDING");
    ok(KeReadStateEvent(Event) == 0 && Iosb.Information == 0x5555555555555555,
       "its event is cleared, its status block not touched");
    Release(STATUS_DEVICE_DATA_ERROR);
    ok(KeReadStateEvent(Event) != 0 && Iosb.Status == STATUS_DEVICE_DATA_ERROR &&
           Iosb.Information == 0,
       "at the end, here a failure, the event is set and the status is there");
    ok_equal(KeReadStateEvent(&Object->Event), 0,
             "the file object itself stays as it was");

    ok_status(Wait(File, NULL, NULL, NULL, &Iosb), STATUS_PENDING, "without an event");
    ok_equal(KeReadStateEvent(&Object->Event), 0, "the file object is cleared");
    Release(STATUS_SUCCESS);
    ok_equal(KeReadStateEvent(&Object->Event), 1, "and set at the end");

    ok_status(ZwReadFile(File, Handle, NULL, NULL, &Iosb, Buffer, 8, &Offset, NULL),
              STATUS_SUCCESS, "one that the driver completes at once returns its status");
    ok(KeReadStateEvent(Event) != 0 && Iosb.Information == 8, "and sets the event too");
    ObDereferenceObject(Event);
    ZwClose(Handle);
    ZwClose(File);
}

typedef struct _CALLED {
    volatile LONG Count;
    PKTHREAD Thread;
    KIRQL Irql;
    PIO_STATUS_BLOCK Iosb;
    NTSTATUS Status;
} CALLED;

static VOID NTAPI
Called(PVOID Context, PIO_STATUS_BLOCK Iosb, ULONG Reserved)
{
    CALLED *Call = Context;

    UNREFERENCED_PARAMETER(Reserved);
    Call->Thread = KeGetCurrentThread();
    Call->Irql = KeGetCurrentIrql();
    Call->Iosb = Iosb;
    Call->Status = Iosb->Status;
    Call->Count++;
}

static VOID NTAPI
ReleaseElsewhere(PVOID Context)
{
    UNREFERENCED_PARAMETER(Context);
    Release(STATUS_SUCCESS);
    PsTerminateSystemThread(STATUS_SUCCESS);
}

static VOID NTAPI
AskAndEnd(PVOID Context)
{
    static CALLED Never;
    static IO_STATUS_BLOCK Iosb;

    Wait(Context, NULL, Called, &Never, &Iosb);
    PsTerminateSystemThread(STATUS_SUCCESS);
}

VOID
TestApcs(VOID)
{
    HANDLE File = Open(DIRECT, 0);
    LARGE_INTEGER Offset = {.QuadPart = 0};
    CALLED Call = {0};
    IO_STATUS_BLOCK Iosb;

    ok_status(Wait(File, NULL, Called, &Call, &Iosb), STATUS_PENDING, "with an APC");
    ok_equal(Call.Count, 0, "it is not called before the end");
    KtapJoinThread(KtapCreateThread(ReleaseElsewhere, NULL));
    ok(KtapAwait(&Call.Count, 1), "but then, whoever completes the request");
    ok(Call.Thread == KeGetCurrentThread() && Call.Irql == PASSIVE_LEVEL,
       "in the thread that asked, at PASSIVE_LEVEL");
    ok(Call.Iosb == &Iosb && Call.Status == STATUS_SUCCESS,
       "with the status block, which is written");
    KeEnterCriticalRegion();
    ZwReadFile(File, NULL, Called, &Call, &Iosb, Buffer, 8, &Offset, NULL);
    ok_equal(Call.Count, 1, "it is a normal kernel APC: a critical region keeps it off");
    KeLeaveCriticalRegion();
    ok_equal(Call.Count, 2, "until it is left");

    KtapJoinThread(KtapCreateThread(AskAndEnd, File));
    Release(STATUS_SUCCESS);
    ok(TRUE, "the end of a request whose thread has ended harms nobody");
    ZwClose(File);
}

/* What fails at once is told by the return value alone. */
VOID
TestFailures(VOID)
{
    HANDLE File = Open(BUFFERED, 0);
    LARGE_INTEGER Offset = {.QuadPart = STORE_SIZE};
    CALLED Call = {0};
    IO_STATUS_BLOCK Iosb;
    HANDLE Handle = NULL;
    PKEVENT Event;

    ZwCreateEvent(&Handle, EVENT_ALL_ACCESS, NULL, SynchronizationEvent, FALSE);
    Event = EventOf(Handle);
    KtapPoison(&Iosb);
    ok_status(ZwReadFile(File, Handle, Called, &Call, &Iosb, Buffer, 8, &Offset, NULL),
              STATUS_END_OF_FILE, "a failure that was never pending");
    ok(KeReadStateEvent(Event) == 0 && Call.Count == 0 &&
           Iosb.Information == 0x5555555555555555,
       "sets no event, calls no APC, writes no status block");
    Offset.QuadPart = 0;
    ok_status(ZwReadFile(File, Handle, Called, &Call, &Iosb, Buffer, 8, &Offset, NULL),
              STATUS_SUCCESS, "a success does all three");
    ok(KeReadStateEvent(Event) != 0 && Call.Count == 1 && Iosb.Information == 8,
       "event, APC, status block");
    ObDereferenceObject(Event);
    ZwClose(Handle);
    ZwClose(File);
}

/* Requests hold their file open; two of an asynchronous file go beside one another. */
VOID
TestOverlap(VOID)
{
    HANDLE File = Open(BUFFERED, 0);
    LARGE_INTEGER Offset = {.QuadPart = 16};
    LONG Cleanups = Seen.Cleanups, Closes = Seen.Closes;
    IO_STATUS_BLOCK First, Second;
    HANDLE Handle = NULL;
    PKEVENT Event;

    Store[16] = 0x3C;
    ZwCreateEvent(&Handle, EVENT_ALL_ACCESS, NULL, NotificationEvent, FALSE);
    Event = EventOf(Handle);
    InterlockedExchange(&HoldReads, 1);
    ok_status(ZwReadFile(File, Handle, NULL, NULL, &First, Buffer, 8, &Offset, NULL),
              STATUS_PENDING, "a buffered read that waits");
    InterlockedExchange(&HoldReads, 0);
    ok_status(ZwReadFile(File, NULL, NULL, NULL, &Second, Buffer + 8, 8, &Offset, NULL),
              STATUS_SUCCESS, "and another one that overtakes it");
    ok_equal(Buffer[8], 0x3C, "with its data");
    ZwClose(Handle);
    ZwClose(File);
    ok(Seen.Cleanups == Cleanups + 1 && Seen.Closes == Closes,
       "the handle is closed: cleanup, but no close with a request under way");
    Buffer[0] = 0x11;
    RtlFillMemory(Held->AssociatedIrp.SystemBuffer, 8, 0x42);
    Held->IoStatus.Information = 0;
    Release(STATUS_SUCCESS);
    ok(KeReadStateEvent(Event) != 0 && First.Information == 0 && Buffer[0] == 0x11,
       "its end finds the event, and copies as much as was read: nothing");
    ok(KtapAwait(&Seen.Closes, Closes + 1), "and then comes the close");
    ObDereferenceObject(Event);
}
