/*
 * Compiled with -m32 once for each version of 32-bit NT. Nothing here runs: the generated
 * asserts hold KINTERRUPT to the facts in tests/data, those below the way from a vector
 * to it.
 */
#include "kinterrupt32.h"
#include "kinterrupt_asserts.h"

#define C_ASSERT(Expression) _Static_assert(Expression, #Expression)

#if DIRQL_NT >= 0x603
C_ASSERT(sizeof(KPRCB_INTERRUPT_OBJECTS) == 208 * 4);
C_ASSERT(KI_INTERRUPT_OBJECT_INDEX(0x30) == 0);
C_ASSERT(KI_INTERRUPT_OBJECT_INDEX(0x31) == 1);
C_ASSERT(KI_INTERRUPT_OBJECT_INDEX(0xFF) == 207);
C_ASSERT(!KI_HAS_INTERRUPT_OBJECT(0x2F));
C_ASSERT(KI_HAS_INTERRUPT_OBJECT(0x30));
C_ASSERT(KI_HAS_INTERRUPT_OBJECT(0xFF));
C_ASSERT(!KI_HAS_INTERRUPT_OBJECT(0x100));
#else
/* The gate points into the object: 3.10 to 6.2 hold the code themselves (KINT-8). */
C_ASSERT(sizeof(((KINTERRUPT *)0)->DispatchCode) == DISPATCH_LENGTH * sizeof(ULONG));
#endif
