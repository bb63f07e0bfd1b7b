/*
 * relations.h: devices that have to go when this one does.
 */
#pragma once

#include "device.h"

/* IRP_MN_QUERY_DEVICE_RELATIONS for EjectionRelations or RemovalRelations: adds what the
   driver has said. The IRP's status when that is nothing; STATUS_INSUFFICIENT_RESOURCES. */
NTSTATUS WdfpAnswerWithRelations(PWDFP_DEVICE Device, PIRP Irp,
                                 DEVICE_RELATION_TYPE Type);
VOID WdfpFreeRelations(PWDFP_DEVICE Device);
