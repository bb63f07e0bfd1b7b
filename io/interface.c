/*
 * Device interfaces: a name made of an interface class and a device, which exists while
 * the driver has it enabled.
 */
#include "iop.h"
#include "iopnp.h"

typedef struct _IOP_INTERFACE {
    LIST_ENTRY Link;
    PDEVICE_OBJECT Device; /* the PDO, referenced */
    GUID Class;
    PIOP_NAME Entry; /* NULL: disabled */
    UNICODE_STRING Name;
    WCHAR Text[IOP_MAXIMUM_NAME];
} IOP_INTERFACE, *PIOP_INTERFACE;

/* Drivers call at PASSIVE_LEVEL, from any thread. Entries go with their device. */
static LIST_ENTRY IopInterfaces = {&IopInterfaces, &IopInterfaces};
static KSPIN_LOCK IopInterfaceLock;

/* The registered interface of that name, or NULL. */
static PIOP_INTERFACE
IopFindInterface(PCUNICODE_STRING Name)
{
    PIOP_INTERFACE Found = NULL;
    KIRQL OldIrql;

    KeAcquireSpinLock(&IopInterfaceLock, &OldIrql);
    for (PLIST_ENTRY Link = IopInterfaces.Flink; Link != &IopInterfaces;
         Link = Link->Flink) {
        PIOP_INTERFACE Interface = CONTAINING_RECORD(Link, IOP_INTERFACE, Link);

        if (RtlEqualUnicodeString(&Interface->Name, Name, TRUE)) {
            Found = Interface;
            break;
        }
    }
    KeReleaseSpinLock(&IopInterfaceLock, OldIrql);
    return Found;
}

/* Appends an id of the device with number signs for its backslashes, and one behind it. */
static NTSTATUS
IopAppendIdOf(PIOP_PDO Pdo, BUS_QUERY_ID_TYPE Type, PUNICODE_STRING Name)
{
    PWSTR Id = IopIsPci(Pdo) ? IopBuildPciId(Pdo, Type) : IopQueryIds(Pdo, Type);
    NTSTATUS Status;

    if (Id == NULL) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    for (PWSTR Next = Id; *Next != L'\0'; Next++) {
        *Next = *Next == L'\\' ? L'#' : *Next;
    }
    Status = RtlAppendUnicodeToString(Name, Id);
    ExFreePool(Id);
    return NT_SUCCESS(Status) ? RtlAppendUnicodeToString(Name, L"#") : Status;
}

/* Builds \??\PCI#bbdd#{guid}, or with the id of another bus, and \reference behind it. */
static NTSTATUS
IopBuildInterfaceName(PIOP_PDO Pdo, const GUID *Class, PUNICODE_STRING Reference,
                      PUNICODE_STRING Name)
{
    UNICODE_STRING Guid;
    NTSTATUS Status = RtlAppendUnicodeToString(Name, L"\\??\\");

    if (IopIsPci(Pdo)) {
        RtlAppendUnicodeToString(Name, L"PCI#");
    } else {
        Status = IopAppendIdOf(Pdo, BusQueryDeviceID, Name);
    }
    if (NT_SUCCESS(Status)) {
        Status = IopAppendIdOf(Pdo, BusQueryInstanceID, Name);
    }
    if (!NT_SUCCESS(Status) || !NT_SUCCESS(RtlStringFromGUID(Class, &Guid))) {
        return Status == STATUS_BUFFER_TOO_SMALL ? STATUS_INVALID_PARAMETER
                                                 : STATUS_INSUFFICIENT_RESOURCES;
    }
    Status = RtlAppendUnicodeStringToString(Name, &Guid);
    if (NT_SUCCESS(Status) && Reference != NULL && Reference->Length != 0) {
        RtlAppendUnicodeToString(Name, L"\\");
        Status = RtlAppendUnicodeStringToString(Name, Reference);
    }
    RtlFreeUnicodeString(&Guid);
    return NT_SUCCESS(Status) ? STATUS_SUCCESS : STATUS_INVALID_PARAMETER;
}

/* A copy of Source with a terminating zero, for RtlFreeUnicodeString. */
static NTSTATUS
IopDuplicateString(PUNICODE_STRING Destination, PCUNICODE_STRING Source)
{
    Destination->Buffer = IopAllocate(Source->Length + sizeof(WCHAR), IOP_TAG_NAME);
    if (Destination->Buffer == NULL) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    Destination->Length = Source->Length;
    Destination->MaximumLength = Source->Length + sizeof(WCHAR);
    memcpy(Destination->Buffer, Source->Buffer, Source->Length);
    return STATUS_SUCCESS;
}

