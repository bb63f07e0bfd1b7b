/*
 * The boot options of the trace, and its way out: a stream of frames on the second serial
 * port, behind the report (docs/trace.md).
 *
 * The stream is written at the end of a run, or of a bug check. It names every routine it
 * mentions, so that nobody needs the images to read it, and each frame has a length, a number
 * and a checksum, so that what a damaged stream still holds can be told from what it does not.
 */
#include "bootp.h"

#define DEFAULT_EVENTS    16384 /* of a processor: 512 KiB */
#define LOWEST_EVENTS     64
#define HIGHEST_EVENTS    (1U << 20)
#define EVENTS_IN_A_FRAME 128

#define STREAM_VERSION 1
#define BYTE_ORDER     0x01020304
#define FRAME_MAGIC    0x46545144 /* "DQTF" */

typedef enum _BOOT_FRAME_TYPE {
    BootFrameHeader = 1,
    BootFrameProcessor = 2,
    BootFrameName = 3,
    BootFrameEvents = 4,
    BootFrameEnd = 5
} BOOT_FRAME_TYPE;

/* Checksum: CRC-32 of the 12 bytes before it and of the Length bytes behind it. */
typedef struct _BOOT_FRAME {
    ULONG Magic;
    USHORT Type;
    USHORT Number; /* counts up from 0 */
    ULONG Length;
    ULONG Checksum;
} BOOT_FRAME;

typedef struct _BOOT_TRACE_HEADER {
    ULONG ByteOrder;
    ULONG Version;
    ULONG ProcessorCount;
    ULONG EventSize;
    ULONG Capacity;
    ULONG Events;
    ULONG64 Frequency; /* of the TSC, Hz */
    ULONG64 EntryTimeStamp;
    CHAR Profile[8]; /* NT= */
} BOOT_TRACE_HEADER;

typedef struct _BOOT_TRACE_PROCESSOR {
    ULONG Number;
    ULONG ApicId;
    ULONG64 Written;
    ULONG64 Overwritten;
} BOOT_TRACE_PROCESSOR;

typedef struct _BOOT_TRACE_END {
    ULONG64 Events;
    ULONG Names;
    ULONG NamesLeftOut;
} BOOT_TRACE_END;

/* trace=NAME,NAME... chooses among these. */
static const struct {
    const CHAR *Name;
    ULONG Events;
} BootTraceGroups[] = {
    {"on", ~0U},
    {"interrupt", KE_TRACE_BIT(TraceInterruptEnter) | KE_TRACE_BIT(TraceInterruptLeave) |
                      KE_TRACE_BIT(TraceIsrEnter) | KE_TRACE_BIT(TraceIsrLeave) |
                      KE_TRACE_BIT(TracePassiveEnter) | KE_TRACE_BIT(TracePassiveLeave) |
                      KE_TRACE_BIT(TraceSyncEnter) | KE_TRACE_BIT(TraceSyncLeave)},
    {"dpc", KE_TRACE_BIT(TraceDpcInsert) | KE_TRACE_BIT(TraceDpcEnter) |
                KE_TRACE_BIT(TraceDpcLeave) | KE_TRACE_BIT(TraceDpcRemove)},
    {"irql", KE_TRACE_BIT(TraceIrqlRaise) | KE_TRACE_BIT(TraceIrqlLower)},
    {"ipi", KE_TRACE_BIT(TraceIpiSend)},
    {"switch", KE_TRACE_BIT(TraceSwitch)},
    {"work", KE_TRACE_BIT(TraceWorkQueue) | KE_TRACE_BIT(TraceWorkEnter) |
                 KE_TRACE_BIT(TraceWorkLeave)},
    {"irp", KE_TRACE_BIT(TraceIrpStart) | KE_TRACE_BIT(TraceIrpComplete)},
    {"lock", KE_TRACE_BIT(TraceLockWait) | KE_TRACE_BIT(TraceLockGot)},
    {"timer", KE_TRACE_BIT(TraceTimerExpire)},
    {"bugcheck", KE_TRACE_BIT(TraceBugCheck)},
};

/* Addresses that are named already; a table of twice the size is never full. */
#define MAXIMUM_NAMES 512
static ULONG64 BootTraceNames[2 * MAXIMUM_NAMES];
static BOOT_TRACE_END BootTraceTotal;
static USHORT BootFrameNumber;
static const BOOT_INFORMATION *BootTraceBoot;
static KBUGCHECK_CALLBACK_RECORD BootTraceCallback;

