/*
 * The AHCI 1.3.1 register file and the structures in memory that the controller reads.
 *
 * Registers are named by offset and mask, never by bit-field: the layout of a bit-field
 * belongs to the compiler, these belong to the hardware. Everything the controller shares
 * with us in memory is reached through volatile pointers, so stores to a command stay
 * before the register write that issues it.
 */
#pragma once

#include <ntddk.h>

#define AHCI_MAXIMUM_PORTS 32
#define AHCI_MAXIMUM_SLOTS 32
#define AHCI_SECTOR_SIZE   512

/* Generic host control, from the start of BAR 5 (ABAR). */

#define AHCI_CAP  0x00 /* what the controller can do */
#define AHCI_GHC  0x04 /* global host control */
#define AHCI_IS   0x08 /* one bit a port, write 1 to clear */
#define AHCI_PI   0x0C /* ports implemented */
#define AHCI_CAP2 0x24
#define AHCI_BOHC 0x28 /* firmware to operating system handoff */

#define AHCI_CAP_SLOTS_SHIFT 8 /* number of command slots, less one */
#define AHCI_CAP_SLOTS_MASK  0x1F
#define AHCI_CAP_SSS         0x08000000 /* staggered spin-up: ports wait for PxCMD.SUD */
#define AHCI_CAP_SNCQ        0x40000000 /* native command queuing */
#define AHCI_CAP_S64A        0x80000000 /* 64-bit addresses */

#define AHCI_GHC_IE 0x00000002 /* interrupts enabled */
#define AHCI_GHC_AE 0x80000000 /* AHCI mode, not legacy IDE */

#define AHCI_CAP2_BOH 0x00000001 /* BOHC is implemented */

#define AHCI_BOHC_BOS 0x00000001 /* the firmware owns the controller */
#define AHCI_BOHC_OOS 0x00000002 /* the operating system owns it */
#define AHCI_BOHC_BB  0x00000010 /* the firmware is still cleaning up */

/* One port's registers: AHCI_PORT_BASE + port * AHCI_PORT_STRIDE. */

#define AHCI_PORT_BASE   0x100
#define AHCI_PORT_STRIDE 0x80

#define AHCI_PX_CLB  0x00 /* command list, 1 KiB aligned */
#define AHCI_PX_CLBU 0x04
#define AHCI_PX_FB   0x08 /* received FIS area, 256 byte aligned */
#define AHCI_PX_FBU  0x0C
#define AHCI_PX_IS   0x10 /* interrupt causes, write 1 to clear */
#define AHCI_PX_IE   0x14 /* causes that reach AHCI_IS */
#define AHCI_PX_CMD  0x18
#define AHCI_PX_TFD  0x20 /* the device's status (bits 0-7) and error (8-15) */
#define AHCI_PX_SIG  0x24 /* what kind of device answered the reset */
#define AHCI_PX_SSTS 0x28 /* state of the link */
#define AHCI_PX_SCTL 0x2C
#define AHCI_PX_SERR 0x30 /* write 1 to clear */
#define AHCI_PX_SACT 0x34 /* queued tags outstanding; the device clears them */
#define AHCI_PX_CI   0x38 /* command slots issued; the controller clears them */

#define AHCI_PX_IS_DHRS 0x00000001 /* a non-queued command ended */
#define AHCI_PX_IS_SDBS 0x00000008 /* set device bits: queued commands ended */
#define AHCI_PX_IS_IFS  0x08000000 /* interface error, transfer stopped */
#define AHCI_PX_IS_HBDS 0x10000000 /* bad data from memory */
#define AHCI_PX_IS_HBFS 0x20000000 /* memory could not be reached */
#define AHCI_PX_IS_TFES 0x40000000 /* the device reported an error */

/* After any of these the port executes nothing until it is stopped and started. */
#define AHCI_PX_IS_FATAL                                                                 \
    (AHCI_PX_IS_TFES | AHCI_PX_IS_HBFS | AHCI_PX_IS_HBDS | AHCI_PX_IS_IFS)

