/*
 * netecho.h - netecho.sys: sends ICMP echo requests through a network adapter's
 * driver and verifies every reply.
 *
 * It is a program, only that there is no user mode for it to live in. It uses
 * the adapter as any client would, through IRPs, and tells its verdict by its
 * thread's exit status.
 *
 *   driver.c   parameters, and the thread
 *   echo.c     the job: whom to ask, how often, when to give up
 *   message.c  what is sent, and what is a good answer
 *   wire.c     the bytes of a frame
 *   reflect.c  the answer to somebody else's echo request
 *   nic.c      the adapter: frames in and out
 *   slot.c     the IRPs below that, used over and over
 */
#pragma once

#include "wire.h"
#include <ntddk.h>

#define NETECHO_TAG 0x6F686365 /* "echo" */

/* Times are KeQueryInterruptTime's: since boot, in 100 ns. */
#define NETECHO_MILLISECOND 10000ULL
#define NETECHO_SECOND      (1000 * NETECHO_MILLISECOND)

typedef struct _NETECHO_PARAMETERS {
    UNICODE_STRING Device; /* name of the adapter's device object */
    ULONG Count;           /* echo requests to get answered */
    ULONG Peer;            /* who is asked */
    ULONG Address;         /* who we are */
    ULONG Serve;           /* seconds to answer others for, afterwards */
    ULONG Tries;           /* a request that often without an answer ends the job */
} NETECHO_PARAMETERS, *PNETECHO_PARAMETERS;

NTSTATUS EchoRun(const NETECHO_PARAMETERS *Parameters);

/* An open adapter. One thread at a time, at PASSIVE_LEVEL. */
typedef struct _NIC *PNIC;

NTSTATUS NicOpen(const UNICODE_STRING *DeviceName, PNIC *Nic);
VOID NicClose(PNIC Nic);
NTSTATUS NicQueryAddress(PNIC Nic, PUCHAR Mac);
NTSTATUS NicSend(PNIC Nic, const UCHAR *Frame, ULONG Length);
NTSTATUS NicReceive(PNIC Nic, ULONG64 Deadline, PUCHAR Frame, ULONG Capacity,
                    PULONG Length);
