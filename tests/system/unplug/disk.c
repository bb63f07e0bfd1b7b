/*
 * The kind for a disk: each request has a slice of the disk to itself, writes it, and reads
 * it back. Every word says where it belongs and which writing it is from.
 */
#include "unplug.h"

#define SLICE_SIZE 0x4000
#define SLICE_WORD(Request, Index)                                                       \
    ((ULONG64)(Request)->Number << 48 | (ULONG64)(Request)->Generation << 16 | (Index))

static VOID
DiskPrepare(PUNPLUG_REQUEST Request)
{
    Request->IsRead = FALSE;
}

/* Parameters.Write is laid out like Read. */
static VOID
DiskAim(PUNPLUG_REQUEST Request, PIO_STACK_LOCATION Stack)
{
    ULONG64 *Words = (ULONG64 *)Request->Buffer;

    Request->Generation += !Request->IsRead;
    for (ULONG Index = 0; Index < SLICE_SIZE / sizeof(ULONG64); Index++) {
        Words[Index] = Request->IsRead ? 0 : SLICE_WORD(Request, Index);
    }
    Stack->Parameters.Read.Length = SLICE_SIZE;
    Stack->Parameters.Read.ByteOffset.QuadPart = (LONGLONG)Request->Number * SLICE_SIZE;
}

/* The next sending is the other way. */
static BOOLEAN
DiskCheck(PUNPLUG_REQUEST Request)
{
    const ULONG64 *Words = (const ULONG64 *)Request->Buffer;
    BOOLEAN Right = Request->Irp->IoStatus.Information == SLICE_SIZE;

    for (ULONG Index = 0; Index < SLICE_SIZE / sizeof(ULONG64); Index++) {
        Right = Right && Words[Index] == SLICE_WORD(Request, Index);
    }
    Request->IsRead = !Request->IsRead;
    return Right;
}

const UNPLUG_KIND UnplugKind = {SLICE_SIZE, DiskPrepare, DiskAim, DiskCheck};
