/*
 * Interrupt objects: connecting an ISR, and sharing data with it.
 *
 * A KINTERRUPT is the kernel's and opaque; a driver holds the pointer from connect to
 * disconnect. Connect and disconnect at PASSIVE_LEVEL. The service context is the
 * driver's, in resident memory. The device is quiet before disconnect and is enabled
 * only after connect; an ISR can run before connect has returned. (CON-1 to CON-31)
 */
#pragma once

#include <wdm/spinlock.h>

struct _Is_capability_("interrupt lock") _KINTERRUPT;
typedef struct _KINTERRUPT KINTERRUPT, *PKINTERRUPT, *RESTRICTED_POINTER PRKINTERRUPT;

typedef enum _KINTERRUPT_MODE { LevelSensitive, Latched } KINTERRUPT_MODE;

typedef enum _KINTERRUPT_POLARITY {
    InterruptPolarityUnknown,
    InterruptActiveHigh,
    InterruptRisingEdge = InterruptActiveHigh,
    InterruptActiveLow,
    InterruptFallingEdge = InterruptActiveLow,
    InterruptActiveBoth,
    InterruptActiveBothTriggerLow = InterruptActiveBoth,
    InterruptActiveBothTriggerHigh
} KINTERRUPT_POLARITY,
    *PKINTERRUPT_POLARITY;

/*
 * Called at the SynchronizeIrql of the interrupt object (DIRQL; PASSIVE_LEVEL for a
 * passive-level interrupt), holding its lock; returns at the same level. TRUE means the
 * interrupt came from the driver's device.
 */
_IRQL_requires_(DIRQL) _IRQL_requires_same_ typedef BOOLEAN NTAPI
    KSERVICE_ROUTINE(_In_ PKINTERRUPT Interrupt, _In_opt_ PVOID ServiceContext);
typedef KSERVICE_ROUTINE *PKSERVICE_ROUTINE;

/* As above; MessageID is the index of the message that was written. */
_IRQL_requires_(DIRQL) _IRQL_requires_same_ typedef BOOLEAN NTAPI
    KMESSAGE_SERVICE_ROUTINE(_In_ PKINTERRUPT Interrupt, _In_opt_ PVOID ServiceContext,
                             _In_ ULONG MessageID);
typedef KMESSAGE_SERVICE_ROUTINE *PKMESSAGE_SERVICE_ROUTINE;

/* Called at the SynchronizeIrql of the interrupt object, holding its lock. (SYN-1) */
_IRQL_requires_(DIRQL) _IRQL_requires_same_ typedef BOOLEAN NTAPI
    KSYNCHRONIZE_ROUTINE(_In_ PVOID SynchronizeContext);
typedef KSYNCHRONIZE_ROUTINE *PKSYNCHRONIZE_ROUTINE;

/* One message of a message-signalled device, as IoConnectInterruptEx describes it. */
typedef struct _IO_INTERRUPT_MESSAGE_INFO_ENTRY {
    PHYSICAL_ADDRESS MessageAddress;
    KAFFINITY TargetProcessorSet;
    PKINTERRUPT InterruptObject;
    ULONG MessageData;
    ULONG Vector;
    KIRQL Irql;
    KINTERRUPT_MODE Mode;
    KINTERRUPT_POLARITY Polarity;
} IO_INTERRUPT_MESSAGE_INFO_ENTRY, *PIO_INTERRUPT_MESSAGE_INFO_ENTRY;

typedef struct _IO_INTERRUPT_MESSAGE_INFO {
    KIRQL UnifiedIrql;
    ULONG MessageCount;
    IO_INTERRUPT_MESSAGE_INFO_ENTRY MessageInfo[ANYSIZE_ARRAY];
} IO_INTERRUPT_MESSAGE_INFO, *PIO_INTERRUPT_MESSAGE_INFO;

