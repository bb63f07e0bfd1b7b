/*
 * NVM Express 1.4, as much of it as a disk takes: registers, the two kinds of queue
 * entries, commands, and what of the identification is looked at. All values are
 * little-endian; addresses are those of the bus.
 */
#pragma once

#include <ntddk.h>

/* ---- registers ------------------------------------------------------------------------ */
#define NVME_CAP     0x00 /* 64 bits */
#define NVME_CAP_TOP 0x04
#define NVME_VS      0x08
#define NVME_INTMS   0x0C /* interrupt mask: set */
#define NVME_INTMC   0x10 /* and clear; neither is touched when there are MSI-X messages */
#define NVME_CC      0x14
#define NVME_CSTS    0x1C
#define NVME_AQA     0x24
#define NVME_ASQ     0x28 /* 64 bits, as the next */
#define NVME_ACQ     0x30
#define NVME_BELLS                                                                       \
    0x1000 /* tail of submission queue 0, head of completion queue 0, 1... */

#define NVME_CAP_ENTRIES_MASK   0xFFFF /* entries of a queue, less one */
#define NVME_CAP_TIMEOUT_SHIFT  24     /* in units of 500 ms */
#define NVME_TOP_STRIDE_MASK    0xF  /* of the high half: bells are 4 << n bytes apart */
#define NVME_TOP_COMMANDS       0x20 /* the NVM command set */
#define NVME_TOP_SMALLEST_SHIFT 16   /* the smallest page is 4 KiB << n */
#define NVME_TOP_SMALLEST_MASK  0xF

#define NVME_CC_ENABLE   0x00000001 /* pages of 4 KiB, round robin, the NVM command set */
#define NVME_CC_SIZES    0x00460000 /* entries of 1 << 6 and 1 << 4 bytes */
#define NVME_CC_SHUTDOWN 0x00004000 /* a normal one */

#define NVME_CSTS_READY         0x1
#define NVME_CSTS_FATAL         0x2
#define NVME_CSTS_SHUTDOWN_MASK 0xC
#define NVME_CSTS_SHUTDOWN_DONE 0x8

#define NVME_ALL_ONES MAXULONG /* what a register reads as when the device is gone */

/* ---- queue entries -------------------------------------------------------------------- */
typedef struct _NVME_COMMAND {
    ULONG Operation; /* opcode; the identifier in the high half */
    ULONG Namespace;
    ULONG64 Reserved;
    ULONG64 Metadata;
    ULONG64 Data[2];    /* PRP entries */
    ULONG Arguments[6]; /* command dwords 10 to 15 */
} NVME_COMMAND, *PNVME_COMMAND;

typedef struct _NVME_COMPLETION {
    ULONG Result;
    ULONG Reserved;
    ULONG Queue;  /* head of the submission queue; its number in the high half */
    ULONG Status; /* identifier, phase, and above them the status */
} NVME_COMPLETION, *PNVME_COMPLETION;

C_ASSERT(sizeof(NVME_COMMAND) == 64);
C_ASSERT(sizeof(NVME_COMPLETION) == 16);

#define NVME_IDENTIFIER_SHIFT 16 /* in Operation */
#define NVME_IDENTIFIER_MASK  0xFFFF
#define NVME_PHASE            0x00010000
#define NVME_STATUS_SHIFT     17
#define NVME_STATUS_MASK      0x7FF /* code and type: what the higher bits say is advice */

/* Status: the type in bits 8 to 10, the code below. */
#define NVME_STATUS_SUCCESS       0x000
#define NVME_STATUS_OPCODE        0x001
#define NVME_STATUS_FIELD         0x002
#define NVME_STATUS_ABORTED       0x007
#define NVME_STATUS_QUEUE_DELETED 0x008
#define NVME_STATUS_NAMESPACE     0x00B
#define NVME_STATUS_OUT_OF_RANGE  0x080
#define NVME_STATUS_CAPACITY      0x081
#define NVME_STATUS_NOT_READY     0x082
#define NVME_STATUS_READ_ONLY     0x182
#define NVME_STATUS_UNRECOVERED   0x281

/* ---- commands ------------------------------------------------------------------------- */
#define NVME_ADMIN_CREATE_SUBMISSION 0x01
#define NVME_ADMIN_GET_LOG           0x02
#define NVME_ADMIN_CREATE_COMPLETION 0x05
#define NVME_ADMIN_IDENTIFY          0x06
#define NVME_ADMIN_ABORT             0x08
#define NVME_ADMIN_SET_FEATURES      0x09
#define NVME_ADMIN_EVENT             0x0C

#define NVME_FLUSH 0x00
#define NVME_WRITE 0x01
#define NVME_READ  0x02

#define NVME_QUEUE_CONTIGUOUS 0x1
#define NVME_QUEUE_INTERRUPTS 0x2

#define NVME_FEATURE_QUEUES 0x07
#define NVME_FEATURE_EVENTS 0x0B
#define NVME_EVENTS_WANTED  0x11F /* the critical warnings, and changes of namespaces */

/* Result of an asynchronous event. */
#define NVME_EVENT_TYPE_MASK    0x7
#define NVME_EVENT_INFO(Result) ((Result) >> 8 & 0xFF)
#define NVME_EVENT_LOG(Result)  ((Result) >> 16 & 0xFF)

/* ---- identification ------------------------------------------------------------------- */
#define NVME_IDENTIFY_NAMESPACE  0
#define NVME_IDENTIFY_CONTROLLER 1
#define NVME_IDENTIFY_ACTIVE     2 /* the numbers of the namespaces that there are */

/* Offsets in bytes of the controller's page */
#define NVME_ID_MODEL        24
#define NVME_ID_MODEL_LENGTH 40
#define NVME_ID_TRANSFER     77 /* largest, pages << n; 0: any */
#define NVME_ID_CACHE        525
#define NVME_ID_CACHE_BIT    0x1 /* there is a volatile cache, so flushing means something */

/* and of a namespace's. */
#define NVME_NS_SIZE              0 /* in blocks, 64 bits */
#define NVME_NS_FORMAT            26
#define NVME_NS_FORMAT_MASK       0xF
#define NVME_NS_FORMATS           128 /* 32 bits each */
#define NVME_FORMAT_METADATA      0xFFFF
#define NVME_FORMAT_SHIFT(Format) ((Format) >> 16 & 0xFF)

#define NVME_PAGE 0x1000
