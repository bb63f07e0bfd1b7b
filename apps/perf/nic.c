/*
 * The adapter. A frame is counted or answered in the driver's DPC, without a thread in
 * between, in one of two ways:
 *
 * The driver calls a routine of ours with it, and sends what that makes of it. Or, asked
 * for by the word `irp`, it completes a read: every slot is an IRP, a buffer and its MDL,
 * and is always out, as a read or, when the frame it brought has an answer, as the write
 * of that answer. (The reads are out in the first way too, and nothing comes to them.)
 */
#include <initguid.h>

#include "perf.h"

#include <frameinterface.h>

#include <ntddndis.h>

#define NIC_SLOTS      256 /* as many as the adapter's ring has descriptors */
#define NIC_FRAME_ROOM 1520
#define NIC_MAC_SIZE   6

typedef struct _NIC_SLOT {
    PIRP Irp;
    PMDL Mdl;
    BOOLEAN Writing; /* it is out as an answer */
    UCHAR Frame[NIC_FRAME_ROOM];
} NIC_SLOT, *PNIC_SLOT;

typedef struct _NIC {
    PFILE_OBJECT FileObject;
    PDEVICE_OBJECT Device;
    UCHAR Mac[NIC_MAC_SIZE];
    FRAME_INTERFACE Interface;
    volatile NIC_MODE Mode;
    volatile LONG Frames;  /* interlocked: of the measured type, since the mode was set */
    volatile LONG Closing; /* a slot that comes back stays */
    volatile LONG Out;     /* interlocked: slots that are out, and 1 while it is open */
    ULONG InterruptsBefore;
    KEVENT AllBack;
    NIC_SLOT Slots[NIC_SLOTS];
} NIC, *PNIC;

static PNIC Nic; /* NULL: not open */

static IO_COMPLETION_ROUTINE NicSlotDone;
static FRAME_RECEIVE_ROUTINE NicTakeFrame;

/* Sends a slot out. NicSlotDone follows, whatever the driver returns. */
static VOID
NicSend(PNIC_SLOT Slot, BOOLEAN Writing, ULONG Length)
{
    PIO_STACK_LOCATION Stack;

    Slot->Writing = Writing;
    IoReuseIrp(Slot->Irp, STATUS_SUCCESS);
    Slot->Irp->MdlAddress = Slot->Mdl;
    Stack = IoGetNextIrpStackLocation(Slot->Irp);
    Stack->MajorFunction = Writing ? IRP_MJ_WRITE : IRP_MJ_READ;
    Stack->FileObject = Nic->FileObject;
    Stack->Parameters.Read.Length = Length; /* Parameters.Write is laid out the same */
    IoSetCompletionRoutine(Slot->Irp, NicSlotDone, Slot, TRUE, TRUE, TRUE);
    IoCallDriver(Nic->Device, Slot->Irp);
}

static VOID
NicCountBack(VOID)
{
    if (InterlockedDecrement(&Nic->Out) == 0) {
        KeSetEvent(&Nic->AllBack, IO_NO_INCREMENT, FALSE);
    }
}

/* A frame that has come. Returns the length of its answer, 0: there is none. */
static ULONG NTAPI
NicTakeFrame(PVOID Context, PUCHAR Frame, ULONG Length)
{
    UNREFERENCED_PARAMETER(Context);

    if (FrameIsMeasured(Frame, Length)) {
        InterlockedIncrement(&Nic->Frames);
        if (Nic->Mode == NicEcho) {
            FrameReflect(Frame);
            return Length;
        }
    } else if (Nic->Mode == NicIcmp) {
        return FrameAnswerPing(Frame, Length, Nic->Mac);
    }
    return 0;
}

/* A slot is back: IRQL <= DISPATCH_LEVEL. One that failed stays here, as in a driver that
   is being stopped, lest it come back at once for ever. */
