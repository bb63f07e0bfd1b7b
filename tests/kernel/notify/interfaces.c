/*
 * Interfaces of a class: arrival and removal, in order, from registration to its end.
 */
#include <initguid.h>

#include "notify.h"

#include <wdmguid.h>

#define TOGGLES 20

const GUID WatchedClass = {0x5A1E0001, 0x1234, 0x4321, {1, 2, 3, 4, 5, 6, 7, 8}};
static const GUID OtherClass = {0x5A1E0002, 0x1234, 0x4321, {1, 2, 3, 4, 5, 6, 7, 8}};

static DRIVER_NOTIFICATION_CALLBACK_ROUTINE Watch;

typedef struct _WATCHER {
    PVOID Entry;
    volatile LONG Arrivals;
    volatile LONG Removals;
    volatile LONG OutOfOrder; /* a removal before its arrival, or two of a kind */
    volatile LONG Wrong;      /* another class, size, version, name or level */
    PCUNICODE_STRING Name;    /* expected */
    BOOLEAN UnregisterInside;
    volatile LONG Inside;
    volatile LONG Proceed; /* 0: the callback waits for it */
} WATCHER, *PWATCHER;

static NTSTATUS NTAPI
Watch(PVOID Structure, PVOID Context)
{
    PDEVICE_INTERFACE_CHANGE_NOTIFICATION Change = Structure;
    PWATCHER Watcher = Context;
    BOOLEAN Arrival = IsEqualGUID(&Change->Event, &GUID_DEVICE_INTERFACE_ARRIVAL);

    Watcher->Wrong +=
        Change->Version != 1 || Change->Size != sizeof(*Change) ||
        !IsEqualGUID(&Change->InterfaceClassGuid, &WatchedClass) ||
        !RtlEqualUnicodeString(Change->SymbolicLinkName, Watcher->Name, TRUE) ||
        KeGetCurrentIrql() != PASSIVE_LEVEL;
    Watcher->OutOfOrder += (Watcher->Arrivals - Watcher->Removals) != (Arrival ? 0 : 1);
    Watcher->Inside = 1;
    KtapAwait(&Watcher->Proceed, 1);
    if (Watcher->UnregisterInside) {
        IoUnregisterPlugPlayNotification(Watcher->Entry);
    }
    InterlockedIncrement(Arrival ? &Watcher->Arrivals : &Watcher->Removals);
    return STATUS_SUCCESS;
}

BOOLEAN
EnableInterface(PCHILD Child, PUNICODE_STRING Name)
{
    return NT_SUCCESS(IoRegisterDeviceInterface(Child->Pdo, &WatchedClass, NULL, Name)) &&
           NT_SUCCESS(IoSetDeviceInterfaceState(Name, TRUE));
}

static BOOLEAN
Register(PWATCHER Watcher, const GUID *Class, ULONG Flags)
{
    return NT_SUCCESS(IoRegisterPlugPlayNotification(
        EventCategoryDeviceInterfaceChange, Flags, (PVOID)(ULONG_PTR)Class,
        Ktap.DriverObject, Watch, Watcher, &Watcher->Entry));
}

static VOID
TestRefused(VOID)
{
    GUID Class = WatchedClass;
    PVOID Entry = &Class;

    ok_status(IoRegisterPlugPlayNotification(EventCategoryDeviceInterfaceChange, 0, NULL,
                                             Ktap.DriverObject, Watch, NULL, &Entry),
              STATUS_INVALID_PARAMETER, "PNP interfaces of no class");
    ok(Entry == NULL, "PNP nothing is registered");
    ok_status(IoRegisterPlugPlayNotification(EventCategoryDeviceInterfaceChange, 0,
                                             &Class, Ktap.DriverObject, NULL, NULL,
                                             &Entry),
              STATUS_INVALID_PARAMETER, "PNP no callback");
    ok_status(IoRegisterPlugPlayNotification(EventCategoryTargetDeviceChange, 0, NULL,
                                             Ktap.DriverObject, Watch, NULL, &Entry),
              STATUS_INVALID_PARAMETER, "PNP no target");
    ok_status(IoRegisterPlugPlayNotification(EventCategoryReserved, 0, &Class,
                                             Ktap.DriverObject, Watch, NULL, &Entry),
              STATUS_INVALID_PARAMETER, "PNP a category that is reserved");
    ok_status(IoRegisterPlugPlayNotification((IO_NOTIFICATION_EVENT_CATEGORY)99, 0,
                                             &Class, Ktap.DriverObject, Watch, NULL,
                                             &Entry),
              STATUS_INVALID_PARAMETER, "PNP one that there is not");
    ok_status(IoRegisterPlugPlayNotification(EventCategoryHardwareProfileChange, 0, NULL,
                                             Ktap.DriverObject, Watch, NULL, &Entry),
              STATUS_SUCCESS, "PNP hardware profiles may be watched");
    ok_status(IoUnregisterPlugPlayNotification(Entry), STATUS_SUCCESS,
              "PNP which never change");
}

