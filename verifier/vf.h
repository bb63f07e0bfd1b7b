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

/* Subcodes of bug check 0xC4: VER-3 to VER-14, VER-18, VER-19; and of deadlock detection. */
#define VF_RAISE_IRQL            0x30
#define VF_LOWER_IRQL            0x31
#define VF_SPIN_LOCK_RELEASE     0x32
#define VF_MUTEX_ABOVE_APC       0x33
#define VF_MUTEX_NOT_APC         0x34
#define VF_CANCEL_LOCK_RELEASE   0x35
#define VF_QUEUED_LOCK_RELEASE   0x36
#define VF_DELAY_AT_DISPATCH     0x3B
#define VF_ACQUIRE_BELOW         0x40
#define VF_RELEASE_BELOW         0x41
#define VF_ACQUIRE_ABOVE         0x42
#define VF_EVENT_ABOVE_DISPATCH  0x80
#define VF_ISR_CONTEXT           0x110
#define VF_ISR_IRQL              0x111
#define VF_ENTER_REGION          0x11A
#define VF_LEAVE_REGION          0x11B
#define VF_WAIT_ABOVE_DISPATCH   0x120
#define VF_WAIT_WITHOUT_TIMEOUT  0x121
#define VF_WAIT_WITH_TIMEOUT     0x122
#define VF_SELF_DEADLOCK         0x1000
#define VF_DEADLOCK              0x1001
#define VF_UNEXPECTED_THREAD     0x1004
#define VF_RULE_IRQL_DISPATCH    0x20003
#define VF_RULE_QUEUED_SPIN_LOCK 0x40006
#define VF_RULE_QUEUED_RELEASE   0x40007
#define VF_RULE_SPIN_LOCK        0x40009
#define VF_RULE_RELEASE          0x4000A

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
/* The same, blaming Guilty. */
__attribute__((noreturn)) VOID VfStopRuleBlaming(ULONG_PTR Guilty, ULONG Subcode,
                                                 const CHAR *Format, ...);

/* ---- locks ---- */
/* How a spin lock was, or is about to be, taken; it decides how it is released. */
typedef enum _VF_HOW {
    VfRaise,   /* KeAcquireSpinLock */
    VfAtDpc,   /* KeAcquireSpinLockAtDpcLevel */
    VfTry,     /* KeTryToAcquireSpinLockAtDpcLevel */
    VfForDpc,  /* KeAcquireSpinLockForDpc */
    VfService, /* around an ISR, by the kernel */
    VfInterrupt,
    VfQueuedRaise,
    VfQueuedAtDpc,
    VfQueuedForDpc,
    VfShared,
    VfSharedAtDpc,
    VfExclusive,
    VfExclusiveAtDpc
} VF_HOW;

/* Which kinds of lock a word in memory can be; it is one of them for life. */
typedef enum _VF_FAMILY { VfOrdinary = 1, VfQueued, VfReaderWriter } VF_FAMILY;

FORCEINLINE VF_FAMILY
VfFamily(VF_HOW How)
{
    return (How >= VfShared)        ? VfReaderWriter
           : (How >= VfQueuedRaise) ? VfQueued
                                    : VfOrdinary;
}

FORCEINLINE BOOLEAN
VfRaises(VF_HOW How)
{
    return How == VfRaise || How == VfForDpc || How == VfInterrupt ||
           How == VfQueuedRaise || How == VfQueuedForDpc || How == VfShared ||
           How == VfExclusive;
}

/* A lock that a processor holds. */
typedef struct _VF_HELD {
    PVOID Lock;
    VF_HOW How;
    KIRQL OldIrql;   /* when How raises */
    ULONG_PTR Where; /* in the driver */
} VF_HELD;

/* held.c. All at DISPATCH_LEVEL or above, on the processor that takes or holds the lock. */
/* Before the lock is waited for: stops what would never end, or is out of order. */
VOID VfBeforeAcquire(PVOID Lock, VF_HOW How, ULONG_PTR Where);
VOID VfAfterAcquire(PVOID Lock, VF_HOW How, KIRQL OldIrql, ULONG_PTR Where);
/* Before it is released; Allowed: bits 1 << VF_HOW. NewIrql: the level that follows. */
VOID VfBeforeRelease(PVOID Lock, ULONG Allowed, KIRQL NewIrql);
VOID VfConvertHeld(PVOID Lock); /* the reader is the writer now */
ULONG VfHeldCount(VOID);
/* Stops when the processor holds one. At DISPATCH_LEVEL or above: below there is none. */
VOID VfRefuseHeld(const CHAR *Name);
/* Stops when more locks are held than at the call's begin, or fewer. */
VOID VfCheckHeld(ULONG_PTR Routine, ULONG Count);
VOID VfPushServiceLock(PKINTERRUPT Interrupt, ULONG_PTR Routine);
VOID VfPopServiceLock(PKINTERRUPT Interrupt);

/* lockorder.c: every lock ever taken, and which was taken while which was held. */
BOOLEAN VfInitializeLockOrder(VOID);
/* Lock is about to be taken while Held are. Stops on a cycle, or a lock of another family. */
VOID VfCheckOrder(PVOID Lock, VF_HOW How, ULONG_PTR Where, const VF_HELD *Held,
                  ULONG Count);
VOID VfSetOwner(PVOID Lock, VF_HOW How);
VOID VfClearOwner(PVOID Lock);
/* Number of the processor that holds it alone, and its thread; FALSE: none, or not known. */
BOOLEAN VfQueryOwner(PVOID Lock, ULONG *Processor, PVOID *Thread);
/* The memory is another's from now on: what was learned of locks in it is void. */
VOID VfForgetLocks(PVOID Base, SIZE_T Size);

/* ---- calls.c, context.c, times.c ---- */
VOID VfObserveCalls(VOID);
VOID VfSaveContext(PVOID Context);
/* Whether registers that a routine has to preserve differ. */
BOOLEAN VfIsContextChanged(const UCHAR *Before, const UCHAR *After);
VOID VfCountTime(const KE_CALL *Call, ULONG64 Ticks);
VOID VfPrintTimes(VOID);
