/*
 * A device that is open: who has it open is asked before it is removed, told that it stays,
 * or told that it is gone; in which order, and before or after which IRP.
 */
#include "notify.h"

#include <wdmguid.h>

#define WATCHERS 3

static DRIVER_NOTIFICATION_CALLBACK_ROUTINE Watch;

/* What came, in its order: the watcher's number and 'q', 'c' or 'r'. */
static CHAR Record[MAXIMUM_CALLS * 2 + 1];
static ULONG RecordLength;

typedef struct _TARGET {
    PVOID Entry;
    CHAR Number;
    PCHILD Child;
    PFILE_OBJECT File;
    BOOLEAN Refuse;
    BOOLEAN Close;
    LONG Surprises, Removes; /* the child's when the removal was told */
    ULONG Wrong;
} TARGET, *PTARGET;

static TARGET Targets[WATCHERS];

static NTSTATUS NTAPI
Watch(PVOID Structure, PVOID Context)
{
    PTARGET_DEVICE_REMOVAL_NOTIFICATION Removal = Structure;
    PTARGET Target = Context;
    CHAR Kind = 'r';

    if (IsEqualGUID(&Removal->Event, &GUID_TARGET_DEVICE_QUERY_REMOVE)) {
        Kind = 'q';
    } else if (IsEqualGUID(&Removal->Event, &GUID_TARGET_DEVICE_REMOVE_CANCELLED)) {
        Kind = 'c';
    } else {
        Target->Wrong +=
            !IsEqualGUID(&Removal->Event, &GUID_TARGET_DEVICE_REMOVE_COMPLETE);
        Target->Surprises = Target->Child->Surprises;
        Target->Removes = Target->Child->Removes;
    }
    Target->Wrong += Removal->Version != 1 || Removal->Size != sizeof(*Removal) ||
                     Removal->FileObject != Target->File ||
                     KeGetCurrentIrql() != PASSIVE_LEVEL;
    if (RecordLength + 2 < sizeof(Record)) {
        Record[RecordLength++] = Target->Number;
        Record[RecordLength++] = Kind;
    }
    if (Kind == 'q' && Target->Close) {
        ObDereferenceObject(Target->File);
    }
    return Kind == 'q' && Target->Refuse ? STATUS_DEVICE_BUSY : STATUS_SUCCESS;
}

static VOID
BeginRecord(VOID)
{
    RtlZeroMemory(Record, sizeof(Record));
    RecordLength = 0;
}

static BOOLEAN
IsRecord(PCSTR Expected)
{
    if (strcmp(Record, Expected) != 0) {
        DbgPrint("# recorded '%s'\n", Record);
    }
    return strcmp(Record, Expected) == 0;
}

/* A child that each watcher has open and watches. */
static PCHILD
OpenChild(PUNICODE_STRING Name)
{
    PCHILD Child = NewChild();
    PDEVICE_OBJECT Device;

    Announce();
    if (!ok(EnableInterface(Child, Name), "PNP a child's interface is enabled")) {
        return Child;
    }
    for (ULONG Index = 0; Index < WATCHERS; Index++) {
        RtlZeroMemory(&Targets[Index], sizeof(Targets[Index]));
        Targets[Index].Number = (CHAR)('1' + Index);
        Targets[Index].Child = Child;
        ok_status(
            IoGetDeviceObjectPointer(Name, FILE_READ_DATA, &Targets[Index].File, &Device),
            STATUS_SUCCESS, "PNP the child is opened");
        ok_status(IoRegisterPlugPlayNotification(
                      EventCategoryTargetDeviceChange, 0, Targets[Index].File,
                      Ktap.DriverObject, Watch, &Targets[Index], &Targets[Index].Entry),
                  STATUS_SUCCESS, "PNP and watched");
    }
    BeginRecord();
    return Child;
}

static VOID
EndWatching(VOID)
{
    ULONG Wrong = 0;

    for (ULONG Index = 0; Index < WATCHERS; Index++) {
        IoUnregisterPlugPlayNotification(Targets[Index].Entry);
        Wrong += Targets[Index].Wrong;
    }
    ok_equal(Wrong, 0, "PNP each is told of its own file, at PASSIVE_LEVEL");
}

