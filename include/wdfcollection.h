/*
 * Collections: an ordered list of referenced objects. Drivers lock what several use.
 */
#pragma once

#include <wdfobject.h>

_IRQL_requires_max_(DISPATCH_LEVEL)
WDF_ROUTINE(NTSTATUS, WdfCollectionCreate,
            (_In_opt_ PWDF_OBJECT_ATTRIBUTES CollectionAttributes,
             _Out_ WDFCOLLECTION *Collection),
            (CollectionAttributes, Collection));
_IRQL_requires_max_(DISPATCH_LEVEL)
WDF_ROUTINE(ULONG, WdfCollectionGetCount, (_In_ WDFCOLLECTION Collection), (Collection));
_IRQL_requires_max_(DISPATCH_LEVEL)
WDF_ROUTINE(NTSTATUS, WdfCollectionAdd, (_In_ WDFCOLLECTION Collection, _In_ WDFOBJECT Object),
            (Collection, Object));
_IRQL_requires_max_(DISPATCH_LEVEL)
WDF_ROUTINE(VOID, WdfCollectionRemove, (_In_ WDFCOLLECTION Collection, _In_ WDFOBJECT Item),
            (Collection, Item));
_IRQL_requires_max_(DISPATCH_LEVEL)
WDF_ROUTINE(VOID, WdfCollectionRemoveItem, (_In_ WDFCOLLECTION Collection, _In_ ULONG Index),
            (Collection, Index));
/* NULL when there is none. */
_IRQL_requires_max_(DISPATCH_LEVEL)
WDF_ROUTINE(WDFOBJECT, WdfCollectionGetItem,
            (_In_ WDFCOLLECTION Collection, _In_ ULONG Index), (Collection, Index));
_IRQL_requires_max_(DISPATCH_LEVEL)
WDF_ROUTINE(WDFOBJECT, WdfCollectionGetFirstItem, (_In_ WDFCOLLECTION Collection),
            (Collection));
_IRQL_requires_max_(DISPATCH_LEVEL)
WDF_ROUTINE(WDFOBJECT, WdfCollectionGetLastItem, (_In_ WDFCOLLECTION Collection),
            (Collection));
