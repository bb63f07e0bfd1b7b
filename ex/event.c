/*
 * Events as objects with handles.
 */
#include "exp.h"

/*
 * Creates an event. Names are not kept, so that no other call can open it.
 *   EventHandle       gets the handle, for ZwClose
 *   DesiredAccess     the rights the handle gives
 *   ObjectAttributes  NULL, or without a name
 *   EventType         NotificationEvent or SynchronizationEvent
 *   InitialState      whether it is signalled
 * STATUS_INVALID_PARAMETER: the type; STATUS_NOT_SUPPORTED: a name;
 * STATUS_INSUFFICIENT_RESOURCES. PASSIVE_LEVEL. Source: manual, ZwCreateEvent.
 */
NTSTATUS
NTAPI
ZwCreateEvent(PHANDLE EventHandle, ACCESS_MASK DesiredAccess,
              POBJECT_ATTRIBUTES ObjectAttributes, EVENT_TYPE EventType,
              BOOLEAN InitialState)
{
    NTSTATUS Status;
    PKEVENT Event;

    if (EventType != NotificationEvent && EventType != SynchronizationEvent) {
        return STATUS_INVALID_PARAMETER;
    }
    if (ObjectAttributes != NULL && ObjectAttributes->ObjectName != NULL) {
        return STATUS_NOT_SUPPORTED;
    }
    Event = ObCreateObject(ExEventObjectType, sizeof(*Event));
    if (Event == NULL) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    KeInitializeEvent(Event, EventType, InitialState);
    Status =
        ObCreateHandle(Event, ObMapAccess(ExEventObjectType, DesiredAccess), EventHandle);
    ObfDereferenceObject(Event); /* the handle's reference stays */
    return Status;
}
EXPORT(ZwCreateEvent);
