/*
 * xhci.h: a USB host controller with no USB: as much of xHCI 1.1 as makes it interrupt.
 *
 * It has an event ring for each interrupter, and interrupter n sends message n. Events of
 * commands go to the first. The others are made to send by what real drivers do, writing
 * the place they have read up to: a place that is not the ring's end says that the ring is
 * not empty.
 */
#pragma once

#include <messages.h>

#define MESSAGES 16 /* what the module line says, and all it has */

/* Resets the controller and gives it a command ring and MESSAGES event rings. FALSE: no
   memory, not ready in time, or it needs what it would not get here. */
BOOLEAN StartController(VOID);
BOOLEAN StopController(VOID);
/* Has it carry out a command that does nothing; it sends message 0 then. */
VOID StartNoOperation(VOID);
/* Whether that ended, and well; takes the event. After the message. */
BOOLEAN HasDoneNothing(VOID);
/* Tells the interrupter that its ring is not empty; it sends its message. */
VOID SendMessage(ULONG Interrupter);
/* Tells it that the ring is empty, so that it may interrupt again. */
VOID EndMessage(ULONG Interrupter);
