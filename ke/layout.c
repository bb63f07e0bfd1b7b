/*
 * Holds KINTERRUPT and ISRDPCSTATS to the NT version the kernel is built for. Nothing
 * here runs: the asserts are generated from the facts in tests/data
 * (tools/layout_asserts), one for each offset and size, and a wrong one stops the
 * compiler. The Makefile keeps the types in the DWARF of this object, where the tests
 * read them a second time with pahole.
 */
#include <internal/kinterrupt.h>
#include "kinterrupt_asserts.h"