static VOID
BootSendFrame(BOOT_FRAME_TYPE Type, const VOID *Head, ULONG HeadLength, const VOID *Body,
              ULONG BodyLength)
{
    BOOT_FRAME Frame = {.Magic = FRAME_MAGIC,
                        .Type = (USHORT)Type,
                        .Number = BootFrameNumber++,
                        .Length = HeadLength + BodyLength};

    Frame.Checksum = RtlComputeCrc32(0, &Frame, FIELD_OFFSET(BOOT_FRAME, Checksum));
    Frame.Checksum = RtlComputeCrc32(Frame.Checksum, Head, HeadLength);
    Frame.Checksum = RtlComputeCrc32(Frame.Checksum, Body, BodyLength);
    HalWriteReportPort((const CHAR *)&Frame, sizeof(Frame));
    HalWriteReportPort(Head, HeadLength);
    HalWriteReportPort(Body, BodyLength);
}

/* FALSE: it was there already, or there is no room for more. */
static BOOLEAN
BootRememberName(ULONG64 Address)
{
    ULONG Slot = (ULONG)(Address ^ Address >> 12) % (2 * MAXIMUM_NAMES);

    while (BootTraceNames[Slot] != 0) {
        if (BootTraceNames[Slot] == Address) {
            return FALSE;
        }
        Slot = (Slot + 1) % (2 * MAXIMUM_NAMES);
    }
    if (BootTraceTotal.Names == MAXIMUM_NAMES) {
        BootTraceTotal.NamesLeftOut++;
        return FALSE;
    }
    BootTraceNames[Slot] = Address;
    BootTraceTotal.Names++;
    return TRUE;
}

static VOID
BootSendName(const KE_TRACE_EVENT *Event)
{
    CHAR Text[96];

    if ((KE_TRACE_NAMED & KE_TRACE_BIT(Event->Type & 0x1F)) == 0 || Event->Value == 0 ||
        !BootRememberName(Event->Value)) {
        return;
    }
    KeDescribeAddress(Event->Value, Text, sizeof(Text));
    BootSendFrame(BootFrameName, &Event->Value, sizeof(Event->Value), Text,
                  (ULONG)strlen(Text));
}

static ULONG64
BootCountKept(PKE_TRACE_RING Ring)
{
    return min(Ring->Written, Ring->Mask + 1);
}

/* What a ring still holds, the oldest first, in runs that do not wrap. */
static VOID
BootSendEvents(ULONG Processor, PKE_TRACE_RING Ring)
{
    ULONG64 Number = Ring->Written - BootCountKept(Ring);

    while (Number < Ring->Written) {
        ULONG64 Slot = Number & Ring->Mask, Head[2] = {Processor, Number};
        ULONG Count = (ULONG)min(min(Ring->Written - Number, Ring->Mask + 1 - Slot),
                                 (ULONG64)EVENTS_IN_A_FRAME);

        for (ULONG Index = 0; Index < Count; Index++) {
            BootSendName(&Ring->Events[Slot + Index]);
        }
        BootSendFrame(BootFrameEvents, Head, sizeof(Head), &Ring->Events[Slot],
                      Count * (ULONG)sizeof(KE_TRACE_EVENT));
        BootTraceTotal.Events += Count;
        Number += Count;
    }
}

static VOID
BootSendProcessor(ULONG Number)
{
    PKE_TRACE_RING Ring = KeQueryTraceRing(Number);
    BOOT_TRACE_PROCESSOR Processor = {.Number = Number};

    if (Ring == NULL) {
        return;
    }
    Processor.ApicId = KiProcessorBlock[Number]->ApicId;
    Processor.Written = Ring->Written;
    Processor.Overwritten = Ring->Written - BootCountKept(Ring);
    BootSendFrame(BootFrameProcessor, &Processor, sizeof(Processor), NULL, 0);
    BootSendEvents(Number, Ring);
}

static VOID
BootSendTrace(ULONG Events)
{
    BOOT_TRACE_HEADER Header = {.ByteOrder = BYTE_ORDER,
                                .Version = STREAM_VERSION,
                                .ProcessorCount = RtlCountBits(KeActiveProcessors),
                                .EventSize = sizeof(KE_TRACE_EVENT),
                                .Capacity = (ULONG)KeQueryTraceRing(0)->Mask + 1,
                                .Events = Events,
                                .Frequency = HalQueryTimeStampFrequency(),
                                .EntryTimeStamp = BootTraceBoot->EntryTimeStamp};

    memcpy(Header.Profile, DIRQL_NT_NAME, sizeof(DIRQL_NT_NAME));
    BootSendFrame(BootFrameHeader, &Header, sizeof(Header), NULL, 0);
    for (ULONG Number = 0; Number < HAL_MAXIMUM_PROCESSORS; Number++) {
        BootSendProcessor(Number);
    }
    BootSendFrame(BootFrameEnd, &BootTraceTotal, sizeof(BootTraceTotal), NULL, 0);
}

