/* The suites of the arbiter and of rebalancing. */
#pragma once

#include "bus.h"

#define PLACE 0x20000000000ull /* 2 TiB: beyond all memory and all windows */

/* rebalance.c */
KTAP_SUITE TestRoom, TestVeto, TestPacking, TestFailedRestart, TestChanged,
    TestLineToMessage;
