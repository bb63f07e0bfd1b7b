/*
 * kmdfwork.h: the parts of the suite on what a driver does outside of its interrupt, which
 * needs a device as its parent.
 */
#pragma once

#include "../ktap.h"

#include <wdf.h>

extern WDFDEVICE Device;

/* Attributes that name Parent. */
static inline PWDF_OBJECT_ATTRIBUTES
Under(PWDF_OBJECT_ATTRIBUTES Attributes, WDFOBJECT Parent)
{
    WDF_OBJECT_ATTRIBUTES_INIT(Attributes);
    Attributes->ParentObject = Parent;
    return Attributes;
}

/* work.c */
KTAP_SUITE TestDpc, TestTimer, TestWorkItem;
/* data.c */
KTAP_SUITE TestMemory, TestLookaside, TestCollection, TestString, TestRegistry;
/* regkeys.c */
KTAP_SUITE TestRegistryKeys;
/* deviceinfo.c */
KTAP_SUITE TestNames, TestProperties, TestIdle;
