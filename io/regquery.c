/*
 * RtlQueryRegistryValues: a table of questions to one key and its subkeys, as drivers of
 * every age ask it. Variables in REG_EXPAND_SZ are not expanded (there is no
 * environment), and RTL_QUERY_REGISTRY_DELETE is not honoured: both as docs/deviations.md
 * says.
 */
#include "iop.h"

/* The state of one call. */
typedef struct _IOP_QUERY {
    UNICODE_STRING Top;     /* the key asked for */
    UNICODE_STRING Current; /* it, or the subkey last named */
    PVOID Context;
    WCHAR TopText[IOP_MAXIMUM_NAME];
    WCHAR CurrentText[IOP_MAXIMUM_NAME];
} IOP_QUERY, *PIOP_QUERY;

static const PCWSTR IopRelativePaths[] = {
    [RTL_REGISTRY_ABSOLUTE] = L"",
    [RTL_REGISTRY_SERVICES] = IOP_REGISTRY_SERVICES,
    [RTL_REGISTRY_CONTROL] = IOP_REGISTRY_CONTROL_SET L"Control\\",
    [RTL_REGISTRY_WINDOWS_NT] =
        L"\\Registry\\Machine\\Software\\Microsoft\\Windows NT\\CurrentVersion\\",
    [RTL_REGISTRY_DEVICEMAP] = L"\\Registry\\Machine\\Hardware\\DeviceMap\\",
    [RTL_REGISTRY_USER] = L"\\Registry\\User\\.Default\\",
};

/* Writes the full path of RelativeTo and Path to Result, without a backslash at its end.
 */
static NTSTATUS
IopRelativePath(ULONG RelativeTo, PCWSTR Path, PUNICODE_STRING Result)
{
    ULONG Root = RelativeTo & ~(ULONG)(RTL_REGISTRY_OPTIONAL | RTL_REGISTRY_HANDLE);
    NTSTATUS Status;

    if ((RelativeTo & RTL_REGISTRY_HANDLE) != 0) {
        UNICODE_STRING KeyPath;
        PVOID Key;

        Status = IopReferenceKey((HANDLE)Path, &Key, &KeyPath);
        if (NT_SUCCESS(Status)) {
            RtlCopyUnicodeString(Result, &KeyPath);
            ObDereferenceObject(Key);
        }
        return Status;
    }
    if (Root >= RTL_NUMBER_OF(IopRelativePaths)) {
        return STATUS_INVALID_PARAMETER;
    }
    Status = RtlAppendUnicodeToString(Result, IopRelativePaths[Root]);
    if (NT_SUCCESS(Status) && Path != NULL) {
        Status = RtlAppendUnicodeToString(Result, Path);
    }
    if (Result->Length != 0 &&
        Result->Buffer[Result->Length / sizeof(WCHAR) - 1] == L'\\') {
        Result->Length -= sizeof(WCHAR);
    }
    return Status;
}

/* Gives a text to a UNICODE_STRING of the caller, allocating its buffer when there is
 * none. */
static NTSTATUS
IopStoreText(PUNICODE_STRING String, const VOID *Data, ULONG Length)
{
    if (Length > MAXUSHORT) {
        return STATUS_BUFFER_TOO_SMALL;
    }
    if (String->Buffer == NULL) {
        String->Buffer = ExAllocatePoolWithTag(PagedPool, Length, IOP_TAG_REGISTRY);
        if (String->Buffer == NULL) {
            return STATUS_INSUFFICIENT_RESOURCES;
        }
        String->MaximumLength = (USHORT)Length;
    } else if (Length > String->MaximumLength) {
        return STATUS_BUFFER_TOO_SMALL;
    }
    memcpy(String->Buffer, Data, Length);
    String->Length = (USHORT)Length - (Length >= sizeof(WCHAR) ? sizeof(WCHAR) : 0);
    return STATUS_SUCCESS;
}

/*
 * Gives other data to the caller's memory. Up to a ULONG it is stored as it is; more
 * needs the size of the memory there: minus n in the first LONG for plain data, or n, and
 * then the data goes behind two ULONGs, length and type.
 */
static NTSTATUS
IopStoreBinary(PVOID Memory, ULONG Type, const VOID *Data, ULONG Length)
{
    LONG Size;

    if (Length <= sizeof(ULONG)) {
        memcpy(Memory, Data, Length);
        return STATUS_SUCCESS;
    }
    Size = *(PLONG)Memory;
    if (Size < 0) {
        if (Length > (ULONG) - (LONG64)Size) {
            return STATUS_BUFFER_TOO_SMALL;
        }
        memcpy(Memory, Data, Length);
        return STATUS_SUCCESS;
    }
    if ((ULONG64)Length + 2 * sizeof(ULONG) > (ULONG64)Size) {
        return STATUS_BUFFER_TOO_SMALL;
    }
    ((PULONG)Memory)[0] = Length;
    ((PULONG)Memory)[1] = Type;
    memcpy((PULONG)Memory + 2, Data, Length);
    return STATUS_SUCCESS;
}