/* The world stands still: HIGH_LEVEL, after the stop report. */
static VOID NTAPI
BootTraceBugCheck(PVOID Buffer, ULONG Length)
{
    ULONG Events = KeTraceEvents;

    UNREFERENCED_PARAMETER(Buffer);
    UNREFERENCED_PARAMETER(Length);
    KeTraceEvents = 0;
    BootSendTrace(Events);
}

static ULONG
BootFindGroup(const CHAR *Name, ULONG Length)
{
    for (ULONG Index = 0; Index < RTL_NUMBER_OF(BootTraceGroups); Index++) {
        const CHAR *Group = BootTraceGroups[Index].Name;

        if (strlen(Group) == Length && memcmp(Group, Name, Length) == 0) {
            return BootTraceGroups[Index].Events;
        }
    }
    return 0;
}

/* The events that trace=NAME,NAME... asks for; a name that is none is said and left out. */
static ULONG
BootParseGroups(const CHAR *Names, ULONG Length)
{
    ULONG Events = 0, Start = 0;

    for (ULONG End = 0; End <= Length; End++) {
        ULONG Group;

        if (End < Length && Names[End] != ',') {
            continue;
        }
        Group = BootFindGroup(Names + Start, End - Start);
        if (Group == 0) {
            KePrint("dirql: trace: no events are called \"%.*s\"\n", (int)(End - Start),
                    Names + Start);
        }
        Events |= Group;
        Start = End + 1;
    }
    return Events & (KE_TRACE_BIT(TraceTypeEnd) - 1);
}

/* tracesize=EVENTS, as a power of 2 that is not above it. */
static ULONG
BootTraceCapacity(const CHAR *Options)
{
    ULONG Wanted = RtlQueryNumber(Options, "tracesize", DEFAULT_EVENTS);

    Wanted = max(min(Wanted, HIGHEST_EVENTS), LOWEST_EVENTS);
    return 1U << (31 - __builtin_clz(Wanted));
}

/* Rings for all; FALSE: memory is short, and nothing is traced. */
static BOOLEAN
BootAllocateRings(ULONG Capacity)
{
    SIZE_T Size = sizeof(KE_TRACE_RING) + Capacity * sizeof(KE_TRACE_EVENT);

    for (ULONG Number = 0; Number < HAL_MAXIMUM_PROCESSORS; Number++) {
        PKE_TRACE_RING Ring;

        if ((KeActiveProcessors & AFFINITY_MASK(Number)) == 0) {
            continue;
        }
        Ring = MmAllocatePages(BYTES_TO_PAGES(Size));
        if (Ring == NULL) {
            return FALSE;
        }
        KeSetTraceRing(Number, Ring, Capacity);
    }
    return TRUE;
}

VOID
BootStartTrace(const BOOT_INFORMATION *Boot)
{
    ULONG Length, Events, Capacity = BootTraceCapacity(Boot->Options);
    const CHAR *Names = RtlQueryOption(Boot->Options, "trace", &Length);

    Events = (Names != NULL) ? BootParseGroups(Names, Length) : 0;
    if (Events == 0) {
        return;
    }
    if (!BootAllocateRings(Capacity)) {
        KePrint("dirql: trace: no memory for %u events a processor\n", Capacity);
        return;
    }
    BootTraceBoot = Boot;
    KeRegisterBugCheckCallback(&BootTraceCallback, BootTraceBugCheck, NULL, 0,
                               (PUCHAR) "trace");
    KePrint("dirql: trace: events 0x%08X, %u a processor\n", Events, Capacity);
    KeStartTrace(Events);
}

VOID
BootWriteTrace(VOID)
{
    ULONG Events = KeTraceEvents;

    if (Events == 0) {
        return;
    }
    KeStopTrace();
    BootSendTrace(Events);
    KePrint("dirql: trace: %I64u events, %u names\n", BootTraceTotal.Events,
            BootTraceTotal.Names);
}
