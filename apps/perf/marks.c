/*
 * The two places an outside counter looks for. The no-op in each, whose displacement says
 * which it is, is the same wherever the image is loaded and whatever the kernel.
 */
#include "perf.h"

#define MARK(Value) __asm__ volatile("nopl " #Value "(%%rax)" ::: "memory")

__attribute__((noinline)) VOID
PerfArm(VOID)
{
    MARK(0x50657241); /* "ArPe" as bytes */
}

__attribute__((noinline)) VOID
PerfDisarm(VOID)
{
    MARK(0x50657244);
}
