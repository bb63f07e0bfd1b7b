/*
 * The local APIC's registers, behind two functions: the one place that would change if
 * they were reached as MSRs (x2APIC) instead of memory. The end-of-interrupt register is
 * not here: it is written in one place, in arch/.
 */
#pragma once

#include <internal/arch.h>

#define APIC_ID                  0x020
#define APIC_VERSION             0x030
#define APIC_LOGICAL_DESTINATION 0x0D0
#define APIC_DESTINATION_FORMAT  0x0E0
#define APIC_SPURIOUS            0x0F0
#define APIC_IN_SERVICE          0x100
#define APIC_REQUESTED           0x200
#define APIC_ERROR_STATUS        0x280
#define APIC_LVT_CMCI            0x2F0
#define APIC_COMMAND_LOW         0x300
#define APIC_COMMAND_HIGH        0x310
#define APIC_LVT_TIMER           0x320
#define APIC_LVT_THERMAL         0x330
#define APIC_LVT_PERFORMANCE     0x340
#define APIC_LVT_LINT0           0x350
#define APIC_LVT_LINT1           0x360
#define APIC_LVT_ERROR           0x370
#define APIC_TIMER_INITIAL       0x380
#define APIC_TIMER_CURRENT       0x390
#define APIC_TIMER_DIVIDE        0x3E0

#define APIC_ID_SHIFT          24
#define APIC_VERSION_LVT_SHIFT 16
#define APIC_SPURIOUS_ENABLE   0x100
#define APIC_FORMAT_FLAT       0xFFFFFFFFU

#define APIC_LVT_MASKED     0x10000
#define APIC_LVT_PERIODIC   0x20000
#define APIC_LVT_NMI        0x400
#define APIC_LVT_ACTIVE_LOW 0x2000
#define APIC_LVT_LEVEL      0x8000

#define APIC_COMMAND_FIXED   0x00000
#define APIC_COMMAND_NMI     0x00400
#define APIC_COMMAND_INIT    0x00500
#define APIC_COMMAND_STARTUP 0x00600
#define APIC_COMMAND_PENDING 0x01000
#define APIC_COMMAND_ASSERT  0x04000
#define APIC_COMMAND_SELF    0x40000

#define APIC_DIVIDE_BY_1 0xB

/* The address is a constant in the last 2 GiB: each access is one instruction. */
FORCEINLINE ULONG
HalpReadApic(ULONG Register)
{
    return *(const volatile ULONG *)(ARCH_LOCAL_APIC_BASE + Register);
}

FORCEINLINE VOID
HalpWriteApic(ULONG Register, ULONG Value)
{
    *(volatile ULONG *)(ARCH_LOCAL_APIC_BASE + Register) = Value;
}
