/*
 * Plug and Play notifications: a registration, and what the files that send events share.
 */
#pragma once

#include "iopnp.h"

typedef struct _IOP_NOTIFICATION {
    LIST_ENTRY Link; /* IopNotifications, in the order of registration */
    IO_NOTIFICATION_EVENT_CATEGORY Category;
    PDRIVER_NOTIFICATION_CALLBACK_ROUTINE Callback;
    PVOID Context;
    PDRIVER_OBJECT Driver; /* referenced: its code is called */
    GUID Class;            /* of interfaces */
    ULONG64 Since;         /* earlier changes of interfaces are none of its business */
    PDEVICE_OBJECT Device; /* the target's PDO, referenced */
    PFILE_OBJECT File;     /* the registrant's, for it to know */
    LONG References;       /* of the list, and of who is about to call; the lock */
    BOOLEAN Over;          /* unregistered: it is not called any more; the lock */
    KEVENT Turn;           /* set while nobody is in the callback */
    PKTHREAD Runner;       /* who is; the lock */
} IOP_NOTIFICATION, *PIOP_NOTIFICATION;

/* The next registration of a category behind Before (NULL: from the start; Backwards: from
   the end), referenced; the reference to Before is given back. NULL: there is none. */
PIOP_NOTIFICATION IopNextNotification(PIOP_NOTIFICATION Before,
                                      IO_NOTIFICATION_EVENT_CATEGORY Category,
                                      BOOLEAN Backwards);
VOID IopReleaseNotification(PIOP_NOTIFICATION Notification);
/* Waits for the registration's callback to return, if it runs, and keeps it from running in
   other threads. PASSIVE_LEVEL. */
VOID IopEnterCallback(PIOP_NOTIFICATION Notification);
VOID IopLeaveCallback(PIOP_NOTIFICATION Notification);
/* Calls back, unless the registration is over; the callback has been entered. */
NTSTATUS IopCallBack(PIOP_NOTIFICATION Notification, PVOID Structure);

/* interfacenotify.c. Makes the registration part of the changes from here on, after it was
   called for each interface that is enabled, if it wants that. */
VOID IopJoinInterfaceChanges(PIOP_NOTIFICATION Notification, BOOLEAN Existing);
