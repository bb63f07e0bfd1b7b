/*
 * interface.h: what the driver of the shared memory device offers to its clients.
 */
#pragma once

#include <ntddk.h>

/* {A7F5B3C2-51D4-4E0B-9C37-2E8D1F60B945} */
static const GUID IvshmemInterface = {
    0xA7F5B3C2, 0x51D4, 0x4E0B, {0x9C, 0x37, 0x2E, 0x8D, 0x1F, 0x60, 0xB9, 0x45}};

#define IVSHMEM_CODE(Number)                                                             \
    CTL_CODE(FILE_DEVICE_UNKNOWN, 0x800 + (Number), METHOD_BUFFERED, FILE_ANY_ACCESS)

/* Out: USHORT, the machine's number at the server. */
#define IOCTL_IVSHMEM_PEER IVSHMEM_CODE(0)
/* Out: ULONG64, bytes of shared memory. */
#define IOCTL_IVSHMEM_SIZE IVSHMEM_CODE(1)
/* Out: IVSHMEM_MAPPING; one at a time, which lasts until it is released or the handle that
   asked for it is closed. */
#define IOCTL_IVSHMEM_MAP     IVSHMEM_CODE(2)
#define IOCTL_IVSHMEM_RELEASE IVSHMEM_CODE(3)
/* In: IVSHMEM_RING: another machine gets an interrupt. */
#define IOCTL_IVSHMEM_RING IVSHMEM_CODE(4)
/* In: IVSHMEM_EVENT: an event that is set when the vector's interrupt comes. */
#define IOCTL_IVSHMEM_EVENT IVSHMEM_CODE(5)

typedef struct _IVSHMEM_MAPPING {
    PVOID Address;
    ULONG64 Size;
    USHORT Peer;
    USHORT Vectors;
} IVSHMEM_MAPPING, *PIVSHMEM_MAPPING;

typedef struct _IVSHMEM_RING {
    USHORT Peer;
    USHORT Vector;
} IVSHMEM_RING, *PIVSHMEM_RING;

typedef struct _IVSHMEM_EVENT {
    HANDLE Event;
    USHORT Vector;
    BOOLEAN Once; /* the event is forgotten when it was set */
} IVSHMEM_EVENT, *PIVSHMEM_EVENT;
