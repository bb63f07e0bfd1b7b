/*
 * WDFDMATRANSACTION: the object, what memory it is about, and what can be asked of one.
 * Its transfers: dmatransfer.c.
 */
#include "wdfp.h"
#include "dma.h"
#include "request.h"

#define WDFP_METHOD(Code) ((Code)&3)

/* Forgets the memory; the map registers that were reserved stay. */
static VOID
WdfpForgetMemory(PWDFP_DMA_TRANSACTION Transaction)
{
    PWDFP_REQUEST Request = Transaction->Request;

    Transaction->Request = NULL;
    Transaction->Mdl = NULL;
    Transaction->Length = 0;
    Transaction->Transferred = 0;
    Transaction->CurrentLength = 0;
    if (Request != NULL) {
        WdfpDereference(Request);
    }
}

/* A device that goes takes its transactions with it, also those under way: the driver has
   stopped it by then. */
static VOID
WdfpDisposeTransaction(PWDFP_OBJECT Object)
{
    PWDFP_DMA_TRANSACTION Transaction = (PWDFP_DMA_TRANSACTION)Object;

    InterlockedExchange(&Transaction->State, WdfpDmaEnded);
    WdfpUnmapTransfer(Transaction);
    WdfpFreeReserved(Transaction);
    WdfpForgetMemory(Transaction);
}

static VOID
WdfpDestroyTransaction(PWDFP_OBJECT Object)
{
    PWDFP_DMA_TRANSACTION Transaction = (PWDFP_DMA_TRANSACTION)Object;

    if (Transaction->Enabler != NULL) {
        WdfpDereference(Transaction->Enabler);
    }
}

static const WDFP_TYPE WdfpDmaTransactionObjectType = {WdfpDmaTransactionType,
                                                       "WDFDMATRANSACTION",
                                                       sizeof(WDFP_DMA_TRANSACTION),
                                                       0,
                                                       WdfpDisposeTransaction,
                                                       WdfpDestroyTransaction,
                                                       NULL};

/*
 * Creates a transaction; its parent is the enabler unless the attributes name another.
 * STATUS_INFO_LENGTH_MISMATCH, STATUS_INVALID_PARAMETER (attributes);
 * STATUS_DELETE_PENDING (parent); STATUS_INSUFFICIENT_RESOURCES. At or below
 * DISPATCH_LEVEL. Source: manual, WdfDmaTransactionCreate.
 */
NTSTATUS
NTAPI
ImpWdfDmaTransactionCreate(PWDF_DRIVER_GLOBALS DriverGlobals, WDFDMAENABLER DmaEnabler,
                           PWDF_OBJECT_ATTRIBUTES Attributes, WDFDMATRANSACTION *Handle)
{
    PWDFP_DMA_ENABLER Enabler = WdfpEnablerFromHandle(DriverGlobals, DmaEnabler);
    PWDFP_DMA_TRANSACTION Transaction;
    NTSTATUS Status;

    WdfpRequire(Enabler->Object.Globals, Handle, "DmaTransactionHandle");
    WdfpRequireIrql(Enabler->Object.Globals, DISPATCH_LEVEL, "WdfDmaTransactionCreate");
    Status = WdfpCreateObject(Enabler->Object.Globals, &WdfpDmaTransactionObjectType,
                              Attributes, Enabler, TRUE, (PVOID *)&Transaction);
    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    WdfpReference(Enabler);
    Transaction->Enabler = Enabler;
    Transaction->MaximumLength = Enabler->Config.MaximumLength;
    Transaction->SingleTransfer =
        (Enabler->Config.Flags & WDF_DMA_ENABLER_CONFIG_REQUIRE_SINGLE_TRANSFER) != 0;
    *Handle = WdfpHandle(Transaction);
    return STATUS_SUCCESS;
}

/* Whether Length bytes from Offset on lie in an MDL and those chained to it. */
static BOOLEAN
WdfpIsInsideMdls(PMDL Mdl, SIZE_T Offset, SIZE_T Length)
{
    SIZE_T Bytes = 0;

    for (PMDL Next = Mdl; Next != NULL; Next = Next->Next) {
        Bytes += MmGetMdlByteCount(Next);
    }
    return Offset < Bytes && Length <= Bytes - Offset;
}

