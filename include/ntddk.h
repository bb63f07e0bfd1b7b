/*
 * wdm.h and what older, non-Plug-and-Play drivers use besides.
 *
 * KeInitializeInterrupt, KeConnectInterrupt and KeDisconnectInterrupt are the historical
 * way to an interrupt, beneath IoConnectInterrupt; PASSIVE_LEVEL. The caller provides the
 * KINTERRUPT, so only code that knows its size uses them. (KCI-1 to KCI-5)
 */
#pragma once

#include <wdm.h>
#include <wdm/context.h>

/* Counts of devices by kind; a driver increments the one of its kind. */
typedef struct _CONFIGURATION_INFORMATION {
    ULONG DiskCount;
    ULONG FloppyCount;
    ULONG CdRomCount;
    ULONG TapeCount;
    ULONG ScsiPortCount;
    ULONG SerialCount;
    ULONG ParallelCount;
    BOOLEAN AtDiskPrimaryAddressClaimed;
    BOOLEAN AtDiskSecondaryAddressClaimed;
    ULONG Version;
    ULONG MediumChangerCount;
} CONFIGURATION_INFORMATION, *PCONFIGURATION_INFORMATION;

/* As in wdm/debug.h: a driver's name for a data export is its address. */
extern DECLSPEC_IMPORT CCHAR KeNumberProcessors;
extern DECLSPEC_IMPORT SHORT NtBuildNumber;
extern DECLSPEC_IMPORT PVOID MmHighestUserAddress;
#if !defined(__ELF__)
#define KeNumberProcessors   (&KeNumberProcessors)
#define NtBuildNumber        (&NtBuildNumber)
#define MmHighestUserAddress (*&MmHighestUserAddress)
#endif

_IRQL_requires_(PASSIVE_LEVEL) NTKERNELAPI PCONFIGURATION_INFORMATION NTAPI
    IoGetConfigurationInformation(VOID);
_IRQL_requires_(PASSIVE_LEVEL) NTKERNELAPI VOID NTAPI IoRegisterDriverReinitialization(
    _In_ PDRIVER_OBJECT DriverObject,
    _In_ PDRIVER_REINITIALIZE DriverReinitializationRoutine, _In_opt_ PVOID Context);

NTKERNELAPI VOID NTAPI KeInitializeInterrupt(
    _Out_ PKINTERRUPT Interrupt, _In_ PKSERVICE_ROUTINE ServiceRoutine,
    _In_opt_ PVOID ServiceContext, _In_opt_ PKSPIN_LOCK SpinLock, _In_ ULONG Vector,
    _In_ KIRQL Irql, _In_ KIRQL SynchronizeIrql, _In_ KINTERRUPT_MODE InterruptMode,
    _In_ BOOLEAN ShareVector, _In_ CHAR ProcessorNumber, _In_ BOOLEAN FloatingSave);
NTKERNELAPI BOOLEAN NTAPI KeConnectInterrupt(_Inout_ PKINTERRUPT Interrupt);
NTKERNELAPI BOOLEAN NTAPI KeDisconnectInterrupt(_Inout_ PKINTERRUPT Interrupt);

/*
 * One DPC routine on all processors at once. Its system arguments are for the two helpers:
 * the first says that this processor is done, the second waits for all and answers TRUE on
 * one of them.
 */
_IRQL_requires_(PASSIVE_LEVEL)
NTKERNELAPI VOID NTAPI KeGenericCallDpc(_In_ PKDEFERRED_ROUTINE Routine,
                                        _In_opt_ PVOID Context);
_IRQL_requires_(DISPATCH_LEVEL)
NTKERNELAPI VOID NTAPI KeSignalCallDpcDone(_In_ PVOID SystemArgument1);
_IRQL_requires_(DISPATCH_LEVEL)
NTKERNELAPI LOGICAL NTAPI KeSignalCallDpcSynchronize(_In_ PVOID SystemArgument2);

/* The vector and level of a bus interrupt, for drivers that get no resource list. */
_IRQL_requires_(PASSIVE_LEVEL) NTHALAPI ULONG NTAPI
    HalGetInterruptVector(_In_ INTERFACE_TYPE InterfaceType, _In_ ULONG BusNumber,
                          _In_ ULONG BusInterruptLevel, _In_ ULONG BusInterruptVector,
                          _Out_ PKIRQL Irql, _Out_ PKAFFINITY Affinity);

typedef enum _BUS_DATA_TYPE {
    ConfigurationSpaceUndefined = -1,
    Cmos,
    EisaConfiguration,
    Pos,
    CbusConfiguration,
    PCIConfiguration,
    MaximumBusDataType
} BUS_DATA_TYPE,
    *PBUS_DATA_TYPE;

/* Bytes moved; 2 and an invalid vendor for an empty slot. Lengths are in bytes. */
_IRQL_requires_max_(DISPATCH_LEVEL) NTHALAPI ULONG NTAPI
    HalGetBusDataByOffset(_In_ BUS_DATA_TYPE BusDataType, _In_ ULONG BusNumber,
                          _In_ ULONG SlotNumber, _Out_writes_bytes_(Length) PVOID Buffer,
                          _In_ ULONG Offset, _In_ ULONG Length);
_IRQL_requires_max_(DISPATCH_LEVEL) NTHALAPI ULONG NTAPI
    HalSetBusDataByOffset(_In_ BUS_DATA_TYPE BusDataType, _In_ ULONG BusNumber,
                          _In_ ULONG SlotNumber, _In_reads_bytes_(Length) PVOID Buffer,
                          _In_ ULONG Offset, _In_ ULONG Length);
_IRQL_requires_(PASSIVE_LEVEL) NTHALAPI BOOLEAN NTAPI
    HalTranslateBusAddress(_In_ INTERFACE_TYPE InterfaceType, _In_ ULONG BusNumber,
                           _In_ PHYSICAL_ADDRESS BusAddress, _Inout_ PULONG AddressSpace,
                           _Out_ PPHYSICAL_ADDRESS TranslatedAddress);

/* Load and unload the driver of a service; DriverServiceName is its registry path. */
_IRQL_requires_(PASSIVE_LEVEL) NTSYSAPI NTSTATUS NTAPI
    ZwLoadDriver(_In_ PUNICODE_STRING DriverServiceName);
_IRQL_requires_(PASSIVE_LEVEL) NTSYSAPI NTSTATUS NTAPI
    ZwUnloadDriver(_In_ PUNICODE_STRING DriverServiceName);
