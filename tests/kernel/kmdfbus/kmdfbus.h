/*
 * kmdfbus.h: a bus driver for QEMU's edu device, and the function driver of its children,
 * in one image: hardware ids tell the two devices apart.
 */
#pragma once

#include "../ktap.h"

#include <wdf.h>

#define CHILD_ID      L"KMDFBUS\\Child"
#define FUNCTION_NAME L"\\Device\\KmdfBus_%u"

/* What a child is known by, and where it is. */
typedef struct _CHILD_IDENTIFICATION {
    WDF_CHILD_IDENTIFICATION_DESCRIPTION_HEADER Header;
    ULONG Number;
} CHILD_IDENTIFICATION, *PCHILD_IDENTIFICATION;

typedef struct _CHILD_ADDRESS {
    WDF_CHILD_ADDRESS_DESCRIPTION_HEADER Header;
    ULONG Slot;
} CHILD_ADDRESS, *PCHILD_ADDRESS;

typedef struct _BUS {
    WDFDEVICE Device;
    WDFCHILDLIST List;
    ULONG Scans;              /* EvtChildListScanForChildren */
    volatile LONG Made;       /* PDOs */
    volatile LONG Gone;       /* PDOs that were deleted */
    volatile LONG Missing;    /* EvtDeviceReportedMissing */
    volatile LONG PdoStarted; /* D0Entry of PDOs */
    BOOLEAN Refuse;           /* EvtChildListCreateDevice fails */
    volatile LONG Ejects;     /* EvtDeviceEject */

    /* What the function driver saw. */
    volatile LONG Started, Surprised, Removed;
    BOOLEAN RightId;
    NTSTATUS PdoWake;   /* of an interrupt that is to wake a child */
    BOOLEAN Veto;       /* EvtDeviceQueryRemove fails */
    ULONG Functions;    /* devices that were added */
    WDFDEVICE Function; /* of child 1, while it is there */
} BUS;

extern BUS Bus;

/* bus.c */
NTSTATUS AddBus(PWDFDEVICE_INIT Init);
NTSTATUS CreateChild(PWDFDEVICE_INIT Init, ULONG Number, WDFDEVICE *Device);
CHILD_IDENTIFICATION Identify(ULONG Number);
CHILD_ADDRESS Place(ULONG Slot);
NTSTATUS Report(ULONG Number, ULONG Slot);
NTSTATUS ReportMissing(ULONG Number);

/* function.c */
NTSTATUS AddFunction(PWDFDEVICE_INIT Init);
BOOLEAN IsChild(PWDFDEVICE_INIT Init);

/* interfaces.c */
VOID TestInterfaces(VOID);
/* forward.c */
NTSTATUS CreateChildQueue(WDFDEVICE Child);
NTSTATUS CreateBusQueue(WDFDEVICE Device);
VOID TestForwarding(VOID);
/* ejects.c */
VOID TestEjects(VOID);
