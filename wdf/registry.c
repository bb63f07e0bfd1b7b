/*
 * WDFKEY: opening and closing.
 */
#include "wdfp.h"
#include "device.h"
#include "registry.h"

static VOID
WdfpDisposeKey(PWDFP_OBJECT Object)
{
    PWDFP_KEY Key = (PWDFP_KEY)Object;

    if (Key->Handle != NULL) {
        ZwClose(Key->Handle);
        Key->Handle = NULL;
    }
}

static const WDFP_TYPE WdfpKeyObjectType = {
    WdfpKeyType, "WDFKEY", sizeof(WDFP_KEY), WDFP_TYPE_PASSIVE, WdfpDisposeKey,
    NULL,        NULL};

/* A key object below the driver, or below what the attributes name, without a handle. */
static NTSTATUS
WdfpCreateKey(PWDF_DRIVER_GLOBALS Globals, PWDF_OBJECT_ATTRIBUTES Attributes,
              PWDFP_KEY *Key)
{
    WdfpRequireIrql(WdfpGlobals(Globals), PASSIVE_LEVEL, "a registry routine");
    return WdfpCreateObject(WdfpGlobals(Globals), &WdfpKeyObjectType, Attributes,
                            WdfpObject(Globals, Globals->Driver, WdfpDriverType), TRUE,
                            (PVOID *)Key);
}

/* Ends the creation: the handle of a key that was opened, or nothing. */
static NTSTATUS
WdfpFinishKey(PWDFP_KEY Key, NTSTATUS Status, WDFKEY *Handle)
{
    if (!NT_SUCCESS(Status)) {
        Key->Handle = NULL;
        WdfpDelete(Key);
        return Status;
    }
    *Handle = WdfpHandle(Key);
    return STATUS_SUCCESS;
}

/* How WDM names a key: by its path, below Root unless that is NULL. */
static VOID
WdfpNameKey(POBJECT_ATTRIBUTES Attributes, PWDFP_KEY Root, PCUNICODE_STRING Name)
{
    InitializeObjectAttributes(Attributes, (PUNICODE_STRING)Name,
                               OBJ_KERNEL_HANDLE | OBJ_CASE_INSENSITIVE,
                               Root == NULL ? NULL : Root->Handle, NULL);
}

/* Opens a key: a path from the root, or one below ParentKey. What ZwOpenKey returns;
   STATUS_INFO_LENGTH_MISMATCH, STATUS_INVALID_PARAMETER (attributes);
   STATUS_INSUFFICIENT_RESOURCES. PASSIVE_LEVEL. Source: manual, WdfRegistryOpenKey. */
NTSTATUS
NTAPI
ImpWdfRegistryOpenKey(PWDF_DRIVER_GLOBALS DriverGlobals, WDFKEY ParentKey,
                      PCUNICODE_STRING KeyName, ACCESS_MASK DesiredAccess,
                      PWDF_OBJECT_ATTRIBUTES Attributes, WDFKEY *Handle)
{
    PWDFP_KEY Parent =
        ParentKey == NULL ? NULL : WdfpObject(DriverGlobals, ParentKey, WdfpKeyType);
    OBJECT_ATTRIBUTES Named;
    PWDFP_KEY Key;
    NTSTATUS Status = WdfpCreateKey(DriverGlobals, Attributes, &Key);

    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    WdfpNameKey(&Named, Parent, KeyName);
    return WdfpFinishKey(Key, ZwOpenKey(&Key->Handle, DesiredAccess, &Named), Handle);
}

/* Opens a key, and makes it when it does not exist; *Disposition: which it was. What
   ZwCreateKey returns, else as above. PASSIVE_LEVEL. Source: manual,
   WdfRegistryCreateKey. */
NTSTATUS
NTAPI
ImpWdfRegistryCreateKey(PWDF_DRIVER_GLOBALS DriverGlobals, WDFKEY ParentKey,
                        PCUNICODE_STRING KeyName, ACCESS_MASK DesiredAccess,
                        ULONG CreateOptions, PULONG Disposition,
                        PWDF_OBJECT_ATTRIBUTES Attributes, WDFKEY *Handle)
{
    PWDFP_KEY Parent =
        ParentKey == NULL ? NULL : WdfpObject(DriverGlobals, ParentKey, WdfpKeyType);
    OBJECT_ATTRIBUTES Named;
    PWDFP_KEY Key;
    NTSTATUS Status = WdfpCreateKey(DriverGlobals, Attributes, &Key);

    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    WdfpNameKey(&Named, Parent, KeyName);
    Status = ZwCreateKey(&Key->Handle, DesiredAccess, &Named, 0, NULL, CreateOptions,
                         Disposition);
    return WdfpFinishKey(Key, Status, Handle);
}

