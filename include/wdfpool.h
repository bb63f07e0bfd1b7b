/*
 * What framework routines that allocate take as a pool type: the POOL_TYPE of wdm.h, or as
 * the newer ones do, POOL_FLAGS.
 */
#pragma once

#include <wdm/pool.h>

#define WDF_POOL_FLAGS_DEFAULT (POOL_FLAG_NON_PAGED)