static NTSTATUS NTAPI
NicSlotDone(PDEVICE_OBJECT DeviceObject, PIRP Irp, PVOID Context)
{
    PNIC_SLOT Slot = Context;
    ULONG Answer = 0;

    UNREFERENCED_PARAMETER(DeviceObject);

    if (Nic->Closing || (!Slot->Writing && !NT_SUCCESS(Irp->IoStatus.Status))) {
        NicCountBack();
        return STATUS_MORE_PROCESSING_REQUIRED;
    }
    if (!Slot->Writing) {
        Answer = NicTakeFrame(NULL, Slot->Frame, (ULONG)Irp->IoStatus.Information);
    }
    NicSend(Slot, Answer != 0, Answer != 0 ? Answer : NIC_FRAME_ROOM);
    return STATUS_MORE_PROCESSING_REQUIRED;
}

/* Asks the adapter for what Oid names: Length bytes. */
static NTSTATUS
NicQuery(ULONG Oid, PVOID Answer, ULONG Length)
{
    IO_STATUS_BLOCK IoStatus;
    KEVENT Event;
    NTSTATUS Status;
    PIRP Irp;

    KeInitializeEvent(&Event, NotificationEvent, FALSE);
    Irp = IoBuildDeviceIoControlRequest(IOCTL_NDIS_QUERY_GLOBAL_STATS, Nic->Device, &Oid,
                                        sizeof(Oid), Answer, Length, FALSE, &Event,
                                        &IoStatus);
    if (Irp == NULL) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    Status = IoCallDriver(Nic->Device, Irp);
    if (Status == STATUS_PENDING) {
        KeWaitForSingleObject(&Event, Executive, KernelMode, FALSE, NULL);
        Status = IoStatus.Status;
    }
    return Status;
}

static ULONG
NicInterrupts(VOID)
{
    ULONG Count = 0;

    (VOID) NicQuery(OID_DIRQL_INTERRUPTS, &Count, sizeof(Count));
    return Count;
}

/* Asks the stack for the interface whose routines get frames. */
static NTSTATUS
NicQueryInterface(VOID)
{
    IO_STATUS_BLOCK IoStatus;
    PIO_STACK_LOCATION Stack;
    KEVENT Event;
    NTSTATUS Status;
    PIRP Irp;

    KeInitializeEvent(&Event, NotificationEvent, FALSE);
    Irp = IoBuildSynchronousFsdRequest(IRP_MJ_PNP, Nic->Device, NULL, 0, NULL, &Event,
                                       &IoStatus);
    if (Irp == NULL) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    Irp->IoStatus.Status = STATUS_NOT_SUPPORTED;
    Stack = IoGetNextIrpStackLocation(Irp);
    Stack->MinorFunction = IRP_MN_QUERY_INTERFACE;
    Stack->Parameters.QueryInterface.InterfaceType = &GUID_FRAME_INTERFACE;
    Stack->Parameters.QueryInterface.Size = sizeof(Nic->Interface);
    Stack->Parameters.QueryInterface.Version = FRAME_INTERFACE_VERSION;
    Stack->Parameters.QueryInterface.Interface = (PINTERFACE)&Nic->Interface;
    Status = IoCallDriver(Nic->Device, Irp);
    if (Status == STATUS_PENDING) {
        KeWaitForSingleObject(&Event, Executive, KernelMode, FALSE, NULL);
        Status = IoStatus.Status;
    }
    return Status;
}

/* Gives a slot its IRP and MDL and sends it out. */
static NTSTATUS
NicStartSlot(PNIC_SLOT Slot)
{
    Slot->Irp = IoAllocateIrp(Nic->Device->StackSize, FALSE);
    if (Slot->Irp == NULL) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    Slot->Mdl = IoAllocateMdl(Slot->Frame, sizeof(Slot->Frame), FALSE, FALSE, NULL);
    if (Slot->Mdl == NULL) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    MmBuildMdlForNonPagedPool(Slot->Mdl);
    InterlockedIncrement(&Nic->Out);
    NicSend(Slot, FALSE, NIC_FRAME_ROOM);
    return STATUS_SUCCESS;
}