/* Values of Version; on return it says what was connected. (CON-11, CON-18) */
#define CONNECT_FULLY_SPECIFIED       1
#define CONNECT_LINE_BASED            2
#define CONNECT_MESSAGE_BASED         3
#define CONNECT_FULLY_SPECIFIED_GROUP 4
#define CONNECT_MESSAGE_BASED_PASSIVE 5
#define CONNECT_CURRENT_VERSION       5

typedef struct _IO_CONNECT_INTERRUPT_FULLY_SPECIFIED_PARAMETERS {
    _In_ struct _DEVICE_OBJECT *PhysicalDeviceObject;
    _Out_ PKINTERRUPT *InterruptObject;
    _In_ PKSERVICE_ROUTINE ServiceRoutine;
    _In_ PVOID ServiceContext;
    _In_opt_ PKSPIN_LOCK SpinLock;
    _In_ KIRQL SynchronizeIrql;
    _In_ BOOLEAN FloatingSave;
    _In_ BOOLEAN ShareVector;
    _In_ ULONG Vector;
    _In_ KIRQL Irql;
    _In_ KINTERRUPT_MODE InterruptMode;
    _In_ KAFFINITY ProcessorEnableMask;
    _In_ USHORT Group;
} IO_CONNECT_INTERRUPT_FULLY_SPECIFIED_PARAMETERS,
    *PIO_CONNECT_INTERRUPT_FULLY_SPECIFIED_PARAMETERS;

typedef struct _IO_CONNECT_INTERRUPT_LINE_BASED_PARAMETERS {
    _In_ struct _DEVICE_OBJECT *PhysicalDeviceObject;
    _Out_ PKINTERRUPT *InterruptObject;
    _In_ PKSERVICE_ROUTINE ServiceRoutine;
    _In_ PVOID ServiceContext;
    _In_opt_ PKSPIN_LOCK SpinLock;
    _In_ KIRQL SynchronizeIrql;
    _In_ BOOLEAN FloatingSave;
} IO_CONNECT_INTERRUPT_LINE_BASED_PARAMETERS,
    *PIO_CONNECT_INTERRUPT_LINE_BASED_PARAMETERS;

typedef struct _IO_CONNECT_INTERRUPT_MESSAGE_BASED_PARAMETERS {
    _In_ struct _DEVICE_OBJECT *PhysicalDeviceObject;
    union {
        _Out_ PVOID *Generic;
        _Out_ PIO_INTERRUPT_MESSAGE_INFO *InterruptMessageTable;
        _Out_ PKINTERRUPT *InterruptObject;
    } ConnectionContext;
    _In_ PKMESSAGE_SERVICE_ROUTINE MessageServiceRoutine;
    _In_ PVOID ServiceContext;
    _In_opt_ PKSPIN_LOCK SpinLock;
    _In_ KIRQL SynchronizeIrql;
    _In_ BOOLEAN FloatingSave;
    _In_opt_ PKSERVICE_ROUTINE FallBackServiceRoutine;
} IO_CONNECT_INTERRUPT_MESSAGE_BASED_PARAMETERS,
    *PIO_CONNECT_INTERRUPT_MESSAGE_BASED_PARAMETERS;

typedef struct _IO_CONNECT_INTERRUPT_PARAMETERS {
    _Inout_ ULONG Version;
    union {
        IO_CONNECT_INTERRUPT_FULLY_SPECIFIED_PARAMETERS FullySpecified;
        IO_CONNECT_INTERRUPT_LINE_BASED_PARAMETERS LineBased;
        IO_CONNECT_INTERRUPT_MESSAGE_BASED_PARAMETERS MessageBased;
    };
} IO_CONNECT_INTERRUPT_PARAMETERS, *PIO_CONNECT_INTERRUPT_PARAMETERS;

typedef struct _IO_DISCONNECT_INTERRUPT_PARAMETERS {
    _In_ ULONG Version;
    union {
        _In_ PVOID Generic;
        _In_ PKINTERRUPT InterruptObject;
        _In_ PIO_INTERRUPT_MESSAGE_INFO InterruptMessageTable;
    } ConnectionContext;
} IO_DISCONNECT_INTERRUPT_PARAMETERS, *PIO_DISCONNECT_INTERRUPT_PARAMETERS;