/* Puts a new interface on the list, unless one of that name is there. */
static VOID
IopInsertInterface(PIOP_INTERFACE Interface)
{
    KIRQL OldIrql;

    if (IopFindInterface(&Interface->Name) != NULL) {
        ExFreePoolWithTag(Interface, IOP_TAG_PNP);
        return;
    }
    ObReferenceObject(Interface->Device);
    KeAcquireSpinLock(&IopInterfaceLock, &OldIrql);
    InsertTailList(&IopInterfaces, &Interface->Link);
    KeReleaseSpinLock(&IopInterfaceLock, OldIrql);
}

/*
 * Registers an interface of a class for a device; it starts disabled. SymbolicLinkName is
 * the caller's to free with RtlFreeUnicodeString. STATUS_INVALID_DEVICE_REQUEST: no
 * physical device object; STATUS_INVALID_PARAMETER: the reference is too long;
 * STATUS_INSUFFICIENT_RESOURCES. PASSIVE_LEVEL. Source: manual,
 * IoRegisterDeviceInterface.
 */
NTSTATUS
NTAPI
IoRegisterDeviceInterface(PDEVICE_OBJECT PhysicalDeviceObject,
                          const GUID *InterfaceClassGuid, PUNICODE_STRING ReferenceString,
                          PUNICODE_STRING SymbolicLinkName)
{
    PIOP_PDO Pdo = IopPdoFromDevice(PhysicalDeviceObject);
    PIOP_INTERFACE Interface;
    NTSTATUS Status;

    if (Pdo == NULL) {
        return STATUS_INVALID_DEVICE_REQUEST;
    }
    Interface = IopAllocate(sizeof(*Interface), IOP_TAG_PNP);
    if (Interface == NULL) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    Interface->Device = PhysicalDeviceObject;
    Interface->Class = *InterfaceClassGuid;
    RtlInitEmptyUnicodeString(&Interface->Name, Interface->Text, sizeof(Interface->Text));
    Status =
        IopBuildInterfaceName(Pdo, InterfaceClassGuid, ReferenceString, &Interface->Name);
    if (NT_SUCCESS(Status)) {
        Status = IopDuplicateString(SymbolicLinkName, &Interface->Name);
    }
    if (!NT_SUCCESS(Status)) {
        ExFreePoolWithTag(Interface, IOP_TAG_PNP);
        return Status;
    }
    IopInsertInterface(Interface);
    return STATUS_SUCCESS;
}
EXPORT(IoRegisterDeviceInterface);

/* Enables or disables an interface, NULL when there is none of that name, and notes the
   change. The lock of the changes is held. */
static NTSTATUS
IopSetInterfaceState(PIOP_INTERFACE Interface, BOOLEAN Enable)
{
    NTSTATUS Status = STATUS_SUCCESS;

    if (Interface == NULL || (!Enable && Interface->Entry == NULL)) {
        return STATUS_OBJECT_NAME_NOT_FOUND;
    }
    if (Enable && Interface->Entry != NULL) {
        return STATUS_OBJECT_NAME_EXISTS;
    }
    if (Enable) {
        /* The name leads to the PDO; an open of it goes to the top of the stack. */
        Status =
            IopInsertDeviceName(&Interface->Name, Interface->Device, &Interface->Entry);
    } else {
        IopRemoveName(Interface->Entry);
        Interface->Entry = NULL;
    }
    if (NT_SUCCESS(Status)) {
        IopNoteInterfaceChange(&Interface->Name, &Interface->Class, Enable);
    }
    return Status;
}

/*
 * Enables an interface (its name appears) or disables it (the name goes).
 * STATUS_OBJECT_NAME_NOT_FOUND: not registered, or already disabled;
 * STATUS_OBJECT_NAME_EXISTS: already enabled, a success; STATUS_INSUFFICIENT_RESOURCES.
 * PASSIVE_LEVEL. Source: manual, IoSetDeviceInterfaceState.
 */
