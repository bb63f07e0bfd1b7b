/*
 * Private to verifier/: a driver's calls into the kernel, and the kernel's into the driver,
 * looked at on their way.
 *
 * A verified driver's import is bound to the first there is of
 *   1. a wrapper: VERIFY(KeSetEvent) beside a routine VfKeSetEvent of the same prototype,
 *      which checks and then calls KeSetEvent;
 *   2. a row of the table of levels, which the build makes of the annotations of the public
 *      headers: the stub of that row looks at the level and jumps on (thunk.asm);
 *   3. the routine itself.
 *
 * Everything here runs at the caller's level, up to HIGH_LEVEL: no lock but the verifier's own
 * (with interrupts off), no allocation, no waiting.
 */
#pragma once

#include <internal/arch.h>
#include <internal/ex.h>
#include <internal/ke.h>
#include <internal/ldr.h>
#include <internal/observe.h>
#include <internal/rtl.h>
#include <internal/verifier.h>

/* Subcodes of bug check 0xC4: VER-1 to VER-19. */
#define VF_RAISE_IRQL           0x30
#define VF_LOWER_IRQL           0x31
#define VF_MUTEX_ABOVE_APC      0x33
#define VF_MUTEX_NOT_APC        0x34
#define VF_DELAY_AT_DISPATCH    0x3B
#define VF_EVENT_ABOVE_DISPATCH 0x80
#define VF_ENTER_REGION         0x11A
#define VF_LEAVE_REGION         0x11B
#define VF_WAIT_ABOVE_DISPATCH  0x120
#define VF_WAIT_WITHOUT_TIMEOUT 0x121
#define VF_WAIT_WITH_TIMEOUT    0x122

/* ---- wrappers ---- */
/* Puts {"Name", VfName} in section .verify.Name; the prototypes must be the same. */
#define VERIFY(Name)                                                                     \
    C_ASSERT(__builtin_types_compatible_p(__typeof__(Name), __typeof__(Vf##Name)));      \
    __attribute__((section(".verify." #Name), used,                                      \
                   aligned(16))) static const LDR_EXPORT VfEntry_##Name = {              \
        #Name, (ULONG_PTR)(&Vf##Name)}
/* For a routine that has its checks in itself, because it must know its caller: no stub. */
#define VERIFIES_ITSELF(Name)                                                            \
    __attribute__((section(".verify." #Name), used,                                      \
                   aligned(16))) static const LDR_EXPORT VfEntry_##Name = {              \
        #Name, (ULONG_PTR)(&Name)}
/* In a wrapper: where the driver's call returns to. */
#define VF_CALLER() ((ULONG_PTR)__builtin_return_address(0))

/* linker.ld: the sections .verify.*, sorted */
extern const LDR_EXPORT VfWrapperTableStart[];
extern const LDR_EXPORT VfWrapperTableEnd[];

/* ---- init.c ---- */
extern BOOLEAN VfEnabled;
/* Whether Address lies in a driver that is verified. Any IRQL. */
BOOLEAN VfIsVerifiedAddress(ULONG_PTR Address);

/* ---- rules.c, thunk.asm ---- */
typedef struct _VF_RULE {
    const CHAR *Name;
    KIRQL Lowest;
    KIRQL Highest;
} VF_RULE;
/* The stub that checks the level and goes on to Routine, or NULL: Name has no rule. */
PVOID VfFindRuleStub(const CHAR *Name, PVOID Routine);
/* thunk.asm's question: may row Index be called now? Returns the routine. */
PVOID VfCheckRule(ULONG Index, const ULONG_PTR Arguments[4]);
#define VF_MAXIMUM_RULES 512
#define VF_STUB_SIZE     16
extern const UCHAR VfRuleStubs[VF_MAXIMUM_RULES * VF_STUB_SIZE];

/* ---- stop.c: bug check 0xC4. The driver on the stack is to blame... ---- */
__attribute__((noreturn)) VOID VfStop(ULONG Subcode, ULONG_PTR Parameter2,
                                      ULONG_PTR Parameter3, ULONG_PTR Parameter4,
                                      const CHAR *Format, ...);
/* ... or that of Guilty, an address in it, when it has returned already. */
__attribute__((noreturn)) VOID VfStopBlaming(ULONG_PTR Guilty, ULONG Subcode,
                                             ULONG_PTR Parameter2, ULONG_PTR Parameter3,
                                             ULONG_PTR Parameter4, const CHAR *Format,
                                             ...);
/* A broken DDI rule (0x2xxxx, 0x4xxxx): the parameter is the rule's text. */
__attribute__((noreturn)) VOID VfStopRule(ULONG Subcode, const CHAR *Format, ...);
