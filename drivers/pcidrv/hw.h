/*
 * hw.h: the Intel 8255x as the bus sees it: registers, commands, and the two kinds of blocks
 * it reads and writes in memory. Names follow the chip family's open source developer
 * manual. Registers are offsets and masks.
 */
#pragma once

#include <ntddk.h>

/* BAR 0: the control and status registers. */
#define HW_CSR_SIZE 64

#define HW_SCB_STATUS 0x00 /* byte: what the two units do */
#define HW_SCB_ACK    0x01 /* byte: causes; a 1 takes one back */
#define HW_SCB_COMMAND                                                                   \
    0x02 /* byte: the chip clears it when it has accepted the command */
#define HW_SCB_MASK    0x03 /* byte: bit 0 keeps all causes off the pin */
#define HW_SCB_POINTER 0x04 /* dword: argument of the command */
#define HW_PORT        0x08 /* dword */
#define HW_EEPROM      0x0E /* word: the EEPROM's four wires */
#define HW_MDI         0x10 /* dword: the PHY's registers */

#define HW_CAUSE_CX  0x80 /* a command block with the I bit is done */
#define HW_CAUSE_FR  0x40 /* a frame was received */
#define HW_CAUSE_CNA 0x20 /* the command unit has stopped */
#define HW_CAUSE_RNR 0x10 /* the receive unit has stopped */
#define HW_CAUSE_ALL 0xFC
#define HW_GONE      0xFF /* a chip that has left the bus */

#define HW_MASK_ALL 0x01

#define HW_CU_START     0x10
#define HW_CU_RESUME    0x20
#define HW_CU_LOAD_BASE 0x60
#define HW_RU_START     0x01
#define HW_RU_ABORT     0x04
#define HW_RU_LOAD_BASE 0x06

#define HW_PORT_RESET     0
#define HW_PORT_SELECTIVE 2 /* stops both units, keeps what was configured */

#define HW_EEPROM_CLOCK  0x01
#define HW_EEPROM_SELECT 0x02
#define HW_EEPROM_IN     0x04 /* to the EEPROM */
#define HW_EEPROM_OUT    0x08
#define HW_EEPROM_READ   6 /* start bit and opcode */

#define HW_MDI_READ        (2u << 26)
#define HW_MDI_READY       0x10000000
#define HW_MDI_PHY(N)      ((ULONG)(N) << 21)
#define HW_MDI_REGISTER(N) ((ULONG)(N) << 16)
#define HW_PHY_STATUS      1
#define HW_PHY_LINK        0x0004

/* What all blocks begin with; Link is an offset from the unit's base. */
typedef struct _HW_BLOCK {
    USHORT Status;
    USHORT Command;
    ULONG Link;
} HW_BLOCK, *PHW_BLOCK;

#define HW_STATUS_COMPLETE 0x8000
#define HW_STATUS_OK       0x2000

#define HW_COMMAND_ADDRESS   0x0001 /* the station's, 6 bytes */
#define HW_COMMAND_CONFIGURE 0x0002
#define HW_COMMAND_TRANSMIT  0x0004
#define HW_COMMAND_INTERRUPT 0x2000
#define HW_COMMAND_SUSPEND   0x4000 /* the unit stops behind this block */
#define HW_COMMAND_LAST      0x8000

#define HW_CONFIG_SIZE  22
#define HW_ADDRESS_SIZE 6
#define HW_FRAME_MAX    1514
#define HW_HEADER_SIZE  14

/* A command block of any kind. Transmit in the simple form: the frame is in the block. */
typedef struct _HW_COMMAND {
    HW_BLOCK Head;
    union {
        UCHAR Configuration[24];
        UCHAR Address[8];
        struct {
            ULONG Descriptors; /* HW_SIMPLE: none */
            USHORT Count;      /* bytes of the frame, and HW_TRANSMIT_EOF */
            UCHAR Threshold;   /* of 8 bytes, that are fetched before sending begins */
            UCHAR DescriptorCount;
            UCHAR Frame[HW_FRAME_MAX + 6];
        } Transmit;
    } u;
} HW_COMMAND, *PHW_COMMAND;

#define HW_SIMPLE       0xFFFFFFFF
#define HW_TRANSMIT_EOF 0x8000

/* A receive frame descriptor with its buffer. */
typedef struct _HW_RECEIVE {
    HW_BLOCK Head;
    ULONG Reserved;
    USHORT Count; /* bytes stored, and two flags above */
    USHORT Size;
    UCHAR Frame[HW_FRAME_MAX + 6];
} HW_RECEIVE, *PHW_RECEIVE;

#define HW_COUNT_MASK 0x3FFF

C_ASSERT(FIELD_OFFSET(HW_COMMAND, u.Transmit.Frame) == 16);
C_ASSERT(FIELD_OFFSET(HW_RECEIVE, Frame) == 16);
C_ASSERT(sizeof(HW_COMMAND) % 8 == 0 && sizeof(HW_RECEIVE) % 8 == 0);
