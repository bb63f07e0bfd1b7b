/*
 * policy.h: what a case asks for, and what has to come of it.
 */
#pragma once

#include "../msix/controller.h"

#define MAXIMUM_ASKED 10 /* messages of case=more: the table of nvme has more entries */

/* One way to ask: changes the interrupt descriptor of message (or line) Number. */
typedef VOID POLICY_ASK(PIO_RESOURCE_DESCRIPTOR Descriptor, ULONG Number);
/* The processors that message Number has to get for it. */
typedef KAFFINITY POLICY_EXPECT(ULONG Number);

typedef struct _POLICY_CASE {
    PCWSTR Name; /* of case= */
    ULONG Messages;
    POLICY_ASK *Ask;
    POLICY_EXPECT *Expect;
} POLICY_CASE;

/* cases.c: the one of the module line. PASSIVE_LEVEL. */
const POLICY_CASE *CurrentCase(VOID);
/* cases.c: applies it to a list on its way up. */
PCI_FILTER AskByPolicy;

/* arrive.c: each I/O queue's completions come to the processors of its message. */
VOID TestArrival(const POLICY_CASE *Case);