/* Makes the memory the transaction's. */
static NTSTATUS
WdfpSetMemory(PWDFP_DMA_TRANSACTION Transaction, PFN_WDF_PROGRAM_DMA Program,
              WDF_DMA_DIRECTION Direction, PMDL Mdl, SIZE_T Offset, SIZE_T Length)
{
    PWDFP_GLOBALS Globals = Transaction->Object.Globals;

    WdfpRequire(Globals, (PVOID)(ULONG_PTR)Program, "EvtProgramDmaFunction");
    WdfpRequire(Globals, Mdl, "Mdl");
    WdfpRequireIrql(Globals, DISPATCH_LEVEL, "WdfDmaTransactionInitialize");
    if (Length == 0 || !WdfpIsInsideMdls(Mdl, Offset, Length) ||
        (Direction != WdfDmaDirectionReadFromDevice &&
         Direction != WdfDmaDirectionWriteToDevice)) {
        return STATUS_INVALID_PARAMETER;
    }
    if (Transaction->SingleTransfer && Length > Transaction->MaximumLength) {
        return STATUS_WDF_TOO_MANY_TRANSFERS;
    }
    if (InterlockedCompareExchange(&Transaction->State, WdfpDmaInitialized,
                                   WdfpDmaIdle) != WdfpDmaIdle) {
        return STATUS_INVALID_DEVICE_STATE;
    }
    Transaction->Program = Program;
    Transaction->Direction = Direction;
    Transaction->Mdl = Mdl;
    Transaction->Address = (PUCHAR)MmGetMdlVirtualAddress(Mdl) + Offset;
    Transaction->Length = Length;
    return STATUS_SUCCESS;
}

/*
 * Says what memory is to be transferred: Length bytes at VirtualAddress, which Mdl
 * describes, with the MDLs chained to it. STATUS_INVALID_PARAMETER: no bytes, bytes outside
 * of the MDLs, no such direction; STATUS_WDF_TOO_MANY_TRANSFERS: more than one transfer,
 * and the driver wants but one; STATUS_INVALID_DEVICE_STATE: the transaction is in use. At
 * or below DISPATCH_LEVEL. Source: manual, WdfDmaTransactionInitialize.
 */
NTSTATUS
NTAPI
ImpWdfDmaTransactionInitialize(PWDF_DRIVER_GLOBALS DriverGlobals,
                               WDFDMATRANSACTION Handle, PFN_WDF_PROGRAM_DMA Program,
                               WDF_DMA_DIRECTION Direction, PMDL Mdl,
                               PVOID VirtualAddress, SIZE_T Length)
{
    PWDFP_DMA_TRANSACTION Transaction = WdfpTransactionFromHandle(DriverGlobals, Handle);

    WdfpRequire(Transaction->Object.Globals, Mdl, "Mdl");
    /* An address below the MDL's becomes an offset beyond any MDL's end. */
    return WdfpSetMemory(
        Transaction, Program, Direction, Mdl,
        (SIZE_T)((PUCHAR)VirtualAddress - (PUCHAR)MmGetMdlVirtualAddress(Mdl)), Length);
}

/* The same, the place given as bytes from the beginning of the MDL. Source: manual,
   WdfDmaTransactionInitializeUsingOffset. */
NTSTATUS
NTAPI
ImpWdfDmaTransactionInitializeUsingOffset(PWDF_DRIVER_GLOBALS DriverGlobals,
                                          WDFDMATRANSACTION Handle,
                                          PFN_WDF_PROGRAM_DMA Program,
                                          WDF_DMA_DIRECTION Direction, PMDL Mdl,
                                          SIZE_T Offset, SIZE_T Length)
{
    return WdfpSetMemory(WdfpTransactionFromHandle(DriverGlobals, Handle), Program,
                         Direction, Mdl, Offset, Length);
}

/* Whether a request's data go in that direction, and whether they are what the sender
   gave (Input) or what it wants filled. */
