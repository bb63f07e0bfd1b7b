/*
 * Offsets for the assembly files: compiled to assembly only; the Makefile turns the
 * marked lines into offsets.inc. Nothing here is linked.
 */
#include <internal/kinterrupt.h>
#include <internal/pcr.h>
#include <internal/arch.h>

#define DEFINE(Name, Value)                                                              \
    __asm__ volatile("\n#OFFSET " #Name " %0" ::"i"((ULONG64)(Value)))
#define MEMBER(Type, Member) DEFINE(Type##_##Member, FIELD_OFFSET(Type, Member))
#define PRCB_MEMBER(Member)  DEFINE(KPCR_Prcb_##Member, FIELD_OFFSET(KPCR, Prcb.Member))

VOID ArchpEmitOffsets(VOID);

VOID
ArchpEmitOffsets(VOID)
{
    MEMBER(KTRAP_FRAME, P1Home);
    MEMBER(KTRAP_FRAME, P2Home);
    MEMBER(KTRAP_FRAME, P3Home);
    MEMBER(KTRAP_FRAME, P4Home);
    MEMBER(KTRAP_FRAME, PreviousIrql);
    MEMBER(KTRAP_FRAME, MxCsr);
    MEMBER(KTRAP_FRAME, Rax);
    MEMBER(KTRAP_FRAME, Rcx);
    MEMBER(KTRAP_FRAME, Rdx);
    MEMBER(KTRAP_FRAME, R8);
    MEMBER(KTRAP_FRAME, R9);
    MEMBER(KTRAP_FRAME, R10);
    MEMBER(KTRAP_FRAME, R11);
    MEMBER(KTRAP_FRAME, PreviousInterrupt);
    MEMBER(KTRAP_FRAME, Xmm0);
    MEMBER(KTRAP_FRAME, Xmm1);
    MEMBER(KTRAP_FRAME, Xmm2);
    MEMBER(KTRAP_FRAME, Xmm3);
    MEMBER(KTRAP_FRAME, Xmm4);
    MEMBER(KTRAP_FRAME, Xmm5);
    MEMBER(KTRAP_FRAME, FaultAddress);
    MEMBER(KTRAP_FRAME, Rbx);
    MEMBER(KTRAP_FRAME, Rdi);
    MEMBER(KTRAP_FRAME, Rsi);
    MEMBER(KTRAP_FRAME, Rbp);
    MEMBER(KTRAP_FRAME, ErrorCode);
    MEMBER(KTRAP_FRAME, Rip);
    MEMBER(KTRAP_FRAME, EFlags);
    MEMBER(KTRAP_FRAME, Rsp);
    DEFINE(KTRAP_FRAME_LENGTH, sizeof(KTRAP_FRAME));
    MEMBER(KSWITCH_FRAME, MxCsr);
    MEMBER(KINTERRUPT, ServiceRoutine);
    MEMBER(KINTERRUPT, ServiceContext);
    MEMBER(KINTERRUPT, ActualLock);
    MEMBER(KINTERRUPT, DispatchAddress);
    MEMBER(KINTERRUPT, Vector);
    MEMBER(KINTERRUPT, SynchronizeIrql);
    MEMBER(KINTERRUPT, ServiceCount);
    MEMBER(KINTERRUPT, DispatchCount);
    MEMBER(KINTERRUPT, TrapFrame);
#if KI_DISPATCH_CODE_IN_OBJECT
    MEMBER(KINTERRUPT, DispatchCode);
#endif
#if DIRQL_NT >= 0x603
    DEFINE(KINTERRUPT_IsrTime, FIELD_OFFSET(KINTERRUPT, IsrDpcStats.IsrTime));
    DEFINE(KINTERRUPT_IsrTimeStart, FIELD_OFFSET(KINTERRUPT, IsrDpcStats.IsrTimeStart));
    DEFINE(KINTERRUPT_IsrCount, FIELD_OFFSET(KINTERRUPT, IsrDpcStats.IsrCount));
    DEFINE(KINTERRUPT_IsrActive, FIELD_OFFSET(KINTERRUPT, IsrDpcStats.IsrActive));
#endif
    PRCB_MEMBER(MxCsr);
    PRCB_MEMBER(InterruptCount);
    PRCB_MEMBER(ActiveInterrupt);
    PRCB_MEMBER(InterruptObject);
    PRCB_MEMBER(DpcStack);
    PRCB_MEMBER(SpuriousCount);
    DEFINE(KI_DISPATCH_CODE_IN_OBJECT, KI_DISPATCH_CODE_IN_OBJECT);
    DEFINE(ARCH_LOCAL_APIC_EOI, ARCH_LOCAL_APIC_BASE + 0xB0);
    DEFINE(APC_LEVEL, APC_LEVEL);
    DEFINE(DISPATCH_LEVEL, DISPATCH_LEVEL);
    DEFINE(CLOCK_LEVEL, CLOCK_LEVEL);
    DEFINE(IPI_LEVEL, IPI_LEVEL);
    DEFINE(KGDT_CODE, KGDT_CODE);
    DEFINE(KGDT_DATA, KGDT_DATA);
}
