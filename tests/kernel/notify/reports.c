/*
 * Events that a driver reports of its own device, and reports that make no sense.
 */
#include "notify.h"

#include <wdmguid.h>

#define DATA "a reported event"

static DRIVER_NOTIFICATION_CALLBACK_ROUTINE Watch;
static DEVICE_CHANGE_COMPLETE_CALLBACK Complete;

static const GUID Reported = {0x5A1E0003, 0x1234, 0x4321, {1, 2, 3, 4, 5, 6, 7, 8}};

static PFILE_OBJECT File;
static volatile LONG Right, Wrong, Completed;

static NTSTATUS NTAPI
Watch(PVOID Structure, PVOID Context)
{
    PTARGET_DEVICE_CUSTOM_NOTIFICATION Custom = Structure;

    UNREFERENCED_PARAMETER(Context);
    if (IsEqualGUID(&Custom->Event, &Reported) && Custom->FileObject == File &&
        Custom->NameBufferOffset == -1 && KeGetCurrentIrql() == PASSIVE_LEVEL &&
        RtlCompareMemory(Custom->CustomDataBuffer, DATA, sizeof(DATA)) == sizeof(DATA)) {
        InterlockedIncrement(&Right);
    } else {
        InterlockedIncrement(&Wrong);
    }
    return STATUS_SUCCESS;
}

/* After everybody was told. */
static VOID NTAPI
Complete(PVOID Context)
{
    InterlockedExchange(&Completed, Context == &Right ? Right : -1);
}

static VOID
TestSenseless(PDEVICE_OBJECT Pdo, PTARGET_DEVICE_CUSTOM_NOTIFICATION Custom)
{
    TARGET_DEVICE_CUSTOM_NOTIFICATION Saved = *Custom;

    ok_status(IoReportTargetDeviceChange(Bus.Function, Custom),
              STATUS_INVALID_DEVICE_REQUEST, "PNP a report of what is no PDO");
    Custom->Version = 2;
    ok_status(IoReportTargetDeviceChange(Pdo, Custom), STATUS_INVALID_PARAMETER,
              "PNP of another version");
    Custom->Version = 1;
    Custom->Size = FIELD_OFFSET(TARGET_DEVICE_CUSTOM_NOTIFICATION, CustomDataBuffer) - 1;
    ok_status(IoReportTargetDeviceChange(Pdo, Custom), STATUS_INVALID_PARAMETER,
              "PNP of less than a head");
    Custom->Size = Saved.Size;
    Custom->NameBufferOffset = sizeof(DATA) + 1;
    ok_status(IoReportTargetDeviceChangeAsynchronous(Pdo, Custom, Complete, NULL),
              STATUS_INVALID_PARAMETER, "PNP with a name behind its end");
    Custom->NameBufferOffset = -2;
    ok_status(IoReportTargetDeviceChange(Pdo, Custom), STATUS_INVALID_PARAMETER,
              "PNP or before its beginning");
    Custom->NameBufferOffset = -1;
    Custom->Event = GUID_TARGET_DEVICE_REMOVE_COMPLETE;
    ok_status(IoReportTargetDeviceChange(Pdo, Custom), STATUS_INVALID_DEVICE_REQUEST,
              "PNP of what only the system tells");
    Custom->Event = Saved.Event;
}

static VOID
TestTold(PDEVICE_OBJECT Pdo, PTARGET_DEVICE_CUSTOM_NOTIFICATION Custom)
{
    NTSTATUS Status;
    KIRQL OldIrql;

    ok_status(IoReportTargetDeviceChange(Pdo, Custom), STATUS_SUCCESS,
              "PNP a driver reports an event");
    ok_equal(Right, 1, "PNP which is told before it returns");
    KeRaiseIrql(DISPATCH_LEVEL, &OldIrql);
    Status = IoReportTargetDeviceChangeAsynchronous(Pdo, Custom, Complete, (PVOID)&Right);
    Custom->CustomDataBuffer[0] = 0; /* it was copied */
    KeLowerIrql(OldIrql);
    ok_status(Status, STATUS_PENDING, "PNP one at DISPATCH_LEVEL is told later");
    ok(KtapAwait(&Completed, 2), "PNP and then its reporter");
    ok_equal(Wrong, 0, "PNP each with its data, its file and nothing of the senseless");
}

VOID
TestReports(VOID)
{
    UCHAR Buffer[sizeof(TARGET_DEVICE_CUSTOM_NOTIFICATION) + sizeof(DATA)] = {0};
    PTARGET_DEVICE_CUSTOM_NOTIFICATION Custom = (PVOID)Buffer;
    PCHILD Child = NewChild();
    PDEVICE_OBJECT Device;
    UNICODE_STRING Name;
    PVOID Entry;

    Announce();
    EnableInterface(Child, &Name);
    IoGetDeviceObjectPointer(&Name, FILE_READ_DATA, &File, &Device);
    ok_status(IoRegisterPlugPlayNotification(EventCategoryTargetDeviceChange, 0, File,
                                             Ktap.DriverObject, Watch, NULL, &Entry),
              STATUS_SUCCESS, "PNP a child is watched");
    Custom->Version = 1;
    Custom->Size =
        FIELD_OFFSET(TARGET_DEVICE_CUSTOM_NOTIFICATION, CustomDataBuffer) + sizeof(DATA);
    Custom->Event = Reported;
    Custom->NameBufferOffset = -1;
    RtlCopyMemory(Custom->CustomDataBuffer, DATA, sizeof(DATA));
    TestSenseless(Child->Pdo, Custom);
    TestTold(Child->Pdo, Custom);
    IoUnregisterPlugPlayNotification(Entry);
    ObDereferenceObject(File);
    RtlFreeUnicodeString(&Name);
    ForgetChildren();
}

VOID
RunSuite(VOID)
{
    if (AwaitBus()) {
        TestInterfaces();
        TestTargets();
        TestReports();
    }
}
