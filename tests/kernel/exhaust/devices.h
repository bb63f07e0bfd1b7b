/*
 * devices.h: several functions of one kind, each with the messages it was given.
 */
#pragma once

#include "../ktap.h"

#define DEVICES          5
#define ASKED_MESSAGES   32 /* msi=32 in tests.txt */
#define MAXIMUM_MESSAGES ASKED_MESSAGES

/* Set at START, constant afterwards. */
typedef struct _MESSAGE_DEVICE {
    PDEVICE_OBJECT Physical, Lower;
    ULONG Count; /* interrupts it was given */
    BOOLEAN Message;
    ULONG Vectors[MAXIMUM_MESSAGES];
    KAFFINITY Affinities[MAXIMUM_MESSAGES];
    volatile LONG Calls;
    union { /* while connected */
        PVOID Context;
        PKINTERRUPT Object;
        PIO_INTERRUPT_MESSAGE_INFO Table;
    } Connection;
    ULONG Version; /* what connecting made of CONNECT_MESSAGE_BASED */
} MESSAGE_DEVICE, *PMESSAGE_DEVICE;

extern PMESSAGE_DEVICE Devices[DEVICES]; /* in the order they were started */
extern volatile LONG DevicesStarted;

/* Makes the driver one whose device objects' extensions are MESSAGE_DEVICEs. */
VOID ServeDevices(PDRIVER_OBJECT DriverObject);
