/*
 * device.h: the PCI device a suite is bound to, how it was started, and QEMU's edu (PCI
 * 1234:11E8), the one most suites use. Shared by the suites whose sources.txt names
 * device.c.
 *
 * edu keeps its pin up, or has sent a message, while any cause bit is set: writing
 * EDU_RAISE sets bits, writing EDU_ACKNOWLEDGE clears them.
 */
#pragma once

#include "../ktap.h"

#define DEVICE_SPACE    0x1000
#define EDU_CAUSES      0x24
#define EDU_RAISE       0x60
#define EDU_ACKNOWLEDGE 0x64

/* Set at START, constant afterwards. */
typedef struct _TEST_DEVICE {
    PDEVICE_OBJECT Physical;
    PDEVICE_OBJECT Function;
    PUCHAR Registers; /* DEVICE_SPACE bytes of its first region */
    ULONG Vector;     /* of its first interrupt */
    KIRQL Irql;
    KAFFINITY Assigned; /* processors it may be connected on */
    ULONG Processor;    /* the first of them */
    KAFFINITY Affinity; /* its bit */
    KINTERRUPT_MODE Mode;
    BOOLEAN Message;
    BOOLEAN Shared;
} TEST_DEVICE;

extern TEST_DEVICE Device;

/* What DriverEntry returns: Suite runs when the device has been started. */
NTSTATUS StartSuite(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath,
                    KTAP_SUITE *Suite);
/* Whether the module line says case=Name. PASSIVE_LEVEL. */
BOOLEAN IsCase(PCWSTR Name);

static inline ULONG
DeviceRead(ULONG Register)
{
    return READ_REGISTER_ULONG((PULONG)(Device.Registers + Register));
}

static inline VOID
DeviceWrite(ULONG Register, ULONG Value)
{
    WRITE_REGISTER_ULONG((PULONG)(Device.Registers + Register), Value);
}
