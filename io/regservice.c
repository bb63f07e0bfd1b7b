/*
 * The registry of a service: what its module line says, and the key a device opens.
 */
#include "iop.h"
#include "iopnp.h"

/* Appends ASCII Text to String; FALSE when it does not fit. */
static BOOLEAN
IopAppendText(PUNICODE_STRING String, const CHAR *Text)
{
    while (*Text != '\0') {
        WCHAR Character[] = {(UCHAR)*Text++, L'\0'};

        if (!NT_SUCCESS(RtlAppendUnicodeToString(String, Character))) {
            return FALSE;
        }
    }
    return TRUE;
}

/* Builds the path of a service's key, with Suffix. */
static BOOLEAN
IopServicePath(PUNICODE_STRING Path, const CHAR *ServiceName, PCWSTR Suffix)
{
    return NT_SUCCESS(RtlAppendUnicodeToString(Path, IOP_REGISTRY_SERVICES)) &&
           IopAppendText(Path, ServiceName) &&
           NT_SUCCESS(RtlAppendUnicodeToString(Path, Suffix));
}

NTSTATUS
IopCreateServiceKey(const CHAR *ServiceName)
{
    DECLARE_UNICODE_STRING_SIZE(Path, IOP_MAXIMUM_NAME);

    if (!IopServicePath(&Path, ServiceName, L"")) {
        return STATUS_INVALID_PARAMETER;
    }
    return IopCreateRegistryKey(&Path);
}

NTSTATUS
IopSetRegistryWord(const CHAR *ServiceName, const CHAR *ValueName, const CHAR *Text)
{
    DECLARE_UNICODE_STRING_SIZE(Path, IOP_MAXIMUM_NAME);
    DECLARE_UNICODE_STRING_SIZE(Name, IOP_MAXIMUM_NAME);
    DECLARE_UNICODE_STRING_SIZE(String, IOP_MAXIMUM_NAME);
    ULONG64 Number;
    NTSTATUS Status;

    /* The zero that ends a REG_SZ is counted: it needs a place in String. */
    String.MaximumLength -= sizeof(WCHAR);
    if (!IopServicePath(&Path, ServiceName, L"\\Parameters") ||
        !IopAppendText(&Name, ValueName) || !IopAppendText(&String, Text)) {
        return STATUS_INVALID_PARAMETER;
    }
    Status = IopCreateRegistryKey(&Path);
    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    if (RtlParseNumber(Text, strlen(Text), &Number) && Number <= MAXULONG) {
        ULONG Value = (ULONG)Number;

        return IopSetRegistryValue(&Path, &Name, REG_DWORD, &Value, sizeof(Value));
    }
    String.Buffer[String.Length / sizeof(WCHAR)] = L'\0';
    return IopSetRegistryValue(&Path, &Name, REG_SZ, String.Buffer,
                               String.Length + sizeof(WCHAR));
}

/*
 * Opens the Parameters key of the driver that serves a device: both the device's key and
 * the driver's are this one, so that a word of the module line is found where drivers
 * look. STATUS_INVALID_DEVICE_REQUEST: no physical device object, or without a driver;
 * otherwise as ZwOpenKey. PASSIVE_LEVEL. Source: manual, IoOpenDeviceRegistryKey.
 */
NTSTATUS
NTAPI
IoOpenDeviceRegistryKey(PDEVICE_OBJECT DeviceObject, ULONG DevInstKeyType,
                        ACCESS_MASK DesiredAccess, PHANDLE DeviceRegKey)
{
    DECLARE_UNICODE_STRING_SIZE(Path, IOP_MAXIMUM_NAME);
    PIOP_PDO Pdo = IopPdoFromDevice(DeviceObject);
    OBJECT_ATTRIBUTES Attributes;
    NTSTATUS Status;

    UNREFERENCED_PARAMETER(DevInstKeyType);
    if (Pdo == NULL || Pdo->FunctionDriver == NULL) {
        return STATUS_INVALID_DEVICE_REQUEST;
    }
    if (!IopServicePath(&Path,
                        IopDriverExtension(Pdo->FunctionDriver)->Module.ServiceName,
                        L"\\Parameters")) {
        return STATUS_OBJECT_NAME_INVALID;
    }
    Status = IopCreateRegistryKey(&Path);
    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    InitializeObjectAttributes(&Attributes, &Path, OBJ_KERNEL_HANDLE, NULL, NULL);
    return ZwOpenKey(DeviceRegKey, DesiredAccess, &Attributes);
}
EXPORT(IoOpenDeviceRegistryKey);
