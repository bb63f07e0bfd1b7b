/*
 * unistring.h: strings as objects.
 */
#pragma once

#include "object.h"

typedef struct _WDFP_STRING {
    WDFP_OBJECT Object;    /* must be first */
    UNICODE_STRING String; /* zero-terminated; pool, or empty without a buffer */
} WDFP_STRING, *PWDFP_STRING;

/* Replaces what a string object holds by a copy of Source. STATUS_INSUFFICIENT_RESOURCES:
   nothing was changed. */
NTSTATUS WdfpAssignString(PWDFP_STRING String, PCUNICODE_STRING Source);
