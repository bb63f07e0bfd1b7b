/*
 * slot.h: what slot.asm calls.
 */
#pragma once

DECLSPEC_NORETURN VOID WdfpStopUnimplemented(PWDFP_GLOBALS Globals, ULONG Index,
                                             ULONG_PTR Caller);
