/*
 * Registry keys as handles. A key object is little more than the path it was opened with;
 * the values of keys: regvalue.c.
 */
#include "iop.h"

typedef struct _IOP_KEY_OBJECT {
    UNICODE_STRING Path;
    WCHAR Text[IOP_MAXIMUM_NAME];
} IOP_KEY_OBJECT, *PIOP_KEY_OBJECT;

/* The object holds nothing but itself. */
static VOID
IopDeleteKeyObject(PVOID Body)
{
    UNREFERENCED_PARAMETER(Body);
}

static struct _OBJECT_TYPE IopKeyObjectType = {.Name = "Key",
                                               .Delete = IopDeleteKeyObject};

NTSTATUS
IopReferenceKey(HANDLE Handle, PVOID *Key, PUNICODE_STRING Path)
{
    NTSTATUS Status = ObReferenceObjectByHandle(Handle, KEY_READ, &IopKeyObjectType,
                                                KernelMode, Key, NULL);

    if (NT_SUCCESS(Status)) {
        *Path = ((PIOP_KEY_OBJECT)*Key)->Path;
    }
    return Status;
}

/* Writes the full path of the key Attributes names to Path. */
static NTSTATUS
IopBuildKeyPath(POBJECT_ATTRIBUTES Attributes, PUNICODE_STRING Path)
{
    NTSTATUS Status = STATUS_SUCCESS;
    UNICODE_STRING Root;
    PVOID Parent;

    if (Attributes->RootDirectory != NULL) {
        Status = IopReferenceKey(Attributes->RootDirectory, &Parent, &Root);
        if (!NT_SUCCESS(Status)) {
            return Status;
        }
        RtlCopyUnicodeString(Path, &Root);
        ObDereferenceObject(Parent);
        Status = RtlAppendUnicodeToString(Path, L"\\");
    }
    if (NT_SUCCESS(Status)) {
        Status = RtlAppendUnicodeStringToString(Path, Attributes->ObjectName);
    }
    return NT_SUCCESS(Status) ? STATUS_SUCCESS : STATUS_OBJECT_NAME_INVALID;
}

/* A key object for the key that Attributes names, which need not exist. */
static NTSTATUS
IopCreateKeyObject(POBJECT_ATTRIBUTES Attributes, PIOP_KEY_OBJECT *Result)
{
    PIOP_KEY_OBJECT Key = ObCreateObject(&IopKeyObjectType, sizeof(*Key));
    NTSTATUS Status;

    if (Key == NULL) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    RtlInitEmptyUnicodeString(&Key->Path, Key->Text, sizeof(Key->Text));
    Status = IopBuildKeyPath(Attributes, &Key->Path);
    if (!NT_SUCCESS(Status)) {
        ObDereferenceObject(Key);
        return Status;
    }
    *Result = Key;
    return STATUS_SUCCESS;
}

/*
 * Opens a key by absolute path, or relative to RootDirectory. DesiredAccess is not
 * checked. STATUS_OBJECT_NAME_NOT_FOUND, STATUS_OBJECT_NAME_INVALID,
 * STATUS_INVALID_HANDLE, STATUS_INSUFFICIENT_RESOURCES. PASSIVE_LEVEL. Source: manual,
 * ZwOpenKey.
 */
NTSTATUS
NTAPI
ZwOpenKey(PHANDLE KeyHandle, ACCESS_MASK DesiredAccess,
          POBJECT_ATTRIBUTES ObjectAttributes)
{
    PIOP_KEY_OBJECT Key;
    NTSTATUS Status = IopCreateKeyObject(ObjectAttributes, &Key);

    UNREFERENCED_PARAMETER(DesiredAccess);
    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    Status = IopRegistryKeyExists(&Key->Path)
                 ? ObCreateHandle(Key, KEY_ALL_ACCESS, KeyHandle)
                 : STATUS_OBJECT_NAME_NOT_FOUND;
    ObDereferenceObject(Key); /* the handle has a reference of its own */
    return Status;
}
EXPORT(ZwOpenKey);

/* Whether the key above Path, the last part of which is left out, exists. */
static BOOLEAN
IopParentKeyExists(PCUNICODE_STRING Path)
{
    UNICODE_STRING Parent = *Path;

    while (Parent.Length != 0 &&
           Parent.Buffer[Parent.Length / sizeof(WCHAR) - 1] != L'\\') {
        Parent.Length -= sizeof(WCHAR);
    }
    if (Parent.Length == 0 || Parent.Length == Path->Length) {
        return FALSE; /* no separator, or nothing behind the last */
    }
    Parent.Length -= sizeof(WCHAR);
    return IopRegistryKeyExists(&Parent);
}

/*
 * Opens a key, and makes it first when it does not exist; the key above it has to. Class and
 * options are ignored: every key is gone at power off. *Disposition: which it was.
 * STATUS_OBJECT_NAME_NOT_FOUND (no key above), else as ZwOpenKey. PASSIVE_LEVEL. Source:
 * manual, ZwCreateKey.
 */
NTSTATUS
NTAPI
ZwCreateKey(PHANDLE KeyHandle, ACCESS_MASK DesiredAccess,
            POBJECT_ATTRIBUTES ObjectAttributes, ULONG TitleIndex, PUNICODE_STRING Class,
            ULONG CreateOptions, PULONG Disposition)
{
    PIOP_KEY_OBJECT Key;
    NTSTATUS Status = IopCreateKeyObject(ObjectAttributes, &Key);
    ULONG Outcome = REG_OPENED_EXISTING_KEY;

    UNREFERENCED_PARAMETER(DesiredAccess);
    UNREFERENCED_PARAMETER(TitleIndex);
    UNREFERENCED_PARAMETER(Class);
    UNREFERENCED_PARAMETER(CreateOptions);
    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    if (!IopRegistryKeyExists(&Key->Path)) {
        Outcome = REG_CREATED_NEW_KEY;
        Status = IopParentKeyExists(&Key->Path) ? IopCreateRegistryKey(&Key->Path)
                                                : STATUS_OBJECT_NAME_NOT_FOUND;
    }
    if (NT_SUCCESS(Status)) {
        Status = ObCreateHandle(Key, KEY_ALL_ACCESS, KeyHandle);
    }
    if (NT_SUCCESS(Status) && Disposition != NULL) {
        *Disposition = Outcome;
    }
    ObDereferenceObject(Key);
    return Status;
}
EXPORT(ZwCreateKey);

/* Removes a key with its values; handles to it stay, and are good for ZwClose alone.
   STATUS_CANNOT_DELETE: it has keys below; STATUS_KEY_DELETED: it is gone already;
   STATUS_INVALID_HANDLE. PASSIVE_LEVEL. Source: manual, ZwDeleteKey. */
NTSTATUS
NTAPI
ZwDeleteKey(HANDLE KeyHandle)
{
    UNICODE_STRING Path;
    NTSTATUS Status;
    PVOID Key;

    Status = IopReferenceKey(KeyHandle, &Key, &Path);
    if (NT_SUCCESS(Status)) {
        Status = IopDeleteRegistryKey(&Path);
        ObDereferenceObject(Key);
    }
    return Status;
}
EXPORT(ZwDeleteKey);
