/*
 * The extended registers: what an interrupted thread has in them must be there afterwards.
 * (VER-12)
 *
 * An entry saves XMM0 to XMM5 and MXCSR, which a routine may change; XMM6 to XMM15 it has to
 * preserve itself, and x87 (MMX) it may not touch (FLT-3, FLT-4).
 */
#include "vf.h"

/* The image fxsave writes. */
#define FX_CONTROL      0 /* x87 control, status and tag words */
#define FX_CONTROL_SIZE 5
#define FX_MXCSR        24
#define FX_ST0          32
#define FX_ST_SIZE      10
#define FX_XMM6         (160 + 6 * 16)
#define FX_XMM_SIZE     (10 * 16)
#define MXCSR_CONTROL   0xFFC0U /* above the flags, which are anybody's */

VOID
VfSaveContext(PVOID Context)
{
    __asm__ volatile("fxsave64 %0" : "=m"(*(UCHAR(*)[KE_EXTENDED_CONTEXT_SIZE])Context));
}

static ULONG
VfMxcsrControl(const UCHAR *Context)
{
    return *(const ULONG *)(Context + FX_MXCSR) & MXCSR_CONTROL;
}

BOOLEAN
VfIsContextChanged(const UCHAR *Before, const UCHAR *After)
{
    for (ULONG Register = 0; Register < 8; Register++) {
        ULONG Offset = FX_ST0 + Register * 16;

        if (memcmp(Before + Offset, After + Offset, FX_ST_SIZE) != 0) {
            return TRUE;
        }
    }
    return memcmp(Before + FX_CONTROL, After + FX_CONTROL, FX_CONTROL_SIZE) != 0 ||
           memcmp(Before + FX_XMM6, After + FX_XMM6, FX_XMM_SIZE) != 0 ||
           VfMxcsrControl(Before) != VfMxcsrControl(After);
}
