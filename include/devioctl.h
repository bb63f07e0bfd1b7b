/*
 * Device types and the encoding of I/O control codes: device type in bits 16 to 31,
 * access in 14 and 15, function in 2 to 13, buffering method in 0 and 1.
 */
#pragma once

#include <ntdef.h>

typedef ULONG DEVICE_TYPE;

#define FILE_DEVICE_BEEP             0x00000001
#define FILE_DEVICE_CD_ROM           0x00000002
#define FILE_DEVICE_CONTROLLER       0x00000004
#define FILE_DEVICE_DISK             0x00000007
#define FILE_DEVICE_KEYBOARD         0x0000000B
#define FILE_DEVICE_MOUSE            0x0000000F
#define FILE_DEVICE_NETWORK          0x00000012
#define FILE_DEVICE_NULL             0x00000015
#define FILE_DEVICE_PARALLEL_PORT    0x00000016
#define FILE_DEVICE_PHYSICAL_NETCARD 0x00000017
#define FILE_DEVICE_SERIAL_PORT      0x0000001B
#define FILE_DEVICE_SOUND            0x0000001D
#define FILE_DEVICE_STREAMS          0x0000001E
#define FILE_DEVICE_TAPE             0x0000001F
#define FILE_DEVICE_UNKNOWN          0x00000022
#define FILE_DEVICE_VIDEO            0x00000023
#define FILE_DEVICE_VIRTUAL_DISK     0x00000024
#define FILE_DEVICE_8042_PORT        0x00000027
#define FILE_DEVICE_BUS_EXTENDER     0x0000002A
#define FILE_DEVICE_MASS_STORAGE     0x0000002D
#define FILE_DEVICE_ACPI             0x00000032
#define FILE_DEVICE_KS               0x0000002F

#define METHOD_BUFFERED   0
#define METHOD_IN_DIRECT  1
#define METHOD_OUT_DIRECT 2
#define METHOD_NEITHER    3

#define FILE_ANY_ACCESS     0
#define FILE_SPECIAL_ACCESS 0
#define FILE_READ_ACCESS    0x0001
#define FILE_WRITE_ACCESS   0x0002

/* Rights to a file, of which the two above are the ones a control code can ask for. */
#define FILE_READ_DATA        0x0001
#define FILE_WRITE_DATA       0x0002
#define FILE_APPEND_DATA      0x0004
#define FILE_READ_EA          0x0008
#define FILE_WRITE_EA         0x0010
#define FILE_EXECUTE          0x0020
#define FILE_READ_ATTRIBUTES  0x0080
#define FILE_WRITE_ATTRIBUTES 0x0100

#define CTL_CODE(DeviceType, Function, Method, Access)                                   \
    (((ULONG)(DeviceType) << 16) | ((ULONG)(Access) << 14) | ((ULONG)(Function) << 2) |  \
     (ULONG)(Method))
#define DEVICE_TYPE_FROM_CTL_CODE(Code) ((ULONG)(Code) >> 16)
#define METHOD_FROM_CTL_CODE(Code)      ((ULONG)(Code)&3)
