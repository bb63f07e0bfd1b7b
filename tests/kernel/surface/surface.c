/*
 * surface: kernel routines that drivers of shared memory need: MDLs of device memory, events
 * with handles, interfaces by their class, mappings for user mode.
 */
#include "../ktap.h"

DRIVER_INITIALIZE DriverEntry;

static NTSTATUS
Describe(ULONG64 Start, SIZE_T Size, SIZE_T Count, PMDL *Mdl)
{
    MM_PHYSICAL_ADDRESS_LIST Pieces[2];

    Pieces[0].PhysicalAddress.QuadPart = (LONG64)Start;
    Pieces[0].NumberOfBytes = Size;
    Pieces[1].PhysicalAddress.QuadPart = 0xFEC00000;
    Pieces[1].NumberOfBytes = PAGE_SIZE;
    return MmAllocateMdlForIoSpace(Pieces, Count, Mdl);
}

static VOID
TestDeviceMdl(VOID)
{
    PMDL Mdl;

    ok_status(Describe(0xE0000000, 3 * PAGE_SIZE, 2, &Mdl), STATUS_SUCCESS,
              "MmAllocateMdlForIoSpace: two pieces");
    ok(MmGetMdlByteCount(Mdl) == 4 * PAGE_SIZE && MmGetMdlPfnArray(Mdl)[2] == 0xE0002 &&
           MmGetMdlPfnArray(Mdl)[3] == 0xFEC00 && (Mdl->MdlFlags & MDL_IO_SPACE) != 0,
       "MmAllocateMdlForIoSpace: their pages, one behind the other");
    IoFreeMdl(Mdl);
    ok_status(Describe(0xE0000000, PAGE_SIZE, 0, &Mdl), STATUS_INVALID_PARAMETER_2,
              "MmAllocateMdlForIoSpace: no piece");
    ok(Mdl == NULL, "MmAllocateMdlForIoSpace: and no MDL");
    ok_status(Describe(0xE0000010, PAGE_SIZE, 1, &Mdl), STATUS_INVALID_PARAMETER_1,
              "MmAllocateMdlForIoSpace: not at a page's start");
    ok_status(Describe(0xE0000000, 100, 1, &Mdl), STATUS_INVALID_PARAMETER_1,
              "MmAllocateMdlForIoSpace: not whole pages");
    ok_status(Describe(0xFFFFFFFFFFFFF000, 2 * PAGE_SIZE, 1, &Mdl),
              STATUS_INVALID_PARAMETER_1, "MmAllocateMdlForIoSpace: around the end");
    ok_status(Describe(0, 0x100000000, 1, &Mdl), STATUS_INVALID_PARAMETER_1,
              "MmAllocateMdlForIoSpace: 4 GiB");
}

/* Two mappings of the same pages: the MDL remembers the system's, not the user's. */
static VOID
TestUserMapping(VOID)
{
    PVOID Buffer = ExAllocatePoolWithTag(NonPagedPool, PAGE_SIZE, KTAP_TAG);
    PMDL Mdl = IoAllocateMdl(Buffer, PAGE_SIZE, FALSE, FALSE, NULL);
    volatile ULONG *System, *User;

    MmProbeAndLockPages(Mdl, KernelMode, IoModifyAccess);
    System = MmMapLockedPagesSpecifyCache(Mdl, KernelMode, MmCached, NULL, FALSE,
                                          NormalPagePriority);
    User = MmMapLockedPagesSpecifyCache(Mdl, UserMode, MmCached, NULL, FALSE,
                                        NormalPagePriority);
    ok(User != NULL && User != System,
       "MmMapLockedPagesSpecifyCache: one more, for user mode");
    *User = 0x12345678;
    ok_equal(*System, 0x12345678, "MmMapLockedPagesSpecifyCache: of the same pages");
    MmUnmapLockedPages((PVOID)User, Mdl);
    ok(Mdl->MappedSystemVa == System && (Mdl->MdlFlags & MDL_MAPPED_TO_SYSTEM_VA) != 0,
       "MmUnmapLockedPages: the system's stays");
    MmUnlockPages(Mdl);
    IoFreeMdl(Mdl);
    ExFreePoolWithTag(Buffer, KTAP_TAG);
}

static VOID
TestEventHandles(VOID)
{
    DECLARE_CONST_UNICODE_STRING(Name, L"\\BaseNamedObjects\\Surface");
    LARGE_INTEGER Now = {.QuadPart = 0};
    OBJECT_ATTRIBUTES Attributes;
    HANDLE Handle;
    PVOID Event;

    ok_status(ZwCreateEvent(&Handle, EVENT_ALL_ACCESS, NULL, SynchronizationEvent, TRUE),
              STATUS_SUCCESS, "ZwCreateEvent: a signalled event");
    ok_status(ObReferenceObjectByHandle(Handle, SYNCHRONIZE, *PsThreadType, KernelMode,
                                        &Event, NULL),
              STATUS_OBJECT_TYPE_MISMATCH, "OBJ its handle is no thread's");
    ok_status(ObReferenceObjectByHandle(Handle, SYNCHRONIZE, *ExEventObjectType,
                                        KernelMode, &Event, NULL),
              STATUS_SUCCESS, "OBJ its handle is an event's");
    ok_status(KeWaitForSingleObject(Event, Executive, KernelMode, FALSE, &Now),
              STATUS_SUCCESS, "ZwCreateEvent: signalled");
    ok_status(KeWaitForSingleObject(Event, Executive, KernelMode, FALSE, &Now),
              STATUS_TIMEOUT, "ZwCreateEvent: and one wait takes it");
    ok_status(ZwClose(Handle), STATUS_SUCCESS, "ZwClose: the handle");
    ok_equal(KeSetEvent(Event, 0, FALSE), 0, "OBJ a reference keeps the event");
    ObDereferenceObjectDeferDelete(Event);
    ok_status(ZwCreateEvent(&Handle, EVENT_ALL_ACCESS, NULL, (EVENT_TYPE)7, TRUE),
              STATUS_INVALID_PARAMETER, "ZwCreateEvent: no such type");
    InitializeObjectAttributes(&Attributes, (PUNICODE_STRING)&Name, OBJ_KERNEL_HANDLE,
                               NULL, NULL);
    ok_status(
        ZwCreateEvent(&Handle, EVENT_ALL_ACCESS, &Attributes, NotificationEvent, TRUE),
        STATUS_NOT_SUPPORTED, "ZwCreateEvent: names are not kept");
}

static VOID
TestInterfaces(VOID)
{
    static const GUID Nobodys = {1, 2, 3, {4, 5, 6, 7, 8, 9, 10, 11}};
    PWSTR Names = NULL;

    ok_status(IoGetDeviceInterfaces(&Nobodys, NULL, 0, &Names), STATUS_SUCCESS,
              "IoGetDeviceInterfaces: of a class that nobody has");
    ok(Names != NULL && Names[0] == L'\0', "IoGetDeviceInterfaces: an empty list");
    ExFreePool(Names);
}

static VOID
SurfaceTests(VOID)
{
    TestDeviceMdl();
    TestUserMapping();
    TestEventHandles();
    TestInterfaces();
}

NTSTATUS
NTAPI
DriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath)
{
    return KtapStart(DriverObject, RegistryPath, SurfaceTests);
}
