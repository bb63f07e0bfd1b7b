/*
 * What dirql's network drivers offer a client in the kernel that wants every frame at
 * once: a routine of its own that is called with the frame where the adapter put it,
 * without a request for each. Asked for with IRP_MN_QUERY_INTERFACE.
 *
 * The interface is good as long as the file with which the device was opened is.
 */
#pragma once

#include <wdm.h>

/* {6E6E2D5C-0A5B-4C5B-9C43-5D1C0F0D1719} */
DEFINE_GUID(GUID_FRAME_INTERFACE, 0x6E6E2D5C, 0x0A5B, 0x4C5B, 0x9C, 0x43, 0x5D, 0x1C,
            0x0F, 0x0D, 0x17, 0x19);

#define FRAME_INTERFACE_VERSION 1

/*
 * Called with each whole frame, one at a time, in the order they came. Frame may be
 * changed, and is the adapter's again on return. Returns 0, or the length of the answer
 * that Frame has been turned into, at most 1514 bytes: it is sent, as far as the adapter
 * has room. No lock is held. DISPATCH_LEVEL.
 */
_IRQL_requires_(DISPATCH_LEVEL) _IRQL_requires_same_ typedef ULONG NTAPI
    FRAME_RECEIVE_ROUTINE(_In_opt_ PVOID ReceiveContext, _Inout_ PUCHAR Frame,
                          _In_ ULONG Length);
typedef FRAME_RECEIVE_ROUTINE *PFRAME_RECEIVE_ROUTINE;

/*
 * From now on Routine gets the frames, and read requests wait; NULL: it is read requests
 * that get them, as in the beginning. What was set before is not called any more once this
 * returns. STATUS_DEVICE_BUSY: somebody else receives. PASSIVE_LEVEL.
 */
_IRQL_requires_(PASSIVE_LEVEL) _IRQL_requires_same_ typedef NTSTATUS NTAPI
    FRAME_SET_RECEIVER(_In_ PVOID Context, _In_opt_ PFRAME_RECEIVE_ROUTINE Routine,
                       _In_opt_ PVOID ReceiveContext);
typedef FRAME_SET_RECEIVER *PFRAME_SET_RECEIVER;

typedef struct _FRAME_INTERFACE {
    USHORT Size; /* as INTERFACE */
    USHORT Version;
    PVOID Context; /* of SetReceiver */
    PINTERFACE_REFERENCE InterfaceReference;
    PINTERFACE_DEREFERENCE InterfaceDereference;
    PFRAME_SET_RECEIVER SetReceiver;
} FRAME_INTERFACE, *PFRAME_INTERFACE;
