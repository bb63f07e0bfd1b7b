/*
 * A bus of devices that exist on paper only: a driver that stands on QEMU's edu and reports
 * whatever children a suite describes, and serves them too, so that the suite sees both
 * ends of what Plug and Play does.
 *
 * A suite changes a child, announces it and then looks at the child's record. Announce
 * returns when Plug and Play is done with the bus.
 */
#pragma once

#include "../ktap.h"

#include <cfg.h>
#include <dirqltest.h>

#define MAXIMUM_CHILDREN 16
#define MAXIMUM_NEEDS    24
#define PAGES(Count)     ((Count)*0x1000u)

typedef struct _CHILD {
    /* What the suite says. */
    BOOLEAN Present;
    DEVICE_TYPE Type; /* of the PDO */
    ULONG NeedCount;
    ULONG SecondList; /* 0: one list; else where the second alternative begins */
    IO_RESOURCE_DESCRIPTOR Needs[MAXIMUM_NEEDS];
    BOOLEAN LieAboutCounts;
    BOOLEAN VetoStop;
    BOOLEAN VetoRemove;
    BOOLEAN FailRestart;
    BOOLEAN Ejectable;
    BOOLEAN Stuck;          /* it stays in its place when it is ejected */
    struct _CHILD *Along;   /* goes when this one is ejected */
    PNP_DEVICE_STATE State; /* what IRP_MN_QUERY_PNP_DEVICE_STATE is answered with */

    /* What became of it. */
    PDEVICE_OBJECT Pdo;
    PDEVICE_OBJECT Function;
    PDEVICE_OBJECT Lower;
    volatile LONG Added, Starts, QueryStops, CancelStops, Stops;
    volatile LONG QueryRemoves, CancelRemoves, Surprises, Removes, Deleted;
    volatile LONG StateAsked;
    volatile LONG Ejects;
    CM_PARTIAL_RESOURCE_DESCRIPTOR Given[MAXIMUM_NEEDS];
    ULONG GivenCount;

    /* Requests are held from the question whether it may stop to the next start. */
    KSPIN_LOCK Lock;
    BOOLEAN Holding;
    LIST_ENTRY Held;
    volatile LONG HeldCount;
} CHILD, *PCHILD;

typedef struct _BUS {
    PDEVICE_OBJECT Pdo;
    PDEVICE_OBJECT Function;
    PDEVICE_OBJECT Lower;
    volatile LONG Started;
    volatile LONG Starts, Stops;
    volatile LONG Asked; /* how often for its relations */
    volatile LONG StateAsked;
    BOOLEAN Strange;      /* reports what cannot be */
    BOOLEAN Line;         /* filters its messages out */
    UCHAR InterruptFlags; /* of the descriptor it was started with */
    CHILD Children[MAXIMUM_CHILDREN];
} BUS;

extern BUS Bus;

/* bus.c */
DRIVER_INITIALIZE DriverEntry;
BOOLEAN AwaitBus(VOID);
VOID Announce(VOID);
/* Waits until nothing of Plug and Play is under way. */
VOID AwaitPnp(VOID);
VOID AnnounceState(PDEVICE_OBJECT Pdo, volatile LONG *Asked);
NTSTATUS CompletePnp(PIRP Irp, NTSTATUS Status);
KTAP_SUITE RunSuite; /* the suite's own */

/* child.c */
DRIVER_DISPATCH ChildPdoPnp, ChildFunctionPnp, ChildRead;
NTSTATUS AddChild(PDRIVER_OBJECT DriverObject, PDEVICE_OBJECT Pdo);
NTSTATUS CreateChild(PCHILD Child);
/* Lets the child's own requests go on. */
VOID ReleaseHeld(PCHILD Child);

/* What a device object of this driver stands for: its extension. */
typedef struct _EXTENSION {
    PCHILD Child; /* NULL: the bus */
    BOOLEAN Physical;
} EXTENSION, *PEXTENSION;

/* needs.c */
PIO_RESOURCE_REQUIREMENTS_LIST BuildNeeds(const CHILD *Child);
/* Adds a need and returns it, for what a suite wants otherwise. */
PIO_RESOURCE_DESCRIPTOR Need(PCHILD Child, UCHAR Type, ULONG Length, ULONG64 Minimum,
                             ULONG64 Maximum);
/* A fresh child that is announced with the next Announce. */
PCHILD NewChild(VOID);
ULONG ProblemOf(PCHILD Child);
ULONG64 GivenTo(PCHILD Child, ULONG Index);
/* All children go, and are gone when it returns. */
VOID ForgetChildren(VOID);