/* Delivers one value: into EntryContext, or to the entry's routine. */
static NTSTATUS
IopDeliver(PIOP_QUERY Query, PRTL_QUERY_REGISTRY_TABLE Entry, PWSTR Name, ULONG Type,
           PVOID Data, ULONG Length)
{
    ULONG Expected = Entry->DefaultType >> RTL_QUERY_REGISTRY_TYPECHECK_SHIFT;

    if ((Entry->Flags & RTL_QUERY_REGISTRY_DIRECT) == 0) {
        return Entry->QueryRoutine(Name, Type, Data, Length, Query->Context,
                                   Entry->EntryContext);
    }
    if ((Entry->Flags & RTL_QUERY_REGISTRY_TYPECHECK) != 0 && Expected != Type) {
        return STATUS_OBJECT_TYPE_MISMATCH;
    }
    if (Type == REG_SZ || Type == REG_EXPAND_SZ || Type == REG_MULTI_SZ) {
        return IopStoreText(Entry->EntryContext, Data, Length);
    }
    return IopStoreBinary(Entry->EntryContext, Type, Data, Length);
}

/* The entry's default, in place of a value that is not there. */
static NTSTATUS
IopDeliverDefault(PIOP_QUERY Query, PRTL_QUERY_REGISTRY_TABLE Entry)
{
    ULONG Type = Entry->DefaultType & ((1U << RTL_QUERY_REGISTRY_TYPECHECK_SHIFT) - 1);
    ULONG Length = Entry->DefaultLength;

    if ((Entry->Flags & RTL_QUERY_REGISTRY_REQUIRED) != 0) {
        return STATUS_OBJECT_NAME_NOT_FOUND;
    }
    if (Type == REG_NONE) {
        return STATUS_SUCCESS;
    }
    if (Length == 0 && (Type == REG_SZ || Type == REG_EXPAND_SZ)) {
        UNICODE_STRING Text;

        RtlInitUnicodeString(&Text, Entry->DefaultData);
        Length = Text.Length + sizeof(WCHAR);
    }
    return IopDeliver(Query, Entry, Entry->Name, Type, Entry->DefaultData, Length);
}

/* Asks for the value the entry names. */
static NTSTATUS
IopQueryNamed(PIOP_QUERY Query, PRTL_QUERY_REGISTRY_TABLE Entry)
{
    PIOP_REGISTRY_VALUE Value;
    UNICODE_STRING Name;
    NTSTATUS Status;

    RtlInitUnicodeString(&Name, Entry->Name);
    Status = IopQueryRegistryValue(&Query->Current, &Name, 0, &Value);
    if (Status == STATUS_OBJECT_NAME_NOT_FOUND) {
        return IopDeliverDefault(Query, Entry);
    }
    if (NT_SUCCESS(Status)) {
        Status = IopDeliver(Query, Entry, Value->Name, Value->Type, Value->Data,
                            Value->Length);
        ExFreePoolWithTag(Value, IOP_TAG_REGISTRY);
    }
    return Status;
}

/* Calls the entry's routine for every value of the current key. */
static NTSTATUS
IopQueryAll(PIOP_QUERY Query, PRTL_QUERY_REGISTRY_TABLE Entry)
{
    NTSTATUS Status = STATUS_SUCCESS;
    ULONG Index;

    for (Index = 0; NT_SUCCESS(Status); Index++) {
        PIOP_REGISTRY_VALUE Value;

        Status = IopQueryRegistryValue(&Query->Current, NULL, Index, &Value);
        if (Status == STATUS_OBJECT_NAME_NOT_FOUND) {
            break;
        }
        if (NT_SUCCESS(Status)) {
            Status = IopDeliver(Query, Entry, Value->Name, Value->Type, Value->Data,
                                Value->Length);
            ExFreePoolWithTag(Value, IOP_TAG_REGISTRY);
        }
    }
    if (Status != STATUS_OBJECT_NAME_NOT_FOUND) {
        return Status;
    }
    return Index == 0 && (Entry->Flags & RTL_QUERY_REGISTRY_REQUIRED) != 0
               ? Status
               : STATUS_SUCCESS;
}

/* Makes the subkey the entry names current. */
static NTSTATUS
IopEnterSubkey(PIOP_QUERY Query, PRTL_QUERY_REGISTRY_TABLE Entry)
{
    if (!NT_SUCCESS(RtlAppendUnicodeToString(&Query->Current, L"\\")) ||
        !NT_SUCCESS(RtlAppendUnicodeToString(&Query->Current, Entry->Name))) {
        return STATUS_OBJECT_NAME_INVALID;
    }
    if (!IopRegistryKeyExists(&Query->Current) &&
        (Entry->Flags & RTL_QUERY_REGISTRY_REQUIRED) != 0) {
        return STATUS_OBJECT_NAME_NOT_FOUND;
    }
    return Entry->QueryRoutine == NULL ? STATUS_SUCCESS : IopQueryAll(Query, Entry);
}

