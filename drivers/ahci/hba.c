/*
 * The controller as a whole: its registers, its DMA adapter, taking it over from the
 * firmware, and giving it back.
 *
 * The controller is not reset (GHC.HR): that drops every link, and finding the disks
 * again costs tens of milliseconds a port. Stopping every port leaves nothing of the
 * firmware's behind either, and a port that will not stop is left out.
 */
#include "ahci.h"

#define AHCI_HANDOFF_MILLISECONDS 2000
#define AHCI_FAST_POLLS           100
#define AHCI_FAST_POLL_MICROS     10

/*
 * Waits until (register & Mask) == Value. Most registers answer within microseconds, so
 * the first millisecond is spun, the rest slept. IRQL: PASSIVE_LEVEL.
 */
BOOLEAN
AhciWait(PUCHAR Registers, ULONG Offset, ULONG Mask, ULONG Value, ULONG Milliseconds)
{
    LARGE_INTEGER OneMillisecond = {.QuadPart = -10000};
    ULONG Poll;

    for (Poll = 0; Poll < AHCI_FAST_POLLS; Poll++) {
        if ((AhciRead(Registers, Offset) & Mask) == Value) {
            return TRUE;
        }
        KeStallExecutionProcessor(AHCI_FAST_POLL_MICROS);
    }
    for (Poll = 0; Poll < Milliseconds; Poll++) {
        if ((AhciRead(Registers, Offset) & Mask) == Value) {
            return TRUE;
        }
        KeDelayExecutionThread(KernelMode, FALSE, &OneMillisecond);
    }
    return (AhciRead(Registers, Offset) & Mask) == Value;
}

/*
 * Does the controller answer? One that is gone reads as all ones or, behind some bridges,
 * as zero; AE has been set since AhciTakeOver, and some other bits never are. Any IRQL.
 */
BOOLEAN
AhciIsPresent(PAHCI_HBA Hba)
{
    ULONG Control = AhciRead(Hba->Registers, AHCI_GHC);

    return Control != MAXULONG && (Control & AHCI_GHC_AE);
}

/* What a request is told that cannot be done any more: STATUS_DEVICE_REMOVED when it was
   under way as the controller was pulled out. Any IRQL. */
NTSTATUS
AhciGoneStatus(PAHCI_HBA Hba)
{
    return AhciIsPresent(Hba) ? STATUS_NO_SUCH_DEVICE : STATUS_DEVICE_REMOVED;
}

/* ABAR is BAR 5: the function's last memory resource (the lower BARs are I/O ports). */
static NTSTATUS
AhciMapRegisters(PAHCI_HBA Hba, PCM_RESOURCE_LIST Translated)
{
    PCM_PARTIAL_RESOURCE_DESCRIPTOR Memory = NULL;
    PCM_PARTIAL_RESOURCE_LIST List;
    ULONG Index;

    if (Translated == NULL || Translated->Count == 0) {
        return STATUS_DEVICE_CONFIGURATION_ERROR;
    }
    List = &Translated->List[0].PartialResourceList;
    for (Index = 0; Index < List->Count; Index++) {
        if (List->PartialDescriptors[Index].Type == CmResourceTypeMemory) {
            Memory = &List->PartialDescriptors[Index];
        }
    }
    if (Memory == NULL || Memory->u.Memory.Length < AHCI_PORT_BASE + AHCI_PORT_STRIDE) {
        return STATUS_DEVICE_CONFIGURATION_ERROR;
    }
    Hba->RegistersLength = Memory->u.Memory.Length;
    Hba->Registers =
        MmMapIoSpace(Memory->u.Memory.Start, Hba->RegistersLength, MmNonCached);
    return Hba->Registers == NULL ? STATUS_INSUFFICIENT_RESOURCES : STATUS_SUCCESS;
}

/* Makes the controller ours, in AHCI mode and silent. */
static NTSTATUS
AhciTakeOver(PAHCI_HBA Hba)
{
    if (AhciRead(Hba->Registers, AHCI_CAP2) & AHCI_CAP2_BOH) {
        AhciWrite(Hba->Registers, AHCI_BOHC,
                  AhciRead(Hba->Registers, AHCI_BOHC) | AHCI_BOHC_OOS);
        if (!AhciWait(Hba->Registers, AHCI_BOHC, AHCI_BOHC_BOS | AHCI_BOHC_BB, 0,
                      AHCI_HANDOFF_MILLISECONDS)) {
            DbgPrint("ahci: the firmware does not let go of the controller, going on\n");
        }
    }
    AhciWrite(Hba->Registers, AHCI_GHC, AHCI_GHC_AE);
    if (!(AhciRead(Hba->Registers, AHCI_GHC) & AHCI_GHC_AE)) {
        return STATUS_DEVICE_CONFIGURATION_ERROR;
    }
    Hba->Capabilities = AhciRead(Hba->Registers, AHCI_CAP);
    return STATUS_SUCCESS;
}

