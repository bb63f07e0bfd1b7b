/*
 * What the framework and a bound driver know of each other.
 */
#pragma once

#include <wdftypes.h>

#define WDF_DRIVER_GLOBALS_NAME_LEN 32

typedef struct _WDF_DRIVER_GLOBALS {
    WDFDRIVER Driver;
    ULONG DriverFlags;
    ULONG DriverTag; /* of the pool memory that is allocated for the driver */
    CHAR DriverName[WDF_DRIVER_GLOBALS_NAME_LEN];
    BOOLEAN DisplaceDriverUnload; /* FxDriverEntry puts its own above it */
} WDF_DRIVER_GLOBALS, *PWDF_DRIVER_GLOBALS;

/* A slot of the table, before it is cast to its routine's type. */
typedef VOID(NTAPI *WDFFUNC)(VOID);
