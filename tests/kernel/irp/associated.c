/*
 * A request done in parts: the last part's end is the whole's.
 */
#include "irp.h"

#define PARTS 3

static PIRP Parts[PARTS];
static PIRP Master;
static LONG MasterEnds, PartEnds;
static BOOLEAN KeepPart;

static NTSTATUS NTAPI
MasterRoutine(PDEVICE_OBJECT DeviceObject, PIRP Irp, PVOID Context)
{
    UNREFERENCED_PARAMETER(DeviceObject);
    UNREFERENCED_PARAMETER(Irp);
    UNREFERENCED_PARAMETER(Context);
    MasterEnds++;
    return STATUS_MORE_PROCESSING_REQUIRED;
}

static NTSTATUS NTAPI
PartRoutine(PDEVICE_OBJECT DeviceObject, PIRP Irp, PVOID Context)
{
    UNREFERENCED_PARAMETER(DeviceObject);
    UNREFERENCED_PARAMETER(Context);
    PartEnds++;
    Master->IoStatus.Information += Irp->IoStatus.Information;
    return KeepPart ? STATUS_MORE_PROCESSING_REQUIRED : STATUS_SUCCESS;
}

/* Gives Irp to nobody's driver: its next location becomes the current one. */
static VOID
Enter(PIRP Irp, PIO_COMPLETION_ROUTINE Routine)
{
    IoSetCompletionRoutine(Irp, Routine, NULL, TRUE, TRUE, TRUE);
    IoSetNextIrpStackLocation(Irp);
}

static BOOLEAN
MakeParts(VOID)
{
    Master = IoAllocateIrp(1, FALSE);
    if (Master == NULL) {
        return FALSE;
    }
    Enter(Master, MasterRoutine);
    MasterEnds = PartEnds = 0;
    Master->AssociatedIrp.IrpCount = PARTS;
    for (ULONG Index = 0; Index < PARTS; Index++) {
        Parts[Index] = IoMakeAssociatedIrp(Master, 2);
        if (Parts[Index] == NULL) {
            return FALSE;
        }
        Enter(Parts[Index], PartRoutine);
    }
    return TRUE;
}

static VOID
EndPart(ULONG Index)
{
    Parts[Index]->IoStatus.Status = STATUS_SUCCESS;
    Parts[Index]->IoStatus.Information = 10;
    IoCompleteRequest(Parts[Index], IO_NO_INCREMENT);
}

VOID
TestAssociated(VOID)
{
    if (!ok(MakeParts(), "IRP-7 an IRP in three parts")) {
        return;
    }
    ok((Parts[0]->Flags & IRP_ASSOCIATED_IRP) != 0 &&
           Parts[0]->AssociatedIrp.MasterIrp == Master && Parts[0]->StackCount == 2,
       "IRP-7 a part knows its whole");
    KeepPart = FALSE;
    EndPart(2);
    EndPart(0);
    ok(PartEnds == 2 && MasterEnds == 0,
       "IRP-7 with one part missing the whole is not over");
    KeepPart = TRUE;
    EndPart(1);
    ok(PartEnds == 3 && MasterEnds == 0, "IRP-7 nor while a part is kept by its routine");
    IoCompleteRequest(Parts[1], IO_NO_INCREMENT);
    ok_equal(MasterEnds, 1, "IRP-7 the last part completes the whole, once");
    ok_equal(Master->IoStatus.Information, 30, "IRP-7 every part added to it");
    ok(IoMakeAssociatedIrp(Master, 0) == NULL, "IRP-7 no part without a location");
    IoFreeIrp(Master);
}