/* A bus master with scatter/gather of its own, 64-bit if the controller says so. */
static NTSTATUS
AhciOpenDma(PAHCI_HBA Hba)
{
    BOOLEAN Wide = (Hba->Capabilities & AHCI_CAP_S64A) != 0;
    DEVICE_DESCRIPTION Description;
    ULONG MapRegisters;

    RtlZeroMemory(&Description, sizeof(Description));
    Description.Version = DEVICE_DESCRIPTION_VERSION;
    Description.Master = TRUE;
    Description.ScatterGather = TRUE;
    Description.Dma32BitAddresses = !Wide;
    Description.Dma64BitAddresses = Wide;
    Description.InterfaceType = PCIBus;
    Description.MaximumLength = AHCI_MAXIMUM_TRANSFER;
    Hba->DmaAdapter = IoGetDmaAdapter(Hba->PhysicalDevice, &Description, &MapRegisters);
    return Hba->DmaAdapter == NULL ? STATUS_INSUFFICIENT_RESOURCES : STATUS_SUCCESS;
}

/* Looks behind every port whose registers exist. */
static VOID
AhciProbePorts(PAHCI_HBA Hba)
{
    ULONG Implemented = AhciRead(Hba->Registers, AHCI_PI);
    ULONG Number;

    for (Number = 0; Number < AHCI_MAXIMUM_PORTS; Number++) {
        ULONG End = AHCI_PORT_BASE + (Number + 1) * AHCI_PORT_STRIDE;

        if ((Implemented & (1UL << Number)) && End <= Hba->RegistersLength) {
            AhciOpenPort(Hba, Number);
        }
    }
}

/* Gives each identified disk its name, lets interrupts through, and opens for requests.
 */
static VOID
AhciPublishDisks(PAHCI_HBA Hba)
{
    ULONG Number;

    for (Number = 0; Number < AHCI_MAXIMUM_PORTS; Number++) {
        if (Hba->Ports[Number] != NULL &&
            !NT_SUCCESS(AhciCreateDisk(Hba->Ports[Number]))) {
            AhciFreePort(Hba->Ports[Number]);
        }
    }
    AhciWrite(Hba->Registers, AHCI_IS, AhciRead(Hba->Registers, AHCI_IS));
    /* Last: from here on the ISR runs, and all it looks at is complete. */
    AhciWrite(Hba->Registers, AHCI_GHC, AHCI_GHC_AE | AHCI_GHC_IE);
    for (Number = 0; Number < AHCI_MAXIMUM_PORTS; Number++) {
        if (Hba->Ports[Number] != NULL) {
            Hba->Ports[Number]->Disk->Flags &= ~DO_DEVICE_INITIALIZING;
            IoStartTimer(Hba->Ports[Number]->Disk);
        }
    }
}

/*
 * Brings the controller up on the translated resources of its start request.
 * Returns the first failure, with everything undone. IRQL: PASSIVE_LEVEL.
 */
NTSTATUS
AhciStartHba(PAHCI_HBA Hba, PCM_RESOURCE_LIST Translated)
{
    NTSTATUS Status = AhciMapRegisters(Hba, Translated);

    if (NT_SUCCESS(Status)) {
        Status = AhciTakeOver(Hba);
    }
    if (NT_SUCCESS(Status)) {
        Status = AhciOpenDma(Hba);
    }
    if (NT_SUCCESS(Status)) {
        AhciProbePorts(Hba);
        Status = AhciConnectInterrupt(Hba);
    }
    if (!NT_SUCCESS(Status)) {
        DbgPrint("ahci: the controller does not start, status 0x%08x\n",
                 (unsigned)Status);
        AhciStopHba(Hba);
        return Status;
    }
    AhciPublishDisks(Hba);
    return STATUS_SUCCESS;
}

/*
 * Undoes AhciStartHba, as far as it came: no request is left, no interrupt can come, no
 * DPC runs, and then the memory goes. IRQL: PASSIVE_LEVEL.
 */
VOID
AhciStopHba(PAHCI_HBA Hba)
{
    ULONG Number;

    for (Number = 0; Number < AHCI_MAXIMUM_PORTS; Number++) {
        if (Hba->Ports[Number] != NULL) {
            AhciDrainPort(Hba->Ports[Number]);
        }
    }
    if (Hba->Registers != NULL) {
        AhciWrite(Hba->Registers, AHCI_GHC, AHCI_GHC_AE);
    }
    AhciDisconnectInterrupt(Hba);
    for (Number = 0; Number < AHCI_MAXIMUM_PORTS; Number++) {
        if (Hba->Ports[Number] != NULL) {
            AhciFreePort(Hba->Ports[Number]);
        }
    }
    if (Hba->DmaAdapter != NULL) {
        /* In parentheses, because a header may also have a macro of that name. */
        (Hba->DmaAdapter->DmaOperations->PutDmaAdapter)(Hba->DmaAdapter);
        Hba->DmaAdapter = NULL;
    }
    if (Hba->Registers != NULL) {
        MmUnmapIoSpace(Hba->Registers, Hba->RegistersLength);
        Hba->Registers = NULL;
    }
}