/* The upper filter of the child is unloaded, for which the child is asked. */
static NTSTATUS
AskForRemoval(VOID)
{
    UNICODE_STRING Filter = RTL_CONSTANT_STRING(SERVICES L"upperfilter");

    return ZwUnloadDriver(&Filter);
}

static VOID
TestAsked(VOID)
{
    UNICODE_STRING Name;
    PCHILD Child = OpenChild(&Name);

    Targets[1].Refuse = TRUE;
    ok_status(AskForRemoval(), STATUS_DEVICE_BUSY, "PNP one who has it open refuses");
    ok(IsRecord("1q2q2c1c"), "PNP who was asked is told, the last one first");
    ok_equal(Child->QueryRemoves, 0, "PNP the drivers were not asked");

    Targets[1].Refuse = FALSE;
    Child->VetoRemove = TRUE;
    BeginRecord();
    ok_status(AskForRemoval(), STATUS_DEVICE_BUSY, "PNP all agree, but not the driver");
    ok(IsRecord("1q2q3q3c2c1c"), "PNP then all are told that it stays");
    ok_equal(Child->CancelRemoves, 1, "PNP the drivers as well");

    Child->VetoRemove = FALSE;
    BeginRecord();
    ok_status(AskForRemoval(), STATUS_DEVICE_BUSY, "PNP all agree and nobody lets go");
    ok(IsRecord("1q2q3q3c2c1c"), "PNP which is a refusal");

    for (ULONG Index = 0; Index < WATCHERS; Index++) {
        Targets[Index].Close = TRUE;
    }
    BeginRecord();
    ok_status(AskForRemoval(), STATUS_SUCCESS, "PNP all close it: it goes");
    ok(IsRecord("1q2q3q1r2r3r"), "PNP they are asked, then told that it is gone");
    ok_equal(Targets[0].Removes, 0, "PNP before the drivers remove it");
    ok_equal(Child->Removes, 1, "PNP which they do");
    EndWatching();
    RtlFreeUnicodeString(&Name);
    ForgetChildren();
}

static VOID
TestVanished(VOID)
{
    UNICODE_STRING Name;
    PCHILD Child = OpenChild(&Name);

    Child->Present = FALSE;
    Announce();
    ok(IsRecord("1r2r3r"), "PNP a device that vanished: all are told");
    ok_equal(Targets[0].Surprises, 1, "PNP after the drivers");
    ok_equal(Child->Removes, 0, "PNP it is open and not removed yet");
    for (ULONG Index = 0; Index < WATCHERS; Index++) {
        ObDereferenceObject(Targets[Index].File);
    }
    ok(KtapAwait(&Child->Removes, 1), "PNP it is when the last one has closed it");
    AwaitPnp();
    EndWatching();
    RtlFreeUnicodeString(&Name);
    ForgetChildren();
}

/* A file on a device that is on no bus. */
static VOID
TestNoTarget(VOID)
{
    FILE_OBJECT File = {0};
    PVOID Entry;

    ok_status(IoCreateDevice(Ktap.DriverObject, sizeof(EXTENSION), NULL,
                             FILE_DEVICE_UNKNOWN, 0, FALSE, &File.DeviceObject),
              STATUS_SUCCESS, "PNP a device that no bus has");
    ok_status(IoRegisterPlugPlayNotification(EventCategoryTargetDeviceChange, 0, &File,
                                             Ktap.DriverObject, Watch, &Targets[0],
                                             &Entry),
              STATUS_INVALID_DEVICE_REQUEST, "PNP cannot be watched");
    IoDeleteDevice(File.DeviceObject);
}

VOID
TestTargets(VOID)
{
    UNICODE_STRING Filter = RTL_CONSTANT_STRING(SERVICES L"upperfilter");

    ok_status(ZwLoadDriver(&Filter), STATUS_SUCCESS, "PNP a filter for the children");
    TestNoTarget();
    TestAsked();
    TestVanished();
}
