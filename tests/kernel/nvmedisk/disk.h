/*
 * disk.h: the disk under test and requests to it, as any client makes them.
 */
#pragma once

#include "../ktap.h"

#define SECTOR       512
#define MAXIMUM_CPUS 64
#define TRANSFER     0x1000

/* One request; its IRP, MDL and buffer are its own. */
typedef struct _REQUEST {
    PIRP Irp;
    PMDL Mdl;
    PUCHAR Buffer; /* TRANSFER bytes */
    KEVENT Done;
    NTSTATUS Returned;       /* by IoCallDriver */
    volatile LONG Processor; /* the completion routine ran on */
    volatile LONG Completed;
} REQUEST, *PREQUEST;

extern PDEVICE_OBJECT Disk;
extern BOOLEAN FewQueues; /* as nvmedisk-few: fewer pairs than processors */

/* FALSE: no disk. PASSIVE_LEVEL, as all but SendRequest. */
BOOLEAN OpenDisk(VOID);
VOID CloseDisk(VOID);
BOOLEAN PrepareRequest(PREQUEST Request);
VOID FreeRequest(PREQUEST Request);
/* MajorFunction: read or write of Length bytes at Offset. IRQL <= DISPATCH_LEVEL. */
VOID SendRequest(PREQUEST Request, UCHAR MajorFunction, ULONG64 Offset, ULONG Length);
/* The status a sent request ends with. */
NTSTATUS AwaitRequest(PREQUEST Request);
/* Whether the buffer holds what the image has from Sector on. */
BOOLEAN HoldsSectors(PREQUEST Request, ULONG Sector, ULONG Count);
/* IRP_MJ_DEVICE_CONTROL; Information as it ends. */
NTSTATUS ControlDisk(ULONG Code, PVOID Output, ULONG Length, PULONG_PTR Information);

/* chain.c: requests sent by completion routines. */
KTAP_SUITE TestChain;
/* home.c: completions come to the processor that asked. */
KTAP_SUITE TestHome;
/* refuse.c: what may not be asked, and taking back what waits. */
KTAP_SUITE TestRefusals, TestCancel, TestWrite;
BOOLEAN PrepareMany(VOID); /* before them */
VOID FreeMany(VOID);
