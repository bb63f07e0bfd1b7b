/*
 * hw.h - QEMU's "edu" device (PCI 1234:11E8): registers, as offsets into BAR 0, and bits.
 * drivers/edu has the whole of it.
 */
#pragma once

#define EDU_FACTORIAL   0x08 /* write n; read n! after its interrupt */
#define EDU_STATUS      0x20
#define EDU_CAUSES      0x24 /* why the device interrupts; 0: it does not */
#define EDU_ACKNOWLEDGE 0x64 /* write: clears these causes */

#define EDU_STATUS_INTERRUPT 0x80 /* interrupt when a factorial is done */

#define EDU_CAUSE_FACTORIAL 0x00000001
#define EDU_CAUSE_DMA       0x00000100
#define EDU_GONE            0xFFFFFFFF /* what a device that left the bus reads as */

#define EDU_DMA_SOURCE      0x80
#define EDU_DMA_DESTINATION 0x88
#define EDU_DMA_COUNT       0x90
#define EDU_DMA_COMMAND     0x98

#define EDU_DMA_BITS 28 /* of an address: QEMU's dma_mask, unless it is told another */

#define EDU_DMA_RUN         0x1
#define EDU_DMA_FROM_DEVICE 0x2
#define EDU_DMA_INTERRUPT   0x4

#define EDU_BUFFER_ADDRESS 0x40000
#define EDU_BUFFER_SIZE    4096
#define EDU_BUFFER_REACH   4095 /* QEMU 7.2 takes the last byte for one beyond */
