/*
 * What children need, in words a suite can say.
 */
#include "bus.h"

PIO_RESOURCE_DESCRIPTOR
Need(PCHILD Child, UCHAR Type, ULONG Length, ULONG64 Minimum, ULONG64 Maximum)
{
    PIO_RESOURCE_DESCRIPTOR Descriptor = &Child->Needs[Child->NeedCount++];

    RtlZeroMemory(Descriptor, sizeof(*Descriptor));
    Descriptor->Type = Type;
    Descriptor->ShareDisposition = CmResourceShareDeviceExclusive;
    Descriptor->u.Generic.Length = Length;
    Descriptor->u.Generic.Alignment = 1;
    Descriptor->u.Generic.MinimumAddress.QuadPart = (LONGLONG)Minimum;
    Descriptor->u.Generic.MaximumAddress.QuadPart = (LONGLONG)Maximum;
    return Descriptor;
}

/* Appends descriptors First to End (not included) as one alternative; the bytes of it. */
static ULONG
AppendList(PIO_RESOURCE_LIST List, const CHILD *Child, ULONG First, ULONG End)
{
    List->Version = 1;
    List->Revision = 1;
    List->Count = End - First;
    RtlCopyMemory(List->Descriptors, &Child->Needs[First],
                  List->Count * sizeof(IO_RESOURCE_DESCRIPTOR));
    return FIELD_OFFSET(IO_RESOURCE_LIST, Descriptors) +
           List->Count * (ULONG)sizeof(IO_RESOURCE_DESCRIPTOR);
}

PIO_RESOURCE_REQUIREMENTS_LIST
BuildNeeds(const CHILD *Child)
{
    ULONG Size = sizeof(IO_RESOURCE_REQUIREMENTS_LIST) + sizeof(IO_RESOURCE_LIST) +
                 Child->NeedCount * sizeof(IO_RESOURCE_DESCRIPTOR);
    PIO_RESOURCE_REQUIREMENTS_LIST List =
        ExAllocatePoolWithTag(NonPagedPool, Size, KTAP_TAG);
    ULONG Used = FIELD_OFFSET(IO_RESOURCE_REQUIREMENTS_LIST, List);
    ULONG First = Child->SecondList != 0 ? Child->SecondList : Child->NeedCount;

    if (List == NULL) {
        return NULL;
    }
    RtlZeroMemory(List, Size);
    List->InterfaceType = Internal;
    List->AlternativeLists = Child->SecondList != 0 ? 2 : 1;
    Used += AppendList(&List->List[0], Child, 0, First);
    if (Child->SecondList != 0) {
        Used += AppendList((PIO_RESOURCE_LIST)((PUCHAR)List + Used), Child, First,
                           Child->NeedCount);
    }
    List->ListSize = Used;
    if (Child->LieAboutCounts) {
        List->AlternativeLists = MAXULONG;
        List->List[0].Count = MAXULONG;
    }
    return List;
}

PCHILD
NewChild(VOID)
{
    for (ULONG Index = 0; Index < MAXIMUM_CHILDREN; Index++) {
        PCHILD Child = &Bus.Children[Index];

        if (!Child->Present && Child->Pdo == NULL) {
            RtlZeroMemory(Child, sizeof(*Child));
            KeInitializeSpinLock(&Child->Lock);
            InitializeListHead(&Child->Held);
            Child->Present = TRUE;
            Child->Type = FILE_DEVICE_UNKNOWN;
            return Child;
        }
    }
    return NULL;
}

ULONG
ProblemOf(PCHILD Child)
{
    ULONG Problem = MAXULONG;

    DirqlQueryProblem(Child->Pdo, &Problem);
    return Problem;
}

ULONG64
GivenTo(PCHILD Child, ULONG Index)
{
    return Index < Child->GivenCount
               ? (ULONG64)Child->Given[Index].u.Generic.Start.QuadPart
               : 0;
}

VOID
ForgetChildren(VOID)
{
    for (ULONG Index = 0; Index < MAXIMUM_CHILDREN; Index++) {
        Bus.Children[Index].Present = FALSE;
    }
    Announce();
}
