/*
 * hw.h - what the Intel 82540EM looks like from the bus: registers, bits, descriptors.
 * The 82574L looks the same but for what E1000_CHIP and drivers/e1000e/hw.h say.
 *
 * Nothing here is about the driver. Names follow the chip's manual (Intel 317453,
 * PCI/PCI-X Family of Gigabit Ethernet Controllers). Registers are masks and offsets, no
 * bit-fields, because a compiler may choose the width of an access to a bit-field and a
 * device may not like its choice.
 */
#pragma once

#include <ntddk.h>

/* BAR 0 is 128 KiB of registers, each 32 bits wide. */
#define E1000_REGISTER_SPACE 0x20000

/* Device control and status. */
#define E1000_CTRL   0x0000
#define E1000_STATUS 0x0008

#define E1000_CTRL_ASDE    0x00000020 /* take the speed from the PHY */
#define E1000_CTRL_SLU     0x00000040 /* bring the link up */
#define E1000_CTRL_ILOS    0x00000080 /* invert loss of signal; must be 0 */
#define E1000_CTRL_LRST    0x00000008 /* link reset; must be 0 to negotiate */
#define E1000_CTRL_RST     0x04000000 /* reset everything but the PHY; clears itself */
#define E1000_CTRL_VME     0x40000000 /* strip VLAN tags */
#define E1000_CTRL_PHY_RST 0x80000000

#define E1000_STATUS_LU         0x00000002 /* link is up */
#define E1000_STATUS_SPEED_MASK 0x000000C0
#define E1000_STATUS_SPEED_10   0x00000000
#define E1000_STATUS_SPEED_100  0x00000040

/* EEPROM read: write START and the word's address, poll "done", data in the high half.
 * Where address and "done" stand is the chip's. */
#define E1000_EERD 0x0014

#define E1000_EERD_START      0x00000001
#define E1000_EERD_DATA_SHIFT 16

/* Interrupts. Reading ICR returns all causes, clears them and lets go of the pin. */
#define E1000_ICR 0x00C0
#define E1000_ITR 0x00C4 /* least time between interrupts, in 256 ns; 0: no limit */
#define E1000_IMS 0x00D0 /* a 1 enables a cause */
#define E1000_IMC 0x00D8 /* a 1 disables a cause */

#define E1000_CAUSE_TXDW 0x00000001 /* a transmit descriptor was written back */
#define E1000_CAUSE_LSC  0x00000004 /* the link went up or down */
#define E1000_CAUSE_RXO  0x00000040 /* a frame was lost: no receive descriptor left */
#define E1000_CAUSE_RXT0 0x00000080 /* a frame was received */
#define E1000_CAUSE_ALL  0xFFFFFFFF

/* Statistics; each clears itself when it is read. */
#define E1000_CRCERRS 0x4000 /* frames with a wrong check sequence */
#define E1000_RUC     0x40A4 /* frames shorter than 64 bytes, with a right one */
#define E1000_ROC     0x40AC /* frames longer than the chip takes */

/* Receive unit. */
#define E1000_RCTL  0x0100
#define E1000_RDBAL 0x2800 /* ring's bus address, low and high half; 16-byte aligned */
#define E1000_RDBAH 0x2804
#define E1000_RDLEN 0x2808 /* ring's size in bytes; a multiple of 128 */
#define E1000_RDH   0x2810 /* next descriptor the chip fills */
#define E1000_RDT   0x2818 /* first descriptor the chip may not fill */
#define E1000_RDTR  0x2820 /* delay before RXT0, in 1.024 us */
#define E1000_RADV  0x282C /* the same, absolute */

#define E1000_RCTL_EN         0x00000002
#define E1000_RCTL_BAM        0x00008000 /* accept broadcasts */
#define E1000_RCTL_BSIZE_2048 0x00000000 /* bytes per receive buffer */
#define E1000_RCTL_SECRC      0x04000000 /* strip the frame check sequence */

/* Transmit unit. */
#define E1000_TCTL   0x0400
#define E1000_TIPG   0x0410
#define E1000_TDBAL  0x3800
#define E1000_TDBAH  0x3804
#define E1000_TDLEN  0x3808
#define E1000_TDH    0x3810 /* next descriptor the chip sends */
#define E1000_TDT    0x3818 /* first descriptor that holds nothing to send */
#define E1000_TIDV   0x3820
#define E1000_TXDCTL 0x3828 /* when descriptors are fetched and written back */

#define E1000_TCTL_EN         0x00000002
#define E1000_TCTL_PSP        0x00000008 /* pad short frames to 64 bytes */
#define E1000_TCTL_CT_SHIFT   4          /* tries after a collision */
#define E1000_TCTL_COLD_SHIFT 12         /* collision distance, in byte times */
#define E1000_TCTL_CT_DEFAULT 0x0F
#define E1000_TCTL_COLD_FULL  0x40

/* Address filters: 16 exact addresses, of which number 0 is our own, and a hash table. */
#define E1000_RAL0            0x5400
#define E1000_RAH0            0x5404
#define E1000_RAH_AV          0x80000000 /* this entry is valid */
#define E1000_MTA             0x5200
#define E1000_MULTICAST_WORDS 128

/* A receive descriptor. The chip reads BufferAddress and writes everything else. */
typedef struct _E1000_RX_DESCRIPTOR {
    ULONG64 BufferAddress;
    USHORT Length; /* bytes the chip stored */
    USHORT Checksum;
    UCHAR Status;
    UCHAR Errors;
    USHORT Special;
} E1000_RX_DESCRIPTOR, *PE1000_RX_DESCRIPTOR;

#define E1000_RX_STATUS_DD  0x01 /* descriptor done: it is the driver's again */
#define E1000_RX_STATUS_EOP 0x02 /* the frame ends in this descriptor */

/* CRC, symbol, sequence, carrier extension and data error: the frame is not whole. */
#define E1000_RX_ERROR_FRAME 0x97

/* A transmit descriptor of the legacy form. The chip writes only Status. */
typedef struct _E1000_TX_DESCRIPTOR {
    ULONG64 BufferAddress;
    union {
        struct {
            USHORT Length; /* bytes to send */
            UCHAR ChecksumOffset;
            UCHAR Command;
            UCHAR Status;
            UCHAR ChecksumStart;
            USHORT Special;
        };
        ULONG64 Control; /* all of it: E1000_TX_CONTROL */
    };
} E1000_TX_DESCRIPTOR, *PE1000_TX_DESCRIPTOR;

/* What stands behind BufferAddress, as one number. */
#define E1000_TX_CONTROL(Length, Command) ((ULONG64)(Length) | (ULONG64)(Command) << 24)

#define E1000_TX_COMMAND_EOP  0x01 /* the frame ends in this descriptor */
#define E1000_TX_COMMAND_IFCS 0x02 /* append the frame check sequence */
#define E1000_TX_COMMAND_RS   0x08 /* write the status back */

#define E1000_TX_STATUS_DD 0x01
#define E1000_TX_STATUS_EC 0x02 /* too many collisions */
#define E1000_TX_STATUS_LC 0x04 /* late collision */

C_ASSERT(sizeof(E1000_RX_DESCRIPTOR) == 16);
C_ASSERT(FIELD_OFFSET(E1000_RX_DESCRIPTOR, Status) == 12);
C_ASSERT(sizeof(E1000_TX_DESCRIPTOR) == 16);
C_ASSERT(FIELD_OFFSET(E1000_TX_DESCRIPTOR, Status) == 12);
