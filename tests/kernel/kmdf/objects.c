/*
 * Contexts, parents, references, and the order in which objects end.
 */
#include "kmdf.h"

typedef struct _NOTE {
    CHAR Name;
    ULONG Data[5];
} NOTE, *PNOTE;

typedef struct _OTHER {
    ULONG64 Value;
} OTHER, *POTHER;

WDF_DECLARE_CONTEXT_TYPE_WITH_NAME(NOTE, GetNote);
WDF_DECLARE_CONTEXT_TYPE_WITH_NAME(OTHER, GetOther);

/* What happened: lower case for a cleanup, upper case for a destroy. */
static CHAR Story[64];
static LONG StoryLength;
static KIRQL StoryIrql;

static VOID
Tell(CHAR Letter)
{
    Story[StoryLength] = Letter;
    InterlockedIncrement(&StoryLength);
}

static VOID NTAPI
Cleanup(WDFOBJECT Object)
{
    StoryIrql = KeGetCurrentIrql();
    Tell(GetNote(Object)->Name);
}

static VOID NTAPI
Destroy(WDFOBJECT Object)
{
    Tell(GetNote(Object)->Name - 'a' + 'A');
}

static VOID
ForgetStory(VOID)
{
    RtlZeroMemory(Story, sizeof(Story));
    StoryLength = 0;
}

/* An object that tells its end under Name; NULL when it cannot be made. */
static WDFOBJECT
Create(WDFOBJECT Parent, CHAR Name, WDF_EXECUTION_LEVEL Level)
{
    WDF_OBJECT_ATTRIBUTES Attributes;
    WDFOBJECT Object;

    WDF_OBJECT_ATTRIBUTES_INIT_CONTEXT_TYPE(&Attributes, NOTE);
    Attributes.EvtCleanupCallback = Cleanup;
    Attributes.EvtDestroyCallback = Destroy;
    Attributes.ParentObject = Parent;
    Attributes.ExecutionLevel = Level;
    if (!NT_SUCCESS(WdfObjectCreate(&Attributes, &Object))) {
        return NULL;
    }
    GetNote(Object)->Name = Name;
    return Object;
}

static WDFOBJECT
CreatePlain(WDFOBJECT Parent, CHAR Name)
{
    return Create(Parent, Name, WdfExecutionLevelInheritFromParent);
}

VOID
TestContexts(VOID)
{
    WDFOBJECT Object = CreatePlain(NULL, 'x');
    WDF_OBJECT_ATTRIBUTES Attributes;
    POTHER Other = NULL, Again = NULL;
    PNOTE Note = GetNote(Object);

    ok(Note->Data[0] == 0 && Note->Data[4] == 0, "WdfObjectCreate: a context is zeroed");
    ok(((ULONG_PTR)Note & 15) == 0, "WdfObjectCreate: and aligned as pool is");
    ok(WdfObjectContextGetObject(Note) == Object,
       "WdfObjectContextGetObject: its object");
    ok(GetOther(Object) == NULL, "WdfObjectGetTypedContext: none of another type");
    WDF_OBJECT_ATTRIBUTES_INIT_CONTEXT_TYPE(&Attributes, OTHER);
    ok_status(WdfObjectAllocateContext(Object, &Attributes, (PVOID *)&Other),
              STATUS_SUCCESS, "WdfObjectAllocateContext: until one is added");
    ok(Other != NULL && Other == GetOther(Object) && Note == GetNote(Object),
       "WdfObjectAllocateContext: then both are found");
    ok(WdfObjectContextGetObject(Other) == Object,
       "WdfObjectContextGetObject: also from the second");
    ok_status(WdfObjectAllocateContext(Object, &Attributes, (PVOID *)&Again),
              STATUS_OBJECT_NAME_EXISTS, "WdfObjectAllocateContext: one of each type");
    ok(Again == Other, "WdfObjectAllocateContext: which it returns");
    Attributes.ContextSizeOverride = 1000;
    WdfObjectDelete(Object);
    ok_status(WdfObjectCreate(&Attributes, &Object), STATUS_SUCCESS,
              "ContextSizeOverride: more than the type's size");
    RtlFillMemory(GetOther(Object), 1000, 0xA5);
    WdfObjectDelete(Object);
}

