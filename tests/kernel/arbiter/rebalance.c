/*
 * Devices that move to make room for others, or because their drivers want something else.
 */
#include "arbiter.h"

#define READERS 2

/* Reads of a child, one after the other, until they are told to end. */
typedef struct _READER {
    PCHILD Child;
    volatile LONG End;
    volatile LONG Reads;
    volatile LONG Failures;
} READER;

static NTSTATUS
ReadOnce(PDEVICE_OBJECT Device)
{
    IO_STATUS_BLOCK Result;
    LARGE_INTEGER Offset = {0};
    UCHAR Byte;
    KEVENT Event;
    NTSTATUS Status;
    PIRP Irp;

    KeInitializeEvent(&Event, NotificationEvent, FALSE);
    Irp = IoBuildSynchronousFsdRequest(IRP_MJ_READ, Device, &Byte, 1, &Offset, &Event,
                                       &Result);
    if (Irp == NULL) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    Status = IoCallDriver(Device, Irp);
    if (Status == STATUS_PENDING) {
        KeWaitForSingleObject(&Event, Executive, KernelMode, FALSE, NULL);
        Status = Result.Status;
    }
    return Status;
}

static VOID NTAPI
Read(PVOID Context)
{
    READER *Reader = Context;

    while (!Reader->End) {
        if (!NT_SUCCESS(ReadOnce(Reader->Child->Function))) {
            InterlockedIncrement(&Reader->Failures);
        }
        InterlockedIncrement(&Reader->Reads);
        KtapSleep(1);
    }
    PsTerminateSystemThread(STATUS_SUCCESS);
}

/* A device that could be elsewhere makes room, and its requests wait meanwhile. */
VOID
TestRoom(VOID)
{
    PCHILD Movable = NewChild();
    PCHILD Fixed = NewChild();
    READER Reader = {Movable, 0, 0, 0};
    PKTHREAD Threads[READERS];

    Fixed->Present = FALSE;
    Need(Movable, CmResourceTypeMemory, PAGES(1), PLACE, PLACE + PAGES(2) - 1);
    Announce();
    ok_equal(GivenTo(Movable, 0), PLACE, "PNP the lowest place is given");
    for (ULONG Index = 0; Index < READERS; Index++) {
        Threads[Index] = KtapCreateThread(Read, &Reader);
    }
    KtapSleep(20);
    Fixed->Present = TRUE;
    Need(Fixed, CmResourceTypeMemory, PAGES(1), PLACE, PLACE + PAGES(1) - 1);
    DbgPrint("# expect line ^io: TEST.CHILD00 runs again with other resources\n");
    Announce();
    Reader.End = 1;
    for (ULONG Index = 0; Index < READERS; Index++) {
        KtapJoinThread(Threads[Index]);
    }
    ok_equal(Movable->QueryStops, 1, "PNP the device in the way is asked,");
    ok_equal(Movable->Stops, 1, "PNP stopped");
    ok_equal(Movable->Starts, 2, "PNP and started again");
    ok_equal(GivenTo(Movable, 0), PLACE + PAGES(1), "PNP where there is room");
    ok_equal(Movable->CancelStops + Movable->Removes, 0, "PNP and nothing else");
    ok_equal(GivenTo(Fixed, 0), PLACE, "PNP what came gets the place");
    ok_equal(Reader.Failures, 0, "PNP no request failed meanwhile");
    ok(Reader.Reads > 0, "PNP and there were some");
    ForgetChildren();
}

/* A refusal keeps one where it is; the other way round is found without it. */
VOID
TestVeto(VOID)
{
    PCHILD Stubborn = NewChild();
    PCHILD Willing = NewChild();
    PCHILD Third = NewChild();
    PCHILD Fourth = NewChild();

    Third->Present = FALSE;
    Fourth->Present = FALSE;
    Stubborn->VetoStop = TRUE;
    Need(Stubborn, CmResourceTypeMemory, PAGES(1), PLACE, PLACE + PAGES(4) - 1);
    Need(Willing, CmResourceTypeMemory, PAGES(1), PLACE + PAGES(1), PLACE + PAGES(4) - 1);
    Announce();
    Third->Present = TRUE;
    Need(Third, CmResourceTypeMemory, PAGES(1), PLACE, PLACE + PAGES(1) - 1);
    DbgPrint(
        "# expect line ^io: TEST.CHILD00 keeps its resources: its stop is refused\n");
    Announce();
    ok_equal(ProblemOf(Third), CM_PROB_NORMAL_CONFLICT,
             "PNP where the only one in the way refuses there is a conflict");
    ok_equal(Stubborn->QueryStops, 1, "PNP it was asked");
    ok_equal(Stubborn->CancelStops, 1, "PNP and told that it stays");
    ok_equal(Stubborn->Stops, 0, "PNP which it does");
    ok_equal(GivenTo(Stubborn, 0), PLACE, "PNP with what it has");
    ok_equal(Willing->QueryStops, 0, "PNP who is not in the way is not asked");
    Third->Present = FALSE;
    Fourth->Present = TRUE;
    Need(Fourth, CmResourceTypeMemory, PAGES(2), PLACE, PLACE + PAGES(3) - 1);
    Announce();
    ok_equal(GivenTo(Fourth, 0), PLACE + PAGES(1),
             "PNP one refuses: another one's place will do as well");
    ok_equal(GivenTo(Willing, 0), PLACE + PAGES(3), "PNP whose device moves");
    ok_equal(Stubborn->Stops + Stubborn->Starts, 1, "PNP the first still runs");
    ForgetChildren();
}

