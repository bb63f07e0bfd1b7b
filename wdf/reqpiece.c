/*
 * The buffers that drivers name when they send requests: memory objects and parts of them,
 * plain memory, and MDLs.
 */
#include "wdfp.h"
#include "sending.h"

NTSTATUS
WdfpPieceOfMemory(PWDF_DRIVER_GLOBALS DriverGlobals, WDFMEMORY Handle,
                  const WDFMEMORY_OFFSET *Part, PWDFP_PIECE Piece)
{
    PWDFP_MEMORY Memory;
    SIZE_T Offset = Part == NULL ? 0 : Part->BufferOffset;
    SIZE_T Length = Part == NULL ? 0 : Part->BufferLength;

    RtlZeroMemory(Piece, sizeof(*Piece));
    if (Handle == NULL) {
        return Part == NULL ? STATUS_SUCCESS : STATUS_INVALID_PARAMETER;
    }
    Memory = WdfpObject(DriverGlobals, Handle, WdfpMemoryType);
    if (Offset + Length < Offset) {
        return STATUS_INTEGER_OVERFLOW;
    }
    if (Offset + Length > Memory->Length) {
        return STATUS_BUFFER_TOO_SMALL;
    }
    if (Length == 0) {
        Length = Memory->Length - Offset; /* all from there on */
    }
    if (Length > MAXULONG) {
        return STATUS_INVALID_BUFFER_SIZE;
    }
    Piece->Address = (PUCHAR)Memory->Buffer + Offset;
    Piece->Length = (ULONG)Length;
    Piece->Memory = Memory;
    Piece->Offset = Offset;
    return STATUS_SUCCESS;
}

/* Bytes from the start of an MDL; Length 0: all of them. */
static NTSTATUS
WdfpPieceOfMdl(PMDL Mdl, ULONG Length, PWDFP_PIECE Piece)
{
    if (Mdl == NULL) {
        return STATUS_INVALID_PARAMETER;
    }
    if (Length > MmGetMdlByteCount(Mdl)) {
        return STATUS_BUFFER_TOO_SMALL;
    }
    Piece->Mdl = Mdl;
    Piece->Length = Length == 0 ? MmGetMdlByteCount(Mdl) : Length;
    Piece->Address =
        MmGetSystemAddressForMdlSafe(Mdl, NormalPagePriority | MdlMappingNoExecute);
    return Piece->Address == NULL ? STATUS_INSUFFICIENT_RESOURCES : STATUS_SUCCESS;
}

NTSTATUS
WdfpPieceOfDescriptor(PWDF_DRIVER_GLOBALS DriverGlobals,
                      const WDF_MEMORY_DESCRIPTOR *Descriptor, PWDFP_PIECE Piece)
{
    RtlZeroMemory(Piece, sizeof(*Piece));
    if (Descriptor == NULL) {
        return STATUS_SUCCESS;
    }
    switch (Descriptor->Type) {
    case WdfMemoryDescriptorTypeBuffer:
        Piece->Address = Descriptor->u.BufferType.Buffer;
        Piece->Length = Descriptor->u.BufferType.Length;
        return Piece->Address == NULL && Piece->Length != 0 ? STATUS_INVALID_PARAMETER
                                                            : STATUS_SUCCESS;
    case WdfMemoryDescriptorTypeMdl:
        return WdfpPieceOfMdl(Descriptor->u.MdlType.Mdl,
                              Descriptor->u.MdlType.BufferLength, Piece);
    case WdfMemoryDescriptorTypeHandle:
        if (Descriptor->u.HandleType.Memory == NULL) {
            return STATUS_INVALID_PARAMETER;
        }
        return WdfpPieceOfMemory(DriverGlobals, Descriptor->u.HandleType.Memory,
                                 Descriptor->u.HandleType.Offsets, Piece);
    default:
        return STATUS_INVALID_PARAMETER;
    }
}