#define AHCI_PX_IE_WANTED (AHCI_PX_IS_DHRS | AHCI_PX_IS_SDBS | AHCI_PX_IS_FATAL)

#define AHCI_PX_CMD_ST  0x00000001 /* run the command list */
#define AHCI_PX_CMD_SUD 0x00000002 /* spin up */
#define AHCI_PX_CMD_POD 0x00000004 /* power on */
#define AHCI_PX_CMD_FRE 0x00000010 /* receive FISes into memory */
#define AHCI_PX_CMD_FR  0x00004000 /* the receiver is running */
#define AHCI_PX_CMD_CR  0x00008000 /* the command list is running */

#define AHCI_TFD_ERR 0x01
#define AHCI_TFD_DRQ 0x08
#define AHCI_TFD_BSY 0x80

#define AHCI_DET_MASK    0x0F
#define AHCI_DET_NONE    0x00 /* SSTS: nothing attached */
#define AHCI_DET_PRESENT 0x03 /* SSTS: device present, link up */
#define AHCI_DET_RESET   0x01 /* SCTL: send COMRESET for as long as this stands */

#define AHCI_SIGNATURE_DISK       0x00000101
#define AHCI_SIGNATURE_ATAPI      0xEB140101
#define AHCI_SIGNATURE_MULTIPLIER 0x96690101

/* ATA commands. */

#define ATA_DATA_SET_MANAGEMENT 0x06
#define ATA_READ_DMA_EXT        0x25
#define ATA_READ_LOG_EXT        0x2F
#define ATA_WRITE_DMA_EXT       0x35
#define ATA_READ_FPDMA_QUEUED   0x60
#define ATA_WRITE_FPDMA_QUEUED  0x61
#define ATA_FLUSH_CACHE_EXT     0xEA
#define ATA_IDENTIFY_DEVICE     0xEC

#define ATA_DEVICE_LBA 0x40 /* address in sectors, not cylinders */
#define ATA_DSM_TRIM   0x01 /* features of DATA SET MANAGEMENT */

/* The error register, PxTFD bits 8 to 15. */
#define ATA_ERROR_INTERFACE_CRC 0x80
#define ATA_ERROR_UNCORRECTABLE 0x40
#define ATA_ERROR_ID_NOT_FOUND  0x10 /* no such sector */

/* Log 10h, which says what queued command has failed: 512 bytes that add up to zero. */
#define ATA_LOG_NCQ_ERROR      0x10
#define ATA_LOG_NCQ_UNQUEUED   0x80 /* byte 0: it was not a queued one */
#define ATA_LOG_NCQ_TAG_MASK   0x1F
#define ATA_LOG_NCQ_ERROR_BYTE 3 /* what the error register would have said */

/* A range to trim: sector in the low 48 bits, sectors above. 64 of them make a block. */
#define ATA_TRIM_COUNT_SHIFT      48
#define ATA_TRIM_MAXIMUM_SECTORS  0xFFFF
#define ATA_TRIM_RANGES_PER_BLOCK 64

/* Words of the IDENTIFY DEVICE data. */

#define ATA_ID_MODEL             27 /* 20 words, the first character in the high byte */
#define ATA_ID_MODEL_WORDS       20
#define ATA_ID_QUEUE_DEPTH       75 /* bits 0-4: depth, less one */
#define ATA_ID_SATA_CAPABILITIES 76
#define ATA_ID_COMMAND_SETS      83
#define ATA_ID_SETS_MORE         84
#define ATA_ID_SECTOR_COUNT      100 /* 4 words, the lowest first */
#define ATA_ID_TRIM_BLOCKS       105 /* most blocks of ranges in one command; 0: 1 */
#define ATA_ID_SECTOR_SIZE_FLAGS 106
#define ATA_ID_TRIM              169

