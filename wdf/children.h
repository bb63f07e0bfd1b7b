/*
 * children.h: the devices below a bus driver's, in lists that it keeps.
 *
 * A child is pending until the PnP manager asks what is on the bus: then its device is made.
 * One that is missing is not reported any more; its device goes when the PnP manager has
 * removed it. Lock guards the list and all of its children; the driver's comparisons run
 * under it.
 */
#pragma once

#include "device.h"

struct _WDFP_CHILD_LIST;

typedef struct _WDFP_CHILD {
    LIST_ENTRY Link;
    struct _WDFP_CHILD_LIST *List;
    PWDFP_DEVICE Device; /* NULL: pending */
    BOOLEAN Missing;
    BOOLEAN Reported; /* the PnP manager has seen its device */
    BOOLEAN Told;     /* the PnP manager was, that it is missing */
    BOOLEAN Seen;     /* in the scan under way */
    BOOLEAN Creating; /* the driver makes its device just now */
    BOOLEAN Dead;     /* to be freed when nobody iterates */
    PWDF_CHILD_IDENTIFICATION_DESCRIPTION_HEADER Id; /* in this block; NULL: static */
    PWDF_CHILD_ADDRESS_DESCRIPTION_HEADER Address;   /* the same; NULL: it has none */
} WDFP_CHILD, *PWDFP_CHILD;

typedef struct _WDFP_CHILD_LIST {
    WDFP_OBJECT Object; /* must be first */
    LIST_ENTRY Link;    /* WDFP_DEVICE.ChildLists; TreeLock */
    PWDFP_DEVICE Device;
    WDF_CHILD_LIST_CONFIG Config; /* Size 0: of static children */
    KSPIN_LOCK Lock;
    LIST_ENTRY Children;
    ULONG Scans;
    ULONG Iterations;
} WDFP_CHILD_LIST, *PWDFP_CHILD_LIST;

static inline PWDFP_CHILD_LIST
WdfpChildListFromHandle(PWDF_DRIVER_GLOBALS Globals, WDFCHILDLIST Handle)
{
    return WdfpObject(Globals, Handle, WdfpChildListType);
}

/* childlist.c */

NTSTATUS WdfpCreateChildList(PWDFP_DEVICE Device, const WDF_CHILD_LIST_CONFIG *Config,
                             PWDF_OBJECT_ATTRIBUTES Attributes, PWDFP_CHILD_LIST *Result);
/* The list after Previous (NULL: the first), referenced; releases Previous. */
PWDFP_CHILD_LIST WdfpNextChildList(PWDFP_DEVICE Device, PWDFP_CHILD_LIST Previous);
/* Puts a child into its list. */
VOID WdfpInsertChild(PWDFP_CHILD_LIST List, PWDFP_CHILD Child);
/* Frees what is dead, unless somebody iterates. */
VOID WdfpSweepChildren(PWDFP_CHILD_LIST List);
/* A child whose device has gone, or never came, is of no use. */
VOID WdfpBuryChild(PWDFP_CHILD Child);
/* Has the PnP manager ask what is on the bus. At or below DISPATCH_LEVEL. */
VOID WdfpAnnounceChildren(PWDFP_DEVICE Device);
/* WDF-30: has the driver look for its children. PASSIVE_LEVEL. */
VOID WdfpScanForChildren(PWDFP_DEVICE Device);

/* childdesc.c: a child with copies of two descriptions, the second of which may be NULL.
   STATUS_INSUFFICIENT_RESOURCES; what the driver's duplication returns. */
NTSTATUS WdfpNewChild(PWDFP_CHILD_LIST List,
                      PWDF_CHILD_IDENTIFICATION_DESCRIPTION_HEADER Id,
                      PWDF_CHILD_ADDRESS_DESCRIPTION_HEADER Address, PWDFP_CHILD *Result);
VOID WdfpFreeChild(PWDFP_CHILD Child);
/* The child with that identification which is not missing. Lock held. */
PWDFP_CHILD WdfpFindChild(PWDFP_CHILD_LIST List,
                          PWDF_CHILD_IDENTIFICATION_DESCRIPTION_HEADER Id,
                          PFN_WDF_CHILD_LIST_IDENTIFICATION_DESCRIPTION_COMPARE Compare);
VOID WdfpCopyId(PWDFP_CHILD_LIST List, PWDF_CHILD_IDENTIFICATION_DESCRIPTION_HEADER From,
                PWDF_CHILD_IDENTIFICATION_DESCRIPTION_HEADER To);
VOID WdfpCopyAddress(PWDFP_CHILD_LIST List, PWDF_CHILD_ADDRESS_DESCRIPTION_HEADER From,
                     PWDF_CHILD_ADDRESS_DESCRIPTION_HEADER To);
/* Stops when a description has not the size of the list's: 0x10D, 3. */
VOID WdfpRequireId(PWDFP_CHILD_LIST List,
                   PWDF_CHILD_IDENTIFICATION_DESCRIPTION_HEADER Id);
VOID WdfpRequireAddress(PWDFP_CHILD_LIST List,
                        PWDF_CHILD_ADDRESS_DESCRIPTION_HEADER Address);

/* busrelations.c. PASSIVE_LEVEL. */

/* IRP_MN_QUERY_DEVICE_RELATIONS for BusRelations on its way down. */
NTSTATUS WdfpQueryBusRelations(PWDFP_DEVICE Device, PIRP Irp);
/* The bus driver's device goes: its children's go with it. */
VOID WdfpEndChildren(PWDFP_DEVICE Device);
