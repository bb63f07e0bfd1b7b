/* The interrupt hardware as it stands, for tests (dirqltest.h). */
#include "ki.h"

#include <dirqltest.h>

static PKPRCB
KiFindPrcb(ULONG Processor)
{
    return (Processor < HAL_MAXIMUM_PROCESSORS) ? KiProcessorBlock[Processor] : NULL;
}

BOOLEAN
NTAPI
DirqlQueryGate(ULONG Processor, ULONG Vector, PULONG64 Target)
{
    PKPRCB Prcb = KiFindPrcb(Processor);

    if (Prcb == NULL || Vector > 0xFF) {
        return FALSE;
    }
    *Target = ArchGateTarget(&CONTAINING_RECORD(Prcb, KPCR, Prcb)->IdtBase[Vector]);
    return TRUE;
}
EXPORT(DirqlQueryGate);

ULONG
NTAPI
DirqlQueryArrivals(ULONG Processor, ULONG Vector)
{
    PKPRCB Prcb = KiFindPrcb(Processor);

    if (Prcb == NULL || Vector > 0xFF) {
        return 0;
    }
    return (Vector == SPURIOUS_VECTOR) ? (ULONG)Prcb->SpuriousCount
                                       : Prcb->UnexpectedVectors[Vector];
}
EXPORT(DirqlQueryArrivals);

BOOLEAN
NTAPI
DirqlQuerySource(ULONG Processor, ULONG Vector, PDIRQL_INTERRUPT_SOURCE Source)
{
    HAL_INTERRUPT_STATE State;

    if (!HalQueryInterruptState(Vector, Processor, &State)) {
        return FALSE;
    }
    memset(Source, 0, sizeof(*Source));
    Source->Message = State.Message;
    Source->Masked = State.Masked;
    Source->Gsi = State.Gsi;
    Source->Redirection = State.Redirection;
    Source->MessageAddress = State.MessageAddress;
    Source->MessageData = State.MessageData;
    return TRUE;
}
EXPORT(DirqlQuerySource);
