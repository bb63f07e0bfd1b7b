/*
 * slot.h - slots and shelves: the IRPs of an open adapter. Private to slot.c
 * and nic.c.
 *
 * A slot is an IRP, an MDL and a frame's worth of memory, made once and used
 * over and over. Slots come in two shelves, one to read with and one to write
 * with. A slot is either out, with the driver, or on its shelf. On the read
 * shelf lie the frames that have come in, in their order; on the write shelf
 * lie the slots that are free. The shelf's semaphore counts what lies on it, so
 * to take a slot is to wait for the semaphore, and to wait for everything to be
 * back is to take as many slots as there are.
 */
#pragma once

#include "netecho.h"

/* Sixteen reads take a burst of replies without a frame ever waiting in the
 * adapter. */
#define NIC_SLOTS      16
#define NIC_FRAME_ROOM 1536

typedef struct _NIC_SLOT {
    LIST_ENTRY Link;
    struct _NIC_SHELF *Shelf;
    PIRP Irp;
    PMDL Mdl;
    UCHAR Frame[NIC_FRAME_ROOM];
} NIC_SLOT, *PNIC_SLOT;

typedef struct _NIC_SHELF {
    KSPIN_LOCK Lock; /* guards Slots */
    LIST_ENTRY Slots;
    KSEMAPHORE Count; /* of Slots */
    ULONG Made;       /* entries of Slot that have an IRP and an MDL */
    UCHAR MajorFunction;
    NIC_SLOT Slot[NIC_SLOTS];
} NIC_SHELF, *PNIC_SHELF;

typedef struct _NIC {
    PFILE_OBJECT FileObject;
    PDEVICE_OBJECT Device;
    NIC_SHELF Reads;
    NIC_SHELF Writes;
} NIC;

NTSTATUS NicFillShelf(PNIC Nic, PNIC_SHELF Shelf);
VOID NicInitializeShelf(PNIC_SHELF Shelf, UCHAR MajorFunction);
VOID NicEmptyShelf(PNIC_SHELF Shelf);
VOID NicPutSlot(PNIC_SLOT Slot);
PNIC_SLOT NicTakeSlot(PNIC_SHELF Shelf, PLARGE_INTEGER Timeout);
VOID NicStartSlot(PNIC Nic, PNIC_SLOT Slot, ULONG Length);
