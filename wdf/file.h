/*
 * file.h: file objects of devices that want them.
 */
#pragma once

#include "device.h"

typedef struct _WDFP_FILE {
    WDFP_OBJECT Object; /* must be first */
    LIST_ENTRY Link;    /* WDFP_DEVICE.Files; TreeLock */
    PWDFP_DEVICE Device;
    PFILE_OBJECT FileObject;
} WDFP_FILE, *PWDFP_FILE;

NTSTATUS WdfpDispatchCreate(PWDFP_DEVICE Device, PIRP Irp);
NTSTATUS WdfpDispatchCleanup(PWDFP_DEVICE Device, PIRP Irp);
NTSTATUS WdfpDispatchClose(PWDFP_DEVICE Device, PIRP Irp);
/* The framework's object of a file object, or NULL. At or below DISPATCH_LEVEL. */
PWDFP_FILE WdfpFindFile(PWDFP_DEVICE Device, PFILE_OBJECT FileObject);
