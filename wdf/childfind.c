/*
 * Finding children: by their description, one after the other, and static ones.
 */
#include "wdfp.h"
#include "children.h"

/* A Size that is not what it should be is a stop. */
static VOID
WdfpCheckSize(PWDFP_CHILD_LIST List, const CHAR *Why, ULONG Size, ULONG Expected)
{
    if (Size != Expected) {
        WdfpViolation(List->Object.Globals, Why, WDF_VERIFIER_FATAL_ERROR, Size, Expected,
                      0);
    }
}

/* The device of the child that Info identifies, or NULL; Info->Status says why, and the
   address description is filled if there is one. Source: manual, WdfChildListRetrievePdo. */
WDFDEVICE
NTAPI
ImpWdfChildListRetrievePdo(PWDF_DRIVER_GLOBALS DriverGlobals, WDFCHILDLIST Handle,
                           PWDF_CHILD_RETRIEVE_INFO Info)
{
    PWDFP_CHILD_LIST List = WdfpChildListFromHandle(DriverGlobals, Handle);
    WDFDEVICE Found = NULL;
    PWDFP_CHILD Child;
    KIRQL OldIrql;

    WdfpCheckSize(List, "WDF_CHILD_RETRIEVE_INFO has a wrong Size", Info->Size,
                  sizeof(*Info));
    WdfpRequireId(List, Info->IdentificationDescription);
    KeAcquireSpinLock(&List->Lock, &OldIrql);
    Child = WdfpFindChild(List, Info->IdentificationDescription,
                          Info->EvtChildListIdentificationDescriptionCompare);
    Info->Status = Child == NULL           ? WdfChildListRetrieveDeviceNoSuchDevice
                   : Child->Device == NULL ? WdfChildListRetrieveDeviceNotYetCreated
                                           : WdfChildListRetrieveDeviceSuccess;
    if (Child != NULL && Child->Device != NULL) {
        Found = WdfpHandle(Child->Device);
    }
    if (Child != NULL && Child->Address != NULL && Info->AddressDescription != NULL) {
        WdfpCopyAddress(List, Child->Address, Info->AddressDescription);
    }
    KeReleaseSpinLock(&List->Lock, OldIrql);
    return Found;
}

/* Where a child is. STATUS_NO_SUCH_DEVICE: it is not there, or was reported without an
   address. Source: manual, WdfChildListRetrieveAddressDescription. */
NTSTATUS
NTAPI
ImpWdfChildListRetrieveAddressDescription(PWDF_DRIVER_GLOBALS DriverGlobals,
                                          WDFCHILDLIST Handle,
                                          PWDF_CHILD_IDENTIFICATION_DESCRIPTION_HEADER Id,
                                          PWDF_CHILD_ADDRESS_DESCRIPTION_HEADER Address)
{
    PWDFP_CHILD_LIST List = WdfpChildListFromHandle(DriverGlobals, Handle);
    NTSTATUS Status = STATUS_NO_SUCH_DEVICE;
    PWDFP_CHILD Child;
    KIRQL OldIrql;

    WdfpRequireId(List, Id);
    WdfpRequireAddress(List, Address);
    KeAcquireSpinLock(&List->Lock, &OldIrql);
    Child = WdfpFindChild(List, Id, NULL);
    if (Child != NULL && Child->Address != NULL) {
        WdfpCopyAddress(List, Child->Address, Address);
        Status = STATUS_SUCCESS;
    }
    KeReleaseSpinLock(&List->Lock, OldIrql);
    return Status;
}

static VOID
WdfpBeginIteration(PWDFP_CHILD_LIST List)
{
    KIRQL OldIrql;

    KeAcquireSpinLock(&List->Lock, &OldIrql);
    List->Iterations++;
    KeReleaseSpinLock(&List->Lock, OldIrql);
}