/* Removes a key with its values, and deletes the object. What ZwDeleteKey returns; then the
   object is as before. PASSIVE_LEVEL. Source: manual, WdfRegistryRemoveKey. */
NTSTATUS
NTAPI
ImpWdfRegistryRemoveKey(PWDF_DRIVER_GLOBALS DriverGlobals, WDFKEY Handle)
{
    PWDFP_KEY Key = WdfpObject(DriverGlobals, Handle, WdfpKeyType);
    NTSTATUS Status;

    WdfpRequireIrql(WdfpGlobals(DriverGlobals), PASSIVE_LEVEL, "WdfRegistryRemoveKey");
    Status = ZwDeleteKey(Key->Handle);
    if (NT_SUCCESS(Status)) {
        WdfpDelete(Key);
    }
    return Status;
}

/* Opens the Parameters key of the driver's service; as above. Source: manual,
   WdfDriverOpenParametersRegistryKey. */
NTSTATUS
NTAPI
ImpWdfDriverOpenParametersRegistryKey(PWDF_DRIVER_GLOBALS DriverGlobals, WDFDRIVER Handle,
                                      ACCESS_MASK DesiredAccess,
                                      PWDF_OBJECT_ATTRIBUTES Attributes,
                                      WDFKEY *KeyHandle)
{
    PWDFP_DRIVER Driver = WdfpObject(DriverGlobals, Handle, WdfpDriverType);
    WCHAR Buffer[128];
    UNICODE_STRING Path;
    NTSTATUS Status;

    RtlInitEmptyUnicodeString(&Path, Buffer, sizeof(Buffer));
    Status = RtlAppendUnicodeStringToString(&Path, &Driver->RegistryPath);
    if (NT_SUCCESS(Status)) {
        Status = RtlAppendUnicodeToString(&Path, L"\\Parameters");
    }
    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    return ImpWdfRegistryOpenKey(DriverGlobals, NULL, &Path, DesiredAccess, Attributes,
                                 KeyHandle);
}

/* Opens the device's or the driver's key of a device; what IoOpenDeviceRegistryKey returns,
   else as above. Source: manual, WdfDeviceOpenRegistryKey. */
NTSTATUS
NTAPI
ImpWdfDeviceOpenRegistryKey(PWDF_DRIVER_GLOBALS DriverGlobals, WDFDEVICE Handle,
                            ULONG Kind, ACCESS_MASK DesiredAccess,
                            PWDF_OBJECT_ATTRIBUTES Attributes, WDFKEY *KeyHandle)
{
    PWDFP_DEVICE Device = WdfpDeviceFromHandle(DriverGlobals, Handle);
    PWDFP_KEY Key;
    NTSTATUS Status = WdfpCreateKey(DriverGlobals, Attributes, &Key);

    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    Status = IoOpenDeviceRegistryKey(Device->Physical, Kind, DesiredAccess, &Key->Handle);
    return WdfpFinishKey(Key, Status, KeyHandle);
}

/* The same before the device is created. Source: manual, WdfFdoInitOpenRegistryKey. */
NTSTATUS
NTAPI
ImpWdfFdoInitOpenRegistryKey(PWDF_DRIVER_GLOBALS DriverGlobals, PWDFDEVICE_INIT Init,
                             ULONG Kind, ACCESS_MASK DesiredAccess,
                             PWDF_OBJECT_ATTRIBUTES Attributes, WDFKEY *KeyHandle)
{
    PWDFP_KEY Key;
    NTSTATUS Status = WdfpCreateKey(DriverGlobals, Attributes, &Key);

    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    Status =
        IoOpenDeviceRegistryKey(Init->PhysicalDevice, Kind, DesiredAccess, &Key->Handle);
    return WdfpFinishKey(Key, Status, KeyHandle);
}

/* Closes a key: deletes its object. Source: manual, WdfRegistryClose. */
VOID NTAPI
ImpWdfRegistryClose(PWDF_DRIVER_GLOBALS DriverGlobals, WDFKEY Handle)
{
    WdfpDelete(WdfpObject(DriverGlobals, Handle, WdfpKeyType));
}

/* The key's handle; the object's, which closes it. Source: manual,
   WdfRegistryWdmGetHandle. */
HANDLE
NTAPI
ImpWdfRegistryWdmGetHandle(PWDF_DRIVER_GLOBALS DriverGlobals, WDFKEY Handle)
{
    PWDFP_KEY Key = WdfpObject(DriverGlobals, Handle, WdfpKeyType);

    return Key->Handle;
}
