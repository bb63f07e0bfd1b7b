/*
 * The I/O manager, as boot/ and the tests of the kernel see it. Drivers see wdm.h.
 */
#pragma once

#include <wdm.h>
#include <ntddk.h>
#include <internal/boot.h>
#include <internal/ldr.h>

/* Object types, the root of names, the PCI bus driver. PASSIVE_LEVEL. */
NTSTATUS IoInitializeSystem(const CHAR *Options);

/* Finds every PCI function (ECAM or ports, through bridges) and makes a PDO for each. */
NTSTATUS IoEnumerateDevices(VOID);

/* Notes a boot module, so that ZwLoadDriver finds it; it must stay where it is.
   STATUS_INVALID_PARAMETER: its line does not begin with a name. PASSIVE_LEVEL. */
NTSTATUS IoRegisterDriverModule(const BOOT_MODULE *Module);

/*
 * Loads one module as a driver. Its command line: "NAME.sys [hwid=ID]... [kind=app|test]
 * [KEY=VALUE]...". KEY=VALUE become values of its registry key's Parameters subkey. Runs
 * DriverEntry; then, for each PDO one of whose hardware ids it names, AddDevice and
 * IRP_MN_START_DEVICE. One console line for each step that fails. PASSIVE_LEVEL.
 */
NTSTATUS IoLoadDriverModule(const BOOT_MODULE *Module);

/* Waits for the system threads of the kind=app and kind=test drivers; first failure wins.
 */
NTSTATUS IoWaitForApplications(ULONG TimeoutSeconds);

/* Stops and removes every started device, unloads every driver, in reverse order. */
VOID IoShutdownSystem(VOID);

/* ---- what the report prints
 * ---------------------------------------------------------------- */
typedef struct _IO_DEVICE_STATISTICS {
    CHAR Name[64];   /* "\Device\E1000_0", or "PCI 00:03.0" for a PDO */
    CHAR Driver[64]; /* "e1000.sys" */
    ULONG64 Issued;  /* IRPs that entered the device's driver through IofCallDriver */
    ULONG64 Completed;
    ULONG64 Bytes;  /* IoStatus.Information of successful reads and writes */
    ULONG64 Errors; /* completed with !NT_SUCCESS, STATUS_CANCELLED excepted */
    ULONG64 Cancelled;
} IO_DEVICE_STATISTICS, *PIO_DEVICE_STATISTICS;

/* Calls Visit for each device object that took IRPs, in order of creation. PASSIVE_LEVEL.
 */
typedef VOID IO_VISIT_DEVICE(const IO_DEVICE_STATISTICS *Statistics, PVOID Context);
VOID IoVisitDevices(IO_VISIT_DEVICE *Visit, PVOID Context);

typedef struct _IO_IRP_ACCOUNT {
    ULONG64 Allocated;
    ULONG64 Freed;
    ULONG64 Issued; /* IofCallDriver at the top of a stack */
    ULONG64
    Completed; /* completions that ran off the top, or stopped by the originator */
    ULONG64 Outstanding;
} IO_IRP_ACCOUNT, *PIO_IRP_ACCOUNT;

/* Whether Irp was given to a driver and has not come back to whoever gave it. Any IRQL. */
BOOLEAN IoIsIrpUnderWay(PIRP Irp);
VOID IoQueryIrpAccount(PIO_IRP_ACCOUNT Account);
