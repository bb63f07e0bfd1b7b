/*
 * What children are told apart and found by: two descriptions of the driver's own making,
 * which it may copy, compare and free itself.
 */
#include "wdfp.h"
#include "children.h"

VOID
WdfpRequireId(PWDFP_CHILD_LIST List, PWDF_CHILD_IDENTIFICATION_DESCRIPTION_HEADER Id)
{
    WdfpRequire(List->Object.Globals, Id, "IdentificationDescription");
    if (Id->IdentificationDescriptionSize != List->Config.IdentificationDescriptionSize) {
        WdfpViolation(List->Object.Globals,
                      "an identification description has not the size of the list's",
                      WDF_VERIFIER_FATAL_ERROR, Id->IdentificationDescriptionSize,
                      List->Config.IdentificationDescriptionSize, 0);
    }
}

VOID
WdfpRequireAddress(PWDFP_CHILD_LIST List, PWDF_CHILD_ADDRESS_DESCRIPTION_HEADER Address)
{
    WdfpRequire(List->Object.Globals, Address, "AddressDescription");
    if (Address->AddressDescriptionSize != List->Config.AddressDescriptionSize) {
        WdfpViolation(List->Object.Globals,
                      "an address description has not the size of the list's",
                      WDF_VERIFIER_FATAL_ERROR, Address->AddressDescriptionSize,
                      List->Config.AddressDescriptionSize, 0);
    }
}

VOID
WdfpCopyId(PWDFP_CHILD_LIST List, PWDF_CHILD_IDENTIFICATION_DESCRIPTION_HEADER From,
           PWDF_CHILD_IDENTIFICATION_DESCRIPTION_HEADER To)
{
    if (List->Config.EvtChildListIdentificationDescriptionCopy != NULL) {
        WDFP_CALL_VOID(List->Object.Globals,
                       List->Config.EvtChildListIdentificationDescriptionCopy,
                       WdfpHandle(List), From, To);
    } else {
        RtlCopyMemory(To, From, List->Config.IdentificationDescriptionSize);
    }
}

VOID
WdfpCopyAddress(PWDFP_CHILD_LIST List, PWDF_CHILD_ADDRESS_DESCRIPTION_HEADER From,
                PWDF_CHILD_ADDRESS_DESCRIPTION_HEADER To)
{
    if (List->Config.EvtChildListAddressDescriptionCopy != NULL) {
        WDFP_CALL_VOID(List->Object.Globals,
                       List->Config.EvtChildListAddressDescriptionCopy, WdfpHandle(List),
                       From, To);
    } else {
        RtlCopyMemory(To, From, List->Config.AddressDescriptionSize);
    }
}

/* Fills the two copies of a new child; one that fails is as if it had not been made. */
static NTSTATUS
WdfpDuplicate(PWDFP_CHILD Child, PWDF_CHILD_IDENTIFICATION_DESCRIPTION_HEADER Id,
              PWDF_CHILD_ADDRESS_DESCRIPTION_HEADER Address)
{
    PWDF_CHILD_LIST_CONFIG Config = &Child->List->Config;
    PWDFP_GLOBALS Globals = Child->List->Object.Globals;
    NTSTATUS Status = STATUS_SUCCESS;

    Child->Id->IdentificationDescriptionSize = Config->IdentificationDescriptionSize;
    if (Config->EvtChildListIdentificationDescriptionDuplicate != NULL) {
        Status =
            WDFP_CALL(Globals, Config->EvtChildListIdentificationDescriptionDuplicate,
                      WdfpHandle(Child->List), Id, Child->Id);
    } else {
        RtlCopyMemory(Child->Id, Id, Config->IdentificationDescriptionSize);
    }
    if (!NT_SUCCESS(Status) || Address == NULL) {
        return Status;
    }
    Child->Address->AddressDescriptionSize = Config->AddressDescriptionSize;
    if (Config->EvtChildListAddressDescriptionDuplicate != NULL) {
        Status = WDFP_CALL(Globals, Config->EvtChildListAddressDescriptionDuplicate,
                           WdfpHandle(Child->List), Address, Child->Address);
        if (!NT_SUCCESS(Status) &&
            Config->EvtChildListIdentificationDescriptionCleanup != NULL) {
            WDFP_CALL_VOID(Globals, Config->EvtChildListIdentificationDescriptionCleanup,
                           WdfpHandle(Child->List), Child->Id);
        }
    } else {
        RtlCopyMemory(Child->Address, Address, Config->AddressDescriptionSize);
    }
    return Status;
}

