/*
 * hw.h - QEMU's "edu" device (PCI 1234:11E8): registers, as offsets into BAR 0, and bits.
 *
 * Registers below 0x80 take 32-bit accesses only; those of the DMA engine take 64 bits
 * too, which an address below 256 MiB does not need.
 */
#pragma once

#define EDU_REGISTER_SPACE 0x100000

#define EDU_IDENTITY       0x00 /* read: EDU_IDENTITY_VALUE, version in the top bytes */
#define EDU_IDENTITY_MASK  0x0000FFFF
#define EDU_IDENTITY_VALUE 0x000000ED

#define EDU_LIVENESS 0x04 /* reads as the complement of what was written */

#define EDU_FACTORIAL 0x08 /* write n; read n! when EDU_STATUS_BUSY is clear */

#define EDU_STATUS           0x20
#define EDU_STATUS_BUSY      0x01 /* read only: computing a factorial */
#define EDU_STATUS_INTERRUPT 0x80 /* interrupt when it is done */

/* Interrupts. The pin is held, or a message sent, when a cause is raised. */
#define EDU_CAUSES      0x24 /* why the device interrupts; 0: it does not */
#define EDU_RAISE       0x60 /* write: raises these causes */
#define EDU_ACKNOWLEDGE 0x64 /* write: clears these causes */

#define EDU_CAUSE_FACTORIAL 0x00000001
#define EDU_CAUSE_STORM     0x00000002 /* ours: IOCTL_EDU_STORM */
#define EDU_CAUSE_DMA       0x00000100
#define EDU_GONE            0xFFFFFFFF /* what a device that left the bus reads as */

/* DMA between memory and a buffer in the device. One transfer at a time; while one runs
 * the device ignores writes to these. */
#define EDU_DMA_SOURCE      0x80
#define EDU_DMA_DESTINATION 0x88
#define EDU_DMA_COUNT       0x90
#define EDU_DMA_COMMAND     0x98

#define EDU_DMA_RUN         0x1 /* reads as 1 until the transfer is done */
#define EDU_DMA_FROM_DEVICE 0x2 /* else from memory to the device */
#define EDU_DMA_INTERRUPT   0x4 /* EDU_CAUSE_DMA when it is done */

/* Where the DMA engine sees the device's buffer, and how far it sees in memory. */
#define EDU_BUFFER_ADDRESS 0x40000
#define EDU_BUFFER_SIZE    4096
#define EDU_MEMORY_LIMIT   0x10000000 /* 28 address bits */
