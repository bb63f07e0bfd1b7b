/*
 * Binding: what FxDriverEntry and WDFLDR.SYS say to each other.
 *
 * FuncCount says which framework a driver was built for. Through 1.13 the driver owns an
 * array that the pointers are copied into; from 1.15 on it owns one pointer, to the
 * framework's table. (driver-binary-interface.md, 4)
 */
#pragma once

#include <wdfglobals.h>

typedef struct _WDF_VERSION {
    ULONG Major;
    ULONG Minor;
    ULONG Build;
} WDF_VERSION, *PWDF_VERSION;

typedef struct _WDF_BIND_INFO {
    ULONG Size;
    PWCHAR Component;
    WDF_VERSION Version;
    ULONG FuncCount;
    WDFFUNC *FuncTable; /* the array, or the place of the pointer */
    PVOID Module;       /* the framework's, from bind to unbind */
} WDF_BIND_INFO, *PWDF_BIND_INFO;

/* Of stubs of 1.25 and later, which can run on less than they were built for. */
typedef struct _WDF_BIND_INFO2 {
    WDF_BIND_INFO Base;
    const ULONG *MinimumVersionRequired;
    PBOOLEAN ClientVersionHigherThanFramework;
    PULONG FuncCountPtr;
    PULONG StructCountPtr;
    PVOID StructTable;
} WDF_BIND_INFO2, *PWDF_BIND_INFO2;

C_ASSERT(sizeof(WDF_BIND_INFO) == 0x30);
C_ASSERT(sizeof(WDF_BIND_INFO2) == 0x58);

typedef struct _WDF_CLASS_BIND_INFO *PWDF_CLASS_BIND_INFO;

/* PASSIVE_LEVEL. */
DECLSPEC_IMPORT NTSTATUS NTAPI WdfVersionBind(_In_ PDRIVER_OBJECT DriverObject,
                                              _In_ PUNICODE_STRING RegistryPath,
                                              _Inout_ PWDF_BIND_INFO BindInfo,
                                              _Out_ PWDF_DRIVER_GLOBALS *ComponentGlobals);
DECLSPEC_IMPORT VOID NTAPI WdfVersionUnbind(_In_ PUNICODE_STRING RegistryPath,
                                            _In_ PWDF_BIND_INFO BindInfo,
                                            _In_ PWDF_DRIVER_GLOBALS ComponentGlobals);
DECLSPEC_IMPORT NTSTATUS NTAPI WdfVersionBindClass(
    _In_ PWDF_BIND_INFO BindInfo, _In_ PWDF_DRIVER_GLOBALS ComponentGlobals,
    _In_ PWDF_CLASS_BIND_INFO ClassBindInfo);
DECLSPEC_IMPORT VOID NTAPI WdfVersionUnbindClass(_In_ PWDF_BIND_INFO BindInfo,
                                                 _In_ PWDF_DRIVER_GLOBALS ComponentGlobals,
                                                 _In_ PWDF_CLASS_BIND_INFO ClassBindInfo);
