/*
 * Names: one flat list of devices and symbolic links.
 *
 * There is no object directory. \DosDevices, \?? and \GLOBAL?? are one place, as they are
 * for kernel code on NT: the first two spellings are rewritten to \?? before anything is
 * looked up. A name matches an entry when it is equal to it, or continues it after a
 * backslash; the longest entry wins. Case is ignored.
 */
#include "iop.h"

#define IOP_MAXIMUM_LINKS 8 /* links followed before a name counts as circular */

struct _IOP_NAME {
    LIST_ENTRY Link;       /* IopNames; IopDatabaseLock */
    UNICODE_STRING Name;   /* canonical */
    PDEVICE_OBJECT Device; /* NULL: a symbolic link */
    UNICODE_STRING Target;
};

static LIST_ENTRY IopNames = {&IopNames, &IopNames};

/* Copies Name to Text, with the \?? spelling. FALSE: no leading backslash, or too long.
 */
static BOOLEAN
IopCanonicalName(PCUNICODE_STRING Name, WCHAR *Text, PUNICODE_STRING Result)
{
    static const UNICODE_STRING Prefixes[] = {RTL_CONSTANT_STRING(L"\\DosDevices\\"),
                                              RTL_CONSTANT_STRING(L"\\GLOBAL??\\")};
    static const UNICODE_STRING Short = RTL_CONSTANT_STRING(L"\\??\\");
    UNICODE_STRING Tail = *Name;

    RtlInitEmptyUnicodeString(Result, Text, IOP_MAXIMUM_NAME * sizeof(WCHAR));
    if (Name->Length < sizeof(WCHAR) || Name->Buffer[0] != L'\\') {
        return FALSE;
    }
    for (ULONG Index = 0; Index < RTL_NUMBER_OF(Prefixes); Index++) {
        if (RtlPrefixUnicodeString(&Prefixes[Index], Name, TRUE)) {
            RtlCopyUnicodeString(Result, &Short);
            Tail.Buffer += Prefixes[Index].Length / sizeof(WCHAR);
            Tail.Length -= Prefixes[Index].Length;
            break;
        }
    }
    return NT_SUCCESS(RtlAppendUnicodeStringToString(Result, &Tail));
}

/* The longest entry that Name is or continues, or NULL. IopDatabaseLock held. */
static PIOP_NAME
IopFindName(PCUNICODE_STRING Name)
{
    PIOP_NAME Best = NULL;

    for (PLIST_ENTRY Link = IopNames.Flink; Link != &IopNames; Link = Link->Flink) {
        PIOP_NAME Entry = CONTAINING_RECORD(Link, IOP_NAME, Link);
        USHORT Length = Entry->Name.Length;

        if (RtlPrefixUnicodeString(&Entry->Name, Name, TRUE) &&
            (Name->Length == Length || Name->Buffer[Length / sizeof(WCHAR)] == L'\\') &&
            (Best == NULL || Length > Best->Name.Length)) {
            Best = Entry;
        }
    }
    return Best;
}

/* Copies Source into the memory at *Buffer and moves *Buffer behind it. */
static VOID
IopPackString(PUNICODE_STRING Destination, PCUNICODE_STRING Source, PWCHAR *Buffer)
{
    memcpy(*Buffer, Source->Buffer, Source->Length);
    Destination->Buffer = *Buffer;
    Destination->Length = Source->Length;
    Destination->MaximumLength = Source->Length;
    *Buffer += Source->Length / sizeof(WCHAR);
}

/* Makes an entry: of Device, or with Device NULL a link to Target. */
static NTSTATUS
IopInsertName(PCUNICODE_STRING Name, PDEVICE_OBJECT Device, PCUNICODE_STRING Target,
              PIOP_NAME *Result)
{
    WCHAR Text[IOP_MAXIMUM_NAME];
    UNICODE_STRING Canonical;
    PIOP_NAME Entry, Present;
    PWCHAR Buffer;
    KIRQL OldIrql;

    if (!IopCanonicalName(Name, Text, &Canonical)) {
        return STATUS_OBJECT_NAME_INVALID;
    }
    Entry = IopAllocate(sizeof(*Entry) + Canonical.Length + Target->Length, IOP_TAG_NAME);
    if (Entry == NULL) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    Buffer = (PWCHAR)(Entry + 1);
    IopPackString(&Entry->Name, &Canonical, &Buffer);
    IopPackString(&Entry->Target, Target, &Buffer);
    Entry->Device = Device;

    KeAcquireSpinLock(&IopDatabaseLock, &OldIrql);
    Present = IopFindName(&Entry->Name);
    if (Present != NULL && Present->Name.Length == Entry->Name.Length) {
        KeReleaseSpinLock(&IopDatabaseLock, OldIrql);
        ExFreePoolWithTag(Entry, IOP_TAG_NAME);
        return STATUS_OBJECT_NAME_COLLISION;
    }
    InsertTailList(&IopNames, &Entry->Link);
    KeReleaseSpinLock(&IopDatabaseLock, OldIrql);
    *Result = Entry;
    return STATUS_SUCCESS;
}

/* Names Device. STATUS_OBJECT_NAME_COLLISION, _INVALID, STATUS_INSUFFICIENT_RESOURCES. */
NTSTATUS
IopInsertDeviceName(PCUNICODE_STRING Name, PDEVICE_OBJECT Device, PIOP_NAME *Entry)
{
    static const UNICODE_STRING Empty;

    return IopInsertName(Name, Device, &Empty, Entry);
}

