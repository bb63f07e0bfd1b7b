/*
 * The framework's entries in the export table. The framework itself cannot put them there:
 * it sees public headers only, like the drivers that import them from WDFLDR.SYS.
 */
#include <wdfldr.h>
#include <internal/ldr.h>

EXPORT(WdfVersionBind);
EXPORT(WdfVersionUnbind);
EXPORT(WdfVersionBindClass);
EXPORT(WdfVersionUnbindClass);
