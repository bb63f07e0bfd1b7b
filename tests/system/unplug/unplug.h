/*
 * What the client's two kinds share: adapter.c sends frames both ways, disk.c writes and
 * reads back. Either is linked with unplug.c into a .sys of its own.
 */
#pragma once

#include <dirqltest.h>
#include <ntddk.h>

#define UNPLUG_REQUESTS 32

/* One request, sent again as long as it succeeds. */
typedef struct _UNPLUG_REQUEST {
    ULONG Number;
    BOOLEAN IsRead;
    volatile LONG Back; /* it succeeded and waits to be sent again */
    ULONG Generation;   /* of what the disk's request writes */
    PIRP Irp;
    PMDL Mdl;
    PUCHAR Buffer;
} UNPLUG_REQUEST, *PUNPLUG_REQUEST;

typedef struct _UNPLUG_KIND {
    ULONG BufferSize;
    /* Before the first sending: whether it reads, and what is in its buffer. */
    VOID (*Prepare)(PUNPLUG_REQUEST Request);
    /* Before each sending: the parameters of Stack, and what is written. */
    VOID (*Aim)(PUNPLUG_REQUEST Request, PIO_STACK_LOCATION Stack);
    /* After each success, at PASSIVE_LEVEL: whether it brought what it should. */
    BOOLEAN (*Check)(PUNPLUG_REQUEST Request);
} UNPLUG_KIND;

extern const UNPLUG_KIND UnplugKind;
