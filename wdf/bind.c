/*
 * WDFLDR.SYS: binding a driver to the framework.
 *
 * There is one framework, 1.33, and one table; every older client's functions are its
 * first ones. A client's FuncCount has to be one that some KMDF 1.x had, since an unknown
 * one means that the driver's table would be read or written past its end.
 */
#include "wdfp.h"

/* FuncCount, and the last minor version that had it (driver-binary-interface.md, 4). */
typedef struct _WDFP_CLIENT {
    ULONG FuncCount;
    ULONG MinorVersion;
} WDFP_CLIENT;

static const WDFP_CLIENT WdfpClients[] = {
    {383, 0},  {386, 1},  {387, 7},  {396, 9},  {432, 11}, {438, 13}, {444, 17},
    {446, 19}, {448, 21}, {451, 23}, {453, 27}, {454, 29}, {458, 33},
};

/* From this count on FuncTable is the place of a pointer to the table. */
#define WDFP_FIRST_POINTER_COUNT 444

static const UNICODE_STRING WdfpComponent = RTL_CONSTANT_STRING(L"KmdfLibrary");

/* The last part of the service's key as a driver's name, cut to what the field holds. */
static VOID
WdfpCopyDriverName(PUNICODE_STRING RegistryPath, CHAR *Name)
{
    ULONG Count = RegistryPath->Length / sizeof(WCHAR);
    ULONG Start = Count;
    ULONG Length;

    while (Start != 0 && RegistryPath->Buffer[Start - 1] != L'\\') {
        Start--;
    }
    Length = min(Count - Start, WDF_DRIVER_GLOBALS_NAME_LEN - 1);
    for (ULONG Index = 0; Index < Length; Index++) {
        WCHAR Character = RegistryPath->Buffer[Start + Index];

        Name[Index] = Character > L' ' && Character < 0x7F ? (CHAR)Character : '?';
    }
    Name[Length] = '\0';
}

/* Says why a driver is refused. */
static NTSTATUS
WdfpRefuse(const CHAR *Driver, const CHAR *Why, ULONG Number, NTSTATUS Status)
{
    DbgPrint("wdf: %s: not bound: %s %u\n", Driver, Why, Number);
    return Status;
}

static BOOLEAN
WdfpIsKnownCount(ULONG FuncCount)
{
    for (ULONG Index = 0; Index < RTL_NUMBER_OF(WdfpClients); Index++) {
        if (WdfpClients[Index].FuncCount == FuncCount) {
            return TRUE;
        }
    }
    return FALSE;
}

/* Whether the bind information is one this framework can serve. */
static NTSTATUS
WdfpCheckBindInfo(const CHAR *Driver, PWDF_BIND_INFO Info)
{
    UNICODE_STRING Component;

    if (Info->Size != sizeof(WDF_BIND_INFO) && Info->Size != sizeof(WDF_BIND_INFO2)) {
        return WdfpRefuse(Driver, "bind information of an unknown size,", Info->Size,
                          STATUS_INFO_LENGTH_MISMATCH);
    }
    RtlInitUnicodeString(&Component, Info->Component);
    if (!RtlEqualUnicodeString(&Component, &WdfpComponent, TRUE)) {
        DbgPrint("wdf: %s: not bound: it asks for the component %wZ\n", Driver,
                 &Component);
        return STATUS_NOT_SUPPORTED;
    }
    if (Info->Version.Major != WDFP_MAJOR_VERSION) {
        return WdfpRefuse(Driver, "it asks for major version", Info->Version.Major,
                          STATUS_REVISION_MISMATCH);
    }
    if (!WdfpIsKnownCount(Info->FuncCount) || Info->FuncTable == NULL) {
        return WdfpRefuse(Driver, "no KMDF has a function count of", Info->FuncCount,
                          STATUS_INVALID_PARAMETER);
    }
    return STATUS_SUCCESS;
}

/* A client newer than the framework binds if it says that it can live with less, and then
   has to be told how much less there is. */
static NTSTATUS
WdfpCheckVersion(const CHAR *Driver, PWDF_BIND_INFO Info)
{
    PWDF_BIND_INFO2 Info2 =
        Info->Size == sizeof(WDF_BIND_INFO2) ? (PWDF_BIND_INFO2)Info : NULL;
    ULONG Minimum = Info->Version.Minor;

    if (Info2 != NULL && Info2->MinimumVersionRequired != NULL) {
        Minimum = *Info2->MinimumVersionRequired;
    }
    if (Minimum > WDFP_MINOR_VERSION) {
        return WdfpRefuse(Driver,
                          "it needs KMDF 1.33 or older, but asks for minor version",
                          Minimum, STATUS_REVISION_MISMATCH);
    }
    if (Info2 != NULL && Info2->ClientVersionHigherThanFramework != NULL) {
        *Info2->ClientVersionHigherThanFramework =
            Info->Version.Minor > WDFP_MINOR_VERSION;
    }
    if (Info2 != NULL && Info2->FuncCountPtr != NULL) {
        *Info2->FuncCountPtr = WdfFunctionTableNumEntries;
    }
    return STATUS_SUCCESS;
}

