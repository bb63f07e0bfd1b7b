/*
 * The interface between a driver and the framework (KMDF), one header for each object.
 *
 * The rules that hold for all of it:
 * - Binding. Each routine is a call through a table that the driver gets when it is bound;
 *   its entry, FxDriverEntry, does that before DriverEntry runs (wdfldr.h).
 * - Handles. A WDF... handle means nothing but to the framework, which checks it at every
 *   call: a wrong, deleted or foreign one is bug check 0x10D.
 * - Objects. Each has a parent and goes with it, newest first. WdfObjectReference keeps the
 *   memory, not the use. Contexts of the driver's live in the object's memory, zeroed.
 * - Structures begin with their Size; the ..._INIT routine sets it.
 * - Level. A callback returns at the level it was called at, or the system stops (0x10D/0xE).
 */
#pragma once

#include <ntddk.h>

#include <wdftypes.h>
#include <wdfglobals.h>
#include <wdffuncenum.h>
#include <wdfroutine.h>
#include <wdfstatus.h>
#include <wdfbugcodes.h>
#include <wdfassert.h>
#include <wdfpool.h>
#include <wdfobject.h>
#include <wdfcore.h>
#include <wdfsync.h>
#include <wdfdriver.h>
#include <wdffileobject.h>
#include <wdfdevice.h>
#include <wdffdo.h>
#include <wdfcontrol.h>
#include <wdfcollection.h>
#include <wdfstring.h>
#include <wdfmemory.h>
#include <wdfregistry.h>
#include <wdfresource.h>
#include <wdfrequest.h>
#include <wdfio.h>
#include <wdfdpc.h>
#include <wdftimer.h>
#include <wdfworkitem.h>
#include <wdfinterrupt.h>
#include <wdfdmaenabler.h>
#include <wdfdmatransaction.h>
#include <wdfcommonbuffer.h>
#include <wdfiotarget.h>
#include <wdfqueryinterface.h>
#include <wdfchildlist.h>
#include <wdfpdo.h>