/* What has gone meanwhile is freed now. One that was not begun: 0x10D, 0xC. */
static VOID
WdfpEndIteration(PWDFP_CHILD_LIST List)
{
    KIRQL OldIrql;

    if (List->Iterations == 0) {
        WdfpViolation(List->Object.Globals, "an iteration is ended that was not begun",
                      WDF_PNP_FATAL_ERROR, (ULONG_PTR)WdfpHandle(List), 0, 0);
    }
    KeAcquireSpinLock(&List->Lock, &OldIrql);
    List->Iterations--;
    KeReleaseSpinLock(&List->Lock, OldIrql);
    WdfpSweepChildren(List);
}

/* Keeps children from being freed until the iteration ends. Source: manual,
   WdfChildListBeginIteration. */
VOID NTAPI
ImpWdfChildListBeginIteration(PWDF_DRIVER_GLOBALS DriverGlobals, WDFCHILDLIST Handle,
                              PWDF_CHILD_LIST_ITERATOR Iterator)
{
    PWDFP_CHILD_LIST List = WdfpChildListFromHandle(DriverGlobals, Handle);

    WdfpCheckSize(List, "WDF_CHILD_LIST_ITERATOR has a wrong Size", Iterator->Size,
                  sizeof(*Iterator));
    Iterator->Reserved[0] = NULL;
    WdfpBeginIteration(List);
}

/* Source: manual, WdfChildListEndIteration. */
VOID NTAPI
ImpWdfChildListEndIteration(PWDF_DRIVER_GLOBALS DriverGlobals, WDFCHILDLIST Handle,
                            PWDF_CHILD_LIST_ITERATOR Iterator)
{
    UNREFERENCED_PARAMETER(Iterator);
    WdfpEndIteration(WdfpChildListFromHandle(DriverGlobals, Handle));
}

/* Whether a child is of those the flags ask for. */
static BOOLEAN
WdfpIsWanted(PWDFP_CHILD Child, ULONG Flags)
{
    ULONG Is = Child->Missing          ? WdfRetrieveMissingChildren
               : Child->Device == NULL ? WdfRetrievePendingChildren
                                       : WdfRetrievePresentChildren;

    return !Child->Dead && (Flags & Is) != 0;
}

/* The first child behind Child (NULL: of the list) that is wanted, or NULL. Lock held. */
static PWDFP_CHILD
WdfpNextChild(PWDFP_CHILD_LIST List, PWDFP_CHILD Child, ULONG Flags)
{
    PLIST_ENTRY Link = Child == NULL ? List->Children.Flink : Child->Link.Flink;

    for (; Link != &List->Children; Link = Link->Flink) {
        PWDFP_CHILD Next = CONTAINING_RECORD(Link, WDFP_CHILD, Link);

        if (WdfpIsWanted(Next, Flags)) {
            return Next;
        }
    }
    return NULL;
}

/* Tells what is asked for in Info (NULL: nothing). Lock held. */
static VOID
WdfpFillInfo(PWDFP_CHILD Child, PWDF_CHILD_RETRIEVE_INFO Info)
{
    if (Info == NULL) {
        return;
    }
    Info->Status = Child->Device == NULL ? WdfChildListRetrieveDeviceNotYetCreated
                                         : WdfChildListRetrieveDeviceSuccess;
    if (Info->IdentificationDescription != NULL) {
        WdfpCopyId(Child->List, Child->Id, Info->IdentificationDescription);
    }
    if (Info->AddressDescription != NULL && Child->Address != NULL) {
        WdfpCopyAddress(Child->List, Child->Address, Info->AddressDescription);
    }
}

/* The next child of the iterator's kind: *Device is NULL for a pending one.
   STATUS_NO_MORE_ENTRIES: that was the last. A wrong Size, or outside of an iteration: bug
   check 0x10D, 3 or 0xC. Source: manual, WdfChildListRetrieveNextDevice. */
