/*
 * eduioctl.h - what a client of \Device\Edu<n> can ask for.
 *
 * Reads and writes move bytes out of and into the device's buffer by DMA; the file offset
 * is the place in the buffer. Controls are buffered. Requests are served one by one, in
 * order of arrival, and each completes from the DPC of its interrupt.
 */
#pragma once

#include <devioctl.h>

/*
 * Bytes of the buffer that reads and writes can reach: all but the last, since QEMU 7.2
 * takes a transfer that ends where the buffer ends for one beyond it, and then ends
 * itself.
 */
#define EDU_BUFFER_REACH 4095

/*
 * In: ULONG, the causes to raise, any but those of EDU_CAUSES_RESERVED. Out: nothing.
 * Completes when ISR and DPC have seen all of them.
 */
#define IOCTL_EDU_RAISE                                                                  \
    CTL_CODE(FILE_DEVICE_UNKNOWN, 0x801, METHOD_BUFFERED, FILE_ANY_ACCESS)

#define EDU_CAUSES_RESERVED 0x00000101 /* what the device itself raises */

/* In: ULONG n, at most EDU_FACTORIAL_MAX. Out: ULONG n!, as the device computed it. */
#define IOCTL_EDU_FACTORIAL                                                              \
    CTL_CODE(FILE_DEVICE_UNKNOWN, 0x802, METHOD_BUFFERED, FILE_ANY_ACCESS)

#define EDU_FACTORIAL_MAX 12 /* 13! does not fit into 32 bits */

/* In: nothing. Out: EDU_STATISTICS. Answered at once. */
#define IOCTL_EDU_QUERY                                                                  \
    CTL_CODE(FILE_DEVICE_UNKNOWN, 0x803, METHOD_BUFFERED, FILE_ANY_ACCESS)

typedef struct _EDU_STATISTICS {
    ULONG ConnectVersion; /* CONNECT_MESSAGE_BASED, or CONNECT_LINE_BASED */
    ULONG IsrCalls;
    ULONG Interrupts; /* calls that found the device interrupting */
    ULONG DpcRuns;
    ULONG Completed; /* requests that the device carried out */
    ULONG TimedOut;  /* requests that it did not */
} EDU_STATISTICS, *PEDU_STATISTICS;

/*
 * In: ULONG. Not 0: raises a cause, and from now on the ISR looks away, as one with a bug
 * would: the line stays up and is a storm (SPR-4). 0: the ISR does its work again, and takes
 * the cause when its line is let through. Out: nothing. Answered at once;
 * STATUS_NOT_SUPPORTED with a message, which comes once and storms never.
 */
#define IOCTL_EDU_STORM                                                                  \
    CTL_CODE(FILE_DEVICE_UNKNOWN, 0x804, METHOD_BUFFERED, FILE_ANY_ACCESS)
