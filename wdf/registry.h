/*
 * registry.h: keys as objects.
 */
#pragma once

#include "object.h"

typedef struct _WDFP_KEY {
    WDFP_OBJECT Object; /* must be first */
    HANDLE Handle;      /* NULL: none */
} WDFP_KEY, *PWDFP_KEY;

/* A value as the registry has it, in pool (WDFP_TAG). PASSIVE_LEVEL. */
NTSTATUS WdfpQueryValue(PWDFP_KEY Key, PCUNICODE_STRING Name,
                        PKEY_VALUE_PARTIAL_INFORMATION *Value);

/* regvalue.c: the key behind a handle, at PASSIVE_LEVEL, or a stop. */
PWDFP_KEY WdfpKeyFromHandle(PWDF_DRIVER_GLOBALS Globals, WDFKEY Handle);
