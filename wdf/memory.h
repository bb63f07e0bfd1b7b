/*
 * memory.h: a buffer with its length as an object.
 */
#pragma once

#include "object.h"

typedef struct _WDFP_MEMORY {
    WDFP_OBJECT Object; /* must be first */
    PVOID Buffer;
    SIZE_T Length;
    ULONG Tag;                         /* of the pool block; 0: the driver's memory */
    struct _WDFP_LOOKASIDE *Lookaside; /* where it goes back, referenced; or NULL */
    PMDL Mdl;                        /* of a request: the pages it has locked; or NULL */
    struct _WDFP_MEMORY *NextLocked; /* of the same request */
} WDFP_MEMORY, *PWDFP_MEMORY;

/* A memory object of Buffer, which somebody else frees. At or below DISPATCH_LEVEL. */
NTSTATUS WdfpCreateMemory(struct _WDFP_GLOBALS *Globals,
                          PWDF_OBJECT_ATTRIBUTES Attributes, PVOID Parent, PVOID Buffer,
                          SIZE_T Length, PWDFP_MEMORY *Result);

/* lookaside.c */
VOID WdfpReturnToLookaside(struct _WDFP_LOOKASIDE *Lookaside, PVOID Buffer);
