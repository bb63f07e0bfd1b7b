/*
 * hw.h - what the Intel 82574L has and the 82540EM has not: five MSI-X messages, and the
 * registers that say which cause leads to which of them.
 *
 * Names follow the chip's manual (Intel 317694, 82574 GbE Controller Family). Everything
 * else the driver uses is as e1000's hw.h has it.
 */
#pragma once

#define E1000E_MESSAGES 5

#define E1000E_CTRL_EXT 0x0018
#define E1000E_EIAC     0x00DC /* causes that sending their message clears in ICR */
#define E1000E_IAM      0x00E0 /* causes that sending their message disables in IMS */
#define E1000E_IVAR     0x00E4
#define E1000E_EITR(N)  (0x00E8 + 4 * (N)) /* as ITR, for message N */

#define E1000E_CTRL_EXT_EIAME       0x01000000 /* IAM is in force */
#define E1000E_CTRL_EXT_PBA_SUPPORT 0x80000000 /* must be 1 with MSI-X */

/* Causes of MSI-X mode beside those of every mode. A write of ones to ICR clears them. */
#define E1000E_CAUSE_RXQ0  0x00100000 /* receive queue 0 stored a frame */
#define E1000E_CAUSE_TXQ0  0x00400000 /* transmit queue 0 wrote a descriptor back */
#define E1000E_CAUSE_OTHER 0x01000000 /* LSC, RXO and more that no queue has */

/* IVAR: four bits for each group of causes, the message's number N and "valid". */
#define E1000E_IVAR_VALID    0x8
#define E1000E_IVAR_RXQ0(N)  (((N) | E1000E_IVAR_VALID) << 0)
#define E1000E_IVAR_TXQ0(N)  (((N) | E1000E_IVAR_VALID) << 8)
#define E1000E_IVAR_OTHER(N) (((N) | E1000E_IVAR_VALID) << 16)

/* EERD stands one bit field lower than in the 82540EM. */
#define E1000E_EERD_DONE          0x00000002
#define E1000E_EERD_ADDRESS_SHIFT 2

/* Thresholds count descriptors, not cache lines; the manual wants this bit set. */
#define E1000E_TXDCTL_COUNT_DESC 0x00400000
