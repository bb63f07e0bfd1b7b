/*
 * Drivers' part in a bug check: routines that are called when the report is out.
 *
 * They run at HIGH_LEVEL on the processor that reports, all others stopped. The records are
 * the drivers' memory and may be what is broken: each is looked at before it is believed,
 * and the walk keeps its place outside the stack, so that after a fault in one routine the
 * next is called (bugcheck.c). The lists are walked without their lock, which a processor
 * that stopped may hold.
 */
#include "ki.h"

#define MAXIMUM_CALLBACKS   32
#define SECONDARY_DATA_SIZE PAGE_SIZE

typedef struct _KI_CALLBACK_WALK {
    LIST_ENTRY Head;
    PLIST_ENTRY Next; /* NULL: the walk has not begun */
    ULONG Count;
} KI_CALLBACK_WALK;

static KI_CALLBACK_WALK KiCallbacks = {.Head = {&KiCallbacks.Head, &KiCallbacks.Head}};
static KI_CALLBACK_WALK KiReasons = {.Head = {&KiReasons.Head, &KiReasons.Head}};
static UCHAR KiSecondaryData[SECONDARY_DATA_SIZE];

/* NT's checksum: of what the walk is about to believe. */
static ULONG_PTR
KiChecksum(const KBUGCHECK_CALLBACK_RECORD *Record)
{
    return (ULONG_PTR)Record->CallbackRoutine + (ULONG_PTR)Record->Buffer +
           Record->Length + (ULONG_PTR)Record->Component;
}

static ULONG_PTR
KiReasonChecksum(const KBUGCHECK_REASON_CALLBACK_RECORD *Record)
{
    return (ULONG_PTR)Record->CallbackRoutine + (ULONG_PTR)Record->Reason +
           (ULONG_PTR)Record->Component;
}

/* Registration, at any level: interrupts off. */
static KSPIN_LOCK KiCallbackLock;

static BOOLEAN
KiLockCallbacks(VOID)
{
    BOOLEAN Enabled = ArchDisableInterrupts();

    KiAcquireSpinLock(&KiCallbackLock);
    return Enabled;
}

static VOID
KiUnlockCallbacks(BOOLEAN Enabled)
{
    KiReleaseSpinLock(&KiCallbackLock);
    ArchRestoreInterrupts(Enabled);
}

/* The next record of Size bytes, its entry first, or NULL at the end of what can be
   trusted. */
static PVOID
KiNextCallback(KI_CALLBACK_WALK *Walk, SIZE_T Size)
{
    PLIST_ENTRY Entry = (Walk->Next != NULL) ? Walk->Next : Walk->Head.Flink;

    if (Entry == &Walk->Head || Walk->Count++ == MAXIMUM_CALLBACKS) {
        return NULL;
    }
    if (!MmIsRangeMapped((ULONG64)(ULONG_PTR)Entry, Size) ||
        !MmIsRangeMapped((ULONG64)(ULONG_PTR)Entry->Flink, sizeof(*Entry)) ||
        Entry->Flink->Blink != Entry) {
        KePrintUnlocked("*** the list of bug check callbacks is broken at %p\n", Entry);
        Walk->Count = MAXIMUM_CALLBACKS;
        return NULL;
    }
    Walk->Next = Entry->Flink;
    return Entry;
}

/* A stage of the report: KeRegisterBugCheckCallback's. */
VOID
KiRunBugCheckCallbacks(VOID)
{
    PKBUGCHECK_CALLBACK_RECORD Record;

    while ((Record = KiNextCallback(&KiCallbacks, sizeof(*Record))) != NULL) {
        if (Record->State == BufferInserted && Record->Checksum == KiChecksum(Record)) {
            Record->State = BufferStarted;
            KiStop.Stage--; /* a fault in the routine comes back to this list */
            Record->CallbackRoutine(Record->Buffer, Record->Length);
            KiStop.Stage++;
            Record->State = BufferFinished;
        }
    }
}

/* Asks for the data a dump would take up, and says how much there is: no dump is written. */
static VOID
KiAskSecondaryData(PKBUGCHECK_REASON_CALLBACK_RECORD Record)
{
    static KBUGCHECK_SECONDARY_DUMP_DATA Data;

    memset(&Data, 0, sizeof(Data));
    Data.InBuffer = KiSecondaryData;
    Data.InBufferLength = sizeof(KiSecondaryData);
    Data.MaximumAllowed = sizeof(KiSecondaryData);
    Record->CallbackRoutine(Record->Reason, Record, &Data, sizeof(Data));
    if (Data.OutBuffer != NULL) {
        KePrintUnlocked("*** a driver has %u bytes of its own for a dump\n",
                        Data.OutBufferLength);
    }
}

