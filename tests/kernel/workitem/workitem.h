/*
 * workitem.h: the parts of the suite.
 */
#pragma once

#include "../ktap.h"

/* pools.c */
KTAP_SUITE TestPools, TestQueues;
