/*
 * The layouts drivers are compiled against, asserted one by one.
 *
 * Nothing here runs: a wrong offset stops the compiler. The file is compiled three ways:
 * as kernel code (ELF), as driver code with our headers (PE), and as driver code with
 * mingw-w64's own DDK headers, DIRQL_MINGW_DDK defined, as a second opinion on the table.
 * Numbers: layouts-x64.md, Windows 10 where the sets differ.
 */
#include <ntddk.h>

#define SIZE(Type, Size)           C_ASSERT(sizeof(Type) == (Size))
#define FIELD(Type, Field, Offset) C_ASSERT(__builtin_offsetof(Type, Field) == (Offset))

/* Where mingw-w64's headers are older than Windows 10, they have a size of their own. */
#ifdef DIRQL_MINGW_DDK
#define SIZE_DIFFERS(Type, Windows, Mingw) C_ASSERT(sizeof(Type) == (Mingw))
#else
#define SIZE_DIFFERS(Type, Windows, Mingw) C_ASSERT(sizeof(Type) == (Windows))
#endif

/* Members anonymous or absent in one of the two sets of headers. */
#ifdef DIRQL_MINGW_DDK
#define FIELD_OURS(Type, Field, Offset)
#else
#define FIELD_OURS(Type, Field, Offset) FIELD(Type, Field, Offset)
#endif

#include "layouts/ke.h"
#include "layouts/general.h"
#include "layouts/device.h"
#include "layouts/irp.h"
#include "layouts/resource.h"
