/*
 * What a driver asks of its device, and what it says of its idling.
 */
#include "kmdfwork.h"

static const GUID Class = {0x5D1F0001, 1, 2, {3, 4, 5, 6, 7, 8, 9, 10}};

static WDFSTRING
NewString(VOID)
{
    WDFSTRING String = NULL;

    WdfStringCreate(NULL, WDF_NO_OBJECT_ATTRIBUTES, &String);
    return String;
}

/* Whether a string object holds something that begins with Start. */
static BOOLEAN
BeginsWith(WDFSTRING String, PCWSTR Start)
{
    UNICODE_STRING Prefix, Text;

    RtlInitUnicodeString(&Prefix, Start);
    WdfStringGetUnicodeString(String, &Text);
    return RtlPrefixUnicodeString(&Prefix, &Text, FALSE);
}

VOID
TestNames(VOID)
{
    WDFSTRING String = NewString();

    ok_status(WdfDeviceRetrieveDeviceName(Device, String), STATUS_INVALID_DEVICE_STATE,
              "WdfDeviceRetrieveDeviceName: a device without a name");
    ok_status(WdfDeviceRetrieveDeviceInterfaceString(Device, &Class, NULL, String),
              STATUS_OBJECT_NAME_NOT_FOUND,
              "WdfDeviceRetrieveDeviceInterfaceString: none was created");
    WdfDeviceCreateDeviceInterface(Device, &Class, NULL);
    ok_status(WdfDeviceRetrieveDeviceInterfaceString(Device, &Class, NULL, String),
              STATUS_SUCCESS, "WdfDeviceRetrieveDeviceInterfaceString");
    ok(BeginsWith(String, L"\\??\\"),
       "WdfDeviceRetrieveDeviceInterfaceString: a name that can be opened");
    ok_status(WdfDriverRetrieveVersionString(WdfGetDriver(), String), STATUS_SUCCESS,
              "WdfDriverRetrieveVersionString");
    ok(BeginsWith(String, L"Kernel Mode Driver Framework"),
       "WdfDriverRetrieveVersionString: names the framework");
    WdfObjectDelete(String);
}

VOID
TestProperties(VOID)
{
    UNICODE_STRING Expected = RTL_CONSTANT_STRING(L"PCI\\VEN_1234&DEV_11E8");
    UNICODE_STRING Text;
    WDFMEMORY Memory;
    SIZE_T Size = 0;

    ok_status(WdfDeviceAllocAndQueryProperty(Device, DevicePropertyHardwareID,
                                             NonPagedPoolNx, NULL, &Memory),
              STATUS_SUCCESS, "WdfDeviceAllocAndQueryProperty: the hardware ids");
    RtlInitUnicodeString(&Text, WdfMemoryGetBuffer(Memory, &Size));
    ok(Size > Expected.Length && RtlPrefixUnicodeString(&Expected, &Text, TRUE),
       "WdfDeviceAllocAndQueryProperty: all of them, in a memory object of that size");
    WdfObjectDelete(Memory);
    ok(!NT_SUCCESS(WdfDeviceAllocAndQueryProperty(Device, (DEVICE_REGISTRY_PROPERTY)999,
                                                  NonPagedPoolNx, NULL, &Memory)) &&
           Memory == NULL,
       "WdfDeviceAllocAndQueryProperty: no such property");
}

static NTSTATUS
AssignIdle(WDF_POWER_POLICY_S0_IDLE_CAPABILITIES Capabilities)
{
    WDF_DEVICE_POWER_POLICY_IDLE_SETTINGS Settings;

    WDF_DEVICE_POWER_POLICY_IDLE_SETTINGS_INIT(&Settings, Capabilities);
    return WdfDeviceAssignS0IdleSettings(Device, &Settings);
}

VOID
TestIdle(VOID)
{
    WDF_DEVICE_POWER_POLICY_IDLE_SETTINGS Idle;
    WDF_DEVICE_POWER_POLICY_WAKE_SETTINGS Wake;

    ok_status(AssignIdle(IdleCannotWakeFromS0), STATUS_SUCCESS,
              "WdfDeviceAssignS0IdleSettings: a device that does not wake itself");
    ok_status(AssignIdle(IdleCanWakeFromS0), STATUS_POWER_STATE_INVALID,
              "WdfDeviceAssignS0IdleSettings: no device can wake");
    ok_status(AssignIdle(IdleCapsInvalid), STATUS_INVALID_PARAMETER,
              "WdfDeviceAssignS0IdleSettings: the capabilities");
    WDF_DEVICE_POWER_POLICY_IDLE_SETTINGS_INIT(&Idle, IdleCannotWakeFromS0);
    Idle.Size--;
    ok_status(WdfDeviceAssignS0IdleSettings(Device, &Idle), STATUS_INFO_LENGTH_MISMATCH,
              "WdfDeviceAssignS0IdleSettings: the Size");
    WDF_DEVICE_POWER_POLICY_WAKE_SETTINGS_INIT(&Wake);
    ok_status(WdfDeviceAssignSxWakeSettings(Device, &Wake), STATUS_POWER_STATE_INVALID,
              "WdfDeviceAssignSxWakeSettings: no device can wake");
    Wake.Enabled = WdfFalse;
    ok_status(WdfDeviceAssignSxWakeSettings(Device, &Wake), STATUS_SUCCESS,
              "WdfDeviceAssignSxWakeSettings: nor is it to");
    Wake.Size--;
    ok_status(WdfDeviceAssignSxWakeSettings(Device, &Wake), STATUS_INFO_LENGTH_MISMATCH,
              "WdfDeviceAssignSxWakeSettings: the Size");
    ok_status(WdfDeviceStopIdle(Device, TRUE), STATUS_SUCCESS,
              "WdfDeviceStopIdle: the device is in D0");
    WdfDeviceResumeIdle(Device);
}