/* Room that is there, but in pieces. */
VOID
TestPacking(VOID)
{
    PCHILD Small = NewChild();
    PCHILD Other = NewChild();
    PCHILD Large = NewChild();

    Large->Present = FALSE;
    Need(Small, CmResourceTypeMemory, PAGES(1), PLACE + PAGES(1), PLACE + PAGES(2) - 1)
        ->Option = IO_RESOURCE_PREFERRED;
    Need(Small, CmResourceTypeMemory, PAGES(1), PLACE, PLACE + PAGES(4) - 1)->Option =
        IO_RESOURCE_ALTERNATIVE;
    Need(Other, CmResourceTypeMemory, PAGES(1), PLACE + PAGES(2), PLACE + PAGES(3) - 1)
        ->Option = IO_RESOURCE_PREFERRED;
    Need(Other, CmResourceTypeMemory, PAGES(1), PLACE, PLACE + PAGES(4) - 1)->Option =
        IO_RESOURCE_ALTERNATIVE;
    Announce();
    Large->Present = TRUE;
    Need(Large, CmResourceTypeMemory, PAGES(2), PLACE, PLACE + PAGES(4) - 1)
        ->u.Memory.Alignment = PAGES(2);
    Announce();
    ok_equal(GivenTo(Large, 0), PLACE, "PNP two free halves become one place");
    ok_equal(GivenTo(Small, 0), PLACE + PAGES(3), "PNP for which one device moves");
    ok_equal(Small->Stops, 1, "PNP that one is stopped");
    ok_equal(Other->QueryStops + Other->Stops, 0, "PNP the other need not be asked");
    ForgetChildren();
}

/* One that cannot be started with what it gets is as one that failed. */
VOID
TestFailedRestart(VOID)
{
    PCHILD Weak = NewChild();
    PCHILD Fixed = NewChild();

    Fixed->Present = FALSE;
    Weak->FailRestart = TRUE;
    Need(Weak, CmResourceTypePort, 4, 0xF500, 0xF507)->u.Port.Alignment = 4;
    Announce();
    Fixed->Present = TRUE;
    Need(Fixed, CmResourceTypePort, 4, 0xF500, 0xF503);
    DbgPrint(
        "# expect line ^io: TEST.CHILD00 does not start with other resources: status "
        "0xC0000182, problem 10\n");
    Announce();
    ok_equal(Weak->Starts, 2, "PNP a moved device is started");
    ok_equal(Weak->Surprises, 1, "PNP when that fails its driver is told it is gone");
    ok_equal(Weak->Removes, 1, "PNP and removed");
    ok_equal(ProblemOf(Weak), CM_PROB_FAILED_START, "PNP its problem is the start");
    ok_equal(Fixed->Starts, 1, "PNP the one it made room for runs");
    ForgetChildren();
}

/* A driver asks for something else. */
VOID
TestChanged(VOID)
{
    PCHILD Child = NewChild();
    PCHILD Neighbour = NewChild();

    Need(Child, CmResourceTypePort, 4, 0xF600, 0xF603);
    Need(Neighbour, CmResourceTypePort, 4, 0xF610, 0xF61F);
    Announce();
    Child->State = PNP_DEVICE_RESOURCE_REQUIREMENTS_CHANGED;
    Child->Needs[0].u.Port.MinimumAddress.QuadPart = 0xF610;
    Child->Needs[0].u.Port.MaximumAddress.QuadPart = 0xF613;
    AnnounceState(Child->Pdo, &Child->StateAsked);
    ok_equal(Child->Stops, 1, "PNP a driver whose requirements changed is stopped");
    ok_equal(Child->Starts, 2, "PNP and started");
    ok_equal(GivenTo(Child, 0), 0xF610, "PNP with what it requires now");
    ok_equal(Neighbour->Starts, 2, "PNP others make room for that as well");
    ok_equal(GivenTo(Neighbour, 0), 0xF614, "PNP if they can");

    Child->VetoStop = TRUE;
    Child->Needs[0].u.Port.MinimumAddress.QuadPart = 0xF620;
    Child->Needs[0].u.Port.MaximumAddress.QuadPart = 0xF623;
    AnnounceState(Child->Pdo, &Child->StateAsked);
    ok_equal(Child->Stops, 1, "PNP one that refuses its own stop is not stopped");
    ok_equal(Child->CancelStops, 1, "PNP and is told so");

    Child->VetoStop = FALSE;
    Child->Needs[0].u.Port.MinimumAddress.QuadPart = 0x10000;
    AnnounceState(Child->Pdo, &Child->StateAsked);
    ok_equal(Child->Stops, 1, "PNP nor one that asks for what there is not");
    ok_equal(GivenTo(Child, 0), 0xF610, "PNP which keeps what it has");
    ok_equal(ProblemOf(Child), 0, "PNP and runs");
    ForgetChildren();
}

/* The device under the bus itself: from its line to a message. */
VOID
TestLineToMessage(VOID)
{
    LONG Asked = Bus.Asked;

    ok_equal(Bus.InterruptFlags & CM_RESOURCE_INTERRUPT_MESSAGE, 0,
             "MSI-2 the driver has filtered its messages out");
    Bus.Line = FALSE;
    AnnounceState(Bus.Pdo, &Bus.StateAsked);
    ok_equal(Bus.Stops, 1, "PNP a change of interrupts stops the device");
    ok_equal(Bus.Starts, 2, "PNP and starts it");
    ok(Bus.InterruptFlags & CM_RESOURCE_INTERRUPT_MESSAGE, "MSI-2 now it has a message");
    ok_equal(Bus.Asked, Asked + 1, "PNP what is on its bus is asked again");
}