NTSTATUS
NTAPI
IoSetDeviceInterfaceState(PUNICODE_STRING SymbolicLinkName, BOOLEAN Enable)
{
    NTSTATUS Status;

    IopLockInterfaceChanges();
    Status = IopSetInterfaceState(IopFindInterface(SymbolicLinkName), Enable);
    IopUnlockInterfaceChanges();
    return Status;
}
EXPORT(IoSetDeviceInterfaceState);

/* Takes one interface of Device off the list; NULL: there is none left. */
static PIOP_INTERFACE
IopTakeInterface(PDEVICE_OBJECT Device)
{
    PIOP_INTERFACE Found = NULL;
    KIRQL OldIrql;

    KeAcquireSpinLock(&IopInterfaceLock, &OldIrql);
    for (PLIST_ENTRY Link = IopInterfaces.Flink; Link != &IopInterfaces;
         Link = Link->Flink) {
        PIOP_INTERFACE Interface = CONTAINING_RECORD(Link, IOP_INTERFACE, Link);

        if (Interface->Device == Device) {
            RemoveEntryList(Link);
            Found = Interface;
            break;
        }
    }
    KeReleaseSpinLock(&IopInterfaceLock, OldIrql);
    return Found;
}

VOID
IopForgetInterfaces(PDEVICE_OBJECT Device)
{
    PIOP_INTERFACE Interface;

    while ((Interface = IopTakeInterface(Device)) != NULL) {
        IopLockInterfaceChanges();
        IopSetInterfaceState(Interface, FALSE);
        IopUnlockInterfaceChanges();
        ExFreePoolWithTag(Interface, IOP_TAG_PNP);
        ObDereferenceObject(Device);
    }
}

/* Which interfaces a caller wants. */
typedef struct _IOP_INTERFACE_QUERY {
    const GUID *Class;
    PDEVICE_OBJECT Device; /* NULL: of any device */
    BOOLEAN Disabled;      /* those too */
} IOP_INTERFACE_QUERY;

/* Copies the names into Buffer (NULL: counts only); the bytes of them, zeroes included.
   Lock held. */
static SIZE_T
IopCollectNames(const IOP_INTERFACE_QUERY *Query, PWCHAR Buffer)
{
    SIZE_T Bytes = 0;

    for (PLIST_ENTRY Link = IopInterfaces.Flink; Link != &IopInterfaces;
         Link = Link->Flink) {
        PIOP_INTERFACE Interface = CONTAINING_RECORD(Link, IOP_INTERFACE, Link);

        if (!IsEqualGUID(&Interface->Class, Query->Class) ||
            (Query->Device != NULL && Query->Device != Interface->Device) ||
            (Interface->Entry == NULL && !Query->Disabled)) {
            continue;
        }
        if (Buffer != NULL) {
            memcpy((PUCHAR)Buffer + Bytes, Interface->Text, Interface->Name.Length);
        }
        Bytes += Interface->Name.Length + sizeof(WCHAR);
    }
    return Bytes;
}

/*
 * The names of the enabled interfaces of a class, or, with
 * DEVICE_INTERFACE_INCLUDE_NONACTIVE in Flags, of all; of one device, or of any (NULL).
 * *SymbolicLinkList gets them one behind the other, each with its zero, an empty one at the
 * end; it is the caller's to free with ExFreePool. STATUS_INSUFFICIENT_RESOURCES.
 * PASSIVE_LEVEL. Source: manual, IoGetDeviceInterfaces.
 */
NTSTATUS
NTAPI
IoGetDeviceInterfaces(const GUID *InterfaceClassGuid, PDEVICE_OBJECT PhysicalDeviceObject,
                      ULONG Flags, PWSTR *SymbolicLinkList)
{
    const IOP_INTERFACE_QUERY Query = {InterfaceClassGuid, PhysicalDeviceObject,
                                       (Flags & DEVICE_INTERFACE_INCLUDE_NONACTIVE) != 0};
    PWCHAR Names = NULL;
    KIRQL OldIrql;

    KeAcquireSpinLock(&IopInterfaceLock, &OldIrql);
    Names = IopAllocate(IopCollectNames(&Query, NULL) + sizeof(WCHAR), IOP_TAG_NAME);
    if (Names != NULL) {
        IopCollectNames(&Query, Names);
    }
    KeReleaseSpinLock(&IopInterfaceLock, OldIrql);
    *SymbolicLinkList = Names;
    return Names == NULL ? STATUS_INSUFFICIENT_RESOURCES : STATUS_SUCCESS;
}
EXPORT(IoGetDeviceInterfaces);