NTSTATUS
NTAPI
ImpWdfChildListRetrieveNextDevice(PWDF_DRIVER_GLOBALS DriverGlobals, WDFCHILDLIST Handle,
                                  PWDF_CHILD_LIST_ITERATOR Iterator, WDFDEVICE *Device,
                                  PWDF_CHILD_RETRIEVE_INFO Info)
{
    PWDFP_CHILD_LIST List = WdfpChildListFromHandle(DriverGlobals, Handle);
    PWDFP_CHILD Child;
    KIRQL OldIrql;

    WdfpCheckSize(List, "WDF_CHILD_LIST_ITERATOR has a wrong Size", Iterator->Size,
                  sizeof(*Iterator));
    if (Info != NULL) {
        WdfpCheckSize(List, "WDF_CHILD_RETRIEVE_INFO has a wrong Size", Info->Size,
                      sizeof(*Info));
    }
    if (List->Iterations == 0) {
        WdfpViolation(List->Object.Globals,
                      "a child is asked for outside of an iteration", WDF_PNP_FATAL_ERROR,
                      (ULONG_PTR)Handle, 0, 0);
    }
    *Device = NULL;
    KeAcquireSpinLock(&List->Lock, &OldIrql);
    Child = WdfpNextChild(List, Iterator->Reserved[0], Iterator->Flags);
    if (Child != NULL) {
        Iterator->Reserved[0] = Child;
        *Device = Child->Device == NULL ? NULL : WdfpHandle(Child->Device);
        WdfpFillInfo(Child, Info);
    }
    KeReleaseSpinLock(&List->Lock, OldIrql);
    return Child == NULL ? STATUS_NO_MORE_ENTRIES : STATUS_SUCCESS;
}

/* Keeps static children from being freed; nothing to keep when there are none. Source:
   manual, WdfFdoLockStaticChildListForIteration. */
VOID NTAPI
ImpWdfFdoLockStaticChildListForIteration(PWDF_DRIVER_GLOBALS DriverGlobals, WDFDEVICE Fdo)
{
    PWDFP_DEVICE Device = WdfpDeviceFromHandle(DriverGlobals, Fdo);

    if (Device->StaticChildren != NULL) {
        WdfpBeginIteration(Device->StaticChildren);
    }
}

/* Source: manual, WdfFdoUnlockStaticChildListFromIteration. */
VOID NTAPI
ImpWdfFdoUnlockStaticChildListFromIteration(PWDF_DRIVER_GLOBALS DriverGlobals,
                                            WDFDEVICE Fdo)
{
    PWDFP_DEVICE Device = WdfpDeviceFromHandle(DriverGlobals, Fdo);

    if (Device->StaticChildren != NULL) {
        WdfpEndIteration(Device->StaticChildren);
    }
}

/* The static child behind Previous (NULL: the first) of the kinds in Flags, or NULL.
   Source: manual, WdfFdoRetrieveNextStaticChild. */
WDFDEVICE
NTAPI
ImpWdfFdoRetrieveNextStaticChild(PWDF_DRIVER_GLOBALS DriverGlobals, WDFDEVICE Fdo,
                                 WDFDEVICE Previous, ULONG Flags)
{
    PWDFP_CHILD_LIST List = WdfpDeviceFromHandle(DriverGlobals, Fdo)->StaticChildren;
    PWDFP_CHILD Child = NULL;
    WDFDEVICE Found = NULL;
    KIRQL OldIrql;

    if (List == NULL) {
        return NULL;
    }
    KeAcquireSpinLock(&List->Lock, &OldIrql);
    if (Previous != NULL) {
        Child = WdfpDeviceFromHandle(DriverGlobals, Previous)->Child;
    }
    Child = Previous != NULL && Child == NULL ? NULL : WdfpNextChild(List, Child, Flags);
    if (Child != NULL && Child->Device != NULL) {
        Found = WdfpHandle(Child->Device);
    }
    KeReleaseSpinLock(&List->Lock, OldIrql);
    return Found;
}