typedef struct _IO_REPORT_INTERRUPT_ACTIVE_STATE_PARAMETERS {
    _In_ ULONG Version;
    union {
        _In_ PVOID Generic;
        _In_ PKINTERRUPT InterruptObject;
        _In_ PIO_INTERRUPT_MESSAGE_INFO InterruptMessageTable;
    } ConnectionContext;
} IO_REPORT_INTERRUPT_ACTIVE_STATE_PARAMETERS,
    *PIO_REPORT_INTERRUPT_ACTIVE_STATE_PARAMETERS;

_IRQL_requires_(PASSIVE_LEVEL) _Must_inspect_result_ NTKERNELAPI NTSTATUS NTAPI
    IoConnectInterrupt(_Out_ PKINTERRUPT *InterruptObject,
                       _In_ PKSERVICE_ROUTINE ServiceRoutine,
                       _In_opt_ PVOID ServiceContext, _In_opt_ PKSPIN_LOCK SpinLock,
                       _In_ ULONG Vector, _In_ KIRQL Irql, _In_ KIRQL SynchronizeIrql,
                       _In_ KINTERRUPT_MODE InterruptMode, _In_ BOOLEAN ShareVector,
                       _In_ KAFFINITY ProcessorEnableMask, _In_ BOOLEAN FloatingSave);
_IRQL_requires_(PASSIVE_LEVEL) NTKERNELAPI VOID NTAPI
    IoDisconnectInterrupt(_In_ PKINTERRUPT InterruptObject);
_IRQL_requires_(PASSIVE_LEVEL) _Must_inspect_result_ NTKERNELAPI NTSTATUS NTAPI
    IoConnectInterruptEx(_Inout_ PIO_CONNECT_INTERRUPT_PARAMETERS Parameters);
_IRQL_requires_(PASSIVE_LEVEL) NTKERNELAPI VOID NTAPI
    IoDisconnectInterruptEx(_In_ PIO_DISCONNECT_INTERRUPT_PARAMETERS Parameters);
_IRQL_requires_max_(DISPATCH_LEVEL) NTKERNELAPI VOID NTAPI
    IoReportInterruptActive(_In_ PIO_REPORT_INTERRUPT_ACTIVE_STATE_PARAMETERS Parameters);
_IRQL_requires_max_(DISPATCH_LEVEL) NTKERNELAPI VOID NTAPI IoReportInterruptInactive(
    _In_ PIO_REPORT_INTERRUPT_ACTIVE_STATE_PARAMETERS Parameters);
_IRQL_requires_max_(DISPATCH_LEVEL) NTKERNELAPI NTSTATUS NTAPI
    IoGetAffinityInterrupt(_In_ PKINTERRUPT InterruptObject,
                           _Out_ PGROUP_AFFINITY GroupAffinity);

/* At or below the SynchronizeIrql of the object. (SYN-1 to SYN-3) */
NTKERNELAPI BOOLEAN NTAPI KeSynchronizeExecution(
    _Inout_ PKINTERRUPT Interrupt, _In_ PKSYNCHRONIZE_ROUTINE SynchronizeRoutine,
    _In_opt_ PVOID SynchronizeContext);
_IRQL_requires_max_(HIGH_LEVEL) _IRQL_raises_(DIRQL) _IRQL_saves_
    _Acquires_lock_(*Interrupt) NTKERNELAPI KIRQL NTAPI
    KeAcquireInterruptSpinLock(_Inout_ PKINTERRUPT Interrupt)
        _Capability_acquired_(*Interrupt) _Capability_dispatch_raised_;
_IRQL_requires_min_(DISPATCH_LEVEL) _Releases_lock_(*Interrupt) NTKERNELAPI VOID NTAPI
    KeReleaseInterruptSpinLock(_Inout_ PKINTERRUPT Interrupt,
                               _In_ _IRQL_restores_ KIRQL OldIrql)
        _Capability_released_(*Interrupt) _Capability_dispatch_lowered_;
