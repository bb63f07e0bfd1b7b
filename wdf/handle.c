/*
 * Handles that are wrong: NULL, another type's, deleted, or no handle at all.
 */
#include "wdfp.h"

static const CHAR *const WdfpTypeNames[] = {
    NULL,
    "WDFDRIVER",
    "WDFDEVICE",
    "WDFOBJECT",
    "WDFFILEOBJECT",
    "WDFINTERRUPT",
    "WDFDPC",
    "WDFTIMER",
    "WDFWORKITEM",
    "WDFSPINLOCK",
    "WDFWAITLOCK",
    "WDFMEMORY",
    "WDFLOOKASIDE",
    "WDFCOLLECTION",
    "WDFSTRING",
    "WDFKEY",
    "WDFCMRESLIST",
    "WDFIORESREQLIST",
    "WDFIORESLIST",
    "WDFQUEUE",
    "WDFREQUEST",
    "WDFIOTARGET",
    "WDFDMAENABLER",
    "WDFDMATRANSACTION",
    "WDFCOMMONBUFFER",
    "WDFCHILDLIST",
};

/* What the handle is instead, as far as memory that may be anything tells. */
static const CHAR *
WdfpDescribeHandle(PVOID Handle)
{
    PWDFP_OBJECT Object = (PWDFP_OBJECT) ~(ULONG_PTR)Handle;
    ULONG Type;

    if (Handle == NULL) {
        return "NULL";
    }
    if (!WdfpIsObjectAddress((ULONG_PTR)Object) || !MmIsAddressValid(Object)) {
        return "no handle";
    }
    if (Object->Signature == WDFP_FREED) {
        return "the handle of a deleted object";
    }
    Type = Object->Signature >> 24;
    if ((Object->Signature & 0xFFFFFF) != WDFP_SIGNATURE || Type == 0 ||
        Type >= RTL_NUMBER_OF(WdfpTypeNames)) {
        return "no handle, or that of a deleted object";
    }
    return WdfpTypeNames[Type];
}

DECLSPEC_NORETURN VOID NTAPI
WdfpInvalidHandle(PWDF_DRIVER_GLOBALS Globals, PVOID Handle, WDFP_TYPE_NUMBER Type)
{
    DbgPrint("wdf: %s: the handle 0x%p has to be a %s, and is %s\n", Globals->DriverName,
             Handle, Type == 0 ? "framework object's" : WdfpTypeNames[Type],
             WdfpDescribeHandle(Handle));
    KeBugCheckEx(WDF_VIOLATION, WDF_INVALID_HANDLE, (ULONG_PTR)Handle, Type, 0);
}

PWDFP_OBJECT
WdfpAnyObject(PWDF_DRIVER_GLOBALS Globals, WDFOBJECT Handle)
{
    PWDFP_OBJECT Object = (PWDFP_OBJECT) ~(ULONG_PTR)Handle;

    if (!WdfpIsObjectAddress((ULONG_PTR)Object) ||
        (Object->Signature & 0xFFFFFF) != WDFP_SIGNATURE) {
        WdfpInvalidHandle(Globals, Handle, 0);
    }
    return Object;
}