/* Arrival and removal, many times over; those of others are not told. */
static VOID
TestToggles(PCUNICODE_STRING Name)
{
    UNICODE_STRING Copy = *Name;
    WATCHER New = {.Name = Name, .Proceed = 1};
    WATCHER Existing = {.Name = Name, .Proceed = 1};
    WATCHER Others = {.Name = Name, .Proceed = 1};

    Register(&New, &WatchedClass, 0);
    Register(&Existing, &WatchedClass,
             PNPNOTIFY_DEVICE_INTERFACE_INCLUDE_EXISTING_INTERFACES);
    Register(&Others, &OtherClass, 0);
    ok_equal(Existing.Arrivals, 1, "PNP who wants to know is told of what is there");
    ok_equal(New.Arrivals, 0, "PNP others are not");
    New.Arrivals = 1; /* it knows now */
    for (ULONG Turn = 0; Turn < TOGGLES; Turn++) {
        IoSetDeviceInterfaceState(&Copy, FALSE);
        IoSetDeviceInterfaceState(&Copy, TRUE);
    }
    ok(KtapAwait(&Existing.Arrivals, TOGGLES + 1), "PNP each arrival is told");
    ok(KtapAwait(&New.Arrivals, TOGGLES + 1), "PNP to all");
    ok_equal(Existing.Removals, TOGGLES, "PNP and each removal");
    ok_equal(Existing.OutOfOrder + New.OutOfOrder, 0, "PNP in their order");
    ok_equal(Existing.Wrong + New.Wrong, 0, "PNP with class and name, at PASSIVE_LEVEL");
    ok_equal(Others.Arrivals + Others.Removals, 0, "PNP no other class's");
    IoUnregisterPlugPlayNotificationEx(Existing.Entry);
    IoUnregisterPlugPlayNotificationEx(Others.Entry);
    IoSetDeviceInterfaceState(&Copy, FALSE);
    ok(KtapAwait(&New.Removals, TOGGLES + 1), "PNP one is still told");
    ok_equal(Existing.Removals, TOGGLES, "PNP who has ended its registration is not");
    IoSetDeviceInterfaceState(&Copy, TRUE);
    KtapAwait(&New.Arrivals, TOGGLES + 2);
    IoUnregisterPlugPlayNotification(New.Entry);
}

static VOID NTAPI
Unregister(PVOID Context)
{
    PWATCHER Watcher = Context;

    IoUnregisterPlugPlayNotificationEx(Watcher->Entry);
    /* Nothing of the callback runs any more. */
    Watcher->Wrong += Watcher->Removals != 1;
    PsTerminateSystemThread(STATUS_SUCCESS);
}

/* The end of a registration, in the callback and while it runs. */
static VOID
TestEnds(PCUNICODE_STRING Name)
{
    UNICODE_STRING Copy = *Name;
    WATCHER Inside = {.Name = Name, .Proceed = 1, .UnregisterInside = TRUE};
    WATCHER Slow = {.Name = Name, .Arrivals = 1};
    PKTHREAD Thread;

    Inside.Arrivals = 1;
    Register(&Inside, &WatchedClass, 0);
    Register(&Slow, &WatchedClass, 0);
    IoSetDeviceInterfaceState(&Copy, FALSE);
    ok(KtapAwait(&Inside.Removals, 1), "PNP a callback may end its own registration");
    ok(KtapAwait(&Slow.Inside, 1), "PNP another callback runs");
    Thread = KtapCreateThread(Unregister, &Slow);
    KtapSleep(50);
    Slow.Proceed = 1;
    KtapJoinThread(Thread);
    ok_equal(Slow.Wrong, 0, "PNP the end of a registration waits for its callback");
    IoSetDeviceInterfaceState(&Copy, TRUE);
    KtapSleep(50);
    ok_equal(Inside.Arrivals + Slow.Arrivals, 2, "PNP neither is called again");
}

/* A device that goes takes its interface along. */
static VOID
TestGone(PCHILD Child, PCUNICODE_STRING Name)
{
    WATCHER Watcher = {.Name = Name, .Proceed = 1, .Arrivals = 1};

    Register(&Watcher, &WatchedClass, 0);
    Child->Present = FALSE;
    Announce();
    ok(KtapAwait(&Watcher.Removals, 1), "PNP an interface goes with its device");
    ok_equal(Watcher.Wrong + Watcher.OutOfOrder, 0, "PNP which is told as any");
    IoUnregisterPlugPlayNotification(Watcher.Entry);
}

VOID
TestInterfaces(VOID)
{
    PCHILD Child = NewChild();
    UNICODE_STRING Name = {0};

    Announce();
    TestRefused();
    if (ok(EnableInterface(Child, &Name), "PNP a child's interface is enabled")) {
        TestToggles(&Name);
        TestEnds(&Name);
        TestGone(Child, &Name);
        RtlFreeUnicodeString(&Name);
    }
    ForgetChildren();
}
