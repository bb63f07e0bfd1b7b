/*
 * As wdf/layout.c, in a driver's data model. Compiled, and not linked to anything.
 */
#include <wdf.h>

#include <wdf_layouts.h>
