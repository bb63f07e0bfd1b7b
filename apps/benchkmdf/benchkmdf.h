/*
 * benchkmdf.h: what the two measurements of the framework share.
 */
#pragma once

#include <wdf.h>
#include <bench.h>

/* request.c. PASSIVE_LEVEL. */
NTSTATUS BenchCreateQueue(WDFDEVICE Device);
/* Measures and prints. */
VOID BenchRequests(PDEVICE_OBJECT Device);