VOID
TestTree(VOID)
{
    WDFOBJECT Root, Left;

    ForgetStory();
    Root = CreatePlain(NULL, 'r');
    Left = CreatePlain(Root, 'a');
    CreatePlain(Left, 'b');
    CreatePlain(Left, 'c');
    CreatePlain(Root, 'd');
    WdfObjectDelete(Root);
    ok(strcmp(Story, "dDcCbBaArR") == 0,
       "WdfObjectDelete: descendants end before their parents, the newest first");
    ForgetStory();
    Root = CreatePlain(NULL, 'r');
    Left = CreatePlain(Root, 'a');
    WdfObjectDelete(Left);
    ok(strcmp(Story, "aA") == 0, "WdfObjectDelete: a child alone");
    WdfObjectDelete(Root);
    ok(strcmp(Story, "aArR") == 0, "WdfObjectDelete: which does not end twice");
}

VOID
TestReferences(VOID)
{
    WDFOBJECT Root, Child;

    ForgetStory();
    Root = CreatePlain(NULL, 'r');
    Child = CreatePlain(Root, 'a');
    WdfObjectReference(Child);
    WdfObjectDelete(Root);
    ok(strcmp(Story, "ar") == 0,
       "WdfObjectReference: cleanup does not wait, destruction does, the parent's too");
    GetNote(Child)->Data[0] = 1;
    WdfObjectDereference(Child);
    ok(strcmp(Story, "arAR") == 0, "WdfObjectDereference: the last one destroys");
}

VOID
TestAttributes(VOID)
{
    WDF_OBJECT_ATTRIBUTES Attributes;
    WDFOBJECT Object = NULL;

    WDF_OBJECT_ATTRIBUTES_INIT(&Attributes);
    Attributes.Size += 8;
    ok_status(WdfObjectCreate(&Attributes, &Object), STATUS_INFO_LENGTH_MISMATCH,
              "WDF_OBJECT_ATTRIBUTES: a wrong Size");
    WDF_OBJECT_ATTRIBUTES_INIT(&Attributes);
    Attributes.ExecutionLevel = WdfExecutionLevelInvalid;
    ok_status(WdfObjectCreate(&Attributes, &Object), STATUS_INVALID_PARAMETER,
              "WDF_OBJECT_ATTRIBUTES: no execution level");
    WDF_OBJECT_ATTRIBUTES_INIT(&Attributes);
    Attributes.SynchronizationScope = WdfSynchronizationScopeNone + 1;
    ok_status(WdfObjectCreate(&Attributes, &Object), STATUS_INVALID_PARAMETER,
              "WDF_OBJECT_ATTRIBUTES: no scope");
    WDF_OBJECT_ATTRIBUTES_INIT(&Attributes);
    Attributes.ContextSizeOverride = 8;
    ok_status(WdfObjectCreate(&Attributes, &Object), STATUS_INVALID_PARAMETER,
              "WDF_OBJECT_ATTRIBUTES: a context size without a type");
    WDF_OBJECT_ATTRIBUTES_INIT_CONTEXT_TYPE(&Attributes, NOTE);
    Attributes.ContextSizeOverride = sizeof(NOTE) - 1;
    ok_status(WdfObjectCreate(&Attributes, &Object), STATUS_INVALID_PARAMETER,
              "WDF_OBJECT_ATTRIBUTES: a context size below the type's");
    ok(Object == NULL, "WdfObjectCreate: no handle after a failure");
}

/* An object that wants PASSIVE_LEVEL, deleted above it. */
VOID
TestDeferredDelete(VOID)
{
    WDFOBJECT Object = Create(NULL, 'p', WdfExecutionLevelPassive);
    KIRQL OldIrql = KeRaiseIrqlToDpcLevel();

    ForgetStory();
    WdfObjectDelete(Object);
    KeLowerIrql(OldIrql);
    ok(KtapAwait(&StoryLength, 2),
       "WdfObjectDelete: of a passive-level object happens in a system thread");
    ok_equal(StoryIrql, PASSIVE_LEVEL, "WdfObjectDelete: at PASSIVE_LEVEL");
    Object = CreatePlain(NULL, 'd');
    ForgetStory();
    OldIrql = KeRaiseIrqlToDpcLevel();
    WdfObjectDelete(Object);
    ok_equal(StoryLength, 2, "WdfObjectDelete: of another happens at DISPATCH_LEVEL");
    KeLowerIrql(OldIrql);
}
