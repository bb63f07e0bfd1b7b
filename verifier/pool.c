/*
 * Pool: its routines look at the level and at everything else themselves (ex/poolapi.c,
 * VER-1, VER-2), and tell a driver's block by the address they return to.
 */
#include "vf.h"

VERIFIES_ITSELF(ExAllocatePool);
VERIFIES_ITSELF(ExAllocatePoolWithTag);
VERIFIES_ITSELF(ExAllocatePoolWithTagPriority);
VERIFIES_ITSELF(ExAllocatePool2);
VERIFIES_ITSELF(ExAllocatePool3);
VERIFIES_ITSELF(ExFreePool);
VERIFIES_ITSELF(ExFreePoolWithTag);
