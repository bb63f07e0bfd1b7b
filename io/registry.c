/*
 * The registry's stand-in: keys and values in memory, gone at power off.
 *
 * It holds what module lines give (a service key and its Parameters) and what drivers
 * write. Keys and values are two flat lists with full paths; there are a handful of each,
 * and nobody reads them but at start.
 */
#include "iop.h"

#define IOP_MAXIMUM_VALUE_LENGTH 0x10000

typedef struct _IOP_KEY {
    LIST_ENTRY Link;
    UNICODE_STRING Path;
} IOP_KEY, *PIOP_KEY;

typedef struct _IOP_VALUE {
    LIST_ENTRY Link;
    PIOP_KEY Key;
    UNICODE_STRING Name;
    ULONG Type;
    ULONG Length;
    UCHAR Data[];
} IOP_VALUE, *PIOP_VALUE;

static LIST_ENTRY IopKeys = {&IopKeys, &IopKeys};
static LIST_ENTRY IopValues = {&IopValues, &IopValues};
static KSPIN_LOCK IopRegistryLock; /* guards both lists */

/* The key with exactly this path, or NULL. IopRegistryLock held. */
static PIOP_KEY
IopFindKey(PCUNICODE_STRING Path)
{
    for (PLIST_ENTRY Link = IopKeys.Flink; Link != &IopKeys; Link = Link->Flink) {
        PIOP_KEY Key = CONTAINING_RECORD(Link, IOP_KEY, Link);

        if (RtlEqualUnicodeString(&Key->Path, Path, TRUE)) {
            return Key;
        }
    }
    return NULL;
}

/* The value of Key with this name, or with Name NULL the Index-th. IopRegistryLock held.
 */
static PIOP_VALUE
IopFindValue(PIOP_KEY Key, PCUNICODE_STRING Name, ULONG Index)
{
    for (PLIST_ENTRY Link = IopValues.Flink; Link != &IopValues; Link = Link->Flink) {
        PIOP_VALUE Value = CONTAINING_RECORD(Link, IOP_VALUE, Link);

        if (Value->Key == Key &&
            (Name != NULL ? RtlEqualUnicodeString(&Value->Name, Name, TRUE)
                          : Index-- == 0)) {
            return Value;
        }
    }
    return NULL;
}

/* Creates a key; one that exists is left as it is. STATUS_INSUFFICIENT_RESOURCES. */
NTSTATUS
IopCreateRegistryKey(PCUNICODE_STRING Path)
{
    PIOP_KEY Key = IopAllocate(sizeof(*Key) + Path->Length, IOP_TAG_REGISTRY);
    BOOLEAN Present;
    KIRQL OldIrql;

    if (Key == NULL) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    RtlInitEmptyUnicodeString(&Key->Path, (PWCHAR)(Key + 1), Path->Length);
    RtlCopyUnicodeString(&Key->Path, Path);
    KeAcquireSpinLock(&IopRegistryLock, &OldIrql);
    Present = IopFindKey(Path) != NULL;
    if (!Present) {
        InsertTailList(&IopKeys, &Key->Link);
    }
    KeReleaseSpinLock(&IopRegistryLock, OldIrql);
    if (Present) {
        ExFreePoolWithTag(Key, IOP_TAG_REGISTRY);
    }
    return STATUS_SUCCESS;
}

BOOLEAN
IopRegistryKeyExists(PCUNICODE_STRING Path)
{
    BOOLEAN Exists;
    KIRQL OldIrql;

    KeAcquireSpinLock(&IopRegistryLock, &OldIrql);
    Exists = IopFindKey(Path) != NULL;
    KeReleaseSpinLock(&IopRegistryLock, OldIrql);
    return Exists;
}

/* Puts Value in place of one with the same name; FALSE when the key does not exist.
 *Old is what was there. */
static BOOLEAN
IopReplaceValue(PCUNICODE_STRING Path, PIOP_VALUE Value, PIOP_VALUE *Old)
{
    KIRQL OldIrql;

    KeAcquireSpinLock(&IopRegistryLock, &OldIrql);
    Value->Key = IopFindKey(Path);
    if (Value->Key != NULL) {
        *Old = IopFindValue(Value->Key, &Value->Name, 0);
        if (*Old != NULL) {
            RemoveEntryList(&(*Old)->Link);
        }
        InsertTailList(&IopValues, &Value->Link);
    }
    KeReleaseSpinLock(&IopRegistryLock, OldIrql);
    return Value->Key != NULL;
}

/* Sets a value of an existing key. STATUS_OBJECT_NAME_NOT_FOUND, STATUS_INVALID_PARAMETER
   (name or data too long), STATUS_INSUFFICIENT_RESOURCES. */
NTSTATUS
IopSetRegistryValue(PCUNICODE_STRING Path, PCUNICODE_STRING Name, ULONG Type,
                    const VOID *Data, ULONG Length)
{
    PIOP_VALUE Value, Old = NULL;

    if (Length > IOP_MAXIMUM_VALUE_LENGTH ||
        Name->Length > (IOP_MAXIMUM_NAME - 1) * sizeof(WCHAR)) {
        return STATUS_INVALID_PARAMETER;
    }
    Value = IopAllocate(sizeof(*Value) + Length + Name->Length + sizeof(WCHAR),
                        IOP_TAG_REGISTRY);
    if (Value == NULL) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    Value->Type = Type;
    Value->Length = Length;
    if (Length != 0) {
        memcpy(Value->Data, Data, Length);
    }
    RtlInitEmptyUnicodeString(&Value->Name,
                              (PWCHAR)(Value->Data + ALIGN_UP_BY(Length, sizeof(WCHAR))),
                              Name->Length);
    RtlCopyUnicodeString(&Value->Name, Name);
    if (!IopReplaceValue(Path, Value, &Old)) {
        ExFreePoolWithTag(Value, IOP_TAG_REGISTRY);
        return STATUS_OBJECT_NAME_NOT_FOUND;
    }
    if (Old != NULL) {
        ExFreePoolWithTag(Old, IOP_TAG_REGISTRY);
    }
    return STATUS_SUCCESS;
}