/* A stage of the report: KeRegisterBugCheckReasonCallback's. */
VOID
KiRunReasonCallbacks(VOID)
{
    PKBUGCHECK_REASON_CALLBACK_RECORD Record;

    while ((Record = KiNextCallback(&KiReasons, sizeof(*Record))) != NULL) {
        if (Record->State == BufferInserted &&
            Record->Checksum == KiReasonChecksum(Record) &&
            Record->Reason == KbCallbackSecondaryDumpData) {
            Record->State = BufferStarted;
            KiStop.Stage--;
            KiAskSecondaryData(Record);
            KiStop.Stage++;
            Record->State = BufferFinished;
        }
    }
}

/*
 * Registers a routine to run, at HIGH_LEVEL with the world stopped, after the report.
 *
 * CallbackRecord: resident, prepared by KeInitializeCallbackRecord, the kernel's until
 * deregistered. Buffer, Length: handed to the routine. Returns FALSE when the record is
 * registered already. IRQL: any.
 */
BOOLEAN
NTAPI
KeRegisterBugCheckCallback(PKBUGCHECK_CALLBACK_RECORD CallbackRecord,
                           PKBUGCHECK_CALLBACK_ROUTINE CallbackRoutine, PVOID Buffer,
                           ULONG Length, PUCHAR Component)
{
    BOOLEAN Enabled = KiLockCallbacks();
    BOOLEAN Free = (CallbackRecord->State == BufferEmpty);

    if (Free) {
        CallbackRecord->CallbackRoutine = CallbackRoutine;
        CallbackRecord->Buffer = Buffer;
        CallbackRecord->Length = Length;
        CallbackRecord->Component = Component;
        CallbackRecord->Checksum = KiChecksum(CallbackRecord);
        CallbackRecord->State = BufferInserted;
        InsertTailList(&KiCallbacks.Head, &CallbackRecord->Entry);
    }
    KiUnlockCallbacks(Enabled);
    return Free;
}
EXPORT(KeRegisterBugCheckCallback);

/* Takes the record back. FALSE: it was not registered. IRQL: any. */
BOOLEAN
NTAPI
KeDeregisterBugCheckCallback(PKBUGCHECK_CALLBACK_RECORD CallbackRecord)
{
    BOOLEAN Enabled = KiLockCallbacks();
    BOOLEAN Registered = (CallbackRecord->State == BufferInserted);

    if (Registered) {
        RemoveEntryList(&CallbackRecord->Entry);
        CallbackRecord->State = BufferEmpty;
    }
    KiUnlockCallbacks(Enabled);
    return Registered;
}
EXPORT(KeDeregisterBugCheckCallback);

/*
 * The same for a routine that has something to add to a crash dump. No dump is written
 * here: KbCallbackSecondaryDumpData routines are asked, and what they have is mentioned;
 * the other reasons are kept and not called. FALSE: registered already, or no such reason.
 * IRQL: any.
 */
BOOLEAN
NTAPI
KeRegisterBugCheckReasonCallback(PKBUGCHECK_REASON_CALLBACK_RECORD CallbackRecord,
                                 PKBUGCHECK_REASON_CALLBACK_ROUTINE CallbackRoutine,
                                 KBUGCHECK_CALLBACK_REASON Reason, PUCHAR Component)
{
    BOOLEAN Enabled = KiLockCallbacks();
    BOOLEAN Free = (CallbackRecord->State == BufferEmpty) &&
                   Reason >= KbCallbackSecondaryDumpData && Reason <= KbCallbackAddPages;

    if (Free) {
        CallbackRecord->CallbackRoutine = CallbackRoutine;
        CallbackRecord->Component = Component;
        CallbackRecord->Reason = Reason;
        CallbackRecord->Checksum = KiReasonChecksum(CallbackRecord);
        CallbackRecord->State = BufferInserted;
        InsertTailList(&KiReasons.Head, &CallbackRecord->Entry);
    }
    KiUnlockCallbacks(Enabled);
    return Free;
}
EXPORT(KeRegisterBugCheckReasonCallback);

/* Takes the record back. FALSE: it was not registered. IRQL: any. */
BOOLEAN
NTAPI
KeDeregisterBugCheckReasonCallback(PKBUGCHECK_REASON_CALLBACK_RECORD CallbackRecord)
{
    BOOLEAN Enabled = KiLockCallbacks();
    BOOLEAN Registered = (CallbackRecord->State == BufferInserted);

    if (Registered) {
        RemoveEntryList(&CallbackRecord->Entry);
        CallbackRecord->State = BufferEmpty;
    }
    KiUnlockCallbacks(Enabled);
    return Registered;
}
EXPORT(KeDeregisterBugCheckReasonCallback);
