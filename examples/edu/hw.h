/*
 * hw.h - the registers of QEMU's "edu" device (PCI 1234:11E8), offsets into BAR 0.
 *
 * Registers below 0x80 take 32-bit accesses only.
 */
#pragma once

#define EDU_REGISTER_SPACE 0x100000

#define EDU_IDENTITY       0x00 /* read: EDU_IDENTITY_VALUE, version in the top bytes */
#define EDU_IDENTITY_MASK  0x0000FFFF
#define EDU_IDENTITY_VALUE 0x000000ED

#define EDU_LIVENESS 0x04 /* reads as the complement of what was written */

#define EDU_FACTORIAL 0x08 /* write n; read n! when EDU_STATUS_BUSY is clear */

#define EDU_STATUS           0x20
#define EDU_STATUS_BUSY      0x01 /* read only */
#define EDU_STATUS_INTERRUPT 0x80 /* interrupt when a factorial is done */

#define EDU_CAUSES          0x24 /* why the device interrupts; 0: it does not */
#define EDU_ACKNOWLEDGE     0x64 /* write: clears these causes, lets go of the pin */
#define EDU_CAUSE_FACTORIAL 0x00000001
#define EDU_GONE            0xFFFFFFFF /* what a device that left the bus reads as */
