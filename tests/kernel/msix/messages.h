/*
 * messages.h: all messages of a device, connected by CONNECT_MESSAGE_BASED, and an ISR for
 * them that writes down how it was called, touches no register of the device and leaves
 * the rest to the message's DPC. Shared like pci.h.
 */
#pragma once

#include <dirqltest.h>
#include "pci.h"

#define MAXIMUM_MESSAGES 32

/* What the last call for one message saw. Calls is written last. */
typedef struct _MESSAGE {
    PKINTERRUPT Interrupt;
    LONG Irql;
    LONG Processor;
    volatile LONG Calls;
    volatile LONG Strays; /* calls with another object's or context's arguments */
    KDPC Dpc;
    volatile LONG Dpcs;
} MESSAGE, *PMESSAGE;

/* What the DPC of a message does for the device. DISPATCH_LEVEL, one at a time. */
typedef VOID MESSAGE_WORK(ULONG Message);

extern MESSAGE Messages[MAXIMUM_MESSAGES];
extern PIO_INTERRUPT_MESSAGE_INFO Table; /* NULL: not connected */

/* Connects them; Lock NULL: one each. *Version as IoConnectInterruptEx leaves it. */
NTSTATUS ConnectMessages(PKSPIN_LOCK Lock, MESSAGE_WORK *Work, PULONG Version);
VOID DisconnectMessages(VOID);
/* IoReportInterruptActive or Inactive for all of them. */
VOID ReportMessages(BOOLEAN Active);

VOID ForgetCalls(VOID);
LONG CountCalls(VOID);
/* After ForgetCalls: whether message First to Last have each been called Times times and no
   other at all, and each call was as the table says. Prints what is not so. */
BOOLEAN WereCalled(ULONG First, ULONG Last, LONG Times);

/* The checks of the lists and the table that hold for any device with messages.
   descriptors.c: MSI-1 to MSI-3, for Count messages. */
VOID TestDescriptors(BOOLEAN MsiX, ULONG Count);
/* The same for a device that was asked for more than it has (MSI-4). */
KTAP_SUITE TestSingleMessage;
/* table.c: connects and compares the table with descriptors and registers. */
BOOLEAN TestTable(ULONG Count, MESSAGE_WORK *Work);