/* One line of the table. */
static NTSTATUS
IopQueryEntry(PIOP_QUERY Query, PRTL_QUERY_REGISTRY_TABLE Entry)
{
    BOOLEAN Subkey = (Entry->Flags & RTL_QUERY_REGISTRY_SUBKEY) != 0;

    if ((Entry->Flags & RTL_QUERY_REGISTRY_DIRECT) != 0
            ? Entry->Name == NULL || Subkey || Entry->QueryRoutine != NULL
            : Subkey && Entry->Name == NULL) {
        return STATUS_INVALID_PARAMETER;
    }
    if (Subkey || (Entry->Flags & RTL_QUERY_REGISTRY_TOPKEY) != 0) {
        RtlCopyUnicodeString(&Query->Current, &Query->Top);
    }
    if (Subkey) {
        return IopEnterSubkey(Query, Entry);
    }
    if ((Entry->Flags & RTL_QUERY_REGISTRY_NOVALUE) != 0) {
        return Entry->QueryRoutine(NULL, REG_NONE, NULL, 0, Query->Context,
                                   Entry->EntryContext);
    }
    return Entry->Name != NULL ? IopQueryNamed(Query, Entry) : IopQueryAll(Query, Entry);
}

/*
 * Answers a table of questions about a key.
 *   RelativeTo   RTL_REGISTRY_ root, or RTL_REGISTRY_HANDLE (then Path is a key handle);
 *                RTL_REGISTRY_OPTIONAL: a key that does not exist is no failure
 *   QueryTable   ends with an entry without routine, name and flags
 *   Context      passed to the routines; Environment is ignored
 * STATUS_OBJECT_NAME_NOT_FOUND (key, or a required value), STATUS_INVALID_PARAMETER,
 * STATUS_BUFFER_TOO_SMALL, STATUS_OBJECT_TYPE_MISMATCH, or what a routine returned.
 * PASSIVE_LEVEL. Source: manual, RtlQueryRegistryValues.
 */
NTSTATUS
NTAPI
RtlQueryRegistryValues(ULONG RelativeTo, PCWSTR Path,
                       PRTL_QUERY_REGISTRY_TABLE QueryTable, PVOID Context,
                       PVOID Environment)
{
    PIOP_QUERY Query = IopAllocate(sizeof(*Query), IOP_TAG_REGISTRY);
    NTSTATUS Status;

    UNREFERENCED_PARAMETER(Environment);
    if (Query == NULL) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    Query->Context = Context;
    RtlInitEmptyUnicodeString(&Query->Top, Query->TopText, sizeof(Query->TopText));
    RtlInitEmptyUnicodeString(&Query->Current, Query->CurrentText,
                              sizeof(Query->CurrentText));
    Status = IopRelativePath(RelativeTo, Path, &Query->Top);
    RtlCopyUnicodeString(&Query->Current, &Query->Top);
    if (NT_SUCCESS(Status) && !IopRegistryKeyExists(&Query->Top) &&
        (RelativeTo & RTL_REGISTRY_OPTIONAL) == 0) {
        Status = STATUS_OBJECT_NAME_NOT_FOUND;
    }
    while (NT_SUCCESS(Status) &&
           (QueryTable->QueryRoutine != NULL ||
            (QueryTable->Flags &
             (RTL_QUERY_REGISTRY_SUBKEY | RTL_QUERY_REGISTRY_DIRECT)) != 0)) {
        Status = IopQueryEntry(Query, QueryTable++);
    }
    ExFreePoolWithTag(Query, IOP_TAG_REGISTRY);
    return Status;
}
EXPORT(RtlQueryRegistryValues);

/* Whether the key exists: STATUS_SUCCESS, STATUS_OBJECT_NAME_NOT_FOUND or
   STATUS_INVALID_PARAMETER. PASSIVE_LEVEL. Source: manual, RtlCheckRegistryKey. */
NTSTATUS
NTAPI
RtlCheckRegistryKey(ULONG RelativeTo, PWSTR Path)
{
    DECLARE_UNICODE_STRING_SIZE(Full, IOP_MAXIMUM_NAME);
    NTSTATUS Status = IopRelativePath(RelativeTo, Path, &Full);

    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    return IopRegistryKeyExists(&Full) ? STATUS_SUCCESS : STATUS_OBJECT_NAME_NOT_FOUND;
}
EXPORT(RtlCheckRegistryKey);