#define ATA_ID_SATA_NCQ           0x0100
#define ATA_ID_SETS_VALID_MASK    0xC000
#define ATA_ID_SETS_VALID         0x4000
#define ATA_ID_SETS_FLUSH_EXT     0x2000
#define ATA_ID_SETS_LBA48         0x0400
#define ATA_ID_MORE_LOGS          0x0020 /* READ LOG EXT */
#define ATA_ID_TRIM_SUPPORTED     0x0001
#define ATA_ID_LONG_SECTORS       0x1000 /* logical sector is not 512 bytes */
#define ATA_ID_SECTOR_FLAGS_VALID 0x4000

/*
 * Command FIS (register, host to device): five little-endian dwords.
 *   0: type 27h | C bit | command << 16 | features(0-7) << 24
 *   1: LBA(0-23) | device << 24
 *   2: LBA(24-47) | features(8-15) << 24
 *   3: count(0-15)
 *   4: 0
 * A queued command has its sector count in features and its tag in count(3-7).
 */
#define AHCI_FIS_DWORDS         5
#define AHCI_FIS_HOST_TO_DEVICE 0x27
#define AHCI_FIS_COMMAND_BIT    0x8000
#define AHCI_FIS_COMMAND_SHIFT  16
#define AHCI_FIS_FEATURES_SHIFT 24
#define AHCI_FIS_DEVICE_SHIFT   24
#define AHCI_FIS_TAG_SHIFT      3

/* AHCI_COMMAND_HEADER.Flags */
#define AHCI_HEADER_WRITE      0x00000040 /* from memory to the device */
#define AHCI_HEADER_PRDT_SHIFT 16

/*
 * 1 MiB from an odd place in a page spans 257 pages. 264 regions round a command table
 * up to a multiple of the 128 bytes it has to be aligned to.
 */
#define AHCI_PRDT_ENTRIES     264
#define AHCI_MAXIMUM_TRANSFER 0x100000
#define AHCI_MAXIMUM_REGION   0x400000 /* 22 bits hold its length less one */

typedef struct _AHCI_COMMAND_HEADER {
    ULONG Flags; /* FIS length in dwords, direction, number of regions */
    ULONG BytesTransferred;
    ULONG TableLow;
    ULONG TableHigh;
    ULONG Reserved[4];
} AHCI_COMMAND_HEADER;

typedef struct _AHCI_REGION {
    ULONG AddressLow; /* even */
    ULONG AddressHigh;
    ULONG Reserved;
    ULONG LengthLessOne; /* odd: lengths are even */
} AHCI_REGION;

typedef struct _AHCI_COMMAND_TABLE {
    ULONG Fis[16];
    UCHAR AtapiCommand[16];
    UCHAR Reserved[48];
    AHCI_REGION Regions[AHCI_PRDT_ENTRIES];
} AHCI_COMMAND_TABLE;

#define AHCI_PAGE_WORDS  256
#define AHCI_TRIM_BLOCKS 8
#define AHCI_TRIM_RANGES (AHCI_TRIM_BLOCKS * ATA_TRIM_RANGES_PER_BLOCK)

/* Everything one port shares with the controller: one common buffer, page aligned. */
typedef struct _AHCI_PORT_MEMORY {
    AHCI_COMMAND_HEADER CommandList[AHCI_MAXIMUM_SLOTS];
    UCHAR ReceivedFis[256];
    USHORT Page[AHCI_PAGE_WORDS]; /* what a polled command read */
    ULONGLONG Trim[AHCI_TRIM_RANGES];
    AHCI_COMMAND_TABLE Tables[AHCI_MAXIMUM_SLOTS];
    AHCI_COMMAND_TABLE PolledTable; /* so that polling spoils no table of an IRP */
} AHCI_PORT_MEMORY;

_Static_assert(sizeof(AHCI_COMMAND_HEADER) == 32, "command header");
_Static_assert(sizeof(AHCI_REGION) == 16, "physical region descriptor");
_Static_assert(sizeof(AHCI_COMMAND_TABLE) % 128 == 0, "command table alignment");
_Static_assert(FIELD_OFFSET(AHCI_PORT_MEMORY, ReceivedFis) % 256 == 0, "FIS alignment");
_Static_assert(FIELD_OFFSET(AHCI_PORT_MEMORY, Tables) % 128 == 0, "table alignment");