static NTSTATUS
WdfpCheckDirection(PWDFP_REQUEST Request, WDF_DMA_DIRECTION Direction, PBOOLEAN Input)
{
    PIO_STACK_LOCATION Stack = IoGetCurrentIrpStackLocation(Request->Irp);
    BOOLEAN ToDevice = Direction == WdfDmaDirectionWriteToDevice;
    BOOLEAN Fits = FALSE;

    *Input = FALSE;
    switch (Stack->MajorFunction) {
    case IRP_MJ_READ:
        Fits = !ToDevice;
        break;
    case IRP_MJ_WRITE:
        Fits = ToDevice;
        *Input = TRUE;
        break;
    case IRP_MJ_DEVICE_CONTROL:
    case IRP_MJ_INTERNAL_DEVICE_CONTROL:
        switch (WDFP_METHOD(Stack->Parameters.DeviceIoControl.IoControlCode)) {
        case METHOD_BUFFERED:
            Fits = TRUE;
            *Input = ToDevice;
            break;
        case METHOD_IN_DIRECT:
            Fits = ToDevice; /* the sender's data, where an answer's MDL is */
            break;
        case METHOD_OUT_DIRECT:
            Fits = !ToDevice;
            break;
        }
    }
    return Fits ? STATUS_SUCCESS : STATUS_INVALID_DEVICE_REQUEST;
}

/*
 * The same for the data of a request, whose object stays until the transaction is released.
 * STATUS_INVALID_DEVICE_REQUEST: its data go the other way, or it has none; else as above
 * and as WdfRequestRetrieveInputWdmMdl. Source: manual,
 * WdfDmaTransactionInitializeUsingRequest.
 */
NTSTATUS
NTAPI
ImpWdfDmaTransactionInitializeUsingRequest(PWDF_DRIVER_GLOBALS DriverGlobals,
                                           WDFDMATRANSACTION Handle,
                                           WDFREQUEST RequestHandle,
                                           PFN_WDF_PROGRAM_DMA Program,
                                           WDF_DMA_DIRECTION Direction)
{
    PWDFP_DMA_TRANSACTION Transaction = WdfpTransactionFromHandle(DriverGlobals, Handle);
    PWDFP_REQUEST Request = WdfpDriversRequest(DriverGlobals, RequestHandle);
    BOOLEAN Input;
    PMDL Mdl;
    NTSTATUS Status = WdfpCheckDirection(Request, Direction, &Input);

    if (NT_SUCCESS(Status)) {
        Status =
            Input ? ImpWdfRequestRetrieveInputWdmMdl(DriverGlobals, RequestHandle, &Mdl)
                  : ImpWdfRequestRetrieveOutputWdmMdl(DriverGlobals, RequestHandle, &Mdl);
    }
    if (NT_SUCCESS(Status)) {
        Status = WdfpSetMemory(Transaction, Program, Direction, Mdl, 0,
                               MmGetMdlByteCount(Mdl));
    }
    if (NT_SUCCESS(Status)) {
        WdfpReference(Request);
        Transaction->Request = Request;
    }
    return Status;
}

/*
 * Ends the use of a transaction, whose object can be initialized again. While a transfer is
 * under way the device would go on in memory that is not the driver's any more: bug check
 * 0x10D, 8, the handle. STATUS_SUCCESS. At or below DISPATCH_LEVEL. Source: manual,
 * WdfDmaTransactionRelease.
 */
NTSTATUS
NTAPI
ImpWdfDmaTransactionRelease(PWDF_DRIVER_GLOBALS DriverGlobals, WDFDMATRANSACTION Handle)
{
    PWDFP_DMA_TRANSACTION Transaction = WdfpTransactionFromHandle(DriverGlobals, Handle);

    if (Transaction->State == WdfpDmaRunning || Transaction->State == WdfpDmaWaiting) {
        WdfpViolation(Transaction->Object.Globals,
                      "a DMA transaction is released while its transfer is under way",
                      WDF_DMA_FATAL_ERROR, (ULONG_PTR)Handle,
                      (ULONG_PTR)Transaction->State, 0);
    }
    WdfpForgetMemory(Transaction);
    InterlockedExchange(&Transaction->State, WdfpDmaIdle);
    return STATUS_SUCCESS;
}