static NTSTATUS
NicStartSlots(VOID)
{
    NTSTATUS Status = NicQuery(OID_802_3_CURRENT_ADDRESS, Nic->Mac, NIC_MAC_SIZE);
    ULONG Index;

    if (NT_SUCCESS(Status)) {
        Status = NicQueryInterface();
    }
    for (Index = 0; NT_SUCCESS(Status) && Index < NIC_SLOTS; Index++) {
        Status = NicStartSlot(&Nic->Slots[Index]);
    }
    return Status;
}

NTSTATUS
NicOpen(VOID)
{
    UNICODE_STRING Name = RTL_CONSTANT_STRING(L"\\Device\\E1000_0");
    NTSTATUS Status;

    Nic = ExAllocatePoolWithTag(NonPagedPool, sizeof(*Nic), PERF_TAG);
    if (Nic == NULL) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    RtlZeroMemory(Nic, sizeof(*Nic));
    Nic->Out = 1;
    KeInitializeEvent(&Nic->AllBack, NotificationEvent, FALSE);
    Status = IoGetDeviceObjectPointer(&Name, FILE_READ_DATA | FILE_WRITE_DATA,
                                      &Nic->FileObject, &Nic->Device);
    if (NT_SUCCESS(Status)) {
        Status = NicStartSlots();
    }
    if (!NT_SUCCESS(Status)) {
        DbgPrint("perf: \\Device\\E1000_0: status 0x%08lx\n", (ULONG)Status);
        NicClose();
    }
    return Status;
}

/*
 * Calls every slot back and waits for all. One that was just being sent again forgets that
 * it was cancelled, so those that are still out after a while are cancelled once more.
 */
static VOID
NicCallBack(VOID)
{
    LARGE_INTEGER While = {.QuadPart = -10 * 10000LL}; /* 10 ms */
    PNIC_SLOT Slot;

    if (Nic->Interface.SetReceiver != NULL) {
        Nic->Interface.SetReceiver(Nic->Interface.Context, NULL, NULL);
    }
    InterlockedExchange(&Nic->Closing, TRUE);
    NicCountBack();
    do {
        for (Slot = Nic->Slots; Slot < Nic->Slots + NIC_SLOTS && Slot->Mdl != NULL;
             Slot++) {
            IoCancelIrp(Slot->Irp);
        }
    } while (KeWaitForSingleObject(&Nic->AllBack, Executive, KernelMode, FALSE, &While) ==
             STATUS_TIMEOUT);
}

VOID
NicClose(VOID)
{
    PNIC_SLOT Slot;

    NicCallBack();
    for (Slot = Nic->Slots; Slot < Nic->Slots + NIC_SLOTS; Slot++) {
        if (Slot->Mdl != NULL) {
            IoFreeMdl(Slot->Mdl);
        }
        if (Slot->Irp != NULL) {
            IoFreeIrp(Slot->Irp);
        }
    }
    if (Nic->FileObject != NULL) {
        ObDereferenceObject(Nic->FileObject);
    }
    ExFreePoolWithTag(Nic, PERF_TAG);
    Nic = NULL;
}

VOID
NicSetMode(NIC_MODE Mode, BOOLEAN ByIrp)
{
    PFRAME_INTERFACE Interface = &Nic->Interface;

    Nic->Mode = NicDrop;
    (VOID) Interface->SetReceiver(Interface->Context, NULL, NULL);
    if (!ByIrp) {
        (VOID) Interface->SetReceiver(Interface->Context, NicTakeFrame, NULL);
    }
    Nic->InterruptsBefore = NicInterrupts();
    InterlockedExchange(&Nic->Frames, 0);
    Nic->Mode = Mode;
}

VOID
NicQueryCounts(PULONG Frames, PULONG Interrupts)
{
    *Frames = (ULONG)Nic->Frames;
    *Interrupts = NicInterrupts() - Nic->InterruptsBefore;
}
