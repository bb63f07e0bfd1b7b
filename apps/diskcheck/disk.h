/*
 * A disk as diskcheck uses it: opened by name, streamed through with many requests in
 * flight. Everything here is called at PASSIVE_LEVEL by one thread.
 */
#pragma once

#include <ntddk.h>

#define DISK_SECTOR_SIZE   512
#define DISK_CHUNK_SIZE    0x10000 /* bytes of one request */
#define DISK_MAXIMUM_DEPTH 256

/* One request: its IRP, MDL and buffer live as long as the disk is open. */
typedef struct _DISK_REQUEST {
    PIRP Irp;
    PMDL Mdl;
    PUCHAR Buffer;
    KEVENT Done; /* synchronization event: one wait takes one completion */
    ULONGLONG Offset;
    ULONG Length;
} DISK_REQUEST, *PDISK_REQUEST;

typedef struct _DISK {
    PFILE_OBJECT FileObject; /* referenced: holds the device open */
    PDEVICE_OBJECT DeviceObject;
    ULONGLONG Length; /* in bytes */
    ULONG Depth;
    BOOLEAN KeepGoing; /* a stream skips a chunk that fails */
    ULONG Failed;      /* chunks that did */
    DISK_REQUEST Requests[DISK_MAXIMUM_DEPTH];
} DISK, *PDISK;

/*
 * Handles one chunk of a stream, in order of offset: fills the buffer before a write is
 * sent, looks at it after a read has come. A failure of the routine ends the stream.
 */
typedef NTSTATUS DISK_CHUNK_ROUTINE(PVOID Context, ULONGLONG Offset, PUCHAR Buffer,
                                    ULONG Length);

/* Opens a disk by name. On failure DiskClose still has to be called. */
NTSTATUS DiskOpen(PDISK Disk, PUNICODE_STRING Name, ULONG Depth);

/* Frees whatever DiskOpen came to allocate. */
VOID DiskClose(PDISK Disk);

/* IRP_MJ_READ or IRP_MJ_WRITE of a range in chunks, Depth of them in flight. */
NTSTATUS DiskStream(PDISK Disk, UCHAR MajorFunction, ULONGLONG Offset, ULONGLONG Length,
                    DISK_CHUNK_ROUTINE *Routine, PVOID Context);

/* Returns when everything written is on the medium. */
NTSTATUS DiskFlush(PDISK Disk);
