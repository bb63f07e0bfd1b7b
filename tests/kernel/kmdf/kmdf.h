/*
 * kmdf.h: the parts of the suite on objects that need no device.
 */
#pragma once

#include "../ktap.h"

#include <wdf.h>

/* objects.c */
KTAP_SUITE TestContexts, TestTree, TestReferences, TestAttributes, TestDeferredDelete;
