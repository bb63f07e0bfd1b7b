/*
 * ahciioctl.h - what a client of \Device\Harddisk<n> can ask beyond the usual.
 */
#pragma once

#include <ntddk.h>

/* In: nothing. Out: AHCI_STATISTICS, since the disk was found. Answered at once. */
#define IOCTL_AHCI_QUERY_STATISTICS                                                      \
    CTL_CODE(FILE_DEVICE_DISK, 0x800, METHOD_BUFFERED, FILE_ANY_ACCESS)

/* Requests count once, when they complete; the others as often as they happen. */
typedef struct _AHCI_STATISTICS {
    ULONGLONG Reads;
    ULONGLONG Writes;
    ULONGLONG BytesRead;
    ULONGLONG BytesWritten;
    ULONG Flushes;
    ULONG Trims;
    ULONG Failed;      /* requests that did not succeed */
    ULONG Errors;      /* recoveries that an error of disk or link began */
    ULONG Timeouts;    /* recoveries that a command too late began */
    ULONG Retried;     /* commands issued again */
    ULONG IssueWrites; /* times the controller was told of new commands */
    ULONG Late;        /* commands found done whose interrupt had not come */
    ULONG LinkResets;  /* COMRESET sent */
    ULONG Depth;       /* commands that may be out at once */
    ULONG Queued;      /* 1: native command queuing */
} AHCI_STATISTICS, *PAHCI_STATISTICS;
