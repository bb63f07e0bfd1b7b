/*
 * pdo.h: physical devices, at the bottom of their stacks.
 */
#pragma once

#include "children.h"

/* Several strings, each with its zero, and one zero more. */
typedef struct _WDFP_STRINGS {
    PWCH Text;   /* pool; NULL: none */
    ULONG Bytes; /* with the last zero */
} WDFP_STRINGS, *PWDFP_STRINGS;

/* What a device is called in one language. */
typedef struct _WDFP_DEVICE_TEXT {
    struct _WDFP_DEVICE_TEXT *Next;
    LCID Locale;
    WDFP_STRINGS Description;
    WDFP_STRINGS Location;
} WDFP_DEVICE_TEXT, *PWDFP_DEVICE_TEXT;

/* What WDFDEVICE_INIT holds beside for a physical device. */
typedef struct _WDFP_PDO_INIT {
    PWDFP_DEVICE Parent;
    PWDFP_CHILD Child; /* NULL: it is a static child */
    WDF_PDO_EVENT_CALLBACKS Callbacks;
    WDFP_STRINGS Ids[BusQueryContainerID + 1]; /* by BUS_QUERY_ID_TYPE */
    PWDFP_DEVICE_TEXT Texts;
    LCID DefaultLocale;
    BOOLEAN Raw;
    BOOLEAN Forwards; /* requests to the parent's queues */
    GUID RawClass;
} WDFP_PDO_INIT, *PWDFP_PDO_INIT;

/* pdoinit.c: Child NULL for a static one; NULL: pool is short. */
PWDFDEVICE_INIT WdfpAllocatePdoInit(PWDFP_DEVICE Parent, PWDFP_CHILD Child);

/* pdo.c. PASSIVE_LEVEL. */
NTSTATUS WdfpDispatchPdo(PWDFP_DEVICE Device, PIRP Irp);
/* The device behind a handle, which has to be a child's, or a stop: 0x10D, 3, the handle. */
PWDFP_DEVICE WdfpPdoFromHandle(PWDF_DRIVER_GLOBALS Globals, WDFDEVICE Handle);
/* Whether the bus had the child until now. At or below DISPATCH_LEVEL. */
BOOLEAN WdfpMarkMissing(PWDFP_DEVICE Device);

/* pdoquery.c. PASSIVE_LEVEL. What an IRP of questions is completed with. */
NTSTATUS WdfpAnswerPdo(PWDFP_DEVICE Device, PIRP Irp);
