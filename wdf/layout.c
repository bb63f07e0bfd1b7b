/*
 * The public structures are held to the layouts of tests/data/kmdf-layouts.txt; nothing in
 * here is code.
 */
#include "wdfp.h"

#include <wdf_layouts.h>
