/*
 * Telling drivers that interfaces of a class come and go.
 *
 * Changes are queued in the order in which they are made and told by one worker, so that
 * nobody is told of a removal before the arrival. Each has a number; a registration is
 * told of those with a number above the one it came in at.
 */
#include "iop.h"
#include "ionotify.h"

#include <internal/ke.h>
#include <wdmguid.h>

typedef struct _IOP_INTERFACE_CHANGE {
    LIST_ENTRY Link;
    BOOLEAN Arrival;
    GUID Class;
    ULONG64 Number;
    UNICODE_STRING Name;
    WCHAR Text[];
} IOP_INTERFACE_CHANGE, *PIOP_INTERFACE_CHANGE;

static WORKER_THREAD_ROUTINE IopTellChanges;

/* Held while an interface is enabled or disabled, or a registration joins. */
static KEVENT IopInterfaceChangeLock = KE_EVENT_LOCK(IopInterfaceChangeLock);
static ULONG64 IopLastChange; /* that lock */

static LIST_ENTRY IopChanges = {&IopChanges, &IopChanges};
static KSPIN_LOCK IopChangesLock; /* a leaf */
static BOOLEAN IopTelling;        /* the worker is queued or runs; IopChangesLock */
static WORK_QUEUE_ITEM IopTellItem;

VOID
IopLockInterfaceChanges(VOID)
{
    KeEnterEventLock(&IopInterfaceChangeLock);
}

VOID
IopUnlockInterfaceChanges(VOID)
{
    KeLeaveEventLock(&IopInterfaceChangeLock);
}

VOID
IopNoteInterfaceChange(PCUNICODE_STRING Name, const GUID *Class, BOOLEAN Arrival)
{
    PIOP_INTERFACE_CHANGE Change =
        IopAllocate(sizeof(*Change) + Name->Length + sizeof(WCHAR), IOP_TAG_PNP);
    BOOLEAN Queue;
    KIRQL OldIrql;

    if (Change == NULL) {
        return; /* whoever asks for the interfaces sees what is */
    }
    Change->Arrival = Arrival;
    Change->Class = *Class;
    Change->Number = ++IopLastChange;
    Change->Name.Buffer = Change->Text;
    Change->Name.Length = Name->Length;
    Change->Name.MaximumLength = Name->Length + sizeof(WCHAR);
    memcpy(Change->Text, Name->Buffer, Name->Length);
    KeAcquireSpinLock(&IopChangesLock, &OldIrql);
    InsertTailList(&IopChanges, &Change->Link);
    Queue = !IopTelling;
    IopTelling = TRUE;
    KeReleaseSpinLock(&IopChangesLock, OldIrql);
    if (Queue) {
        ExInitializeWorkItem(&IopTellItem, IopTellChanges, NULL);
        ExQueueWorkItem(&IopTellItem, DelayedWorkQueue);
    }
}

static NTSTATUS
IopTellOne(PIOP_NOTIFICATION Notification, PUNICODE_STRING Name, BOOLEAN Arrival)
{
    DEVICE_INTERFACE_CHANGE_NOTIFICATION Structure = {
        .Version = 1,
        .Size = sizeof(Structure),
        .Event = Arrival ? GUID_DEVICE_INTERFACE_ARRIVAL : GUID_DEVICE_INTERFACE_REMOVAL,
        .InterfaceClassGuid = Notification->Class,
        .SymbolicLinkName = Name,
    };

    return IopCallBack(Notification, &Structure);
}

/* Tells everybody of one change. What a callback answers does not matter. */
static VOID
IopTellChange(PIOP_INTERFACE_CHANGE Change)
{
    PIOP_NOTIFICATION Notification = NULL;

    while ((Notification = IopNextNotification(
                Notification, EventCategoryDeviceInterfaceChange, FALSE)) != NULL) {
        if (Change->Number > Notification->Since &&
            IsEqualGUID(&Change->Class, &Notification->Class)) {
            IopEnterCallback(Notification);
            IopTellOne(Notification, &Change->Name, Change->Arrival);
            IopLeaveCallback(Notification);
        }
    }
}

/* The first change not yet told, or NULL, when the worker ends. */
static PIOP_INTERFACE_CHANGE
IopTakeChange(VOID)
{
    PIOP_INTERFACE_CHANGE Change = NULL;
    KIRQL OldIrql;

    KeAcquireSpinLock(&IopChangesLock, &OldIrql);
    if (IsListEmpty(&IopChanges)) {
        IopTelling = FALSE;
    } else {
        Change =
            CONTAINING_RECORD(RemoveHeadList(&IopChanges), IOP_INTERFACE_CHANGE, Link);
    }
    KeReleaseSpinLock(&IopChangesLock, OldIrql);
    return Change;
}

/* Runs in a worker thread. */
static VOID NTAPI
IopTellChanges(PVOID Parameter)
{
    PIOP_INTERFACE_CHANGE Change;

    UNREFERENCED_PARAMETER(Parameter);
    while ((Change = IopTakeChange()) != NULL) {
        IopTellChange(Change);
        ExFreePoolWithTag(Change, IOP_TAG_PNP);
    }
}

/* It is entered before the lock is let go: what changes from then on is told after what
   was there. */
VOID
IopJoinInterfaceChanges(PIOP_NOTIFICATION Notification, BOOLEAN Existing)
{
    PWSTR Names = NULL;

    IopLockInterfaceChanges();
    IopEnterCallback(Notification);
    if (Existing) {
        IoGetDeviceInterfaces(&Notification->Class, NULL, 0, &Names);
    }
    Notification->Since = IopLastChange;
    IopUnlockInterfaceChanges();
    for (PWSTR Next = Names; Next != NULL && *Next != L'\0';) {
        UNICODE_STRING Name;

        RtlInitUnicodeString(&Name, Next);
        IopTellOne(Notification, &Name, TRUE);
        Next += Name.Length / sizeof(WCHAR) + 1;
    }
    IopLeaveCallback(Notification);
    if (Names != NULL) {
        ExFreePool(Names);
    }
}
