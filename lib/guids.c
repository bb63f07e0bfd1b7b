/*
 * The GUIDs that wdmguid.h and wdf.h declare, for drivers that do not define them
 * (initguid.h) themselves.
 */
#include <initguid.h>
#include <wdf.h>
#include <wdmguid.h>
