/*
 * spinlock.h: the parts of the suite.
 */
#pragma once

#include "../ktap.h"

/* levels.c */
KTAP_SUITE TestPlainLevels, TestQueuedLevels, TestForDpc, TestInterlockedLists;