VOID
IopRemoveName(PIOP_NAME Entry)
{
    KIRQL OldIrql;

    KeAcquireSpinLock(&IopDatabaseLock, &OldIrql);
    RemoveEntryList(&Entry->Link);
    KeReleaseSpinLock(&IopDatabaseLock, OldIrql);
    ExFreePoolWithTag(Entry, IOP_TAG_NAME);
}

PCUNICODE_STRING
IopQueryName(PIOP_NAME Entry)
{
    return &Entry->Name;
}

/*
 * Makes SymbolicLinkName stand for DeviceName, which need not exist yet.
 * STATUS_OBJECT_NAME_COLLISION, STATUS_OBJECT_NAME_INVALID,
 * STATUS_INSUFFICIENT_RESOURCES. PASSIVE_LEVEL. Source: manual, IoCreateSymbolicLink.
 */
NTSTATUS
NTAPI
IoCreateSymbolicLink(PUNICODE_STRING SymbolicLinkName, PUNICODE_STRING DeviceName)
{
    PIOP_NAME Entry;

    return IopInsertName(SymbolicLinkName, NULL, DeviceName, &Entry);
}
EXPORT(IoCreateSymbolicLink);

/* Removes a symbolic link. STATUS_OBJECT_NAME_NOT_FOUND, STATUS_OBJECT_NAME_INVALID,
   STATUS_OBJECT_TYPE_MISMATCH (a device). PASSIVE_LEVEL. Source: manual,
   IoDeleteSymbolicLink. */
NTSTATUS
NTAPI
IoDeleteSymbolicLink(PUNICODE_STRING SymbolicLinkName)
{
    WCHAR Text[IOP_MAXIMUM_NAME];
    UNICODE_STRING Canonical;
    NTSTATUS Status = STATUS_SUCCESS;
    PIOP_NAME Entry;
    KIRQL OldIrql;

    if (!IopCanonicalName(SymbolicLinkName, Text, &Canonical)) {
        return STATUS_OBJECT_NAME_INVALID;
    }
    KeAcquireSpinLock(&IopDatabaseLock, &OldIrql);
    Entry = IopFindName(&Canonical);
    if (Entry == NULL || Entry->Name.Length != Canonical.Length) {
        Status = STATUS_OBJECT_NAME_NOT_FOUND;
    } else if (Entry->Device != NULL) {
        Status = STATUS_OBJECT_TYPE_MISMATCH;
    } else {
        RemoveEntryList(&Entry->Link);
    }
    KeReleaseSpinLock(&IopDatabaseLock, OldIrql);
    if (NT_SUCCESS(Status)) {
        ExFreePoolWithTag(Entry, IOP_TAG_NAME);
    }
    return Status;
}
EXPORT(IoDeleteSymbolicLink);

/*
 * One step of a resolution. A device: references it and copies what follows its name to
 * Next. A link: the target and what follows the link's name go to Next. FALSE when
 * nothing matches or Next would be too long.
 */
static BOOLEAN
IopResolveStep(PCUNICODE_STRING Name, PDEVICE_OBJECT *Device, PUNICODE_STRING Next)
{
    UNICODE_STRING Tail = *Name;
    BOOLEAN Found = FALSE;
    PIOP_NAME Entry;
    KIRQL OldIrql;

    KeAcquireSpinLock(&IopDatabaseLock, &OldIrql);
    Entry = IopFindName(Name);
    if (Entry != NULL) {
        Tail.Buffer += Entry->Name.Length / sizeof(WCHAR);
        Tail.Length -= Entry->Name.Length;
        RtlCopyUnicodeString(Next, &Entry->Target);
        Found = Next->Length == Entry->Target.Length &&
                NT_SUCCESS(RtlAppendUnicodeStringToString(Next, &Tail));
        *Device = Found ? Entry->Device : NULL;
        if (*Device != NULL) {
            ObReferenceObject(*Device);
        }
    }
    KeReleaseSpinLock(&IopDatabaseLock, OldIrql);
    return Found;
}

NTSTATUS
IopResolveName(PCUNICODE_STRING Name, PDEVICE_OBJECT *Device, WCHAR *Rest)
{
    WCHAR Text[IOP_MAXIMUM_NAME];
    UNICODE_STRING Canonical, Next;

    *Device = NULL;
    /* One character is kept back for the terminating zero of Rest. */
    RtlInitEmptyUnicodeString(&Next, Rest, (IOP_MAXIMUM_NAME - 1) * sizeof(WCHAR));
    if (!IopCanonicalName(Name, Text, &Canonical)) {
        return STATUS_OBJECT_NAME_INVALID;
    }
    for (ULONG Links = 0; Links < IOP_MAXIMUM_LINKS; Links++) {
        if (!IopResolveStep(&Canonical, Device, &Next)) {
            return STATUS_OBJECT_NAME_NOT_FOUND;
        }
        if (*Device != NULL) {
            Rest[Next.Length / sizeof(WCHAR)] = L'\0';
            return STATUS_SUCCESS;
        }
        if (!IopCanonicalName(&Next, Text, &Canonical)) {
            return STATUS_OBJECT_NAME_INVALID;
        }
    }
    return STATUS_OBJECT_NAME_NOT_FOUND;
}
