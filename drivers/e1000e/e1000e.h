/*
 * e1000e.h - what e1000e.sys adds to e1000's context and files: three kinds of work, each
 * with a DPC of its own and, if the system has three messages for us, a message of its
 * own.
 *
 * With a message each, the chip itself clears and disables a queue's cause as it sends
 * the message (EIAC, IAM), so the ISR touches no register, and the DPC enables the cause
 * again when it has emptied the ring: a busy queue interrupts once a run. With one
 * message, or on the line, one ISR reads ICR and queues the DPCs that its causes ask for.
 */
#pragma once

#include <e1000.h>
#include "hw.h"

/* Which message carries what, when there are enough of them. */
#define E1000E_MESSAGE_RECEIVE  0
#define E1000E_MESSAGE_TRANSMIT 1
#define E1000E_MESSAGE_OTHER    2
#define E1000E_MESSAGES_NEEDED  3

/* What leads to which DPC. A cause of one mode is never set in the other. */
#define E1000E_CAUSES_RECEIVE  (E1000_CAUSE_RXT0 | E1000E_CAUSE_RXQ0)
#define E1000E_CAUSES_TRANSMIT (E1000_CAUSE_TXDW | E1000E_CAUSE_TXQ0)
#define E1000E_CAUSES_OTHER    (E1000_CAUSE_RXO | E1000_CAUSE_LSC | E1000E_CAUSE_OTHER)
#define E1000E_CAUSES_ENABLED                                                            \
    (E1000E_CAUSES_RECEIVE | E1000E_CAUSES_TRANSMIT | E1000E_CAUSES_OTHER)

typedef struct _E1000E_CONTEXT {
    E1000_CONTEXT Nic; /* first, since it is what the device extension starts with */
    BOOLEAN Separate;  /* a message for each kind; set before causes are enabled */
    KDPC ReceiveDpc;
    KDPC TransmitDpc;
    KDPC OtherDpc;
} E1000E_CONTEXT, *PE1000E_CONTEXT;

C_ASSERT(FIELD_OFFSET(E1000E_CONTEXT, Nic) == 0);

/* isr.c */
KSERVICE_ROUTINE E1000EIsr;
KMESSAGE_SERVICE_ROUTINE E1000EMessageIsr;

/* dpc.c */
KDEFERRED_ROUTINE E1000EReceiveDpc;
KDEFERRED_ROUTINE E1000ETransmitDpc;
KDEFERRED_ROUTINE E1000EOtherDpc;
