/*
 * perf.sys: a machine that can be measured from outside. It obeys commands that come on
 * COM1, one a line (docs/performance.md): frames received, echoed, disk blocks read, and
 * operations of the kernel repeated so many times, for somebody else to time or count.
 *
 * Reading order: driver.c, command.c (the table), console.c (COM1), then what commands do:
 * nic.c and frame.c, disk.c, repeat.c with ops.c and vector.c, marks.c.
 *
 * One thread obeys one command after the other. What it shares with completion routines is
 * interlocked or under the lock named beside it.
 */
#pragma once

#include <ntddk.h>

#define PERF_TAG 0x66726550 /* "Perf" */

#define PERF_MAXIMUM_WORDS 4

/* A command taken apart. Word[0] is its name; all are lower case as typed. */
typedef struct _PERF_COMMAND {
    PCHAR Word[PERF_MAXIMUM_WORDS];
    ULONG Words;
    ULONG Number[PERF_MAXIMUM_WORDS]; /* what a word says */
} PERF_COMMAND, *PPERF_COMMAND;

/* console.c: PASSIVE_LEVEL, the thread only. */
NTSTATUS ConsoleOpen(VOID);
VOID ConsoleClose(VOID);
/* The next line without its end, cut at Size - 1. Fails as the port fails. */
NTSTATUS ConsoleReadLine(PCHAR Line, ULONG Size);
/* Prints a line; the end of line is added. */
VOID ConsoleAnswer(PCSTR Format, ...);

/* command.c: obeys commands until quit. Returns why it ended. */
NTSTATUS CommandServe(VOID);

/* What is done with a frame of the measured type. Others are dropped, but see icmp. */
typedef enum _NIC_MODE { NicDrop, NicCount, NicEcho, NicIcmp } NIC_MODE;

/* nic.c: PASSIVE_LEVEL. */
NTSTATUS NicOpen(VOID);
VOID NicClose(VOID);
/* From now on frames are treated so; the count starts at zero. ByIrp: a read request
   brings each of them. */
VOID NicSetMode(NIC_MODE Mode, BOOLEAN ByIrp);
VOID NicQueryCounts(PULONG Frames, PULONG Interrupts);

#define FRAME_TYPE     12
#define FRAME_MEASURED 0x88B5
#define FRAME_HEADER   14

FORCEINLINE BOOLEAN
FrameIsMeasured(const UCHAR *Frame, ULONG Length)
{
    return Length >= FRAME_HEADER && *(const USHORT UNALIGNED *)(Frame + FRAME_TYPE) ==
                                         RtlUshortByteSwap(FRAME_MEASURED);
}

/* Sends a measured frame back: destination and source change places, the first eight bytes
   and four more. */
FORCEINLINE VOID
FrameReflect(PUCHAR Frame)
{
    ULONG64 UNALIGNED *Destination = (ULONG64 UNALIGNED *)Frame;
    ULONG UNALIGNED *Rest = (ULONG UNALIGNED *)(Frame + 8);
    ULONG64 First = *Destination;
    ULONG Last = *Rest;

    *Destination = First >> 48 | (ULONG64)Last << 16 | First << 48;
    *Rest = (ULONG)(First >> 16);
}

/* frame.c: any IRQL. The answer is made of the frame, in place. The length of the answer to a ping, 0: it is none for us. */
ULONG FrameAnswerPing(PUCHAR Frame, ULONG Length, const UCHAR *Mac);

/* disk.c: PASSIVE_LEVEL. */
#define DISK_MAXIMUM_DEPTH 256

typedef struct _DISK_RESULT {
    ULONG Read;   /* blocks that came as they should */
    ULONG Failed; /* that did not come, or with another content */
} DISK_RESULT, *PDISK_RESULT;

/* A disk, its blocks, and requests for them; opaque. */
typedef struct _DISK *PDISK;

NTSTATUS DiskOpen(PCSTR Name, ULONG Depth, PDISK *Disk);
VOID DiskClose(PDISK Disk);
/* Reads Count blocks in an order that is always the same. */
VOID DiskRead(PDISK Disk, ULONG Count, PDISK_RESULT Result);

/* vector.c: an interrupt that a processor can send itself. */
DRIVER_ADD_DEVICE VectorAddDevice;
PKINTERRUPT VectorConnect(PKSERVICE_ROUTINE Isr);
ULONG VectorNumber(VOID);
VOID VectorRaise(ULONG Vector);

/* repeat.c: PASSIVE_LEVEL. In thousandths of a TSC tick. */
typedef struct _OPS_TIMES {
    ULONG64 Loop;
    ULONG64 SpinPair;
    ULONG64 SelfIpi;
    ULONG64 SelfIpiDpc;
    ULONG64 DpcTask;
    ULONG64 Unowned;
    ULONG64 Call;
} OPS_TIMES, *POPS_TIMES;

NTSTATUS OpsTimeAll(POPS_TIMES Times);
NTSTATUS OpsMicro(ULONG Count);
NTSTATUS OpsIpi(ULONG Count, ULONG Processor);
NTSTATUS OpsNobody(ULONG Count);
VOID OpsKeepBusy(ULONG Milliseconds, ULONG Processor);

/* marks.c: an outside counter counts between the two. */
VOID PerfArm(VOID);
VOID PerfDisarm(VOID);