/* Gives the driver the table, in the way its version expects. */
static VOID
WdfpFillTable(PWDF_BIND_INFO Info)
{
    if (Info->FuncCount >= WDFP_FIRST_POINTER_COUNT) {
        *(const WDFFUNC **)Info->FuncTable = WdfpFunctionTable;
    } else {
        RtlCopyMemory(Info->FuncTable, WdfpFunctionTable,
                      Info->FuncCount * sizeof(WDFFUNC));
    }
}

/*
 * Binds a driver: fills its table and gives it the globals it passes at every call.
 * STATUS_SUCCESS; with a line that says why, STATUS_INFO_LENGTH_MISMATCH,
 * STATUS_NOT_SUPPORTED (another component), STATUS_REVISION_MISMATCH (too new),
 * STATUS_INVALID_PARAMETER (FuncCount); STATUS_INSUFFICIENT_RESOURCES. PASSIVE_LEVEL.
 */
NTSTATUS
NTAPI
WdfVersionBind(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath,
               PWDF_BIND_INFO BindInfo, PWDF_DRIVER_GLOBALS *ComponentGlobals)
{
    CHAR Name[WDF_DRIVER_GLOBALS_NAME_LEN];
    PWDFP_GLOBALS Globals;
    NTSTATUS Status;

    WdfpCopyDriverName(RegistryPath, Name);
    Status = WdfpCheckBindInfo(Name, BindInfo);
    if (NT_SUCCESS(Status)) {
        Status = WdfpCheckVersion(Name, BindInfo);
    }
    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    Globals = ExAllocatePoolZero(NonPagedPoolNx, sizeof(*Globals), WDFP_TAG);
    if (Globals == NULL) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    RtlCopyMemory(Globals->Public.DriverName, Name, sizeof(Name));
    Globals->Public.DriverTag = WDFP_TAG;
    Globals->DriverObject = DriverObject;
    Globals->MinorVersion = BindInfo->Version.Minor;
    KeInitializeSpinLock(&Globals->TreeLock);
    KeInitializeEvent(&Globals->NoObjects, NotificationEvent, TRUE);
    WdfpFillTable(BindInfo);
    *ComponentGlobals = &Globals->Public;
    return STATUS_SUCCESS;
}

/* Ends what WdfVersionBind began: deletes the driver object with all that is left below it
   and waits until the last object has been freed. PASSIVE_LEVEL. */
VOID NTAPI
WdfVersionUnbind(PUNICODE_STRING RegistryPath, PWDF_BIND_INFO BindInfo,
                 PWDF_DRIVER_GLOBALS ComponentGlobals)
{
    PWDFP_GLOBALS Globals = WdfpGlobals(ComponentGlobals);

    UNREFERENCED_PARAMETER(RegistryPath);
    UNREFERENCED_PARAMETER(BindInfo);
    if (ComponentGlobals->Driver != NULL) {
        WdfpDelete(
            WdfpObject(ComponentGlobals, ComponentGlobals->Driver, WdfpDriverType));
    }
    KeWaitForSingleObject(&Globals->NoObjects, Executive, KernelMode, FALSE, NULL);
    ExFreePoolWithTag(Globals, WDFP_TAG);
}

/* Class extensions are other people's drivers between a client and the framework; there is
   none here. STATUS_NOT_SUPPORTED. PASSIVE_LEVEL. */
NTSTATUS
NTAPI
WdfVersionBindClass(PWDF_BIND_INFO BindInfo, PWDF_DRIVER_GLOBALS ComponentGlobals,
                    PWDF_CLASS_BIND_INFO ClassBindInfo)
{
    UNREFERENCED_PARAMETER(BindInfo);
    UNREFERENCED_PARAMETER(ClassBindInfo);
    DbgPrint("wdf: %s: not bound: it asks for a class extension\n",
             ComponentGlobals->DriverName);
    return STATUS_NOT_SUPPORTED;
}

/* Nothing was bound. PASSIVE_LEVEL. */
VOID NTAPI
WdfVersionUnbindClass(PWDF_BIND_INFO BindInfo, PWDF_DRIVER_GLOBALS ComponentGlobals,
                      PWDF_CLASS_BIND_INFO ClassBindInfo)
{
    UNREFERENCED_PARAMETER(BindInfo);
    UNREFERENCED_PARAMETER(ComponentGlobals);
    UNREFERENCED_PARAMETER(ClassBindInfo);
}
