/*
 * ZwCancelIoFile: a thread calls back what it has asked of a file, and nothing else; and
 * requests that come back by themselves at the same moment.
 */
#include "zwfile.h"

#define ROUNDS 300

static volatile LONG End;

static NTSTATUS
Wait(HANDLE File, PIO_STATUS_BLOCK Iosb)
{
    KtapPoison(Iosb);
    return ZwDeviceIoControlFile(File, NULL, NULL, NULL, Iosb, CODE_WAIT, NULL, 0, NULL,
                                 0);
}

static VOID NTAPI
CancelElsewhere(PVOID File)
{
    IO_STATUS_BLOCK Iosb;

    ok_status(ZwCancelIoFile(File, &Iosb), STATUS_SUCCESS,
              "ZwCancelIoFile: of a thread that has asked for nothing");
    PsTerminateSystemThread(STATUS_SUCCESS);
}

static VOID NTAPI
ReleaseAgain(PVOID Context)
{
    UNREFERENCED_PARAMETER(Context);
    while (!End) {
        Release(STATUS_SUCCESS);
        KeStallExecutionProcessor(5);
    }
    PsTerminateSystemThread(STATUS_SUCCESS);
}

static VOID
TestRace(HANDLE File)
{
    PKTHREAD Thread = KtapCreateThread(ReleaseAgain, NULL);
    ULONG Cancelled = 0, Done = 0;
    IO_STATUS_BLOCK Iosb, Result;

    for (ULONG Round = 0; Round < ROUNDS; Round++) {
        Wait(File, &Iosb);
        KeStallExecutionProcessor(Round % 16);
        ZwCancelIoFile(File, &Result);
        Cancelled += Iosb.Status == STATUS_CANCELLED;
        Done += Iosb.Status == STATUS_SUCCESS;
    }
    End = 1;
    KtapJoinThread(Thread);
    ok_equal(Cancelled + Done, ROUNDS,
             "ZwCancelIoFile: each is back, cancelled or done, when it returns");
    ok(Cancelled != 0, "ZwCancelIoFile: and some were cancelled");
}

VOID
TestCancel(VOID)
{
    HANDLE File = Open(DIRECT, 0), Other = Open(DIRECT, 0), Event = NULL;
    LONG Cancels = Seen.Cancels;
    IO_STATUS_BLOCK Iosb, Result;

    ok_status(ZwCancelIoFile(File, &Result), STATUS_SUCCESS,
              "ZwCancelIoFile: of a file that nothing is asked of");
    ok_status(Wait(File, &Iosb), STATUS_PENDING, "a request that waits");
    ok_status(ZwCancelIoFile(Other, &Result), STATUS_SUCCESS,
              "ZwCancelIoFile: of another file of the device");
    KtapJoinThread(KtapCreateThread(CancelElsewhere, File));
    ok(Seen.Cancels == Cancels && Iosb.Information == 0x5555555555555555,
       "ZwCancelIoFile: the request goes on waiting");
    KtapPoison(&Result);
    ok_status(ZwCancelIoFile(File, &Result), STATUS_SUCCESS,
              "ZwCancelIoFile: of its own file, by its own thread");
    ok(Seen.Cancels == Cancels + 1 && Iosb.Status == STATUS_CANCELLED,
       "ZwCancelIoFile: it is cancelled,");
    ok(Result.Status == STATUS_SUCCESS && Result.Information == 0,
       "ZwCancelIoFile: and the other status block tells of the cancelling");
    TestRace(File);
    ZwClose(Other);
    ZwClose(File);

    ok_status(ZwCancelIoFile(File, &Result), STATUS_INVALID_HANDLE,
              "ZwCancelIoFile: a handle that is closed");
    ok_status(ZwCancelIoFile(File, NULL), STATUS_ACCESS_VIOLATION,
              "ZwCancelIoFile: no status block");
    ZwCreateEvent(&Event, EVENT_ALL_ACCESS, NULL, NotificationEvent, TRUE);
    ok_status(ZwCancelIoFile(Event, &Result), STATUS_OBJECT_TYPE_MISMATCH,
              "ZwCancelIoFile: what is no file");
    ZwClose(Event);
}
