/*
 * The driver verifier: what the boot phases see of it. How it works: docs/verifier.md.
 */
#pragma once

#include <ntdef.h>

/*
 * Turns the verifier on as the boot options say: verifier=on for every driver, or
 * verifier=one.sys,two.sys. Without the word, or with verifier=off, nothing changes and nothing
 * costs. Before any driver is loaded and any interrupt connected. PASSIVE_LEVEL.
 */
VOID VfInitialize(const CHAR *Options);
/* What it saw, for the end of the run; nothing when it is off. PASSIVE_LEVEL. */
VOID VfPrintReport(VOID);
