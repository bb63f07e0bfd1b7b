/*
 * hw.h: registers of xHCI 1.1 by offset and mask, and what it reads and writes in memory.
 */
#pragma once

#include <ntddk.h>

/* Capabilities. */
#define XHCI_LENGTH        0x00 /* of these, bits 0 to 7 */
#define XHCI_STRUCTURAL_1  0x04
#define XHCI_STRUCTURAL_2  0x08
#define XHCI_DOORBELLS     0x14
#define XHCI_RUNTIME       0x18
#define INTERRUPTERS_SHIFT 8
#define INTERRUPTERS_MASK  0x7FF
#define SCRATCHPADS        0xFBE00000u /* of STRUCTURAL_2: pages it wants lent */
#define PLACE_MASK         (~0x1Fu)

/* Operation, from Operational on. */
#define XHCI_COMMAND       0x00
#define XHCI_STATUS        0x04
#define XHCI_COMMAND_RING  0x18
#define XHCI_CONTEXTS      0x30
#define XHCI_CONFIGURE     0x38
#define COMMAND_RUN        0x1
#define COMMAND_RESET      0x2
#define COMMAND_INTERRUPTS 0x4
#define STATUS_HALTED      0x001
#define STATUS_NOT_READY   0x800
#define RING_CYCLE         0x1

/* One interrupter's, from Runtime on. */
#define XHCI_INTERRUPTERS      0x20
#define INTERRUPTER_STRIDE     0x20
#define INTERRUPTER_MANAGEMENT 0x00
#define INTERRUPTER_MODERATION 0x04
#define INTERRUPTER_SEGMENTS   0x08
#define INTERRUPTER_TABLE      0x10
#define INTERRUPTER_DEQUEUE    0x18
#define MANAGEMENT_PENDING     0x1
#define MANAGEMENT_ENABLE      0x2
#define DEQUEUE_BUSY           0x8 /* written: ready for the next interrupt */

#define BLOCK_CYCLE        0x1
#define BLOCK_TYPE_SHIFT   10
#define BLOCK_NO_OPERATION 23
#define BLOCK_COMPLETION   33
#define BLOCK_CODE_SHIFT   24
#define CODE_SUCCESS       1

/* What all rings are made of. */
typedef struct _BLOCK {
    ULONG64 Parameter;
    ULONG Status;
    ULONG Control;
} BLOCK;

typedef struct _SEGMENT {
    ULONG64 Address;
    ULONG Blocks;
    ULONG Reserved;
} SEGMENT;

C_ASSERT(sizeof(BLOCK) == 16);
C_ASSERT(sizeof(SEGMENT) == 16);
