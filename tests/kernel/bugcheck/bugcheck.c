/*
 * bugcheck: one programming error a boot, and the stop that has to name it.
 *
 * The word case=NAME of the module line (tests.txt) chooses the error. The expected code
 * and parameters are printed before it is made; a `*` is a parameter the driver cannot
 * know. A check that prints after the error has failed.
 */
#include "../ktap.h"

DRIVER_INITIALIZE DriverEntry;

typedef struct _BUGCHECK_CASE {
    PCWSTR Name;
    KTAP_SUITE *Provoke;
} BUGCHECK_CASE;

/* Nothing is mapped in the lower half of the address space but the first pages. */
#define NOWHERE ((volatile ULONG *)0x00007FFF12345000)

static VOID
Expect(ULONG Code, PCSTR Parameters)
{
    DbgPrint("# expect stop 0x%08X (%s)\n", Code, Parameters);
}

/* BUG-10 */
static VOID
CompleteTwice(VOID)
{
    PIRP Irp = IoAllocateIrp(2, FALSE);
    CHAR Text[64];

    sprintf(Text, "0x%I64X, *, *, *", (ULONG64)(ULONG_PTR)Irp);
    Expect(MULTIPLE_IRP_COMPLETE_REQUESTS, Text);
    IoSetNextIrpStackLocation(Irp);
    IoSetNextIrpStackLocation(Irp);
    Irp->CurrentLocation = Irp->StackCount + 2;
    IoCompleteRequest(Irp, IO_NO_INCREMENT);
}

static VOID NTAPI
WaitingDpc(PKDPC Dpc, PVOID Context, PVOID Argument1, PVOID Argument2)
{
    UNREFERENCED_PARAMETER(Dpc);
    UNREFERENCED_PARAMETER(Argument1);
    UNREFERENCED_PARAMETER(Argument2);
    KeWaitForSingleObject(Context, Executive, KernelMode, FALSE, NULL);
}

static VOID
RunDpc(PKDEFERRED_ROUTINE Routine, PVOID Context)
{
    static KDPC Dpc;
    KIRQL Old = KfRaiseIrql(DISPATCH_LEVEL);

    KeInitializeDpc(&Dpc, Routine, Context);
    KeInsertQueueDpc(&Dpc, NULL, NULL);
    KeLowerIrql(Old);
}

/* BUG-16, DPC-27 */
static VOID
WaitInDpc(VOID)
{
    static KEVENT Event;

    KeInitializeEvent(&Event, NotificationEvent, FALSE);
    Expect(ATTEMPTED_SWITCH_FROM_DPC, "*, *, *, *");
    RunDpc(WaitingDpc, &Event);
}

/* BUG-21, IRQL-21: a read, a write; the label is the instruction that faults. */
static VOID
Fault(BOOLEAN Write)
{
    KIRQL Old = KfRaiseIrql(DISPATCH_LEVEL);
    ULONG64 Instruction;
    CHAR Text[96];

    __asm__ __volatile__("leaq 1f(%%rip), %0" : "=r"(Instruction));
    sprintf(Text, "0x%I64X, 0x%X, 0x%X, *", (ULONG64)(ULONG_PTR)NOWHERE, DISPATCH_LEVEL,
            Write);
    Expect(DRIVER_IRQL_NOT_LESS_OR_EQUAL, Text);
    __asm__ __volatile__("1: nop");
    if (Write) {
        *NOWHERE = (ULONG)Instruction;
    } else {
        Old = (KIRQL)*NOWHERE;
    }
    KeLowerIrql(Old);
}
