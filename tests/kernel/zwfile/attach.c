/*
 * Attaching to a device, by pointer and by name, and which devices nobody attaches to.
 */
#include "zwfile.h"

#define GONE L"\\Device\\ZwFileGone"

static PDEVICE_OBJECT
NewDevice(PCWSTR Text)
{
    PDEVICE_OBJECT Device = NULL;
    UNICODE_STRING Name;

    RtlInitUnicodeString(&Name, Text);
    ok_status(IoCreateDevice(Ktap.DriverObject, 0, &Name, FILE_DEVICE_UNKNOWN, 0, FALSE,
                             &Device),
              STATUS_SUCCESS, "a device is made");
    return Device;
}

static VOID
TestUnready(PDEVICE_OBJECT Source, PDEVICE_OBJECT Other)
{
    PDEVICE_OBJECT Target = NewDevice(NULL);

    ok(IoAttachDeviceToDeviceStack(Source, Target) == NULL && Source->StackSize == 1 &&
           Target->AttachedDevice == NULL,
       "DO_DEVICE_INITIALIZING: nobody attaches to a device its driver is not done with");
    Target->Flags &= ~(ULONG)DO_DEVICE_INITIALIZING;
    ok(IoAttachDeviceToDeviceStack(Source, Target) == Target && Source->StackSize == 2,
       "IoAttachDeviceToDeviceStack: when it is done it works");
    ok(IoAttachDeviceToDeviceStack(Other, Target) == NULL &&
           Source->AttachedDevice == NULL,
       "DO_DEVICE_INITIALIZING: it is the top of the stack that counts");
    IoDetachDevice(Target);
    IoDeleteDevice(Target);
}

static VOID
TestDeleted(PDEVICE_OBJECT Source)
{
    PDEVICE_OBJECT Target = NewDevice(GONE);
    HANDLE File;

    Target->Flags &= ~(ULONG)DO_DEVICE_INITIALIZING;
    ok_status(OpenName(GONE, NULL, 0, &File), STATUS_SUCCESS, "it is opened,");
    IoDeleteDevice(Target);
    ok(IoAttachDeviceToDeviceStack(Source, Target) == NULL,
       "IoAttachDeviceToDeviceStack: nobody attaches to what is being deleted");
    ZwClose(File);
}

static VOID
TestByName(PDEVICE_OBJECT Source)
{
    UNICODE_STRING Name = RTL_CONSTANT_STRING(L"\\??\\ZwFileTest");
    UNICODE_STRING None = RTL_CONSTANT_STRING(L"\\Device\\ZwFileNone");
    LONG Creates = Seen.Creates, Closes = Seen.Closes;
    PDEVICE_OBJECT Attached = NULL;

    ok_status(IoAttachDevice(Source, &None, &Attached), STATUS_OBJECT_NAME_NOT_FOUND,
              "IoAttachDevice: a name that leads nowhere");
    ok_status(IoAttachDevice(Source, &Name, &Attached), STATUS_SUCCESS,
              "IoAttachDevice: a name that leads to a device");
    ok(Attached == Devices[BUFFERED] && Attached->AttachedDevice == Source,
       "IoAttachDevice: the device is under the new one,");
    ok(Seen.Creates == Creates + 1 && Seen.Closes == Closes + 1,
       "IoAttachDevice: and was open only meanwhile");
    IoDetachDevice(Devices[BUFFERED]);
}

VOID
TestAttach(VOID)
{
    PDEVICE_OBJECT Source = NewDevice(NULL), Other = NewDevice(NULL);

    TestUnready(Source, Other);
    TestDeleted(Source);
    TestByName(Source);
    IoDeleteDevice(Source);
    IoDeleteDevice(Other);
}
