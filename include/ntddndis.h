/*
 * Network card I/O control: asking for one object identifier. The input buffer is the
 * OID, a ULONG; the answer goes into the output buffer.
 */
#pragma once

#include <devioctl.h>

#define _NDIS_CONTROL_CODE(Request, Method)                                              \
    CTL_CODE(FILE_DEVICE_PHYSICAL_NETCARD, Request, Method, FILE_ANY_ACCESS)
#define IOCTL_NDIS_QUERY_GLOBAL_STATS _NDIS_CONTROL_CODE(0, METHOD_OUT_DIRECT)

typedef ULONG NDIS_OID, *PNDIS_OID;

#define OID_GEN_HARDWARE_STATUS       0x00010102
#define OID_GEN_MEDIA_SUPPORTED       0x00010103
#define OID_GEN_MEDIA_IN_USE          0x00010104
#define OID_GEN_MAXIMUM_FRAME_SIZE    0x00010106
#define OID_GEN_LINK_SPEED            0x00010107 /* in units of 100 bit/s */
#define OID_GEN_VENDOR_ID             0x0001010C
#define OID_GEN_VENDOR_DESCRIPTION    0x0001010D
#define OID_GEN_CURRENT_PACKET_FILTER 0x0001010E
#define OID_GEN_MAXIMUM_TOTAL_SIZE    0x00010111
#define OID_GEN_MEDIA_CONNECT_STATUS  0x00010114
#define OID_GEN_STATISTICS            0x00020106
#define OID_GEN_XMIT_OK               0x00020101
#define OID_GEN_RCV_OK                0x00020102
#define OID_GEN_XMIT_ERROR            0x00020103
#define OID_GEN_RCV_ERROR             0x00020104
#define OID_GEN_RCV_NO_BUFFER         0x00020105
#define OID_GEN_RCV_CRC_ERROR         0x00020207
#define OID_802_3_PERMANENT_ADDRESS   0x01010101
#define OID_802_3_CURRENT_ADDRESS     0x01010102
#define OID_802_3_MULTICAST_LIST      0x01010103
#define OID_802_3_MAXIMUM_LIST_SIZE   0x01010104

/* Of dirql's own drivers, among the numbers that are vendors': interrupts that were the
   adapter's since it was found; frames received that were too short and too long. */
#define OID_DIRQL_INTERRUPTS 0xFF100001
#define OID_DIRQL_UNDERSIZE  0xFF100002
#define OID_DIRQL_OVERSIZE   0xFF100003

typedef enum _NDIS_MEDIA_STATE {
    NdisMediaStateConnected,
    NdisMediaStateDisconnected
} NDIS_MEDIA_STATE,
    *PNDIS_MEDIA_STATE;
