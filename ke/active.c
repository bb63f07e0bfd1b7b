/*
 * Soft disconnect: an object whose ISR is not called for a while, without giving up its
 * registration. (CON-30, CON-31)
 *
 * The change is made on the object's own processor, at IPI_LEVEL: the vector cannot be
 * delivered there meanwhile, so its gate can be written, and callers at DISPATCH_LEVEL,
 * who cannot move to another processor, can ask for it.
 */
#include "ki.h"

typedef struct _KI_REPORT {
    PKINTERRUPT Interrupt;
    BOOLEAN Active;
} KI_REPORT;

static BOOLEAN
KiIsAnyActive(PKINTERRUPT Head)
{
    PKINTERRUPT Interrupt = Head;

    do {
        PKE_INTERRUPT_EXTENSION Extension = KeInterruptExtension(Interrupt);

        if (Extension == NULL || !Extension->Inactive) {
            return TRUE;
        }
        Interrupt = KiNextInChain(Interrupt);
    } while (Interrupt != Head);
    return FALSE;
}

/* A vector none of whose ISRs is called is silenced at its source, lest a level line storm
   (CON-31); one of whose is, is not. On its processor, while it cannot be delivered. */
VOID
KiUpdateSource(PKINTERRUPT Head)
{
    ULONG Number = KeInterruptProcessor(Head);

    if (KiIsAnyActive(Head)) {
        HalEnableSystemInterrupt(Head->Vector, Number);
    } else {
        HalDisableSystemInterrupt(Head->Vector, Number);
    }
}

/* Every processor comes here; one has the object. */
static ULONG_PTR NTAPI
KiReportWorker(ULONG_PTR Argument)
{
    const KI_REPORT *Report = (const KI_REPORT *)Argument;
    PKINTERRUPT Interrupt = Report->Interrupt;
    PKPRCB Prcb = KeGetCurrentPrcb();
    PKINTERRUPT Head;

    if (KeInterruptProcessor(Interrupt) != Prcb->Number || !Interrupt->Connected) {
        return 0;
    }
    Head = Prcb->InterruptObject[Interrupt->Vector];
    KeInterruptExtension(Interrupt)->Inactive = !Report->Active;
#if DIRQL_NT >= 0x602
    Interrupt->ActiveCount = Report->Active;
#endif
    KiSetDispatch(Head, KiNeedsScan(Head));
    KiUpdateSource(Head);
    if (Report->Active) {
        KiEndStorm(Interrupt);
    }
    return 0;
}

/*
 * Makes the object's ISR be called again, or not. Saying what is so already changes
 * nothing, but that Active also lets a line through that a storm had silenced. IRQL: <=
 * DISPATCH_LEVEL. An ISR that is running goes on to its end.
 */
VOID
KeReportInterruptState(PKINTERRUPT Interrupt, BOOLEAN Active)
{
    KI_REPORT Report = {Interrupt, Active};

    if (KeInterruptExtension(Interrupt) != NULL) {
        KeIpiGenericCall(KiReportWorker, (ULONG_PTR)&Report);
    }
}