NTSTATUS
WdfpNewChild(PWDFP_CHILD_LIST List, PWDF_CHILD_IDENTIFICATION_DESCRIPTION_HEADER Id,
             PWDF_CHILD_ADDRESS_DESCRIPTION_HEADER Address, PWDFP_CHILD *Result)
{
    SIZE_T IdSize = ALIGN_UP_BY(List->Config.IdentificationDescriptionSize, 8);
    PWDFP_CHILD Child = ExAllocatePoolZero(
        NonPagedPoolNx, sizeof(*Child) + IdSize + List->Config.AddressDescriptionSize,
        WDFP_TAG);
    NTSTATUS Status = STATUS_SUCCESS;

    if (Child == NULL) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    Child->List = List;
    if (Id != NULL) {
        Child->Id = (PWDF_CHILD_IDENTIFICATION_DESCRIPTION_HEADER)(Child + 1);
    }
    if (Address != NULL) {
        Child->Address =
            (PWDF_CHILD_ADDRESS_DESCRIPTION_HEADER)((PUCHAR)(Child + 1) + IdSize);
    }
    if (Id != NULL) {
        Status = WdfpDuplicate(Child, Id, Address);
    }
    if (!NT_SUCCESS(Status)) {
        ExFreePoolWithTag(Child, WDFP_TAG);
        return Status;
    }
    *Result = Child;
    return STATUS_SUCCESS;
}

VOID
WdfpFreeChild(PWDFP_CHILD Child)
{
    PWDF_CHILD_LIST_CONFIG Config = &Child->List->Config;
    PWDFP_GLOBALS Globals = Child->List->Object.Globals;

    if (Child->Id != NULL &&
        Config->EvtChildListIdentificationDescriptionCleanup != NULL) {
        WDFP_CALL_VOID(Globals, Config->EvtChildListIdentificationDescriptionCleanup,
                       WdfpHandle(Child->List), Child->Id);
    }
    if (Child->Address != NULL && Config->EvtChildListAddressDescriptionCleanup != NULL) {
        WDFP_CALL_VOID(Globals, Config->EvtChildListAddressDescriptionCleanup,
                       WdfpHandle(Child->List), Child->Address);
    }
    ExFreePoolWithTag(Child, WDFP_TAG);
}

PWDFP_CHILD
WdfpFindChild(PWDFP_CHILD_LIST List, PWDF_CHILD_IDENTIFICATION_DESCRIPTION_HEADER Id,
              PFN_WDF_CHILD_LIST_IDENTIFICATION_DESCRIPTION_COMPARE Compare)
{
    Compare = Compare != NULL ? Compare
                              : List->Config.EvtChildListIdentificationDescriptionCompare;
    for (PLIST_ENTRY Link = List->Children.Flink; Link != &List->Children;
         Link = Link->Flink) {
        PWDFP_CHILD Child = CONTAINING_RECORD(Link, WDFP_CHILD, Link);
        SIZE_T Size = List->Config.IdentificationDescriptionSize;

        if (!Child->Missing && !Child->Dead &&
            (Compare != NULL ? WDFP_CALL(List->Object.Globals, Compare, WdfpHandle(List),
                                         Id, Child->Id)
                             : RtlCompareMemory(Id, Child->Id, Size) == Size)) {
            return Child;
        }
    }
    return NULL;
}