/* A copy of Value, with a zero character behind its data. */
static PIOP_REGISTRY_VALUE
IopCopyValue(PIOP_VALUE Value)
{
    PIOP_REGISTRY_VALUE Copy =
        IopAllocate(sizeof(*Copy) + Value->Length + sizeof(WCHAR), IOP_TAG_REGISTRY);

    if (Copy != NULL) {
        Copy->Type = Value->Type;
        Copy->Length = Value->Length;
        Copy->Data = (PUCHAR)(Copy + 1);
        memcpy(Copy->Data, Value->Data, Value->Length);
        memcpy(Copy->Name, Value->Name.Buffer, Value->Name.Length);
    }
    return Copy;
}

NTSTATUS
IopQueryRegistryValue(PCUNICODE_STRING Path, PCUNICODE_STRING Name, ULONG Index,
                      PIOP_REGISTRY_VALUE *Result)
{
    NTSTATUS Status = STATUS_OBJECT_NAME_NOT_FOUND;
    PIOP_VALUE Value;
    PIOP_KEY Key;
    KIRQL OldIrql;

    KeAcquireSpinLock(&IopRegistryLock, &OldIrql);
    Key = IopFindKey(Path);
    Value = Key == NULL ? NULL : IopFindValue(Key, Name, Index);
    if (Value != NULL) {
        *Result = IopCopyValue(Value);
        Status = *Result == NULL ? STATUS_INSUFFICIENT_RESOURCES : STATUS_SUCCESS;
    }
    KeReleaseSpinLock(&IopRegistryLock, OldIrql);
    return Status;
}

/* Whether a key lies below Path. IopRegistryLock held. */
static BOOLEAN
IopHasSubkey(PCUNICODE_STRING Path)
{
    for (PLIST_ENTRY Link = IopKeys.Flink; Link != &IopKeys; Link = Link->Flink) {
        PUNICODE_STRING Other = &CONTAINING_RECORD(Link, IOP_KEY, Link)->Path;
        UNICODE_STRING Start = {Path->Length, Path->Length, Other->Buffer};

        if (Other->Length > Path->Length &&
            Other->Buffer[Path->Length / sizeof(WCHAR)] == L'\\' &&
            RtlEqualUnicodeString(&Start, Path, TRUE)) {
            return TRUE;
        }
    }
    return FALSE;
}

/* Moves the values of Key to Removed. IopRegistryLock held. */
static VOID
IopTakeValues(PIOP_KEY Key, PLIST_ENTRY Removed)
{
    PIOP_VALUE Value;

    while ((Value = IopFindValue(Key, NULL, 0)) != NULL) {
        RemoveEntryList(&Value->Link);
        InsertTailList(Removed, &Value->Link);
    }
}

NTSTATUS
IopDeleteRegistryKey(PCUNICODE_STRING Path)
{
    NTSTATUS Status = STATUS_SUCCESS;
    LIST_ENTRY Removed;
    PIOP_KEY Key;
    KIRQL OldIrql;

    InitializeListHead(&Removed);
    KeAcquireSpinLock(&IopRegistryLock, &OldIrql);
    Key = IopFindKey(Path);
    if (Key == NULL) {
        Status = STATUS_KEY_DELETED;
    } else if (IopHasSubkey(Path)) {
        Status = STATUS_CANNOT_DELETE;
    } else {
        IopTakeValues(Key, &Removed);
        RemoveEntryList(&Key->Link);
    }
    KeReleaseSpinLock(&IopRegistryLock, OldIrql);
    if (NT_SUCCESS(Status)) {
        ExFreePoolWithTag(Key, IOP_TAG_REGISTRY);
    }
    while (!IsListEmpty(&Removed)) {
        ExFreePoolWithTag(CONTAINING_RECORD(RemoveHeadList(&Removed), IOP_VALUE, Link),
                          IOP_TAG_REGISTRY);
    }
    return Status;
}

NTSTATUS
IopDeleteRegistryValue(PCUNICODE_STRING Path, PCUNICODE_STRING Name)
{
    PIOP_VALUE Value;
    PIOP_KEY Key;
    KIRQL OldIrql;

    KeAcquireSpinLock(&IopRegistryLock, &OldIrql);
    Key = IopFindKey(Path);
    Value = Key == NULL ? NULL : IopFindValue(Key, Name, 0);
    if (Value != NULL) {
        RemoveEntryList(&Value->Link);
    }
    KeReleaseSpinLock(&IopRegistryLock, OldIrql);
    if (Value == NULL) {
        return STATUS_OBJECT_NAME_NOT_FOUND;
    }
    ExFreePoolWithTag(Value, IOP_TAG_REGISTRY);
    return STATUS_SUCCESS;
}
