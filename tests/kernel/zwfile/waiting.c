/*
 * Synchronous requests that take their time: one at a time, and alerts that end them.
 */
#include "zwfile.h"

typedef struct _CLIENT {
    HANDLE File;
    volatile LONG Begun, Ended;
    NTSTATUS Status;
    IO_STATUS_BLOCK Iosb;
} CLIENT, *PCLIENT;

static VOID NTAPI
Ask(PVOID Context)
{
    PCLIENT Client = Context;

    Client->Begun = 1;
    Client->Status = ZwDeviceIoControlFile(Client->File, NULL, NULL, NULL, &Client->Iosb,
                                           CODE_WAIT, NULL, 0, NULL, 0);
    Client->Ended = 1;
    PsTerminateSystemThread(STATUS_SUCCESS);
}

static BOOLEAN
AwaitHeld(VOID)
{
    for (ULONG Turn = 0; Turn < 2000 && Held == NULL; Turn++) {
        KtapSleep(5);
    }
    return Held != NULL;
}

VOID
TestWaiting(VOID)
{
    CLIENT First = {0}, Second = {0};
    PKTHREAD Threads[2];

    First.File = Second.File = Open(BUFFERED, FILE_SYNCHRONOUS_IO_NONALERT);
    Threads[0] = KtapCreateThread(Ask, &First);
    ok(AwaitHeld(), "a synchronous request that the driver keeps");
    Threads[1] = KtapCreateThread(Ask, &Second);
    KtapAwait(&Second.Begun, 1);
    KtapSleep(50);
    ok(First.Ended == 0 && Second.Ended == 0 && Held->UserIosb == &First.Iosb,
       "keeps its caller waiting, and the next one of the file before the driver");
    ok_equal(KeAlertThread(Threads[0], KernelMode), FALSE,
             "an alert does not end a wait that is not alertable");
    Release(STATUS_DEVICE_DATA_ERROR);
    KtapAwait(&First.Ended, 1);
    ok(First.Status == STATUS_DEVICE_DATA_ERROR &&
           First.Iosb.Status == STATUS_DEVICE_DATA_ERROR,
       "it returns the status, and a request that was pending writes it too");
    ok(AwaitHeld() && Held->UserIosb == &Second.Iosb, "then comes the next one");
    Release(STATUS_SUCCESS);
    KtapAwait(&Second.Ended, 1);
    ok_status(Second.Status, STATUS_SUCCESS, "which returns its own");
    KtapJoinThread(Threads[0]);
    KtapJoinThread(Threads[1]);
    ZwClose(First.File);
}

VOID
TestAlert(VOID)
{
    CLIENT First = {0}, Second = {0};
    LONG Cancels = Seen.Cancels;
    PKTHREAD Threads[2];

    First.File = Second.File = Open(BUFFERED, FILE_SYNCHRONOUS_IO_ALERT);
    Threads[0] = KtapCreateThread(Ask, &First);
    ok(AwaitHeld(), "FILE_SYNCHRONOUS_IO_ALERT: a request that the driver keeps");
    Threads[1] = KtapCreateThread(Ask, &Second);
    KtapAwait(&Second.Begun, 1);
    KtapSleep(50);
    KeAlertThread(Threads[1], KernelMode);
    KtapAwait(&Second.Ended, 1);
    ok_status(Second.Status, STATUS_ALERTED,
              "an alert ends the wait for the file's turn");
    ok_equal(Seen.Cancels, Cancels, "without a look at the other request");
    KtapSleep(50);
    KeAlertThread(Threads[0], KernelMode);
    KtapAwait(&First.Ended, 1);
    ok_equal(Seen.Cancels, Cancels + 1, "an alert cancels a request that is under way");
    ok(First.Status == STATUS_CANCELLED && First.Iosb.Status == STATUS_CANCELLED,
       "and its caller gets what the driver made of that");
    KtapJoinThread(Threads[0]);
    KtapJoinThread(Threads[1]);
    ok_status(ZwFlushBuffersFile(First.File, &First.Iosb), STATUS_SUCCESS,
              "the file can be used after that");
    ZwClose(First.File);
}
