/*
 * The interface between a WDM driver and the kernel.
 *
 * The rules that hold for all of it:
 * - Level. Every routine has a highest IRQL, stated by the annotation of its prototype;
 *   no annotation means any level. Every callback's level stands above its role type.
 *   A routine and a callback return at the level they were entered at, the raising and
 *   lowering ones excepted. Calling too high is a bug check, never a quiet mistake.
 * - Memory. What is touched at DISPATCH_LEVEL or above is resident. Objects embedded by
 *   value (KDPC, KEVENT, KTIMER, locks) are the driver's and stay where they are while
 *   the kernel can reach them. Objects got by pointer (DEVICE_OBJECT, KINTERRUPT, IRP)
 *   are the kernel's: release them through the routine that goes with the one that gave
 *   them.
 * - Convention. NTAPI on everything that crosses the boundary, both ways.
 * - Layout. Structures are Windows x64 layouts to the byte, for drivers are binaries.
 *
 * One header for each subject stands in wdm/; each compiles alone.
 */
#pragma once

#include <ntdef.h>
#include <ntstatus.h>
#include <bugcodes.h>
#include <devioctl.h>

#include <wdm/irql.h>
#include <wdm/interlocked.h>
#include <wdm/list.h>
#include <wdm/ioaccess.h>
#include <wdm/time.h>
#include <wdm/debug.h>
#include <wdm/bugcheck.h>
#include <wdm/rtl.h>
#include <wdm/spinlock.h>
#include <wdm/dpc.h>
#include <wdm/thread.h>
#include <wdm/sync.h>
#include <wdm/extimer.h>
#include <wdm/eresource.h>
#include <wdm/interrupt.h>
#include <wdm/object.h>
#include <wdm/registry.h>
#include <wdm/pool.h>
#include <wdm/mdl.h>
#include <wdm/resource.h>
#include <wdm/power.h>
#include <wdm/device.h>
#include <wdm/pnp.h>
#include <wdm/pnpnotify.h>
#include <wdm/pci.h>
#include <wdm/irp.h>
#include <wdm/irpops.h>
#include <wdm/io.h>
#include <wdm/file.h>
#include <wdm/csq.h>
#include <wdm/dma.h>
