/*
 * A thread on each processor reads through its own queue pair; each completion routine has
 * to run where the thread is, and the driver's counts have to say the same.
 */
#include "disk.h"

#include "../../../drivers/nvme/nvmeioctl.h"

#define READS 64
#define BURST 8 /* of them at once */

static volatile LONG AtHome, Right;

static BOOLEAN
ReadBurst(PREQUEST Requests, ULONG Processor, ULONG Turn)
{
    BOOLEAN Good = TRUE;

    for (ULONG Index = 0; Index < BURST; Index++) {
        SendRequest(&Requests[Index], IRP_MJ_READ,
                    ((ULONG64)Processor * READS + Turn + Index) * TRANSFER % 0x100000,
                    TRANSFER);
    }
    for (ULONG Index = 0; Index < BURST; Index++) {
        ULONG Chunk = (Processor * READS + Turn + Index) % (0x100000 / TRANSFER);

        Good = AwaitRequest(&Requests[Index]) == STATUS_SUCCESS && Good;
        Good = Good && Requests[Index].Irp->IoStatus.Information == TRANSFER &&
               HoldsSectors(&Requests[Index], Chunk * (TRANSFER / SECTOR),
                            TRANSFER / SECTOR);
        if (Requests[Index].Processor == (LONG)Processor) {
            InterlockedIncrement(&AtHome);
        }
    }
    return Good;
}

static VOID NTAPI
ReadHere(PVOID Context)
{
    ULONG Processor = (ULONG)(ULONG_PTR)Context;
    REQUEST Requests[BURST];
    BOOLEAN Prepared = TRUE;

    KeSetSystemAffinityThread((KAFFINITY)1 << Processor);
    for (ULONG Index = 0; Index < BURST; Index++) {
        Prepared = PrepareRequest(&Requests[Index]) && Prepared;
    }
    for (ULONG Turn = 0; Prepared && Turn < READS; Turn += BURST) {
        if (ReadBurst(Requests, Processor, Turn)) {
            InterlockedExchangeAdd(&Right, BURST);
        }
    }
    for (ULONG Index = 0; Prepared && Index < BURST; Index++) {
        FreeRequest(&Requests[Index]);
    }
    PsTerminateSystemThread(STATUS_SUCCESS);
}

static VOID
ReadEverywhere(ULONG Processors)
{
    PKTHREAD Threads[MAXIMUM_CPUS];

    for (ULONG Number = 0; Number < Processors; Number++) {
        Threads[Number] = KtapCreateThread(ReadHere, (PVOID)(ULONG_PTR)Number);
    }
    for (ULONG Number = 0; Number < Processors; Number++) {
        if (Threads[Number] != NULL) {
            KtapJoinThread(Threads[Number]);
        }
    }
}

static VOID
CheckCounts(ULONG Processors)
{
    NVME_QUEUE_STATISTICS Counts[MAXIMUM_CPUS];
    ULONG_PTR Information = 0;
    ULONG Own = 0, Queues;

    ok_status(ControlDisk(IOCTL_NVME_QUERY_QUEUES, Counts, sizeof(Counts), &Information),
              STATUS_SUCCESS, "the driver tells what its queues have counted");
    Queues = (ULONG)(Information / sizeof(Counts[0]));
    if (FewQueues) {
        ok_equal(Queues, 2, "as many pairs as the device has");
        return;
    }
    ok_equal(Queues, Processors, "AFF-1 MSI-2 a queue pair for each processor");
    for (ULONG Number = 0; Number < Queues; Number++) {
        Own += Counts[Number].Completed == READS && Counts[Number].AtHome == READS &&
               Counts[Number].Interrupts != 0 && Counts[Number].Interrupts <= READS &&
               Counts[Number].Errors == 0;
    }
    ok_equal(Own, Queues, "AFF-1 DPC-8 each served its own processor's reads, no more");
}

VOID
TestHome(VOID)
{
    ULONG Processors = KeQueryActiveProcessorCountEx(ALL_PROCESSOR_GROUPS);

    ReadEverywhere(Processors);
    ok_equal(Right, Processors * READS, "IRP-7 every read brings what the image has");
    if (!FewQueues) {
        ok_equal(AtHome, Processors * READS,
                 "AFF-1 DPC-8 every completion ran on the processor that asked");
    }
    CheckCounts(Processors);
}
