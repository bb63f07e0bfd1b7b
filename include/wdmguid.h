/*
 * GUIDs of buses, and of interfaces that bus drivers offer with IRP_MN_QUERY_INTERFACE.
 *
 * May be included twice: the second time, after initguid.h, it defines what it declared.
 */

#include <ntdef.h>

DEFINE_GUID(GUID_BUS_INTERFACE_STANDARD, 0x496B8280, 0x6F25, 0x11D0, 0xBE, 0xAF, 0x08,
            0x00, 0x2B, 0xE2, 0x09, 0x2F);
DEFINE_GUID(GUID_BUS_TYPE_PCI, 0xC8EBDFB0, 0xB510, 0x11D0, 0x80, 0xE5, 0x00, 0xA0, 0xC9,
            0x25, 0x42, 0xE3);
