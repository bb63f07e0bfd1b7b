/* Plug and Play notifications, and a record of the calls that come. */
#pragma once

#include "../arbiter/bus.h"

#define MAXIMUM_CALLS 64
#define SERVICES      L"\\Registry\\Machine\\System\\CurrentControlSet\\Services\\"

extern const GUID WatchedClass;

/* interfaces.c, targets.c, reports.c */
KTAP_SUITE TestInterfaces, TestTargets, TestReports;

/* An enabled interface of a child; Name is for RtlFreeUnicodeString. */
BOOLEAN EnableInterface(PCHILD Child, PUNICODE_STRING Name);
