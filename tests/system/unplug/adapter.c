/*
 * The kind for a network adapter: one request in four writes an ARP request, which somebody
 * on the wire answers, perhaps at once; the others read frames, so some always wait.
 */
#include "unplug.h"

#define FRAME_LENGTH 60
#define BUFFER_SIZE  2048

/* An ARP request for 10.0.2.2, which QEMU's user network answers. */
static const UCHAR ArpRequest[FRAME_LENGTH] = {
    0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x52, 0x54, 0x00, 0x12, 0x34, 0x56, 0x08, 0x06,
    0x00, 0x01, 0x08, 0x00, 0x06, 0x04, 0x00, 0x01, 0x52, 0x54, 0x00, 0x12, 0x34, 0x56,
    10,   0,    2,    15,   0,    0,    0,    0,    0,    0,    10,   0,    2,    2};

static VOID
AdapterPrepare(PUNPLUG_REQUEST Request)
{
    Request->IsRead = Request->Number % 4 != 0;
    RtlCopyMemory(Request->Buffer, ArpRequest, sizeof(ArpRequest));
}

static VOID
AdapterAim(PUNPLUG_REQUEST Request, PIO_STACK_LOCATION Stack)
{
    Stack->Parameters.Read.Length = Request->IsRead ? BUFFER_SIZE : FRAME_LENGTH;
}

/* What comes over the wire is anybody's. */
static BOOLEAN
AdapterCheck(PUNPLUG_REQUEST Request)
{
    UNREFERENCED_PARAMETER(Request);
    return TRUE;
}

const UNPLUG_KIND UnplugKind = {BUFFER_SIZE, AdapterPrepare, AdapterAim, AdapterCheck};
